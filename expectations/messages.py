"""What an operator reads: a sentence with the place, what was found, what was expected and what to do.

Placeholders of row rules: place, raw, expected, measure_text, region, region_text, question, label, period,
period_text, year, breakdown, breakdown_text, unit_text, status, value, decimals, lines. Of table rules: label, found,
expected, share, first, missing, groups, before. Of joint rules: key, found, expected. Of identities and the figures of
an edition: key, found, expected, rule, source, other, share. Of the door: found, expected, line, places.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any, get_args

from catalog.contract import Contract, Measure, Status
from catalog.load import Catalog
from catalog.models import Indicator, Region
from catalog.strict import Bilingual
from expectations.privacy import repeatable, shown
from expectations.rules import Rule, fill, placeholders
from expectations.suites import Planned
from expectations.verdict import RowFailure
from expectations.words import LEVELS, header_text, listing, number, place_question

LANGS = ("id", "en")
LONGEST_HEADER = 60
ALIKE = {"id": "seperti", "en": "such as"}
# Faults that stand in a column of their own, where the file has one: the roles of that column, and what it says.
REGION_ROLES = ("region_code", "region_name")
OWN_COLUMN: dict[str, tuple[tuple[str, ...], str]] = {
    "measure_known": (("measure",), "measure_text"),
    "region_known": (REGION_ROLES, "region_text"),
    "region_expected": (REGION_ROLES, "region_text"),
    "period_readable": (("period",), "period_text"),
    "period_sane": (("period",), "period_text"),
    "breakdown_known": (("breakdown",), "breakdown_text"),
    "unit_as_declared": (("unit",), "unit_text"),
}
Row = dict[str, Any]
Value = Bilingual | str | int


def both(make: Callable[[str], str]) -> Bilingual:
    """A text made once per language."""
    return Bilingual(id=make("id"), en=make("en"))


def figure(value: Decimal | float) -> Bilingual:
    """A number in both languages' form."""
    return both(lambda lang: number(value, lang))


