"""ringkasan.txt: the newest headline figures of every agglomeration, ten lines to paste into a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from catalog.codes import load_codes
from catalog.load import Catalog
from catalog.words import MONTHS, day, number
from dashboard.headlines import Headline, Told, load_headlines
from dashboard.meeting_tables import NOT_IN_SOURCES, Place, Row, Tables, change_of, read_tables
from dashboard.terms import Terms, load_terms

LANG = "id"
WORKBOOK = "ringkasan.xlsx"


def summary_text(release: Path, catalog: Catalog, headlines: Sequence[Headline] | None = None) -> str:
    """The message of the release in the directory `release`, in Indonesian; a block of lines per agglomeration.

    Raises `DeclarationError` where headlines.toml names an indicator that the catalog does not have.
    """
    told = headlines if headlines is not None else load_headlines(catalog.indicators)
    writer = _Writer(read_tables(release, catalog), catalog, load_terms())
    blocks = ("\n".join(writer.block(group[0], told)) for group in writer.tables.groups)
    return "\n\n".join(blocks) + "\n"


class _Writer:
    """Writes the lines of one release."""

    def __init__(self, tables: Tables, catalog: Catalog, terms: Terms) -> None:
        self.tables = tables
        self.catalog = catalog
        self.terms = terms
        self.rows = {row["id"]: row for row in tables.indicators}

    def block(self, place: Place, headlines: Iterable[Headline]) -> Iterable[str]:
        notice, seen = self.terms.notice, self.tables.seen
        until = f"; data yang terlihat sampai {day(seen, LANG)}" if seen else ""
        yield f"{place.name}: {notice.joint.id}{until}."
        yield from (self.line(place, item) for item in headlines)
        yield f"Selisih angka survei {notice.untested.id}. Sumber, definisi, dan alasan angka kosong: {WORKBOOK}."

    def line(self, place: Place, headline: Headline) -> str:
        """One headline: newest value, its companions of the same year, status, evidence and change."""
        lead = headline.figures[0].indicator
        row = self.tables.newest(lead, place.code)
        if row is None or row["value"] is None:
            when = f" {_when(headline, row['year'])}" if row else ""
            return f"{headline.topic} {place.name}{when}: tidak ada angka ({self._why(lead, row)})."
        year = row["year"]
        others = [(told, self.tables.years(told.indicator, place.code).get(year)) for told in headline.figures[1:]]
        shown = [self._figure(headline.figures[0], row), *(self._figure(told, found) for told, found in others)]
        used = [row, *(found for _, found in others if found and found["value"] is not None)]
        example = f"{self.terms.notice.synthetic.id}: " if any(item["synthetic"] for item in used) else ""
        return (
            f"{example}{headline.topic} {place.name} {_when(headline, year)}: {', '.join(shown)} "
            f"({self._standing(used)}); {self._change(headline, place, row)}."
        )

    def _figure(self, told: Told, row: Row | None) -> str:
        item = self.rows[told.indicator]
        name = f"{told.name} " if told.name else ""
        if row is None or row["value"] is None:
            return f"{name or item['label_id'] + ' '}tidak ada ({self._why(told.indicator, row)})"
        return f"{name}{number(row['value'], LANG, item['decimals'])}{_unit(item)}"

    def _standing(self, rows: Sequence[Row]) -> str:
        """Status, method where it is less than exact, and evidence; each said once."""
        states = dict.fromkeys(f"angka {self.terms.status_of(row['obs_status']).id}" for row in rows)
        less = [self.terms.exactness[row["exactness"]].id for row in rows if row["exactness"] in self.terms.exactness]
        evidence = dict.fromkeys(self.terms.evidence_of(row["evidence"]).id for row in rows)
        return "; ".join(
            [*states, *(f"hitungan {word}" for word in dict.fromkeys(less)), "bukti " + "/".join(evidence)]
        )

    def _change(self, headline: Headline, place: Place, row: Row) -> str:
        lead = headline.figures[0].indicator
        item, change = self.rows[lead], change_of(self.tables.years(lead, place.code), row["year"])
        before = _when(headline, row["year"] - 1)
        if change.value is None:
            return f"selisih dari {before} tidak dihitung ({self._label(change.reason)})"
        unit = self.terms.difference_unit.get(item["unit"])
        text = f"selisih {_signed(change.value, item['decimals'])} {unit.id if unit else item['unit_label_id']}"
        untested = f", {self.terms.notice.untested.id}" if item["survey"] else ""
        return f"{text} dari {before}{untested}"

    def _why(self, indicator: str, row: Row | None) -> str:
        known = indicator in self.rows
        return self._label(row["null_reason"] if row and known else NOT_IN_SOURCES)

    def _label(self, code: str | None) -> str:
        found = self.catalog.reasons.get(code or NOT_IN_SOURCES)
        label = found.label if found else load_codes()["change_reason"].get(code or "")
        return label.id if label else str(code)


def _when(headline: Headline, year: int) -> str:
    """The reference period in words: "Maret 2025", or the year alone."""
    if headline.month is None or year < (headline.month_since or year):
        return str(year)
    return f"{MONTHS[LANG][headline.month - 1]} {year}"


def _unit(item: Row) -> str:
    """The unit behind a number; an index has none that says anything."""
    return "" if item["unit"] in {"index", "ratio"} else f" {item['unit_label_id']}"


def _signed(value: float, decimals: int) -> str:
    rounded = round(value, decimals) + 0.0
    text = number(rounded, LANG, decimals)
    return f"+{text}" if rounded > 0 else text
