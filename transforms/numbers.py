"""Numbers as publishers print them: decimal comma or point, thousands marks, glued status marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from catalog.contract import Marks, Status
from catalog.formats import TableFormat

WIDE_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


@dataclass(frozen=True)
class Figure:
    """A cell as read; a `value` of None means unreadable, unless `missing` holds the publisher's mark.

    `done` says what was mended, in English, for lineage.
    """

    value: Decimal | None
    decimals: int | None
    status: Status
    missing: str | None = None
    done: str = ""


def number_pattern(form: TableFormat) -> re.Pattern[str]:
    """The numbers of a dialect: an optional minus, digits (grouped by threes or not at all), decimals."""
    grouped = rf"[0-9]{{1,3}}(?:{re.escape(form.thousands)}[0-9]{{3}})+|" if form.thousands else ""
    return re.compile(rf"-?(?:{grouped}[0-9]+)(?:{re.escape(form.decimal)}[0-9]+)?")


class NumberReader:
    """Reads cells of one contract's dialect and marks."""

    def __init__(self, form: TableFormat, marks: Marks) -> None:
        self._form = form
        self._pattern = number_pattern(form)
        self._spaced = re.compile(rf"-?[0-9]+(?: [0-9]+)+(?:{re.escape(form.decimal)}[0-9]+)?")
        self._missing = set(marks.missing)
        self._nil = set(marks.nil)
        self._status = sorted(marks.status.items(), key=lambda item: -len(item[0]))
        self._footnote = sorted(marks.footnote, key=len, reverse=True)

    def read(self, raw: str) -> Figure:
        """The figure in a cell; never raises."""
        text = raw.strip()
        if text in self._missing:
            return Figure(None, None, "M", missing=text)
        if text in self._nil:
            return Figure(Decimal(0), 0, "A")
        text, status = self._strip_marks(text)
        text, done = self._mended(text)
        if not self._pattern.fullmatch(text):
            return Figure(None, None, status)
        plain = text.replace(self._form.thousands, "") if self._form.thousands else text
        whole, _, fraction = plain.partition(self._form.decimal)
        return Figure(Decimal(f"{whole}.{fraction}" if fraction else whole), len(fraction), status, done=done)

    def _mended(self, text: str) -> tuple[str, str]:
        """The text with the declared mends applied, and what was mended."""
        if self._form.thousands == " ":
            text = text.translate(WIDE_SPACES)
        misplaced = "misplaced_space" in self._form.mends and self._spaced.fullmatch(text)
        if not misplaced or self._pattern.fullmatch(text):
            return text, ""
        plain = text.replace(" ", "")
        return plain, f"misplaced space: '{text}' read as {plain}"

    def _strip_marks(self, text: str) -> tuple[str, Status]:
        text = strip_footnote(text, self._footnote)
        for mark, status in self._status:
            if text.endswith(mark):
                return strip_footnote(text[: -len(mark)].rstrip(), self._footnote), status
        return text, "A"


def strip_footnote(text: str, marks: list[str]) -> str:
    """The text without a declared footnote mark at its end."""
    for mark in marks:
        if text.endswith(mark):
            return text[: -len(mark)].rstrip()
    return text
