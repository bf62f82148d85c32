"""Sums over the hashes of whole rows: by them millions of rows in two places are held against each other at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.sqlfiles import literal_path, load_sql, names, text


@dataclass(frozen=True)
class RowSum:
    """How many rows there are, and the sum of their hashes; those of two sets of rows add up to that of both."""

    rows: int = 0
    hashes: int = 0

    def __add__(self, other: RowSum) -> RowSum:
        """The sum over both sets of rows."""
        return RowSum(self.rows + other.rows, self.hashes + other.hashes)

    def told(self) -> dict[str, Any]:
        """As JSON that `known_sum` reads."""
        return {"duckdb": duckdb.__version__, "rows": self.rows, "hashes": str(self.hashes)}


def known_sum(told: dict[str, Any] | None) -> RowSum | None:
    """A sum that was kept; None where another version of DuckDB made it, which may hash otherwise."""
    if told is None or told["duckdb"] != duckdb.__version__:
        return None
    return RowSum(told["rows"], int(told["hashes"]))


def sum_of_table(con: DuckDBPyConnection, table: str, columns: list[str]) -> RowSum:
    """The sum over the rows of a table or view, of some columns in this order."""
    rows, hashes = con.execute(load_sql("row_sum", rows=table, columns=names(columns))).fetchall()[0]
    return RowSum(rows, hashes or 0)


def sum_of_files(con: DuckDBPyConnection, paths: Iterable[Path], columns: list[str]) -> RowSum:
    """The sum over the rows of some parquet files, which may be none."""
    listed = ", ".join(text(literal_path(path)) for path in paths)
    return sum_of_table(con, f"read_parquet([{listed}])", columns) if listed else RowSum()
