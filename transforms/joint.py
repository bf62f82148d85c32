"""Joint values: published figures, totals of breakdowns, growth, and one value per agglomeration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.models import (
    Agglomeration,
    Derivation,
    Growth,
    Indicator,
    RatioOf,
    RatioOfSums,
    Recomputed,
    Rule,
    Sum,
    WeightedMean,
)
from transforms import rules
from transforms.columns import plain_columns
from transforms.joint_frames import roles
from transforms.values import TOTAL, Value

NOT_APPLICABLE = "not_applicable"
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
    for indicator in catalog.indicators.values():
        _add_not_applicable(book, indicator, catalog)
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
    for row in zip(*plain_columns(observations, columns), strict=True):
        yield _published(families, *row)


def _published(
    families: Mapping[str, str],
    indicator: str,
    region: str,
    year: int,
    breakdown: str,
    number: Decimal | None,
    *more: Any,
) -> Value:
    step, status, break_flag, source, evidence, synthetic, vintage, observation_id = more
    known = number is not None
    half = Decimal(step or 0) / 2
    return Value(
        indicator=indicator,
        region=region,
        year=int(year),
        breakdown=breakdown,
        value=None if number is None else float(number),
        low=None if number is None else float(number - half),
        high=None if number is None else float(number + half),
        status=status,
        method="official" if known else "",
        exactness="published" if known else "",
        coverage="1/1" if known else "0/1",
        source=source,
        family=families.get(source, source),
        evidence=evidence,
        synthetic=bool(synthetic),
        vintage=vintage.date() if isinstance(vintage, datetime) else vintage,
        break_flag=bool(break_flag),
        null_reason=None if known else "published_as_missing",
        observation_id=observation_id,
    )


def _add_totals(book: Book, indicator: Indicator, catalog: Catalog) -> None:
    """A total that nobody prints, beside complete parts, is their sum; beside incomplete parts it is missing."""
    dimension = indicator.total_from
    if dimension is None:
        return
    codes = [code.code for code in catalog.breakdowns[dimension].codes if code.code != TOTAL]
    parts = [book.get((indicator.id, f"{dimension}={code}"), {}) for code in codes]
    for key in sorted({key for series in parts for key in series}):
        if _known(book, indicator.id, key):
            continue
        found = [series.get(key) for series in parts]
        like = _renamed(next(value for value in found if value is not None), breakdown=TOTAL)
        book[indicator.id, TOTAL][key] = rules.total(like, found, reason="part_missing")


def _known(book: Book, indicator: str, key: Key) -> bool:
    """Whether the total of a key has a value already; a gap with a reason may still be filled."""
    value = book[indicator, TOTAL].get(key)
    return value is not None and value.value is not None


def _add_derived(book: Book, indicator: Indicator) -> None:
    """Growth, sums and ratios of single regions where nobody prints them."""
    rule = indicator.derive
    if rule is None:
        return
    levels = [book.get((name, TOTAL), {}) for name in _read_by(rule)]
    asked = levels[:1] if isinstance(rule, RatioOf) else levels
    for key in sorted({key for level in asked for key in level}):
        if _known(book, indicator.id, key):
            continue
        found = [level.get(key) for level in levels]
        like = _renamed(next(value for value in found if value is not None), indicator=indicator.id)
        made = _derived(rule, like, found, levels[0])
        if made.value is not None or key not in book[indicator.id, TOTAL]:
            book[indicator.id, TOTAL][key] = made


def _add_not_applicable(book: Book, indicator: Indicator, catalog: Catalog) -> None:
    """Regions of levels that cannot have the indicator say so, in every year and breakdown in which others have it."""
    if not indicator.applies_to:
        return
    outside = [code for code in roles(catalog) if not _applies(indicator, code, catalog)]
    for (name, _), series in list(book.items()):
        likes = {year: value for (_, year), value in series.items()} if name == indicator.id else {}
        for year, like in likes.items():
            for code in outside:
                series.setdefault((code, year), rules.missing(like, NOT_APPLICABLE, "", region=code, source=""))


def _applies(indicator: Indicator, code: str, catalog: Catalog) -> bool:
    """Whether a region can have the indicator; an agglomeration can, as far as its members do."""
    region = catalog.regions_by_code.get(code)
    return region is None or not indicator.applies_to or region.level in indicator.applies_to


def _growth_of(like: Value, level: Series) -> Value:
    now, before = level.get((like.region, like.year)), level.get((like.region, like.year - 1))
    return rules.growth(like, now, before, method="recomputed", breaks=now is not None and now.break_flag)


def _read_by(rule: Derivation) -> list[str]:
    """The indicators that a derivation reads, in the order in which it reads them."""
    if isinstance(rule, Growth):
        return [rule.of]
    return [rule.numerator, rule.denominator] if isinstance(rule, RatioOf) else rule.parts


def _derived(rule: Derivation, like: Value, found: list[Value | None], level: Series) -> Value:
    if isinstance(rule, Growth):
        return _growth_of(like, level)
    if isinstance(rule, RatioOf):
        return rules.quotient(like, found[0], found[1], rule.scale)
    return rules.total(like, found, reason="part_missing")


def _add_agglomeration(book: Book, place: Agglomeration, catalog: Catalog) -> None:
    """Each indicator after those that its rules read."""
    for indicator in _in_order(catalog):
        breakdowns = sorted({breakdown for name, breakdown in book if name == indicator.id})
        members = [code for code in place.members if _applies(indicator, code, catalog)]
        those = place if members == place.members else place.model_copy(update={"members": members})
        for breakdown in breakdowns:
            series = book[indicator.id, breakdown]
            years = sorted({year for region, year in series if region in members})
            for year in years:
                series[place.id, year] = _joint(book, indicator, breakdown, those, year)


def _in_order(catalog: Catalog) -> list[Indicator]:
    """Growth and recomputed indices read the agglomeration's own values, so they come last."""
    late = (Growth, Recomputed)
    return sorted(catalog.indicators.values(), key=lambda item: isinstance(item.rules[0], late))


