"""Read a table in its one order, in row groups of a fixed size, without holding more than a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.arrow import schema_of
from warehouse.ddl import order_by
from warehouse.model import Table
from warehouse.sqlfiles import names, quoted, text

ROW_GROUP = 262_144
PART = 1_000_000
# The first column of a key is compared in ranges; only these kinds come first in one.
Bound = str | date | int


def sorted_batches(con: DuckDBPyConnection, table: Table, source: str | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a table in its one order, as batches of ROW_GROUP rows (the last may be shorter).

    `source` is what to select from when it is not the table itself. The table is sorted in ranges of its first key
    column, so that memory holds one range and rows stored in order are sorted cheaply.
    """
    schema = schema_of(table)
    parts = (_part(con, table, source or table.full_name, where) for where in _ranges(con, table, source))
    return _regrouped(parts, schema)


def _part(con: DuckDBPyConnection, table: Table, source: str, where: str) -> pa.Table:
    return con.execute(
        f"SELECT {names(table.names)} FROM {source} WHERE {where} ORDER BY {order_by(table)}"
    ).to_arrow_table()


def _ranges(con: DuckDBPyConnection, table: Table, source: str | None) -> Iterator[str]:
    """Conditions that cut the table into consecutive ranges of about PART rows."""
    first = quoted(table.key[0])
    counts: list[tuple[Any, int]] = con.execute(
        f"SELECT {first}, count(*) FROM {source or table.full_name} GROUP BY {first} ORDER BY {first} NULLS FIRST"
    ).fetchall()
    if sum(count for _, count in counts) <= PART or len(counts) == 1:
        yield "true"
        return
    start = 0
    rows = 0
    for position, (value, count) in enumerate(counts):
        rows += count
        if rows >= PART or position == len(counts) - 1:
            low = counts[start][0]
            yield (
                f"{first} >= {_literal(low)} AND {first} <= {_literal(value)}"
                if low is not None
                else (f"{first} IS NULL OR {first} <= {_literal(value)}")
            )
            start, rows = position + 1, 0


def _literal(value: Bound | None) -> str:
    return "NULL" if value is None else str(value) if isinstance(value, int) else text(str(value))


def _regrouped(parts: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Batches of exactly ROW_GROUP rows, so that files do not depend on how the rows arrived."""
    waiting: list[pa.Table] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += part.num_rows
        if rows >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            full = rows - rows % ROW_GROUP
            for start in range(0, full, ROW_GROUP):
                yield one_batch(whole.slice(start, ROW_GROUP), schema)
            waiting, rows = [whole.slice(full)], rows - full
    if rows:
        yield one_batch(pa.concat_tables(waiting), schema)


def one_batch(rows: pa.Table, schema: pa.Schema) -> pa.RecordBatch:
    """Rows as one contiguous batch of the schema, texts encoded where it declares dictionaries."""
    columns = [_contiguous(rows[field.name], field.type) for field in schema]
    return pa.record_batch(columns, schema=schema)


def _contiguous(values: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    if values.num_chunks == 0:
        return pa.array([], kind)
    encode = pa.types.is_dictionary(kind) and not pa.types.is_dictionary(values.type)
    plain = values.combine_chunks() if encode else values.cast(kind).combine_chunks()
    whole = plain.chunk(0) if isinstance(plain, pa.ChunkedArray) else plain
    return whole.cast(pa.string()).dictionary_encode() if encode else whole
