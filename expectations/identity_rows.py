"""Identities between indicators, or between the parts of one: for each kind, one row per comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from catalog.identities import (
    AnyIdentity,
    Crossing,
    Formula,
    GrowthOfLevels,
    Identity,
    ImpliedPopulationMoves,
    Order,
    Ratio,
    SumOfBreakdown,
    SumOfIndicators,
)
from catalog.load import Catalog
from expectations import identity_series as series_kinds
from expectations.figures import COLUMNS, FIGURE, JOINT, SAME, TOTAL, agree, gap, result, sources, span, take

Kind = TypeVar("Kind", bound=Identity)
Rows = Callable[[Kind, pd.DataFrame, Catalog], pd.DataFrame]


@dataclass(frozen=True)
class Figures:
    """Figures, and which indicators and families they are of: each of many identities asks."""

    rows: pd.DataFrame

    @cached_property
    def indicators(self) -> set[str]:
        """Of which indicators there are figures."""
        return set(self.rows["indicator"].unique())

    @cached_property
    def has_joint(self) -> bool:
        """Whether joint values are among them."""
        return bool((self.rows["family"] == JOINT).any())

    def of(self, indicators: set[str], *, joint: bool) -> pd.DataFrame:
        """Those of some indicators; joint values only if asked for."""
        kept = self.rows
        if not self.indicators <= indicators:
            wanted = self.indicators & indicators
            kept = kept[kept["indicator"].isin(wanted)] if wanted else kept.iloc[:0]
        return kept if joint or not self.has_joint else kept[kept["family"] != JOINT]


def rows_of(identity: AnyIdentity, figures: Figures, catalog: Catalog) -> pd.DataFrame:
    """The comparisons of one identity, with the columns of `COLUMNS`.

    What was compared within one compilation is not said again of the joint values.
    """
    kept = figures.of(set(_reads(identity, catalog)), joint=bool(identity.needs))
    if kept.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = _MAKERS[identity.kind](identity, kept, catalog)
    joint = rows["source"] == JOINT
    if joint.any():
        rows = rows[~(rows.duplicated([*FIGURE, "other"]) & joint)]
    return rows.reset_index(drop=True)


def _reads(identity: AnyIdentity, catalog: Catalog) -> list[str]:
    return identity.needs or identity.among(list(catalog.indicators))  # type: ignore[union-attr]


def _beside(figures: pd.DataFrame, roles: Mapping[str, str], *, across: bool = False) -> pd.DataFrame:
    """One row per region, year and combination of sources that have every indicator of `roles`."""
    if across:
        figures = figures.assign(family=figures["family"].astype(object).where(figures["family"] == JOINT, ""))
    taken = [take(figures, indicator, role) for role, indicator in roles.items()]
    frame = taken[0]
    for part in taken[1:]:
        frame = frame.merge(part, on=SAME)
    return frame.assign(source=sources(frame))


def _crossing(identity: Crossing, figures: pd.DataFrame) -> pd.DataFrame:
    return _beside(figures, {name: name for name in identity.needs}, across=identity.across)


def _totals(spans: Sequence[pd.DataFrame]) -> pd.DataFrame:
    total = spans[0]
    for part in spans[1:]:
        total = total + part
    return total


def _sum_of_breakdown(identity: SumOfBreakdown, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    known = catalog.breakdowns.get(identity.dimension)
    codes = [f"{identity.dimension}={item.code}" for item in known.codes if item.code != TOTAL] if known else []
    parts = figures[figures["breakdown"].isin(codes)]
    by = ["family", "source", "region", "period", "year"]
    sums = parts.groupby(by, as_index=False).agg(
        value=("value", "sum"), low=("low", "sum"), high=("high", "sum"), parts=("breakdown", "nunique")
    )
    sums = sums[sums["parts"] == len(codes)].assign(breakdown=TOTAL, indicator=identity.indicator)
    found = take(sums, identity.indicator, "sum")
    frame = found.merge(take(figures, identity.indicator, "total"), on=SAME)
    frame = frame.assign(indicator=identity.indicator, source=sources(frame))
    return agree(frame, span(frame, "sum"), span(frame, "total"), identity.tolerance)


def _sum_of_indicators(identity: SumOfIndicators, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    frame = _crossing(identity, figures).assign(indicator=identity.total)
    total = _totals([span(frame, name) for name in identity.parts])
    return agree(frame, total, span(frame, identity.total), identity.tolerance)


def _ratio(identity: Ratio, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    frame = _crossing(identity, figures).assign(indicator=identity.rate)
    over = span(frame, identity.numerator) * identity.scale
    under = _totals([span(frame, name) for name in identity.denominator])
    made = {"value": over["value"] / under["value"], "low": over["low"] / under["high"]}
    ratio = pd.DataFrame({**made, "high": over["high"] / under["low"]})
    return result(
        frame,
        found=frame[f"value_{identity.rate}"],
        low=ratio["low"],
        high=ratio["high"],
        beyond=gap(span(frame, identity.rate), ratio),
    )


def _implied_population_moves(
    identity: ImpliedPopulationMoves, figures: pd.DataFrame, _catalog: Catalog
) -> pd.DataFrame:
    frame = _beside(figures, {"count": identity.count, "rate": identity.rate})
    frame = frame[frame["value_rate"] > 0]
    frame = frame.assign(people=identity.scale * frame["value_count"] / frame["value_rate"])
    before = frame[["family", "source", "region", "breakdown", "year", "people"]].assign(year=frame["year"] + 1)
    frame = frame.merge(before, on=["family", "source", "region", "breakdown", "year"], suffixes=("", "_before"))
    frame = frame[frame["year"] > identity.first_year].assign(indicator=identity.count)
    was = frame["people_before"]
    moved = (100 * (frame["people"] / was - 1)).abs()
    return result(
        frame, found=frame["people"].round(), low=was.round(), high=was.round(), beyond=moved - identity.limit
    )


def _formula(identity: Formula, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    frame = _crossing(identity, figures).assign(indicator=identity.indicator)
    made = hdi(*(frame[f"value_{name}"] for name in identity.components))
    found = frame[f"value_{identity.indicator}"]
    apart = (found - made).abs() - identity.tolerance
    return result(frame, found=found, low=made - identity.tolerance, high=made + identity.tolerance, beyond=apart)


def hdi(life: pd.Series, expected: pd.Series, mean: pd.Series, expenditure: pd.Series) -> pd.Series:
    """The human development index by BPS's method of 2014; years, years, years, thousand rupiah a head a year."""
    health = (life - 20) / (85 - 20)
    education = (expected / 18 + mean / 15) / 2
    income = np.log(expenditure * 1000 / 1_007_436) / np.log(26_572_352 / 1_007_436)
    return pd.Series(100 * np.cbrt(health * education * income))


