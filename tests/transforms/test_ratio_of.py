"""A ratio that nobody prints: from two counts of one region, inside one compilation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from catalog.contract import Contract, ContractFile
from catalog.load import Catalog
from transforms.read import read_table
from transforms.rules import quotient
from transforms.tidy import tidy
from transforms.values import Value

COUNT = Value(
    indicator="poor_population", region="35.76", year=2023, breakdown="_T", value=7650.0, low=7645.0, high=7655.0,
    status="A", method="official", exactness="published", coverage="1/1", source="own", family="own",
    evidence="publication", synthetic=False, vintage=date(2026, 11, 21),
)  # fmt: skip
RATE = COUNT._replace(indicator="poverty_rate", value=5.77, low=5.765, high=5.775)


def test_the_survey_population_is_count_over_rate_with_the_range_of_both() -> None:
    found = quotient(COUNT, COUNT, RATE, 100)
    assert found.value == pytest.approx(132_582, abs=1)
    assert found.low == pytest.approx(100 * 7645 / 5.775)
    assert found.high == pytest.approx(100 * 7655 / 5.765)
    assert (found.method, found.exactness) == ("recomputed", "exact")


def test_parts_of_two_compilations_make_no_ratio() -> None:
    found = quotient(COUNT, COUNT, RATE._replace(family="other"), 100)
    assert (found.value, found.null_reason) == (None, "different_sources")


@pytest.mark.parametrize("below", [None, RATE._replace(value=None), RATE._replace(value=0.0)])
def test_a_ratio_without_a_denominator_is_missing(below: Value | None) -> None:
    found = quotient(COUNT, COUNT, below, 100)
    assert (found.value, found.null_reason) == (None, "component_missing")


def test_the_weakest_status_and_evidence_of_the_parts_stand() -> None:
    found = quotient(COUNT, COUNT._replace(status="P"), RATE._replace(evidence="press_quote"), 100)
    assert (found.status, found.evidence) == ("P", "press_quote")


def test_sen_of_a_budget_in_rupiah_are_kept_to_the_rupiah(contracts: dict[str, ContractFile], catalog: Catalog) -> None:
    """368,834,887,917.88 rupiah is 368,834.88791788 million, two digits more than are kept."""
    file = contracts["pers-kabupaten-mojokerto"]
    contract: Contract = file.contract
    frame = tidy(read_table((file.folder / contract.connector.path).read_bytes(), contract), contract, catalog)
    (value,) = frame.loc[frame["indicator"] == "capital_spending", "value"]
    assert value == Decimal("368834.887918")
