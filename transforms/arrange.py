"""Rows that are no figures of their own: section rows, and totals that stand for a region or are left aside."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.contract import AnyContract, Section
from transforms.grid import collapsed
from transforms.mismatch import mismatch

SKIP = "skip"


@dataclass
class Arranged:
    """The rows that hold figures; for each its line, its section, and the region its total stands for."""

    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sections: list[Section | None] = field(default_factory=list)
    totals: list[str | None] = field(default_factory=list)
    skipped: int = 0


def arrange(lines: list[int], rows: list[list[str]], contract: AnyContract) -> Arranged:
    """Sort the rows of a table by `[rows]` of its contract; raises `ContractMismatch` for a section with figures."""
    sections = {collapsed(item.text): item for item in contract.rows.sections}
    totals = {collapsed(label): region for label, region in contract.rows.totals.items()}
    found = Arranged()
    current: Section | None = None
    for line, row in zip(lines, rows, strict=True):
        label = collapsed(next((cell for cell in row if cell), ""))
        if label in sections:
            _refuse_figures(line, label, row)
            current = sections[label]
        elif totals.get(label) == SKIP:
            found.skipped += 1
        else:
            found.lines.append(line)
            found.rows.append(row)
            found.sections.append(current)
            found.totals.append(totals.get(label))
    return found


def _refuse_figures(line: int, label: str, row: list[str]) -> None:
    if sum(1 for cell in row if cell) > 1:
        raise mismatch(
            "section",
            line,
            f"baris judul '{label}' berisi angka, padahal kontrak menyebutnya hanya judul. "
            "Periksa apakah barisnya bergeser.",
            f"the section row '{label}' holds figures, but the contract says it only names the rows below. "
            "Check whether rows have shifted.",
        )
