"""What a stage reports: small values that cross task boundaries and end in the run ledger."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

SourceState = Literal["bundled", "new", "unchanged", "refused", "unreachable"]


@dataclass(frozen=True)
class FetchOutcome:
    """What fetching one source gave: new bytes, nothing new, refused at the door, or unreachable."""

    source: str
    state: SourceState
    snapshot: str | None = None
    bundled: bool = False
    message_id: str = ""
    message_en: str = ""


@dataclass(frozen=True)
class ReadOutcome:
    """What reading and judging a source's snapshots gave; `refused` says why the newest is not in force."""

    source: str
    accepted: int = 0
    quarantined: int = 0
    refused_id: str = ""
    refused_en: str = ""


@dataclass(frozen=True)
class NightOutcome:
    """One night: exit code 0, 1 or 3 as in DESIGN section 8, the release, what to tell the operator, what was tried."""

    exit_code: int
    release: str | None
    changed: bool
    summary_id: str
    summary_en: str
    sources: int = 0
    accepted: int = 0
    quarantined: int = 0
    problems_id: list[str] = field(default_factory=list)
    problems_en: list[str] = field(default_factory=list)
    fetched: tuple[FetchOutcome, ...] = ()

    def summary(self, lang: str) -> str:
        """The summary as plain text in `lang`."""
        return self.summary_en if lang == "en" else self.summary_id

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready form for the ledger and for task results."""
        return asdict(self)
