from __future__ import annotations

from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.row_sum import RowSum, known_sum, sum_of_files, sum_of_table

Row = tuple[int, str | None]
ROWS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", None])), max_size=12)


def summed(rows: list[Row]) -> RowSum:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE figure (year INTEGER, raw VARCHAR)")
        if rows:
            con.executemany("INSERT INTO figure VALUES (?, ?)", rows)
        return sum_of_table(con, "figure", ["year", "raw"])


@settings(max_examples=30)
@given(ROWS, ROWS)
def test_sums_agree_where_the_rows_do_in_whatever_order(
    one: list[tuple[int, str]], other: list[tuple[int, str]]
) -> None:
    assert summed(one) + summed(other) == summed([*other, *reversed(one)])
    alike = sorted(map(repr, one)) == sorted(map(repr, other))
    assert (summed(one) == summed(other)) is alike


def test_files_have_the_sum_of_the_table_that_was_written_to_them(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE figure AS SELECT range AS year, 'x' || range AS raw FROM range(1000)")
        for part in (0, 1):
            con.execute(f"COPY (FROM figure WHERE year % 2 = {part}) TO '{tmp_path}/{part}.parquet'")
        files = [tmp_path / "0.parquet", tmp_path / "1.parquet"]
        assert sum_of_files(con, files, ["year", "raw"]) == sum_of_table(con, "figure", ["year", "raw"])
        assert sum_of_files(con, [], ["year", "raw"]) == RowSum()


def test_a_sum_that_another_duckdb_made_is_not_believed() -> None:
    found = RowSum(3, 2**70)
    assert known_sum(found.told()) == found
    assert known_sum({**found.told(), "duckdb": "1.2.0"}) is None
    assert known_sum(None) is None
