"""Identities within one indicator, over regions, years and sources: for each kind, one row per comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from catalog.identities import (
    ChildrenAddToParent,
    CopiedYear,
    MembersNotSwapped,
    MovesAtMost,
    ParentValueCopied,
    SameFigureTwoSources,
)
from catalog.load import Catalog
from expectations.figures import (
    COLUMNS,
    DOUBLE,
    FIGURE,
    TOTAL,
    agree,
    coded,
    gap,
    like,
    mapped,
    result,
    sources,
    span,
)
from expectations.numbering import Numbers, dense, firsts, in_order, numbers

SERIES = ["source", "indicator", "region", "breakdown"]
# A swapped figure lies this near its fellow member's and this far from its own, as a share of their ratio.
NEAR, FAR = 0.02, 0.05


def parent_value_copied(identity: ParentValueCopied, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """How many years running a region has had the figure of its parent; the parent speaks through any source."""
    parents = {code: region.parent for code, region in catalog.regions_by_code.items() if region.parent}
    known = _wholes(identity, figures, set(parents.values()))
    parent = mapped(figures["region"], parents, known["parent"])
    asked = figures[["indicator", "year", "breakdown"]].assign(parent=parent, at=np.arange(len(figures)))
    frame = asked[parent.notna()].merge(known, on=["indicator", "parent", "year", "breakdown"])
    if frame.empty:
        return pd.DataFrame(columns=COLUMNS)
    series, year = numbers(figures, SERIES)[frame["at"]], frame["year"].to_numpy()
    order = np.lexsort((year, series))
    series, year, frame = series[order], year[order], frame.iloc[order]
    same = np.isclose(figures["value"].to_numpy()[frame["at"]], frame["whole"], rtol=DOUBLE, atol=0)
    # Several figures of one year are as many chances to be the parent's, and one comparison.
    starts = np.flatnonzero(np.append(True, (np.diff(series) != 0) | (np.diff(year) != 0)))
    series, year, frame, same = series[starts], year[starts], frame.iloc[starts], np.logical_or.reduceat(same, starts)
    goes_on = same & np.append(False, (np.diff(series) == 0) & (np.diff(year) == 1))
    begun = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(same))))
    run = same.cumsum() - (same.cumsum() - same)[begun]
    enough = np.bincount(series)[series] >= identity.years
    frame, run = frame[enough], run[enough].astype("float64")
    found, whole = figures.iloc[frame["at"]], frame["whole"].to_numpy()
    beyond = run - identity.years + 0.5
    return result(found, found=found["value"], low=whole, high=whole, beyond=beyond, other=frame["parent"].array)


def _wholes(identity: ParentValueCopied, figures: pd.DataFrame, parents: set[str]) -> pd.DataFrame:
    """What is known of regions that are parents, from any source, with column `whole` for the value."""
    rows = [(item.indicator, item.region, float(item.year), TOTAL, float(item.value)) for item in identity.references]
    names = ["indicator", "region", "year", "breakdown", "value"]
    references = pd.DataFrame(rows, columns=names).astype({"year": "float64", "value": "float64"})
    known = pd.concat([figures.loc[figures["region"].isin(parents), names].astype(references.dtypes), references])
    known = known[known["region"].isin(parents)].drop_duplicates()
    known = known.assign(**{name: like(known[name], figures[name]) for name in ("indicator", "breakdown")})
    known = known.dropna(subset=["indicator", "breakdown"]).reset_index(drop=True)
    return known.assign(parent=coded(known["region"])).rename(columns={"value": "whole"}).drop(columns="region")


def copied_year(identity: CopiedYear, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    """The share of regions whose figure is exactly that of the year before, per table and year."""
    if figures["region"].nunique() < identity.regions:
        return pd.DataFrame(columns=COLUMNS)
    here, before = beside_year_before(figures)
    value = figures["value"].to_numpy()
    table = numbers(figures.iloc[here], ["source", "indicator", "breakdown", "period", "year"])
    size = np.bincount(table)
    region = in_order(figures["region"])[0][here]
    pairs = firsts(dense(table * (int(region.max(initial=0)) + 1) + region))
    frame = figures.iloc[here[firsts(table)]].assign(
        share=np.bincount(table, weights=value[here] == value[before]) / size, regions=np.bincount(table[pairs])
    )
    frame = frame[frame["regions"] >= identity.regions].assign(region=None)
    found, most = 100 * frame["share"], 100 * identity.share
    return result(frame, found=found, low=0.0, high=most, beyond=frame["share"] - identity.share + 1e-6)


def with_year_before(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures whose series has one of the year before, with that as `value_before`."""
    here, before = beside_year_before(figures)
    found: pd.DataFrame = figures.iloc[here].assign(value_before=figures["value"].to_numpy()[before])
    return found


