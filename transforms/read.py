"""Read a file by its contract: dialect, header and width are stated, and anything else is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from catalog.contract import AnyContract, Section
from catalog.formats import CsvFormat, WorkbookFormat
from transforms.arrange import arrange
from transforms.grid import Grid, collapsed
from transforms.header import PlacedColumn, place_columns
from transforms.html_table import read_html
from transforms.mismatch import mismatch
from transforms.numbers import number_pattern
from transforms.repeats import refuse_repeated_years
from transforms.strict_csv import csv_grid
from transforms.workbook import read_workbook

DELIMITERS = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak"}


@dataclass(frozen=True)
class Table:
    """A file as text: its columns, and for each data row its physical line (1-based) and its cells.

    A row may stand under a section row, or be a total that stands for a region; `skipped` counts the rows
    that the contract leaves aside by their label.
    """

    columns: list[PlacedColumn]
    lines: list[int]
    rows: list[list[str]]
    sections: list[Section | None] = field(default_factory=list)
    totals: list[str | None] = field(default_factory=list)
    skipped: int = 0
    sheet: str | None = None


def read_table(data: bytes, contract: AnyContract) -> Table:
    """Read bytes by contract; raises `ContractMismatch` at the first line that is not as declared."""
    grid = read_grid(data, contract)
    table = _placed(grid, contract)
    found = arrange(table.lines, table.rows, contract)
    refuse_repeated_years(table.columns, found.rows)
    return replace(
        table,
        lines=found.lines,
        rows=found.rows,
        sections=found.sections,
        totals=found.totals,
        skipped=found.skipped,
        sheet=grid.sheet,
    )


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


def _placed(grid: Grid, contract: AnyContract) -> Table:
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
    return _body(columns, lines[height:], rows[height:], contract)


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


def _body(columns: list[PlacedColumn], lines: list[int], rows: list[list[str]], contract: AnyContract) -> Table:
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
    return Table(columns, kept_lines, kept_rows)


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
