"""Judging the tables of programmes, facilities and complaints: sums hold at every level, and no gap is silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.strict import Bilingual
from expectations.messages import comparisons_passed, crash_message, figure
from expectations.rules import fill
from expectations.suites import services_suite
from expectations.validation import Found, validate
from expectations.verdict import Check

Row = Mapping[str, Any]
Rows = Sequence[Row]
TOTAL = "_T"
KINDS = ("complaints", "prank", "silent", "information")
# What members of an agglomeration must add up to, by table.
ADDITIVE = {
    "delivery": ("activities", "units_with_activities", "budget_plan", "budget_actual"),
    "facility": ("facilities", "covered", "units"),
    "complaints": ("calls", "complaints", "backlog"),
}
SAME = {
    "delivery": ("programme", "year", "quarter", "synthetic"),
    "facility": ("facility", "year", "synthetic"),
    "complaints": ("period", "category", "synthetic"),
}
# What doubles lose in sums of rupiah.
ROUNDING = 1e-3


def judge_services(deliveries: Rows, facilities: Rows, complaints: Rows, catalog: Catalog) -> list[Check]:
    """Hold the rules on programmes, facilities and complaints; any failed critical one stops a release.

    No checks where there are no records at all.
    """
    tables = {"delivery": deliveries, "facility": facilities, "complaints": complaints}
    found = [*_kinds(complaints), *_categories(complaints), *_reasons(tables)]
    for name, rows in tables.items():
        found += _members(name, rows, catalog)
    if not found:
        return []
    view = pd.DataFrame(found, columns=["rule", "key", "found", "expected", "beyond"])
    return [_check(item, view) for item in validate(view, services_suite())]


def _compared(rule: str, key: str, found: float, expected: float, *, least: bool = False) -> Row:
    """A comparison; `least` says that the figure may be less than what it is held against."""
    apart = found - expected if least else abs(found - expected)
    return {"rule": rule, "key": key, "found": found, "expected": expected, "beyond": apart - ROUNDING}


def _kinds(complaints: Rows) -> Iterator[Row]:
    """Every call is of one kind."""
    for row in complaints:
        if row["category"] == TOTAL:
            yield _compared("kinds_add_up", _key(row), sum(row[name] for name in KINDS), row["calls"])


def _categories(complaints: Rows) -> Iterator[Row]:
    """Categories never count more complaints than there are; those without a category are the rest."""
    totals = {
        (row["region_code"], row["period"], row["synthetic"]): row for row in complaints if row["category"] == TOTAL
    }
    added: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in complaints:
        if row["category"] != TOTAL:
            added[row["region_code"], row["period"], row["synthetic"]] += row["complaints"]
    for place, count in added.items():
        yield _compared("categories_within", _key(totals[place]), count, totals[place]["complaints"], least=True)


def _reasons(tables: Mapping[str, Rows]) -> Iterator[Row]:
    """A verdict or a coverage that is missing says why."""
    for name, column in (("delivery", "verdict"), ("facility", "coverage")):
        for row in tables[name]:
            told = row[column] is not None or row["null_reason"] is not None
            yield _compared("service_gap_has_reason", _key(row), float(told), 1.0)


def _members(name: str, rows: Rows, catalog: Catalog) -> Iterator[Row]:
    """What governments count adds up to the agglomeration, wherever all of them say it."""
    by_place = {(row["region_code"], *(row[column] for column in SAME[name])): row for row in rows}
    for (code, *same), row in by_place.items():
        place = catalog.agglomerations.get(str(code))
        members = [(member, *same) for member in place.members] if place else []
        parts = [by_place[member] for member in members if member in by_place]
        # Members may report more months of a year than the agglomeration, which needs all of them.
        alike = all(part.get("months") == row.get("months") for part in parts)
        for column in ADDITIVE[name] if place and alike else ():
            values = [part[column] for part in parts]
            if row[column] is not None and None not in values:
                yield _compared("members_add_up", f"{_key(row)}, {column}", row[column], sum(values))


def _key(row: Row) -> str:
    names = ("programme", "facility", "category")
    what = next((str(row[name]) for name in names if row.get(name) not in (None, TOTAL)), "")
    when = str(row.get("period") or row["year"])
    return ", ".join(part for part in (f"{row['region_name']} ({row['region_code']})", what, when) if part)


def _check(found: Found, view: pd.DataFrame) -> Check:
    message = _message(found, view)
    return found.planned.rule.verdict(found.outcome, message, evaluated=found.evaluated, failed=found.failed)


def _message(found: Found, view: pd.DataFrame) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return comparisons_passed(rule, found.evaluated)
    row = view.iloc[min(found.rows)]
    values = {name: figure(float(row[name])) for name in ("found", "expected")}
    told = values if "{found}" in rule.message.id else {}
    return fill(rule.message, {"key": str(row["key"]), **told})
