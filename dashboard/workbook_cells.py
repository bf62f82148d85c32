"""Sheets of a workbook for reading and printing: texts are always texts, numbers are numbers, nothing is a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Value = str | float | int | None
# What a spreadsheet would take for a formula or a command, were the text typed or pasted instead of stored as a text.
RISKY = ("=", "+", "-", "@", "\t", "\r")
A4 = 9
LONGEST = 32_767
# What XlsxWriter answers instead of raising.
OUTSIDE = -1
# Points a line of a heading.
LINE = 14
BASE = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
LOOKS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "strong": {"text_wrap": True, "bold": True},
    "quiet": {"text_wrap": True, "italic": True, "font_color": "#595959"},
    "quiet_line": {"italic": True, "font_color": "#595959"},
    "mark": {"align": "right", "italic": True, "font_color": "#595959"},
    "number": {"align": "right"},
    "title": {"bold": True, "font_size": 14},
    "notice": {"italic": True, "font_color": "#7F3F00"},
    "heading": {"bold": True, "text_wrap": True, "bg_color": "#DCE6F1", "bottom": 1, "valign": "vcenter"},
    "section": {"bold": True, "font_size": 12, "bg_color": "#EEF3F8"},
}


@dataclass(frozen=True)
class Cell:
    """A value, how it looks (a key of LOOKS), and for a number its format."""

    value: Value
    look: str = "text"
    form: str = "General"


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading in two languages, and its width in characters."""

    told: str
    english: str
    width: float
    number: bool = False

    @property
    def heading(self) -> str:
        """Both headings, one above the other; one where they are the same."""
        return self.told if self.told == self.english else f"{self.told}\n{self.english}"


@dataclass
class Book:
    """A workbook in memory with the formats it has used so far."""

    file: Workbook
    formats: dict[tuple[str, str, bool], Format] = field(default_factory=dict)

    def format(self, look: str, form: str = "General", *, quoted: bool = False) -> Format:
        """The format of a look; `quoted` keeps a text a text when a reader edits the cell."""
        key = (look, form, quoted)
        if key not in self.formats:
            given = {**BASE, **LOOKS[look], "num_format": form, **({"quote_prefix": True} if quoted else {})}
            self.formats[key] = self.file.add_format(given)
        return self.formats[key]


class Sheet:
    """One sheet: title and notices, a heading that stays in sight and on every page, rows below it."""

    def __init__(self, book: Book, name: str, title: str, notices: Sequence[str], columns: Sequence[Column]) -> None:
        self.book = book
        self.columns = columns
        self.sheet: Worksheet = book.file.add_worksheet(name)
        self.next = 0
        self.feet = 0
        self.row([Cell(title, "title")])
        for notice in notices:
            self.row([Cell(notice, "notice")])
        self.head = self.next
        self.sheet.set_row(self.head, LINE * max(_lines(column) for column in columns))
        self.row([Cell(column.heading, "heading") for column in columns])
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, column.width)

    def row(self, cells: Iterable[Cell]) -> None:
        """Write the next row; an empty cell is left out."""
        for column, cell in enumerate(cells):
            write(self.book, self.sheet, self.next, column, cell)
        self.next += 1

    def foot(self, text: str) -> None:
        """Write a line under the table, which ends before it."""
        self.feet += 1
        self.row([Cell(text, "quiet_line")])

    def section(self, title: str, headings: Sequence[str] = ()) -> None:
        """Begin a section within the sheet, with headings of its own."""
        self.next += 1
        self.row([Cell(title, "section"), *(Cell("", "section") for _ in self.columns[1:])])
        if headings:
            self.row([Cell(heading, "heading") for heading in headings])

    def finish(self, *, frozen: int, footer: str, filtered: bool = True) -> None:
        """Freeze the heading and `frozen` columns, and make it print on A4 across, one page wide."""
        last = self.next - 1 - self.feet
        if filtered and last > self.head:
            self.sheet.autofilter(self.head, 0, last, len(self.columns) - 1)
        self.sheet.freeze_panes(self.head + 1, frozen)
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(self.head)
        self.sheet.print_area(0, 0, max(self.next - 1, 0), len(self.columns) - 1)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.set_footer(f"&L&8{footer.replace('&', '&&')}&R&8&A, &P/&N")


def write(book: Book, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    """Write one cell: a text as a text whatever it begins with, a number as a number, None as a blank."""
    value = cell.value
    if value is None:
        return
    if isinstance(value, str):
        form = book.format(cell.look, quoted=value.startswith(RISKY))
        if sheet.write_string(row, column, value[:LONGEST], form) == OUTSIDE:
            raise ValueError(f"{sheet.name}: the cell in row {row + 1}, column {column + 1} is outside of the sheet")
        return
    if sheet.write_number(row, column, value, book.format(cell.look, cell.form)) == OUTSIDE:
        raise ValueError(f"{sheet.name}: the cell in row {row + 1}, column {column + 1} is outside of the sheet")


def _lines(column: Column) -> int:
    """How many lines a heading takes in its column."""
    return sum(ceil(len(part) / max(column.width - 2, 1)) for part in column.heading.split("\n"))


@contextmanager
def new_book(title: str, made: date | None, into: BytesIO) -> Iterator[Book]:
    """A workbook that is a function of what is written: dated by the data, without clock, links and formulas."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    file = xlsxwriter.Workbook(into, options)
    file.set_properties(
        {"title": title, "author": "mojoraya", "created": datetime.combine(made or date(2000, 1, 1), time())}
    )
    try:
        yield Book(file)
    finally:
        file.close()
