"""The reading of figures one by one: slow, plain, and what the reading by columns is held against."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import ROUND_UP, Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from catalog.contract import Column, Contract, Measure
from catalog.load import Catalog
from transforms.grid import cell_name, collapsed
from transforms.header import PlacedColumn
from transforms.numbers import Figure, NumberReader
from transforms.periods import read_year
from transforms.places import PlaceReader
from transforms.read import Table

DECIMAL = pa.decimal128(24, 6)
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
DIGITS = 6
FINEST = Decimal(1).scaleb(-DIGITS)


def tidy(table: Table, contract: Contract, catalog: Catalog) -> pd.DataFrame:
    """One row per figure in file order; columns and types as `TIDY_SCHEMA`, values in canonical units.

    Cells that cannot be understood keep their text and have NULL where the meaning should stand: it is the
    expectations that judge them.
    """
    frame = _melt(table)
    placed = {item.number: item for item in table.columns}
    frame["measure"] = _measures(frame, table, placed, contract)
    frame["measure_text"] = _texts(frame, table, "measure")
    _add_places(frame, table, contract, catalog)
    _add_periods(frame, table, placed)
    _add_breakdowns(frame, table, placed, contract, catalog)
    _add_values(frame, placed, contract, catalog)
    _add_units(frame, table, contract)
    frame = frame[_kept_rows(frame, contract)].reset_index(drop=True)
    frame["row_id"] = range(len(frame))
    arrays = [pa.array(frame[field.name], type=field.type, from_pandas=True) for field in TIDY_SCHEMA]
    return to_pandas(pa.Table.from_arrays(arrays, schema=TIDY_SCHEMA))


def rows_left_aside(table: Table, frame: pd.DataFrame) -> int:
    """How many rows of the file the contract leaves aside, by label or because it expects other regions."""
    return table.skipped + len(table.lines) - int(frame["source_line"].nunique())


def _kept_rows(frame: pd.DataFrame, contract: Contract) -> pd.Series[bool]:
    """Rows outside the expected regions go where that is declared; a name that may mean one of them stays."""
    if contract.rows.keep == "all":
        return frame["raw"].notna()
    doubtful = frame["region_problem"].isin(["ambiguous", "mismatch"])
    return frame["region_code"].isin(contract.expect.regions) | doubtful


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Arrow to pandas with Arrow-backed types, so that decimals stay exact and codes stay text."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _melt(table: Table) -> pd.DataFrame:
    """One row per value cell: its position in the table, its place in the file, and its text."""
    values = [item for item in table.columns if item.column.role == "value"]
    count, width = len(table.rows), len(values)
    return pd.DataFrame(
        {
            "position": [row for row in range(count) for _ in range(width)],
            "source_line": [line for line in table.lines for _ in range(width)],
            "source_column": [item.text for item in values] * count,
            "column_number": [item.number for item in values] * count,
            "raw": [row[item.number - 1] for row in table.rows for item in values],
            "sheet": pd.Series([table.sheet] * (count * width), dtype=object),
            "cell": pd.Series(
                [cell_name(line, item.number) if table.sheet else None for line in table.lines for item in values],
                dtype=object,
            ),
        }
    )


def _texts(frame: pd.DataFrame, table: Table, role: str, dimension: str | None = None) -> pd.Series[Any] | None:
    """The text of a key column for every figure, or None when the file has no such column."""
    for item in table.columns:
        if item.column.role == role and (dimension is None or item.column.dimension == dimension):
            cells = pd.Series([row[item.number - 1] for row in table.rows], dtype=object)
            return cells.take(frame["position"].to_numpy()).reset_index(drop=True)
    return None


def _measures(frame: pd.DataFrame, table: Table, placed: dict[int, PlacedColumn], contract: Contract) -> pd.Series[Any]:
    """Which measure each figure is of: by the text of a measure column, else by its value column.

    A label is first looked for under the section that its row stands in.
    """
    texts = _texts(frame, table, "measure")
    if texts is not None:
        names = {(item.section, collapsed(item.label)): item.name for item in contract.measures if item.label}
        labels = [collapsed(row) for row in texts]
        sections = [section.text if section else None for section in _by_row(frame, table.sections)]
        found = [names.get(key) or names.get((None, key[1])) for key in zip(sections, labels, strict=True)]
        return pd.Series(found, index=texts.index, dtype=object)
    only = contract.measures[0].name if len(contract.measures) == 1 else None
    by_column = {number: item.column.measure or only for number, item in placed.items()}
    return frame["column_number"].map(by_column)


def _by_row(frame: pd.DataFrame, of_rows: list[Any]) -> list[Any]:
    """What is known of a row of the file, for every figure of the row."""
    return [of_rows[position] if of_rows else None for position in frame["position"]]


def _mapped(values: pd.Series[Any], read: Callable[[Any], Any]) -> pd.Series[Any]:
    """Read each distinct value once."""
    known: dict[Hashable, Any] = {value: read(value) for value in values.unique()}
    return pd.Series([known[value] for value in values], index=values.index, dtype=object)


def _add_places(frame: pd.DataFrame, table: Table, contract: Contract, catalog: Catalog) -> None:
    codes, names = _texts(frame, table, "region_code"), _texts(frame, table, "region_name")
    reader = PlaceReader(catalog, contract.expect.regions, contract.bare_name)
    if codes is None and names is None:
        frame["region_text"], frame["region_code"], frame["region_problem"] = contract.region, contract.region, None
        return
    if codes is not None:
        scheme = next(item.column.scheme for item in table.columns if item.column.role == "region_code") or "bps"
        pairs = pd.Series(list(zip(codes, names if names is not None else [None] * len(codes), strict=True)))
        places = _mapped(pairs, lambda pair: reader.by_code(pair[0], scheme, pair[1]))
        frame["region_text"] = [code if name is None else f"{code} {name}" for code, name in pairs]
    else:
        texts = names.map(lambda text: _plain_name(text, contract)) if names is not None else None
        places = _mapped(texts, reader.by_name) if texts is not None else pd.Series([], dtype=object)
        frame["region_text"] = names
    totals = _by_row(frame, table.totals)
    frame["region_code"] = [total or place.code for total, place in zip(totals, places, strict=True)]
    frame["region_problem"] = [None if total else place.problem for total, place in zip(totals, places, strict=True)]


def _plain_name(text: str, contract: Contract) -> str:
    for mark in contract.marks.footnote:
        text = text.removesuffix(mark).rstrip()
    return text


def _add_periods(frame: pd.DataFrame, table: Table, placed: dict[int, PlacedColumn]) -> None:
    """The year of a figure stands in its column's header, or else in a period column."""
    texts = _texts(frame, table, "period")
    years = {number: item.year for number, item in placed.items()}
    headers = {number: item.year_text or (str(item.year) if item.year else "") for number, item in placed.items()}
    if texts is None:
        frame["period_text"] = frame["column_number"].map(headers)
        frame["year"] = frame["column_number"].map(years)
    else:
        frame["period_text"] = texts
        frame["year"] = _mapped(texts, read_year)
    frame["period"] = [None if pd.isna(year) else str(int(year)) for year in frame["year"]]


