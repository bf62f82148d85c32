"""Putting files in place so that a crash or a power cut leaves either the old or the new, never half of one."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

PREFIX = ".tmp-"
# Of linux/fcntl.h and linux/fs.h.
AT_FDCWD = -100
RENAME_EXCHANGE = 2


def temporary_name(path: Path) -> Path:
    """A name beside `path`, marked as work in progress of this process."""
    return path.with_name(f"{PREFIX}{os.getpid()}-{path.name}")


def put_in_place(aside: Path, path: Path) -> None:
    """Make a finished file durable and rename it over `path`; the directory entry is made durable too."""
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Flush a file, or a directory's entries, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(directory: Path) -> None:
    """Flush every file of a directory and the directory itself."""
    for path in sorted(directory.iterdir()):
        sync(path)
    sync(directory)


def point(link: Path, target: str) -> None:
    """Make the symbolic link `link` name `target` by one atomic rename."""
    aside = temporary_name(link)
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)
    sync(link.parent)


def exchange(one: Path, other: Path) -> None:
    """Let two directories on one disk take each other's names, at one instant where the system can do that.

    Linux can (renameat2); elsewhere `other` has no directory for a moment between two renames.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        flags = (AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
        if libc.renameat2(*flags) == 0:
            sync(other.parent)
            return
    away = other.with_name(f"{PREFIX}{os.getpid()}-away-{other.name}")
    other.rename(away)
    one.rename(other)
    away.rename(one)
    sync(other.parent)


def is_leftover(name: str) -> bool:
    """Whether a name is one of work in progress: ".tmp-..." of a release, "....tmp" of a single file."""
    return name.startswith(PREFIX) or (name.startswith(".") and name.endswith(".tmp"))


def remove_leftovers(directory: Path) -> list[str]:
    """Remove what killed runs left behind in a directory; returns the names removed."""
    if not directory.is_dir():
        return []
    left = sorted(path for path in directory.iterdir() if is_leftover(path.name))
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [path.name for path in left]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def used_bytes(folder: Path) -> int:
    """How many bytes the files below a folder take; links are not followed, what vanishes meanwhile counts nothing.

    A file that several releases link takes its room once.
    """
    found: dict[tuple[int, int], int] = {}
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                told = (Path(root) / name).lstat()
                found[told.st_dev, told.st_ino] = told.st_size
    return sum(found.values())
