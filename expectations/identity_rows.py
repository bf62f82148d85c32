"""The arithmetic of identities: for each kind, one row per comparison, with how far it lies beyond its tolerance.

Figures come as a frame of published or joint values (`figures_of`); a comparison's row names the figure it speaks
of, what was `found`, the span it was expected in, and `beyond`: zero or less is right, NaN is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from catalog.identities import (
    AnyIdentity,
    ChildrenAddToParent,
    CopiedYear,
    Crossing,
    Formula,
    GrowthOfLevels,
    Identity,
    ImpliedPopulationMoves,
    MembersNotSwapped,
    MovesAtMost,
    Order,
    ParentValueCopied,
    Ratio,
    SameFigureTwoSources,
    SumOfBreakdown,
    SumOfIndicators,
    Tolerance,
)
from catalog.load import Catalog
from expectations.view import floats, texts

Kind = TypeVar("Kind", bound=Identity)
Rows = Callable[[Kind, pd.DataFrame, Catalog], pd.DataFrame]

TOTAL = "_T"
JOINT = "joint"
FIGURE = ["indicator", "region", "period", "year", "breakdown"]
# Figures of one compilation, region and year; what an identity between indicators may combine.
SAME = ["family", "region", "period", "year", "breakdown"]
COLUMNS = [*FIGURE, "source", "other", "found", "low", "high", "beyond"]
# What doubles lose in sums and products of published decimals, relative to their size; no statistical tolerance.
DOUBLE = 1e-9
# A swapped figure lies this near its fellow member's and this far from its own, as a share of their ratio.
NEAR, FAR = 0.02, 0.05


def figures_of(observations: pd.DataFrame, families: Mapping[str, str]) -> pd.DataFrame:
    """Published figures in force as plain doubles with their rounding box, gaps left out.

    `families` maps a source to its compilation; a source that is not in it is a compilation of its own.
    """
    frame = _plain(observations)
    half = floats(observations["rounding_step"]).fillna(0.0) / 2
    source = texts(observations["source"])
    family = source.map(lambda name: families.get(name, name))
    frame = frame.assign(low=frame["value"] - half, high=frame["value"] + half, source=source, family=family)
    return frame[frame["value"].notna() & frame["region"].notna() & frame["year"].notna()]


def joint_figures(values: pd.DataFrame) -> pd.DataFrame:
    """The current joint values in the same form: what stands after precedence, as a compilation of its own."""
    if "superseded_at" in values:
        values = values[values["superseded_at"].isna()]
    frame = _plain(values)
    low, high = floats(values["rounding_low"]), floats(values["rounding_high"])
    frame = frame.assign(low=low.fillna(frame["value"]), high=high.fillna(frame["value"]), source=JOINT, family=JOINT)
    return frame[frame["value"].notna()]


def _plain(values: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame({name: texts(values[name]) for name in ("indicator", "period", "breakdown")})
    return frame.assign(
        region=texts(values["region_code"]), year=floats(values["year"]), value=floats(values["value"])
    )


def rows_of(identity: AnyIdentity, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The comparisons of one identity, with the columns of `COLUMNS`.

    What was compared within one compilation is not said again of the joint values.
    """
    kept = figures[figures["indicator"].isin(_reads(identity, catalog))]
    if not identity.needs:
        kept = kept[kept["family"] != JOINT]
    rows = _MAKERS[identity.kind](identity, kept, catalog)
    again = rows.duplicated([*FIGURE, "other"]) & (rows["source"] == JOINT)
    return rows[~again].reset_index(drop=True)


def _reads(identity: AnyIdentity, catalog: Catalog) -> list[str]:
    return identity.needs or identity.among(list(catalog.indicators))  # type: ignore[union-attr]


# What kinds share


