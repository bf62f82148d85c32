"""The published DuckDB file: every table with its comments, and the table macros."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from warehouse.arrow import as_table
from warehouse.build import connect
from warehouse.carried import carried_shards, keep_only
from warehouse.ddl import comment_all, create_all, create_macros, select_sorted
from warehouse.model import Table
from warehouse.shard import SHARDED, Shard, files_of, shard_file
from warehouse.shelf import ReleaseInfo
from warehouse.sqlfiles import literal_path, load_sql, names

FILE = "mojoraya.duckdb"
RELEASE = "meta.release"


def write_published(
    directory: Path,
    tables: Mapping[str, Table],
    source: DuckDBPyConnection,
    release: Mapping[str, Any],
    shards: Sequence[Shard] = (),
    previous: ReleaseInfo | None = None,
) -> bool:
    """Write mojoraya.duckdb beside the parquet files: their rows, and from `source` the tables that have none.

    `release` is the row of meta.release. Rows go in as the parquet files hold them, so both say the same. Those of
    `shards` that the file of `previous` holds already are carried over where that is worth it; whether any were.
    """
    kept = carried_shards(previous, FILE, shards)
    path = directory / FILE
    path.unlink(missing_ok=True)
    if previous is not None and kept:
        shutil.copyfile(previous.path / FILE, path)
        if _fill(directory, tables, source, release, kept):
            return True
        path.unlink()
    _fill(directory, tables, source, release, [])
    return False


def _fill(
    directory: Path,
    tables: Mapping[str, Table],
    source: DuckDBPyConnection,
    release: Mapping[str, Any],
    kept: Sequence[Shard],
) -> bool:
    """Fill the file, in which the rows of `kept` stand already; False where its tables are not as declared now."""
    con = connect(directory / FILE)
    try:
        con.begin()
        if kept and not keep_only(con, tables, kept):
            return False
        create_all(con, (table for name, table in tables.items() if not (kept and name in SHARDED)))
        known = {shard.source for shard in kept}
        for table in tables.values():
            _insert(con, table, _rows(con, table, directory, source, release, known))
        comment_all(con, tables.values())
        create_macros(con)
        con.commit()
        con.execute("CHECKPOINT")
    finally:
        con.close()
    return True


def _rows(
    con: DuckDBPyConnection,
    table: Table,
    directory: Path,
    source: DuckDBPyConnection,
    release: Mapping[str, Any],
    known: Collection[str],
) -> DuckDBPyRelation | pa.Table:
    """The rows of a table that the file is to get; those of the sources in `known` stand in it already."""
    if table.parquet:
        there = {directory / shard_file(table.file, name) for name in known}
        return con.read_parquet([literal_path(path) for path in files_of(directory, table.file) if path not in there])
    if table.full_name == RELEASE:
        return as_table(table, [release])
    return source.execute(select_sorted(table)).to_arrow_table()


def _insert(con: DuckDBPyConnection, table: Table, rows: DuckDBPyRelation | pa.Table) -> None:
    con.register("rows_to_publish", rows)
    con.execute(load_sql("insert", table=table.full_name, columns=names(table.names), rows="rows_to_publish"))
    con.unregister("rows_to_publish")
