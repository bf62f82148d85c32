"""The release in force, held open: what is read of it stays what it was, whatever a night does to its folder.

A night may make the release anew under its id, or retention may take it away, while it is sent over a slow line. Files
that are open keep their bytes, so no lock is held and no night waits.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.mirror_refusals import NO_RELEASE, PublishRefused, damaged
from flows.mirror_store import CHUNK, Part
from warehouse.package import SUMS
from warehouse.shelf import RELEASE_FILE, current_release

TRIES = 5
# Enough of the digest of SHA256SUMS to tell apart what was made twice under one id.
SHORT = 12


@dataclass(frozen=True)
class OpenRelease:
    """A release whose files are open and were found whole; `parts` and `files` have the same names."""

    id: str
    sums: str
    parts: tuple[Part, ...]
    files: dict[str, Path]

    @property
    def folder(self) -> str:
        """Its name in a store: bytes made anew under the same id lie in another folder, so none is ever changed."""
        return f"{self.id}-{self.sums[:SHORT]}"


class _Moved(Exception):
    """A file was not there: the folder is damaged, or was exchanged while it was being opened."""


@contextmanager
def open_release(data: Path) -> Iterator[OpenRelease]:
    """The release in force, every file open and held against SHA256SUMS.

    Raises `PublishRefused` when there is none or it is not whole.
    """
    with ExitStack() as stack:
        for left in reversed(range(TRIES)):
            with ExitStack() as attempt:
                try:
                    found = _opened(data, attempt)
                except _Moved as error:
                    if left:
                        continue
                    raise PublishRefused(damaged(_named(data), str(error))) from None
                stack.push(attempt.pop_all())
                break
        yield found


def _opened(data: Path, stack: ExitStack) -> OpenRelease:
    current = current_release(data)
    if current is None:
        raise PublishRefused(NO_RELEASE if not (data / "current").is_symlink() else damaged("current", RELEASE_FILE))
    folder = _open(stack, str(current.path), None, os.O_RDONLY | os.O_DIRECTORY)
    sums_handle = _open(stack, SUMS, folder)
    sums = _read(sums_handle).decode("utf-8", "replace")
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in sums.splitlines())}
    if any(not name or "/" in name for name in listed) or RELEASE_FILE not in listed:
        raise PublishRefused(damaged(current.id, SUMS))
    handles = {name: _open(stack, name, folder) for name in sorted(listed)}
    parts = {name: _part(name, handle) for name, handle in handles.items()}
    for name, part in parts.items():
        if part.sha256 != listed[name]:
            raise PublishRefused(damaged(current.id, name))
    told = json.loads(_read(handles[RELEASE_FILE]))
    whole = _part(SUMS, sums_handle)
    files = {name: Path(f"/dev/fd/{handle}") for name, handle in {**handles, SUMS: sums_handle}.items()}
    return OpenRelease(str(told["id"]), whole.sha256, (*parts.values(), whole), files)


def _open(stack: ExitStack, name: str, folder: int | None, flags: int = os.O_RDONLY) -> int:
    try:
        handle = os.open(name, flags, dir_fd=folder)
    except (FileNotFoundError, NotADirectoryError):
        raise _Moved(Path(name).name) from None
    stack.callback(os.close, handle)
    return handle


def _read(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    with os.fdopen(os.dup(handle), "rb") as file:
        data = file.read()
    os.lseek(handle, 0, os.SEEK_SET)
    return data


def _part(name: str, handle: int) -> Part:
    os.lseek(handle, 0, os.SEEK_SET)
    size, sha256, md5 = 0, hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    while data := os.read(handle, CHUNK):
        size += len(data)
        sha256.update(data)
        md5.update(data)
    os.lseek(handle, 0, os.SEEK_SET)
    return Part(name, size, sha256.hexdigest(), md5.hexdigest())


def _named(data: Path) -> str:
    link = data / "current"
    return link.readlink().name if link.is_symlink() else "current"
