"""From a table of text to one row per figure, with everything needed to judge it and to find it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from catalog.contract import Column, Contract
from catalog.load import Catalog
from transforms.coded import Coded, combined
from transforms.figures import DECIMAL, read_figures
from transforms.grid import cell_name, collapsed
from transforms.header import PlacedColumn
from transforms.periods import read_year
from transforms.places import place_reader
from transforms.read import Table

FIELDS: list[tuple[str, pa.DataType]] = [
    ("row_id", pa.int64()),
    ("source_line", pa.int64()),
    ("source_column", pa.string()),
    ("column_number", pa.int32()),
    ("sheet", pa.string()),
    ("cell", pa.string()),
    ("raw", pa.string()),
    ("measure_text", pa.string()),
    ("indicator", pa.string()),
    ("region_text", pa.string()),
    ("region_code", pa.string()),
    ("region_problem", pa.string()),
    ("period_text", pa.string()),
    ("period", pa.string()),
    ("year", pa.int32()),
    ("breakdown_text", pa.string()),
    ("breakdown", pa.string()),
    ("unit_text", pa.string()),
    ("unit", pa.string()),
    ("unit_ok", pa.bool_()),
    ("value", DECIMAL),
    ("decimals", pa.int32()),
    ("decimals_declared", pa.int32()),
    ("rounding_step", DECIMAL),
    ("obs_status", pa.string()),
    ("missing_mark", pa.string()),
    ("done", pa.string()),
]
TIDY_SCHEMA = pa.schema(FIELDS)
TOTAL = "_T"
# Texts of which few are distinct; that of a cell hardly ever repeats.
REPEATED = {name for name, kind in FIELDS if kind == pa.string()} - {"cell", "raw"}


@dataclass(frozen=True)
class Cells:
    """The value cells of a table in file order: for each the row of the table and the column that it stands in."""

    table: Table
    placed: list[PlacedColumn]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.table.lines) * len(self.placed)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The position of each cell's row in the table."""
        return np.repeat(np.arange(len(self.table.lines)), len(self.placed))

    @cached_property
    def columns(self) -> Coded:
        """The column of each cell."""
        codes = np.tile(np.arange(len(self.placed), dtype=np.int32), len(self.table.lines))
        return Coded(codes, list(self.placed))

    def raw(self) -> Coded:
        """The text of each cell."""
        parts = [self.table.cells[item.number - 1] for item in self.placed]
        if len(parts) == 1:
            return parts[0]
        starts = np.cumsum([0, *(len(part.words) for part in parts[:-1])])
        codes = [part.codes + start for part, start in zip(parts, starts.tolist(), strict=True)]
        whole = Coded.of([word for part in parts for word in part.words])
        return Coded(whole.codes[np.stack(codes, axis=1).ravel()], whole.words)

    def of_rows(self, of_rows: Sequence[Any]) -> Coded:
        """What is known of the rows of the table, for each cell; None where nothing is."""
        if not of_rows:
            return Coded.constant(None, self.count)
        known = {id(item): item for item in of_rows}
        coded = Coded.of([id(item) for item in of_rows])
        return Coded(coded.codes, [known[word] for word in coded.words]).take(self.rows)

    def texts(self, role: str, dimension: str | None = None) -> Coded | None:
        """The text of a key column for each cell, or None when the file has no such column."""
        for item in self.table.columns:
            if item.column.role == role and (dimension is None or item.column.dimension == dimension):
                return self.table.cells[item.number - 1].take(self.rows)
        return None


def tidy(table: Table, contract: Contract, catalog: Catalog) -> pd.DataFrame:
    """One row per figure in file order; columns and types as `TIDY_SCHEMA`, values in canonical units."""
    return as_frame(tidy_table(table, contract, catalog))


def tidy_table(table: Table, contract: Contract, catalog: Catalog) -> pa.Table:
    """The same as an Arrow table, with texts that repeat as codes.

    Cells that cannot be understood keep their text and have NULL where the meaning should stand: it is the
    expectations that judge them. Every distinct text is read once, so that size costs little.
    """
    cells = Cells(table, [item for item in table.columns if item.column.role == "value"])
    measures = _measures(cells, contract)
    years, periods = _periods(cells)
    columns: dict[str, Any] = {
        **_places_in_file(cells),
        **_regions(cells, contract, catalog),
        "period_text": periods,
        "period": years.map(lambda year: None if year is None else str(year)),
        "year": years,
        **_breakdowns(cells, measures, contract, catalog),
        "measure_text": cells.texts("measure") or Coded.constant(None, cells.count),
        **read_figures(cells.raw(), measures, years, cells.columns, contract, catalog),
        **_units(cells, measures, contract),
    }
    arrays = {name: _array(column, name) for name, column in columns.items()}
    kept = _kept(columns["region_code"], columns["region_problem"], contract)
    if kept is not None:
        arrays = {name: column.filter(pa.array(kept)) for name, column in arrays.items()}
    arrays["row_id"] = pa.array(np.arange(len(arrays["raw"])))
    return pa.table({field.name: _as_declared(arrays[field.name], field) for field in TIDY_SCHEMA})


