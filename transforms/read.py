"""Read a file by its contract: dialect, header and width are stated, and anything else is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.contract import AnyContract, Section
from catalog.formats import CsvFormat, WorkbookFormat
from transforms.arrange import arrange
from transforms.coded import Coded
from transforms.grid import Grid, collapsed
from transforms.header import PlacedColumn, place_columns
from transforms.html_table import read_html
from transforms.mismatch import mismatch
from transforms.numbers import number_pattern
from transforms.plain_csv import PlainCsv, plain_csv
from transforms.repeats import refuse_repeated_years
from transforms.strict_csv import csv_grid
from transforms.workbook import read_workbook

DELIMITERS = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak"}


@dataclass(frozen=True)
class Table:
    """A file as text: its columns with the cells of each, and for each data row its physical line (1-based).

    A row may stand under a section row, or be a total that stands for a region (both lists are empty where the
    contract declares none); `skipped` counts the rows that the contract leaves aside by their label.
    """

    columns: list[PlacedColumn]
    lines: NDArray[np.int64]
    cells: list[Coded]
    sections: list[Section | None] = field(default_factory=list)
    totals: list[str | None] = field(default_factory=list)
    skipped: int = 0
    sheet: str | None = None

    @classmethod
    def of_rows(cls, columns: list[PlacedColumn], lines: list[int], rows: list[list[str]]) -> Table:
        """A table from its rows, each with a cell for every column."""
        cells = [Coded.of([row[number] for row in rows]) for number in range(len(columns))]
        return cls(columns, np.array(lines, np.int64), cells)

    @cached_property
    def rows(self) -> list[list[str]]:
        """The cells row by row."""
        return [list(row) for row in zip(*(column.values() for column in self.cells), strict=True)]


def read_table(data: bytes, contract: AnyContract) -> Table:
    """Read bytes by contract; raises `ContractMismatch` at the first line that is not as declared.

    A large file that is plain throughout is read by columns. Whatever is out of the ordinary sends it the way of
    all other files, line by line, which finds the words for what is wrong.
    """
    plain = plain_csv(data, contract)
    table = _plain_table(plain, contract) if plain else None
    return table or _read_by_rows(data, contract)


def _read_by_rows(data: bytes, contract: AnyContract) -> Table:
    grid = read_grid(data, contract)
    columns, lines, rows = _placed(grid, contract)
    found = arrange(lines, rows, contract)
    table = replace(
        Table.of_rows(columns, found.lines, found.rows),
        sections=found.sections if contract.rows.sections else [],
        totals=found.totals if contract.rows.totals else [],
        skipped=found.skipped,
        sheet=grid.sheet,
    )
    refuse_repeated_years(columns, table.cells)
    return table


def _plain_table(plain: PlainCsv, contract: AnyContract) -> Table | None:
    """The table of a plain file; None when a cell is not what its column declares."""
    columns = place_columns(plain.header, contract)
    if len(columns) != len(plain.cells):
        return None
    for item, cells in zip(columns, plain.cells, strict=True):
        if item.column.role == "constant" and set(cells.used()) != {item.column.constant}:
            return None
    refuse_repeated_years(columns, plain.cells)
    return Table(columns, plain.lines, plain.cells)


def read_grid(data: bytes, contract: AnyContract) -> Grid:
    """The rows of a file of any kind, its header rows first; raises `ContractMismatch`."""
    form = contract.format
    if isinstance(form, CsvFormat):
        grid = csv_grid(data, form)
        _same_delimiter(grid.rows[: form.header_rows], form)
        return grid
    grid = read_workbook(data, form) if isinstance(form, WorkbookFormat) else read_html(data, form)
    header = [[collapsed(cell) for cell in row] for row in grid.rows[: form.header_rows]]
    return replace(grid, rows=header + grid.rows[form.header_rows :])


Placed = tuple[list[PlacedColumn], list[int], list[list[str]]]


def _placed(grid: Grid, contract: AnyContract) -> Placed:
    lines, rows, height = grid.lines, grid.rows, contract.format.header_rows
    if len(rows) < height:
        raise mismatch(
            "header",
            None,
            f"berkas hanya berisi {len(rows)} baris, padahal kepala tabel saja {height} baris. "
            "Kirim ulang berkas yang lengkap.",
            f"the file has only {len(rows)} lines, but the header alone has {height}. Send the whole file again.",
        )
    columns = place_columns(rows[:height], contract)
    return columns, *_body(columns, lines[height:], rows[height:], contract)


def _same_delimiter(header: list[list[str]], form: CsvFormat) -> None:
    """A header in one cell that holds another delimiter is a file in another dialect; a title above one is not."""
    stated = form.delimiter
    if any(len(row) > 1 for row in header):
        return
    for other, name in DELIMITERS.items():
        line = next((line for line, row in enumerate(header, start=1) if row and other in row[0]), None)
        if other != stated and line is not None:
            raise mismatch(
                "delimiter",
                line,
                f"pemisah kolom berkas ini '{other}' ({name}), padahal kontrak menyatakan '{stated}'. "
                f"Ekspor ulang dengan pemisah '{stated}'.",
                f"the columns are separated by '{other}', but the contract says '{stated}'. "
                f"Export again with '{stated}'.",
            )


def _body(
    columns: list[PlacedColumn], lines: list[int], rows: list[list[str]], contract: AnyContract
) -> tuple[list[int], list[list[str]]]:
    kept_lines: list[int] = []
    kept_rows: list[list[str]] = []
    blank_at: int | None = None
    for position, (line, row) in enumerate(zip(lines, rows, strict=True)):
        if not any(row):
            blank_at = blank_at or line
            continue
        if _is_footer(row, contract):
            _check_footer(lines[position:], rows[position:], columns, contract)
            break
        if blank_at is not None:
            raise mismatch(
                "blank_row",
                blank_at,
                "ada baris kosong di tengah tabel; mungkin ada dua tabel dalam satu berkas. Kirim satu tabel saja.",
                "there is an empty row inside the table; there may be two tables in the file. Send one table only.",
            )
        _same_width(line, row, columns)
        _same_constants(line, row, columns)
        kept_lines.append(line)
        kept_rows.append(row)
    return kept_lines, kept_rows


def _same_width(line: int, row: list[str], columns: list[PlacedColumn]) -> None:
    width = len(columns)
    if len(row) != width:
        raise mismatch(
            "width",
            line,
            f"ada {len(row)} kolom, seharusnya {width}. Periksa pemisah dan tanda kutip pada baris itu, "
            "atau kirim ulang berkas bila terpotong.",
            f"{len(row)} columns were found where {width} were expected. Check separators and quotes on that line, "
            "or send the file again if it was cut off.",
        )


def _same_constants(line: int, row: list[str], columns: list[PlacedColumn]) -> None:
    for item in columns:
        want, found = item.column.constant, row[item.number - 1]
        if item.column.role == "constant" and found != want:
            raise mismatch(
                "constant",
                line,
                f"kolom '{item.text}' berisi '{found}', seharusnya '{want}'. Apakah baris itu bergeser?",
                f"the column '{item.text}' holds '{found}' where '{want}' was expected. Did that row shift?",
            )


def _is_footer(row: list[str], contract: AnyContract) -> bool:
    first = next(cell for cell in row if cell)
    return any(first.startswith(beginning) for beginning in contract.rows.footer)


def _check_footer(lines: list[int], rows: list[list[str]], columns: list[PlacedColumn], contract: AnyContract) -> None:
    """After the first note every row is a note or empty: a figure there would be lost in silence."""
    for line, row in zip(lines, rows, strict=True):
        if any(row) and (not _is_footer(row, contract) or _holds_figures(row, columns, contract)):
            raise mismatch(
                "after_footer",
                line,
                f"setelah catatan kaki masih ada baris '{next(cell for cell in row if cell)[:40]}'. "
                "Pindahkan catatan ke akhir tabel.",
                f"after the notes there is still a row '{next(cell for cell in row if cell)[:40]}'. "
                "Move the notes to the end of the table.",
            )


def _holds_figures(row: list[str], columns: list[PlacedColumn], contract: AnyContract) -> bool:
    """A row that begins like a note but has figures in their places: Sumberjati is a village, not a source."""
    number = number_pattern(contract.format)
    values = [item.number - 1 for item in columns if item.column.role == "value"]
    return len(row) == len(columns) and any(number.fullmatch(row[at]) for at in values)
