"""Why nothing was published to an object store, in sentences; none quotes what a driver says, which can hold a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.strict import Bilingual, ToldError

NO_KEYS = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "ProfileNotFound",
    "DefaultCredentialsError",
    "ClientAuthenticationError",
}
UNREACHABLE = {"ConnectionError", "HTTPClientError", "TimeoutError", "ClientConnectionError", "ServiceRequestError"}


class PublishRefused(ToldError, ValueError):
    """Readers still see what they saw before; `message` says why and what to do, `usage` that it was mistyped."""

    def __init__(self, message: Bilingual, *, usage: bool = False) -> None:
        super().__init__(message)
        self.usage = usage


NO_RELEASE = Bilingual(
    id="Belum ada rilis. Jalankan dahulu: mojoraya run", en="There is no release yet. Run first: mojoraya run"
)
NO_ADDRESS = Bilingual(
    id="Alamat penyimpanan belum ada. Misalnya: mojoraya publish s3://bucket/folder, atau isi MOJORAYA_PUBLISH.",
    en="There is no address of a store. For example: mojoraya publish s3://bucket/folder, or set MOJORAYA_PUBLISH.",
)
INSIDE = Bilingual(
    id="Alamat itu ada di dalam folder data, atau folder data ada di dalamnya. Pilih folder lain.",
    en="That address is inside the data folder, or the data folder is inside it. Choose another folder.",
)


def damaged(release: str, name: str) -> Bilingual:
    """The sentence for a release here that is not what its sums say."""
    return Bilingual(
        id=f"Rilis {release} tidak utuh ({name}); tidak ada yang diterbitkan. Susun ulang: mojoraya rebuild",
        en=f"The release {release} is not whole ({name}); nothing was published. Build it again: mojoraya rebuild",
    )


def arrived_wrong(url: str, name: str) -> Bilingual:
    """The sentence for an object that is not what was sent."""
    return Bilingual(
        id=f"{name} di {url} tidak sama dengan yang dikirim; penunjuknya tidak dipindah. Ulangi perintah ini.",
        en=f"{name} at {url} is not what was sent; the pointer was not moved. Repeat this command.",
    )


def unknown_address(url: str, schemes: Sequence[str]) -> Bilingual:
    """The sentence for what is no address of a store."""
    known = ", ".join(f"{scheme}://" for scheme in schemes)
    return Bilingual(
        id=f"'{url}' bukan alamat penyimpanan. Contoh: s3://bucket/folder atau file:///mnt/berbagi; yang dikenal: "
        f"{known}",
        en=f"'{url}' is no address of a store. Examples: s3://bucket/folder or file:///mnt/shared; known are: {known}",
    )


def refusal_of(url: str, error: BaseException) -> Bilingual:
    """What a store's refusal means and what to do about it."""
    links = list(_chain(error))
    names = {kind.__name__ for link in links for kind in type(link).__mro__}
    if url.startswith("file://") and isinstance(error, OSError):
        return Bilingual(
            id=f"{url} tidak menerima berkasnya ({error.strerror}). Periksa ruang dan izin folder itu.",
            en=f"{url} does not take the files ({error.strerror}). See to its room and permissions.",
        )
    if names & NO_KEYS:
        return Bilingual(
            id=f"Kunci untuk {url} belum ada. Isi AWS_ACCESS_KEY_ID dan AWS_SECRET_ACCESS_KEY di lingkungan (atau yang "
            "setara untuk penyimpanan lain).",
            en=f"There are no keys for {url}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment (or "
            "what another store takes).",
        )
    if "PermissionError" in names:
        return Bilingual(
            id=f"{url} menolak kuncinya, atau kunci itu tidak boleh membaca, menulis, dan menghapus di sana.",
            en=f"{url} refuses the keys, or they may not read, write and delete there.",
        )
    if "FileNotFoundError" in names:
        return Bilingual(
            id=f"{url} tidak ada. Buat bucket-nya dahulu, atau perbaiki alamatnya.",
            en=f"{url} is not there. Create the bucket first, or mend the address.",
        )
    if names & UNREACHABLE:
        return Bilingual(
            id=f"{url} tidak terjangkau. Periksa jaringan dan AWS_ENDPOINT_URL, lalu ulangi.",
            en=f"{url} is not reached. See to the network and AWS_ENDPOINT_URL, then try again.",
        )
    why = _code(links) or type(error).__name__
    return Bilingual(id=f"{url} menolak ({why}).", en=f"{url} refuses ({why}).")


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _code(links: Sequence[BaseException]) -> str:
    """The error code of S3's answer, a word of its documentation; empty when there is none."""
    for link in links:
        answer = getattr(link, "response", None)
        code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
        if isinstance(code, str) and code.isalnum():
            return code
    return ""