def _array(column: Any, name: str) -> Any:
    if not isinstance(column, Coded):
        return column
    return column.dictionary() if name in REPEATED else column.arrow(TIDY_SCHEMA.field(name).type)


def _as_declared(values: Any, field: pa.Field[Any]) -> Any:
    if pa.types.is_dictionary(values.type):
        return values
    return values.cast(field.type)


def rows_left_aside(table: Table, frame: pd.DataFrame) -> int:
    """How many rows of the file the contract leaves aside, by label or because it expects other regions."""
    return table.skipped + len(table.lines) - int(frame["source_line"].nunique())


def _kept(codes: Coded, problems: Coded, contract: Contract) -> NDArray[np.bool_] | None:
    """Rows outside the expected regions go where that is declared; a name that may mean one of them stays."""
    if contract.rows.keep == "all":
        return None
    expected = set(contract.expect.regions)
    inside = np.array([word in expected for word in codes.words], bool)[codes.codes]
    doubtful = np.array([word in {"ambiguous", "mismatch"} for word in problems.words], bool)[problems.codes]
    kept: NDArray[np.bool_] = inside | doubtful
    return kept


def write_tidy(rows: pa.Table | pd.DataFrame, path: Path) -> None:
    """Write tidy rows as parquet: texts that repeat as codes, and no more than is read again."""
    if not isinstance(rows, pa.Table):
        rows = pa.Table.from_pandas(rows, schema=TIDY_SCHEMA, preserve_index=False)
    coded: Any = sorted(REPEATED)
    columns = [rows[name] if name not in REPEATED else _encoded(rows[name]) for name in rows.column_names]
    pq.write_table(
        pa.table(columns, names=rows.column_names),
        path, use_dictionary=coded, store_schema=False, write_statistics=False,
    )  # fmt: skip


def _encoded(texts: Any) -> Any:
    return texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()


def as_frame(rows: pa.Table) -> pd.DataFrame:
    """The rows of `tidy_table` as a frame with columns and types as `TIDY_SCHEMA`."""
    return to_pandas(rows.cast(TIDY_SCHEMA))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Arrow to pandas with Arrow-backed types, so that decimals stay exact and codes stay text."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _places_in_file(cells: Cells) -> dict[str, Any]:
    """Where each figure stands: line, column, sheet and cell."""
    lines, sheet = cells.table.lines[cells.rows], cells.table.sheet
    numbers = cells.columns.map(lambda item: item.number)
    names: Any = Coded.constant(None, cells.count)
    if sheet:
        pairs = zip(lines.tolist(), numbers.values(), strict=True)
        names = pa.array([cell_name(line, number) for line, number in pairs], pa.string())
    return {
        "source_line": pa.array(lines),
        "source_column": cells.columns.map(lambda item: item.text),
        "column_number": numbers,
        "sheet": Coded.constant(sheet, cells.count),
        "cell": names,
        "raw": cells.raw(),
    }


def _measures(cells: Cells, contract: Contract) -> Coded:
    """Which measure each figure is of: by the text of a measure column, else by its value column.

    A label is first looked for under the section that its row stands in.
    """
    texts = cells.texts("measure")
    if texts is not None:
        names = {(item.section, collapsed(item.label)): item.name for item in contract.measures if item.label}
        sections = cells.of_rows(cells.table.sections).map(lambda section: section.text if section else None)
        pairs = combined([sections, texts.map(collapsed)])
        return pairs.map(lambda pair: names.get(pair) or names.get((None, pair[1])))
    only = contract.measures[0].name if len(contract.measures) == 1 else None
    return cells.columns.map(lambda item: item.column.measure or only)


