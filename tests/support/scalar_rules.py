"""Joint rules one value at a time, in plain Python: the oracle that the columnar engine is held against."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from transforms.rules import hdi
from transforms.values import EVIDENCE_ORDER, STATUS_ORDER, joined

Range = tuple[float, float]


class Input(NamedTuple):
    role: str
    indicator: str
    region: str
    year: int
    breakdown: str
    value: float | None
    observation_id: str | None


class Value(NamedTuple):
    indicator: str
    region: str
    year: int
    breakdown: str
    value: float | None
    low: float
    high: float
    status: str
    method: str
    exactness: str
    coverage: str
    source: str
    family: str
    evidence: str
    synthetic: bool
    vintage: date
    break_flag: bool = False
    null_reason: str | None = None
    observation_id: str | None = None
    inputs: tuple[Input, ...] = ()

    def as_input(self, role: str) -> tuple[Input, ...]:
        """Itself when published, else the published figures behind it."""
        if self.inputs:
            return tuple(item._replace(role=role) for item in self.inputs)
        own = Input(role, self.indicator, self.region, self.year, self.breakdown, self.value, self.observation_id)
        return (own,)

    @property
    def number(self) -> float:
        assert self.value is not None
        return self.value

    @property
    def range(self) -> Range:
        return self.low, self.high


Parts = Sequence[Value | None]


def missing(like: Value, reason: str, coverage: str = "", **key: Any) -> Value:
    return like._replace(
        value=None, low=math.nan, high=math.nan, status="M", method="", exactness="", coverage=coverage,
        null_reason=reason, observation_id=None, inputs=(), **key,
    )  # fmt: skip


def derived(like: Value, parts: Sequence[Value], number: float, ends: Range, **found: Any) -> Value:
    return like._replace(
        value=number,
        low=ends[0],
        high=ends[1],
        status=max((part.status for part in parts), key=STATUS_ORDER.index),
        evidence=max((part.evidence for part in parts), key=EVIDENCE_ORDER.index),
        source=joined(part.source for part in parts),
        family=joined(part.family for part in parts),
        synthetic=any(part.synthetic for part in parts),
        vintage=max(part.vintage for part in parts),
        break_flag=any(part.break_flag for part in parts),
        null_reason=None,
        observation_id=None,
        **found,
    )


def inputs(*roles: tuple[str, Iterable[Value]]) -> tuple[Input, ...]:
    return tuple(item for role, parts in roles for part in parts for item in part.as_input(role))


def known(parts: Parts) -> list[Value]:
    return [part for part in parts if part is not None and part.value is not None]


def total(like: Value, parts: Parts, *, reason: str, role: str = "part") -> Value:
    present = known(parts)
    coverage = f"{len(present)}/{len(parts)}"
    if len(present) < len(parts):
        return missing(like, reason, coverage)
    number = math.fsum(part.number for part in present)
    ends = math.fsum(part.low for part in present), math.fsum(part.high for part in present)
    behind = inputs((role, present))
    return derived(
        like, present, number, ends, method="sum", exactness="exact", coverage=coverage, inputs=behind
    )  # fmt: skip


def pooled_rate(like: Value, counts: Parts, rates: Parts) -> Value:
    pairs = [pair for pair in zip(counts, rates, strict=True) if len(known(pair)) == 2]
    coverage = f"{len(pairs)}/{len(counts)}"
    above, below = [known(pair)[0] for pair in pairs], [known(pair)[1] for pair in pairs]
    if len(pairs) < len(counts):
        return missing(like, "member_missing", coverage)
    if any(count.family != rate.family for count, rate in zip(above, below, strict=True)):
        return missing(like, "different_sources", coverage)
    if any(rate.number <= 0 for rate in below) or all(count.number <= 0 for count in above):
        return missing(like, "not_aggregable", coverage)
    number = pooled([count.number for count in above], [rate.number for rate in below])
    ends = ratio_range([count.range for count in above], [rate.range for rate in below])
    behind = inputs(("numerator", above), ("rate_behind_denominator", below))
    return derived(
        like, [*above, *below], number, ends,
        method="ratio_of_sums", exactness="exact", coverage=coverage, inputs=behind,
    )  # fmt: skip


def ratio_of_totals(like: Value, numerators: Parts, denominators: Parts, scale: float) -> Value:
    pairs = zip(numerators, denominators, strict=True)
    if any(one is not None and other is not None and one.family != other.family for one, other in pairs):
        return missing(like, "different_sources")
    above = total(like, numerators, reason="member_missing", role="numerator")
    below = total(like, denominators, reason="member_missing", role="denominator")
    if above.value is None or below.value is None or below.low <= 0:
        return missing(like, "member_missing", min(above.coverage, below.coverage))
    ends = scale * (above.low / below.high), scale * (above.high / below.low)
    return derived(
        like, [*known(numerators), *known(denominators)], scale * above.value / below.value, ends,
        method="ratio_of_sums", exactness="exact", coverage=above.coverage, inputs=(*above.inputs, *below.inputs),
    )  # fmt: skip


def quotient(like: Value, above: Value | None, below: Value | None, scale: float) -> Value:
    if above is None or below is None or above.value is None or below.value is None or below.low <= 0:
        return missing(like, "component_missing")
    if above.family != below.family:
        return missing(like, "different_sources")
    ends = scale * (above.low / below.high), scale * (above.high / below.low)
    behind = inputs(("numerator", [above]), ("denominator", [below]))
    return derived(
        like, [above, below], scale * above.value / below.value, ends,
        method="recomputed", exactness="exact", coverage="1/1", inputs=behind,
    )  # fmt: skip


def weighted_mean(like: Value, values: Parts, weights: Sequence[Parts], *, exactness: str) -> Value:
    pairs = [(value, known(own)) for value, own in zip(values, weights, strict=True)]
    whole = [(value, own) for value, own in pairs if known([value]) and len(own) == len(weights[0])]
    coverage = f"{len(whole)}/{len(values)}"
    if len(whole) < len(values):
        return missing(like, "member_missing", coverage)
    own = known([value for value, _ in whole])
    shares = [math.prod(weight.number for weight in each) for _, each in whole]
    if math.fsum(shares) <= 0:
        return missing(like, "not_aggregable", coverage)
    number = mean([value.number for value in own], shares)
    box = [(math.prod(item.low for item in each), math.prod(item.high for item in each)) for _, each in whole]
    behind = inputs(("value", own), *(("weight", each) for _, each in whole))
    return derived(
        like, [*own, *(weight for _, each in whole for weight in each)], number,
        weighted_mean_range([value.range for value in own], box),
        method="weighted_mean", exactness=exactness, coverage=coverage, inputs=behind,
    )  # fmt: skip


def human_development(like: Value, components: Parts) -> Value:
    present = known(components)
    coverage = f"{len(present)}/{len(components)}"
    if len(present) < len(components):
        return missing(like, "component_missing", coverage)
    if present[-1].low <= 0:
        return missing(like, "not_aggregable", coverage)
    ends = hdi(*(part.low for part in present)), hdi(*(part.high for part in present))
    return derived(
        like, present, hdi(*(part.number for part in present)), ends,
        method="recomputed", exactness="estimate", coverage=coverage, inputs=inputs(("component", present)),
    )  # fmt: skip


def growth(like: Value, now: Value | None, before: Value | None, *, method: str) -> Value:
    if now is None or now.value is None:
        return missing(like, now.null_reason or "" if now else "not_in_sources")
    if before is None or before.value is None or before.low <= 0:
        return missing(like, "no_previous_year", now.coverage)
    if now.break_flag:
        return missing(like, "break_in_series", now.coverage)
    if now.source != before.source:
        return missing(like, "different_sources", now.coverage)
    ends = 100 * (now.low / before.high - 1), 100 * (now.high / before.low - 1)
    behind = inputs(("level", [now]), ("level_before", [before]))
    return derived(
        like, [now, before], 100 * (now.value / before.value - 1), ends,
        method=method, exactness="exact", coverage=now.coverage, inputs=behind,
    )  # fmt: skip


def pooled(counts: Sequence[float], rates: Sequence[float]) -> float:
    people = math.fsum(count / rate for count, rate in zip(counts, rates, strict=True))
    return math.fsum(counts) / people


def mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.fsum(value * weight for value, weight in zip(values, weights, strict=True)) / math.fsum(weights)


def ratio_range(counts: Sequence[Range], rates: Sequence[Range]) -> Range:
    low, high = ([max(rate[end], 1e-12) for rate in rates] for end in (0, 1))
    return (
        _extreme(lambda rate, count: pooled(count, rate), low, counts, 0.0, largest=False),
        _extreme(lambda rate, count: pooled(count, rate), high, counts, 0.0, largest=True),
    )


def weighted_mean_range(values: Sequence[Range], weights: Sequence[Range]) -> Range:
    low, high = ([value[end] for value in values] for end in (0, 1))
    boxes = [(max(least, 0.0), most) for least, most in weights]
    return _extreme(mean, low, boxes, min(low), largest=False), _extreme(mean, high, boxes, max(high), largest=True)


def _extreme(of: Any, values: Sequence[float], boxes: Sequence[Range], nothing: float, *, largest: bool) -> float:
    found = of(values, [high for _, high in boxes])
    while True:
        corner = [high if (value > found) == largest else low for (low, high), value in zip(boxes, values, strict=True)]
        if math.fsum(corner) <= 0:
            return nothing
        moved: float = of(values, corner)
        if math.isclose(moved, found, rel_tol=1e-15, abs_tol=1e-300):
            return moved
        found = moved