class RowWords:
    """Words for the rows of one contract."""

    def __init__(self, contract: Contract, catalog: Catalog) -> None:
        self._contract = contract
        self._catalog = catalog

    def failure(self, planned: Planned, row: Row, lines: list[int]) -> RowFailure:
        """The failure of one row; `lines` are the lines that share its key, where the rule asks."""
        rule = planned.rule
        template = rule.template(_variant(rule, row))
        makers = self._makers(planned, row, lines)
        message = fill(template, {name: makers[name]() for name in placeholders(template.id + template.en)})
        columns, text = self._to_mend(rule, row)
        return RowFailure(
            row_id=row["row_id"],
            source_line=row["source_line"],
            source_column=row["source_column"] or "",
            raw=repeatable(row["raw"]),
            rule=rule.id,
            severity=rule.severity,
            message_id=message.id,
            message_en=message.en,
            mend_column=", ".join(columns),
            mend_text=repeatable(text),
        )

    def _to_mend(self, rule: Rule, row: Row) -> tuple[list[str], str | None]:
        """The columns in which the fault stands, and what is written there: the figure's own if in no other."""
        roles, name = OWN_COLUMN.get(rule.id, ((), ""))
        headers = [self._headers[role] for role in roles if role in self._headers]
        found = [header for of_role in headers for header in of_role]
        if found:
            return found, row[name]
        return [row["source_column"]] if row["source_column"] else [], row["raw"]

    @cached_property
    def _headers(self) -> dict[str, list[str]]:
        """The headers of the columns of each role; a header stacked of several rows is one text."""
        found: dict[str, list[str]] = {}
        for column in self._contract.columns:
            text = header_text(column.header)
            if text:
                found.setdefault(column.role, []).append(text)
        return found

    def _place(self, rule: Rule, row: Row) -> Bilingual:
        """Line and columns of the fault; the line alone where no header names its column."""
        line, columns = row["source_line"], [_last(text) for text in self._to_mend(rule, row)[0]]
        if not columns:
            return Bilingual(id=f"Baris {line}", en=f"Line {line}")
        named = both(lambda lang: listing([f'"{shown(text, lang)}"' for text in columns], lang))
        kind = "columns" if len(columns) > 1 else "column"
        return Bilingual(id=f"Baris {line}, kolom {named.id}", en=f"Line {line}, {kind} {named.en}")

    def _makers(self, planned: Planned, row: Row, lines: list[int]) -> dict[str, Callable[[], Value]]:
        """How to say each placeholder; only those that a template asks for are said."""
        indicator = self._catalog.indicators.get(row["indicator"])
        return {
            "raw": lambda: _shown(row["raw"]),
            "measure_text": lambda: _shown(row["measure_text"]),
            "region_text": lambda: _shown(row["region_text"]),
            "period_text": lambda: _shown(row["period_text"]),
            "breakdown_text": lambda: _shown(row["breakdown_text"]),
            "unit_text": lambda: _shown(row["unit_text"]),
            "place": lambda: self._place(planned.rule, row),
            "region": lambda: self._region(row["region_code"]),
            "question": lambda: self._question(row["region_text"] or ""),
            "label": lambda: indicator.label if indicator else "?",
            "period": lambda: row["period"] or "?",
            "year": lambda: int(row["year"]),
            "breakdown": lambda: self._breakdown(row["breakdown"]),
            "status": lambda: row["obs_status"] or "",
            "value": lambda: both(lambda lang: f"{number(row['value'], lang)} {self._unit_of(row).get(lang)}"),
            "decimals": lambda: int(row["decimals"]),
            "lines": lambda: both(lambda lang: listing([str(line) for line in lines], lang)),
            "expected": lambda: both(lambda lang: self._expected(planned, row, lang)),
        }

    def _expected(self, planned: Planned, row: Row, lang: str) -> str:
        """What a rule asks for, in words; empty for a rule whose message says it by itself."""
        in_words: dict[str, Callable[[], str]] = {
            "measure_known": lambda: listing(
                [f'"{item.label or item.name}"' for item in self._measures], lang, word="or"
            ),
            "value_readable": lambda: self._number_form(row, lang),
            "region_known": lambda: self._regions.get(lang),
            "region_expected": lambda: self._regions.get(lang),
            "period_readable": lambda: str(self._contract.expect.first_year),
            "period_sane": lambda: _span(planned, lang),
            "breakdown_known": lambda: self._dimensions(row, lang),
            "unit_as_declared": lambda: listing(self._units(row["indicator"], lang), lang, word="or"),
            "status_known": lambda: listing(list(get_args(Status)), lang, word="or", most=9),
            "within_bounds": lambda: between(self._catalog.indicators[row["indicator"]], self._unit_of(row), lang),
            "decimals_as_declared": lambda: str(int(row["decimals_declared"])),
            "step_as_declared": lambda: f"{number(row['rounding_step'], lang)} {self._unit_of(row).get(lang)}",
        }
        return in_words.get(planned.rule.id, str)()

    @property
    def _measures(self) -> list[Measure]:
        return self._contract.measures

    def _unit_of(self, row: Row) -> Bilingual:
        """The canonical unit of the row's indicator."""
        indicator = self._catalog.indicators.get(row["indicator"])
        return self._catalog.units[indicator.unit].label if indicator else Bilingual(id="", en="")

    def _dimensions(self, row: Row, lang: str) -> str:
        indicator = self._catalog.indicators.get(row["indicator"])
        names = indicator.breakdowns if indicator else []
        return listing([self._catalog.breakdowns[name].label.get(lang) for name in names], lang) or "_T"

    def _number_form(self, row: Row, lang: str) -> str:
        form, decimals = self._contract.format, int(row["decimals_declared"] or 0)
        marks = [f'"{mark}"' for mark in self._contract.marks.missing if mark]
        if not decimals:
            text = f"{'angka' if lang == 'id' else 'a number'} {ALIKE[lang]} 1{form.thousands}234"
        elif lang == "id":
            text = f"angka dengan {'koma' if form.decimal == ',' else 'titik'} desimal seperti 9{form.decimal}"
        else:
            text = f"a number with a decimal {'comma' if form.decimal == ',' else 'point'} such as 9{form.decimal}"
        text += "8".ljust(decimals, "0") if decimals else ""
        mark = {"id": "atau tanda kosong", "en": "or the mark"}[lang]
        return f"{text} {mark} {listing(marks, lang, word='or')}" if marks else text

    @cached_property
    def _regions(self) -> Bilingual:
        """The regions that the contract expects."""
        names = [self._region(code) for code in self._contract.expect.regions]
        return both(lambda lang: listing([name.get(lang) for name in names], lang, word="or"))

    def _region(self, code: str | None) -> Bilingual:
        return region_name(self._catalog, code)

    def _question(self, text: str) -> Bilingual:
        regions = self._by_core.get(_core(text), [])
        return both(lambda lang: place_question(regions, lang))

    @cached_property
    def _by_core(self) -> dict[str, list[Region]]:
        """The regions in force by their name without its kind: what a bare name may mean."""
        found: dict[str, dict[str, Region]] = {}
        names = [(region.code, region.name) for region in self._catalog.regions_by_code.values()]
        for code, name in [*names, *self._catalog.aliases]:
            if code in self._catalog.regions_by_code:
                found.setdefault(_core(name), {})[code] = self._catalog.regions_by_code[code]
        return {core: list(regions.values()) for core, regions in found.items()}

    def _breakdown(self, breakdown: str | None) -> Bilingual | str:
        return "" if breakdown in (None, "_T") else breakdown_text(self._catalog, str(breakdown))

    def _units(self, indicator: str, lang: str) -> list[str]:
        measures = [item for item in self._measures if item.indicator == indicator]
        return sorted({f'"{item.unit_text or self._unit(item.unit, lang)}"' for item in measures})

    def _unit(self, unit: str, lang: str) -> str:
        return self._catalog.units[unit].label.get(lang) if unit in self._catalog.units else unit


