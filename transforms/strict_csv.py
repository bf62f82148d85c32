"""CSV bytes to rows under a stated dialect, with nothing bent to fit: what is doubtful is refused with its line.

Python's csv module is strict about quotes only inside quoted cells. A quote in a bare cell, a backslash before a
quote, a line end inside a cell, a NUL or a second byte order mark all pass it, and each has carried a figure into
another row or column (Pollock survey of messy CSV files; counts in docs/pollution.md).
"""

from __future__ import annotations

import csv
import io
import re

from catalog.formats import CsvFormat
from transforms.grid import Grid
from transforms.mismatch import mismatch

BOM = "\ufeff"
# Every control character but tab and line ends, the byte order mark, and Unicode's own line ends.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd]")
LINE_END = re.compile("\r\n|\r|\n")
# No table of a publisher comes near; beyond them a file of a few megabytes fills the memory of an office's machine.
LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, MOST_CELLS = 131_072, 16_384, 5_000_000, 30_000_000


def csv_grid(data: bytes, form: CsvFormat) -> Grid:
    """The rows of a CSV file and the line on which each begins, cells trimmed; raises `ContractMismatch`."""
    text = _decoded(data, form)
    _nothing_unseen(text)
    lines, rows = _split(text, form)
    if form.quote in text:
        _quotes_in_place(lines, rows, LINE_END.split(text), form)
    _no_line_ends(lines[form.header_rows :], rows[form.header_rows :])
    return Grid(lines, [[cell.strip() for cell in row] for row in rows])


def _decoded(data: bytes, form: CsvFormat) -> str:
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


def _nothing_unseen(text: str) -> None:
    found = UNSEEN.search(text)
    if found is None:
        return
    line = len(LINE_END.findall(text, 0, found.start())) + 1
    name = f"U+{ord(found.group()):04X}"
    raise mismatch(
        "unseen",
        line,
        f"ada karakter tak terlihat ({name}) yang tidak boleh ada dalam tabel. Ekspor ulang berkas dari sumbernya.",
        f"there is an unseen character ({name}) that has no place in a table. Export the file again from its source.",
    )


def _split(text: str, form: CsvFormat) -> tuple[list[int], list[list[str]]]:
    """Rows and the physical line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, quotechar=form.quote, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    start = cells = 1
    csv.field_size_limit(LONGEST_CELL)
    try:
        for row in reader:
            cells += len(row)
            if len(row) > MOST_COLUMNS or len(rows) >= MOST_ROWS or cells > MOST_CELLS:
                raise _too_large(start)
            lines.append(start)
            rows.append(row)
            start = reader.line_num + 1
    except csv.Error as error:
        raise (_too_large(start) if "field limit" in str(error) else _misplaced(start, form)) from None
    return lines, rows


def _misplaced(line: int, form: CsvFormat) -> ValueError:
    return mismatch(
        "quotes",
        line,
        f"tanda kutip {form.quote} tidak ditutup atau salah tempat. Perbaiki tanda kutip pada baris itu.",
        f"a quote {form.quote} is not closed or stands in a wrong place. Mend the quotes on that line.",
    )


def _too_large(line: int) -> ValueError:
    return mismatch(
        "too_large",
        line,
        f"tabelnya melewati batas ({LONGEST_CELL} huruf per sel, {MOST_COLUMNS} kolom, {MOST_ROWS} baris, {MOST_CELLS} "
        "sel). Periksa tanda kutip dan pemisah pada baris itu, atau bagi berkasnya.",
        f"the table is beyond the limits ({LONGEST_CELL} letters a cell, {MOST_COLUMNS} columns, {MOST_ROWS} rows, "
        f"{MOST_CELLS} cells). Check quotes and delimiters on that line, or divide the file.",
    )


def _quotes_in_place(lines: list[int], rows: list[list[str]], physical: list[str], form: CsvFormat) -> None:
    """A quote inside a cell stands there doubled, in a quoted cell; a bare one may have swallowed a delimiter."""
    for line, row in zip(lines, rows, strict=True):
        for cell in row:
            if form.quote in cell and "\n" not in cell and "\r" not in cell:
                whole = form.quote + cell.replace(form.quote, form.quote * 2) + form.quote
                if whole not in physical[line - 1] or "\\" + form.quote in cell:
                    raise _misplaced(line, form)


def _no_line_ends(lines: list[int], rows: list[list[str]]) -> None:
    """A quoted line end in the body has joined two rows: the first one's key with the second one's figures."""
    for line, row in zip(lines, rows, strict=True):
        if any("\n" in cell or "\r" in cell for cell in row):
            raise mismatch(
                "line_end",
                line,
                "ada ganti baris di dalam sel; mungkin tanda kutip menyambung dua baris. Tulis setiap baris data pada "
                "satu baris.",
                "there is a line end inside a cell; a quote may have joined two rows. Write each row on one line.",
            )
