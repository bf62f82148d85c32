"""Is everything whole? The kept bytes against the log, and releases against what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.settings import Settings
from catalog.strict import Bilingual
from flows.seal import SUMS, is_whole, read_sealed
from sources.store import SnapshotStore
from warehouse.shelf import CURRENT, list_releases, releases_folder
from warehouse.verify import file_fault, verify_release

REBUILD = Bilingual(id="susun ulang: mojoraya rebuild", en="build it again: mojoraya rebuild")
RESTORE = Bilingual(
    id="pulihkan dari cadangan: mojoraya restore FOLDER; berkas bawaan ditulis ulang oleh mojoraya run",
    en="restore it from a backup: mojoraya restore FOLDER; bundled files are written again by mojoraya run",
)


@dataclass(frozen=True)
class Fault:
    """What is not whole, what is wrong with it, and what mends it."""

    what: str
    fault: str
    remedy: Bilingual


def verify_all(settings: Settings, release_ids: list[str] | None = None) -> Iterator[Fault]:
    """Every fault of the snapshots and of the named releases (all of them by default), the pointer included.

    A snapshot is the only thing that cannot be computed again, so it is told apart from what a rebuild mends.
    """
    yield from _snapshots(settings)
    yield from _pointer(settings)
    yield from _caches(settings)
    folder = releases_folder(settings.data)
    named = [item.id for item in list_releases(settings.data)] if release_ids is None else release_ids
    for release_id in named:
        for fault in verify_release(folder / release_id):
            yield Fault(release_id, fault, REBUILD)
    if release_ids is None and folder.is_dir():
        unreadable = {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "."} - set(named)
        for name in sorted(unreadable):
            yield Fault(name, "release.json is missing or not readable", REBUILD)


def _snapshots(settings: Settings) -> Iterator[Fault]:
    """Bytes that the log promises and that are not there, or are no longer the same."""
    store = SnapshotStore(settings.data)
    kept = {entry.sha256: entry for entry in store.entries() if entry.outcome == "kept"}
    for sha256, entry in sorted(kept.items()):
        if not store.holds(entry):
            gone = not store.path_of(entry).exists()
            fault = "its bytes are missing" if gone else "its bytes are not those that were kept"
            yield Fault(f"{entry.source} {sha256[:12]}", fault, RESTORE)


def _caches(settings: Settings) -> Iterator[Fault]:
    """Damage in what a rebuild makes anew: staged rows and verdicts, and the writer's warehouse."""
    staging, warehouse = settings.data / "staging", settings.data / "warehouse.duckdb"
    for folder in sorted(staging.iterdir()) if staging.is_dir() else ():
        sealed = all(read_sealed(path) is not None for path in folder.glob("table-*.json"))
        # One without sums is of an older version, and made anew before it is read.
        if (folder / SUMS).exists() and not (is_whole(folder) and sealed):
            yield Fault(f"staging/{folder.name[:12]}", "its bytes are not those that were written", REBUILD)
    if warehouse.is_file():
        fault = file_fault(warehouse)
        if fault:
            yield Fault(warehouse.name, f"does not read back: {fault}", REBUILD)


def _pointer(settings: Settings) -> Iterator[Fault]:
    link: Path = settings.data / CURRENT
    if link.is_symlink() and not (link / "release.json").is_file():
        yield Fault(CURRENT, "names no whole release", REBUILD)
