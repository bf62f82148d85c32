"""Personal data in a file: found before any byte is kept, told by line and column, never by value.

Facts on NIK and No. KK: both have 16 digits, PPKKCC DDMMYY SSSS, with 40 added to the day of birth of women.
There is no check digit, so region, date and serial must all be possible.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["nik", "phone", "email", "header"]

DECLARED = tomllib.loads(Path(__file__).with_name("privacy.toml").read_text("utf-8"))
PROVINCES = frozenset(str(code) for first, last in DECLARED["provinces"] for code in range(first, last + 1))
HEADERS = frozenset(DECLARED["headers"])
HEADER_DEPTH = 12
SEVERAL = 2
DAYS = frozenset(range(1, 32)) | frozenset(range(41, 72))
LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}

# Looks ahead without consuming, so that a NIK is found even where other digits stand before it in the cell.
SIXTEEN = re.compile(r"(?<!\d)(?=(\d(?:[ .\-\u00a0]?\d){15})(?!\d))", re.ASCII)
WRITTEN = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0]?\d){15}(?!\d)", re.ASCII)
MASKED = re.compile(r"(?<!\d)(?=[\d*xX\u2022]{16}(?!\d))\d{6,12}([*xX\u2022])\1{3,9}\d{0,4}", re.ASCII)
SCIENTIFIC = re.compile(r"(?<![\d.,])([1-9])[.,](\d{3,15})[eE]\+?15(?!\d)", re.ASCII)
PLAIN_DECIMAL = re.compile(r"\s*-?\d+[.,]\d+(?:[eE][+\-]?\d+)?\s*", re.ASCII)
WHOLE_AS_FLOAT = re.compile(r"\s*(\d{16})[.,]0+\s*", re.ASCII)
PLAIN_NUMBER = re.compile(r"\s*-?\d+(?:[.,]\d+)*\s*")
PHONE = re.compile(r"(?<![\d.,+])(\+62|62|0)[ \-]?8[1-9]\d(?:[ \-]?\d){6,9}(?!\d)", re.ASCII)
EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[A-Za-z]{2,}")
OFFICE_EMAIL = re.compile(rf"(?:{'|'.join(DECLARED['offices'])})\w*@[\w.\-]+\.go\.id", re.IGNORECASE)
# One cheap look at the bytes without separators decides whether cells must be looked at: most files stop here.
SEPARATORS = " .-+'\u00a0".encode()
AS_ZERO = bytes.maketrans(b"123456789", b"000000000")
TRACES = (b"@", b"****", b"xxxx", b"XXXX", "\u2022\u2022\u2022\u2022".encode(), b"E15", b"e15")
MOBILE = (re.compile(rb"08[1-9][0-9]{6}"), re.compile(rb"628[1-9][0-9]{6}"))
SHORTEST = 8
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Finding:
    """Where something personal stands: physical line and column, both from 1; never what it is."""

    line: int
    column: int
    kind: Kind


@dataclass(frozen=True)
class FalseAlarms:
    """What a contract lets pass: kinds by the header text of their column, in rows below the header.

    The header is `height` rows from row `first` (0-based) on. A row of another width than the header, and one
    that begins as a note does, is no row of that column. A header text that stands twice names no column.

    `texts` are the header texts that a contract declares: below a header that bears most of them one word such as
    "WhatsApp" may be a value, and only several in a row are the header of a table by name.
    """

    kinds: Mapping[str, frozenset[str]]
    first: int
    height: int
    notes: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()

    def columns(self, header: list[list[str]]) -> dict[int, frozenset[str]]:
        """The kinds that pass, by column number (0-based)."""
        places: dict[str, set[int]] = {}
        for row in header:
            for column, cell in enumerate(row):
                places.setdefault(" ".join(cell.split()), set()).add(column)
        named = ((places.get(text, set()), kinds) for text, kinds in self.kinds.items())
        return {min(found): kinds for found, kinds in named if len(found) == 1}

    def covers(self, row: list[str], width: int) -> bool:
        """Whether a row below the header is one of the table's own."""
        beginning = next((cell.strip() for cell in row if cell.strip()), "")
        return len(row) == width and not beginning.startswith(self.notes)

    def is_header(self, row: list[str]) -> bool:
        """Whether most cells of a row are declared header texts."""
        return 2 * sum(" ".join(cell.split()) in self.texts for cell in row) > len(row)


NO_FALSE_ALARMS = FalseAlarms({}, first=0, height=1)


def personal_data(
    table: bytes | str,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    quote: str = '"',
    declared: Iterable[str] = (),
    allowed: FalseAlarms = NO_FALSE_ALARMS,
    limit: int = 100,
) -> list[Finding]:
    """The first `limit` places of personal data in a delimited table, in file order.

    `declared` are header texts that a contract declares to be names of places or things; they pass, and so
    does what is `allowed` in its column. The header of a table by name is never allowed.
    """
    text = table if isinstance(table, str) else decode(table, encoding)
    known = {_header_name(name) for name in declared}
    found: list[Finding] = []
    header: list[list[str]] = []
    columns: dict[int, frozenset[str]] = {}
    suspect, headed = _suspect(text), False
    for position, (line, row) in enumerate(_rows(text, delimiter, quote)):
        if position >= HEADER_DEPTH and not suspect:
            break
        below = position - allowed.first - allowed.height
        passing = columns if below >= 0 and columns and allowed.covers(row, len(header[-1])) else {}
        words = _header_words(row, known, SEVERAL if headed and below >= 0 else 1)
        found.extend(_in_row(line, row, words if position < HEADER_DEPTH else set(), passing, suspect=suspect))
        if len(found) >= limit:
            break
        headed = headed or (below < 0 and allowed.is_header(row))
        if allowed.kinds and -allowed.height <= below < 0:
            header.append(row)
            columns = allowed.columns(header)
    return found[:limit]


