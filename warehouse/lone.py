"""The fold of a source's only edition, by columns: what `warehouse.fold` gives for it, at a fifth of the cost.

Where a source has one edition nothing is superseded, so its observations and lineage are its tidy rows with an id and
what is known of the edition, put in order. Nearly all columns repeat few texts, and stay codes all the way from the
tidy file to the release's files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from catalog.load import Catalog
from warehouse.arrow import schema_of
from warehouse.codes import codes_of
from warehouse.fold import UNIT_SEPARATOR, Edition
from warehouse.model import Table
from warehouse.narrow import OF_EDITION, joined_table
from warehouse.sqlfiles import load_sql, text

KEY = ["indicator", "region_code", "period", "breakdown"]
NEEDED = [*KEY, "unit", "year", "obs_status"]
PLACE = ["sheet", "source_line", "source_column"]
CODED = [*KEY, "unit", "obs_status", "missing_mark", "sheet", "source_column", "done"]
PLAIN = ["row_id", "source_line", "cell", "raw", "year", "value", "rounding_step"]

Numbers = NDArray[np.int64]


def fold_lone(
    con: DuckDBPyConnection, edition: Edition, catalog: Catalog, tables: Mapping[str, Table]
) -> dict[str, pa.Table] | None:
    """The rows of core.observation and core.lineage of a source with one edition, and of both `JOINED`, in their order.

    None where the figures need the fold's own words (a fault that no gate stopped) or its full order (two figures in
    columns of one name on one line): then the fold has to do it.
    """
    figures = _figures(edition)
    ranks = {name: _ranks(figures[name]) for name in [*KEY, *PLACE]}
    by_key = np.lexsort([ranks[name] for name in reversed(KEY)])
    by_place = np.lexsort([ranks[name] for name in reversed(PLACE)])
    sound = _complete(figures) and _distinct(ranks, KEY, by_key) and _distinct(ranks, PLACE, by_place)
    if not sound:
        return None
    known: dict[str, Any] = {name: figures[name] for name in figures.column_names}
    known |= {name: _constant(getattr(edition, name), figures.num_rows) for name in OF_EDITION}
    known["observation_id"] = _ids(con, figures, edition)
    known["break_flag"] = pa.array(_breaks(figures, catalog))
    # What stands in two tables of one order is put in order once.
    by_key_known = _Ordered(known, by_key)
    wanted = [
        (tables["core.observation"], by_key_known),
        (joined_table(tables), by_key_known),
        (tables["core.lineage"], _Ordered(known, by_place)),
    ]
    return {table.full_name: rows.table(table) for table, rows in wanted}


def _figures(edition: Edition) -> pa.Table:
    """The edition's tidy rows without those in quarantine; one chunk, texts that repeat as codes."""
    rows = pq.read_table(edition.tidy, columns=[*PLAIN, *CODED], read_dictionary=CODED, memory_map=True)
    failures = pq.read_table(edition.failures, columns=["row_id", "severity"])
    held = failures.filter(pc.equal(failures["severity"], pa.scalar("critical")))["row_id"]
    if len(held):
        rows = rows.filter(pc.invert(pc.is_in(rows["row_id"], value_set=held.combine_chunks())))
    return rows.unify_dictionaries().combine_chunks()


def _one(column: Any) -> Any:
    """The only chunk of a column."""
    return column.chunk(0) if column.num_chunks else column.combine_chunks()


def _ranks(column: Any) -> Numbers:
    """Whole numbers in the order of the values, empty ones first."""
    values = _one(column)
    if not pa.types.is_dictionary(values.type):
        numbers: Numbers = values.to_numpy(zero_copy_only=False)
        return numbers
    words = values.dictionary.to_pylist()
    ranks = np.zeros(len(words) + 1, dtype=np.int64)
    # Code points stand in the order of their UTF-8 bytes, which is DuckDB's.
    ranks[sorted(range(len(words)), key=words.__getitem__)] = np.arange(1, len(words) + 1)
    found: Numbers = ranks[codes_of(values)]
    return found


def _complete(figures: pa.Table) -> bool:
    """Whether every figure has key, unit, year and status, and a number or the mark that stands for it."""
    if any(figures[name].null_count for name in NEEDED):
        return False
    value = figures["value"]
    return not value.null_count or not pc.any(pc.and_(value.is_null(), figures["missing_mark"].is_null())).as_py()


def _distinct(ranks: Mapping[str, Numbers], names: list[str], order: Numbers) -> bool:
    """Whether no two rows agree in all of some columns; `order` sorts the rows by them."""
    alike = np.ones(max(len(order) - 1, 0), dtype=bool)
    for name in names:
        alike &= np.diff(ranks[name][order]) == 0
    return not alike.any()


def _ids(con: DuckDBPyConnection, figures: pa.Table, edition: Edition) -> Any:
    con.execute(load_sql("observation_id"))
    part = f"{edition.source}{UNIT_SEPARATOR}{edition.vintage.isoformat()}"
    con.register("lone_figures", figures.select([*KEY, "value", "obs_status"]))
    ids = con.execute(load_sql("lone_ids", figures="lone_figures", id_part=text(part))).to_arrow_table()
    con.unregister("lone_figures")
    return ids.combine_chunks()["observation_id"]


def _breaks(figures: pa.Table, catalog: Catalog) -> NDArray[np.bool_]:
    """Which figures stand in the first year of a declared break."""
    flags = np.zeros(figures.num_rows, dtype=bool)
    indicators, regions = _one(figures["indicator"]), _one(figures["region_code"])
    for code, name in enumerate(indicators.dictionary.to_pylist()):
        for one in catalog.indicators[name].breaks:
            concerned = (codes_of(indicators) == code) & (_one(figures["year"]).to_numpy() == one.year)
            if one.regions:
                codes = [at for at, region in enumerate(regions.dictionary.to_pylist()) if region in one.regions]
                concerned &= np.isin(codes_of(regions), codes)
            flags |= concerned
    return flags


def _constant(value: Any, rows: int) -> Any:
    """One value for all rows; a text as a code."""
    if isinstance(value, str):
        codes: Any = np.zeros(rows, dtype=np.int32)
        return pa.DictionaryArray.from_arrays(codes, pa.array([value]))
    return pa.nulls(rows) if value is None else pa.repeat(pa.scalar(value), rows)


class _Ordered:
    """Columns of which something is known, in an order; each is put in order when it is first asked for."""

    def __init__(self, known: Mapping[str, Any], order: Numbers) -> None:
        self._known = known
        self._order: Any = pa.array(order)
        self._made: dict[tuple[str, Any], Any] = {}

    def table(self, table: Table) -> pa.Table:
        """The columns of a table; one of which nothing is known (nothing is superseded) is empty."""
        schema = schema_of(table)
        names = [column.alias_of or column.name for column in table.columns]
        columns = [self._column(name, field.type) for name, field in zip(names, schema, strict=True)]
        return pa.table(columns, schema=schema)

    def _column(self, name: str, kind: Any) -> Any:
        if (name, kind) not in self._made:
            values = self._known.get(name)
            rows = len(self._order)
            self._made[name, kind] = pa.nulls(rows, kind) if values is None else values.take(self._order).cast(kind)
        return self._made[name, kind]
