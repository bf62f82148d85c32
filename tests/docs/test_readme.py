"""The README is held against the product: its queries run, its files exist, its settings are real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.settings import ENVIRONMENT, Settings
from flows.outcome import NightOutcome
from warehouse.query import query

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")

PROJECT = Path(__file__).resolve().parent.parent.parent
README = (PROJECT / "README.md").read_text("utf-8")
QUERIES = dict(re.findall(r"```sql\n-- (\d+)\. [^\n]*\n(.*?)```", README, flags=re.DOTALL))


@pytest.fixture(scope="session")
def release(first_night: tuple[Path, NightOutcome]) -> Path:
    return (first_night[0] / "data" / "current").resolve()


def test_there_are_ten_queries() -> None:
    assert sorted(map(int, QUERIES)) == list(range(1, 11))


@pytest.mark.parametrize("number", sorted(QUERIES))
def test_a_query_of_the_readme_is_one_statement_that_answers(release: Path, number: str) -> None:
    assert QUERIES[number].count(";") == 1
    _, rows = query(release, QUERIES[number])
    # Nothing can have been revised in a first release.
    assert rows or number == "10"


def test_the_answers_are_the_control_values(release: Path) -> None:
    rank = {row[0]: row[2] for row in query(release, QUERIES["4"])[1]}
    assert rank == {"Kota Mojokerto": 6, "Kabupaten Mojokerto": 19}
    top = query(release, QUERIES["6"])[1][0]
    assert "Industri" in top[0]
    assert top[3] == pytest.approx(3.13, abs=0.006)


def test_every_file_the_readme_names_is_there(first_night: tuple[Path, NightOutcome]) -> None:
    for name in re.findall(r"`data/([^`]+)`", README):
        assert list((first_night[0] / "data").glob(name.rstrip("/"))), name


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    assert named == set(Settings.model_fields)
    for variable in ENVIRONMENT:
        assert f"`{variable}`" in page


def test_every_make_verb_is_described() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE).group(1).split())  # type: ignore[union-attr]
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    assert phony == described


def test_the_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (PROJECT / target).exists(), target
