"""One night under way: what the flow and its tasks share with whoever started them, without importing Prefect."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from catalog.settings import Settings
from flows.outcome import NightOutcome
from flows.readers import Readers


@dataclass
class Night:
    """Settings, where progress is told, what started the night and when, who reads beside it, and how it ended."""

    settings: Settings
    report: Callable[[str], None]
    trigger: str
    started: datetime
    readers: Readers | None = None
    outcome: NightOutcome | None = None


# Set by `mojoraya run`, which has a terminal; a scheduled run makes its own.
NIGHT: ContextVar[Night | None] = ContextVar("NIGHT", default=None)
