"""From a table of text to one typed row per record: only the fields that the record type declares are ever kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from catalog.contract import RecordColumn, RecordsContract
from catalog.load import Catalog
from catalog.records import RecordField, RecordType
from transforms.grid import collapsed
from transforms.numbers import NumberReader, strip_footnote
from transforms.periods import read_year
from transforms.read import Table
from transforms.record_places import RecordPlace, RecordPlaceReader

DECIMAL = pa.decimal128(24, 6)
DIGITS = 6
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "region": pa.string(),
    "integer": pa.int64(),
    "number": DECIMAL,
    "year": pa.int32(),
    "date": pa.date32(),
    "datetime": pa.timestamp("s"),
}
LARGEST = 10**15
Texts = dict[str, str]


@dataclass(frozen=True)
class RecordRows:
    """The records of a file: typed rows as `record_schema`, and what was printed where they came from.

    Per row `texts` holds the printed text of each field that is given.
    """

    rows: pa.Table
    texts: list[Texts]


def record_schema(kind: RecordType) -> pa.Schema:
    """The columns of a file's typed records: their place, what became of their region, and every declared field."""
    fields = [pa.field(item.name, TYPES[item.type]) for item in kind.fields if item.name != "year"]
    first = [
        ("row_id", pa.int64()),
        ("source_line", pa.int64()),
        ("region_problem", pa.string()),
        ("region_hint", pa.string()),
        ("done", pa.string()),
        ("year", pa.int32()),
    ]
    return pa.schema([*(pa.field(*pair) for pair in first), *fields])


def record_rows(table: Table, contract: RecordsContract, catalog: Catalog) -> RecordRows:
    """One typed row per row of the table, in file order.

    A text that cannot be understood leaves its field empty; it is the expectations that judge it, by `texts`.
    """
    kind = catalog.records[contract.record]
    columns = {column.field: column for column in contract.columns if column.field}
    readers = {item.name: _reader(item, columns.get(item.name), contract) for item in kind.fields}
    villages = RecordPlaceReader(catalog, contract.expect.within, kind.region.levels)
    rows, texts = [], []
    for number, (line, cells) in enumerate(zip(table.lines, table.rows, strict=True)):
        given, names = _given(cells, contract)
        values = {name: readers[name](text) for name, text in given.items() if name != kind.region.name}
        year = _year(values.get(kind.year))
        place = _place(given, names, columns.get(kind.region.name), villages, year, kind)
        values |= {kind.region.name: place.code, "year": year, "region_problem": place.problem}
        hints = {"region_hint": place.hint or None, "done": place.done or None}
        rows.append({"row_id": number, "source_line": line, **values, **hints})
        texts.append(given)
    return RecordRows(pa.Table.from_pylist(rows, schema=record_schema(kind)), texts)


def _given(cells: list[str], contract: RecordsContract) -> tuple[Texts, Texts]:
    """The texts of a row by field, marks for a gap left out, and the names beside them by role."""
    fields, names = dict(contract.values), Texts()
    footnotes = sorted(contract.marks.footnote, key=len, reverse=True)
    for column, cell in zip(contract.columns, cells, strict=True):
        text = strip_footnote(cell.strip(), footnotes)
        if not text or text in contract.marks.missing:
            continue
        if column.field:
            fields[column.field] = text
        elif column.role in {"region_name", "parent_name"}:
            names[column.role] = text
    return fields, names


def _place(
    given: Texts,
    names: Texts,
    column: RecordColumn | None,
    villages: RecordPlaceReader,
    year: int | None,
    kind: RecordType,
) -> RecordPlace:
    code, name = given.get(kind.region.name, ""), names.get("region_name", "")
    if not code and not name:
        return RecordPlace(None)
    if not code:
        given[kind.region.name] = name
    scheme = (column.scheme if column else None) or "kemendagri"
    return villages.read(code, scheme, name, names.get("parent_name", ""), year)


def _year(value: Any) -> int | None:
    return value.year if isinstance(value, (date, datetime)) else value


def _reader(field: RecordField, column: RecordColumn | None, contract: RecordsContract) -> Callable[[str], Any]:
    """How texts of a field become values; None stands for a text that is none of its type."""
    if field.type in {"integer", "number"}:
        numbers = NumberReader(contract.format, contract.marks)
        return lambda text: _number(numbers.read(text).value, whole=field.type == "integer")
    if field.type == "code":
        own = {collapsed(text).casefold(): code for text, code in (column.codes if column else {}).items()}
        return _coded({**field.codes_by_text(), **own})
    pattern = column.pattern if column else None
    readers: dict[str, Callable[[str], Any]] = {
        "year": read_year,
        "date": lambda text: _moment(text, pattern, date.fromisoformat, day=True),
        "datetime": lambda text: _moment(text, pattern, datetime.fromisoformat, day=False),
    }
    return readers.get(field.type, collapsed)


def _coded(codes: Mapping[str, str]) -> Callable[[str], str | None]:
    return lambda text: codes.get(collapsed(text).casefold())


def _number(value: Decimal | None, *, whole: bool) -> Any:
    """A number to the decimals that are kept; None for one that is too fine, too large, or not whole as it must be."""
    if value is None or abs(value) >= LARGEST or value != round(value, 0 if whole else DIGITS):
        return None
    return int(value) if whole else value


def _moment(text: str, pattern: str | None, parse: Callable[[str], Any], *, day: bool) -> Any:
    """A date or a time as the office's clock shows it; one that names a time zone is none of these."""
    try:
        found = datetime.strptime(text, pattern) if pattern else parse(text)  # noqa: DTZ007  the office's own clock
    except ValueError:
        return None
    if isinstance(found, datetime) and found.tzinfo is not None:
        return None
    if isinstance(found, datetime):
        return found.date() if day else found.replace(microsecond=0)
    return found
