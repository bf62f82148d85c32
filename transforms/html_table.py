"""Read tables of an HTML page, such as the `.xls` that BPS sites write, into rows of text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from catalog.formats import HtmlFormat
from transforms.grid import Grid, collapsed, trimmed
from transforms.mismatch import ContractMismatch, mismatch

# A span beyond these is nonsense or malice; the HTML standard itself stops at 1000 columns.
MOST_COLUMNS, MOST_ROWS = 1000, 65534
DEPTH = 50
# An element that has not ended after so many letters never does, and looking for its end again and again takes hours.
LONGEST_TAG = 1 << 16
SILENT = {"script", "style"}


@dataclass
class _Open:
    """A table whose end tag has not come yet: its rows, and the cells that reach down from rows above."""

    rows: list[list[str]] = field(default_factory=list)
    reaching: dict[int, int] = field(default_factory=dict)
    cell: list[str] | None = None
    spans: tuple[int, int] = (1, 1)

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns, with the rows that only a cell from above reaches into."""
        return len(self.rows) + max(self.reaching.values(), default=0), max(map(len, self.rows), default=0)

    def filled(self) -> list[list[str]]:
        """All rows in one width."""
        height, width = self.extent
        rows = self.rows + [[] for _ in range(height - len(self.rows))]
        return [row + [""] * (width - len(row)) for row in rows]


class _Parser(HTMLParser):
    """Collects every table of a page, in the order in which they begin."""

    def __init__(self, most_cells: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Open] = []
        self.too_large = False
        self._open: list[_Open] = []
        self._left = most_cells
        self._silent = 0
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outside.extend(value for _, value in attrs if value)
        if tag in SILENT:
            self._silent += 1
        if tag == "table":
            self._begin_table()
        elif self._open and tag == "tr":
            self._end_cell()
            self._begin_row()
        elif self._open and tag in {"td", "th"}:
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag in {"br", "p", "div"}:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(self._silent - 1, 0)
        if tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].cell is not None and not self._silent:
            self._open[-1].cell.append(data)
        elif data.strip():
            self.outside.append(data)

    def handle_comment(self, data: str) -> None:
        self.outside.append(data)

    def _begin_table(self) -> None:
        self.too_large = self.too_large or len(self._open) >= DEPTH
        table = _Open()
        self._open.append(table)
        self.tables.append(table)

    def _begin_row(self) -> None:
        table = self._open[-1]
        table.rows.append([])
        self._fill_reached(table)

    def _fill_reached(self, table: _Open) -> None:
        """Places that a cell of a row above reaches into stay empty, as merged cells do on a sheet."""
        row = table.rows[-1]
        while table.reaching.get(len(row), 0) > 0:
            table.reaching[len(row)] -= 1
            row.append("")

    def _begin_cell(self, attrs: dict[str, str | None]) -> None:
        table = self._open[-1]
        if not table.rows:
            self._begin_row()
        columns, rows = _span(attrs.get("colspan"), MOST_COLUMNS), _span(attrs.get("rowspan"), MOST_ROWS)
        self._left -= columns * rows
        self.too_large = self.too_large or self._left < 0
        table.cell, table.spans = [], (1, 1) if self.too_large else (columns, rows)

    def _end_cell(self) -> None:
        if not self._open or self._open[-1].cell is None:
            return
        table = self._open[-1]
        columns, rows = table.spans
        for number, text in enumerate([collapsed("".join(table.cell or [])), *[""] * (columns - 1)]):
            table.reaching[len(table.rows[-1])] = rows - 1
            table.rows[-1].append(text if number == 0 else "")
        table.cell = None
        self._fill_reached(table)


def read_html(data: bytes, form: HtmlFormat) -> Grid:
    """The declared tables as one; a line is a row of that whole. Raises `ContractMismatch`."""
    tables = all_tables(data, form)
    missing = [number for beside in form.tables for number in beside if number > len(tables)]
    if missing:
        raise _no_table(missing[0], len(tables))
    chosen = [[tables[number - 1] for number in beside] for beside in form.tables]
    first = [_width(table) for table in chosen[0]]
    for beside in chosen:
        _fit_together(beside, first)
    rows = trimmed([[cell for row in line for cell in row] for beside in chosen for line in zip(*beside, strict=True)])
    return Grid(list(range(form.first_row, len(rows) + 1)), rows[form.first_row - 1 :])


def all_tables(data: bytes, form: HtmlFormat) -> list[list[list[str]]]:
    """Every table of the page, nested ones included, in the order in which they begin."""
    return [table.filled() for table in _parsed(data, form).tables]


def outside_text(data: bytes, form: HtmlFormat) -> str:
    """What the page says outside the cells of its tables: text, comments, scripts and values of attributes."""
    return collapsed("\n".join(_parsed(data, form).outside))


def _parsed(data: bytes, form: HtmlFormat) -> _Parser:
    parser = _Parser(form.max_cells)
    parser.feed(_text(data, form))
    if len(parser.rawdata) > LONGEST_TAG:
        raise mismatch(
            "html",
            None,
            "halaman HTML ini rusak: ada unsur yang dibuka dan tidak pernah ditutup. Unduh ulang berkasnya.",
            "the HTML page is broken: an element is opened and never closed. Download the file again.",
        )
    parser.close()
    cells = sum(height * width for height, width in (table.extent for table in parser.tables))
    if parser.too_large or cells > form.max_cells:
        raise mismatch(
            "too_large",
            None,
            f"tabel HTML ini berisi lebih dari {form.max_cells} sel. Kirim tabelnya saja.",
            f"the HTML tables have more than {form.max_cells} cells. Send the table only.",
        )
    return parser


def _text(data: bytes, form: HtmlFormat) -> str:
    try:
        return data.decode("utf-8-sig" if form.encoding == "utf-8" else form.encoding)
    except UnicodeDecodeError as error:
        raise mismatch(
            "encoding",
            data[: error.start].count(b"\n") + 1,
            f"ada huruf yang bukan {form.encoding}. Perbaiki format.encoding di kontrak, atau ekspor ulang.",
            f"there is a character that is not {form.encoding}. Mend format.encoding in the contract, or export again.",
        ) from None


def _span(text: str | None, most: int) -> int:
    """A colspan or rowspan; anything odd counts as one."""
    digits = (text or "").strip()
    return min(max(int(digits[:6]), 1), most) if digits.isascii() and digits.isdigit() else 1


def _width(table: list[list[str]]) -> int:
    return len(table[0]) if table else 0


def _fit_together(beside: list[list[list[str]]], widths: list[int]) -> None:
    """Tables side by side have as many rows as each other, and the columns of those above them."""
    heights, found = [len(table) for table in beside], [_width(table) for table in beside]
    if len(set(heights)) == 1 and found == widths:
        return
    raise mismatch(
        "tables",
        None,
        f"tabel yang dinyatakan kontrak tidak dapat dipasangkan: barisnya {heights}, kolomnya {found}, "
        f"seharusnya {widths}. Unduh ulang berkasnya, atau perbarui format.tables.",
        f"the tables that the contract names do not fit together: rows {heights}, columns {found} where {widths} "
        "was expected. Download the file again, or update format.tables.",
    )


def _no_table(number: int, found: int) -> ContractMismatch:
    return mismatch(
        "tables",
        None,
        f"tabel ke-{number} tidak ada; halaman ini berisi {found} tabel. Periksa unduhannya, atau perbarui kontrak.",
        f"there is no table {number}; the page has {found}. Check the download, or update the contract.",
    )
