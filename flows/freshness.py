"""How fresh each source is: whether we tried, reached the publisher, found a change, and took what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from catalog.settings import Settings
from flows import ledger
from flows.outcome import FetchOutcome, SourceState

Freshness = Literal["bundled", "new", "unchanged", "refused", "unreachable", "not_run"]
# A night that was due this short a time ago may still be starting.
GRACE = timedelta(minutes=30)


@dataclass(frozen=True)
class Attempt:
    """How the last fetch of a source ended, when that was, and since which night it has ended like that.

    The times are ISO 8601 with their zone; those of the night that is still running are empty.
    """

    state: SourceState
    message_id: str = ""
    message_en: str = ""
    tried_at: str = ""
    since: str = ""


def attempts(settings: Settings, fetched: Iterable[FetchOutcome] = ()) -> dict[str, Attempt]:
    """The last attempt at each source: from the ledger of nights, and from the night that is running."""
    found: dict[str, Attempt] = {}
    for line in ledger.runs(settings):
        for item in line.get("fetched", []):
            _take(found, item, str(line["started_at"]))
    for outcome in fetched:
        _take(found, vars(outcome), "")
    return found


def _take(found: dict[str, Attempt], item: Mapping[str, Any], tried_at: str) -> None:
    before = found.get(item["source"])
    since = before.since if before is not None and before.state == item["state"] else tried_at
    found[item["source"]] = Attempt(item["state"], item["message_id"], item["message_en"], tried_at, since)


def state_of(attempt: Attempt | None, *, bundled: bool, refused: bool, missed: bool = False) -> Freshness:
    """The state of a source; `refused` when its newest kept file is not in force, `missed` when no night ran on time.

    A refused file comes first: it is what keeps older figures in force, whatever the publisher does meanwhile.
    A bundled file has no rhythm, so a night that did not run leaves it as fresh as it was.
    """
    if refused or (attempt is not None and attempt.state == "refused"):
        return "refused"
    if attempt is not None and attempt.state == "unreachable" and (bundled or not missed):
        return "unreachable"
    if bundled:
        return "bundled"
    if attempt is None or missed:
        return "not_run"
    return attempt.state


def missed_night(settings: Settings, last_started: str | None, now: datetime) -> datetime | None:
    """The time at which the schedule last called for a night, if none has begun since; None when all is well.

    None also when nothing ever ran, for then there is no schedule to speak of, and when the schedule cannot be read:
    `mojoraya serve` refuses such a schedule in words.
    """
    from cronsim import CronSim, CronSimError

    if last_started is None:
        return None
    here = (now - GRACE).astimezone(ZoneInfo(settings.timezone))
    try:
        due: datetime = next(CronSim(settings.cron, here, reverse=True))
    except (CronSimError, StopIteration):
        return None
    return due if datetime.fromisoformat(last_started) < due else None


def next_night(settings: Settings, now: datetime) -> datetime | None:
    """The time at which the schedule next calls for a night; None when the schedule cannot be read."""
    from cronsim import CronSim, CronSimError

    try:
        due: datetime = next(CronSim(settings.cron, now.astimezone(ZoneInfo(settings.timezone))))
    except (CronSimError, StopIteration):
        return None
    return due
