"""One night at a time per data folder: a lock that dies with its process, so that no crash leaves it behind."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from catalog.strict import Bilingual, ToldError
from flows import layout
from warehouse.disk import remove_leftovers

# Where a night writes aside before it renames.
WRITTEN = ("snapshots", "staging", "contracts", "feedback", "releases", "tags")


class NightInProgress(ToldError):
    """Another process runs a night on the same data folder; `message` says which and since when."""


@contextmanager
def night_lock(data: Path) -> Iterator[None]:
    """Hold the data folder for one night; raises `NightInProgress` when another process holds it.

    Raises `flows.layout.LayoutTooNew`, before anything is written, for a folder that a newer version has written.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "night.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NightInProgress(_holder(data / "night.lock")) from None
        layout.refuse_newer(data)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}))
        file.flush()
        clear_leftovers(data)
        layout.mark(data)
        yield
        file.truncate(0)


def clear_leftovers(data: Path) -> None:
    """Remove what killed nights left behind; only who holds the lock may, for nobody else is writing then."""
    staged = (data / "staging").glob("[!.]*/")
    for folder in (data, *(data / name for name in WRITTEN), *staged):
        remove_leftovers(folder)


def _holder(path: Path) -> Bilingual:
    try:
        known = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        known = {"pid": "?", "since": "?"}
    return Bilingual(
        id=f"Proses {known['pid']} sedang menjalankan malam di folder data ini sejak {known['since']}. "
        "Tunggu sampai selesai, lalu ulangi.",
        en=f"Process {known['pid']} has been running a night on this data folder since {known['since']}. "
        "Wait until it ends, then try again.",
    )
