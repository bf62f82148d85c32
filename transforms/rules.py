"""Joint rules: how members' values become one value. Formulas: domain notes, sections 2.1, 2.2 and 2.6.

Each rule takes cells of a cube, one row per value that is asked for and one column per member or part, and says for
every row what the value is or why there is none. A missing part makes a value missing, never partial.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from transforms.joint_cube import Cube, Found, Mark, Number, Origin, Said
from transforms.ranges import (
    exact_sum,
    growth_range,
    pooled,
    quotient_range,
    ratio_range,
    weighted,
    weighted_mean_range,
)
from transforms.words import Codes, Flags, Floats

Ends = tuple[Floats, Floats]


def total(cube: Cube, parts: Codes, *, reason: str, role: str = "part") -> Found:
    """The sum of all parts (n, k); the range of a sum is the sum of the ranges, for parts are rounded independently."""
    have = cube.known(parts).sum(axis=1)
    why = _first(cube, (have < parts.shape[1], reason))
    numbers = _numbers(why, lambda rows: exact_sum(cube.numbers[parts[rows]]))
    return Found(numbers, why, _of(have, parts.shape[1]), parts, [role] * parts.shape[1], "sum", "exact")


def pooled_rate(cube: Cube, counts: Codes, rates: Codes) -> Found:
    """Ratio of sums where each member prints a count and a rate (n, k): the denominators are count / rate.

    Exact for rates whose denominator is the same survey population (FGT measures decompose by population
    share). Count and rate of a member must come from one compilation. A rate of 0, or counts that are all 0,
    hide the population behind them.
    """
    have = (cube.known(counts) & cube.known(rates)).sum(axis=1)
    size = counts.shape[1]
    rate, count = cube.numbers[rates, Number.VALUE], cube.numbers[counts, Number.VALUE]
    hidden = (rate <= 0).any(axis=1) | (count <= 0).all(axis=1)
    why = _first(
        cube,
        (have < size, "member_missing"),
        (_families_differ(cube, counts, rates).any(axis=1), "different_sources"),
        (hidden, "not_aggregable"),
    )

    def made(rows: Codes) -> Floats:
        above, below = cube.numbers[counts[rows]], cube.numbers[rates[rows]]
        low, high = ratio_range(_ends(above), _ends(below))
        return np.stack([pooled(below[..., Number.VALUE], above[..., Number.VALUE]), low, high], axis=1)

    return Found(
        _numbers(why, made),
        why,
        _of(have, size),
        np.hstack([counts, rates]),
        ["numerator"] * size + ["rate_behind_denominator"] * size,
        "ratio_of_sums",
        "exact",
    )


def ratio_of_totals(cube: Cube, numerators: Codes, denominators: Codes, scale: float) -> Found:
    """Ratio of sums where both numerator and denominator (n, k) are published."""
    above = total(cube, numerators, reason="member_missing", role="numerator")
    below = total(cube, denominators, reason="member_missing", role="denominator")
    both = cube.exists[numerators] & cube.exists[denominators]
    unlike = (both & _families_differ(cube, numerators, denominators)).any(axis=1)
    gone = ~above.made | ~below.made | ~(below.numbers[:, Number.LOW] > 0)
    why = _first(cube, (unlike, "different_sources"), (gone, "member_missing"))
    coverage = np.where((below.coverage[:, 0] < above.coverage[:, 0])[:, None], below.coverage, above.coverage)
    coverage[unlike] = 0
    return Found(
        _numbers(why, lambda rows: _quotient(above.numbers[rows], below.numbers[rows], scale)),
        why,
        coverage,
        np.hstack([numerators, denominators]),
        [*above.roles, *below.roles],
        "ratio_of_sums",
        "exact",
    )


def quotient(cube: Cube, above: Codes, below: Codes, scale: float) -> Found:
    """`scale` x numerator / denominator (n) of one region, inside one compilation."""
    gone = ~cube.known(above) | ~(cube.numbers[below, Number.LOW] > 0)
    why = _first(cube, (gone, "component_missing"), (_families_differ(cube, above, below), "different_sources"))
    numbers = _numbers(why, lambda rows: _quotient(cube.numbers[above[rows]], cube.numbers[below[rows]], scale))
    coverage = np.repeat((why == 0)[:, None], 2, axis=1).astype(np.int64)
    roles = ["numerator", "denominator"]
    return Found(numbers, why, coverage, np.stack([above, below], axis=1), roles, "recomputed", "exact")


def weighted_mean(cube: Cube, values: Codes, weights: Codes, *, exactness: str) -> Found:
    """Mean of the members' values (n, k), weighted by the product of each member's weights (n, k, w), none negative."""
    size, many = weights.shape[1:]
    have = (cube.known(values) & cube.known(weights).all(axis=2)).sum(axis=1)
    people = reduce(np.multiply, np.moveaxis(cube.numbers[weights, Number.VALUE], 2, 0))
    why = _first(cube, (have < size, "member_missing"), ((people <= 0).all(axis=1), "not_aggregable"))

    def made(rows: Codes) -> Floats:
        own = cube.numbers[values[rows]]
        box = reduce(np.multiply, np.moveaxis(cube.numbers[weights[rows]], 2, 0))
        low, high = weighted_mean_range(_ends(own), _ends(box))
        return np.stack([weighted(own[..., Number.VALUE], box[..., Number.VALUE]), low, high], axis=1)

    return Found(
        _numbers(why, made),
        why,
        _of(have, size),
        np.hstack([values, weights.reshape(len(weights), size * many)]),
        ["value"] * size + ["weight"] * size * many,
        "weighted_mean",
        exactness,
    )


def human_development(cube: Cube, components: Codes) -> Found:
    """HDI by BPS's method of 2014 from life expectancy, expected and mean years of schooling, and expenditure.

    `components` (n, 4) come in that order, expenditure in thousand rupiah; one that may be nothing has no logarithm.
    """
    have = cube.known(components).sum(axis=1)
    size = components.shape[1]
    nothing = cube.numbers[components[:, -1], Number.LOW] <= 0
    why = _first(cube, (have < size, "component_missing"), (nothing, "not_aggregable"))

    def made(rows: Codes) -> Floats:
        found = np.moveaxis(cube.numbers[components[rows]], 1, 2)
        return np.array([[hdi(*end) for end in ends] for ends in found.tolist()])

    return Found(_numbers(why, made), why, _of(have, size), components, ["component"] * size, "recomputed", "estimate")


def hdi(life: float, expected: float, mean: float, expenditure: float) -> float:
    """The human development index of four components (years, years, years, thousand rupiah a year).

    I_health = (LE - 20) / 65; I_education = (EYS / 18 + MYS / 15) / 2; I_income = (ln X - ln 1,007,436) /
    (ln 26,572,352 - ln 1,007,436) with X in rupiah a head a year; HDI = 100 x the cube root of their product
    (domain notes, section 2.4).
    """
    health = (life - 20) / (85 - 20)
    education = (expected / 18 + mean / 15) / 2
    income = math.log(expenditure * 1000 / 1_007_436) / math.log(26_572_352 / 1_007_436)
    return 100 * float(math.cbrt(health * education * income))


def growth(cube: Cube, now: Codes, before: Codes, *, method: str) -> Found:
    """Percent change of a level (n) over the year before, inside one compilation and never across a break."""
    why = _first(
        cube,
        (~cube.exists[now], "not_in_sources"),
        (~cube.known(now), "member_missing"),
        (~(cube.numbers[before, Number.LOW] > 0), "no_previous_year"),
        (cube.marks[now, Mark.BREAK] > 0, "break_in_series"),
        (cube.origin[now, Origin.SOURCE] != cube.origin[before, Origin.SOURCE], "different_sources"),
    )
    # A level that is missing hands on its own reason.
    why = np.where(cube.exists[now] & ~cube.known(now), cube.said[now, Said.REASON], why)
    coverage = np.where(cube.known(now)[:, None], cube.said[now, Said.HAVE : Said.OF + 1], 0)

    def made(rows: Codes) -> Floats:
        level, other = cube.numbers[now[rows]], cube.numbers[before[rows]]
        low, high = growth_range(_ends(level), _ends(other))
        return np.stack([100 * (level[:, Number.VALUE] / other[:, Number.VALUE] - 1), low, high], axis=1)

    roles = ["level", "level_before"]
    return Found(_numbers(why, made), why, coverage, np.stack([now, before], axis=1), roles, method, "exact")


def not_aggregable(cube: Cube, count: int) -> Found:
    """No value exists for the agglomeration; the catalog says why."""
    nothing = np.zeros((count, 2), dtype=np.int64)
    why = np.full(count, cube.labels.number("not_aggregable"))
    return Found(np.full((count, 3), np.nan), why, nothing, nothing[:, :0], [], "", "")


def _first(cube: Cube, *cases: tuple[Any, str]) -> Codes:
    """The number of the first reason that holds in each row; 0 where none does."""
    holds, reasons = zip(*cases, strict=True)
    return np.select(holds, [cube.labels.number(reason) for reason in reasons], 0)


def _numbers(reason: Codes, made: Callable[[Codes], Floats]) -> Floats:
    """Value, low and high in the rows that have no reason to be missing; NaN elsewhere."""
    numbers = np.full((len(reason), 3), np.nan)
    rows = np.flatnonzero(reason == 0)
    if rows.size:
        numbers[rows] = made(rows)
    return numbers


def _of(have: Codes, size: int) -> Codes:
    return np.stack([have, np.full_like(have, size)], axis=1)


def _ends(numbers: Floats) -> Ends:
    return numbers[..., Number.LOW], numbers[..., Number.HIGH]


def _quotient(above: Floats, below: Floats, scale: float) -> Floats:
    low, high = quotient_range(_ends(above), _ends(below))
    return np.stack([scale * above[:, Number.VALUE] / below[:, Number.VALUE], scale * low, scale * high], axis=1)


def _families_differ(cube: Cube, one: Codes, other: Codes) -> Flags:
    differ: Flags = cube.origin[one, Origin.FAMILY] != cube.origin[other, Origin.FAMILY]
    return differ
