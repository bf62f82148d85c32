"""Readers that a polluted file is given to, each with what it lets through: ours, DuckDB and pandas.

A reader answers with figures by key, or None when it refuses the file. DuckDB and pandas get everything that our
contract knows, and no gate: columns by their header (by position under stacked headers), codes, names, units.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
from polluted_sheet import Sheet

from catalog.contract import Contract, ContractFile
from catalog.formats import CsvFormat
from catalog.load import Catalog
from flows.staging import Judged, Staging
from sources.store import LogEntry, SnapshotStore
from transforms.numbers import NumberReader
from transforms.read import Table
from transforms.tidy import tidy

Key = tuple[str, str, str, str]
Figures = dict[Key, Decimal]
KEY = ["indicator", "region_code", "period", "breakdown"]
CRASH = "crash:"
BEFORE, AFTER = date(2026, 10, 1), date(2026, 11, 1)


class Refused(Exception):
    """A reader that will not read the file; the text says why."""


@dataclass(frozen=True)
class Read:
    """What came of one file: figures let through, keys that came twice, and whether anything was held back."""

    figures: Figures = field(default_factory=dict)
    doubled: int = 0
    held: int = 0
    refused: str = ""


def outcome(read: Read, truth: Figures) -> str:
    """right, refused or wrong; a figure lost without a word is as wrong as a false one."""
    if read.refused:
        return "refused"
    if read.doubled or any(truth.get(key) != value for key, value in read.figures.items()):
        return "wrong"
    if len(read.figures) == len(truth):
        return "right"
    return "refused" if read.held else "wrong"


def _figures(frame: pd.DataFrame) -> tuple[Figures, int]:
    plain = frame[frame["value"].notna()]
    keys = list(plain[KEY].itertuples(index=False, name=None))
    values = [Decimal(value) for value in plain["value"]]
    figures = dict(zip(keys, values, strict=True))
    return figures, len(keys) - len(figures)


class Ours:
    """The project's own way, from the log through every gate, after the unpolluted edition was accepted."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog

    def read(self, source: ContractFile, original: bytes, data: bytes) -> Read:
        """Judge a file as the edition that follows the original."""
        folder = self._folder / source.contract.id
        shutil.rmtree(folder / "snapshots", ignore_errors=True)
        store = SnapshotStore(folder)
        for content, day in ((original, BEFORE), (data, AFTER)):
            store.keep(_entry(source.contract, content, day), content)
        try:
            last = Staging(folder, source, self._catalog).judge_all()[-1]
        except Exception as error:  # noqa: BLE001  a crash is not a refusal: it is told as a fault of ours
            return Read(refused=f"{CRASH} {type(error).__name__}: {error}")
        return Read(refused=last.refused.rule) if last.refused else _accepted(last)

    def first(self, source: ContractFile, original: bytes) -> Figures:
        """What the unpolluted file says."""
        read = self.read(source, original, original)
        if read.refused or read.held:
            raise SystemExit(f"{source.contract.id}: the bundled file itself is held back: {read.refused}")
        return read.figures


def _accepted(item: Judged) -> Read:
    frame = pq.read_table(item.folder / "tidy.parquet").to_pandas()
    failures = pq.read_table(item.folder / "failures.parquet").to_pandas()
    held = set(failures.loc[failures["severity"] == "critical", "row_id"])
    figures, doubled = _figures(frame[~frame["row_id"].isin(held)])
    return Read(figures, doubled, held=len(held))


def _entry(contract: Contract, data: bytes, day: date) -> LogEntry:
    digest = sha256(data).hexdigest()
    return LogEntry(contract.id, digest, len(data), "csv", day, url="pollution")


