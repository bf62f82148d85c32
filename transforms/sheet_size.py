"""How much a reader of a sheet would lay out, counted from its XML before anything is laid out.

A cell that names no place stands after the one before it, one text may stand in many cells, and a run of spaces is a
number: each of them makes a small file large in memory, and calamine 0.9 ends the process when memory is short.
"""

from __future__ import annotations

import re
from xml.parsers import expat

PLACE = re.compile(r"([A-Za-z]+)([0-9]+)")


class SheetSize:
    """Follows the XML of one member of a workbook's archive.

    `height` and `width` are the rectangle of its cells, `longest` is the longest shared text in bytes, `shared` counts
    the cells that show a shared text. `spaces` counts what runs of spaces in an ODS stand for.
    """

    def __init__(self) -> None:
        self.height = self.width = self.longest = self.shared = self.spaces = 0
        self._row = self._column = 0
        self._text_began: int | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        # A document type has no place in a workbook, and entities that grow come with one.
        self._parser.StartDoctypeDeclHandler = _no_doctype

    @property
    def cells(self) -> int:
        """Cells of the rectangle, empty ones included."""
        return self.height * self.width

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Read on; raises `expat.ExpatError` for what is not well-formed: the reader would wait for ever.

        Measured with calamine 0.9 on a broken ODS (2026-11).
        """
        self._parser.Parse(chunk, last)
        if last:
            self._end_of_text()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "row":
            self._row = _number(attributes.get("r", ""), self._row + 1)
            self._column = 0
            self.height = max(self.height, self._row)
        elif local in {"si", "sst"}:
            self._end_of_text()
            self._text_began = self._parser.CurrentByteIndex if local == "si" else None
        elif local == "s" and ":" in name:
            self.spaces += _number(attributes.get("text:c", ""), 1)

    def _cell(self, attributes: dict[str, str]) -> None:
        place = PLACE.fullmatch(attributes.get("r", ""))
        self._column = _letters(place[1]) if place else self._column + 1
        self._row = _number(place[2], self._row) if place else self._row
        self.height, self.width = max(self.height, self._row), max(self.width, self._column)
        self.shared += attributes.get("t") == "s"

    def _end_of_text(self) -> None:
        if self._text_began is not None:
            self.longest = max(self.longest, self._parser.CurrentByteIndex - self._text_began)
        self._text_began = None


def _number(text: str, otherwise: int) -> int:
    return int(text[:12]) if text.isascii() and text.isdigit() else otherwise


def _letters(text: str) -> int:
    """The number of a column from its letters."""
    number = 0
    for letter in text.upper()[:8]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _no_doctype(*_declared: object) -> None:
    raise expat.ExpatError("a workbook declares no document type")
