"""Guessing how a file writes numbers, and what the texts among them mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transforms.draft_table import MARKS

BOTH = {
    (",", "."): re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]+|-?[0-9]{1,3}(?:\.[0-9]{3}){2,}"),
    (".", ","): re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*\.[0-9]+|-?[0-9]{1,3}(?:,[0-9]{3}){2,}"),
}
SPACED = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
ODD_SPACES = re.compile(r"-?[0-9]+(?: [0-9]+)+(?:[.,][0-9]+)?")
DOUBTFUL = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3}")


@dataclass
class Numbers:
    """The `format` keys that numbers ask for, marks by meaning, and what is to be said about it."""

    form: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def guess_numbers(cells: list[str]) -> Numbers:
    """The number style of the cells of value columns."""
    found = Numbers()
    texts = Counter(cell.replace("\u00a0", " ") for cell in cells)
    digits = [text for text in texts if text[:1].isdigit() or (text[:1] == "-" and len(text) > 1)]
    _style(found, digits)
    _marks(found, texts)
    return found


def _style(found: Numbers, digits: list[str]) -> None:
    spaced = [text for text in digits if " " in text]
    if spaced:
        found.form["thousands"] = " "
        odd = [text for text in spaced if ODD_SPACES.fullmatch(text) and not SPACED.fullmatch(text)]
        if odd:
            found.form["mends"] = ["misplaced_space"]
            found.notes.append(
                f"TANYA: spasi salah tempat di {odd[:3]}: benarkah satu angka? Bila ya, biarkan 'mends'; tiap "
                "perbaikan dicatat."
            )
    plain = [text for text in digits if " " not in text]
    votes = {style: sum(1 for text in plain if pattern.fullmatch(text)) for style, pattern in BOTH.items()}
    decimal, thousands = max(votes, key=lambda style: votes[style])
    if not any(votes.values()):
        decimal, thousands = ".", ""
    doubtful = [text for text in plain if DOUBTFUL.fullmatch(text)]
    grouped = any(text.count(thousands) for text in plain) if thousands else False
    found.form["decimal"] = decimal
    if grouped and not spaced:
        found.form["thousands"] = thousands
    if doubtful and len(doubtful) == len([text for text in plain if "." in text or "," in text]):
        found.notes.append(f"TANYA: {doubtful[:3]}: pemisah ribuan atau tiga desimal?")


def decimals_in(cells: Iterable[str], mark: str) -> set[int]:
    """The numbers of decimals that the figures among some cells print."""
    digits = [cell.rstrip("* ") for cell in cells if cell[-1:] and any(letter.isdigit() for letter in cell)]
    return {min(len(text.rpartition(mark)[2]), 6) if mark in text else 0 for text in digits}


def _marks(found: Numbers, texts: Counter[str]) -> None:
    found.missing = sorted(text for text in texts if text in MARKS)
    zeros = any(re.fullmatch(r"0([.,]0+)?", text) for text in texts)
    if found.missing:
        also = " (di berkas ini juga ada 0)" if zeros else ""
        found.notes.append(f"TANYA: {found.missing} berarti tidak ada data (missing) atau nol (nil)?{also}")
