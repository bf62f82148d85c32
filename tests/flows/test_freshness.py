"""Four ways in which a figure can be old are told apart: we did not run, no publisher, no change, we refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.office import Office
from support.portal_server import Portal, Response, page

from catalog.settings import Settings
from cli.verbs.status import STATES, state
from flows import stages
from flows.freshness import Attempt, missed_night, state_of
from flows.outcome import NightOutcome
from sources.connectors import Outside

CSV = b"kode,tahun,nilai\n3576,2023,5.77\n"
CONTRACT = """
id = "hidup"
title = { id = "Hidup", en = "Live" }
publisher = "BPS"
owner = "BPS"
publication = "Tabel"
evidence = "publication"
edition = "replaces"
rhythm = "yearly"
format = {}
measures = [{ indicator = "poverty_rate", unit = "percent", precision = [{ decimals = 2 }] }]
expect = { regions = ["35.76"], first_year = 2023 }
columns = [
  { header = ["kode"], role = "region_code", scheme = "bps" },
  { header = ["tahun"], role = "period" },
  { header = ["nilai"], role = "value", measure = "poverty_rate" },
]
"""
SOON = timedelta(minutes=5)


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(stages, "OUTSIDE", Outside(sleep=lambda _seconds: None))
    with Portal() as running:
        yield running


def started(outcome: NightOutcome, office: Office) -> datetime:
    assert outcome.release
    return datetime.fromisoformat(state(office.settings, datetime.now(UTC))["last_night"]["started_at"])


def test_a_source_says_whether_it_changed_was_refused_could_not_be_reached_or_was_not_asked(
    portal: Portal, tmp_path: Path
) -> None:
    answers = [Response(CSV, headers={"ETag": '"v1"'}), Response(status=304), Response(status=404), page(b"<html>")]
    other = Response(CSV.replace(b"nilai", b"angka"), headers={"ETag": '"v2"'})
    url = portal.answers("/a.csv", *answers, other, Response(status=404))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "hidup.toml").write_text(
        f'{CONTRACT}\n[connector]\nkind = "http"\nurl = "{url}"\n', "utf-8"
    )
    office = Office(Settings(data=tmp_path / "data", sources=tmp_path / "sources"))
    told = []
    for _ in range(6):
        begun = started(office.run(), office)
        (source,) = state(office.settings, begun + SOON)["sources"]
        told.append((source["state"], source["tried_at"] == begun.isoformat(), source["reason_id"] is not None))
    # A refused file stays the reason that older figures stand, though the publisher is gone the night after.
    assert told == [
        ("new", True, False),
        ("unchanged", True, False),
        ("unreachable", True, True),
        ("refused", True, True),
        ("refused", True, True),
        ("refused", True, True),
    ]
    assert office.sql("SELECT state, snapshot IS NOT NULL, reason_id IS NOT NULL FROM meta.freshness") == [
        ("refused", True, True)
    ]
    (source,) = state(office.settings, begun + timedelta(days=3))["sources"]
    assert source["state"] == "refused"


def test_nights_that_did_not_run_are_told_as_ours_and_a_monitor_hears_of_them(portal: Portal, tmp_path: Path) -> None:
    url = portal.answers("/a.csv", Response(CSV))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "hidup.toml").write_text(
        f'{CONTRACT}\n[connector]\nkind = "http"\nurl = "{url}"\n', "utf-8"
    )
    office = Office(Settings(data=tmp_path / "data", sources=tmp_path / "sources"))
    begun = started(office.run(), office)
    today, later = (state(office.settings, begun + wait) for wait in (SOON, timedelta(days=2)))
    assert (today["exit_code"], today["missed_night"], today["sources"][0]["state"]) == (0, None, "new")
    assert (later["exit_code"], later["sources"][0]["state"]) == (3, "not_run")
    assert later["missed_night"].hour == 1


@pytest.mark.parametrize(
    ("hours", "due"),
    [(1, None), (23.2, None), (23.6, "2026-03-02T01:00:00+07:00"), (50, "2026-03-03T01:00:00+07:00")],
)
def test_a_night_is_missed_when_none_began_since_the_schedule_called_for_it(hours: float, due: str | None) -> None:
    last = datetime.fromisoformat("2026-03-01T02:00:00+07:00")
    found = missed_night(Settings(), last.isoformat(), last + timedelta(hours=hours))
    assert (found.isoformat() if found else None) == due


def test_a_schedule_that_cannot_be_read_claims_nothing() -> None:
    assert missed_night(Settings(cron="every night"), "2026-03-01T02:00:00+07:00", datetime.now(UTC)) is None
    assert missed_night(Settings(), None, datetime.now(UTC)) is None


def test_a_bundled_file_is_never_stale_but_a_lost_one_is_told() -> None:
    assert state_of(None, bundled=True, refused=False, missed=True) == "bundled"
    assert state_of(Attempt("bundled"), bundled=True, refused=False, missed=True) == "bundled"
    assert state_of(Attempt("unreachable"), bundled=True, refused=False, missed=True) == "unreachable"


def test_every_state_has_words() -> None:
    attempts = [None, *map(Attempt, ("new", "unchanged", "refused", "unreachable", "bundled"))]
    found = {
        state_of(attempt, bundled=bundled, refused=refused, missed=missed)
        for attempt in attempts
        for bundled in (True, False)
        for refused in (True, False)
        for missed in (True, False)
    }
    assert found <= set(STATES)
