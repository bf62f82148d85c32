"""Mirror the release in force to an object store, so that dashboards anywhere read one whole release.

An object store knows neither a rename of a folder nor a link. So every release lies in a folder that is never changed
once it was pointed at, and one small object, `current.json`, names it; it is written last. A reader reads the pointer
once and then only the folder that it names. What kills the sending leaves the pointer where it was, and the next
publication completes what is half there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from catalog.settings import Settings
from flows.mirror_refusals import INSIDE, PublishRefused, arrived_wrong
from flows.mirror_release import OpenRelease, open_release
from flows.mirror_snapshots import Choice, SentSnapshots, choose_snapshots, send_snapshots
from flows.mirror_store import Store

POINTER = "current.json"
RELEASES = "releases"
# What we name a folder of a release; nothing else below releases/ is ever touched.
OURS = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}-[0-9a-f]{12}")
LEAST_KEPT = 2
# Somebody may be reading what was in force a moment ago, or sending what is not in force yet.
MIN_AGE = timedelta(hours=24)


class Stored(BaseModel):
    """One file of a release in the store."""

    bytes: int
    sha256: str


class Earlier(BaseModel):
    """A release that the pointer named before."""

    release: str
    folder: str = Field(pattern=f"^{RELEASES}/{OURS.pattern}$")
    published_at: datetime


class Pointer(Earlier):
    """What `current.json` says: the release, its folder, every file in it, and what stood before, newest first."""

    format: int = 1
    sums_sha256: str
    files: dict[str, Stored]
    earlier: list[Earlier] = []


@dataclass(frozen=True)
class Mirrored:
    """How a publication went; counts are of files, `bytes` what went over the line for the release."""

    url: str
    pointer: Pointer
    moved: bool
    sent: int
    copied: int
    present: int
    bytes: int
    snapshots: SentSnapshots
    removed: tuple[str, ...] = ()
    unfinished: PublishRefused | None = None


@dataclass
class _Sending:
    sent: int = 0
    copied: int = 0
    present: int = 0
    bytes: int = 0
    touched: list[str] = field(default_factory=list)


def mirror(
    settings: Settings,
    store: Store,
    *,
    snapshots: Choice = "open",
    keep: int = 3,
    now: datetime | None = None,
    report: Callable[[str], None] = lambda _name: None,
) -> Mirrored:
    """Bring the release in force and the kept files to a store, then move its pointer, then remove old releases.

    `keep` releases stay there, at least two, and none that was written or in force within a day goes; `report` gets
    the name of every file that is sent. Raises `PublishRefused` when nothing was published; the pointer
    then stands where it stood.
    """
    _refuse_inside(settings.data, store.url)
    moment = now or datetime.now(UTC)
    with open_release(settings.data) as release:
        brought = send_snapshots(settings, store, choose_snapshots(settings, snapshots))
        before = read_pointer(store)
        done = _send(store, release, before, report)
        pointer = pointer_to(release, before, moment, keep)
        moved = before is None or (before.folder, before.files) != (pointer.folder, pointer.files)
        if moved:
            store.place(POINTER, pointer.model_dump_json(indent=2).encode("utf-8"))
        removed, trouble = _prune(store, pointer, keep, moment)
        trouble = _make_good(store, release, pointer, report) or trouble
    return Mirrored(
        store.url, pointer if moved or before is None else before, moved, done.sent, done.copied, done.present,
        done.bytes, brought, removed, trouble,
    )  # fmt: skip


def read_pointer(store: Store) -> Pointer | None:
    """What readers see; None when there is no pointer yet, or one that cannot be read and the next one mends."""
    data = store.read(POINTER)
    try:
        return Pointer.model_validate_json(data) if data is not None else None
    except ValidationError:
        return None


def pointer_to(release: OpenRelease, before: Pointer | None, now: datetime, keep: int) -> Pointer:
    """The pointer to a release, which remembers what it named before."""
    folder = f"{RELEASES}/{release.folder}"
    since = before.published_at if before and before.folder == folder else now
    named = [Earlier(release=release.id, folder=folder, published_at=since)]
    named += [
        Earlier(release=item.release, folder=item.folder, published_at=item.published_at)
        for item in ([before, *before.earlier] if before else [])
        if item.folder != folder
    ]
    return Pointer(
        release=release.id,
        folder=folder,
        published_at=since,
        sums_sha256=release.sums,
        files={part.name: Stored(bytes=part.bytes, sha256=part.sha256) for part in release.parts},
        earlier=to_keep(named, keep, now)[1:],
    )


def to_keep(named: Sequence[Earlier], keep: int, now: datetime) -> list[Earlier]:
    """Of what a pointer has named, newest first, the first `keep` (at least two), and what it named within a day."""
    count = max(keep, LEAST_KEPT)
    # What came after it says until when it was in force.
    recent = [item for after, item in pairwise(named[count - 1 :]) if now - after.published_at < MIN_AGE]
    return [*named[:count], *recent]


def _refuse_inside(data: Path, url: str) -> None:
    """Data folder and mirror have folders of the same names: one must not be written into the other."""
    if not url.startswith("file://"):
        return
    here, there = data.resolve(), Path(url.removeprefix("file://")).resolve()
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise PublishRefused(INSIDE, usage=True)


def _send(store: Store, release: OpenRelease, before: Pointer | None, report: Callable[[str], None]) -> _Sending:
    """Make the folder of a release whole in the store: what lies there stays, what lay in the last one is copied there.

    Raises `PublishRefused` when what arrived is not what was sent.
    """
    folder, done = f"{RELEASES}/{release.folder}", _Sending()
    known = {stored.sha256: f"{before.folder}/{name}" for name, stored in before.files.items()} if before else {}
    there = store.listing(folder)
    missing = [part for part in release.parts if not store.holds(folder, part, there)]
    done.present = len(release.parts) - len(missing)
    copied = [
        part for part in missing if part.sha256 in known and store.copy(known[part.sha256], f"{folder}/{part.name}")
    ]
    arrived = store.listing(folder) if copied else {}
    right = {part.name for part in copied if store.holds(folder, part, arrived)}
    done.copied = len(right)
    for part in missing:
        if part.name not in right:
            report(part.name)
            store.put(f"{folder}/{part.name}", release.files[part.name])
            done.sent, done.bytes = done.sent + 1, done.bytes + part.bytes
            done.touched.append(part.name)
    arrived = store.listing(folder) if done.sent else {}
    for part in missing:
        if part.name in done.touched and not store.holds(folder, part, arrived):
            raise PublishRefused(arrived_wrong(store.url, f"{folder}/{part.name}"))
    return done


def _make_good(
    store: Store, release: OpenRelease, pointer: Pointer, report: Callable[[str], None]
) -> PublishRefused | None:
    """Send again what another publisher took for an old release before it was pointed at; what hinders it, if any."""
    try:
        there = store.listing(pointer.folder)
        if any(there.get(part.name, {}).get("size") != part.bytes for part in release.parts):
            _send(store, release, None, report)
    except PublishRefused as refusal:
        return refusal
    return None


def _prune(store: Store, pointer: Pointer, keep: int, now: datetime) -> tuple[tuple[str, ...], PublishRefused | None]:
    """Remove old releases from the store, the names of those removed coming back with what stopped it, if anything.

    Kept are the release in force and those that were in force before it, `keep` in all, whatever was in force within a
    day, and whatever was written within one. Only folders named as we name them are looked at.
    """
    removed: list[str] = []
    try:
        names = {name.partition("/")[0] for name in store.listing(RELEASES)}
        stood = [item.folder for item in to_keep([pointer, *pointer.earlier], keep, now)]
        others = [folder for name in names if OURS.fullmatch(name) and (folder := f"{RELEASES}/{name}") not in stood]
        ages = {folder: store.written(folder) or now for folder in others}
        newest_first = sorted(others, key=lambda folder: ages[folder], reverse=True)
        for folder in newest_first[max(max(keep, LEAST_KEPT) - len(stood), 0) :]:
            # Asked again each time: another publisher may have gone back to this one.
            current = read_pointer(store)
            if now - ages[folder] > MIN_AGE and current is not None and current.folder != folder:
                store.remove(folder)
                removed.append(folder)
    except PublishRefused as refusal:
        return tuple(removed), refusal
    return tuple(removed), None
