"""The figures to hide, over all sources, all vintages and everything that can be recomputed from them.

A release of any earlier day was a function of what was known on that day, so the days are gone through in order:
what had to be hidden once stays hidden, and what stood open before counts as known to the attacker.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.load import Catalog
from transforms.additive import Key, Table
from transforms.suppression import protect
from transforms.suppression_scheme import Scheme, growth_of, joint_inputs
from transforms.suppression_tables import FIGURE, Figure, additive_table


@dataclass(frozen=True)
class Stay:
    """A published number and how long it held: from `vintage` until before `superseded_at`."""

    source: str
    key: Key
    figure: Figure
    vintage: date
    superseded_at: date | None = None

    def holds(self, day: date) -> bool:
        """Whether this was the number on a day, be it for a part of the day that it came on."""
        if self.brief:
            return self.vintage == day
        return self.vintage <= day and (self.superseded_at is None or self.superseded_at > day)

    @property
    def brief(self) -> bool:
        """Whether the number was replaced on the very day on which it came."""
        return self.superseded_at is not None and self.superseded_at <= self.vintage


@dataclass(frozen=True)
class Plan:
    """The keys to hide in every published table, and the primary ones that what is known already exposes."""

    hidden: frozenset[Key] = frozenset()
    exposed: frozenset[Key] = frozenset()


def plan(stays: Sequence[Stay], catalog: Catalog) -> Plan:
    """Which figures to hide so that no release of any day, alone or beside those before it, tells a small count.

    `stays` are the numbers of `Scheme(catalog).indicators` in core.observation and the derived ones of
    joint.indicator_value. Sources that differ are held against each other in each of their versions.
    """
    scheme = Scheme(catalog)
    hidden: set[Key] = set()
    exposed: set[Key] = set()
    shown: dict[Key, set[float]] = defaultdict(set)
    before: dict[str, dict[Key, Figure]] = {}
    for day in _days(stays):
        today = layers([stay for stay in stays if stay.holds(day)])
        tables = [
            additive_table(part, scheme, shown) for part in _changed(today, before, scheme) if _small(part, scheme)
        ]
        for table in tables:
            found = protect(table, hidden)
            hidden |= found.hidden
            exposed |= found.exposed
        for key, value in _open(today, tables):
            if key not in hidden:
                shown[key].add(value)
        before = today
    figures = {key for key in hidden if len(key) == FIGURE}
    return Plan(frozenset(_revealing(figures, {stay.key for stay in stays}, scheme)), frozenset(exposed))


def _days(stays: Iterable[Stay]) -> list[date]:
    return sorted({day for stay in stays for day in (stay.vintage, stay.superseded_at) if day is not None})


def layers(stays: Iterable[Stay]) -> dict[str, dict[Key, Figure]]:
    """The figures of one moment by the source that has the first word; the others fill what it lacks.

    Published figures go before derived ones, and what held to the end of the day before what did not. A source that
    says nothing of its own has no layer.
    """
    ordered = sorted(stays, key=lambda stay: (stay.brief, stay.figure.derived, stay.source, stay.key))
    base: dict[Key, Figure] = {}
    apart: dict[str, dict[Key, Figure]] = defaultdict(dict)
    for stay in ordered:
        first = base.setdefault(stay.key, stay.figure)
        if first.value != stay.figure.value:
            turns = itertools.chain([stay.source], (f"{stay.source} {turn}" for turn in itertools.count(2)))
            apart[next(turn for turn in turns if stay.key not in apart[turn])][stay.key] = stay.figure
        elif stay.figure.known and not first.known:
            base[stay.key] = stay.figure
    return {"": base, **{source: {**base, **own} for source, own in apart.items()}}


def _changed(
    today: Mapping[str, dict[Key, Figure]], before: Mapping[str, dict[Key, Figure]], scheme: Scheme
) -> Iterator[dict[Key, Figure]]:
    """The periods of each layer in which anything is new; all of them where years are cumulative."""
    cumulative = any(scheme.catalog.indicators[name].cumulative for name in scheme.counts)
    for name, layer in today.items():
        old = before.get(name, before.get("", {}))
        periods = {key[2] for key in {*layer, *old} if layer.get(key) != old.get(key)}
        if periods:
            yield layer if cumulative else {key: item for key, item in layer.items() if key[2] in periods}


def _open(today: Mapping[str, Mapping[Key, Figure]], tables: Iterable[Table]) -> Iterator[tuple[Key, float]]:
    """What a reader of the day's release sees, unless it is hidden."""
    for layer in today.values():
        yield from ((key, item.value) for key, item in layer.items())
    for table in tables:
        yield from ((key, cell.value) for key, cell in table.cells.items() if cell.published)


def _small(layer: Mapping[Key, Figure], scheme: Scheme) -> bool:
    """Whether there is anything to protect at all; rates may give away a count that is not printed."""
    rates = {item.rate for item in scheme.rates}
    cumulative = {name for name in scheme.thresholds if scheme.catalog.indicators[name].cumulative}
    return any(
        key[0] in rates or key[0] in cumulative or 0 < item.value < scheme.thresholds.get(key[0], 0)
        for key, item in layer.items()
    )


def _revealing(hidden: Collection[Key], present: Collection[Key], scheme: Scheme) -> set[Key]:
    """The hidden keys and those of every figure that can be turned back into a hidden one.

    A rate goes with its numerator and denominator, growth with the level of its year and of the year before,
    means, indices and pooled rates of an agglomeration with any input, a summed numerator of its own apart.
    """
    found = set(hidden)
    fresh = set(hidden)
    while fresh:
        fresh = {key for each in fresh for key in _dependent(each, present, scheme)} - found
        found |= fresh
    return found


def _dependent(key: Key, present: Collection[Key], scheme: Scheme) -> Iterator[Key]:
    indicator, region, period, breakdown = key
    for rate in scheme.rates:
        if indicator in (rate.numerator, *rate.denominators):
            yield rate.rate, region, period, breakdown
    places = [place.id for place in scheme.catalog.agglomerations.values() if region in place.members]
    for name, item in scheme.catalog.indicators.items():
        if indicator in growth_of(item):
            yield name, region, period, breakdown
            if period.isdigit():
                yield name, region, str(int(period) + 1), breakdown
        if indicator in joint_inputs(item):
            for place in (region, *places) if places or region in scheme.catalog.agglomerations else ():
                summed = (indicator, place, period, breakdown)
                if place == region or summed not in present or _is_mean(scheme, name):
                    yield name, place, period, breakdown


def _is_mean(scheme: Scheme, name: str) -> bool:
    return any(rule.kind == "weighted_mean" for rule in scheme.catalog.indicators[name].rules)