def _result(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Comparison rows; "other" names what else was compared, published figures before joint ones."""
    rows = frame.assign(**{"other": "", **columns})
    rows["beyond"] = rows["beyond"] - DOUBLE * rows[["found", "high"]].abs().max(axis=1)
    order = (rows["source"] == JOINT).argsort(kind="stable")
    return rows.iloc[order.to_numpy()][COLUMNS]


def _gap(left: pd.DataFrame, right: pd.DataFrame) -> pd.Series:
    """How far two spans (low, high) lie apart; negative where they meet."""
    return pd.Series(np.maximum(left["low"] - right["high"], right["low"] - left["high"]))


def _span(frame: pd.DataFrame, role: str) -> pd.DataFrame:
    return pd.DataFrame({name: frame[f"{name}_{role}"] for name in ("value", "low", "high")})


def _take(figures: pd.DataFrame, indicator: str, role: str, *, same: Sequence[str] = SAME) -> pd.DataFrame:
    names = {name: f"{name}_{role}" for name in ("value", "low", "high", "source")}
    return figures.loc[figures["indicator"] == indicator, [*same, *names]].rename(columns=names)


def _beside(figures: pd.DataFrame, roles: Mapping[str, str], *, across: bool = False) -> pd.DataFrame:
    """One row per region, year and combination of sources that have every indicator of `roles`."""
    if across:
        figures = figures.assign(family=figures["family"].where(figures["family"] == JOINT, ""))
    taken = [_take(figures, indicator, role) for role, indicator in roles.items()]
    frame = taken[0]
    for part in taken[1:]:
        frame = frame.merge(part, on=SAME)
    return frame.assign(source=_sources(frame))


def _sources(frame: pd.DataFrame) -> list[str]:
    columns = [frame[name] for name in frame if name.startswith("source_")]
    return [", ".join(dict.fromkeys(names)) for names in zip(*columns, strict=True)]


def _crossing(identity: Crossing, figures: pd.DataFrame) -> pd.DataFrame:
    return _beside(figures, {name: name for name in identity.needs}, across=identity.across)


def _agree(frame: pd.DataFrame, found: pd.DataFrame, expected: pd.DataFrame, tolerance: Tolerance) -> pd.DataFrame:
    """Rows that hold `found` against `expected`, both with value, low and high."""
    apart = (found["value"] - expected["value"]).abs() if tolerance == "exact" else _gap(found, expected)
    return _result(frame, found=found["value"], low=expected["value"], high=expected["value"], beyond=apart)


def _totals(spans: Sequence[pd.DataFrame]) -> pd.DataFrame:
    total = spans[0]
    for span in spans[1:]:
        total = total + span
    return total


# Kinds between indicators or parts of one


def _sum_of_breakdown(identity: SumOfBreakdown, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    known = catalog.breakdowns.get(identity.dimension)
    codes = [f"{identity.dimension}={item.code}" for item in known.codes if item.code != TOTAL] if known else []
    parts = figures[figures["breakdown"].isin(codes)]
    by = ["family", "source", "region", "period", "year"]
    sums = parts.groupby(by, as_index=False).agg(
        value=("value", "sum"), low=("low", "sum"), high=("high", "sum"), parts=("breakdown", "nunique")
    )
    sums = sums[sums["parts"] == len(codes)].assign(breakdown=TOTAL, indicator=identity.indicator)
    found = _take(sums, identity.indicator, "sum")
    frame = found.merge(_take(figures, identity.indicator, "total"), on=SAME)
    frame = frame.assign(indicator=identity.indicator, source=_sources(frame))
    return _agree(frame, _span(frame, "sum"), _span(frame, "total"), identity.tolerance)


def _sum_of_indicators(identity: SumOfIndicators, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    frame = _crossing(identity, figures).assign(indicator=identity.total)
    total = _totals([_span(frame, name) for name in identity.parts])
    return _agree(frame, total, _span(frame, identity.total), identity.tolerance)


def _ratio(identity: Ratio, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    frame = _crossing(identity, figures).assign(indicator=identity.rate)
    over = _span(frame, identity.numerator) * identity.scale
    under = _totals([_span(frame, name) for name in identity.denominator])
    made = {"value": over["value"] / under["value"], "low": over["low"] / under["high"]}
    ratio = pd.DataFrame({**made, "high": over["high"] / under["low"]})
    return _result(
        frame,
        found=frame[f"value_{identity.rate}"],
        low=ratio["low"],
        high=ratio["high"],
        beyond=_gap(_span(frame, identity.rate), ratio),
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
    return _result(frame, found=frame["people"], low=was, high=was, beyond=moved - identity.limit)


def _formula(identity: Formula, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    frame = _crossing(identity, figures).assign(indicator=identity.indicator)
    made = hdi(*(frame[f"value_{name}"] for name in identity.components))
    found = frame[f"value_{identity.indicator}"]
    apart = (found - made).abs() - identity.tolerance
    return _result(frame, found=found, low=made - identity.tolerance, high=made + identity.tolerance, beyond=apart)


def hdi(life: pd.Series, expected: pd.Series, mean: pd.Series, expenditure: pd.Series) -> pd.Series:
    """The human development index by BPS's method of 2014; years, years, years, thousand rupiah a head a year."""
    health = (life - 20) / (85 - 20)
    education = (expected / 18 + mean / 15) / 2
    income = np.log(expenditure * 1000 / 1_007_436) / np.log(26_572_352 / 1_007_436)
    return pd.Series(100 * np.cbrt(health * education * income))


def _order(identity: Order, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    names = identity.indicators
    found = []
    for upper, lower in zip(names, names[1:], strict=False):
        frame = _beside(figures, {"upper": upper, "lower": lower}, across=identity.across)
        frame = frame.assign(indicator=lower, other=upper)
        most, least = frame["value_upper"], frame["low_lower"] - frame["high_upper"]
        found.append(_result(frame, found=frame["value_lower"], low=most, high=most, beyond=least, other=upper))
    return pd.concat([*found, *([_moments(identity, figures)] if identity.moments else [])])


def _moments(identity: Order, figures: pd.DataFrame) -> pd.DataFrame:
    """Second^2 <= first x third, each figure at the edge of its rounding that speaks for it."""
    frame = _crossing(identity, figures)
    first, second, third = (_span(frame, name) for name in identity.indicators)
    least = second["low"] ** 2 - first["high"] * third["high"]
    product = first["value"] * third["value"]
    frame = frame.assign(indicator=identity.indicators[1])
    return _result(
        frame, found=second["value"] ** 2, low=product, high=product, beyond=least, other=identity.indicators[2]
    )


def _growth(identity: GrowthOfLevels, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    series = ["family", "source", "region", "breakdown", "year"]
    level = figures[figures["indicator"] == identity.level]
    before = level[[*series, "value", "low", "high"]].assign(year=level["year"] + 1)
    level = level.merge(before, on=series, suffixes=("", "_before"))
    # An industry that a region does not have is printed as zero, and nothing grows from zero.
    level = level[level["low_before"] > 0].rename(columns={"source": "source_level"})
    frame = level.merge(_take(figures, identity.rate, "rate"), on=SAME).assign(indicator=identity.rate)
    frame = frame.assign(source=_sources(frame))
    made = pd.DataFrame(
        {
            "low": 100 * (frame["low"] / frame["high_before"] - 1) - identity.slack,
            "high": 100 * (frame["high"] / frame["low_before"] - 1) + identity.slack,
        }
    )
    beyond = _gap(_span(frame, "rate"), made)
    return _result(frame, found=frame["value_rate"], low=made["low"], high=made["high"], beyond=beyond)


# Kinds within one indicator


def _parent_value_copied(identity: ParentValueCopied, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    parents = {code: region.parent for code, region in catalog.regions_by_code.items() if region.parent}
    key = ["indicator", "parent", "year", "breakdown"]
    known = pd.concat([figures, _references(identity)]).rename(columns={"region": "parent", "value": "whole"})
    known = known[key + ["whole"]].drop_duplicates()
    frame = figures.assign(parent=figures["region"].map(parents)).dropna(subset="parent").merge(known, on=key)
    series = ["source", "indicator", "region", "breakdown"]
    frame = frame.assign(same=np.isclose(frame["value"], frame["whole"], rtol=DOUBLE, atol=0))
    frame = frame.groupby([*series, "year"], as_index=False).agg(
        {"same": "max", "period": "first", "value": "first", "whole": "first", "parent": "first"}
    )
    goes_on = frame["same"] & (frame.groupby(series)["year"].diff() == 1)
    run = frame["same"].groupby((~goes_on).cumsum()).cumsum()
    enough = frame.groupby(series)["year"].transform("size") >= identity.years
    frame, run = frame[enough], run[enough].astype("float64")
    whole = frame["whole"]
    beyond = run - identity.years + 0.5
    return _result(frame, found=frame["value"], low=whole, high=whole, beyond=beyond, other=frame["parent"])


def _references(identity: ParentValueCopied) -> pd.DataFrame:
    rows = [(item.indicator, item.region, float(item.year), TOTAL, float(item.value)) for item in identity.references]
    frame = pd.DataFrame(rows, columns=["indicator", "region", "year", "breakdown", "value"])
    return frame.astype({"year": "float64", "value": "float64"})


def _copied_year(identity: CopiedYear, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    series = ["source", "indicator", "region", "breakdown", "year"]
    before = figures[[*series, "value"]].assign(year=figures["year"] + 1)
    frame = figures.merge(before, on=series, suffixes=("", "_before"))
    frame = frame.assign(same=(frame["value"] == frame["value_before"]).astype("float64"))
    tables = ["source", "indicator", "breakdown", "period", "year"]
    frame = frame.groupby(tables, as_index=False).agg(share=("same", "mean"), regions=("region", "nunique"))
    frame = frame[frame["regions"] >= identity.regions].assign(region=None)
    found, most = 100 * frame["share"], 100 * identity.share
    return _result(frame, found=found, low=0.0, high=most, beyond=frame["share"] - identity.share + 1e-6)


def _moves_at_most(identity: MovesAtMost, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    series = ["source", "indicator", "region", "breakdown", "year"]
    before = figures[[*series, "value"]].assign(year=figures["year"] + 1)
    frame = figures.merge(before, on=series, suffixes=("", "_before"))
    frame = frame[(frame["year"] > identity.first_year) & (frame["value_before"] > 0)]
    was = frame["value_before"]
    moved = (100 * (frame["value"] / was - 1)).abs()
    return _result(frame, found=frame["value"], low=was, high=was, beyond=moved - identity.limit)


def _children_add_to_parent(identity: ChildrenAddToParent, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    children = _children(identity, catalog)
    frame = figures.merge(children, on="region")
    frame = frame[(frame["year"] >= frame["valid_from"]) & (frame["year"] <= frame["valid_to"])]
    series = ["source", "family", "indicator", "parent", "period", "year", "breakdown"]
    sums = frame.groupby(series, as_index=False).agg(
        value=("value", "sum"), low=("low", "sum"), high=("high", "sum"), there=("region", "nunique")
    )
    pairs = sums[["parent", "year"]].drop_duplicates().merge(children, on="parent")
    pairs = pairs[(pairs["year"] >= pairs["valid_from"]) & (pairs["year"] <= pairs["valid_to"])]
    whole = pairs.groupby(["parent", "year"], as_index=False).agg(all=("region", "nunique"))
    sums = sums.merge(whole, on=["parent", "year"])
    sums = sums[sums["there"] == sums["all"]].rename(columns={"parent": "region"})
    levels = figures.rename(columns={name: f"{name}_parent" for name in ("value", "low", "high", "source")})
    frame = sums.rename(columns={name: f"{name}_sum" for name in ("value", "low", "high", "source")})
    frame = frame.merge(levels, on=["family", *FIGURE])
    frame = frame.assign(source=_sources(frame))
    return _agree(frame, _span(frame, "sum"), _span(frame, "parent"), identity.tolerance)


def _children(identity: ChildrenAddToParent, catalog: Catalog) -> pd.DataFrame:
    """Child, parent and the years in which the child's code is in force."""
    levels = {region.code: region.level for region in catalog.regions}
    rows = [
        (region.code, region.parent, region.valid_from or 0, region.valid_to or 9999)
        for region in catalog.regions
        if region.level in identity.children and levels.get(region.parent or "") == identity.parent
    ]
    return pd.DataFrame(rows, columns=["region", "parent", "valid_from", "valid_to"])


def _members_not_swapped(_identity: MembersNotSwapped, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    fellows = [
        (place.id, member, fellow)
        for place in catalog.agglomerations.values()
        for member in place.members
        for fellow in place.members
        if member != fellow
    ]
    places = pd.DataFrame(fellows, columns=["place", "region", "fellow"])
    there = ["indicator", "period", "year", "breakdown", "source"]
    frame = figures[[*FIGURE, "value", "source"]].merge(places, on="region")
    others = figures[[*there, "region", "value"]].rename(columns={"source": "elsewhere"})
    at = [name for name in there if name != "source"]
    frame = frame.merge(others, on=[*at, "region"], suffixes=("", "_own"))
    others = others.rename(columns={"region": "fellow", "value": "value_fellow"})
    frame = frame.merge(others, on=[*at, "fellow", "elsewhere"])
    frame = frame[(frame["source"] != frame["elsewhere"])]
    frame = frame[(frame[["value", "value_own", "value_fellow"]] > 0).all(axis=1)]
    own = np.log(frame["value"] / frame["value_own"]).abs()
    fellow = np.log(frame["value"] / frame["value_fellow"]).abs()
    beyond = np.minimum(NEAR - fellow, own - FAR)
    expected = frame["value_own"]
    return _result(
        frame, found=frame["value"], low=expected, high=expected, beyond=beyond, other=frame["elsewhere"]
    )


def _same_figure_two_sources(
    _identity: SameFigureTwoSources, figures: pd.DataFrame, _catalog: Catalog
) -> pd.DataFrame:
    columns = [*FIGURE, "value", "low", "high", "source"]
    frame = figures[columns].merge(figures[columns], on=FIGURE, suffixes=("_one", "_other"))
    frame = frame[frame["source_one"] < frame["source_other"]]
    one, other = _span(frame, "one"), _span(frame, "other")
    frame = frame.assign(source=frame["source_one"])
    return _result(
        frame,
        found=one["value"],
        low=other["value"],
        high=other["value"],
        beyond=_gap(one, other),
        other=frame["source_other"],
    )


_MAKERS: dict[str, Rows[Any]] = {
    "sum_of_breakdown": _sum_of_breakdown,
    "sum_of_indicators": _sum_of_indicators,
    "ratio": _ratio,
    "implied_population_moves": _implied_population_moves,
    "formula": _formula,
    "order": _order,
    "growth": _growth,
    "parent_value_copied": _parent_value_copied,
    "copied_year": _copied_year,
    "moves_at_most": _moves_at_most,
    "children_add_to_parent": _children_add_to_parent,
    "members_not_swapped": _members_not_swapped,
    "same_figure_two_sources": _same_figure_two_sources,
}
