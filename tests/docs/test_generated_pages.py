from __future__ import annotations

from pathlib import Path

import pytest

from catalog.load import Catalog
from dashboard.coverage import spans
from expectations.rules import load_rules
from flows.documents import pages
from flows.outcome import NightOutcome

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")

PROJECT = Path(__file__).resolve().parent.parent.parent


def test_the_generated_pages_are_what_the_product_is(first_night: tuple[Path, NightOutcome]) -> None:
    release = (first_night[0] / "data" / "current").resolve()
    stale = [name for name, text in pages(release).items() if (PROJECT / "docs" / name).read_text("utf-8") != text]
    assert stale == [], "run: make docs"


def test_every_indicator_and_every_rule_is_documented(catalog: Catalog) -> None:
    dictionary = (PROJECT / "docs" / "dictionary.md").read_text("utf-8")
    rules = (PROJECT / "docs" / "rules.md").read_text("utf-8")
    assert [name for name in catalog.indicators if f"### `{name}`" not in dictionary] == []
    assert [name for name in load_rules() if f"| `{name}` |" not in rules] == []


def test_years_are_shown_as_runs_so_that_a_gap_is_seen() -> None:
    assert spans({2014, 2015, 2017}) == "2014-2015, 2017"
    assert spans(set()) == "-"
