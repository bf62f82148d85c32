"""What the catalog says about which counts are sensitive, which figures add up, and which figures reveal others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.identities import Ratio, SumOfIndicators
from catalog.load import Catalog
from catalog.models import Growth, Indicator, RatioOf, RatioOfSums, Recomputed, SumOf, WeightedMean

# Levels at which offices and BPS print figures themselves.
PRINTED_LEVELS = frozenset({"nation", "province", "regency", "city"})
PRINTED_EVIDENCE = frozenset({"publication", "third_party_copy", "press_quote"})


@dataclass(frozen=True)
class Rate:
    """`rate` is `scale` x numerator / the sum of the denominators, which may be unknown."""

    rate: str
    numerator: str
    denominators: tuple[str, ...]
    scale: float


@dataclass(frozen=True)
class Scheme:
    """The catalog as suppression reads it."""

    catalog: Catalog

    @cached_property
    def thresholds(self) -> dict[str, int]:
        """For every sensitive count the least value published, zero apart; a rate lends its own to its count."""
        sensitive = [item for item in self.catalog.indicators.values() if item.sensitive]
        lent = {name: item.suppress_below for item in sensitive if not item.is_count for name in item.numerators}
        return {**lent, **{item.id: item.suppress_below for item in sensitive if item.is_count}}

    @cached_property
    def sums(self) -> list[tuple[str, tuple[str, ...]]]:
        """Indicators that are the sum of others, by derivation or identity."""
        derived = [
            (name, tuple(item.derive.parts))
            for name, item in self.catalog.indicators.items()
            if isinstance(item.derive, SumOf)
        ]
        held = [
            (item.total, tuple(item.parts)) for item in self.catalog.identities if isinstance(item, SumOfIndicators)
        ]
        return list(dict.fromkeys([*derived, *held]))

    @cached_property
    def counts(self) -> frozenset[str]:
        """The sensitive counts and every indicator that sums tie to them."""
        found = set(self.thresholds)
        while True:
            more = {name for total, parts in self.sums if found & {total, *parts} for name in (total, *parts)}
            if more <= found:
                return frozenset(found)
            found |= more

    @cached_property
    def rates(self) -> list[Rate]:
        """Every rate that is made of one of these counts."""
        touched = (item for item in _rates(self.catalog) if self.counts & {item.numerator, *item.denominators})
        return list(dict.fromkeys(touched))

    @cached_property
    def indicators(self) -> frozenset[str]:
        """The indicators whose figures decide what must be hidden."""
        of_rates = {name for item in self.rates for name in (item.rate, item.numerator, *item.denominators)}
        return self.counts | of_rates

    @cached_property
    def levels(self) -> dict[str, str]:
        """The level of every region by code, former codes included."""
        return {region.code: region.level for region in self.catalog.regions}

    def already_published(self, indicator: str, region: str, source: str, evidence: str, *, synthetic: bool) -> bool:
        """Whether a figure stands in somebody's publication, so that hiding it would hide nothing.

        That is so for figures of kabupaten, kota and above whose evidence is a publication, a copy of one, or the
        press, and below where the indicator names the source as one that prints them.
        """
        if source in self.catalog.indicators[indicator].already_published:
            return True
        return not synthetic and evidence in PRINTED_EVIDENCE and self.levels.get(region) in PRINTED_LEVELS

    def children(self, year: int) -> Mapping[str, list[str]]:
        """The regions under each region by the codes in force in a year, and the members of each agglomeration."""
        found: dict[str, list[str]] = defaultdict(list)
        for region in self.catalog.regions:
            if region.parent and (region.valid_from or year) <= year <= (region.valid_to or year):
                found[region.parent].append(region.code)
        found.update({place.id: list(place.members) for place in self.catalog.agglomerations.values()})
        return {parent: sorted(codes) for parent, codes in found.items()}

    def codes(self, dimension: str) -> list[str]:
        """The codes of a breakdown dimension, without its total."""
        known = self.catalog.breakdowns.get(dimension)
        return [code.code for code in known.codes if code.code != "_T"] if known else []


def _rates(catalog: Catalog) -> Iterable[Rate]:
    for name, item in catalog.indicators.items():
        if isinstance(item.derive, RatioOf):
            yield Rate(name, item.derive.numerator, (item.derive.denominator,), item.derive.scale)
        for rule in item.rules:
            if isinstance(rule, RatioOfSums):
                below = () if rule.denominator == "implied" else (rule.denominator,)
                yield Rate(name, rule.numerator, below, rule.scale)
    for identity in catalog.identities:
        if isinstance(identity, Ratio):
            yield Rate(identity.rate, identity.numerator, tuple(identity.denominator), identity.scale)


def growth_of(indicator: Indicator) -> list[str]:
    """The levels whose growth an indicator is."""
    return [rule.of for rule in (indicator.derive, *indicator.rules) if isinstance(rule, Growth)]


def joint_inputs(indicator: Indicator) -> list[str]:
    """What an agglomeration's value is made of, beside counts that are summed."""
    found: list[str] = []
    for rule in indicator.rules:
        if isinstance(rule, WeightedMean):
            found += [indicator.id, *rule.weights]
        elif isinstance(rule, Recomputed):
            found += rule.components
        elif isinstance(rule, RatioOfSums):
            found.append(rule.numerator)
    return found
