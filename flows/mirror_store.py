"""An object store as the mirror sees it: names below one address, whole objects, and sentences when it refuses.

fsspec speaks to it. Keys come from the environment as its driver reads them (AWS_ACCESS_KEY_ID, say), never from the
address, which is printed and kept.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.address import holds_secret
from catalog.strict import Bilingual
from flows.mirror_refusals import PublishRefused, refusal_of, unknown_address
from warehouse.disk import put_in_place, temporary_name

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# Stores that show an object whole or not at all, by scheme, with the package that drives each.
DRIVERS = {
    "file": "fsspec",
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}
CHUNK = 1 << 20
# A store that does not answer is told after seconds, not minutes.
S3_PATIENCE = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 2}}


@dataclass(frozen=True)
class Part:
    """One file as it is to lie in the store; hashes in hex."""

    name: str
    bytes: int
    sha256: str
    md5: str


def part_of(name: str, data: bytes) -> Part:
    """What `data` is as a file of that name."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Part(name, len(data), hashlib.sha256(data).hexdigest(), md5)


class Store:
    """What lies below `root` in a file system of fsspec; names are relative to it, with slashes.

    Every method raises `PublishRefused` when the store refuses or is not reached.
    """

    def __init__(self, fs: AbstractFileSystem, root: str, url: str) -> None:
        self.fs, self.root, self.url = fs, root.rstrip("/"), url
        protocol = fs.protocol
        self.protocols = (protocol,) if isinstance(protocol, str) else tuple(protocol)

    def listing(self, folder: str) -> dict[str, Mapping[str, Any]]:
        """What lies in a folder of the store: size and, where the store tells it, ETag, by path below the folder."""
        path = f"{self.root}/{folder}"
        with self._told():
            found = self.fs.find(path, detail=True)
        return {name.removeprefix(path).lstrip("/"): info for name, info in found.items()}

    def holds(self, folder: str, part: Part, there: Mapping[str, Mapping[str, Any]]) -> bool:
        """Whether a file lies whole in a folder of the store, by what `listing` said of it.

        The ETag of S3 is the MD5 of an object that was put at once; what it does not tell is read back.
        """
        info = there.get(part.name)
        if info is None or info["size"] != part.bytes:
            return False
        return str(info.get("ETag", "")).strip('"') == part.md5 or self._sha256(f"{folder}/{part.name}") == part.sha256

    def put(self, name: str, file: Path | bytes) -> None:
        """Put a file, or bytes, under a name."""
        path, headers = f"{self.root}/{name}", self._headers(name)
        with self._told():
            if isinstance(file, bytes):
                self.fs.pipe_file(path, file, **headers)
            else:
                self.fs.put_file(str(file), path, **headers)

    def copy(self, name: str, there: str) -> bool:
        """Copy an object within the store; False when it is not there any more."""
        with self._told(), suppress(FileNotFoundError):
            self.fs.cp_file(f"{self.root}/{name}", f"{self.root}/{there}")
            return True
        return False

    def read(self, name: str) -> bytes | None:
        """The bytes of an object, None when there is none of that name."""
        with self._told(), suppress(FileNotFoundError):
            return bytes(self.fs.cat_file(f"{self.root}/{name}"))
        return None

    def place(self, name: str, data: bytes) -> None:
        """Put an object that readers look at while it is replaced: they see the old bytes or the new, never half."""
        if "file" in self.protocols:
            path = Path(self.root) / name
            with self._told():
                aside = temporary_name(path)
                aside.write_bytes(data)
                put_in_place(aside, path)
            return
        # What stands between a reader and the store must ask anew each time.
        headers = {**self._headers(name), **({"CacheControl": "no-cache"} if "s3" in self.protocols else {})}
        with self._told():
            self.fs.pipe_file(f"{self.root}/{name}", data, **headers)

    def written(self, folder: str) -> datetime | None:
        """When the newest object of a folder was written, None when it holds none."""
        found = self.listing(folder)
        with self._told():
            moments = (
                info.get("LastModified") or self.fs.modified(f"{self.root}/{folder}/{name}")
                for name, info in found.items()
            )
            return max(moments, default=None)

    def remove(self, folder: str) -> None:
        """Remove a folder with all that lies in it."""
        with self._told(), suppress(FileNotFoundError):
            self.fs.rm(f"{self.root}/{folder}", recursive=True)

    def _sha256(self, name: str) -> str:
        found = hashlib.sha256()
        with self._told(), self.fs.open(f"{self.root}/{name}", "rb") as file:
            while data := file.read(CHUNK):
                found.update(data)
        return found.hexdigest()

    def _headers(self, name: str) -> dict[str, str]:
        """What a browser needs to show a page of the store as a page."""
        known, _ = mimetypes.guess_type(name)
        return {"ContentType": known} if known and "s3" in self.protocols else {}

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever a driver raises
            raise PublishRefused(refusal_of(self.url, error)) from None


def open_store(url: str) -> Store:
    """The store behind an address, whose bucket or folder must be there already.

    Raises `PublishRefused` for an address that is none, one that holds a password, or a driver that is not installed.
    """
    address = checked(url)
    scheme = address.partition("://")[0]
    from fsspec.core import url_to_fs

    options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if DRIVERS[scheme] == "s3fs":
        options["config_kwargs"] = S3_PATIENCE
    if scheme == "file":
        options = {"auto_mkdir": True}
        _refuse_no_folder(address)
    try:
        fs, root = url_to_fs(address, **options)
    except ImportError:
        raise PublishRefused(_no_driver(scheme)) from None
    except Exception as error:  # noqa: BLE001  whatever a driver raises
        raise PublishRefused(refusal_of(address, error)) from None
    return Store(fs, root, address)


def checked(url: str) -> str:
    """An address without needless slashes; raises `PublishRefused` for one that cannot be, never repeating a secret."""
    scheme, mark, rest = url.strip().partition("://")
    if holds_secret(url):
        raise PublishRefused(
            Bilingual(
                id="Alamat itu memuat sandi atau token. Tulis alamatnya tanpa itu; kuncinya di variabel lingkungan "
                "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).",
                en="That address holds a password or a token. Write it without; the keys belong in the environment "
                "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).",
            ),
            usage=True,
        )
    names = [name for name in rest.split("/") if name]
    wrong = not names or ".." in names or any(sign in rest for sign in "*[]:\\") or not rest.isprintable()
    if not mark or scheme not in DRIVERS or wrong or (scheme == "file") != rest.startswith("/"):
        raise PublishRefused(unknown_address(url.strip(), sorted(DRIVERS)), usage=True)
    return f"{scheme}://{'/' if scheme == 'file' else ''}{'/'.join(names)}"


def _refuse_no_folder(address: str) -> None:
    """A disk that is not mounted must not be taken for an empty store."""
    folder = Path(address.removeprefix("file://"))
    if not folder.is_dir():
        raise PublishRefused(
            Bilingual(
                id=f"Folder {folder} tidak ada. Pasang diskanya, atau buat foldernya dahulu.",
                en=f"There is no folder {folder}. Mount its disk, or create the folder first.",
            ),
            usage=True,
        )


def _no_driver(scheme: str) -> Bilingual:
    package = DRIVERS[scheme]
    return Bilingual(
        id=f"Paket untuk alamat {scheme}:// belum terpasang. Ketik: .venv/bin/python -m pip install {package}",
        en=f"The package for addresses {scheme}:// is not installed. Type: .venv/bin/python -m pip install {package}",
    )