def decode(data: bytes, encoding: str) -> str:
    """The text of a file for judging it at the door: a byte-order mark is believed, bad bytes are replaced."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")


def shown(text: str, lang: str, longest: int = 60) -> str:
    """A cell's text fit for a message: hidden when it may be personal, on one line, cut when long."""
    if may_be_personal(text):
        return "(hidden)" if lang == "en" else "(disembunyikan)"
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def masked(text: str, lang: str) -> str:
    """A publisher's own words fit for a log: whatever in them may be personal is hidden, the rest stays."""
    hidden = "(hidden)" if lang == "en" else "(disembunyikan)"
    for pattern in (EMAIL, PHONE, MASKED, SCIENTIFIC, WRITTEN):
        text = pattern.sub(hidden, text)
    return text


def may_be_personal(text: str) -> bool:
    """Whether a text must not be repeated: stricter than `personal_data`, any 16 digits will do."""
    if PLAIN_DECIMAL.fullmatch(text) and not WHOLE_AS_FLOAT.fullmatch(text):
        return False
    return bool(SIXTEEN.search(text)) or next(_kinds(text), None) is not None


def repeatable(text: str | None) -> str:
    """A text that may be repeated as it stands; empty where it may not, or where there is none."""
    return "" if may_be_personal(text or "") else text or ""


def _suspect(text: str) -> bool:
    """Whether anything in a file could be personal data; never False where `_kinds` would find some."""
    packed = text.encode("utf-8", errors="replace").translate(None, SEPARATORS)
    # Most files lack the last byte of most traces, and to look for one byte is forty times as fast as for four.
    if any(trace[-1] in packed and trace in packed for trace in TRACES):
        return True
    if b"0" * 16 in packed.translate(AS_ZERO):
        return True
    return any(pattern.search(packed) for pattern in MOBILE)


def _rows(text: str, delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins; a table too broken for its dialect is cut at the delimiter."""
    lines = (match[0] for match in LINE.finditer(text))
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error:
        for line, content in enumerate(text.splitlines()[start - 1 :], start=start):
            yield line, content.split(delimiter)


def _header_words(row: list[str], known: set[str], least: int) -> set[int]:
    """The columns (from 1) whose text heads a column of a table by name; none where there are fewer than `least`."""
    wanted = HEADERS - known
    found = {column for column, cell in enumerate(row, start=1) if _header_name(cell) in wanted}
    return found if len(found) >= least else set()


def _in_row(
    line: int, row: list[str], words: set[int], passing: Mapping[int, frozenset[str]], *, suspect: bool
) -> Iterator[Finding]:
    """Findings of a row; `words` are the columns that head a table by name, `passing` kinds by column."""
    searched = suspect and _suspect("\n".join(row))
    for column, cell in enumerate(row, start=1):
        if column in words:
            yield Finding(line, column, "header")
        if searched:
            passes = passing.get(column - 1, frozenset())
            kind = next((kind for kind in _kinds(cell) if kind not in passes), None)
            if kind:
                yield Finding(line, column, kind)


def _header_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def _kinds(cell: str) -> Iterator[Kind]:
    """The kinds of personal data in one cell."""
    if len(cell) < SHORTEST and "@" not in cell:
        return
    if _holds_nik(cell):
        yield "nik"
    for match in PHONE.finditer(cell):
        # 628... in a cell of digits alone may be an amount in rupiah; +62 and 08 never are.
        if match[1] != "62" or not PLAIN_NUMBER.fullmatch(cell):
            yield "phone"
    for match in EMAIL.finditer(cell):
        if not OFFICE_EMAIL.fullmatch(match[0]):
            yield "email"


def _holds_nik(cell: str) -> bool:
    whole = WHOLE_AS_FLOAT.fullmatch(cell)
    if whole:
        return _is_nik(whole[1])
    if MASKED.search(cell):
        return True
    for match in SCIENTIFIC.finditer(cell):
        if (match[1] + match[2])[:2] in PROVINCES:
            return True
    if PLAIN_DECIMAL.fullmatch(cell):
        return False
    return any(_is_nik(re.sub(r"\D", "", match[1])) for match in SIXTEEN.finditer(cell))


def _is_nik(digits: str) -> bool:
    """Whether 16 digits can be a NIK or No. KK: province, regency, subdistrict, date and serial possible."""
    if digits[:2] not in PROVINCES or digits[4:6] == "00" or digits[12:] == "0000":
        return False
    if not 1 <= int(digits[2:4]) <= 79:  # noqa: PLR2004
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    if day not in DAYS or not 1 <= month <= 12:  # noqa: PLR2004
        return False
    return (day - 40 if day > 40 else day) <= LONGEST_MONTH.get(month, 31)  # noqa: PLR2004
