"""Judging one snapshot: its rows, the table they make, and its size against the last accepted edition."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from catalog.contract import Contract
from catalog.load import Catalog
from catalog.strict import Bilingual
from expectations.enough import judge_large
from expectations.messages import RowWords, both, crash_message, figure, region_name
from expectations.rules import fill
from expectations.suites import Planned, code_count, history_suite, row_suite, table_suite
from expectations.validation import Found, validate
from expectations.verdict import Check, Judgement, PreviousEdition, RowFailure
from expectations.view import KEY, edition_size, plain_rows, plain_table, rows_view, table_view
from expectations.words import listing, number, percent

Values = dict[str, Bilingual | str | int]


def judge_rows(frame: pd.DataFrame, contract: Contract, catalog: Catalog, snapshot: str, first_seen: date) -> Judgement:
    """Hold the row rules against a tidy table; a year later than that of `first_seen` is not possible.

    Checks come in declared order, failures in file order. A rule that crashes gives a check, not an error.
    """
    words = RowWords(contract, catalog)
    checks, failures = [], []
    suite = row_suite(contract, catalog, first_seen)
    answers, view = judge_large(rows_view(frame, contract), suite, plain_rows)
    for found in answers:
        turned_down = _failures(found, view, words)
        failures.extend(turned_down)
        checks.append(_check(found, _row_message(found, turned_down), contract, snapshot))
    order = {check.rule: position for position, check in reversed(list(enumerate(checks)))}
    failures.sort(key=lambda item: (item.row_id, order[item.rule]))
    return Judgement(checks, failures)


def judge_table(
    frame: pd.DataFrame,
    failures: Iterable[RowFailure],
    contract: Contract,
    catalog: Catalog,
    snapshot: str,
    previous: PreviousEdition | None = None,
) -> list[Check]:
    """Hold the table rules, and with `previous` the history rules, against a tidy table and its row failures."""
    critical = [item for item in failures if item.severity == "critical"]
    figures = table_view(frame, {item.row_id for item in critical}, contract, catalog)
    answers, view = judge_large(figures, table_suite(contract, catalog), plain_table)
    checks = [
        _check(found, _table_message(found, view, critical, contract, catalog), contract, snapshot) for found in answers
    ]
    if previous is not None:
        checks += judge_history(edition_size(frame, snapshot), previous, contract)
    return checks


def judge_history(current: PreviousEdition, previous: PreviousEdition, contract: Contract) -> list[Check]:
    """Hold the size of an edition against the last accepted one; needs only the two sizes, no table."""
    view = pd.DataFrame({"rows": [current.rows], "keys": [current.keys]})
    return [
        _check(found, _history_message(found, current, previous), contract, current.snapshot)
        for found in validate(view, history_suite(contract, previous))
    ]


def _check(found: Found, message: Bilingual, contract: Contract, snapshot: str) -> Check:
    planned = found.planned
    return planned.rule.verdict(
        found.outcome,
        message,
        source=contract.id,
        snapshot=snapshot,
        indicator=planned.indicator,
        evaluated=found.evaluated,
        failed=found.failed,
    )


def _failures(found: Found, view: pd.DataFrame, words: RowWords) -> list[RowFailure]:
    if not found.rows:
        return []
    rows = view.iloc[list(found.rows)].astype(object)
    records: list[dict[str, Any]] = rows.where(rows.notna(), None).to_dict("records")  # type: ignore[assignment]
    lines: dict[tuple[Any, ...], list[int]] = {}
    if found.planned.rule.id == "unique_key":
        for row in records:
            lines.setdefault(_key(row), []).append(row["source_line"])
    return [words.failure(found.planned, row, sorted(set(lines.get(_key(row), [])))) for row in records]


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def _row_message(found: Found, failures: list[RowFailure]) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return _passed(found)
    first = min(failures, key=lambda item: item.row_id)
    count = {lang: f"{number(found.failed, lang)}/{number(found.evaluated, lang)}" for lang in ("id", "en")}
    return Bilingual(
        id=f"{rule.label.id}: {count['id']} angka tidak lolos. {first.message_id}",
        en=f"{rule.label.en}: {count['en']} figures did not pass. {first.message_en}",
    )


def _passed(found: Found) -> Bilingual:
    label = found.planned.rule.label
    return Bilingual(
        id=f"{label.id}: {number(found.evaluated, 'id')} angka diperiksa, semuanya lolos.",
        en=f"{label.en}: {number(found.evaluated, 'en')} figures checked, all passed.",
    )


def _table_message(
    found: Found, view: pd.DataFrame, critical: list[RowFailure], contract: Contract, catalog: Catalog
) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return _passed(found)
    values = _table_values(found, view, critical, contract, catalog)
    return fill(rule.message, values)


def _table_values(
    found: Found, view: pd.DataFrame, critical: list[RowFailure], contract: Contract, catalog: Catalog
) -> Values:
    planned = found.planned
    if planned.rule.id == "enough_rows":
        return {"found": figure(int(found.observed)), "expected": figure(contract.rows.at_least)}
    if planned.rule.id == "quarantine_share":
        return _quarantine_values(found, critical, contract)
    indicator = catalog.indicators[planned.indicator or ""]
    if planned.rule.id == "regions_complete":
        missing = _missing_regions(view, planned, contract, catalog)
        return {"label": indicator.label, "missing": missing, "expected": len(set(contract.expect.regions))}
    groups = _groups(view, found, catalog)
    return {"label": indicator.label, "expected": code_count(indicator, catalog) or 0, "groups": groups}


def _quarantine_values(found: Found, critical: list[RowFailure], contract: Contract) -> Values:
    share, limit = float(found.observed or 0.0), contract.expect.max_quarantine
    first = min(critical, key=lambda item: item.row_id, default=None)
    return {
        "found": figure(len({item.row_id for item in critical})),
        "share": both(lambda lang: percent(share, lang)),
        "expected": both(lambda lang: percent(limit, lang)),
        "first": Bilingual(id=first.message_id, en=first.message_en) if first else "-",
    }


def _missing_regions(view: pd.DataFrame, planned: Planned, contract: Contract, catalog: Catalog) -> Bilingual:
    there = set(view.loc[view["indicator"] == planned.indicator, "region_place"])
    names = [region_name(catalog, code) for code in contract.expect.regions if code not in there]
    return both(lambda lang: listing([name.get(lang) for name in names], lang))


def _groups(view: pd.DataFrame, found: Found, catalog: Catalog) -> Bilingual:
    rows = view.iloc[list(found.rows)][["region_code", "period"]].drop_duplicates()
    pairs = [(region_name(catalog, code), period) for code, period in rows.itertuples(index=False)]
    return both(lambda lang: listing([f"{name.get(lang)} {period}" for name, period in pairs], lang))


def _history_message(found: Found, current: PreviousEdition, previous: PreviousEdition) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return _passed(found)
    rows = rule.id == "not_shrunk"
    return fill(
        rule.message,
        {
            "found": figure(current.rows if rows else current.keys),
            "before": figure(previous.rows if rows else previous.keys),
            "expected": figure(int(found.planned.arguments["min_value"])),
        },
    )
