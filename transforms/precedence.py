"""Which source speaks for a series: declared per (indicator, region) and years, never per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from catalog.load import Catalog
from catalog.models import Precedence, SourceYears
from transforms.columns import plain_columns

Series = tuple[str, str]


@dataclass(frozen=True)
class Choice:
    """Observations that are used, and those of other sources that stay candidates."""

    used: pd.DataFrame
    passed_over: pd.DataFrame


def choose(observations: pd.DataFrame, catalog: Catalog, ranks: Mapping[str, int]) -> Choice:
    """Keep for every series and year the figures of the one source that speaks for it.

    `observations` has the columns indicator, region_code, year, source; `ranks` gives each source's declared
    precedence, used where the catalog declares no order for a series (lower first, then by id).
    """
    turns = _turns(observations, catalog, ranks)
    rows = zip(*plain_columns(observations, ("indicator", "region_code", "source", "year")), strict=True)
    speaks = pd.Series(
        [_speaker(turns[indicator, region], int(year)) == source for indicator, region, source, year in rows],
        index=observations.index,
        dtype=bool,
    )
    return Choice(observations[speaks], observations[~speaks])


def _turns(observations: pd.DataFrame, catalog: Catalog, ranks: Mapping[str, int]) -> dict[Series, list[SourceYears]]:
    """The order of sources of each series, without sources that have nothing of it."""
    present = observations[["indicator", "region_code", "source"]].drop_duplicates()
    sources: dict[Series, set[str]] = {}
    for indicator, region, source in zip(*plain_columns(present, ("indicator", "region_code", "source")), strict=True):
        sources.setdefault((indicator, region), set()).add(source)
    declared = _declared(catalog)
    turns = {}
    for (indicator, region), names in sources.items():
        series = declared.get((indicator, region)) or declared.get((indicator, "*"))
        order = [turn for turn in series.order if turn.source in names] if series else []
        if not order:
            best = min(names, key=lambda name: (ranks.get(name, 50), name))
            order = [SourceYears(source=best)]
        turns[indicator, region] = order
    return turns


def _declared(catalog: Catalog) -> dict[Series, Precedence]:
    return {
        (indicator, region): series
        for series in catalog.precedence
        for indicator in series.indicators
        for region in series.regions
    }


def _speaker(order: list[SourceYears], year: int) -> str | None:
    for turn in order:
        if (turn.first or 0) <= year <= (turn.last or 9999):
            return turn.source
    return None
