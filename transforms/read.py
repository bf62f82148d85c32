"""Read a file by its contract: dialect, header and width are stated, and anything else is refused."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from catalog.contract import Contract, CsvFormat
from transforms.header import PlacedColumn, place_columns
from transforms.mismatch import mismatch

DELIMITERS = {",": "koma", ";": "titik koma", "\t": "tab", "|": "garis tegak"}


@dataclass(frozen=True)
class Table:
    """A file as text: its columns, and for each data row its physical line (1-based) and its cells."""

    columns: list[PlacedColumn]
    lines: list[int]
    rows: list[list[str]]


def read_table(data: bytes, contract: Contract) -> Table:
    """Read bytes by contract; raises `ContractMismatch` at the first line that is not as declared."""
    lines, rows = _split(_decode(data, contract.format), contract.format)
    height = contract.format.header_rows
    if len(rows) < height:
        raise mismatch(
            "header",
            None,
            f"berkas hanya berisi {len(rows)} baris, padahal kepala tabel saja {height} baris. "
            "Kirim ulang berkas yang lengkap.",
            f"the file has only {len(rows)} lines, but the header alone has {height}. Send the whole file again.",
        )
    _same_delimiter(rows[0], contract)
    columns = place_columns(rows[:height], contract)
    return _body(columns, lines[height:], rows[height:], contract)


def _decode(data: bytes, form: CsvFormat) -> str:
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise mismatch(
            "encoding",
            line,
            f"ada huruf yang bukan {form.encoding}. Simpan ulang berkas sebagai CSV {form.encoding.upper()}.",
            f"there is a character that is not {form.encoding}. Save the file again as CSV {form.encoding.upper()}.",
        ) from None


def _split(text: str, form: CsvFormat) -> tuple[list[int], list[list[str]]]:
    """Rows and the physical line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, quotechar=form.quote, strict=True)
    lines, rows, start = [], [], 1
    try:
        for row in reader:
            lines.append(start)
            rows.append([cell.strip() for cell in row])
            start = reader.line_num + 1
    except csv.Error:
        raise mismatch(
            "quotes",
            start,
            f"tanda kutip {form.quote} tidak ditutup atau salah tempat. Perbaiki tanda kutip pada baris itu.",
            f"a quote {form.quote} is not closed or stands in a wrong place. Mend the quotes on that line.",
        ) from None
    return lines, rows


def _same_delimiter(first: list[str], contract: Contract) -> None:
    """A header in one cell that holds another delimiter is a file in another dialect."""
    stated = contract.format.delimiter
    if len(first) > 1 or not first:
        return
    for other, name in DELIMITERS.items():
        if other != stated and first[0].count(other) >= 1:
            raise mismatch(
                "delimiter",
                1,
                f"pemisah kolom berkas ini '{other}' ({name}), padahal kontrak menyatakan '{stated}'. "
                f"Ekspor ulang dengan pemisah '{stated}'.",
                f"the columns are separated by '{other}', but the contract says '{stated}'. "
                f"Export again with '{stated}'.",
            )


def _body(columns: list[PlacedColumn], lines: list[int], rows: list[list[str]], contract: Contract) -> Table:
    kept_lines: list[int] = []
    kept_rows: list[list[str]] = []
    blank_at: int | None = None
    for position, (line, row) in enumerate(zip(lines, rows, strict=True)):
        if not any(row):
            blank_at = blank_at or line
            continue
        if _is_footer(row, contract):
            _check_footer(lines[position:], rows[position:], contract)
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


def _is_footer(row: list[str], contract: Contract) -> bool:
    first = next(cell for cell in row if cell)
    return any(first.startswith(beginning) for beginning in contract.rows.footer)


def _check_footer(lines: list[int], rows: list[list[str]], contract: Contract) -> None:
    """After the first note every row is a note or empty: a figure there would be lost in silence."""
    for line, row in zip(lines, rows, strict=True):
        if any(row) and not _is_footer(row, contract):
            raise mismatch(
                "after_footer",
                line,
                f"setelah catatan kaki masih ada baris '{next(cell for cell in row if cell)[:40]}'. "
                "Pindahkan catatan ke akhir tabel.",
                f"after the notes there is still a row '{next(cell for cell in row if cell)[:40]}'. "
                "Move the notes to the end of the table.",
            )
