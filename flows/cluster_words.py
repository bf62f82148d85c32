"""What is told of a Dask cluster that cannot be used, in Indonesian and English: what is wrong, and what to do."""

from __future__ import annotations

from catalog.strict import Bilingual, DeclarationError
from flows.there import PRODUCT, PYTHON

SCHEDULER, SOME = "scheduler", "some"
FORM = "tcp://HOST:8786"


class ClusterFault(Exception):
    """A cluster that cannot read for us; `message` says why and what to do."""

    def __init__(self, message: Bilingual) -> None:
        self.message = message
        super().__init__(message.en)


def no_address() -> DeclarationError:
    """Of a night that is to read on a cluster nobody named."""
    return DeclarationError(
        "task_runner is dask, but no cluster is named. Write the address of its scheduler in dask_scheduler "
        f"(MOJORAYA_DASK_SCHEDULER), {FORM} for example, or set task_runner to threads.",
        "task_runner berisi dask, tetapi klasternya tidak disebut. Tulis alamat penjadwalnya di dask_scheduler "
        f"(MOJORAYA_DASK_SCHEDULER), misalnya {FORM}, atau isi task_runner dengan threads.",
    )


def bad_address(address: str) -> DeclarationError:
    """Of an address that is not one of a Dask scheduler."""
    return DeclarationError(
        f"dask_scheduler: '{address}' is not the address of a Dask scheduler. A right one: {FORM} (or tls://).",
        f"dask_scheduler: '{address}' bukan alamat penjadwal Dask. Contoh yang benar: {FORM} (atau tls://).",
    )


def not_installed() -> DeclarationError:
    """Of an installation without Dask."""
    return DeclarationError(
        "task_runner is dask, but prefect-dask is not installed here. Install requirements/lock.txt (make run), "
        "or set task_runner to threads.",
        "task_runner berisi dask, tetapi prefect-dask tidak terpasang di sini. Pasang requirements/lock.txt (make run) "
        "atau isi task_runner dengan threads.",
    )


def nobody(address: str) -> Bilingual:
    """Of an address at which no Dask scheduler answers."""
    return Bilingual(
        id=f"Tidak ada penjadwal Dask yang menjawab di {address}. Hidupkan klasternya atau perbaiki alamatnya "
        "(dask_scheduler), lalu jalankan lagi; atau isi task_runner dengan threads.",
        en=f"No Dask scheduler answers at {address}. Start the cluster or mend the address (dask_scheduler), "
        "then run again; or set task_runner to threads.",
    )


def no_workers(address: str) -> Bilingual:
    """Of a scheduler without workers."""
    return Bilingual(
        id=f"Klaster Dask di {address} tidak punya pekerja. Hidupkan pekerjanya (dask worker {address}), "
        "lalu jalankan lagi.",
        en=f"The Dask cluster at {address} has no workers. Start some (dask worker {address}), then run again.",
    )


def silent(address: str, seconds: float) -> Bilingual:
    """Of a cluster whose scheduler or some worker of which does not answer in time."""
    return Bilingual(
        id=f"Klaster Dask di {address} tidak menjawab dalam {seconds:.0f} detik: penjadwal atau salah satu "
        "pekerjanya macet. Hidupkan ulang klasternya, lalu jalankan lagi.",
        en=f"The Dask cluster at {address} did not answer in {seconds:.0f} seconds: its scheduler or one of its "
        "workers hangs. Restart the cluster, then run again.",
    )


def without_us(who: str) -> Bilingual:
    """Of a process of the cluster that cannot import our code."""
    return Bilingual(
        id=f"{_who(who, 'id')} tidak mengenal Mojoraya versi ini. Jalankan dari .venv Mojoraya yang sama "
        "dengan komputer ini, lalu jalankan lagi.",
        en=f"{_who(who, 'en')} does not know this version of Mojoraya. Start it from the same .venv of Mojoraya "
        "as on this machine, then run again.",
    )


def unlike(who: str, differs: tuple[str, str, str]) -> Bilingual:
    """Of a process of the cluster with another Python, library, or version of ours: its rows might be others."""
    what, there, here = differs
    if what == PRODUCT:
        return Bilingual(
            id=f"{_who(who, 'id')} memuat Mojoraya versi lain ({there}, di sini {here}). Samakan versinya dan hidupkan "
            "ulang klasternya, lalu jalankan lagi.",
            en=f"{_who(who, 'en')} has another version of Mojoraya ({there}, here {here}). Bring both to the same "
            "version and restart the cluster, then run again.",
        )
    mend = ("Python yang sama", "the same Python") if what == PYTHON else ("requirements/lock.txt",) * 2
    return Bilingual(
        id=f"{_who(who, 'id')} memakai {what} {there}, di sini {here}. Pasang {mend[0]} di kedua tempat, hidupkan "
        "ulang klasternya, lalu jalankan lagi.",
        en=f"{_who(who, 'en')} uses {what} {there}, here it is {here}. Install {mend[1]} in both places, restart the "
        "cluster, then run again.",
    )


def unseen(who: str, folder: str) -> Bilingual:
    """Of a worker that sees another folder than the flow, or none."""
    return Bilingual(
        id=f"{_who(who, 'id')} tidak melihat folder {folder} yang sama dengan komputer ini. Pasang folder bersama pada "
        "jalur yang sama di semua komputer klaster, lalu jalankan lagi.",
        en=f"{_who(who, 'en')} does not see the same folder {folder} as this machine. Mount a shared folder under the "
        "same path on all machines of the cluster, then run again.",
    )


def unwritable(who: str, folder: str) -> Bilingual:
    """Of a worker that cannot write to the data folder, or whose files the flow cannot remove."""
    return Bilingual(
        id=f"{_who(who, 'id')} tidak dapat menulis ke {folder} atas nama akun yang menjalankan malam ini. Samakan "
        "akunnya atau hak folder itu, lalu jalankan lagi.",
        en=f"{_who(who, 'en')} cannot write to {folder} as the account that runs this night. Use the same account or "
        "mend the rights of the folder, then run again.",
    )


def lost(address: str) -> Bilingual:
    """Of a cluster that went away while it read."""
    return Bilingual(
        id=f"klaster Dask di {address} terputus; sumber yang belum selesai dibaca di sini",
        en=f"the Dask cluster at {address} went away; sources not yet done are read here",
    )


def dropped(source: str, why: str) -> Bilingual:
    """Of one source that the cluster could not bring to an end."""
    return Bilingual(
        id=f"klaster Dask tidak menyelesaikan {source} ({why}); dibaca di sini",
        en=f"the Dask cluster did not finish {source} ({why}); it is read here",
    )


def stranger(source: str, differs: tuple[str, str, str]) -> Bilingual:
    """Of one source that came to a worker of another version, which joined during the night."""
    what, there, here = differs
    return Bilingual(
        id=f"pekerja Dask yang baru bergabung memakai {what} {there}, di sini {here}; {source} dibaca di sini. "
        "Samakan versinya",
        en=f"a Dask worker that joined meanwhile has {what} {there}, here it is {here}; {source} is read here. "
        "Bring both to the same version",
    )


def note(message: Bilingual, lang: str) -> str:
    """One line about what happened to the cluster during the night."""
    return f"{'note' if lang == 'en' else 'catatan':<8}{message.get(lang)}"


def _who(who: str, lang: str) -> str:
    if who == SCHEDULER:
        return "The Dask scheduler" if lang == "en" else "Penjadwal Dask"
    if who == SOME:
        return "Some Dask worker" if lang == "en" else "Salah satu pekerja Dask"
    return f"The Dask worker {who}" if lang == "en" else f"Pekerja Dask {who}"
