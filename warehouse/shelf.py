"""The shelf of releases: which there are, which one is current, moving the pointer, taking old ones away."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.disk import PREFIX, point, sync

RELEASE_FILE = "release.json"
CURRENT = "current"
TAGS = "tags"
RELEASE_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}")
TAG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LEAST_KEPT = 2


class ReleaseMissing(LookupError):
    """No release of that id, or one without a readable release.json."""


@dataclass(frozen=True)
class ReleaseInfo:
    """What release.json says; `tables` holds rows and digest of every table, `content` names those in the id."""

    id: str
    path: Path
    built_at: datetime
    parent: str | None
    content_digest: str
    tables: dict[str, dict[str, Any]]
    content: list[str]
    inputs: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: int(told["rows"]) for name, told in self.tables.items()}

    def as_json(self) -> str:
        """The text of release.json."""
        told = {**asdict(self), "built_at": self.built_at.isoformat()}
        del told["path"]
        return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def releases_folder(data: Path) -> Path:
    """Where the releases of a data directory stand."""
    return data / "releases"


def is_release_id(text: str) -> bool:
    """Whether a text has the form of a release id, a day and twelve characters of a hash, and so is no path."""
    return RELEASE_ID.fullmatch(text) is not None


def read_release(directory: Path) -> ReleaseInfo:
    """What a release says of itself; raises `ReleaseMissing` when it cannot be read."""
    try:
        told = json.loads((directory / RELEASE_FILE).read_text("utf-8"))
        told["built_at"] = datetime.fromisoformat(told["built_at"])
        return ReleaseInfo(path=directory, **told)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ReleaseMissing(f"{directory.name}: {RELEASE_FILE} is missing or not readable: {error}") from None


def current_release(data: Path) -> ReleaseInfo | None:
    """The release that data/current names; the pointer is resolved once.

    None before the first release, and when the pointer leads to nothing readable: the next release mends that.
    """
    link = data / CURRENT
    if not link.is_symlink():
        return None
    return _readable(releases_folder(data) / link.readlink().name)


def list_releases(data: Path) -> list[ReleaseInfo]:
    """Every release, newest build first; work in progress, and a directory that cannot say what it is, are none."""
    folder = releases_folder(data)
    if not folder.is_dir():
        return []
    directories = (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = [release for release in map(_readable, directories) if release]
    return sorted(found, key=lambda item: (item.built_at, item.id), reverse=True)


def _readable(directory: Path) -> ReleaseInfo | None:
    try:
        return read_release(directory)
    except ReleaseMissing:
        return None


def flip(data: Path, release_id: str) -> None:
    """Make data/current name a release, by one atomic rename; raises `ReleaseMissing` when there is none."""
    directory = releases_folder(data) / release_id
    read_release(directory)
    target = f"{directory.parent.name}/{release_id}"
    link = data / CURRENT
    if not (link.is_symlink() and str(link.readlink()) == target):
        point(link, target)


def tags(data: Path) -> dict[str, str]:
    """Release id by tag; a tag is a symbolic link in data/tags, so that readers can open a release by it."""
    folder = data / TAGS
    links = (path for path in sorted(folder.iterdir()) if path.is_symlink()) if folder.is_dir() else ()
    return {link.name: link.readlink().name for link in links}


def tag_release(data: Path, name: str, release_id: str) -> None:
    """Name a release, so that it is kept for good.

    Raises `ReleaseMissing` when there is no such release, ValueError when `name` cannot be the name of a link.
    """
    if not TAG_NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no tag")
    read_release(releases_folder(data) / release_id)
    (data / TAGS).mkdir(exist_ok=True)
    point(data / TAGS / name, f"../{releases_folder(data).name}/{release_id}")


def untag_release(data: Path, name: str) -> bool:
    """Take a tag away; False when there is none of that name."""
    link = data / TAGS / name
    if name not in tags(data):
        return False
    link.unlink()
    sync(link.parent)
    return True


def prune_releases(data: Path, keep: int, now: datetime, min_age_hours: float = 24, keep_monthly: int = 0) -> list[str]:
    """Remove the oldest releases beyond `keep` (at least two); returns their ids.

    Kept besides are the current release, tagged ones, the newest of each of the last `keep_monthly` months that have
    one, and every release younger than `min_age_hours`: somebody may be reading it. A release vanishes by one rename
    before its files are removed.
    """
    current = current_release(data)
    releases = list_releases(data)
    old = now - timedelta(hours=min_age_hours)
    kept = {*tags(data).values(), *_newest_of_months(releases, keep_monthly)} | ({current.id} if current else set())
    removed = []
    for item in releases[max(keep, LEAST_KEPT) :]:
        if item.id in kept or item.built_at > old:
            continue
        aside = item.path.with_name(f"{PREFIX}{os.getpid()}-removed-{item.id}")
        item.path.rename(aside)
        sync(item.path.parent)
        shutil.rmtree(aside)
        removed.append(item.id)
    return removed


def _newest_of_months(releases: list[ReleaseInfo], months: int) -> list[str]:
    """The newest release of each of the last `months` months in which any was built; newest first comes in."""
    newest: dict[tuple[int, int], str] = {}
    for item in releases:
        newest.setdefault((item.built_at.year, item.built_at.month), item.id)
    return list(newest.values())[:months]
