from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_cube import Figure, Result, cube_of, figure, result

from transforms import rules
from transforms.ranges import exact_sum, pooled, ratio_range, weighted_mean_range
from transforms.words import Floats

Range = tuple[float, float]


def row(numbers: Iterable[float]) -> Floats:
    return np.array([list(numbers)], dtype=float)


def box(pairs: Sequence[Range]) -> tuple[Floats, Floats]:
    return row(low for low, _ in pairs), row(high for _, high in pairs)


def pooled_rate(counts: Sequence[Figure | None], rates: Sequence[Figure | None]) -> Result:
    cube, cells = cube_of(counts, rates)
    return result(cube, rules.pooled_rate(cube, *cells))


def total(parts: Sequence[Figure | None]) -> Result:
    cube, cells = cube_of(parts)
    return result(cube, rules.total(cube, *cells, reason="member_missing"))


def growth(now: Figure, before: Figure | None) -> Result:
    cube, (late, early) = cube_of([now], [before])
    return result(cube, rules.growth(cube, late[0], early[0], method="recomputed"))


def weighted_mean(values: Sequence[Figure], weights: Sequence[Figure], exactness: str = "exact") -> Result:
    cube, (own, by) = cube_of(values, weights)
    return result(cube, rules.weighted_mean(cube, own, by[:, :, None], exactness=exactness))


COUNTS = [figure(7650, 5), figure(112860, 5)]
RATES = [figure(5.77, 0.005), figure(9.80, 0.005)]


def test_the_pooled_poverty_rate_of_2023_is_the_control_value_with_its_range() -> None:
    found = pooled_rate(COUNTS, RATES)
    assert found.value == pytest.approx(9.384, abs=0.0005)
    assert found.low == pytest.approx(9.379, abs=0.0005)
    assert found.high == pytest.approx(9.389, abs=0.0005)
    assert (found.method, found.exactness, found.coverage) == ("ratio_of_sums", "exact", "2/2")
    assert found.roles == ["numerator"] * 2 + ["rate_behind_denominator"] * 2


def test_a_missing_member_makes_the_joint_value_missing_and_says_so() -> None:
    found = pooled_rate(COUNTS, [RATES[0], None])
    assert (found.value, found.reason, found.coverage) == (None, "member_missing", "1/2")
    added = total([COUNTS[0], None])
    assert (added.value, added.reason, added.coverage) == (None, "member_missing", "1/2")


def test_count_and_rate_of_a_member_come_from_one_compilation() -> None:
    other = [RATES[0]._replace(family="elsewhere"), RATES[1]]
    assert pooled_rate(COUNTS, other).reason == "different_sources"


def test_a_joint_value_takes_the_weakest_status_and_evidence_and_all_sources_of_its_inputs() -> None:
    counts = [COUNTS[0]._replace(status="P", evidence="press_quote", source="a"), COUNTS[1]]
    found = pooled_rate(counts, RATES)
    assert (found.status, found.evidence, found.source) == ("P", "press_quote", "a; s")


def test_growth_never_crosses_a_break_a_gap_or_another_source() -> None:
    now, before = figure(105, 0.5), figure(100, 0.5)
    assert growth(now, before).value == pytest.approx(5.0)
    assert growth(now._replace(break_flag=True), before).reason == "break_in_series"
    assert growth(now, None).reason == "no_previous_year"
    assert growth(now, before._replace(source="another")).reason == "different_sources"
    assert growth(figure(math.nan), before).reason == "published_as_missing"


MEMBERS = st.lists(st.tuples(st.integers(100, 10**6), st.floats(0.5, 60)), min_size=2, max_size=6)


@given(MEMBERS)
def test_a_ratio_of_sums_lies_between_its_members(members: list[tuple[int, float]]) -> None:
    counts, rates = zip(*members, strict=True)
    (found,) = pooled(row(rates), row(counts))
    assert min(rates) * (1 - 1e-12) <= found <= max(rates) * (1 + 1e-12)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(members: list[tuple[int, float]], random: object) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = ([row(column) for column in zip(*each, strict=True)] for each in (members, shuffled))
    # Sums are rounded once, so that not even the last digit tells the order.
    assert pooled(one[1], one[0]).tolist() == pooled(other[1], other[0]).tolist()


