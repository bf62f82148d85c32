"""docs/reading.md is held against a release: its statements run, its programs run, its files and columns exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from flows.outcome import NightOutcome
from warehouse.query import query

pytestmark = pytest.mark.xdist_group("release")

PROJECT = Path(__file__).resolve().parent.parent.parent
PAGE = (PROJECT / "docs" / "reading.md").read_text("utf-8")
STATEMENTS = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(scope="module")
def folder(first_night: tuple[Path, NightOutcome]) -> Path:
    return first_night[0]


def run(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(compile(program, "reading.md", "exec"), names)  # noqa: S102  # our own page
    return names


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_answers(folder: Path, statement: str) -> None:
    assert query((folder / "data" / "current").resolve(), statement)[1]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_runs(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    run(PROGRAMS[number], folder, monkeypatch)


def test_every_reader_finds_the_same_figure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_duckdb, by_pandas, by_polars, _, by_sdmx = (run(program, folder, monkeypatch) for program in PROGRAMS)
    figure = by_duckdb["rates"].set_index("year")["poverty_rate"][2023]
    assert figure == pytest.approx(9.3839, abs=1e-4)
    assert by_pandas["raya"][2023] == figure
    rows = by_polars["now"].filter(region_code="mojokerto-raya", period="2023")
    assert rows["value"].to_list() == [figure]
    frame = by_sdmx["joint"]
    key = (frame["REF_AREA"] == "mojokerto-raya") & (frame["INDICATOR"] == "poverty_rate")
    assert [float(value) for value in frame[key & (frame["TIME_PERIOD"] == "2023")]["OBS_VALUE"]] == [figure]


def test_every_file_that_the_page_names_is_in_the_release(folder: Path) -> None:
    named = set(re.findall(r"`([\w.]+\.(?:parquet|csv|json|txt|html|xlsx|duckdb))`", PAGE))
    assert named <= {path.name for path in (folder / "data" / "current").iterdir()}


def test_every_table_is_a_file_and_every_file_is_on_the_page(folder: Path) -> None:
    files = {path.name for path in (folder / "data" / "current").iterdir() if path.suffix != ".parquet"}
    assert all(f"`{name}`" in PAGE for name in files), files
