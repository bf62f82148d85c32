"""First look at a file that nobody has described: its kind, its dialect, and where its table begins."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog.formats import CsvFormat, Encoding, Format, HtmlFormat, WorkbookFormat
from catalog.strict import Bilingual
from transforms.grid import collapsed, trimmed
from transforms.html_table import all_tables
from transforms.mismatch import ContractMismatch
from transforms.workbook import all_sheets, visible_sheets

YEAR = re.compile(r"((?:19|20)[0-9]{2})(.*)", re.DOTALL)
FIGURE = re.compile(r"-?[0-9][0-9.,\s\u00a0]*\*{0,2}")
MARKS = {"-", "\u2013", "\u2014", "...", "\u2026", "NA", "N/A", "n/a", "na", "x", "X"}
DELIMITERS = (",", ";", "\t", "|")
DEEPEST = 6
LOOKED_AT = 60
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
PDF = Bilingual(
    id="ini PDF, bukan tabel. Minta tabel aslinya (CSV atau XLSX) kepada pemilik data.",
    en="this is a PDF, not a table. Ask the data owner for the table itself (CSV or XLSX).",
)
NO_TEXT = Bilingual(
    id="ini bukan teks, buku kerja, atau halaman web. Minta tabelnya sebagai CSV atau XLSX.",
    en="this is neither text, workbook nor web page. Ask for the table as CSV or XLSX.",
)


class NoDraft(ContractMismatch):
    """A file for which no contract can be drafted; the message says what to do instead."""


@dataclass
class Sight:
    """A file as first seen: the `format` keys of its contract, its rows, the titles above them, and what to say."""

    form: dict[str, Any]
    lines: list[int]
    header: list[list[str]]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


def look(data: bytes, sheet: str | None = None) -> Sight:
    """Kind, dialect and header rows of a file; raises `NoDraft` or `ContractMismatch` when there is no table."""
    if _start(data) in {b"{", b"["}:
        raise _json(data)
    kind = _kind(data)
    sight = _workbook(data, sheet) if kind == "workbook" else _html(data) if kind == "html" else _csv(data)
    if not any(map(any, sight.rows)):
        raise NoDraft("empty", Bilingual(id="berkas ini kosong.", en="the file is empty."))
    return _with_header(sight)


def form_of(data: bytes) -> Format:
    """The kind of a file and, of CSV, its dialect: enough to look through all its texts.

    Raises `NoDraft` for a file that has no texts to look through.
    """
    kind, encoding = _kind(data), _encoding(data)
    if kind == "workbook":
        return WorkbookFormat(kind=kind)
    if kind == "html":
        return HtmlFormat(kind=kind, encoding=encoding)
    text = data.decode(encoding, errors="replace")
    return CsvFormat(encoding=encoding, delimiter=max(DELIMITERS, key=lambda mark: _evenness(text, mark)))


def _kind(data: bytes) -> Literal["workbook", "html", "csv"]:
    """What a file is by its bytes; raises `NoDraft` for a PDF, and for what is no text at all."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    if data.startswith(b"%PDF"):
        raise NoDraft("pdf", PDF)
    if _start(data) == b"<":
        return "html"
    if b"\x00" in data and not data.startswith(UTF_16):
        raise NoDraft("no_text", NO_TEXT)
    return "csv"


def _start(data: bytes) -> bytes:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def _json(data: bytes) -> NoDraft:
    try:
        body = json.loads(data)
    except ValueError:
        body = None
    var = body["var"][0]["val"] if isinstance(body, dict) and "datacontent" in body and body.get("var") else None
    if var is not None:
        return NoDraft(
            "json",
            Bilingual(
                id=f'ini jawaban WebAPI BPS (var {var}), bukan berkas tabel. Pakai connector.kind = "bps" dengan '
                f"var = {var}; lihat docs/connectors.md.",
                en=f'this is an answer of the BPS WebAPI (var {var}), not a table file. Use connector.kind = "bps" '
                f"with var = {var}; see docs/connectors.md.",
            ),
        )
    return NoDraft(
        "json",
        Bilingual(
            id="ini JSON, bukan tabel. Ekspor sebagai CSV atau XLSX, lalu coba lagi.",
            en="this is JSON, not a table. Export it as CSV or XLSX and try again.",
        ),
    )


def _workbook(data: bytes, sheet: str | None) -> Sight:
    form = WorkbookFormat(kind="workbook")
    names = visible_sheets(data, form)
    chosen = sheet or names[0]
    grids = {grid.sheet: grid for grid in all_sheets(data, form)}
    if chosen not in grids:
        raise NoDraft(
            "sheet",
            Bilingual(
                id=f"lembar '{chosen}' tidak ada; yang ada: {names}", en=f"no sheet '{chosen}'; there is {names}"
            ),
        )
    keys: dict[str, Any] = {"kind": "workbook"}
    notes = []
    if len(names) > 1:
        keys["sheet"] = chosen
        notes.append(f"TANYA: berkas berisi lembar {', '.join(names)}; kontrak ini untuk '{chosen}' (--sheet).")
    return Sight(keys, grids[chosen].lines, [], grids[chosen].rows, notes)


