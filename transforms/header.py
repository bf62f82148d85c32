"""Hold the header of a file against its contract, and give every column of the file its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.contract import AnyContract, Column, Status
from transforms.mismatch import mismatch
from transforms.numbers import strip_footnote

YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class PlacedColumn:
    """A column of the file: what it means, where it stands (1-based), its text, its year and mark if any."""

    column: Column
    number: int
    text: str
    year: int | None = None
    year_text: str = ""
    status: Status | None = None


def place_columns(header: list[list[str]], contract: AnyContract) -> list[PlacedColumn]:
    """Match the header rows against the contract's columns, in order, leaving nothing over."""
    width = max(len(row) for row in header)
    cells = [row + [""] * (width - len(row)) for row in header]
    placed: list[PlacedColumn] = []
    for column in contract.printed:
        if column.years:
            placed += _place_years(column, cells, len(placed), contract)
        else:
            placed.append(_place_one(column, cells, len(placed), contract))
    if len(placed) < width:
        extra = _text([row[len(placed)] for row in cells])
        raise mismatch(
            "header",
            1,
            f"ada kolom '{extra}' (kolom ke-{len(placed) + 1}) yang tidak ada dalam kontrak. "
            "Hapus kolom itu, atau perbarui kontrak.",
            f"there is a column '{extra}' (column {len(placed) + 1}) that the contract does not know. "
            "Remove it, or update the contract.",
        )
    return placed


def _text(parts: list[str]) -> str:
    return " / ".join(part for part in parts if part)


def _place_one(column: Column, cells: list[list[str]], at: int, contract: AnyContract) -> PlacedColumn:
    found = [row[at] if at < len(row) else "" for row in cells]
    for line, (want, text) in enumerate(zip(column.header, found, strict=True), start=1):
        if text != want:
            raise _wrong_header(line, at, want, text, cells, contract)
    return PlacedColumn(column, at + 1, _text(found), year=column.period)


def _wrong_header(
    line: int, at: int, want: str, found: str, cells: list[list[str]], contract: AnyContract
) -> ValueError:
    elsewhere = want in [cell for row in cells for cell in row]
    known = {text for column in contract.printed for text in column.header}
    if at >= len(cells[0]) or (not elsewhere and found in known):
        what = (f"kolom '{want}' tidak ada", f"the column '{want}' is missing")
    elif elsewhere:
        what = (
            f"kolom ke-{at + 1} berjudul '{found}', seharusnya '{want}' (urutan kolom berubah)",
            f"column {at + 1} is headed '{found}' where '{want}' was expected (the order has changed)",
        )
    else:
        what = (
            f"kolom ke-{at + 1} berjudul '{found}', seharusnya '{want}'",
            f"column {at + 1} is headed '{found}' where '{want}' was expected",
        )
    return mismatch(
        "header",
        line,
        f"{what[0]}. Kembalikan judul kolom seperti semula, atau perbarui kontrak.",
        f"{what[1]}. Restore the column's name, or update the contract.",
    )


def _place_years(column: Column, cells: list[list[str]], start: int, contract: AnyContract) -> list[PlacedColumn]:
    """The run of year columns that begins at `start`; years must follow each other without gap or repeat."""
    run = column.years
    if run is None:  # a caller's error, not a publisher's
        raise TypeError("the column has no run of years")
    level = next(number for number, text in enumerate(column.header) if "{year}" in text)
    placed: list[PlacedColumn] = []
    step = 1 if run.order == "ascending" else -1
    at, year = start, run.first if step > 0 else run.last or _year_at(cells[level], start, contract)
    while at < len(cells[0]) and run.first <= year <= (run.last or year):
        text = cells[level][at]
        bare, status = _strip_year_marks(text, contract)
        if not YEAR.fullmatch(bare) or not _labels_match(column, cells, at, level, first=at == start):
            break
        if int(bare) != year:
            raise _wrong_year(level + 1, at, year, text)
        placed.append(PlacedColumn(column, at + 1, f"{_label(column, level)}{text}", year, text, status))
        at, year = at + 1, year + step
    unfinished = year >= run.first if step < 0 else run.last is not None and year <= run.last
    if not placed or unfinished:
        found = cells[level][at] if at < len(cells[level]) else ""
        raise _wrong_year(level + 1, at, year, found)
    return placed


def _year_at(cells: list[str], at: int, contract: AnyContract) -> int:
    """The year that a descending run begins with, so that next year's edition needs no new contract."""
    bare = _strip_year_marks(cells[at], contract)[0] if at < len(cells) else ""
    return int(bare) if YEAR.fullmatch(bare) else 0


def _label(column: Column, level: int) -> str:
    label = _text([text for number, text in enumerate(column.header) if number != level])
    return f"{label} / " if label else ""


def _labels_match(column: Column, cells: list[list[str]], at: int, level: int, *, first: bool) -> bool:
    """Merged header cells leave their text in the first column of the run and nothing after it."""
    for number, want in enumerate(column.header):
        if number == level:
            continue
        found = cells[number][at]
        if found != want and (first or found != ""):
            return False
    return True


def _strip_year_marks(text: str, contract: AnyContract) -> tuple[str, Status | None]:
    footnotes = sorted(contract.marks.footnote, key=len, reverse=True)
    text = strip_footnote(text, footnotes)
    for mark, status in sorted(contract.marks.status.items(), key=lambda item: -len(item[0])):
        if text.endswith(mark):
            return strip_footnote(text[: -len(mark)].rstrip(), footnotes), status
    return text, None


def _wrong_year(line: int, at: int, want: int, found: str) -> ValueError:
    return mismatch(
        "years",
        line,
        f"kolom ke-{at + 1} berjudul '{found}', seharusnya tahun {want}: tahun harus berurutan, tidak berulang. "
        "Periksa judul kolom tahun.",
        f"column {at + 1} is headed '{found}' where the year {want} was expected: years follow each other, none "
        "twice. Check the year columns.",
    )
