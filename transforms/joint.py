"""Joint values: published figures, totals of breakdowns, growth, and one value per agglomeration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.models import Agglomeration, Growth, Indicator, RatioOfSums, Rule, Sum
from transforms import rules
from transforms.values import TOTAL, Value

Key = tuple[str, int]
Series = dict[Key, Value]
Book = dict[tuple[str, str], Series]


def joint_values(
    observations: pd.DataFrame, catalog: Catalog, families: Mapping[str, str], gaps: Iterable[Value] = ()
) -> list[Value]:
    """Every joint value that the chosen observations of one moment give, sorted by key.

    `observations` are the rows of core.observation in force, after precedence; `families` maps each source to
    its compilation; `gaps` are keys that exist somewhere but may not be used, each with its reason.
    """
    book: Book = defaultdict(dict)
    for gap in gaps:
        book[gap.indicator, gap.breakdown][gap.region, gap.year] = gap
    for value in published(observations, families):
        book[value.indicator, value.breakdown][value.region, value.year] = value
    for indicator in catalog.indicators.values():
        _add_totals(book, indicator, catalog)
    for indicator in catalog.indicators.values():
        _add_derived(book, indicator)
    for place in catalog.agglomerations.values():
        _add_agglomeration(book, place, catalog)
    values = (value for series in book.values() for value in series.values())
    return sorted(values, key=lambda value: (value.indicator, value.region, value.year, value.breakdown))


def published(observations: pd.DataFrame, families: Mapping[str, str]) -> Iterator[Value]:
    """Published figures as values; a printed gap is a value of None with its reason."""
    columns = (
        "indicator", "region_code", "year", "breakdown", "value", "rounding_step", "obs_status", "break_flag",
        "source", "evidence", "synthetic", "vintage", "observation_id",
    )  # fmt: skip
    rows: Iterable[Any] = observations[list(columns)].itertuples(index=False)
    for row in rows:
        yield _published(row, families)


def _published(row: Any, families: Mapping[str, str]) -> Value:
    known = not pd.isna(row.value)
    half = (row.rounding_step or 0) / 2
    return Value(
        indicator=str(row.indicator),
        region=str(row.region_code),
        year=int(row.year),
        breakdown=str(row.breakdown),
        value=float(row.value) if known else None,
        low=float(row.value - half) if known else None,
        high=float(row.value + half) if known else None,
        status=str(row.obs_status),
        method="official" if known else "",
        exactness="published" if known else "",
        coverage="1/1" if known else "0/1",
        source=str(row.source),
        family=families.get(str(row.source), str(row.source)),
        evidence=str(row.evidence),
        synthetic=bool(row.synthetic),
        vintage=_as_date(row.vintage),
        break_flag=bool(row.break_flag),
        null_reason=None if known else "published_as_missing",
        observation_id=str(row.observation_id),
    )


def _as_date(value: Any) -> date:
    return value.date() if isinstance(value, pd.Timestamp) else date.fromisoformat(str(value)[:10])


def _add_totals(book: Book, indicator: Indicator, catalog: Catalog) -> None:
    """A total that nobody prints, beside complete parts, is their sum; beside incomplete parts it is missing."""
    dimension = indicator.total_from
    if dimension is None:
        return
    codes = [code.code for code in catalog.breakdowns[dimension].codes if code.code != TOTAL]
    parts = [book.get((indicator.id, f"{dimension}={code}"), {}) for code in codes]
    for key in sorted({key for series in parts for key in series}):
        if key in book[indicator.id, TOTAL]:
            continue
        found = [series.get(key) for series in parts]
        like = _renamed(next(value for value in found if value is not None), breakdown=TOTAL)
        book[indicator.id, TOTAL][key] = rules.total(like, found, reason="part_missing")


def _add_derived(book: Book, indicator: Indicator) -> None:
    """Growth of single regions where nobody prints it."""
    if indicator.derive is None:
        return
    level = book.get((indicator.derive.of, TOTAL), {})
    for (region, year), now in sorted(level.items()):
        if (region, year) in book[indicator.id, TOTAL]:
            continue
        like = _renamed(now, indicator=indicator.id)
        book[indicator.id, TOTAL][region, year] = rules.growth(
            like, now, level.get((region, year - 1)), method="recomputed", breaks=now.break_flag
        )


def _add_agglomeration(book: Book, place: Agglomeration, catalog: Catalog) -> None:
    """Levels first, then growth of those levels."""
    todo = sorted(catalog.indicators.values(), key=lambda item: isinstance(item.rules[0], Growth))
    for indicator in todo:
        breakdowns = sorted({breakdown for name, breakdown in book if name == indicator.id})
        for breakdown in breakdowns:
            series = book[indicator.id, breakdown]
            years = sorted({year for region, year in series if region in place.members})
            for year in years:
                series[place.id, year] = _joint(book, indicator, breakdown, place, year)


def _joint(book: Book, indicator: Indicator, breakdown: str, place: Agglomeration, year: int) -> Value:
    """The first rule whose inputs exist gives the value; if none does, the first rule's reason stands."""
    series = book[indicator.id, breakdown]
    like = next(series[member, year] for member in place.members if (member, year) in series)
    like = _renamed(like, region=place.id)
    tried = [_apply(book, rule, like, indicator, place) for rule in indicator.rules]
    return next((value for value in tried if value.value is not None), tried[0])


def _apply(book: Book, rule: Rule, like: Value, indicator: Indicator, place: Agglomeration) -> Value:
    if isinstance(rule, Sum):
        return rules.total(like, _members(book, indicator.id, like, place), reason="member_missing")
    if isinstance(rule, RatioOfSums):
        numerators = _members(book, rule.numerator, like, place)
        if rule.denominator == "implied":
            return rules.pooled_rate(like, numerators, _members(book, indicator.id, like, place))
        return rules.ratio_of_totals(like, numerators, _members(book, rule.denominator, like, place), rule.scale)
    if isinstance(rule, Growth):
        level = book.get((rule.of, like.breakdown), {})
        now = level.get((place.id, like.year))
        breaks = now is not None and now.break_flag
        return rules.growth(like, now, level.get((place.id, like.year - 1)), method="ratio_of_sums", breaks=breaks)
    return rules.missing(like, "not_aggregable", "")


def _members(book: Book, indicator: str, like: Value, place: Agglomeration) -> list[Value | None]:
    series = book.get((indicator, like.breakdown), {})
    return [series.get((member, like.year)) for member in sorted(place.members)]


def _renamed(value: Value, **keys: str) -> Value:
    """An empty value of another key, to be filled by a rule."""
    return replace(rules.missing(value, "not_in_sources"), **keys)  # type: ignore[arg-type]