def _html(data: bytes) -> Sight:
    encoding = _encoding(data)
    tables = all_tables(data, HtmlFormat(kind="html", encoding=encoding))
    chosen = _split_tables(tables) or [[max(range(len(tables)), key=lambda at: _weight(tables[at]), default=0) + 1]]
    if not tables:
        raise NoDraft("html", Bilingual(id="halaman ini tidak berisi tabel.", en="the page has no table."))
    beside = [zip(*(tables[at - 1] for at in numbers), strict=True) for numbers in chosen]
    rows = trimmed([[cell for row in line for cell in row] for lines in beside for line in lines])
    notes = [f"Berkas ini halaman HTML dengan {len(tables)} tabel; yang dipakai {chosen}."]
    keys = {"kind": "html", "encoding": encoding, "tables": chosen}
    return Sight(keys, list(range(1, len(rows) + 1)), [], rows, notes)


def _weight(table: list[list[str]]) -> int:
    """How many figures a table holds."""
    return sum(1 for row in table for cell in row if FIGURE.fullmatch(cell))


def _split_tables(tables: list[list[list[str]]]) -> list[list[int]] | None:
    """A page that splits one table in four: labels beside figures, each under a header of its own width."""
    if not tables:
        return None
    body = max(range(len(tables)), key=lambda at: _weight(tables[at]))
    height, width = len(tables[body]), len(tables[body][0]) if tables[body] else 0
    sides = [at for at, rows in enumerate(tables) if at != body and len(rows) == height and rows[0]]
    tops = [at for at, rows in enumerate(tables) if at != body and rows and len(rows[0]) == width]
    for side in sides:
        for top in tops:
            for corner, rows in enumerate(tables):
                fits = rows and len(rows) == len(tables[top]) and len(rows[0]) == len(tables[side][0])
                if fits and len({side, top, corner, body}) == 4:  # noqa: PLR2004
                    return [[corner + 1, top + 1], [side + 1, body + 1]]
    return None


def _encoding(data: bytes) -> Encoding:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _csv(data: bytes) -> Sight:
    encoding = _encoding(data)
    text = data.decode(encoding, errors="replace")
    found = max(DELIMITERS, key=lambda mark: _evenness(text, mark))
    lines, rows = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=found)
    start = 1
    for row in reader:
        lines.append(start)
        rows.append([cell.strip() for cell in row])
        start = reader.line_num + 1
    widths = Counter(len(row) for row in rows if any(row))
    notes = []
    if len(widths) > 1:
        odd = [line for line, row in zip(lines, rows, strict=True) if any(row) and len(row) != max(widths)]
        notes.append(f"PERINGATAN: baris {odd[:5]} lebih pendek dari {max(widths)} kolom; mungkin bergeser.")
    width = max(widths, default=0)
    return Sight(
        {"encoding": encoding, "delimiter": found}, lines, [], [row + [""] * (width - len(row)) for row in rows], notes
    )


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """How many rows agree on a width above one, and that width."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for _, row in zip(range(LOOKED_AT), rows, strict=False) if row)
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
    return (count / max(sum(widths.values()), 1) if width > 1 else 0.0, width)


def year_of(cell: str) -> tuple[int, str] | None:
    """The year that a header cell begins with, and the mark behind it."""
    found = YEAR.fullmatch(collapsed(cell))
    mark = found.group(2).strip() if found else ""
    if not found or (mark and mark[0].isdigit()):
        return None
    return int(found.group(1)), mark


def is_figure(cell: str) -> bool:
    """Whether a cell is a number or a mark that stands for one."""
    return bool(FIGURE.fullmatch(cell)) or cell in MARKS


def _with_header(sight: Sight) -> Sight:
    """Title rows, header rows and the rest: the header ends with its years, or where figures begin."""
    rows, first = sight.rows, 0
    while first + 1 < len(rows) and _is_title(rows[first:]):
        first += 1
    above = 0 if "kind" in sight.form else first
    if above:
        sight.notes.append(f"{above} baris judul di atas tabel ikut dinyatakan sebagai kepala; bila berubah, ditolak.")
    elif first:
        sight.form["first_row"] = first + 1
    height, years = 0, False
    for row in rows[first : first + DEEPEST]:
        has_years = any(year_of(cell) for cell in row[1:])
        figures = any(is_figure(cell) and not year_of(cell) for cell in row)
        if (years and row[0]) or (figures and height):
            break
        height, years = height + 1, years or (has_years and not figures)
    sight.form["header_rows"] = above + max(height, 1)
    begin = first + max(height, 1)
    header = [[collapsed(cell) for cell in row] for row in rows[first - above : begin]]
    titles = [cell for row in rows[:first] for cell in row if cell]
    return Sight(sight.form, sight.lines[begin:], header, rows[begin:], sight.notes, titles)


def _is_title(rows: list[list[str]]) -> bool:
    """Whether the first row stands alone above a table whose own first row begins in the first column."""
    below = next((row for row in rows[1:] if any(row)), None)
    return not any(rows[0][1:]) and below is not None and bool(below[0]) and any(below[1:])
