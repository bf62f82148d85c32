"""By which declaration a joint value came about, and which figures it took: read from the release's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from transforms.values import TOTAL
from warehouse.book import Book, Key, Row

Kind = Literal["sum", "ratio", "implied", "weighted_mean", "growth", "hdi", "contribution"]


@dataclass(frozen=True)
class Recipe:
    """A formula and the figures that it takes, each with its part in it; `scale` multiplies ratios and growth."""

    kind: Kind
    wanted: tuple[tuple[str, Key], ...]
    scale: float = 1.0


def recipes(book: Book, key: Key, method: str | None) -> Iterator[Recipe]:
    """The declared ways to the figure of `key` by `method`, in the order in which the pipeline tries them.

    A `method` of None asks for every way: those that a missing value would have needed.
    """
    declared = book.declared(key.indicator)
    if book.members(key.region):
        for rule in declared["rules"]:
            yield from _joint(book, key, rule, method)
        return
    if declared["total_from"] and key.breakdown == TOTAL and method in {None, "sum"}:
        parts = _parts(book, key, declared["total_from"])
        if parts:
            yield Recipe("sum", tuple(("part", part) for part in parts))
    if declared["derive"] and key.breakdown == TOTAL:
        yield from _own(key, declared["derive"], method)


def _joint(book: Book, key: Key, rule: Row, method: str | None) -> Iterator[Recipe]:
    """The value of an agglomeration by one of its indicator's rules."""
    kind = rule["kind"]
    members = [code for code in book.members(key.region) if not _not_applicable(book, key._replace(region=code))]
    asked = {"growth": "ratio_of_sums"}.get(kind, kind)
    if method not in {None, asked}:
        return
    if kind == "sum":
        yield Recipe("sum", tuple(("part", key._replace(region=member)) for member in members))
    elif kind == "growth":
        yield _growth(key, rule["of"])
    elif kind == "weighted_mean":
        yield Recipe("weighted_mean", tuple(_weighted(key, members, rule["weights"])))
    elif kind == "recomputed":
        yield Recipe("hdi", tuple(("component", key._replace(indicator=name)) for name in rule["components"]))
    elif kind == "ratio_of_sums" and rule["denominator"] == "implied":
        yield Recipe("implied", tuple(_implied(key, members, rule["numerator"])), rule["scale"])
    elif kind == "ratio_of_sums":
        above = [("numerator", key._replace(indicator=rule["numerator"], region=member)) for member in members]
        below = [("denominator", key._replace(indicator=rule["denominator"], region=member)) for member in members]
        yield Recipe("ratio", (*above, *below), rule["scale"])


def _not_applicable(book: Book, key: Key) -> bool:
    """Whether a member cannot have the figure at all, so that a joint value leaves it out."""
    return bool(book.figures.get(key, {}).get("null_reason") == "not_applicable")


def _own(key: Key, rule: Row, method: str | None) -> Iterator[Recipe]:
    """The value of a single region by its indicator's derivation."""
    kind = rule["kind"]
    if method not in {None, "sum" if kind == "sum_of" else "recomputed"}:
        return
    if kind == "sum_of":
        yield Recipe("sum", tuple(("part", key._replace(indicator=name)) for name in rule["parts"]))
    elif kind == "growth":
        yield _growth(key, rule["of"])
    else:
        pair = (("numerator", rule["numerator"]), ("denominator", rule["denominator"]))
        yield Recipe("ratio", tuple((role, key._replace(indicator=name)) for role, name in pair), rule["scale"])


def _parts(book: Book, key: Key, dimension: str) -> list[Key]:
    """The parts of a total by one dimension; where some year prints more parts than this one, those too."""
    beside = book.parts.get((key.indicator, key.region, key.period), [])
    whole: Sequence[str] = beside
    if key not in book.figures or book.figures[key]["value"] is None:
        whole = sorted({part for name, parts in book.parts.items() if name[0] == key.indicator for part in parts})
    return [key._replace(breakdown=part) for part in whole if beside and part.startswith(f"{dimension}=")]


def _growth(key: Key, level: str) -> Recipe:
    before = str(key.year - 1)
    now = key._replace(indicator=level)
    return Recipe("growth", (("level", now), ("level_before", now._replace(period=before))), 100.0)


def _weighted(key: Key, members: list[str], weights: list[str]) -> Iterator[tuple[str, Key]]:
    for member in members:
        own = key._replace(region=member)
        yield "value", own
        for name in weights:
            yield "weight", own._replace(indicator=name, breakdown=TOTAL)


def _implied(key: Key, members: list[str], numerator: str) -> Iterator[tuple[str, Key]]:
    for member in members:
        own = key._replace(region=member)
        yield "numerator", own._replace(indicator=numerator)
        yield "rate_behind_denominator", own
