"""What every kind of file is read into before its header is looked at: rows of text, each with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """Rows of cells as text; `lines` are their places in the file (1-based), `sheet` the sheet they stand on.

    Lines are physical lines of a CSV file, rows of a sheet, or rows of an assembled HTML table.
    """

    lines: list[int]
    rows: list[list[str]]
    sheet: str | None = None


def collapsed(text: str) -> str:
    """A text on one line with single spaces: the form in which labels of cells are compared."""
    return " ".join(text.split())


def cell_name(row: int, column: int) -> str:
    """The A1 name of a cell; both numbers from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Rows of one width, without the columns at the right in which no row has anything."""
    width = max((number for row in rows for number, cell in enumerate(row, start=1) if cell), default=0)
    return [(row + [""] * (width - len(row)))[:width] for row in rows]


def as_csv(rows: Iterable[list[str]]) -> str:
    """Rows as comma-separated text, one line each, for those who look for something anywhere in a file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([collapsed(cell) for cell in row] for row in rows)
    return text.getvalue()
