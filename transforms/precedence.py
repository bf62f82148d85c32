"""Which source speaks for a series: declared per (indicator, region) and years, never per cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from catalog.load import Catalog
from catalog.models import Precedence, SourceYears
from transforms.columns import arrow_columns
from transforms.words import Codes, Flags, Words


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
    speaks = speaking(arrow_columns(observations, ("indicator", "region_code", "source", "year")), catalog, ranks)
    return Choice(observations[speaks], observations[~speaks])


def speaking(observations: pa.Table, catalog: Catalog, ranks: Mapping[str, int]) -> Flags:
    """Whether each row is of the source that speaks for its series and year; columns as `choose` has them."""
    words = indicators, regions, sources = Words(), Words(), Words()
    names = ("indicator", "region_code", "source")
    indicator, region, source = (each.numbers(observations[name]) for each, name in zip(words, names, strict=True))
    years, year = np.unique(observations["year"].to_numpy(), return_inverse=True)
    series = indicator * len(regions.texts) + region
    declared, plans = _declared(catalog), _Plans(sources, years.tolist(), ranks)
    plan = np.zeros(len(indicators.texts) * len(regions.texts), dtype=np.int64)
    for number, present in _present(series, source, len(sources.texts)).items():
        one, other = divmod(number, len(regions.texts))
        place = indicators.texts[one], regions.texts[other]
        plan[number] = plans.number(declared.get(place) or declared.get((place[0], "*")), present)
    found: Flags = plans.speakers()[plan[series], year] == source
    return found


def _present(series: Codes, source: Codes, count: int) -> dict[int, list[int]]:
    """The sources that have anything of a series."""
    present = defaultdict(list)
    for pair in np.unique(series * count + source).tolist():
        number, name = divmod(pair, count)
        present[number].append(name)
    return present


class _Plans:
    """Who speaks in which year, by number; series of the same declaration and the same sources share a plan."""

    def __init__(self, sources: Words, years: list[int], ranks: Mapping[str, int]) -> None:
        self._sources, self._years, self._ranks = sources, years, ranks
        self._plans: dict[tuple[int, tuple[int, ...]], int] = {}
        self._speakers: list[list[int]] = []

    def number(self, series: Precedence | None, present: Sequence[int]) -> int:
        """The plan of a series with these sources, without the turns of sources that have nothing of it."""
        key = id(series), tuple(present)
        if key not in self._plans:
            self._plans[key] = len(self._speakers)
            self._speakers.append(self._plan(series, [self._sources.texts[number] for number in present]))
        return self._plans[key]

    def speakers(self) -> Codes:
        """The number of the source that speaks, by plan and year; -1 where none does."""
        return np.array(self._speakers, dtype=np.int64).reshape(len(self._speakers), len(self._years))

    def _plan(self, series: Precedence | None, names: list[str]) -> list[int]:
        order = [turn for turn in series.order if turn.source in names] if series else []
        if not order:
            order = [SourceYears(source=min(names, key=lambda name: (self._ranks.get(name, 50), name)))]
        return [self._speaker(order, year) for year in self._years]

    def _speaker(self, order: list[SourceYears], year: int) -> int:
        for turn in order:
            if (turn.first or 0) <= year <= (turn.last or 9999):
                return self._sources.number(turn.source)
        return -1


def _declared(catalog: Catalog) -> dict[tuple[str, str], Precedence]:
    return {
        (indicator, region): series
        for series in catalog.precedence
        for indicator in series.indicators
        for region in series.regions
    }
