from __future__ import annotations

import math
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import rules
from transforms.ranges import ratio_from_counts_and_rates, ratio_range, weighted_mean_range
from transforms.values import Value

EMPTY = Value(
    indicator="poverty_rate", region="mojokerto-raya", year=2023, breakdown="_T", value=None, low=None, high=None,
    status="M", method="", exactness="", coverage="", source="", family="", evidence="publication", synthetic=False,
    vintage=date(2026, 11, 21),
)  # fmt: skip


def published(value: float, half: float, **other: object) -> Value:
    made = EMPTY._replace(
        value=value, low=value - half, high=value + half, status="A", method="official", exactness="published",
        coverage="1/1", source="s", family="f", observation_id="0" * 16,
    )  # fmt: skip
    return made._replace(**other)  # type: ignore[arg-type]


COUNTS = [published(7650, 5, region="35.76"), published(112860, 5, region="35.16")]
RATES = [published(5.77, 0.005, region="35.76"), published(9.80, 0.005, region="35.16")]


def test_the_pooled_poverty_rate_of_2023_is_the_control_value_with_its_range() -> None:
    found = rules.pooled_rate(EMPTY, COUNTS, RATES)
    assert found.value == pytest.approx(9.384, abs=0.0005)
    assert found.low == pytest.approx(9.379, abs=0.0005)
    assert found.high == pytest.approx(9.389, abs=0.0005)
    assert (found.method, found.exactness, found.coverage) == ("ratio_of_sums", "exact", "2/2")
    assert [item.role for item in found.inputs] == ["numerator", "rate_behind_denominator"] * 2


def test_a_missing_member_makes_the_joint_value_missing_and_says_so() -> None:
    found = rules.pooled_rate(EMPTY, COUNTS, [RATES[0], None])
    assert (found.value, found.null_reason, found.coverage) == (None, "member_missing", "1/2")
    total = rules.total(EMPTY, [COUNTS[0], None], reason="member_missing")
    assert (total.value, total.null_reason) == (None, "member_missing")


def test_count_and_rate_of_a_member_come_from_one_compilation() -> None:
    other = [RATES[0]._replace(family="elsewhere"), RATES[1]]
    assert rules.pooled_rate(EMPTY, COUNTS, other).null_reason == "different_sources"


def test_a_joint_value_takes_the_weakest_status_and_evidence_of_its_inputs() -> None:
    counts = [COUNTS[0]._replace(status="P", evidence="press_quote"), COUNTS[1]]
    found = rules.pooled_rate(EMPTY, counts, RATES)
    assert (found.status, found.evidence) == ("P", "press_quote")


def test_growth_never_crosses_a_break_a_gap_or_another_source() -> None:
    now, before = published(105, 0.5), published(100, 0.5)
    assert rules.growth(EMPTY, now, before, method="recomputed", breaks=False).value == pytest.approx(5.0)
    assert rules.growth(EMPTY, now, before, method="recomputed", breaks=True).null_reason == "break_in_series"
    assert rules.growth(EMPTY, now, None, method="recomputed", breaks=False).null_reason == "no_previous_year"
    other = before._replace(source="another")
    assert rules.growth(EMPTY, now, other, method="recomputed", breaks=False).null_reason == "different_sources"


MEMBERS = st.lists(st.tuples(st.integers(100, 10**6), st.floats(0.5, 60)), min_size=2, max_size=6)


@given(MEMBERS)
def test_a_ratio_of_sums_lies_between_its_members(members: list[tuple[int, float]]) -> None:
    counts, rates = zip(*members, strict=True)
    pooled = ratio_from_counts_and_rates(counts, rates)
    assert min(rates) * (1 - 1e-12) <= pooled <= max(rates) * (1 + 1e-12)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(members: list[tuple[int, float]], random: object) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = zip(*members, strict=True), zip(*shuffled, strict=True)
    assert ratio_from_counts_and_rates(*one) == pytest.approx(ratio_from_counts_and_rates(*other), rel=1e-14)


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
    low, high = ratio_range([(c - 5, c + 5) for c in counts], [(r - 0.005, r + 0.005) for r in rates])
    true_counts = [count + 5 * item[2] for count, item in zip(counts, members, strict=True)]
    true_rates = [rate + 0.005 * item[3] for rate, item in zip(rates, members, strict=True)]
    truth = ratio_from_counts_and_rates(true_counts, true_rates)
    assert low * (1 - 1e-12) <= truth <= high * (1 + 1e-12)


