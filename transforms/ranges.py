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


def weighted_mean_range(
    values: Sequence[tuple[float, float]], weights: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Smallest and largest mean over the box of values and weights, each given as (low, high), weights not negative.

    The mean rises with every value, and in a weight it is monotone with the sign of (value - mean), so that the
    extremes stand at corners. Where all weights may be nothing at once, any of the values may be the mean.
    """
    low = _extreme_mean([pair[0] for pair in values], weights, largest=False)
    high = _extreme_mean([pair[1] for pair in values], weights, largest=True)
    return low, high


def _extreme_mean(values: Sequence[float], weights: Sequence[tuple[float, float]], *, largest: bool) -> float:
    boxes = [(max(low, 0.0), high) for low, high in weights]
    mean = _mean(values, [high for _, high in boxes])
    while True:
        corner = [high if (value > mean) == largest else low for (low, high), value in zip(boxes, values, strict=True)]
        if math.fsum(corner) <= 0:
            return max(values) if largest else min(values)
        found = _mean(values, corner)
        # Each step moves the mean outwards until no weight wants to change.
        if math.isclose(found, mean, rel_tol=1e-15, abs_tol=1e-300):
            return found
        mean = found


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.fsum(value * weight for value, weight in zip(values, weights, strict=True)) / math.fsum(weights)


def sum_range(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The range of a sum is the sum of the ranges: the parts are rounded independently."""
    return math.fsum(low for low, _ in parts), math.fsum(high for _, high in parts)


def growth_range(now: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """The range of 100 x (now / before - 1) when both levels are rounded independently."""
    return 100 * (now[0] / before[1] - 1), 100 * (now[1] / before[0] - 1)
