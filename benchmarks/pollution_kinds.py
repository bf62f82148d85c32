"""The kinds of pollution: each takes a sheet and a random source and gives bytes, or None where it does not apply.

The first half follows the Pollock survey of messy CSV files, the second half the habits of Indonesian offices.
`verdict` says what can be asked of a reader: "read" (harmless: the figures stand as they were), "tell" (must be
noticed or read right), "unknowable" (a plausible figure at its right place: no gate can know it is another's).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from polluted_sheet import Rows, Sheet

Pollute = Callable[[Sheet, Random], bytes | None]
Verdict = Literal["read", "tell", "unknowable"]


@dataclass(frozen=True)
class Kind:
    """One way to spoil a file."""

    name: str
    family: str
    verdict: Verdict
    pollute: Pollute


KINDS: list[Kind] = []


def kind(name: str, family: str, verdict: Verdict = "tell") -> Callable[[Pollute], Pollute]:
    """Register a way to spoil a file."""

    def register(pollute: Pollute) -> Pollute:
        KINDS.append(Kind(name, family, verdict, pollute))
        return pollute

    return register


def at_random(sheet: Sheet, rng: Random) -> tuple[Rows, int]:
    """A copy of the cells and the position of a data row."""
    return sheet.copy(), rng.choice(sheet.body)


def line_changed(sheet: Sheet, rng: Random, change: Callable[[str], str]) -> bytes:
    """One data line passed through `change`."""
    lines, at = list(sheet.lines), rng.choice(sheet.body)
    lines[at] = change(lines[at])
    return sheet.from_lines(lines)


def cell_changed(sheet: Sheet, rng: Random, change: Callable[[str], str]) -> bytes | None:
    """One printed number passed through `change`."""
    rows, at = at_random(sheet, rng)
    numbers = sheet.numeric(rows[at])
    if not numbers:
        return None
    column = rng.choice(numbers)
    rows[at][column] = change(rows[at][column])
    return sheet.from_rows(rows)


def figures_changed(sheet: Sheet, change: Callable[[str], str], only: set[int] | None = None) -> bytes:
    """Every printed number, or those of some columns, passed through `change`."""
    rows = sheet.copy()
    for at in sheet.body:
        for column in sheet.numeric(rows[at]):
            if only is None or column in only:
                rows[at][column] = change(rows[at][column])
    return sheet.from_rows(rows)


def number_of(sheet: Sheet, text: str) -> tuple[float, int]:
    """A printed number and its decimals; marks glued to it are left out."""
    form = sheet.source.contract.format
    plain = text.replace(form.thousands, "") if form.thousands else text
    plain = "".join(sign for sign in plain.replace(form.decimal, ".") if sign.isdigit() or sign in ".-")
    return float(plain), len(plain.partition(".")[2])


def printed(sheet: Sheet, value: float, decimals: int) -> str:
    """A number in the dialect of the file."""
    form = sheet.source.contract.format
    text = f"{value:,.{decimals}f}" if form.thousands else f"{value:.{decimals}f}"
    return text.replace(",", "\0").replace(".", form.decimal).replace("\0", form.thousands)


def scaled(sheet: Sheet, text: str, factor: float, decimals: int | None = None) -> str:
    """A printed number times a factor, printed as finely as before."""
    value, fine = number_of(sheet, text)
    return printed(sheet, value * factor, fine if decimals is None else decimals)


def runs(sheet: Sheet) -> list[list[int]]:
    """Runs of year columns under one label, as positions."""
    found: dict[tuple[str, ...], list[int]] = {}
    for item in sheet.columns:
        if item.column.role == "value" and item.column.years:
            found.setdefault(tuple(item.column.header), []).append(item.number - 1)
    return [run for run in found.values() if len(run) > 1]
