"""Read a table in its one order, in row groups of a fixed size, without holding more than a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.arrow import schema_of
from warehouse.codes import as_encoded
from warehouse.ddl import select_sorted
from warehouse.model import Table
from warehouse.sqlfiles import load_sql, quoted, text

ROW_GROUP = 262_144
PART = 1_000_000


def sorted_batches(con: DuckDBPyConnection, table: Table, condition: str = "true") -> Iterator[pa.RecordBatch]:
    """The rows of a table that fulfil a condition in its one order, as batches of ROW_GROUP rows (or fewer at the end).

    The table is sorted in ranges of its first key column, so that memory holds one range at a time, and rows that
    are stored in order are sorted cheaply.
    """
    parts = (con.execute(select_sorted(table, where)).to_arrow_table() for where in _ranges(con, table, condition))
    return regrouped(parts, schema_of(table))


def _ranges(con: DuckDBPyConnection, table: Table, condition: str) -> Iterator[str]:
    """Conditions that cut those rows into consecutive ranges of about PART rows."""
    first = quoted(table.key[0])
    counts = con.execute(load_sql("first_key", column=first, table=table.full_name, condition=condition)).fetchall()
    low: str | None = None
    rows = 0
    for value, count in counts[:-1]:
        rows += count
        if rows >= PART and value is not None:
            yield f"{_between(first, low, text(str(value)))} AND {condition}"
            low, rows = text(str(value)), 0
    yield f"{_between(first, low, None)} AND {condition}"


def _between(column: str, low: str | None, high: str | None) -> str:
    """Above `low` and up to `high`; empty values belong to the first range."""
    above = f"{column} > {low}" if low else "true"
    upto = f"{column} <= {high}" if high else "true"
    return f"({above} AND {upto})" if low else f"({column} IS NULL OR {upto})"


def regrouped(parts: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
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


def _contiguous(values: Any, kind: pa.DataType) -> Any:
    if values.num_chunks == 0:
        return pa.array([], kind)
    if not pa.types.is_dictionary(kind):
        return _single(values.cast(kind))
    if pa.types.is_dictionary(values.type):
        return as_encoded(_single(values.unify_dictionaries()))
    return _single(values).cast(pa.string()).dictionary_encode()


def _single(values: Any) -> Any:
    whole = values.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
