"""A release from the snapshot log alone: every cache is thrown away and comes back, now or as of an earlier day.

`run` and `rebuild` are the same fold over the log, one with a cache; both give the same release id.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from catalog.settings import Settings
from flows import ledger, stages, wording
from flows.layout import LayoutTooNew
from flows.lock import NightInProgress, night_lock
from flows.machine import machine_fault
from flows.outcome import NightOutcome
from sources.store import SnapshotStore

TRIGGER = "rebuild"
CACHES = ("staging", "warehouse.duckdb")


def rebuild(settings: Settings, report: Callable[[str], None] = print) -> NightOutcome:
    """Judge every kept snapshot anew and publish what stands; nothing is fetched.

    The release in force stays until the new one is whole. `report` gets one line per source.
    """
    started = datetime.now(UTC)
    try:
        with night_lock(settings.data):
            outcome = _from_the_log(settings, report)
    except LayoutTooNew as error:
        return wording.not_ours(error, settings.lang, report)
    except NightInProgress as error:
        outcome = wording.nothing_published(error.message.id, error.message.en)
    except Exception as error:
        if machine_fault(error) is None:
            raise
        outcome = wording.night_broke(error)
    report(wording.publish_line(outcome, settings.lang))
    ledger.append_or_say(settings, outcome, started, TRIGGER, report)
    return outcome


def rebuild_as_of(settings: Settings, day: date, report: Callable[[str], None] = print) -> NightOutcome:
    """The release that the log of `day` gives under today's catalog, contracts and code.

    It stands in a data folder of its own, data/as-of/<day>, with releases and a pointer of its own: the office's
    release stays in force. What BPS published before but we first saw later is not in it; `core.as_of` answers that.
    """
    there = settings.model_copy(update={"data": as_of_folder(settings, day)})
    with night_lock(there.data):
        SnapshotStore(settings.data).known_by(day, there.data)
        _copy_contracts(settings.data, there.data)
    return rebuild(there, report)


def as_of_folder(settings: Settings, day: date) -> Path:
    """Where `rebuild --as-of` puts what it makes."""
    return settings.data / "as-of" / day.isoformat()


def _from_the_log(settings: Settings, report: Callable[[str], None]) -> NightOutcome:
    for name in CACHES:
        path = settings.data / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    judged = []
    for source in stages.list_sources(settings):
        judged.append(stages.read_source(settings, source))
        report(wording.read_line(judged[-1], settings.lang))
    return stages.publish(settings, [], judged)


def _copy_contracts(here: Path, there: Path) -> None:
    """The last good text of every contract speaks there too for one that an edit has broken since."""
    shutil.rmtree(there / "contracts", ignore_errors=True)
    if (here / "contracts").is_dir():
        shutil.copytree(here / "contracts", there / "contracts")
