"""What the sheets of the workbook say in words: labels in two languages, number formats, marks for what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.codes import load_codes
from catalog.load import Catalog
from catalog.models import NotAggregable
from catalog.strict import Bilingual
from dashboard.meeting_tables import NOT_IN_SOURCES, Place, Row
from dashboard.terms import Terms
from dashboard.workbook_cells import Cell


def both(text: Bilingual) -> str:
    """A text in both languages; once where they are the same."""
    return text.id if text.id == text.en else f"{text.id} / {text.en}"


def form(decimals: int, marks: str = "", *, signed: bool = False) -> str:
    """A number format of Excel: thousands and `decimals` in the signs of the reader's locale, `marks` behind."""
    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    tail = f'"{marks}"' if marks else ""
    return f"+{plain}{tail};-{plain}{tail};{plain}{tail}" if signed else f"{plain}{tail}"


@dataclass
class Words:
    """Labels of codes for one workbook; remembers which marks for missing figures a sheet has used."""

    catalog: Catalog
    terms: Terms
    numbers: Mapping[str, int]
    used: set[str] = field(default_factory=set)

    def reason(self, code: str | None) -> str:
        """Why a figure is missing or not compared, in words."""
        found = self.catalog.reasons.get(code or NOT_IN_SOURCES)
        label = found.label if found else load_codes()["change_reason"].get(code or "")
        return both(label) if label else str(code)

    def sources(self, text: str | None) -> str | None:
        """The sources behind a figure by their numbers in the notes: `S3, S12`."""
        names = dict.fromkeys(part.strip() for part in (text or "").split(";"))
        return ", ".join(self.source(name) for name in sorted(names, key=self._number) if name) or None

    def source(self, name: str) -> str:
        """The number of one source; a name that is no source stands for itself."""
        return f"S{self.numbers[name]}" if name in self.numbers else name

    def _number(self, name: str) -> tuple[int, str]:
        return self.numbers.get(name, len(self.numbers) + 1), name

    def mark(self, code: str | None) -> str:
        """The short mark of a reason: a), b), ... in the order of the catalog."""
        known = list(self.catalog.reasons)
        name = code or NOT_IN_SOURCES
        self.used.add(name)
        return f"{_letters(known.index(name))})" if name in known else f"{name})"

    def legend(self, codes: Iterable[str]) -> list[tuple[str, str]]:
        """Marks and what they stand for, in the order of the catalog."""
        wanted = set(codes)
        return [(self.mark(code), self.reason(code)) for code in self.catalog.reasons if code in wanted]

    def marks(self, row: Row) -> str:
        """The signs behind a number: status, break, example."""
        status = self.terms.status.get(row["obs_status"])
        signs = [status.mark if status else ""]
        signs.append(self.terms.break_mark.mark if row["break_flag"] else "")
        signs.append(self.terms.synthetic_mark.mark if row["synthetic"] else "")
        return "".join(signs)

    def figure(self, row: Row | None, decimals: int, missing: str) -> Cell:
        """A number with its marks, or the mark of why it is missing (`missing` where there is no row at all)."""
        if row is None or row["value"] is None:
            return Cell(self.mark(row["null_reason"] if row else missing), "mark")
        return Cell(row["value"], "number", form(decimals, self.marks(row)))

    def absent(self, indicator: str, place: Place) -> str:
        """Why a release has no row at all for an indicator at a place."""
        item = self.catalog.indicators.get(indicator)
        if item is not None and item.applies_to and not place.joint and place.level not in item.applies_to:
            return "not_applicable"
        return NOT_IN_SOURCES

    def missing(self, indicator: str, code: str | None) -> str:
        """Why a figure is missing; for one that cannot be aggregated, the reason that its entry gives."""
        item = self.catalog.indicators.get(indicator)
        rules = [rule for rule in item.rules if isinstance(rule, NotAggregable)] if item else []
        return both(rules[0].reason) if code == "not_aggregable" and rules else self.reason(code)

    def breakdown(self, text: str) -> str:
        """A breakdown in words: `sector=A` as the label of the industry."""
        if text == "_T":
            return "total"
        return "; ".join(self._code(*part.partition("=")[::2]) for part in text.split(";"))

    def _code(self, dimension: str, code: str) -> str:
        if (dimension, code) == ("example", "yes"):
            return both(self.terms.notice.synthetic)
        known = self.catalog.breakdowns.get(dimension)
        label = next((item.label for item in known.codes if item.code == code), None) if known else None
        return both(label) if label else f"{dimension}={code}"


def _letters(number: int) -> str:
    """0 is a, 25 is z, 26 is aa."""
    head, tail = divmod(number, 26)
    return (_letters(head - 1) if head else "") + chr(ord("a") + tail)