@dataclass(frozen=True)
class Peer:
    """A general reader, and how it is called on a file by a contract."""

    name: str
    load: Callable[[Path, Contract], pd.DataFrame]

    def read(self, path: Path, sheet: Sheet, catalog: Catalog) -> Read:
        """The figures after the same mapping; anything that it cannot do is a refusal."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frame = self.load(path, sheet.source.contract)
                table = _mapped(frame, sheet)
            return _long(table, sheet.source.contract, catalog)
        except (Refused, duckdb.Error, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            return Read(refused=type(error).__name__)


def _csv(contract: Contract) -> CsvFormat:
    if not isinstance(contract.format, CsvFormat):
        raise Refused("no CSV")
    return contract.format


def _duckdb(path: Path, _contract: Contract) -> pd.DataFrame:
    return duckdb.sql(f"SELECT * FROM read_csv('{path}')").df()


def _duckdb_stated(path: Path, contract: Contract) -> pd.DataFrame:
    form = _csv(contract)
    tail = f"delim='{form.delimiter}', quote='\"', header=true, all_varchar=true"
    return duckdb.sql(f"SELECT * FROM read_csv('{path}', {tail})").df()


def _pandas(path: Path, _contract: Contract) -> pd.DataFrame:
    return pd.read_csv(path)


def _pandas_stated(path: Path, contract: Contract) -> pd.DataFrame:
    form = _csv(contract)
    return pd.read_csv(path, sep=form.delimiter, dtype=str, keep_default_na=False, encoding="utf-8-sig")


PEERS = [
    Peer("DuckDB defaults", _duckdb),
    Peer("DuckDB, dialect stated", _duckdb_stated),
    Peer("pandas defaults", _pandas),
    Peer("pandas, dialect stated", _pandas_stated),
]


def _mapped(frame: pd.DataFrame, sheet: Sheet) -> Table:
    """The columns that the contract knows, by header name; under stacked headers by position."""
    needed = [item for item in sheet.columns if item.column.role not in ("ignore", "constant")]
    frame.columns = [str(name).strip().lstrip("\ufeff") for name in frame.columns]
    if sheet.head > 1:
        if frame.shape[1] != len(sheet.columns):
            raise Refused("width")
        picked = [frame.iloc[:, item.number - 1] for item in sheet.columns]
        picked = [column.iloc[sheet.head - 1 :] for column in picked]
    else:
        for item in needed:
            if item.text not in frame:
                raise Refused(item.text)
        picked = [frame[item.text] if item in needed else pd.Series([""] * len(frame)) for item in sheet.columns]
    cells = [_texts(column, sheet) for column in picked]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return Table.of_rows(list(sheet.columns), list(range(2, len(rows) + 2)), rows)


def _texts(column: pd.Series[Any], sheet: Sheet) -> list[str]:
    reader = NumberReader(sheet.source.contract.format, sheet.source.contract.marks)
    return [_text(value, reader) for value in column.tolist()]


def _text(value: Any, reader: NumberReader) -> str:
    """A cell as plain text; a number that only the stated dialect can read is put into the plain one."""
    if isinstance(value, float):
        return "" if pd.isna(value) else format(Decimal(repr(value)).normalize(), "f")
    if not isinstance(value, str):
        return "" if pd.isna(value) else str(value)
    figure = reader.read(value)
    return str(figure.value) if figure.value is not None and figure.missing is None else value.strip()


def _long(table: Table, contract: Contract, catalog: Catalog) -> Read:
    """The mapping to long form; notes at the foot are left out, and what cannot be mapped is an error."""
    notes = (*contract.rows.footer, "\0")
    kept = [row for row in table.rows if any(row) and not next(cell for cell in row if cell).startswith(notes)]
    plain = contract.format.model_copy(update={"decimal": ".", "thousands": ""})
    stated = contract.model_copy(update={"format": plain})
    frame = tidy(Table.of_rows(table.columns, list(range(2, len(kept) + 2)), kept), stated, catalog)
    lost = frame["value"].isna() & frame["missing_mark"].isna() & (frame["raw"] != "")
    if lost.any() or frame[["indicator", "region_code", "period", "breakdown"]].isna().any().any():
        raise Refused("mapping")
    figures, doubled = _figures(frame)
    return Read(figures, doubled)


def names() -> Sequence[str]:
    """Every reader, ours first."""
    return ["ours", *(peer.name for peer in PEERS)]


def every_reader(
    ours: Ours, sheet: Sheet, data: bytes, aside: Path, catalog: Catalog, *, peers: bool = True
) -> Iterable[tuple[str, Read]]:
    """What each reader makes of one file, in the order of `names`; without `peers` ours alone."""
    yield "ours", ours.read(sheet.source, sheet.data, data)
    aside.write_bytes(data)
    for peer in PEERS if peers else ():
        yield peer.name, peer.read(aside, sheet, catalog)
