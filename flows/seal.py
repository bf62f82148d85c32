"""Seals of the staging cache: a flipped byte is found before it is read, and what it stands in is made anew."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from warehouse.disk import file_sha256, temporary_name

SUMS = "sums.json"


def write_sums(folder: Path) -> None:
    """Write the digests of all files of a folder beside them."""
    sums = {path.name: file_sha256(path) for path in sorted(folder.iterdir())}
    (folder / SUMS).write_text(json.dumps(sums), "utf-8")


def is_whole(folder: Path) -> bool:
    """Whether every file that the sums name stands with its bytes; a folder without sums is not."""
    try:
        sums = json.loads((folder / SUMS).read_bytes())
        return all(file_sha256(folder / name) == digest for name, digest in sums.items())
    except (OSError, ValueError, AttributeError):
        return False


def write_sealed(path: Path, text: str) -> None:
    """Write a text under its own digest, whole or not at all."""
    aside = temporary_name(path)
    aside.write_text(f"{hashlib.sha256(text.encode('utf-8')).hexdigest()}\n{text}", "utf-8")
    aside.replace(path)


def read_sealed(path: Path) -> str | None:
    """The text under its digest; None when there is none or it is no longer what was written."""
    try:
        digest, _, text = path.read_text("utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return text if hashlib.sha256(text.encode("utf-8")).hexdigest() == digest else None
