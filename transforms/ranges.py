"""Rounding ranges: the smallest and largest value that unrounded inputs could give.

A published 9.80 stands for anything from 9.795 to 9.805. The range of a derived value is taken over the
corners of the box that its inputs span (domain notes, corrections to section 2). It is not sampling error.

Everything here takes one row per value that is asked for and one column per member: arrays of shape (n, k).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from transforms.words import Flags, Floats

CLOSE = 1e-15
FEWEST_THAT_ROUND = 3
Mean = Callable[[Floats, Floats], Floats]


def exact_sum(parts: Floats) -> Floats:
    """The sum over axis 1, rounded once, so that neither the order of members nor threads ever show.

    Two numbers add up that way by themselves (IEEE 754); of more, `math.fsum` keeps track.
    """
    count = parts.shape[1]
    if count < FEWEST_THAT_ROUND:
        return parts[:, 0] + parts[:, 1] if count > 1 else parts[:, 0].copy()
    rows = np.moveaxis(parts, 1, -1)
    return np.array([math.fsum(row) for row in rows.reshape(-1, count).tolist()]).reshape(rows.shape[:-1])


def pooled(rates: Floats, counts: Floats) -> Floats:
    """Sum of counts over the sum of the populations that count / rate implies, in the unit of the rates.

    A member whose rate is 0 hides its population and cannot be pooled: rates must be above 0, and so must the
    sum of counts.
    """
    return exact_sum(counts) / exact_sum(counts / rates)


def weighted(values: Floats, weights: Floats) -> Floats:
    """The mean of the values, each weighted."""
    return exact_sum(values * weights) / exact_sum(weights)


def ratio_range(counts: tuple[Floats, Floats], rates: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Smallest and largest pooled rate over the box of counts and rates, each given as (low, high).

    The pooled rate rises with every member's rate, and in a member's count it is monotone with the sign of
    (rate - pooled rate), so that the extremes stand at corners; they are found by Dinkelbach's iteration.
    """
    low, high = (np.maximum(ends, 1e-12) for ends in rates)
    nothing = np.zeros(len(low))
    return _extreme(pooled, low, counts, nothing, largest=False), _extreme(pooled, high, counts, nothing, largest=True)


def weighted_mean_range(values: tuple[Floats, Floats], weights: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Smallest and largest mean over the box of values and weights, each given as (low, high), weights not negative.

    The mean rises with every value, and in a weight it is monotone with the sign of (value - mean), so that the
    extremes stand at corners. Where all weights may be nothing at once, any of the values may be the mean.
    """
    low, high = values
    boxes = np.maximum(weights[0], 0.0), weights[1]
    return (
        _extreme(weighted, low, boxes, low.min(axis=1), largest=False),
        _extreme(weighted, high, boxes, high.max(axis=1), largest=True),
    )


def _extreme(mean: Mean, values: Floats, weights: tuple[Floats, Floats], nothing: Floats, *, largest: bool) -> Floats:
    """The outermost mean over all corners of the weights; `nothing` where no weight is left."""
    low, high = weights
    found = mean(values, high)
    left = np.arange(len(values))
    while left.size:
        above = values[left] > found[left, None]
        corner = np.where(above == largest, high[left], low[left])
        some = exact_sum(corner) > 0
        moved = nothing[left]
        moved[some] = mean(values[left[some]], corner[some])
        # Each step moves the mean outwards until no weight wants to change.
        still = _close(moved, found[left]) | ~some
        found[left] = moved
        left = left[~still]
    return found


def _close(one: Floats, other: Floats) -> Flags:
    return np.abs(one - other) <= np.maximum(CLOSE * np.maximum(np.abs(one), np.abs(other)), 1e-300)


def quotient_range(above: tuple[Floats, Floats], below: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The range of above / below when both are rounded independently and `below` is above 0 throughout."""
    return above[0] / below[1], above[1] / below[0]


def growth_range(now: tuple[Floats, Floats], before: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The range of 100 x (now / before - 1) when both levels are rounded independently."""
    low, high = quotient_range(now, before)
    return 100 * (low - 1), 100 * (high - 1)
