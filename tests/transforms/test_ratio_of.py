"""A ratio that nobody prints: from two counts of one region, inside one compilation."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from support.small_cube import Figure, Result, cube_of, figure, result

from catalog.contract import Contract, ContractFile
from catalog.load import Catalog
from transforms import rules
from transforms.read import read_table
from transforms.tidy import tidy

COUNT, RATE = figure(7650.0, 5), figure(5.77, 0.005)


def quotient(above: Figure, below: Figure | None, scale: float) -> Result:
    cube, (one, other) = cube_of([above], [below])
    return result(cube, rules.quotient(cube, one[0], other[0], scale))


def test_the_survey_population_is_count_over_rate_with_the_range_of_both() -> None:
    found = quotient(COUNT, RATE, 100)
    assert found.value == pytest.approx(132_582, abs=1)
    assert found.low == pytest.approx(100 * 7645 / 5.775)
    assert found.high == pytest.approx(100 * 7655 / 5.765)
    assert (found.method, found.exactness) == ("recomputed", "exact")


def test_parts_of_two_compilations_make_no_ratio() -> None:
    found = quotient(COUNT, RATE._replace(family="other"), 100)
    assert (found.value, found.reason) == (None, "different_sources")


@pytest.mark.parametrize("below", [None, figure(math.nan), figure(0.0, 0.005), figure(0.0)])
def test_a_ratio_without_a_denominator_is_missing(below: Figure | None) -> None:
    found = quotient(COUNT, below, 100)
    assert (found.value, found.reason) == (None, "component_missing")


def test_the_weakest_status_and_evidence_of_the_parts_stand() -> None:
    found = quotient(COUNT._replace(status="P"), RATE._replace(evidence="press_quote"), 100)
    assert (found.status, found.evidence) == ("P", "press_quote")


def test_sen_of_a_budget_in_rupiah_are_kept_to_the_rupiah(contracts: dict[str, ContractFile], catalog: Catalog) -> None:
    """368,834,887,917.88 rupiah is 368,834.88791788 million, two digits more than are kept."""
    file = contracts["pers-kabupaten-mojokerto"]
    contract: Contract = file.contract
    frame = tidy(read_table((file.folder / contract.connector.path).read_bytes(), contract), contract, catalog)
    (value,) = frame.loc[frame["indicator"] == "capital_spending", "value"]
    assert value == Decimal("368834.887918")
