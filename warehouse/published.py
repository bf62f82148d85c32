"""The published DuckDB file: every table with its comments, and the table macros."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from warehouse.arrow import as_table
from warehouse.build import connect
from warehouse.ddl import comment_all, create_all, create_macros, select_sorted
from warehouse.model import Table
from warehouse.sqlfiles import load_sql, names
from warehouse.stream import ROW_GROUP

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
        create_all(con, tables.values())
        for table in tables.values():
            _insert(con, table, _rows(table, directory, source, release))
        comment_all(con, tables.values())
        create_macros(con)
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _rows(
    table: Table, directory: Path, source: DuckDBPyConnection, release: Mapping[str, Any]
) -> pa.RecordBatchReader | pa.Table:
    if table.parquet:
        file = pq.ParquetFile(directory / table.file)
        return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(ROW_GROUP))
    if table.full_name == RELEASE:
        return as_table(table, [release])
    return source.execute(select_sorted(table)).to_arrow_table()


def _insert(con: DuckDBPyConnection, table: Table, rows: pa.RecordBatchReader | pa.Table) -> None:
    con.register("rows_to_publish", rows)
    con.execute(load_sql("insert", table=table.full_name, columns=names(table.names), rows="rows_to_publish"))
    con.unregister("rows_to_publish")
