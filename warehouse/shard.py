"""The rows of one large source in parquet files of their own, which releases link for as long as nothing changes.

A shard is a folder with one file per table of `SHARDED`, each in the table's one order, the same rows narrow for the
DuckDB file (`warehouse.narrow`), and `shard.json`. It is a function of the source's accepted editions, the catalog and
the code, and is folded like everything else, in a database of its own: a night pays for the sources that changed, not
for those that stand.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from catalog.load import Catalog
from warehouse.arrow import schema_of
from warehouse.columns import published_tables
from warehouse.ddl import create_table, order_by
from warehouse.digest import VERSION
from warehouse.disk import file_sha256
from warehouse.fold import Edition, fold
from warehouse.lone import fold_lone
from warehouse.model import Table
from warehouse.narrow import JOINED, joined_table, write_narrow
from warehouse.parquet import reads_back, write_batches
from warehouse.row_sum import sum_of_files
from warehouse.sqlfiles import literal_path, load_sql, names, quoted, text
from warehouse.stream import ROW_GROUP, one_batch, regrouped, sorted_batches

# The tables whose rows belong to one source each, and the column that says to which.
SHARDED = {"core.observation": "source", "core.lineage": "snapshot"}
TOLD = "shard.json"
# Stands for a source's id in the name of the file with the rows of all others; no id is written so.
OTHERS = "_"
# An office's machine has other work; what does not fit is put aside on the disk.
MEMORY = "1500MB"


class ShardError(RuntimeError):
    """A shard does not hold what it should: two rows have one key, or its files do not read back."""


@dataclass(frozen=True)
class Shard:
    """The files of one source: its snapshots, and of each table the rows, their digest, and the file's SHA-256."""

    source: str
    folder: Path
    snapshots: tuple[str, ...]
    tables: dict[str, dict[str, Any]]

    def path(self, table: Table) -> Path:
        """The file with its rows of a table."""
        return self.folder / table.file

    def owned(self, table: str) -> list[str]:
        """The values of the table's column in `SHARDED` that are its own."""
        return [self.source] if SHARDED[table] == "source" else list(self.snapshots)


def write_shard(folder: Path, editions: Sequence[Edition], catalog: Catalog) -> None:
    """Fold the editions of one source into files in `folder`, which exists, and read them back.

    Raises `warehouse.fold.FoldError` as the fold does, and `ShardError` when a file does not read back or a key stands
    twice.
    """
    declared = published_tables(catalog)
    tables = {name: table.published() for name, table in declared.items()}
    told: dict[str, Any] = {
        "source": editions[0].source,
        "snapshots": sorted({item.snapshot for item in editions}),
        "tables": {},
    }
    spill = folder / "spill"
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY, "temp_directory": str(spill)}
    with duckdb.connect(config=config) as con:
        lone = fold_lone(con, editions[0], catalog, tables) if len(editions) == 1 else None
        if lone is None:
            _fold(con, editions, catalog, declared)
        for name in SHARDED:
            if lone is None:
                told["tables"][name] = _write(con, tables[name], folder, sorted_batches(con, tables[name]))
            else:
                whole = list(regrouped([lone[name]], lone[name].schema))
                told["tables"][name] = _write(con, tables[name], folder, whole, at_hand=whole)
        write_narrow(folder, _joined(con, tables) if lone is None else lone[JOINED].to_batches(ROW_GROUP), tables)
    shutil.rmtree(spill, ignore_errors=True)
    (folder / TOLD).write_text(json.dumps(told, sort_keys=True), "utf-8")


def _fold(con: DuckDBPyConnection, editions: Sequence[Edition], catalog: Catalog, tables: Mapping[str, Table]) -> None:
    """Fold a source's editions into tables of an empty database."""
    con.execute("CREATE SCHEMA core")
    for name in SHARDED:
        con.execute(create_table(tables[name]))
    fold(con, editions, catalog)
    for name in SHARDED:
        twice = key_fault(con, tables[name])
        if twice:
            raise ShardError(twice)


def _joined(con: DuckDBPyConnection, tables: Mapping[str, Table]) -> Iterator[pa.RecordBatch]:
    """Observations with their lineage, in their order."""
    schema = schema_of(joined_table(tables))
    found = con.execute(load_sql("joined", order=order_by(tables["core.observation"]))).to_arrow_reader(ROW_GROUP)
    return (one_batch(pa.Table.from_batches([batch]), schema) for batch in found)


