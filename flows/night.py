"""One night as a plain function: the same stages as the Prefect flow, without Prefect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from catalog.settings import Settings
from flows import ledger, notify, stages, wording
from flows.layout import LayoutTooNew
from flows.lock import NightInProgress, night_lock
from flows.machine import machine_fault
from flows.mirror_night import after_night
from flows.outcome import FetchOutcome, NightOutcome
from flows.readers import Readers
from flows.reading import read_ahead, unread
from sources.connectors import TransientFailure


def night(settings: Settings, report: Callable[[str], None] = print, readers: Readers | None = None) -> NightOutcome:
    """Fetch every source, read what there is, publish; `report` gets one line per stage and source.

    `readers` are processes that read beside this one; without them large files have some started for them.
    """
    started = datetime.now(UTC)
    try:
        with night_lock(settings.data):
            outcome = after_night(settings, _stages(settings, report, readers), report)
            notify.tell_or_say(settings, outcome, datetime.now(UTC), report)
    except LayoutTooNew as error:
        return wording.not_ours(error, settings.lang, report)
    except NightInProgress as error:
        outcome = wording.nothing_published(error.message.id, error.message.en)
    except Exception as error:
        if machine_fault(error) is None:
            raise
        outcome = wording.night_broke(error)
    report(wording.publish_line(outcome, settings.lang))
    ledger.append_or_say(settings, outcome, started, "command", report)
    return outcome


def _stages(settings: Settings, report: Callable[[str], None], readers: Readers | None) -> NightOutcome:
    fetched = []
    for source in stages.list_sources(settings):
        fetched.append(_fetch_once(settings, source))
        if readers is not None:
            readers.begin(settings, source)
        report(wording.fetch_line(fetched[-1], settings.lang))
    return replace(_read_and_publish(settings, fetched, report, readers), fetched=tuple(fetched))


def _fetch_once(settings: Settings, source: str) -> FetchOutcome:
    try:
        return stages.fetch_source(settings, source)
    except TransientFailure as error:
        return wording.unreachable(source, error.message, 1)


def _read_and_publish(
    settings: Settings, fetched: list[FetchOutcome], report: Callable[[str], None], readers: Readers | None
) -> NightOutcome:
    if not stages.needs_work(settings):
        return stages.unchanged_night(settings, fetched)
    judged = []
    read_ahead(settings, unread(settings, [item.source for item in fetched]), report, readers=readers)
    for item in fetched:
        if readers is not None:
            readers.settle(item.source)
        judged.append(stages.read_source(settings, item.source))
        report(wording.read_line(judged[-1], settings.lang))
    return stages.publish(settings, fetched, judged)
