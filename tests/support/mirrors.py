"""Mirrors that a test can watch or break, readers of them, and releases that differ from the one in force."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import fsspec
from fsspec.implementations.memory import MemoryFileSystem

from flows.mirror_store import Store
from warehouse.package import write_sums
from warehouse.shelf import current_release, flip

_NUMBERS = count()


class Broken(Exception):
    """The line broke, or the process was killed."""


class Watched(Store):
    """Notes what is written, in order; the write numbered `breaks_at` leaves half an object and raises `Broken`.

    The pointer alone is written whole or not at all, as a put of an object store is.
    """

    def __init__(self, store: Store, breaks_at: int | None = None) -> None:
        super().__init__(store.fs, store.root, store.url)
        self.writes: list[str] = []
        self.breaks_at = breaks_at

    def put(self, name: str, file: Path | bytes) -> None:
        data = file if isinstance(file, bytes) else file.read_bytes()
        self._note(name, data[: len(data) // 2])
        super().put(name, file)

    def copy(self, name: str, there: str) -> bool:
        self._note(there, b"half")
        return super().copy(name, there)

    def place(self, name: str, data: bytes) -> None:
        self._note(name, None)
        super().place(name, data)

    def _note(self, name: str, half: bytes | None) -> None:
        if len(self.writes) == self.breaks_at:
            if half is not None:
                self.fs.pipe_file(f"{self.root}/{name}", half)
            raise Broken(name)
        self.writes.append(name)


def in_memory() -> Store:
    """A store of its own in memory."""
    root = f"/mirror-{next(_NUMBERS)}"
    return Store(MemoryFileSystem(), root, f"memory:/{root}")


def read_whole(store: Store) -> tuple[str, dict[str, str]]:
    """The release that a reader finds and the hash of each of its files; every file is what the pointer says."""
    pointer = json.loads(store.fs.cat_file(f"{store.root}/current.json"))
    folder = f"{store.root}/{pointer['folder']}"
    found = {name: hashlib.sha256(store.fs.cat_file(f"{folder}/{name}")).hexdigest() for name in pointer["files"]}
    assert found == {name: told["sha256"] for name, told in pointer["files"].items()}
    return pointer["release"], found


def hashes_of(data: Path) -> dict[str, str]:
    """The hash of each file of the release in force here."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (data / "current").resolve().iterdir()}


def put_in_force(data: Path, *, release_id: str | None = None, change: Callable[[Path], None] | None = None) -> str:
    """A copy of the release in force takes its place, under another id or with other bytes; its sums are right."""
    current = current_release(data)
    assert current is not None
    there = current.path.with_name(release_id or current.id)
    aside = current.path.with_name("made-anew")
    shutil.copytree(current.path, aside)
    told = json.loads((aside / "release.json").read_text("utf-8"))
    (aside / "release.json").write_text(json.dumps({**told, "id": there.name}), "utf-8")
    if change is not None:
        change(aside)
    write_sums(aside)
    if there.exists():
        shutil.rmtree(there)
    aside.rename(there)
    flip(data, there.name)
    return there.name


def other_page(text: str) -> Callable[[Path], None]:
    """A change of the page alone."""

    def change(folder: Path) -> None:
        (folder / "index.html").write_text(text, "utf-8")

    return change


def few_files(folder: Path) -> None:
    """A change that leaves five files: each write of these can break in turn in the time that a whole release takes."""
    for path in folder.iterdir():
        if path.name not in {"release.json", "index.html", "joint_poverty.parquet", "mojoraya.duckdb"}:
            path.unlink()


def fs_of(url: str) -> fsspec.AbstractFileSystem:
    """The file system of an address, as a reader elsewhere opens it."""
    return fsspec.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)[0]
