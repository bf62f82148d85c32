"""The run ledger: one line per night in data/runs.jsonl. It is never an input to a release."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, BinaryIO

from catalog.settings import Settings
from flows import wording
from flows.outcome import NightOutcome

# What starts a night that asks the publishers; `rebuild` does not.
FETCHING = ("command", "schedule", "deployment")


def append_run(settings: Settings, outcome: NightOutcome, started: datetime, finished: datetime, trigger: str) -> None:
    """Append one night; `trigger` is "command", "schedule" or "deployment"; times carry their zone."""
    line = {
        "started_at": started.isoformat(),
        "finished_at": finished.isoformat(),
        "trigger": trigger,
        **outcome.as_dict(),
    }
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "runs.jsonl").open("a+b") as file:
        # Nights of two processes may end at one time.
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_torn_line(file)
        file.write(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def append_or_say(
    settings: Settings,
    outcome: NightOutcome,
    started: datetime,
    trigger: str,
    report: Callable[[str], None],
) -> None:
    """Append one night that ends now; a full disk takes nothing from how it ended, and is said."""
    try:
        append_run(settings, outcome, started, datetime.now(UTC), trigger)
    except OSError as error:
        report(wording.not_entered(error, settings.lang))


def _drop_torn_line(file: BinaryIO) -> None:
    """What a crash left of a line must not spoil the one that is written after it."""
    file.seek(0)
    data = file.read()
    file.truncate(data.rfind(b"\n") + 1)


def night_since(settings: Settings, moment: datetime) -> datetime | None:
    """When the last night began that fetched and published after `moment`; None when there was none."""
    begun = [
        datetime.fromisoformat(line["started_at"])
        for line in runs(settings)
        if line["trigger"] in FETCHING and line["exit_code"] != 1
    ]
    return max((start for start in begun if start > moment), default=None)


def runs(settings: Settings) -> list[dict[str, Any]]:
    """All nights, oldest first; a line torn by a crash is passed over."""
    path = settings.data / "runs.jsonl"
    if not path.exists():
        return []
    found = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found
