"""core.observation and core.lineage of the DuckDB file where large sources have their rows stored narrow.

Both are views then, with the columns, names and comments that they have as tables: the rows of all small sources, which
stand in tables of the same columns, and those of large ones, put together of what `warehouse.narrow` takes apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from warehouse.ddl import comments, create_table
from warehouse.model import Table
from warehouse.narrow import EDITION, FIGURE, NUMBERS, SCHEMA, STORED, TRAIT, narrow_tables, path_of
from warehouse.shard import SHARDED, Shard
from warehouse.sqlfiles import literal_path, load_sql, names, quoted, text

BASE_FIELDS: list[tuple[str, pa.DataType]] = [
    ("file", pa.string()),
    ("trait_base", pa.int32()),
    ("edition_base", pa.int32()),
]
NUMBERED = {column.name for column in NUMBERS.values()}
NOTE = "Penyimpanan: bacalah core.observation dan core.lineage | Storage: read core.observation and core.lineage"


def small_table(table: Table) -> Table:
    """The table that holds a table's rows of all small sources."""
    columns = [column.model_copy(update={"alias_of": None}) for column in table.columns]
    return table.model_copy(update={"schema_name": SCHEMA, "columns": columns})


def create_storage(con: DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    """The tables of large sources' rows, empty."""
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    con.execute(
        ";\n".join(
            create_table(table, STORED if name == FIGURE else {}) for name, table in narrow_tables(tables).items()
        )
    )


def add_shards(con: DuckDBPyConnection, tables: Mapping[str, Table], shards: Sequence[Shard]) -> None:
    """Add the narrow rows of some shards; their numbers go on from those that are there."""
    if not shards:
        return
    declared = narrow_tables(tables)
    bases = list(_bases(con, declared, shards))
    for table in declared.values():
        files = [str(path_of(shard.folder, table).absolute()) for shard in shards]
        rows = [{"file": file, **base} for file, base in zip(files, bases, strict=True)]
        con.register("storage_base", pa.Table.from_pylist(rows, schema=pa.schema(BASE_FIELDS)))
        listed = ", ".join(text(literal_path(Path(file))) for file in files)
        values = [f"f.{name} + b.{name}_base" if name in NUMBERED else f"f.{quoted(name)}" for name in table.names]
        asked = {"table": table.full_name, "columns": names(table.names), "values": ", ".join(values)}
        con.execute(load_sql("storage_add", files=f"[{listed}]", **asked))
        con.unregister("storage_base")


def _bases(con: DuckDBPyConnection, declared: Mapping[str, Table], shards: Sequence[Shard]) -> Iterator[dict[str, int]]:
    """What is added to the numbers of each shard."""
    trait, edition = con.execute(load_sql("storage_next")).fetchall()[0]
    for shard in shards:
        yield {"trait_base": trait, "edition_base": edition}
        trait += pq.read_metadata(path_of(shard.folder, declared[TRAIT])).num_rows
        edition += pq.read_metadata(path_of(shard.folder, declared[EDITION])).num_rows


def keep_only(con: DuckDBPyConnection, tables: Mapping[str, Table], kept: Sequence[Shard]) -> bool:
    """Take everything out of an opened copy but the narrow rows of `kept`; whether their tables are as declared.

    Where they are not, nothing was taken out.
    """
    declared = narrow_tables(tables)
    for name, table in declared.items():
        there = con.execute(load_sql("columns_of", table=text(name))).fetchall()
        if there != [(column.name, column.type, column.nullable) for column in table.columns]:
            return False
    for statement in con.execute(load_sql("drop_all_but", kept=", ".join(map(text, declared)))).fetchall():
        con.execute(statement[0])
    con.execute(load_sql("storage_keep", kept=", ".join(text(shard.source) for shard in kept)))
    return True


def create_views(con: DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    """core.observation and core.lineage as views, with their comments; what the tables behind them are."""
    for name in SHARDED:
        table = tables[name]
        large = ", ".join(f"{quoted(item.alias_of or item.name)} AS {quoted(item.name)}" for item in table.columns)
        small = small_table(table).full_name
        con.execute(load_sql("storage_view", view=name, table=small, small=names(table.names), large=large))
        con.execute(";\n".join([*comments(table, "VIEW"), f"COMMENT ON TABLE {small} IS {text(NOTE)}"]))
    for name in narrow_tables(tables):
        con.execute(f"COMMENT ON TABLE {name} IS {text(NOTE)}")
