"""Fold accepted editions into core.observation and core.lineage: what was known, from when until when.

The state is a function of the editions alone, whatever order they arrive in: per source they are put in order of
(vintage, position in the log). A row holds on the days of the half-open span [vintage, superseded_at). When
several editions share a vintage the later position wins; what it replaced keeps its row, with a span of zero days,
so that history is whole and as_of(d) still finds one row per key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from catalog.load import Catalog
from warehouse.sqlfiles import literal_path, load_sql, text


class FoldError(RuntimeError):
    """An accepted edition holds figures that no gate stopped although the warehouse cannot hold them."""


@dataclass(frozen=True)
class Edition:
    """One accepted snapshot of a source: where its tidy rows and verdicts lie, and since when it is known.

    `position` is its place in the log; `replaces` says that keys it does not hold are withdrawn, unless some of
    its rows are in quarantine (`has_quarantine`): a row held back is not a row taken back.
    """

    source: str
    snapshot: str
    tidy: Path
    failures: Path
    position: int
    first_seen: date
    published: date | None
    vintage: date
    replaces: bool
    has_quarantine: bool
    file: str
    publication: str
    evidence: str
    synthetic: bool
    bytes: int


EDITION_FIELDS: list[tuple[str, pa.DataType]] = [
    ("edition_no", pa.int32()),
    ("tidy", pa.string()),
    ("failures", pa.string()),
    ("source", pa.string()),
    ("snapshot", pa.string()),
    ("publication", pa.string()),
    ("file", pa.string()),
    ("evidence", pa.string()),
    ("synthetic", pa.bool_()),
    ("published", pa.date32()),
    ("first_seen", pa.date32()),
    ("vintage", pa.date32()),
    ("next_closing_no", pa.int32()),
    ("next_closing_at", pa.date32()),
    ("id_part", pa.string()),
]
EDITION_SCHEMA = pa.schema(EDITION_FIELDS)
BREAK_FIELDS: list[tuple[str, pa.DataType]] = [
    ("indicator", pa.string()),
    ("region_code", pa.string()),
    ("year", pa.int32()),
]
UNIT_SEPARATOR = "\x1f"
# One transaction around it all doubles the cost (DuckDB 1.5.6, 2026-11-21); a half-built file is thrown away anyway.
BATCH = 500_000


def fold(con: DuckDBPyConnection, editions: Sequence[Edition], catalog: Catalog) -> None:
    """Fill core.observation and core.lineage (both empty before) from the accepted editions.

    Raises `FoldError` when an edition holds a key twice, or a figure without key or value, that is not among its
    critical failures.
    """
    ordered = sorted(editions, key=lambda item: (item.source, item.vintage, item.position))
    sources = [list(items) for _, items in groupby(ordered, key=lambda item: item.source)]
    _declare_breaks(con, catalog)
    con.execute(load_sql("observation_id"))
    for batch in _batches([items for items in sources if len(items) == 1]):
        _fold_batch(con, batch, "single")
    for batch in _batches([items for items in sources if len(items) > 1]):
        _fold_batch(con, batch, "history")
    con.execute(load_sql("fold_cleanup"))


def _batches(sources: list[list[Edition]]) -> Iterator[list[list[Edition]]]:
    """Sources put together up to BATCH rows: small inserts leave small row groups, which cost as much again."""
    batch: list[list[Edition]] = []
    rows = 0
    for items in sources:
        batch.append(items)
        rows += sum(pq.read_metadata(item.tidy).num_rows for item in items)
        if rows >= BATCH:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _fold_batch(con: DuckDBPyConnection, sources: list[list[Edition]], way: Literal["single", "history"]) -> None:
    """Fold some sources; a source with one edition needs no windows."""
    _declare_editions(con, sources)
    editions = [item for items in sources for item in items]
    tidy = _path_list(item.tidy for item in editions)
    con.execute(load_sql("figure", tidy=tidy, failures=_path_list(item.failures for item in editions)))
    _refuse_faults(con)
    con.execute(load_sql(way))
    con.execute(load_sql("observation"))


def _declare_breaks(con: DuckDBPyConnection, catalog: Catalog) -> None:
    """The temporary table declared_break: first years of breaks, region_code NULL where it holds for all."""
    everywhere: list[str | None] = [None]
    rows = [
        {"indicator": item.id, "region_code": region, "year": one.year}
        for item in catalog.indicators.values()
        for one in item.breaks
        for region in (one.regions or everywhere)
    ]
    _temp_table(con, "declared_break", rows, pa.schema(BREAK_FIELDS))


def _declare_editions(con: DuckDBPyConnection, sources: list[list[Edition]]) -> None:
    """The temporary table edition: one row per edition, numbered through; those of a source in their order."""
    rows = []
    first = 1
    for editions in sources:
        closing: tuple[int | None, date | None] = (None, None)
        for number, item in reversed(list(enumerate(editions, start=first))):
            rows.append(_edition_row(number, item, closing))
            if item.replaces and not item.has_quarantine:
                closing = (number, item.vintage)
        first += len(editions)
    _temp_table(con, "edition", rows, EDITION_SCHEMA)


def _edition_row(number: int, item: Edition, closing: tuple[int | None, date | None]) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in EDITION_SCHEMA.names if hasattr(item, name)},
        "edition_no": number,
        "tidy": str(item.tidy.absolute()),
        "failures": str(item.failures.absolute()),
        "next_closing_no": closing[0],
        "next_closing_at": closing[1],
        "id_part": f"{item.source}{UNIT_SEPARATOR}{item.vintage.isoformat()}",
    }


def _temp_table(con: DuckDBPyConnection, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    con.register(f"{name}_rows", pa.Table.from_pylist(rows, schema=schema))
    con.execute(load_sql("temp_table", table=name, rows=f"{name}_rows"))
    con.unregister(f"{name}_rows")


def _refuse_faults(con: DuckDBPyConnection) -> None:
    figures, sound = con.execute(load_sql("figure_count")).fetchall()[0]
    if figures == sound:
        return
    faults = con.execute(load_sql("figure_faults")).fetchall()
    if faults:
        places = (
            f"{source}: {file}, line {line}, column '{column}': {told}" for source, file, line, column, told in faults
        )
        raise FoldError(f"an accepted edition holds figures that should be in quarantine: {'; '.join(places)}")


def _path_list(paths: Iterable[Path]) -> str:
    """Distinct paths as an SQL list."""
    distinct = sorted({path.absolute() for path in paths})
    return "[" + ", ".join(text(literal_path(path)) for path in distinct) + "]"
