from __future__ import annotations

from pathlib import Path

from dashboard.coverage import render, spans
from flows.outcome import NightOutcome

PROJECT = Path(__file__).resolve().parent.parent.parent


def test_the_coverage_page_is_what_the_release_holds(first_night: tuple[Path, NightOutcome]) -> None:
    release = (first_night[0] / "data" / "current").resolve()
    assert (PROJECT / "docs" / "coverage.md").read_text("utf-8") == render(release), "run: make docs"


def test_years_are_shown_as_runs_so_that_a_gap_is_seen() -> None:
    assert spans({2014, 2015, 2017}) == "2014-2015, 2017"
    assert spans(set()) == "-"
