"""Records in force, in the schema `records` of the writer's own warehouse; nothing there is ever published.

A release is written from the declared tables (tables.toml) alone, and these are none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from catalog.records import RecordType
from transforms.records import record_schema
from warehouse.build import Build, load_rows
from warehouse.fold import Edition
from warehouse.sqlfiles import load_sql, quoted, text

SCHEMA = "records"
KEPT = ("region_problem", "region_hint", "row_id")
OF_EDITION = [
    ("source", pa.string()),
    ("snapshot", pa.string()),
    ("publication", pa.string()),
    ("evidence", pa.string()),
    ("synthetic", pa.bool_()),
    ("precedence", pa.int32()),
    ("vintage", pa.date32()),
]
Row = dict[str, Any]


def load_records(
    build: Build, editions: Mapping[str, Sequence[Edition]], record_of: Mapping[str, str], ranks: Mapping[str, int]
) -> None:
    """Put the records in force into their tables, and the editions they came in into core.snapshot.

    By source: `editions` in the order of the log, `record_of` the type of its records, `ranks` its precedence.
    """
    load_rows(
        build,
        "core.snapshot",
        [
            {name: getattr(item, name) for name in build.tables["core.snapshot"].names}
            for items in editions.values()
            for item in {(item.snapshot, item.vintage): item for item in items}.values()
        ],
    )
    build.con.execute(f"CREATE SCHEMA {SCHEMA}")
    for kind in build.catalog.records.values():
        rows = [
            {**row, "precedence": ranks[source]}
            for source in sorted(editions)
            if record_of[source] == kind.id
            for row in records_in_force(editions[source], kind)
        ]
        _create(build.con, kind, rows)


def records_in_force(editions: Iterable[Edition], kind: RecordType) -> list[Row]:
    """The records of one source after all its editions, by key, each with the edition it came in.

    A later edition overrides the records whose keys it holds, and one that replaces withdraws the others; unless
    some of its rows wait in quarantine, for a row held back is not a row taken back.
    """
    found: dict[tuple[Any, ...], Row] = {}
    for item in sorted(editions, key=lambda item: (item.vintage, item.position)):
        if item.replaces and not item.has_quarantine:
            found.clear()
        for row in _sound(item):
            key = tuple(row[name] for name in kind.key)
            found[key] = {**row, **{name: getattr(item, name) for name, _ in OF_EDITION if name != "precedence"}}
    return [found[key] for key in sorted(found, key=lambda key: tuple(map(str, key)))]


def current_records(con: DuckDBPyConnection, record: str) -> list[Row]:
    """The records of one type in force, of all sources, sorted by source and line."""
    table = f"{SCHEMA}.{quoted(record)}"
    rows: list[Row] = con.execute(load_sql("records_in_force", table=table)).to_arrow_table().to_pylist()
    return rows


def _sound(edition: Edition) -> list[Row]:
    """The records of an edition that are not in quarantine."""
    failures = pq.read_table(edition.failures, columns=["row_id", "severity"]).to_pylist()
    held = {item["row_id"] for item in failures if item["severity"] == "critical"}
    rows: list[Row] = pq.read_table(edition.tidy).to_pylist()
    return [
        {name: value for name, value in row.items() if name not in KEPT} for row in rows if row["row_id"] not in held
    ]


def _create(con: DuckDBPyConnection, kind: RecordType, rows: list[Row]) -> None:
    fields = [field for field in record_schema(kind) if field.name not in KEPT]
    schema = pa.schema([*(pa.field(*pair) for pair in OF_EDITION), *fields])
    con.register("records_to_load", pa.Table.from_pylist(rows, schema=schema))
    con.execute(load_sql("record_table", table=f"{SCHEMA}.{quoted(kind.id)}", rows="records_to_load"))
    con.unregister("records_to_load")
    comments = [f"COMMENT ON TABLE {SCHEMA}.{quoted(kind.id)} IS {text(f'{kind.label.id} | {kind.label.en}')}"]
    comments += [
        f"COMMENT ON COLUMN {SCHEMA}.{quoted(kind.id)}.{quoted(field.name)} IS "
        f"{text(f'{field.label.id} | {field.label.en}')}"
        for field in kind.fields
    ]
    con.execute(";\n".join(comments))