def _joint(book: Book, indicator: Indicator, breakdown: str, place: Agglomeration, year: int) -> Value:
    """The first rule whose inputs exist gives the value; if none does, the first rule's reason stands."""
    series = book[indicator.id, breakdown]
    like = next(series[member, year] for member in place.members if (member, year) in series)
    like = _renamed(like, region=place.id)
    tried = []
    for rule in indicator.rules:
        tried.append(_apply(book, rule, like, indicator, place))
        if tried[-1].value is not None:
            return tried[-1]
    return tried[0]


def _apply(book: Book, rule: Rule, like: Value, indicator: Indicator, place: Agglomeration) -> Value:
    """One rule, held against the members of one agglomeration and year."""
    if isinstance(rule, Sum):
        return rules.total(like, _members(book, indicator.id, like, place), reason="member_missing")
    if isinstance(rule, RatioOfSums):
        return _ratio(book, rule, like, indicator, place)
    if isinstance(rule, WeightedMean):
        weights = [_members(book, name, like, place, TOTAL) for name in rule.weights]
        own = _members(book, indicator.id, like, place)
        return rules.weighted_mean(like, own, list(zip(*weights, strict=True)), exactness=rule.exactness)
    if isinstance(rule, Recomputed):
        found = [book.get((name, like.breakdown), {}).get((place.id, like.year)) for name in rule.components]
        return rules.human_development(like, found)
    if isinstance(rule, Growth):
        level = book.get((rule.of, like.breakdown), {})
        now = level.get((place.id, like.year))
        breaks = now is not None and now.break_flag
        return rules.growth(like, now, level.get((place.id, like.year - 1)), method="ratio_of_sums", breaks=breaks)
    return rules.missing(like, "not_aggregable", "")


def _ratio(book: Book, rule: RatioOfSums, like: Value, indicator: Indicator, place: Agglomeration) -> Value:
    numerators = _members(book, rule.numerator, like, place)
    if rule.denominator == "implied":
        return rules.pooled_rate(like, numerators, _members(book, indicator.id, like, place))
    return rules.ratio_of_totals(like, numerators, _members(book, rule.denominator, like, place), rule.scale)


def _members(
    book: Book, indicator: str, like: Value, place: Agglomeration, breakdown: str | None = None
) -> list[Value | None]:
    series = book.get((indicator, breakdown or like.breakdown), {})
    return [series.get((member, like.year)) for member in sorted(place.members)]


def _renamed(value: Value, **keys: str) -> Value:
    """An empty value of another key, to be filled by a rule."""
    return rules.missing(value, "not_in_sources", **keys)
