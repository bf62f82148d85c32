"""The published DuckDB file: every table with its comments, and the table macros."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from warehouse.arrow import as_table
from warehouse.build import connect
from warehouse.ddl import comment_all, create_all, create_macros, select_sorted
from warehouse.model import Table
from warehouse.shard import files_of
from warehouse.sqlfiles import literal_path, load_sql, names

FILE = "mojoraya.duckdb"
RELEASE = "meta.release"


def write_published(
    directory: Path, tables: Mapping[str, Table], source: DuckDBPyConnection, release: Mapping[str, Any]
) -> None:
    """Write mojoraya.duckdb beside the parquet files: their rows, and from `source` the tables that have none.

    `release` is the row of meta.release. Rows go in as the parquet files hold them, so both say the same.
    """
    con = connect(directory / FILE)
    try:
        con.begin()
        create_all(con, tables.values())
        for table in tables.values():
            _insert(con, table, _rows(con, table, directory, source, release))
        comment_all(con, tables.values())
        create_macros(con)
        con.commit()
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _rows(
    con: DuckDBPyConnection, table: Table, directory: Path, source: DuckDBPyConnection, release: Mapping[str, Any]
) -> DuckDBPyRelation | pa.Table:
    if table.parquet:
        return con.read_parquet([literal_path(path) for path in files_of(directory, table.file)])
    if table.full_name == RELEASE:
        return as_table(table, [release])
    return source.execute(select_sorted(table)).to_arrow_table()


def _insert(con: DuckDBPyConnection, table: Table, rows: DuckDBPyRelation | pa.Table) -> None:
    con.register("rows_to_publish", rows)
    con.execute(load_sql("insert", table=table.full_name, columns=names(table.names), rows="rows_to_publish"))
    con.unregister("rows_to_publish")