@given(
    st.lists(
        st.tuples(st.integers(1000, 10**6), st.integers(2000, 9000), st.floats(-1, 1), st.floats(-1, 1)),
        min_size=2,
        max_size=5,
    )
)
def test_the_range_holds_for_any_unrounded_inputs(members: list[tuple[int, int, float, float]]) -> None:
    """Counts are rounded to 10 persons, rates to 0.01 percent; the truth is anywhere within half a step."""
    counts = [count // 10 * 10 for count, *_ in members]
    rates = [rate / 100 for _, rate, *_ in members]
    (low,), (high,) = ratio_range(box([(c - 5, c + 5) for c in counts]), box([(r - 0.005, r + 0.005) for r in rates]))
    true_counts = [count + 5 * item[2] for count, item in zip(counts, members, strict=True)]
    true_rates = [rate + 0.005 * item[3] for rate, item in zip(rates, members, strict=True)]
    (truth,) = pooled(row(true_rates), row(true_counts))
    assert low * (1 - 1e-12) <= truth <= high * (1 + 1e-12)


@given(st.lists(st.tuples(st.integers(1000, 10**6), st.integers(100, 9000)), min_size=2, max_size=4))
def test_the_range_is_the_hull_of_the_corners(members: list[tuple[int, int]]) -> None:
    boxes = [((c - 5.0, c + 5.0), (r / 100 - 0.005, r / 100 + 0.005)) for c, r in members]
    corners = []
    for mask in range(4 ** len(boxes)):
        chosen = [((mask >> 2 * i) & 1, (mask >> (2 * i + 1)) & 1) for i in range(len(boxes))]
        corners.append(
            pooled(
                row(each[1][pick[1]] for each, pick in zip(boxes, chosen, strict=True)),
                row(each[0][pick[0]] for each, pick in zip(boxes, chosen, strict=True)),
            )[0]
        )
    (low,), (high,) = ratio_range(box([each[0] for each in boxes]), box([each[1] for each in boxes]))
    assert low == pytest.approx(min(corners), rel=1e-9)
    assert high == pytest.approx(max(corners), rel=1e-9)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=8))
def test_sums_add(values: list[float]) -> None:
    found = total([figure(value, 0.5) for value in values])
    assert found.value == math.fsum(values)
    assert (found.low, found.high) == (math.fsum(v - 0.5 for v in values), math.fsum(v + 0.5 for v in values))


@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4), max_size=5))
def test_many_sums_at_once_are_those_of_each_alone(rows: list[list[float]]) -> None:
    found = exact_sum(np.array(rows).reshape(-1, 4))
    assert found.tolist() == [math.fsum(each) for each in rows]


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=5))
def test_a_member_with_no_people_changes_nothing(values: list[float]) -> None:
    parts = [figure(value, 0.5) for value in values]
    assert total([*parts, figure(0.0)]).value == total(parts).value


def test_a_member_with_a_rate_of_zero_hides_its_population() -> None:
    assert pooled_rate(COUNTS, [figure(0.0, 0.005), RATES[1]]).reason == "not_aggregable"
    assert pooled_rate([figure(0.0, 5), figure(0.0, 5)], RATES).reason == "not_aggregable"


WEIGHED = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 0.5), st.floats(1, 1e6), st.floats(0, 0.5)), min_size=1, max_size=5
)


@given(WEIGHED)
def test_the_range_of_a_weighted_mean_is_the_hull_of_the_corners(
    members: list[tuple[float, float, float, float]],
) -> None:
    values = [(value - half, value + half) for value, half, _, _ in members]
    weights = [(weight - half, weight + half) for _, _, weight, half in members]
    corners = [
        sum(v * w for v, w in zip(chosen, weighed, strict=True)) / sum(weighed)
        for chosen in product(*values)
        for weighed in product(*weights)
    ]
    (low,), (high,) = weighted_mean_range(box(values), box(weights))
    assert low == pytest.approx(min(corners), rel=1e-9, abs=1e-9)
    assert high == pytest.approx(max(corners), rel=1e-9, abs=1e-9)


def test_the_weights_of_a_mean_widen_its_range() -> None:
    found = weighted_mean([figure(10.0), figure(20.0)], [figure(5.0, 0.5), figure(5.0, 0.5)], "approximate")
    assert found.exactness == "approximate"
    assert (found.value, found.low, found.high) == (15.0, 14.5, 15.5)


# One household's shortfall below the line, as a share of it; 0 for those above.
HOUSEHOLDS = st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=30), min_size=2, max_size=5)


@given(HOUSEHOLDS)
def test_the_order_of_poverty_measures_survives_aggregation(regions: list[list[float]]) -> None:
    """P0 >= P1 >= P2 and P1^2 <= P0 x P2 hold in every region, and in the agglomeration by its rules."""
    people = [figure(float(len(region))) for region in regions]
    poor = [figure(float(sum(gap > 0 for gap in region))) for region in regions]
    rates = [figure(100 * sum(gap > 0 for gap in region) / len(region)) for region in regions]
    depth = [figure(100 * math.fsum(region) / len(region)) for region in regions]
    severity = [figure(100 * math.fsum(gap**2 for gap in region) / len(region)) for region in regions]
    p1 = weighted_mean(depth, people).value
    p2 = weighted_mean(severity, people).value
    p0 = weighted_mean(rates, people).value
    assert p0 is not None
    assert p1 is not None
    assert p2 is not None
    slack = 1e-9
    assert p0 + slack >= p1 >= p2 - slack
    assert p1**2 <= p0 * p2 + slack
    found = pooled_rate(poor, rates)
    if found.value is not None:
        assert found.value == pytest.approx(p0, rel=1e-12)
