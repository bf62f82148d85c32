"""The run ledger: one line per night in data/runs.jsonl. It is never an input to a release."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any

from catalog.settings import Settings
from flows.outcome import NightOutcome


def append_run(settings: Settings, outcome: NightOutcome, started: datetime, finished: datetime, trigger: str) -> None:
    """Append one night; `trigger` is "command", "schedule" or "deployment"; times carry their zone."""
    line = {
        "started_at": started.isoformat(),
        "finished_at": finished.isoformat(),
        "trigger": trigger,
        **outcome.as_dict(),
    }
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "runs.jsonl").open("ab") as file:
        file.write(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())


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
