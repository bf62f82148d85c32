"""Joint rules: each stops a release for its fault, and true joint values pass."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import CITY, REGENCY, by_rule

from catalog.load import Catalog
from expectations.joint import joint_view, judge_joint
from expectations.verdict import Check, refusal

RAYA = "mojokerto-raya"


def value(region: str, number: float | None, **more: Any) -> dict[str, Any]:
    row = {
        "indicator": "poverty_rate",
        "region_code": region,
        "region_role": "member",
        "period": "2023",
        "year": 2023,
        "breakdown": "_T",
        "value": number,
        "rounding_low": None if number is None else number - 0.005,
        "rounding_high": None if number is None else number + 0.005,
        "obs_status": "A",
        "method": "official",
        "null_reason": None if number is not None else "not_in_sources",
    }
    return {**row, **more}


def true_values(**raya: Any) -> list[dict[str, Any]]:
    joint = value(RAYA, 9.3838, method="ratio_of_sums", rounding_low=9.3786, rounding_high=9.3891)
    counts = [
        value(region, number, indicator="poor_population", method=method)
        for region, number, method in (
            (CITY, 7650.0, "official"),
            (REGENCY, 112860.0, "official"),
            (RAYA, 120510.0, "sum"),
        )
    ]
    return [value(CITY, 5.77), value(REGENCY, 9.80), {**joint, **raya}, *counts]


def judged(catalog: Catalog, rows: list[dict[str, Any]]) -> list[Check]:
    return judge_joint(pd.DataFrame(rows), catalog)


def failed(checks: list[Check]) -> set[str]:
    return {check.rule for check in checks if check.outcome != "passed"}


def test_true_values_pass_every_joint_rule(catalog: Catalog) -> None:
    checks = judged(catalog, true_values())
    assert failed(checks) == set()
    assert {check.gate for check in checks} == {"joint"}
    assert by_rule(checks)["joint_between_members"].evaluated == 1
    assert by_rule(checks)["sum_equals_members"].evaluated == 1


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("joint_between_members", {"value": 4.0, "rounding_low": 3.9, "rounding_high": 4.1}),
        ("range_contains_value", {"rounding_high": 9.38}),
        ("null_has_reason", {"value": None, "rounding_low": None, "rounding_high": None, "null_reason": None}),
        ("one_row_per_key", {"region_code": CITY, "method": "official"}),
    ],
)
def test_a_faulty_joint_value_stops_the_release(catalog: Catalog, rule: str, fault: dict[str, Any]) -> None:
    checks = judged(catalog, true_values(**fault))
    assert failed(checks) == {rule}
    refused = refusal(checks)
    assert refused is not None
    assert refused.message_id.startswith("poverty rate, ")
    assert "2023" in refused.message_id


def test_the_sentence_names_the_value_and_its_members(catalog: Catalog) -> None:
    checks = judged(catalog, true_values(value=4.0, rounding_low=3.9, rounding_high=4.1))
    assert "Mojokerto Raya, 2023: nilainya 4, seharusnya di antara nilai anggotanya 5,77 sampai 9,8" in (
        by_rule(checks)["joint_between_members"].message_id
    )


def test_a_sum_that_is_not_the_sum_of_its_members_stops_the_release(catalog: Catalog) -> None:
    rows = true_values()
    rows[-1] = {**rows[-1], "value": 120511.0, "rounding_high": 120512.0}
    assert failed(judged(catalog, rows)) == {"sum_equals_members"}


def test_a_value_out_of_bounds_stops_the_release_and_names_the_bounds(catalog: Catalog) -> None:
    checks = judged(catalog, [value(CITY, 105.0), value(CITY, 5.0, indicator="poor_population")])
    assert failed(checks) == {"joint_within_bounds"}
    assert "105, seharusnya 0 sampai 100 persen" in by_rule(checks)["joint_within_bounds"].message_id


def test_a_value_below_an_open_upper_bound_is_caught(catalog: Catalog) -> None:
    assert failed(judged(catalog, [value(CITY, -1.0, indicator="poor_population")])) == {"joint_within_bounds"}


def test_a_joint_value_without_all_members_is_not_held_against_them(catalog: Catalog) -> None:
    rows = [row for row in true_values() if row["region_code"] != CITY]
    checks = by_rule(judged(catalog, rows))
    assert checks["joint_between_members"].evaluated == 0


def test_superseded_values_are_not_judged(catalog: Catalog) -> None:
    old = value(CITY, 105.0, superseded_at="2026-01-01")
    rows = [{**row, "superseded_at": None} for row in true_values()] + [old]
    assert failed(judged(catalog, rows)) == set()


def test_no_joint_values_are_judged_without_error(catalog: Catalog) -> None:
    assert failed(judge_joint(pd.DataFrame(true_values()).iloc[:0], catalog)) == set()


def test_arrow_types_are_judged_like_plain_ones(catalog: Catalog) -> None:
    plain = pd.DataFrame(true_values())
    assert judge_joint(plain.convert_dtypes(dtype_backend="pyarrow"), catalog) == judge_joint(plain, catalog)


PEOPLE = st.floats(1.0, 1e7)
SHARE = st.floats(0.0, 1.0)


@settings(max_examples=50, deadline=None)
@given(PEOPLE, SHARE, PEOPLE, SHARE)
def test_a_true_ratio_of_sums_is_never_called_false(city: float, first: float, regency: float, second: float) -> None:
    from small_world import small_catalog

    joint = round(100 * (city * first + regency * second) / (city + regency), 4)
    rows = [
        value(CITY, round(100 * first, 2)),
        value(REGENCY, round(100 * second, 2)),
        value(RAYA, joint, method="ratio_of_sums"),
    ]
    view = joint_view(pd.DataFrame(rows), small_catalog())
    assert not (view["beyond_members"] > 0).any()
    assert not (view["beyond_range"] > 0).any()