def _add_breakdowns(
    frame: pd.DataFrame, table: Table, placed: dict[int, PlacedColumn], contract: Contract, catalog: Catalog
) -> None:
    """Breakdown keys, sorted by dimension: from a breakdown column, the value column, or the measure."""
    measures = contract.measures_by_name
    columns = [item.column for item in table.columns if item.column.role == "breakdown" and item.column.dimension]
    texts = {str(column.dimension): _texts(frame, table, "breakdown", column.dimension) for column in columns}
    keys: list[str | None] = []
    shown: list[str] = []
    codes = _codes(columns, catalog)
    sections = _by_row(frame, table.sections)
    for index, (number, measure) in enumerate(zip(frame["column_number"], frame["measure"], strict=True)):
        found = dict(measures[measure].breakdown) if measure in measures else {}
        found.update(sections[index].breakdown if sections[index] else {})
        found.update(_constant_breakdown(placed[number].column))
        found.update({name: collapsed(series.iloc[index]) for name, series in texts.items() if series is not None})
        shown.append(";".join(found.values()))
        keys.append(breakdown_key(found, codes))
    frame["breakdown_text"], frame["breakdown"] = shown, pd.Series(keys, dtype=object)


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


def _add_values(frame: pd.DataFrame, placed: dict[int, PlacedColumn], contract: Contract, catalog: Catalog) -> None:
    reader = NumberReader(contract.format, contract.marks)
    figures: pd.Series[Any] = _mapped(frame["raw"], reader.read)
    header_status = {number: item.status for number, item in placed.items()}
    rows = [
        _value(figure, contract.measures_by_name.get(measure), year, header_status[number], contract, catalog)
        for figure, measure, year, number in zip(
            figures, frame["measure"], frame["year"], frame["column_number"], strict=True
        )
    ]
    names = ("indicator", "unit", "value", "decimals", "decimals_declared", "rounding_step", "obs_status")
    for position, name in enumerate((*names, "missing_mark", "done")):
        frame[name] = pd.Series([row[position] for row in rows], dtype=object)


