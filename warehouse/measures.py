"""Where each measure of the joint tables comes from: its value, unit and formula by key, one small function each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms.values import TOTAL
from warehouse.book import Book, Key, Row
from warehouse.expression import Expression
from warehouse.formula import Formula, Term, formula_of, term_of
from warehouse.recipes import Recipe, recipes

# Digits of joint.economy_sector, as tables.toml declares them.
SECTOR_DIGITS = 4
SECTOR_INDICATOR = "grdp_constant_2010"


@dataclass(frozen=True)
class Figure:
    """One measure of one key; `row` is the joint value that it stands on, or {} where no row exists.

    `digits` are those to which the value is rounded, `decimals` those that people read. A figure without a value
    has a `null_reason` and `wanted`, the figures that its rules ask for. Measures beside the joint values (targets,
    ranks) have no `formula` over published figures alone: they are `shown` with their numbers, over what they `took`.
    """

    key: Key
    measure: str
    value: float | str | None
    unit: str
    decimals: int
    digits: int
    method: str | None
    row: Row
    formula: Formula | None = None
    null_reason: str | None = None
    wanted: tuple[tuple[str, Key], ...] = ()
    shown: Expression | None = None
    took: tuple[Term, ...] = ()
    remark: dict[str, str] | None = None
    declared: dict[str, Any] | None = None


def joint_value(book: Book, key: Key, measure: str) -> Figure | None:
    """The measure `value`: joint.indicator_value and the wide tables; None where no such row can exist."""
    row = book.figures.get(key)
    if row is None and not _in_spine(book, key):
        return _observed(book, key, measure)
    indicator = book.indicators[key.indicator]
    row = row or {}
    value = row.get("value")
    return Figure(
        key,
        measure,
        value,
        str(indicator["unit"]),
        int(indicator["decimals"]),
        int(indicator["derived_decimals"]),
        row.get("method"),
        row,
        formula_of(book, key),
        None if value is not None else str(row.get("null_reason") or "not_in_sources"),
        () if value is not None else _wanted(book, key),
    )


def _observed(book: Book, key: Key, measure: str) -> Figure | None:
    """A published figure of a region that plays no part in the joint tables, a kelurahan say."""
    printed = book.current(key)
    if not printed:
        return None
    row = min(printed, key=lambda item: (item["value"] is None, book.sources[item["source"]]["precedence"]))
    value = None if row["value"] is None else float(row["value"])
    half = float(row["rounding_step"] or 0) / 2
    indicator = book.indicators[key.indicator]
    told = {
        **row,
        "value": value,
        "method": "official" if value is not None else None,
        "exactness": "published" if value is not None else None,
        "rounding_low": None if value is None else value - half,
        "rounding_high": None if value is None else value + half,
        "coverage": None,
        "notice": None,
        "observed_only": True,
    }
    reason = None if value is not None else "published_as_missing"
    decimals = int(indicator["decimals"])
    return Figure(key, measure, value, str(row["unit"]), decimals, decimals, told["method"], told, None, reason)


def _in_spine(book: Book, key: Key) -> bool:
    """Whether a wide table has a row for the region and year, so that the figure is a known gap."""
    indicator = book.indicators[key.indicator]
    if key.breakdown != TOTAL or not book.regions[key.region]["region_role"]:
        return False
    first, last = book.spine(str(indicator["domain"]))
    return first <= key.year <= last


def _wanted(book: Book, key: Key) -> tuple[tuple[str, Key], ...]:
    """What all declared ways ask for, in their order; where none is declared, the members' own figures."""
    asked = [part for recipe in recipes(book, key, None) for part in recipe.wanted]
    if not asked:
        asked = [("member", key._replace(region=member)) for member in book.members(key.region)]
    return tuple(dict.fromkeys(asked))


def sector_measure(book: Book, key: Key, measure: str) -> Figure | None:
    """`share`, `growth` and `contribution` of joint.economy_sector, from the joint values as published."""
    row = book.sectors.get(key)
    if row is None:
        return None
    value, reason = row[measure], row[f"{measure}_null_reason"]
    recipe = _sector_recipe(key, measure)
    terms = tuple(term_of(book, role, item, rounded=True) for role, item in recipe.wanted)
    known = value is not None and all(term is not None for term in terms)
    formula = Formula(recipe.kind, tuple(term for term in terms if term), recipe.scale) if known else None
    standing = {**book.figures.get(key, {}), "exactness": "exact", "rounding_low": None, "rounding_high": None}
    standing |= {"coverage": None}
    unit = "percentage_points" if measure == "contribution" else "percent"
    return Figure(
        key, measure, value, unit, 2, SECTOR_DIGITS, "recomputed" if known else None, standing, formula, reason,
        () if known else recipe.wanted,
    )  # fmt: skip


def _sector_recipe(key: Key, measure: str) -> Recipe:
    before = key._replace(period=str(key.year - 1))
    if measure == "share":
        return Recipe("ratio", (("numerator", key), ("denominator", key._replace(breakdown=TOTAL))), 100.0)
    change = (("level", key), ("level_before", before))
    if measure == "growth":
        return Recipe("growth", change, 100.0)
    return Recipe("contribution", (*change, ("total_before", before._replace(breakdown=TOTAL))), 100.0)


def terms_of(figure: Figure, book: Book) -> list[Term]:
    """The figures that went into a value, or would have: its formula's terms, its wanted ones, or itself."""
    if figure.formula:
        return list(figure.formula.terms)
    if figure.remark:
        return list(figure.took)
    if figure.wanted:
        return [term_of(book, role, key) or Term(role, key, float("nan"), None, None) for role, key in figure.wanted]
    return [Term("published", figure.key, float("nan") if figure.value is None else float(figure.value))]
