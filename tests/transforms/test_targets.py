"""Targets: verdict, paces and achievement follow from the figures of one series, and never cross a break."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.targets import VERDICTS, FormulaId
from transforms.targets import Aim, achievement, standing

FIGURE = st.decimals(min_value=0, max_value=100, places=2).map(float)
SERIES = st.dictionaries(st.integers(2015, 2025), FIGURE, max_size=11)


def aims(year: st.SearchStrategy[int]) -> st.SearchStrategy[Aim]:
    ends = st.tuples(FIGURE, FIGURE).map(sorted)
    return st.builds(lambda low_high, lower, when: Aim(*low_high, lower, when), ends, st.booleans(), year)


AIMS = aims(st.integers(2019, 2030))


def mirrored(aim: Aim) -> Aim:
    return Aim(-aim.high, -aim.low, not aim.lower_is_better, aim.year)


@given(AIMS, SERIES, st.sets(st.integers(2010, 2030), max_size=2))
def test_every_verdict_is_known_and_no_data_says_why(aim: Aim, figures: dict[int, float], breaks: set[int]) -> None:
    found = standing(aim, 2018, figures, breaks)
    assert found.verdict in VERDICTS
    assert (found.verdict == "no_data") == (found.null_reason is not None)


@given(AIMS, SERIES)
def test_the_direction_is_a_mirror(aim: Aim, figures: dict[int, float]) -> None:
    found = standing(aim, 2018, figures)
    other = standing(mirrored(aim), 2018, {year: -value for year, value in figures.items()})
    assert found.verdict == other.verdict
    assert found.gap == (None if other.gap is None else pytest.approx(-other.gap))


@given(AIMS, SERIES, FIGURE)
def test_a_figure_of_the_target_year_decides_alone(aim: Aim, figures: dict[int, float], last: float) -> None:
    alone = standing(aim, 2018, {aim.year: last})
    found = standing(aim, 2018, {**figures, aim.year: last})
    assert found.verdict == alone.verdict == ("met" if aim.reached_by(last) else "off_track")
    assert found.pace_needed is None


@given(aims(st.integers(2026, 2030)), SERIES)
def test_before_the_target_year_the_pace_so_far_decides(aim: Aim, figures: dict[int, float]) -> None:
    found = standing(aim, 2018, figures)
    assume(found.pace_so_far is not None and found.pace_needed is not None)
    assert found.pace_so_far is not None
    assert found.pace_needed is not None
    assert found.verdict in {"on_track", "off_track"}
    ahead = found.pace_needed - found.pace_so_far if aim.lower_is_better else found.pace_so_far - found.pace_needed
    if abs(ahead) > 1e-6:
        assert (found.verdict == "on_track") == (ahead > 0)


@given(aims(st.integers(2026, 2030)), SERIES, st.floats(0.01, 50))
def test_a_better_latest_figure_never_makes_the_verdict_worse(aim: Aim, figures: dict[int, float], by: float) -> None:
    found = standing(aim, 2018, figures)
    assume(found.actual_year is not None and found.verdict == "on_track")
    assert found.actual_year is not None
    better = figures[found.actual_year] + (-by if aim.lower_is_better else by)
    assert standing(aim, 2018, {**figures, found.actual_year: better}).verdict == "on_track"


@given(AIMS, SERIES, st.integers(2019, 2030))
def test_nothing_is_compared_across_a_break(aim: Aim, figures: dict[int, float], first: int) -> None:
    found = standing(aim, 2018, figures, {first})
    if first <= aim.year:
        assert found.verdict == "no_data"
        assert (found.gap, found.pace_so_far, found.pace_needed, found.projected) == (None,) * 4
    else:
        assert found == standing(aim, 2018, figures)


def test_a_break_in_the_first_plan_year_or_before_it_divides_nothing() -> None:
    aim = Aim(5.0, 5.0, lower_is_better=True, year=2023)
    figures = {2018: 6.0, 2023: 4.9}
    assert standing(aim, 2018, figures, {2010, 2018}) == standing(aim, 2018, figures)


def test_a_year_that_was_passed_over_has_no_data_for_the_reason_of_its_gap() -> None:
    aim = Aim(0.332, 0.332, lower_is_better=True, year=2023)
    assert standing(aim, 2018, {2022: 0.381, 2025: 0.298}).null_reason == "not_in_sources"
    found = standing(aim, 2018, {2022: 0.381, 2025: 0.298}, reasons={2023: "quarantined"})
    assert (found.verdict, found.null_reason, found.actual) == ("no_data", "quarantined", None)


def test_one_figure_gives_a_gap_but_no_pace() -> None:
    found = standing(Aim(4.0, 4.0, lower_is_better=True, year=2029), 2021, {2025: 5.0})
    assert (found.verdict, found.null_reason, found.gap, found.pace_needed) == ("no_data", "no_baseline", 1.0, -0.25)


def test_paces_are_worked_by_hand() -> None:
    found = standing(Aim(4.0, 4.0, lower_is_better=True, year=2029), 2021, {2020: 6.24, 2021: 6.39, 2025: 5.05})
    assert (found.baseline_year, found.actual_year) == (2021, 2025)
    assert found.pace_so_far == pytest.approx((5.05 - 6.39) / 4)
    assert found.pace_needed == pytest.approx((4.0 - 5.05) / 4)
    assert found.projected == pytest.approx(3.71)
    assert found.verdict == "on_track"


@pytest.mark.parametrize(
    ("formula", "actual", "low", "high", "lower", "printed"),
    [
        # Printed by the governments: LKPJ 2022 of the city (79.32 against 78.40), its statistics study for 2023.
        ("ratio", 79.32, 78.40, 78.40, False, 101.17),
        ("ratio", 2.79, 4.5, 5.0, False, 62.00),
        # The examples of PermenPANRB 8/2021, of a range aimed at from below and of one aimed at from above.
        ("ratio", 92, 80, 90, False, 102.22),
        ("ratio", 70, 80, 90, False, 87.5),
        ("twice_target", 9, 7, 8, True, 87.5),
        ("twice_target", 6.5, 7, 7.0000001, True, 107.14),
        ("ratio", 85, 80, 90, False, 100.0),
        ("inverse", 5.0, 4.0, 4.0, True, 80.0),
        ("twice_target", 5.0, 4.0, 4.0, True, 75.0),
    ],
)
def test_achievement_is_what_the_reports_print(
    formula: FormulaId, actual: float, low: float, high: float, lower: bool, printed: float
) -> None:
    assert achievement(formula, actual, Aim(low, high, lower, 2023)) == pytest.approx(printed, abs=0.005)


@given(FIGURE, FIGURE.filter(lambda value: value > 0))
def test_achievement_passes_100_exactly_where_the_target_is_reached(actual: float, target: float) -> None:
    for formula, lower in (("ratio", False), ("twice_target", True), ("inverse", True)):
        aim = Aim(target, target, lower, 2023)
        reached = achievement(formula, actual, aim)  # type: ignore[arg-type]
        if reached is not None and abs(actual - target) > 1e-6:
            assert (reached > 100) == aim.reached_by(actual)


def test_no_achievement_is_divided_by_zero() -> None:
    assert achievement("inverse", 0.0, Aim(4.0, 4.0, lower_is_better=True, year=2023)) is None
    assert achievement("ratio", 3.0, Aim(0.0, 0.0, lower_is_better=False, year=2023)) is None
