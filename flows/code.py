"""A digest of our own code: what a release was computed with, besides its inputs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READING = ("catalog", "transforms", "expectations")
RELEASING = (*READING, "warehouse", "dashboard", "flows")
# Words for codes are the product's own, not an office's: no catalog brings others.
WORDS = "codes.toml"
SUFFIXES = {".py", ".sql", ".toml", ".csv", ".html", ".css", ".js"}


@cache
def code_digest(rooms: tuple[str, ...]) -> str:
    """SHA-256 over the code of some rooms and over the lock, so that no cache outlives a change of code.

    The catalog's data files are left out: they enter the digests that use them through `Catalog.digest`.
    """
    found = hashlib.sha256()
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in SUFFIXES and (room != "catalog" or path.suffix == ".py" or path.name == WORDS):
                found.update(f"{path.relative_to(ROOT)}\0".encode())
                found.update(path.read_bytes())
    lock = ROOT / "requirements" / "lock.txt"
    if lock.exists():
        found.update(lock.read_bytes())
    return found.hexdigest()
