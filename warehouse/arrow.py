"""Declared tables as Arrow: schemas with bilingual field metadata, and rows turned into tables of that schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.model import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    Rows = Sequence[Mapping[str, Any]] | pa.Table | pd.DataFrame

TYPES: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "DOUBLE": pa.float64(),
    "DECIMAL(24,6)": pa.decimal128(24, 6),
    "TIMESTAMP": pa.timestamp("us"),
}
DICTIONARY = pa.dictionary(pa.int32(), pa.string())


class RowsError(ValueError):
    """Rows handed to the warehouse do not have the columns or types that their table declares."""


def schema_of(table: Table) -> pa.Schema:
    """The parquet schema of a table: dictionary types where declared, metadata on the table and every field.

    What Arrow keeps with each field stands once more under the key `columns`, as JSON by column name, for readers
    that know parquet's key-value metadata but not Arrow's schema (DuckDB's parquet_kv_metadata, for one).
    """
    told = {column.name: column_metadata(column) for column in table.columns}
    metadata: dict[bytes | str, bytes | str] = {
        "table": table.full_name,
        "description_id": table.comment.id,
        "description_en": table.comment.en,
        "key": ",".join(table.key),
        "columns": json.dumps(told, ensure_ascii=False, separators=(",", ":")),
    }
    return pa.schema([_field(column, told[column.name]) for column in table.columns], metadata=metadata)


def column_metadata(column: Column) -> dict[str, str]:
    """What a reader is told of a column: labels, description, and unit and indicator id where it has them."""
    told = {"label_id": column.id, "label_en": column.en, "description": column.description}
    if column.unit:
        told["unit"] = column.unit
    if column.indicator:
        told["indicator"] = column.indicator
    return told


def _field(column: Column, told: Mapping[str, str]) -> pa.Field[Any]:
    kind = DICTIONARY if column.dictionary else TYPES[column.type]
    return pa.field(column.name, kind, nullable=column.nullable, metadata={**told})


def plain_schema(table: Table) -> pa.Schema:
    """The schema in which rows enter DuckDB: no dictionaries, no metadata."""
    return pa.schema([pa.field(column.name, TYPES[column.type]) for column in table.columns])


def as_table(table: Table, rows: Rows) -> pa.Table:
    """Rows as an Arrow table with the declared columns and types; absent nullable columns become empty.

    Raises `RowsError` when a column that may not be empty is absent, a column is unknown, or a type differs.
    """
    given = _given_names(rows)
    unknown = sorted(set(given) - set(table.names))
    absent = [column.name for column in table.columns if not column.nullable and column.name not in given]
    if rows_count(rows) and (unknown or absent):
        told = f"unknown column '{unknown[0]}'" if unknown else f"the column '{absent[0]}' is missing"
        raise RowsError(f"{table.full_name}: {told}")
    try:
        return _converted(plain_schema(table), rows, given)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise RowsError(f"{table.full_name}: {error}") from None


def rows_count(rows: Rows) -> int:
    """How many rows were handed over."""
    return int(rows.num_rows) if isinstance(rows, pa.Table) else len(rows)


def _given_names(rows: Rows) -> list[str]:
    if isinstance(rows, pa.Table):
        return list(rows.column_names)
    if isinstance(rows, Sequence):
        return list({name: None for row in rows for name in row})
    return [str(name) for name in rows.columns]


def _converted(schema: pa.Schema, rows: Rows, given: list[str]) -> pa.Table:
    if isinstance(rows, pa.Table):
        columns = [
            rows[field.name].cast(field.type) if field.name in given else pa.nulls(rows.num_rows, field.type)
            for field in schema
        ]
        return pa.table(columns, schema=schema)
    if isinstance(rows, Sequence):
        return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    absent = {field.name: None for field in schema if field.name not in given}
    return pa.Table.from_pandas(rows.assign(**absent), schema=schema, preserve_index=False)