@given(st.lists(st.tuples(st.integers(1000, 10**6), st.integers(100, 9000)), min_size=2, max_size=4))
def test_the_range_is_the_hull_of_the_corners(members: list[tuple[int, int]]) -> None:
    boxes = [((c - 5.0, c + 5.0), (r / 100 - 0.005, r / 100 + 0.005)) for c, r in members]
    corners = []
    for mask in range(4 ** len(boxes)):
        chosen = [((mask >> 2 * i) & 1, (mask >> (2 * i + 1)) & 1) for i in range(len(boxes))]
        corners.append(
            ratio_from_counts_and_rates(
                [box[0][pick[0]] for box, pick in zip(boxes, chosen, strict=True)],
                [box[1][pick[1]] for box, pick in zip(boxes, chosen, strict=True)],
            )
        )
    low, high = ratio_range([box[0] for box in boxes], [box[1] for box in boxes])
    assert low == pytest.approx(min(corners), rel=1e-9)
    assert high == pytest.approx(max(corners), rel=1e-9)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=8))
def test_sums_add(values: list[float]) -> None:
    found = rules.total(EMPTY, [published(value, 0.5) for value in values], reason="part_missing")
    assert found.value == math.fsum(values)


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=5))
def test_a_member_with_no_people_changes_nothing(values: list[float]) -> None:
    parts = [published(value, 0.5) for value in values]
    with_nobody = rules.total(EMPTY, [*parts, published(0.0, 0.0)], reason="part_missing")
    assert with_nobody.value == rules.total(EMPTY, parts, reason="part_missing").value


def test_a_member_with_a_rate_of_zero_hides_its_population() -> None:
    rates = [published(0.0, 0.005), RATES[1]]
    found = rules.pooled_rate(EMPTY, COUNTS, rates)
    assert found.null_reason == "not_aggregable"


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
    low, high = weighted_mean_range(values, weights)
    assert low == pytest.approx(min(corners), rel=1e-9, abs=1e-9)
    assert high == pytest.approx(max(corners), rel=1e-9, abs=1e-9)


def test_the_weights_of_a_mean_widen_its_range() -> None:
    values = [published(10.0, 0.0), published(20.0, 0.0)]
    weights = [(published(5.0, 0.5),), (published(5.0, 0.5),)]
    found = rules.weighted_mean(EMPTY, values, weights, exactness="approximate")
    assert (found.value, found.low, found.high) == (15.0, 14.5, 15.5)


# One household's shortfall below the line, as a share of it; 0 for those above.
HOUSEHOLDS = st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=30), min_size=2, max_size=5)


@given(HOUSEHOLDS)
def test_the_order_of_poverty_measures_survives_aggregation(regions: list[list[float]]) -> None:
    """P0 >= P1 >= P2 and P1^2 <= P0 x P2 hold in every region, and in the agglomeration by its rules."""
    people = [published(float(len(region)), 0.0) for region in regions]
    poor = [published(float(sum(gap > 0 for gap in region)), 0.0) for region in regions]
    rates = [published(100 * sum(gap > 0 for gap in region) / len(region), 0.0) for region in regions]
    depth = [published(100 * math.fsum(region) / len(region), 0.0) for region in regions]
    severity = [published(100 * math.fsum(gap**2 for gap in region) / len(region), 0.0) for region in regions]
    weights = [(number,) for number in people]
    p1 = rules.weighted_mean(EMPTY, depth, weights, exactness="exact").value
    p2 = rules.weighted_mean(EMPTY, severity, weights, exactness="exact").value
    p0 = rules.weighted_mean(EMPTY, rates, weights, exactness="exact").value
    assert p0 is not None
    assert p1 is not None
    assert p2 is not None
    slack = 1e-9
    assert p0 + slack >= p1 >= p2 - slack
    assert p1**2 <= p0 * p2 + slack
    pooled = rules.pooled_rate(EMPTY, poor, rates)
    if pooled.value is not None:
        assert pooled.value == pytest.approx(p0, rel=1e-12)
