"""Large CSV files by columns: only what is plain throughout, so that it reads as `strict_csv` reads it, but faster.

Plain is a file without a single quote, unseen character, empty line or ragged row, under a contract that gives no row
a meaning of its own. For anything else there is no answer here, and the file goes the way that has words for faults.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from catalog.contract import AnyContract
from catalog.formats import CsvFormat
from transforms.coded import Coded
from transforms.strict_csv import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, UNSEEN

# Below this size the way by rows takes a few hundredths of a second.
LARGE = 256 * 1024
# Bytes that may stand anywhere: what is left of a file without them is looked at by character.
PLAIN = bytes([9, 10, 13, *range(32, 127)])
CODE = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class PlainCsv:
    """The header rows of a file, and below them the physical line of every row and the cells of every column."""

    header: list[list[str]]
    lines: NDArray[np.int64]
    cells: list[Coded]


def plain_csv(data: bytes, contract: AnyContract, large: int = LARGE) -> PlainCsv | None:
    """The columns of a plain file of at least `large` bytes; None for any other file. Never raises for a file."""
    form = contract.format
    if not isinstance(form, CsvFormat) or len(data) < large or _rows_have_meaning(contract):
        return None
    text = _as_utf8(data, form)
    if text is None:
        return None
    header, body = _divided(text, form)
    columns = _parsed(body, form, len(header[-1]) if header else 0)
    if columns is None or len(columns) == 1 or any(len(row) != len(columns) for row in header):
        return None
    cells = [_coded(column) for column in columns]
    if _empty_row(cells) or _note(cells, contract):
        return None
    first = len(header) + 1
    return PlainCsv(header, np.arange(first, first + len(cells[0]), dtype=np.int64), cells)


def _rows_have_meaning(contract: AnyContract) -> bool:
    return bool(contract.rows.sections or contract.rows.totals)


def _as_utf8(data: bytes, form: CsvFormat) -> bytes | None:
    """The file in UTF-8 with single line ends, without what stands before or after its lines; None if not plain."""
    quote = form.quote.encode()
    if form.encoding == "utf-8":
        data = data.removeprefix(codecs.BOM_UTF8)
        rest = data.translate(None, PLAIN)
        if not _seen(rest):
            return None
    else:
        try:
            text = data.decode(form.encoding)
        except UnicodeDecodeError:
            return None
        if UNSEEN.search(text):
            return None
        data = text.encode()
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    data = data.rstrip(b"\n")
    if quote in data or b"\r" in data or b"\n\n" in data or data.startswith(b"\n"):
        return None
    return data


def _seen(rest: bytes) -> bool:
    """Whether what is no plain ASCII of a UTF-8 file is well-formed and can be seen.

    Characters of a UTF-8 text stand beside each other here as they did in the file, so the same ones come out.
    """
    try:
        return UNSEEN.search(rest.decode()) is None
    except UnicodeDecodeError:
        return False


def _divided(text: bytes, form: CsvFormat) -> tuple[list[list[str]], bytes]:
    """The cells of the header rows, and the bytes below them."""
    *first, body = text.split(b"\n", form.header_rows)
    if len(first) < form.header_rows:
        return [], b""
    return [[cell.strip() for cell in line.decode().split(form.delimiter)] for line in first], body


def _parsed(body: bytes, form: CsvFormat, width: int) -> list[Any] | None:
    """The columns of the body as dictionaries of text; None for a ragged file or one beyond the limits."""
    if not body or not 0 < width <= MOST_COLUMNS:
        return None
    names = [str(number) for number in range(width)]
    try:
        table = pa_csv.read_csv(
            io.BytesIO(body),
            pa_csv.ReadOptions(column_names=names, block_size=max(1 << 20, len(body) // 8)),
            pa_csv.ParseOptions(delimiter=form.delimiter, quote_char=False, ignore_empty_lines=False),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(names, CODE), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows * width > MOST_CELLS:
        return None
    return table.unify_dictionaries().columns


def _coded(column: Any) -> Coded:
    """A column with its cells trimmed."""
    whole = column.combine_chunks()
    words = whole.dictionary.to_pylist()
    codes = np.asarray(whole.indices)
    trimmed = list(map(str.strip, words))
    if trimmed == words:
        return Coded(codes, words)
    known = Coded.of(trimmed)
    return Coded(known.codes[codes], known.words)


def _empty_row(cells: list[Coded]) -> bool:
    """Whether any row has nothing but empty cells."""
    empty = np.ones(len(cells[0]), bool)
    for column in cells:
        if "" not in column.words:
            return False
        empty &= column.codes == column.words.index("")
    return bool(empty.any())


def _note(cells: list[Coded], contract: AnyContract) -> bool:
    """Whether any row may begin like a note: its first cell that is not empty decides, so empty ones are doubtful."""
    beginnings = tuple(contract.rows.footer)
    first = cells[0].words
    longest = max(max(map(len, column.words), default=0) for column in cells)
    return longest > LONGEST_CELL or (
        bool(beginnings) and ("" in first or any(word.startswith(beginnings) for word in first))
    )