def _add_units(frame: pd.DataFrame, table: Table, contract: Contract) -> None:
    """A unit column must say, row by row, the unit that the contract declares for the measure."""
    texts = _texts(frame, table, "unit")
    if texts is None:
        frame["unit_text"], frame["unit_ok"] = None, True
        return
    stated = {item.name: (item.unit_text or item.unit).casefold() for item in contract.measures}
    frame["unit_text"] = texts
    frame["unit_ok"] = [
        text.casefold() == stated.get(measure) for text, measure in zip(texts, frame["measure"], strict=True)
    ]


def _value(
    figure: Figure, measure: Measure | None, year: Any, header_status: str | None, contract: Contract, catalog: Catalog
) -> tuple[Any, ...]:
    if measure is None:
        return (None, None, None, figure.decimals, None, None, figure.status, figure.missing, figure.done)
    unit = catalog.units[measure.unit]
    precision = None if pd.isna(year) else measure.precision_in(int(year))
    step = None
    if precision is not None:
        printed = Decimal(1).scaleb(-precision.decimals)
        step = _kept((printed if precision.step is None else precision.step) * unit.factor, ROUND_UP)
    value = None if figure.value is None else _kept(figure.value * unit.factor)
    status = figure.status if figure.status != "A" or header_status is None else header_status
    declared = None if precision is None else precision.decimals
    decimals, padded = _decimals(figure, declared, contract)
    steps = [figure.done, padded, _done(figure, unit.id, unit.canonical, unit.factor, header_status)]
    return (
        measure.indicator, unit.canonical, value, decimals, declared, step, status, figure.missing,
        "; ".join(filter(None, steps)),
    )  # fmt: skip


def _decimals(figure: Figure, declared: int | None, contract: Contract) -> tuple[int | None, str]:
    """The decimals of a figure, with the zeros that its file does not print, and what was done."""
    printed = figure.decimals
    dropped = contract.format.trailing_zeros == "dropped"
    if not dropped or declared is None or printed is None or printed >= declared:
        return printed, ""
    return declared, f"trailing zeros put back: {declared} decimals, {printed} printed"


def _kept(number: Decimal, rounding: str | None = None) -> Decimal:
    """A number to the six decimals that are kept: sen of a rupiah are below a millionth of a million rupiah."""
    exponent = number.as_tuple().exponent
    return number.quantize(FINEST, rounding) if isinstance(exponent, int) and exponent < -DIGITS else number


def _done(figure: Figure, unit: str, canonical: str, factor: Decimal, header_status: str | None) -> str:
    """In plain words what was done to the cell, for lineage."""
    steps: list[str] = []
    if figure.missing is not None:
        steps.append(f"mark '{figure.missing}' read as not available")
    if factor != 1:
        steps.append(f"{unit} x {factor} = {canonical}")
    if header_status is not None:
        steps.append(f"status {header_status} from the mark on the year header")
    return "; ".join(steps)
