"""One joint figure, from the release alone: value, formula with numbers, ranges, inputs down to cells, candidates.

`explain` gives plain values, the shape of `mojoraya explain --json`; `warehouse.telling` turns them into prose.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from catalog.load import Catalog
from catalog.words import number
from warehouse.book import Book, Key, Row
from warehouse.cells import candidates, cell_of, conversion, findings, known_exceptions, used_observation
from warehouse.explain_words import UNITS, YEARLY
from warehouse.formula import Formula, Term, implied, written
from warehouse.measure_list import MEASURES
from warehouse.measures import Figure, terms_of


class NothingToExplain(LookupError):
    """The release has no such figure, published, derived or missing."""


def explain(
    book: Book, key: Key, measure: str = "value", lang: str = "id", catalog: Catalog | None = None
) -> dict[str, Any]:
    """All that the release knows of one measure of one key, as plain values; numbers in texts in the form of `lang`.

    With a `catalog`, what its identities know to be apart in the publications stands among the findings.

    Raises `NothingToExplain` where neither a value nor a known gap stands under the key.
    """
    figure = MEASURES[measure](book, key, measure)
    if figure is None:
        raise NothingToExplain(key)
    key = figure.key
    row, indicator = figure.row, book.indicators[key.indicator]
    inputs = [_input(book, term, figure.formula, lang) for term in terms_of(figure, book)]
    cells = [cell for item in inputs for cell in item["cells"]]
    keys = [key, *(Key(cell["indicator"], cell["region"], cell["period"], cell["breakdown"]) for cell in cells)]
    return {
        "release": book.release,
        "indicator": key.indicator,
        "indicator_label": indicator[f"label_{lang}"],
        "region": key.region,
        "region_name": book.regions[key.region]["name"],
        "period": key.period,
        "breakdown": key.breakdown,
        "measure": measure,
        "value": figure.value,
        "unit": figure.unit,
        "unit_label": _unit_label(book, figure, lang),
        "decimals": figure.decimals,
        "method": figure.method,
        "exactness": row.get("exactness") if figure.value is not None else None,
        "formula": _formula(figure, inputs, lang),
        "remark": figure.remark[lang] if figure.remark else None,
        "declared": figure.declared,
        "formula_kind": figure.formula.kind if figure.formula else None,
        "rounding_low": row.get("rounding_low"),
        "rounding_high": row.get("rounding_high"),
        "sampling_se": row.get("sampling_se"),
        "sampling_se_reason": "not_published" if indicator["survey"] else "not_a_survey",
        "survey": indicator["survey"],
        "obs_status": row.get("obs_status", "M"),
        "break_flag": bool(row.get("break_flag")),
        "coverage": row.get("coverage"),
        "null_reason": figure.null_reason,
        "rule_reason": _rule_reason(book, figure, lang),
        "evidence": row.get("evidence"),
        "synthetic": bool(row.get("synthetic")),
        "in_joint": bool(row) and not row.get("observed_only"),
        "notice": _notice(row.get("notice"), lang),
        "reference": indicator[f"reference_{lang}"],
        "inputs": inputs,
        "candidates": candidates(book, keys, lang),
        "vintages": _vintages(book, figure),
        "findings": [
            *findings(book, {item.indicator for item in keys}, cells, lang),
            *(known_exceptions(catalog, keys, lang) if catalog else ()),
        ],
    }


def _unit_label(book: Book, figure: Figure, lang: str) -> str:
    """The unit in words: the indicator's own, or that of a measure beside it."""
    indicator = book.indicators[figure.key.indicator]
    if figure.unit == indicator["unit"]:
        return str(indicator[f"unit_label_{lang}"])
    if figure.unit.endswith(YEARLY):
        base = replace(figure, unit=figure.unit.removesuffix(YEARLY))
        return f"{_unit_label(book, base, lang)} {UNITS[YEARLY][lang]}"
    if figure.unit in UNITS:
        return UNITS[figure.unit][lang]
    same = (row[f"unit_label_{lang}"] for row in book.indicators.values() if row["unit"] == figure.unit)
    return str(next(same, figure.unit))


