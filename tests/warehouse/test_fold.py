from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_samples import FAULTS, REGENCY, Figure, day, edition

from catalog.load import Catalog
from warehouse.build import Build, current_observations, in_force_on, observations_of, vintages
from warehouse.columns import published_tables
from warehouse.ddl import create_all, create_macros
from warehouse.fold import Edition, FoldError, fold

HISTORY = "SELECT value::VARCHAR, vintage, superseded_at, closed_reason FROM core.observation ORDER BY ALL"


def rows(con: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_a_then_b_then_a_leaves_one_current_row_and_two_closed(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    told = ["5.77", "5.78", "5.77"]
    fold(con, [edition(tmp_path, [Figure(v)], vintage=day(n), position=n) for n, v in enumerate(told, 1)], catalog)
    assert rows(con, HISTORY) == [
        ("5.770000", day(1), day(2), "revised"),
        ("5.770000", day(3), None, None),
        ("5.780000", day(2), day(3), "revised"),
    ]


def test_an_equal_reissue_changes_nothing(con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path) -> None:
    fold(con, [edition(tmp_path, [Figure("5.77")], vintage=day(n), position=n) for n in (1, 2, 3)], catalog)
    assert rows(con, HISTORY) == [("5.770000", day(1), None, None)]


@pytest.mark.parametrize(
    ("second", "current"),
    [
        ({"replaces": True}, 1),
        ({"replaces": False}, 2),
        ({"replaces": True, "has_quarantine": True}, 2),
    ],
    ids=["a replacing edition withdraws", "an adding one does not", "nor does one with rows in quarantine"],
)
def test_what_vanishes_is_withdrawn_only_by_a_whole_replacement(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path, second: dict[str, bool], current: int
) -> None:
    both = [Figure("5.77"), Figure("9.80", REGENCY)]
    first = edition(tmp_path, both, vintage=day(1), position=1)
    fold(con, [first, edition(tmp_path, both[:1], vintage=day(2), position=2, **second)], catalog)
    assert current_observations(con).num_rows == current
    closed = rows(
        con, "SELECT region_code, superseded_at, closed_reason FROM core.observation WHERE closed_reason != ''"
    )
    assert closed == ([(REGENCY, day(2), "withdrawn")] if current == 1 else [])


def test_what_was_known_on_a_day_is_what_the_macro_gives(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    told = [[Figure("5.77"), Figure("9.80", REGENCY)], [Figure("5.78")], [Figure("5.77"), Figure("9.81", REGENCY)]]
    many = [edition(tmp_path, figures, vintage=day(2 * n), position=n) for n, figures in enumerate(told, 1)]
    fold(con, many, catalog)
    tables = published_tables(catalog)
    create_macros(con)
    seen = observations_of(Build(con, catalog, tables), [REGENCY, "35.76"])
    for number in range(1, 9):
        known = in_force_on(seen, day(number), ["poverty_rate"])
        asked = f"SELECT observation_id FROM core.as_of('{day(number)}') ORDER BY observation_id"
        assert sorted(known["observation_id"].to_pylist()) == [found for (found,) in rows(con, asked)]
        assert in_force_on(seen, day(number), []).num_rows == 0
    assert set(observations_of(Build(con, catalog, tables), [REGENCY])["region_code"].to_pylist()) == {REGENCY}


def test_an_edition_that_arrives_late_lands_in_its_place(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    newest = edition(tmp_path, [Figure("5.79")], vintage=day(9), position=1)
    late = edition(tmp_path, [Figure("5.77")], vintage=day(3), position=2)
    fold(con, [newest, late], catalog)
    assert rows(con, HISTORY) == [("5.770000", day(3), day(9), "revised"), ("5.790000", day(9), None, None)]


def test_of_two_editions_on_one_day_the_later_in_the_log_holds(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    told = ["5.77", "5.78", "5.77"]
    fold(con, [edition(tmp_path, [Figure(v)], position=n) for n, v in enumerate(told)], catalog)
    create_macros(con)
    assert rows(con, "SELECT value::VARCHAR FROM core.as_of(DATE '2024-01-01')") == [("5.770000",)]
    assert rows(con, "SELECT count(*), count(DISTINCT observation_id) FROM core.observation") == [(3, 3)]


def test_a_change_of_status_or_precision_alone_opens_a_row(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    told = [Figure("5.7", status="P", step="0.1"), Figure("5.7", step="0.1"), Figure("5.7", step="0.01")]
    fold(con, [edition(tmp_path, [f], vintage=day(n), position=n) for n, f in enumerate(told, 1)], catalog)
    assert rows(con, "SELECT obs_status, rounding_step, superseded_at FROM core.observation ORDER BY vintage") == [
        ("P", Decimal("0.1"), day(2)),
        ("A", Decimal("0.1"), day(3)),
        ("A", Decimal("0.01"), None),
    ]


def test_rows_with_a_critical_failure_stay_out_and_warnings_stay_in(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    figures = [Figure("105.00"), Figure("9.80", REGENCY), Figure("0.01", "35.78")]
    fold(con, [edition(tmp_path, figures, failures=[(0, "critical"), (1, "warning")])], catalog)
    assert rows(con, "SELECT region_code FROM core.observation ORDER BY ALL") == [(REGENCY,), ("35.78",)]


def test_a_printed_gap_is_a_row_without_a_value(con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path) -> None:
    fold(con, [edition(tmp_path, [Figure(None, mark="...")])], catalog)
    assert rows(con, "SELECT value, obs_status, missing_mark FROM core.observation") == [(None, "M", "...")]


def test_the_first_year_of_a_declared_break_is_flagged(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    figures = [Figure("1", period=str(year), indicator="population") for year in (2019, 2020, 2021)]
    fold(con, [edition(tmp_path, figures)], catalog)
    assert rows(con, "SELECT year FROM core.observation WHERE break_flag") == [(2020,)]


@pytest.mark.parametrize(("figures", "told"), FAULTS)
def test_what_no_gate_stopped_is_refused_with_its_place(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path, figures: list[Figure], told: str
) -> None:
    with pytest.raises(FoldError, match="kota-kemiskinan") as error:
        fold(con, [edition(tmp_path, figures)], catalog)
    assert told in str(error.value)


def test_the_same_file_may_be_two_editions(con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path) -> None:
    first = edition(tmp_path, [Figure("5.77")], vintage=day(1), position=1)
    second = edition(tmp_path, [Figure("5.78")], vintage=day(2), position=2)
    fold(con, [first, second, replace(first, vintage=day(3), position=3)], catalog)
    assert [row[1] for row in rows(con, HISTORY)] == [day(1), day(3), day(2)]


def test_a_folder_with_brackets_in_its_name_is_read(con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path) -> None:
    odd = tmp_path / "data [baru] *"
    fold(con, [edition(odd, [Figure("5.77")], failures=[(5, "critical")])], catalog)
    assert current_observations(con).num_rows == 1


def test_lineage_leads_each_observation_to_its_cell(con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path) -> None:
    fold(con, [edition(tmp_path, [Figure("5.77"), Figure("9.80", REGENCY)], position=7)], catalog)
    found = rows(
        con,
        "SELECT o.region_code, l.snapshot, l.file, l.source_line, l.source_column, l.raw "
        "FROM core.observation AS o JOIN core.lineage AS l USING (observation_id) ORDER BY ALL",
    )
    assert found == [
        (REGENCY, f"{7:064x}", "kemiskinan.csv", 3, "Nilai", "9.80"),
        ("35.76", f"{7:064x}", "kemiskinan.csv", 2, "Nilai", "5.77"),
    ]


def test_observation_ids_follow_from_key_source_vintage_value_and_status(
    con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    fold(con, [edition(tmp_path, [Figure("5.77"), Figure(None, REGENCY, mark="-")])], catalog)
    told = [
        ("poverty_rate", REGENCY, "2023", "_T", "kota-kemiskinan", "2024-01-01", "", "M"),
        ("poverty_rate", "35.76", "2023", "_T", "kota-kemiskinan", "2024-01-01", "5.770000", "A"),
    ]
    expected = [(md5("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()[:16],) for parts in told]
    assert rows(con, "SELECT observation_id FROM core.observation ORDER BY region_code") == expected


def test_sources_keep_histories_of_their_own(con: DuckDBPyConnection, catalog: Catalog, tmp_path: Path) -> None:
    told = [("a", "5.77"), ("b", "5.78"), ("c", "5.79")]
    fold(con, [edition(tmp_path, [Figure(v)], position=n, source=s) for n, (s, v) in enumerate(told)], catalog)
    assert rows(con, "SELECT count(*) FROM core.observation WHERE superseded_at IS NULL") == [(3,)]


@dataclass(frozen=True)
class Told:
    """An edition as the naive model sees it."""

    vintage: int
    figures: dict[int, str]
    replaces: bool
    has_quarantine: bool


TOLD = st.builds(
    Told,
    vintage=st.integers(1, 5),
    figures=st.dictionaries(st.integers(1, 3), st.sampled_from(["1.00", "2.00", "gap"]), max_size=3),
    replaces=st.booleans(),
    has_quarantine=st.booleans(),
)
Span = tuple[int, str, date, date | None, str | None]


def naive(told: list[Told]) -> list[Span]:
    """The fold, one edition and one key at a time."""
    done: list[Span] = []
    standing: dict[int, tuple[str, date]] = {}
    ordered = sorted(enumerate(told), key=lambda item: (item[1].vintage, item[0]))
    for _, item in ordered:
        now = day(item.vintage)
        for key, value in item.figures.items():
            if key in standing and standing[key][0] != value:
                done.append((key, *standing.pop(key), now, "revised"))
            standing.setdefault(key, (value, now))
        if item.replaces and not item.has_quarantine:
            gone = sorted(set(standing) - set(item.figures))
            done.extend((key, *standing.pop(key), now, "withdrawn") for key in gone)
    return done + [(key, value, since, None, None) for key, (value, since) in standing.items()]


def known_on(spans: list[Span], now: date) -> list[tuple[int, str]]:
    return sorted((key, value) for key, value, since, until, _ in spans if since <= now and (not until or now < until))


@contextmanager
def folded(catalog: Catalog, editions: list[Edition]) -> Iterator[DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_all(con, published_tables(catalog).values())
        create_macros(con)
        fold(con, editions, catalog)
        yield con


def as_edition(folder: Path, number: int, item: Told) -> Edition:
    figures = [
        Figure(None if value == "gap" else value, period=str(2000 + key), mark="-" if value == "gap" else None)
        for key, value in sorted(item.figures.items())
    ]
    told = {"replaces": item.replaces, "has_quarantine": item.has_quarantine}
    return edition(folder, figures, vintage=day(item.vintage), position=number, **told)


@settings(max_examples=25)
@given(told=st.lists(TOLD, min_size=1, max_size=6), seed=st.randoms())
def test_the_fold_agrees_with_folding_by_hand(
    told: list[Told], seed: Any, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fold")
    editions = [as_edition(folder, number, item) for number, item in enumerate(told)]
    seed.shuffle(editions)
    expected = naive(told)
    with folded(catalog, editions) as con:
        found = rows(
            con,
            "SELECT year - 2000, coalesce(format('{:.2f}', value::DOUBLE), 'gap'), vintage, superseded_at, "
            "closed_reason FROM core.observation",
        )
        assert sorted(map(str, found)) == sorted(map(str, expected))
        for now in map(day, range(1, 7)):
            known = rows(
                con,
                f"SELECT year - 2000, coalesce(format('{{:.2f}}', value::DOUBLE), 'gap') "
                f"FROM core.as_of(DATE '{now}') ORDER BY ALL",
            )
            assert known == known_on(expected, now)
            assert len({key for key, _ in known}) == len(known)
        assert set(vintages(con)) == {moment for span in expected for moment in span[2:4] if moment}
        assert rows(con, "SELECT count(*) = count(DISTINCT observation_id) FROM core.observation") == [(True,)]
        assert rows(con, "SELECT count(*) FROM core.lineage ANTI JOIN core.observation USING (observation_id)") == [
            (0,)
        ]
