"""Offices as older versions left them: their data folder, and today's contracts with the files they saw last."""

from __future__ import annotations

import tarfile
from pathlib import Path

from catalog.settings import Settings
from sources.store import SnapshotStore
from support.office import Office, copy_sources

FOLDER = Path(__file__).resolve().parent / "old_data"


def old_office(name: str, folder: Path) -> Office:
    """Unpack one into `folder`/data; `folder`/sources has today's contracts and the file that each source sent last."""
    with tarfile.open(FOLDER / f"{name}.tar.xz") as packed:
        packed.extractall(folder / "data", filter="data")
    store = SnapshotStore(folder / "data")
    last = {entry.source: store.read(entry) for entry in store.entries()}
    office = Office(Settings(data=folder / "data", sources=copy_sources(folder / "sources", list(last))))
    for source, data in last.items():
        office.file(source).write_bytes(data)
    return office
