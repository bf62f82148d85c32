"""Ranks: ties share the best place, order of regions means nothing, and too few regions give none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.load import Catalog
from transforms.peers import FEWEST, Place, place, scopes

VALUE = st.integers(0, 12).map(float)
OTHERS = st.lists(VALUE, min_size=FEWEST - 1, max_size=40)


def placed(value: float, others: list[float], *, lowest_first: bool) -> Place:
    found = place(value, others, lowest_first=lowest_first)
    assert found is not None
    return found


@given(VALUE, OTHERS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_regions_means_nothing(
    value: float, others: list[float], lowest: bool, rng: random.Random
) -> None:
    shuffled = rng.sample(others, len(others))
    assert placed(value, others, lowest_first=lowest) == placed(value, shuffled, lowest_first=lowest)


@given(VALUE, OTHERS, st.booleans())
def test_rank_and_percentile_lie_in_their_ranges(value: float, others: list[float], lowest: bool) -> None:
    found = placed(value, others, lowest_first=lowest)
    assert 1 <= found.rank <= found.comparable - found.tied
    assert found.comparable == len(others) + 1
    assert 0 <= found.percentile <= 100


@given(st.lists(VALUE, min_size=FEWEST, max_size=40), st.booleans())
def test_ties_share_the_best_place_and_leave_the_next_ones_free(values: list[float], lowest: bool) -> None:
    ranks = sorted(
        placed(value, values[:number] + values[number + 1 :], lowest_first=lowest).rank
        for number, value in enumerate(values)
    )
    ordered = sorted(values, reverse=not lowest)
    assert ranks == [ordered.index(value) + 1 for value in ordered]


@given(VALUE, VALUE, OTHERS, st.booleans())
def test_a_better_value_never_ranks_worse(one: float, other: float, others: list[float], lowest: bool) -> None:
    better, worse = sorted((one, other), reverse=not lowest)
    ahead, behind = (placed(value, others, lowest_first=lowest) for value in (better, worse))
    assert ahead.rank <= behind.rank
    assert ahead.percentile >= behind.percentile


@given(VALUE, OTHERS)
def test_turning_the_direction_round_mirrors_the_place(value: float, others: list[float]) -> None:
    up, down = (placed(value, others, lowest_first=lowest) for lowest in (False, True))
    assert up.tied == down.tied
    assert up.better + down.better + up.tied == len(others)
    assert up.percentile + down.percentile == pytest.approx(100)


def test_1224() -> None:
    values = [3.0, 5.0, 5.0, 7.0]
    found = [placed(value, values[:n] + values[n + 1 :], lowest_first=True) for n, value in enumerate(values)]
    assert [item.rank for item in found] == [1, 2, 2, 4]


def test_fewer_than_three_regions_have_no_places() -> None:
    assert place(1.0, [2.0], lowest_first=True) is None
    assert place(1.0, [2.0, 3.0], lowest_first=True) == Place(comparable=3, better=0, tied=0)


def test_the_province_is_its_38_and_the_peers_are_those_named(catalog: Catalog) -> None:
    found = scopes(catalog.agglomerations["mojokerto-raya"], catalog)
    assert len(found["province"]) == 38
    assert {"35.16", "35.76"} <= set(found["province"])
    assert found["peers"] == ["32.77", "35.71", "35.75"]