def beside_year_before(figures: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """Where the figures stand whose series has one of the year before, in their order, and where that one stands."""
    series, year = numbers(figures, SERIES), figures["year"].to_numpy()
    order = np.lexsort((year, series))
    next_series, next_year = np.diff(series[order]), np.diff(year[order])
    if ((next_series == 0) & (next_year == 0)).any():
        # Several periods of one year: each stands beside each of the year before.
        at = pd.DataFrame({"series": series, "year": year, "at": np.arange(len(figures))})
        pairs = at.merge(at.assign(year=year + 1), on=["series", "year"], suffixes=("", "_before"))
        return pairs["at"].to_numpy(), pairs["at_before"].to_numpy()
    follows = (next_series == 0) & (next_year == 1)
    here, before = order[1:][follows], order[:-1][follows]
    kept = here.argsort()
    return here[kept], before[kept]


def moves_at_most(identity: MovesAtMost, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    """Each figure against that of the year before in the same source."""
    frame = with_year_before(figures)
    frame = frame[(frame["year"] > identity.first_year) & (frame["value_before"] > 0)]
    was = frame["value_before"]
    moved = (100 * (frame["value"] / was - 1)).abs()
    return result(frame, found=frame["value"], low=was, high=was, beyond=moved - identity.limit)


def children_add_to_parent(identity: ChildrenAddToParent, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Sums over all regions in force under a parent, where every one of them has a figure; of counts alone."""
    children = _children(identity, catalog)
    children = children.assign(**{name: like(children[name], figures["region"]) for name in ("region", "parent")})
    children = children.dropna(subset=["region", "parent"])
    figures = figures[figures["indicator"].isin([item.id for item in catalog.indicators.values() if item.is_count])]
    at = figures[["region", "year"]].assign(at=np.arange(len(figures))).merge(children, on="region")
    at = at[(at["year"] >= at["valid_from"]) & (at["year"] <= at["valid_to"])]
    frame = figures.iloc[at["at"]].assign(parent=at["parent"].array)
    group = numbers(frame, ["source", "family", "indicator", "parent", "period", "year", "breakdown"])
    region = in_order(frame["region"])[0]
    once = firsts(dense(group * (int(region.max(initial=0)) + 1) + region))
    sums = frame.iloc[firsts(group)].drop(columns=["region", "value", "low", "high"])
    sums = sums.assign(
        **{name: frame[name].groupby(group).sum().to_numpy() for name in ("value", "low", "high")},
        there=np.bincount(group[once]),
    ).reset_index(drop=True)
    pairs = sums[["parent", "year"]].drop_duplicates().merge(children, on="parent")
    pairs = pairs[(pairs["year"] >= pairs["valid_from"]) & (pairs["year"] <= pairs["valid_to"])]
    whole = pairs.groupby(["parent", "year"], as_index=False).agg(all=("region", "nunique"))
    sums = sums.merge(whole, on=["parent", "year"])
    sums = sums[sums["there"] == sums["all"]].rename(columns={"parent": "region"})
    above = figures[figures["region"].isin(children["parent"].unique())]
    levels = above.rename(columns={name: f"{name}_parent" for name in ("value", "low", "high", "source")})
    frame = sums.rename(columns={name: f"{name}_sum" for name in ("value", "low", "high", "source")})
    frame = frame.merge(levels, on=["family", *FIGURE])
    frame = frame.assign(source=sources(frame))
    return agree(frame, span(frame, "sum"), span(frame, "parent"), identity.tolerance)


def _children(identity: ChildrenAddToParent, catalog: Catalog) -> pd.DataFrame:
    """Child, parent and the years in which the child's code is in force."""
    levels = {region.code: region.level for region in catalog.regions}
    rows = [
        (region.code, region.parent, region.valid_from or 0, region.valid_to or 9999)
        for region in catalog.regions
        if region.level in identity.children and levels.get(region.parent or "") == identity.parent
    ]
    return pd.DataFrame(rows, columns=["region", "parent", "valid_from", "valid_to"])


def members_not_swapped(_identity: MembersNotSwapped, figures: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """How near a member's figure lies to its fellow's in another source, and how far from its own there."""
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
    own = np.abs(np.log(frame["value"] / frame["value_own"]))
    fellow = np.abs(np.log(frame["value"] / frame["value_fellow"]))
    beyond = np.minimum(NEAR - fellow, own - FAR)
    expected = frame["value_own"]
    return result(frame, found=frame["value"], low=expected, high=expected, beyond=beyond, other=frame["elsewhere"])


def same_figure_two_sources(_identity: SameFigureTwoSources, figures: pd.DataFrame, _catalog: Catalog) -> pd.DataFrame:
    """Each figure against the same figure of every other source."""
    columns = [*FIGURE, "value", "low", "high", "source"]
    frame = figures[columns].merge(figures[columns], on=FIGURE, suffixes=("_one", "_other"))
    frame = frame[frame["source_one"] < frame["source_other"]]
    one, other = span(frame, "one"), span(frame, "other")
    frame = frame.assign(source=frame["source_one"])
    return result(
        frame,
        found=one["value"],
        low=other["value"],
        high=other["value"],
        beyond=gap(one, other),
        other=frame["source_other"],
    )