def _input(book: Book, term: Term, within: Formula | None, lang: str) -> dict[str, Any]:
    """One figure of a formula, with its own formula and inputs when it is derived, and all cells behind it."""
    key, row = term.key, book.figures.get(term.key, {})
    inner = [_input(book, part, term.formula, lang) for part in term.formula.terms] if term.formula else []
    used = None if term.formula else (used_observation(book, key) or _printed(book, key, row))
    cells = [cell for item in inner for cell in item["cells"]] + ([cell_of(book, used)] if used else [])
    value = row.get("value") if row else (cells[0]["value"] if cells else None)
    indicator = book.indicators[key.indicator]
    told = {
        "role": term.role,
        "indicator": key.indicator,
        "indicator_label": indicator[f"label_{lang}"],
        "region": key.region,
        "region_name": book.regions[key.region]["name"],
        "period": key.period,
        "breakdown": key.breakdown,
        "value": value,
        "unit": indicator["unit"],
        "unit_label": indicator[f"unit_label_{lang}"],
        "decimals": indicator["decimals"],
        "method": row.get("method"),
        "obs_status": row.get("obs_status"),
        "null_reason": None if value is not None else row.get("null_reason", "not_in_sources"),
        "formula": written(term.formula, row["value"], indicator["derived_decimals"], lang) if term.formula else None,
        "inputs": inner,
        "cells": cells,
    }
    if within and within.kind == "implied" and term.role == "rate_behind_denominator":
        told["implied"] = _implied(within, term, lang)
    return told


def _printed(book: Book, key: Key, row: Row) -> Row | None:
    """The observation of a figure that stands outside the joint tables."""
    printed = [] if row else book.current(key)
    return min(
        printed, key=lambda item: (item["value"] is None, book.sources[item["source"]]["precedence"]), default=None
    )


def _implied(within: Formula, term: Term, lang: str) -> dict[str, Any]:
    """The denominator that a count and a rate of one member imply."""
    place = within.of("rate_behind_denominator").index(term)
    count, people = within.of("numerator")[place], implied(within)[place]
    scale = "" if within.scale == 1 else f"{number(within.scale, lang)} x "
    rate = number(term.number, lang, max(term.least, -_exponent(term.number)))
    return {"value": people, "formula": f"{scale}{number(count.number, lang)} / {rate}"}


def _exponent(value: Decimal | float) -> int:
    """The place of the last decimal: -2 for 5.77."""
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _formula(figure: Figure, inputs: list[dict[str, Any]], lang: str) -> str | None:
    """The formula with its numbers; of a published figure, the number as printed and what it is multiplied by."""
    if figure.value is None:
        return None
    if figure.formula:
        return written(figure.formula, float(figure.value), figure.digits, lang)
    if figure.shown:
        return figure.shown.text(lang)
    if not inputs or not inputs[0]["cells"]:
        return None
    cell = inputs[0]["cells"][0]
    printed, factor = conversion(cell)
    step = Decimal(str(cell["rounding_step"] or 1)) / factor
    text = number(printed, lang, max(-_exponent(step), -_exponent(printed), 0))
    return text if factor == 1 else f"{text} x {number(factor, lang)}"


def _rule_reason(book: Book, figure: Figure, lang: str) -> str | None:
    """Why the catalog says that an agglomeration has no such value."""
    if figure.null_reason != "not_aggregable" or not book.members(figure.key.region):
        return None
    reasons = [rule["reason"] for rule in book.declared(figure.key.indicator)["rules"] if rule.get("reason")]
    return str(reasons[0][lang]) if reasons else None


def _notice(notice: str | None, lang: str) -> str | None:
    """The half of a bilingual notice that is in the reader's language."""
    if notice is None:
        return None
    halves = [part.split(" / ") for part in notice.split("; ")]
    return "; ".join(half[-1] if lang == "en" else half[0] for half in halves)


def _vintages(book: Book, figure: Figure) -> list[dict[str, Any]]:
    """The values that a joint value has had, oldest first; measures beside it have no history of their own."""
    if figure.measure != "value":
        return []
    rows = sorted(book.history.get(figure.key, ()), key=lambda row: row["vintage"])
    return [
        {
            "value": row["value"],
            "rounding_low": row["rounding_low"],
            "rounding_high": row["rounding_high"],
            "obs_status": row["obs_status"],
            "method": row["method"],
            "null_reason": row["null_reason"],
            "vintage": str(row["vintage"]),
            "superseded_at": None if row["superseded_at"] is None else str(row["superseded_at"]),
        }
        for row in rows
    ]