def _order(identity: Order, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    names = identity.indicators
    found = []
    for upper, lower in pairwise(names):
        frame = _beside(figures, {"upper": upper, "lower": lower}, across=identity.across)
        frame = frame.assign(indicator=lower, other=upper)
        most, least = frame["value_upper"], frame["low_lower"] - frame["high_upper"]
        found.append(result(frame, found=frame["value_lower"], low=most, high=most, beyond=least, other=upper))
    return pd.concat([*found, *([_moments(identity, figures)] if identity.moments else [])])


def _moments(identity: Order, figures: pd.DataFrame) -> pd.DataFrame:
    """Second^2 <= first x third, each figure at the edge of its rounding that speaks for it."""
    frame = _crossing(identity, figures)
    first, second, third = (span(frame, name) for name in identity.indicators)
    least = second["low"] ** 2 - first["high"] * third["high"]
    product = first["value"] * third["value"]
    frame = frame.assign(indicator=identity.indicators[1])
    return result(
        frame, found=second["value"] ** 2, low=product, high=product, beyond=least, other=identity.indicators[2]
    )


def _growth(identity: GrowthOfLevels, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    series = ["family", "source", "region", "breakdown", "year"]
    level = figures[figures["indicator"] == identity.level]
    before = level[[*series, "value", "low", "high"]].assign(year=level["year"] + 1)
    level = level.merge(before, on=series, suffixes=("", "_before"))
    # An industry that a region does not have is printed as zero, and nothing grows from zero.
    level = level[level["low_before"] > 0].rename(columns={"source": "source_level"})
    frame = level.merge(take(figures, identity.rate, "rate"), on=SAME).assign(indicator=identity.rate)
    frame = frame.assign(source=sources(frame))
    made = pd.DataFrame(
        {
            "low": 100 * (frame["low"] / frame["high_before"] - 1) - identity.slack,
            "high": 100 * (frame["high"] / frame["low_before"] - 1) + identity.slack,
        }
    )
    beyond = gap(span(frame, "rate"), made)
    return result(frame, found=frame["value_rate"], low=made["low"], high=made["high"], beyond=beyond)


_MAKERS: dict[str, Rows[Any]] = {
    "sum_of_breakdown": _sum_of_breakdown,
    "sum_of_indicators": _sum_of_indicators,
    "ratio": _ratio,
    "implied_population_moves": _implied_population_moves,
    "formula": _formula,
    "order": _order,
    "growth": _growth,
    "parent_value_copied": series_kinds.parent_value_copied,
    "copied_year": series_kinds.copied_year,
    "moves_at_most": series_kinds.moves_at_most,
    "children_add_to_parent": series_kinds.children_add_to_parent,
    "members_not_swapped": series_kinds.members_not_swapped,
    "same_figure_two_sources": series_kinds.same_figure_two_sources,
}