def _regions(cells: Cells, contract: Contract, catalog: Catalog) -> dict[str, Coded]:
    codes, names = cells.texts("region_code"), cells.texts("region_name")
    reader = place_reader(catalog, contract.expect.regions, contract.bare_name)
    if codes is None and names is None:
        whole = Coded.constant(contract.region, cells.count)
        return {
            "region_text": whole, "region_code": whole, "region_problem": Coded.constant(None, cells.count),
        }  # fmt: skip
    if codes is not None:
        scheme = next(item.column.scheme for item in cells.table.columns if item.column.role == "region_code") or "bps"
        pairs = combined([codes, names if names is not None else Coded.constant(None, cells.count)])
        places = pairs.map(lambda pair: reader.by_code(pair[0], scheme, pair[1]))
        shown = pairs.map(lambda pair: pair[0] if pair[1] is None else f"{pair[0]} {pair[1]}")
    else:
        shown = names if names is not None else Coded.constant(None, cells.count)
        places = shown.map(lambda text: reader.by_name(_plain_name(text, contract)))
    totals = cells.of_rows(cells.table.totals)
    both = combined([totals, Coded(places.codes, list(range(len(places.words))))])
    return {
        "region_text": shown,
        "region_code": both.map(lambda pair: pair[0] or places.words[pair[1]].code),
        "region_problem": both.map(lambda pair: None if pair[0] else places.words[pair[1]].problem),
    }


def _plain_name(text: str, contract: Contract) -> str:
    for mark in contract.marks.footnote:
        text = text.removesuffix(mark).rstrip()
    return text


def _periods(cells: Cells) -> tuple[Coded, Coded]:
    """The year of each figure and the text it was read from: its column's header, or else a period column."""
    texts = cells.texts("period")
    if texts is None:
        shown = cells.columns.map(lambda item: item.year_text or (str(item.year) if item.year else ""))
        return cells.columns.map(lambda item: item.year), shown
    return texts.map(read_year), texts


def _breakdowns(cells: Cells, measures: Coded, contract: Contract, catalog: Catalog) -> dict[str, Coded]:
    """Breakdown keys, sorted by dimension: from a breakdown column, the value column, or the measure."""
    of_measures = {name: dict(item.breakdown) for name, item in contract.measures_by_name.items()}
    columns = [item.column for item in cells.table.columns if item.column.role == "breakdown" and item.column.dimension]
    texts = {str(column.dimension): cells.texts("breakdown", column.dimension) for column in columns}
    known = {name: coded for name, coded in texts.items() if coded is not None}
    sections = cells.of_rows(cells.table.sections)
    codes = _codes(columns, catalog)
    by_place = Coded(sections.codes, list(range(len(sections.words))))

    def found(parts: tuple[Any, ...]) -> dict[str, str]:
        item, measure, section, *shown = parts
        under = sections.words[section]
        return {
            **of_measures.get(measure, {}),
            **(under.breakdown if under else {}),
            **_constant_breakdown(item.column),
            **{name: collapsed(text) for name, text in zip(known, shown, strict=True)},
        }

    places = Coded(cells.columns.codes, list(range(len(cells.placed))))
    whole = combined([places, measures, by_place, *known.values()])
    parts = whole.map(lambda word: found((cells.placed[word[0]], *word[1:])))
    return {
        "breakdown_text": parts.map(lambda words: ";".join(words.values())),
        "breakdown": parts.map(lambda words: breakdown_key(words, codes)),
    }


def _codes(columns: list[Column], catalog: Catalog) -> dict[str, dict[str, str]]:
    """Texts and the codes they stand for, by dimension: those of the catalog, then those of the contract."""
    codes = {name: item.codes_by_text() for name, item in catalog.breakdowns.items()}
    for column in columns:
        own = {collapsed(text): code for text, code in column.codes.items()}
        codes[str(column.dimension)] = {**codes.get(str(column.dimension), {}), **own}
    return codes


def _constant_breakdown(column: Column) -> dict[str, str]:
    return {column.dimension: column.code} if column.role == "value" and column.dimension and column.code else {}


def breakdown_key(found: dict[str, str], codes: dict[str, dict[str, str]]) -> str | None:
    """`_T` for the total, else `dimension=CODE` pairs sorted and joined by `;`; None when a code is unknown."""
    parts = []
    for name in sorted(found):
        code = codes.get(name, {}).get(found[name])
        if code is None:
            return None
        if code != TOTAL:
            parts.append(f"{name}={code}")
    return ";".join(parts) or TOTAL


def _units(cells: Cells, measures: Coded, contract: Contract) -> dict[str, Coded]:
    """A unit column must say, row by row, the unit that the contract declares for the measure."""
    texts = cells.texts("unit")
    if texts is None:
        return {"unit_text": Coded.constant(None, cells.count), "unit_ok": Coded.constant(value=True, rows=cells.count)}
    stated = {item.name: (item.unit_text or item.unit).casefold() for item in contract.measures}
    pairs = combined([texts, measures])
    return {"unit_text": texts, "unit_ok": pairs.map(lambda pair: pair[0].casefold() == stated.get(pair[1]))}
