"""Rounding ranges: the smallest and largest value that unrounded inputs could give.

A published 9.80 stands for anything from 9.795 to 9.805. The range of a derived value is taken over the
corners of the box that its inputs span (domain notes, corrections to section 2). It is not sampling error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def ratio_from_counts_and_rates(counts: Sequence[float], rates: Sequence[float]) -> float:
    """Sum of counts over the sum of the populations that count / rate implies, in the unit of the rates.

    A member whose rate is 0 has no poor and hides its population: it cannot be pooled, and a rate of 0 beside
    a count of 0 is refused with ValueError.
    """
    if any(rate <= 0 for rate in rates):
        raise ValueError("a member's rate is 0: the population behind it cannot be implied")
    people = math.fsum(count / rate for count, rate in zip(counts, rates, strict=True))
    return math.fsum(counts) / people


def ratio_range(counts: Sequence[tuple[float, float]], rates: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Smallest and largest pooled rate over the box of counts and rates, each given as (low, high).

    The pooled rate rises with every member's rate, and in a member's count it is monotone with the sign of
    (rate - pooled rate), so that the extremes stand at corners; they are found by Dinkelbach's iteration.
    """
    low = _extreme(counts, [pair[0] for pair in rates], largest=False)
    high = _extreme(counts, [pair[1] for pair in rates], largest=True)
    return low, high


def _extreme(counts: Sequence[tuple[float, float]], rates: Sequence[float], *, largest: bool) -> float:
    rates = [max(rate, 1e-12) for rate in rates]
    pooled = ratio_from_counts_and_rates([high for _, high in counts], rates)
    while True:
        corner = [high if (rate > pooled) == largest else low for (low, high), rate in zip(counts, rates, strict=True)]
        if math.fsum(corner) <= 0:
            return 0.0
        found = ratio_from_counts_and_rates(corner, rates)
        if math.isclose(found, pooled, rel_tol=1e-15):
            return found
        pooled = found


def sum_range(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The range of a sum is the sum of the ranges: the parts are rounded independently."""
    return math.fsum(low for low, _ in parts), math.fsum(high for _, high in parts)


def growth_range(now: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """The range of 100 x (now / before - 1) when both levels are rounded independently."""
    return 100 * (now[0] / before[1] - 1), 100 * (now[1] / before[0] - 1)
