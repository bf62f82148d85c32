"""Joint rules: how members' values become one value. Formulas: domain notes, sections 2.1, 2.2 and 2.6."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from transforms.ranges import (
    growth_range,
    ratio_from_counts_and_rates,
    ratio_range,
    sum_range,
    weighted_mean_range,
)
from transforms.values import Value, joined, weakest_evidence, weakest_status


def missing(like: Value, reason: str, coverage: str = "", **key: Any) -> Value:
    """The value of the same key, or of one that differs by `key`, that does not exist, with its reason."""
    return like._replace(
        value=None, low=None, high=None, status="M", method="", exactness="", coverage=coverage,
        null_reason=reason, observation_id=None, inputs=(), **key,
    )  # fmt: skip


def derived(like: Value, parts: Sequence[Value], **found: Any) -> Value:
    """A value derived from `parts`: it takes their weakest status and evidence and their newest vintage."""
    return like._replace(
        status=weakest_status(parts),
        evidence=weakest_evidence(parts),
        source=joined(part.source for part in parts),
        family=joined(part.family for part in parts),
        synthetic=any(part.synthetic for part in parts),
        vintage=max(part.vintage for part in parts),
        break_flag=any(part.break_flag for part in parts),
        null_reason=None,
        observation_id=None,
        **found,
    )


def total(like: Value, parts: Sequence[Value | None], *, reason: str, role: str = "part") -> Value:
    """The sum of all parts, in a fixed order; one missing part makes the total missing, never partial."""
    present = [part for part in parts if part is not None and part.value is not None]
    coverage = f"{len(present)}/{len(parts)}"
    if len(present) < len(parts):
        return missing(like, reason, coverage)
    low, high = sum_range([(part.low or 0.0, part.high or 0.0) for part in present])
    return derived(
        like,
        present,
        value=math.fsum(part.value or 0.0 for part in present),
        low=low,
        high=high,
        method="sum",
        exactness="exact",
        coverage=coverage,
        inputs=tuple(item for part in present for item in part.as_input(role)),
    )


def pooled_rate(like: Value, counts: Sequence[Value | None], rates: Sequence[Value | None]) -> Value:
    """Ratio of sums where each member prints a count and a rate: the denominators are count / rate.

    Exact for rates whose denominator is the same survey population (FGT measures decompose by population
    share). Count and rate of a member must come from one compilation.
    """
    pairs = [
        (count, rate)
        for count, rate in zip(counts, rates, strict=True)
        if count is not None and rate is not None and count.value is not None and rate.value is not None
    ]
    coverage = f"{len(pairs)}/{len(counts)}"
    if len(pairs) < len(counts):
        return missing(like, "member_missing", coverage)
    if any(count.family != rate.family for count, rate in pairs):
        return missing(like, "different_sources", coverage)
    numerators = [float(count.value or 0) for count, _ in pairs]
    shares = [float(rate.value or 0) for _, rate in pairs]
    if any(share <= 0 for share in shares):
        return missing(like, "not_aggregable", coverage)
    low, high = ratio_range([_range(count) for count, _ in pairs], [_range(rate) for _, rate in pairs])
    return derived(
        like,
        [value for pair in pairs for value in pair],
        value=ratio_from_counts_and_rates(numerators, shares),
        low=low,
        high=high,
        method="ratio_of_sums",
        exactness="exact",
        coverage=coverage,
        inputs=tuple(
            item
            for count, rate in pairs
            for item in (*count.as_input("numerator"), *rate.as_input("rate_behind_denominator"))
        ),
    )


def ratio_of_totals(
    like: Value, numerators: Sequence[Value | None], denominators: Sequence[Value | None], scale: float
) -> Value:
    """Ratio of sums where both numerator and denominator are published."""
    families = [
        (one.family, other.family)
        for one, other in zip(numerators, denominators, strict=True)
        if one is not None and other is not None
    ]
    if any(one != other for one, other in families):
        return missing(like, "different_sources", "")
    above = total(like, numerators, reason="member_missing", role="numerator")
    below = total(like, denominators, reason="member_missing", role="denominator")
    if above.value is None or below.value is None or not below.value:
        return missing(like, "member_missing", min(above.coverage, below.coverage))
    low, high = (scale * bound for bound in _quotient_range(_range(above), _range(below)))
    parts = [part for part in (*numerators, *denominators) if part is not None]
    return derived(
        like,
        parts,
        value=scale * above.value / below.value,
        low=low,
        high=high,
        method="ratio_of_sums",
        exactness="exact",
        coverage=above.coverage,
        inputs=(*above.inputs, *below.inputs),
    )


def quotient(like: Value, above: Value | None, below: Value | None, scale: float) -> Value:
    """`scale` x numerator / denominator of one region, inside one compilation."""
    if above is None or below is None or above.value is None or not below.value:
        return missing(like, "component_missing", "")
    if above.family != below.family:
        return missing(like, "different_sources", "")
    low, high = (scale * bound for bound in _quotient_range(_range(above), _range(below)))
    return derived(
        like,
        [above, below],
        value=scale * above.value / below.value,
        low=low,
        high=high,
        method="recomputed",
        exactness="exact",
        coverage="1/1",
        inputs=(*above.as_input("numerator"), *below.as_input("denominator")),
    )


def weighted_mean(
    like: Value, values: Sequence[Value | None], weights: Sequence[Sequence[Value | None]], *, exactness: str
) -> Value:
    """Mean of the members' values weighted by the product of each member's `weights`, none of them negative."""
    members = [
        (value, [weight for weight in own if weight is not None and weight.value is not None])
        for value, own in zip(values, weights, strict=True)
        if value is not None and value.value is not None
    ]
    whole = [(value, own) for value, own in members if len(own) == len(weights[0])]
    coverage = f"{len(whole)}/{len(values)}"
    if len(whole) < len(values):
        return missing(like, "member_missing", coverage)
    shares = [math.prod(weight.value or 0.0 for weight in own) for _, own in whole]
    people = math.fsum(shares)
    if people <= 0:
        return missing(like, "not_aggregable", coverage)
    centre = math.fsum(share * (value.value or 0.0) for share, (value, _) in zip(shares, whole, strict=True)) / people
    boxes = [[math.prod(ends) for ends in zip(*map(_range, own), strict=True)] for _, own in whole]
    low, high = weighted_mean_range([_range(value) for value, _ in whole], [(box[0], box[1]) for box in boxes])
    return derived(
        like,
        [part for value, own in whole for part in (value, *own)],
        value=centre,
        low=low,
        high=high,
        method="weighted_mean",
        exactness=exactness,
        coverage=coverage,
        inputs=tuple(
            item
            for value, own in whole
            for item in (*value.as_input("value"), *(each for weight in own for each in weight.as_input("weight")))
        ),
    )


def human_development(like: Value, components: Sequence[Value | None]) -> Value:
    """HDI by BPS's method of 2014 from life expectancy, expected and mean years of schooling, and expenditure.

    I_health = (LE - 20) / 65; I_education = (EYS / 18 + MYS / 15) / 2; I_income = (ln X - ln 1,007,436) /
    (ln 26,572,352 - ln 1,007,436) with X in rupiah a head a year; HDI = 100 x the cube root of their product
    (domain notes, section 2.4). `components` come in that order, expenditure in thousand rupiah.
    """
    present = [part for part in components if part is not None and part.value is not None]
    coverage = f"{len(present)}/{len(components)}"
    if len(present) < len(components):
        return missing(like, "component_missing", coverage)
    low = hdi(*(_range(part)[0] for part in present))
    high = hdi(*(_range(part)[1] for part in present))
    return derived(
        like,
        present,
        value=hdi(*(part.value or 0.0 for part in present)),
        low=low,
        high=high,
        method="recomputed",
        exactness="estimate",
        coverage=coverage,
        inputs=tuple(item for part in present for item in part.as_input("component")),
    )


def hdi(life: float, expected: float, mean: float, expenditure: float) -> float:
    """The human development index of four components (years, years, years, thousand rupiah a year)."""
    health = (life - 20) / (85 - 20)
    education = (expected / 18 + mean / 15) / 2
    income = math.log(expenditure * 1000 / 1_007_436) / math.log(26_572_352 / 1_007_436)
    return 100 * float(math.cbrt(health * education * income))


def growth(like: Value, now: Value | None, before: Value | None, *, method: str, breaks: bool) -> Value:
    """Percent change of a level over the year before, inside one compilation and never across a break."""
    if now is None or now.value is None:
        return missing(like, now.null_reason or "member_missing" if now else "not_in_sources")
    if before is None or before.value is None or before.value <= 0:
        return missing(like, "no_previous_year", now.coverage)
    if breaks:
        return missing(like, "break_in_series", now.coverage)
    if now.source != before.source:
        return missing(like, "different_sources", now.coverage)
    low, high = growth_range(_range(now), _range(before))
    return derived(
        like,
        [now, before],
        value=100 * (now.value / before.value - 1),
        low=low,
        high=high,
        method=method,
        exactness="exact",
        coverage=now.coverage,
        inputs=(*now.as_input("level"), *before.as_input("level_before")),
    )


def _range(value: Value) -> tuple[float, float]:
    centre = value.value or 0.0
    return (centre if value.low is None else value.low), (centre if value.high is None else value.high)


def _quotient_range(above: tuple[float, float], below: tuple[float, float]) -> tuple[float, float]:
    return above[0] / below[1], above[1] / below[0]