def region_name(catalog: Catalog, code: str | None) -> Bilingual:
    """A region or agglomeration with its code, as an operator knows it."""
    if code in catalog.agglomerations:
        return catalog.agglomerations[str(code)].label
    region = catalog.regions_by_code.get(code or "")
    if region is None:
        return Bilingual(id=code or "?", en=code or "?")
    return both(lambda lang: f"{_with_kind(region, lang)} ({region.code})")


def breakdown_text(catalog: Catalog, breakdown: str) -> Bilingual:
    """A breakdown in words, led by a comma: ", Perdagangan"; unknown codes stand as they are."""
    labels = []
    for part in breakdown.split(";"):
        name, _, code = part.partition("=")
        codes = catalog.breakdowns[name].codes if name in catalog.breakdowns else []
        labels.append(next((item.label for item in codes if item.code == code), Bilingual(id=part, en=part)))
    return both(lambda lang: "".join(f", {label.get(lang)}" for label in labels))


def figure_name(catalog: Catalog, indicator: str, region: str | None, period: str, breakdown: str | None) -> Bilingual:
    """Which figure is meant: its indicator, its region (if it is one region's), its period and its part of a total."""
    known = catalog.indicators.get(indicator)
    label = known.label if known else Bilingual(id=indicator, en=indicator)
    place = region_name(catalog, region) if region else None
    part = breakdown_text(catalog, breakdown) if breakdown not in (None, "_T") else None

    def said(lang: str) -> str:
        words = [label.get(lang), *([place.get(lang)] if place else []), period]
        return ", ".join(words) + (part.get(lang) if part else "")

    return both(said)


def between(indicator: Indicator, unit: Bilingual, lang: str) -> str:
    """An indicator's bounds in words."""
    low, high, name = indicator.bounds.min, indicator.bounds.max, unit.get(lang)
    if low is None or high is None:
        words = ("paling sedikit", "at least") if high is None else ("paling banyak", "at most")
        only = high if low is None else low
        return f"{words[LANGS.index(lang)]} {number(only or 0, lang)} {name}"
    joint = "sampai" if lang == "id" else "to"
    return f"{number(low, lang)} {joint} {number(high, lang)} {name}"


def _span(planned: Planned, lang: str) -> str:
    joint = "sampai" if lang == "id" else "to"
    return f"{planned.arguments['min_value']} {joint} {planned.arguments['max_value']}"


def values_passed(rule: Rule, count: int) -> Bilingual:
    """What is said of a rule that every value it looked at has passed."""
    return _passed(rule, count, "nilai diperiksa, semuanya lolos", "values checked, all passed")


def comparisons_passed(rule: Rule, count: int) -> Bilingual:
    """What is said of a rule by which every comparison agrees."""
    return _passed(rule, count, "perbandingan diperiksa, semuanya cocok", "comparisons checked, all agree")


def _passed(rule: Rule, count: int, indonesian: str, english: str) -> Bilingual:
    return Bilingual(
        id=f"{rule.label.id}: {number(count, 'id')} {indonesian}.",
        en=f"{rule.label.en}: {number(count, 'en')} {english}.",
    )


def crash_message(rule: Rule, crash: str) -> Bilingual:
    """A rule that could not be run: the data were not judged, and the fault is the program's."""
    return Bilingual(
        id=f"Aturan '{rule.id}' ({rule.label.id}) tidak dapat dijalankan, jadi datanya belum diperiksa. Ini "
        f"kesalahan program, bukan data; laporkan kepada pengelola: {shown(crash, 'id', 200)}",
        en=f"The rule '{rule.id}' ({rule.label.en}) could not be run, so the data were not judged. The fault is the "
        f"program's, not the data's; report it to the maintainers: {shown(crash, 'en', 200)}",
    )


def _variant(rule: Rule, row: Row) -> str | None:
    if rule.id == "value_readable" and not (row["raw"] or "").strip():
        return "empty"
    return str(row["region_problem"]) if rule.id == "region_known" else None


def _last(header: str) -> str:
    """A long header stacked of several rows is told by its last part, where the year stands."""
    return header if len(header) <= LONGEST_HEADER else header.rsplit(" / ", 1)[-1]


def _shown(text: str | None) -> Bilingual:
    return both(lambda lang: shown(text or "", lang))


def _with_kind(region: Region, lang: str) -> str:
    kind = LEVELS[region.level][LANGS.index(lang)]
    name = region.name.title() if region.name.isupper() else region.name
    return name if name.upper().startswith((kind.upper(), "KAB")) else f"{kind} {name}"


def _core(name: str) -> str:
    words = "".join(sign if sign.isalpha() else " " for sign in name.upper()).split()
    kinds = {kind.upper() for kind, _ in LEVELS.values()} | {"KAB", "KEC", "KEL", "PROV", "KOTAMADYA"}
    return "".join(words[1:] if len(words) > 1 and words[0] in kinds else words)
