"""The published DuckDB file: every table with its comments, and the table macros."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from warehouse.arrow import as_table
from warehouse.build import connect
from warehouse.carried import carried_shards
from warehouse.ddl import comment_all, create_all, create_macros, select_sorted
from warehouse.model import Table
from warehouse.shard import OTHERS, SHARDED, Shard, shard_file
from warehouse.shelf import ReleaseInfo
from warehouse.sqlfiles import literal_path, load_sql, names, text
from warehouse.storage import add_shards, create_storage, create_views, keep_only, small_table

FILE = "mojoraya.duckdb"
RELEASE = "meta.release"


def attach_release(con: DuckDBPyConnection, directory: Path) -> None:
    """Let a connection read the file of a release, whatever settings this process has it open with elsewhere.

    Raises `duckdb.Error` when it does not open.
    """
    con.execute(f"ATTACH {text(str(directory / FILE))} AS release (READ_ONLY)")
    con.execute("USE release")


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
        if _fill(directory, tables, source, release, shards, kept):
            return True
        path.unlink()
    _fill(directory, tables, source, release, shards, [])
    return False


def _fill(
    directory: Path,
    tables: Mapping[str, Table],
    source: DuckDBPyConnection,
    release: Mapping[str, Any],
    shards: Sequence[Shard],
    kept: Sequence[Shard],
) -> bool:
    """Fill the file, in which the rows of `kept` stand already; False where its tables are not as declared now."""
    stored = {name: small_table(table) if shards and name in SHARDED else table for name, table in tables.items()}
    known = {shard.source for shard in kept}
    con = connect(directory / FILE)
    try:
        con.begin()
        if kept and not keep_only(con, tables, kept):
            return False
        if shards and not kept:
            create_storage(con, tables)
        create_all(con, stored.values())
        for name, table in stored.items():
            _insert(con, table, _rows(con, tables[name], directory, source, release))
        comment_all(con, (table for name, table in tables.items() if not (shards and name in SHARDED)))
        if shards:
            add_shards(con, tables, [shard for shard in shards if shard.source not in known])
            create_views(con, tables)
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
) -> DuckDBPyRelation | pa.Table:
    """The rows of a table that the file is to get; of one with shards those of the other sources."""
    if table.parquet:
        others = directory / shard_file(table.file, OTHERS)
        return con.read_parquet(literal_path(others if others.is_file() else directory / table.file))
    if table.full_name == RELEASE:
        return as_table(table, [release])
    return source.execute(select_sorted(table)).to_arrow_table()


def _insert(con: DuckDBPyConnection, table: Table, rows: DuckDBPyRelation | pa.Table) -> None:
    con.register("rows_to_publish", rows)
    con.execute(load_sql("insert", table=table.full_name, columns=names(table.names), rows="rows_to_publish"))
    con.unregister("rows_to_publish")