def _write(
    con: DuckDBPyConnection,
    table: Table,
    folder: Path,
    batches: Iterable[pa.RecordBatch],
    at_hand: Sequence[pa.RecordBatch] = (),
) -> dict[str, Any]:
    """Write a file and read it back; `at_hand` are the batches where they need not be made again."""
    path = folder / table.file
    written = write_batches(table, path, batches)
    if not reads_back(path, written, at_hand):
        raise ShardError(f"{table.file} does not read back as it was written")
    told = {"rows": written.rows, "digest": written.hexdigest(), "sha256": file_sha256(path)}
    return {**told, "row_sum": sum_of_files(con, [path], table.names).told()}


def read_shard(folder: Path) -> Shard:
    """The shard in a folder that `write_shard` has filled."""
    told = json.loads((folder / TOLD).read_text("utf-8"))
    return Shard(told["source"], folder, tuple(told["snapshots"]), told["tables"])


def key_fault(con: DuckDBPyConnection, table: Table, condition: str = "true") -> str:
    """Which key stands on two rows of a table, if one does: a fault of ours, whatever the publishers sent."""
    if not table.unique:
        return ""
    asked = {"key": names(table.key), "table": table.full_name, "condition": condition}
    rows, keys = con.execute(load_sql("key_count", **asked)).fetchall()[0]
    twice = con.execute(load_sql("key_twice", **asked)).fetchone() if rows != keys else None
    return f"{table.full_name}: two rows have the key {', '.join(map(str, twice))}" if twice else ""


def attach(con: DuckDBPyConnection, shards: Sequence[Shard], tables: Iterable[Table]) -> None:
    """Let the tables of `SHARDED` show the rows of the shards besides their own, as views of the same names."""
    if not shards:
        return
    for table in tables:
        if table.full_name in SHARDED:
            files = ", ".join(text(literal_path(shard.path(table))) for shard in shards)
            own = f"{table.name}_of_small_sources"
            con.execute(load_sql("sharded", schema=table.schema_name, name=table.name, own=own, files=f"[{files}]"))


def not_in(shards: Sequence[Shard], table: Table) -> str:
    """A condition for the rows of a table that stand in no shard."""
    owned = [value for shard in shards for value in shard.owned(table.full_name)]
    listed = ", ".join(text(value) for value in owned)
    return f"{quoted(SHARDED[table.full_name])} NOT IN ({listed})" if owned else "true"


def link(shard: Shard, table: Table, directory: Path) -> Path:
    """Let the shard's file of a table stand in a release too, without a copy where the disk allows that."""
    here = directory / shard_file(table.file, shard.source)
    with suppress(FileNotFoundError):
        here.unlink()
    try:
        os.link(shard.path(table), here)
    except OSError:
        shutil.copyfile(shard.path(table), here)
    return here


def shard_file(file: str, source: str) -> str:
    """The name in a release of the file with a source's rows: core_observation.<source>.parquet.

    Beside such files the rows of all other sources are those of the source `OTHERS`: a program that asks for
    core_observation.parquet then fails, where it would take a part for the whole.
    """
    stem, _, suffix = file.rpartition(".")
    return f"{stem}.{source}.{suffix}"


def files_of(directory: Path, file: str) -> list[Path]:
    """The files of a table in a release: the one file, or that of all small sources and then those of large ones.

    Releases of before had the rows of small sources under the one name beside those of large sources. Where there is
    no file at all the one name is given.
    """
    stem, _, suffix = file.rpartition(".")
    whole, parts = directory / file, sorted(directory.glob(f"{stem}.*.{suffix}"))
    return [whole, *parts] if whole.is_file() or not parts else parts


def parquet_list(directory: Path, file: str) -> str:
    """The files of a table in a release as an SQL list of texts."""
    return "[" + ", ".join(text(literal_path(path)) for path in files_of(directory, file)) + "]"


def parts_digest(table: str, parts: Iterable[str]) -> str:
    """The digest of a table that stands in several files, over the digest of each in order."""
    whole = hashlib.sha256(f"{VERSION}\0{table}\0parts\0".encode())
    for part in parts:
        whole.update(bytes.fromhex(part))
    return whole.hexdigest()
