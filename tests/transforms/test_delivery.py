"""Programmes against plan: ratios of sums, the part of the year that has passed, findings and excess."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.load import Catalog, load_catalog
from transforms.delivery import VERDICTS, delivery_rows
from transforms.facilities import facility_rows

MIJI, MERI, REGENCY_UNIT = "35.76.03.1002", "35.76.03.1003", "35.16.08.1004"


def activity(number: int = 1, region: str = MIJI, **other: Any) -> dict[str, Any]:
    base = {
        "activity_id": f"K{number}", "region_code": region, "programme": "jalan", "title": None, "year": 2025,
        "quarter": 2, "physical_plan": 100.0, "physical_actual": 55.0, "budget_plan": 200e6, "budget_actual": 100e6,
        "findings_count": 0.0, "findings_value": 0.0, "beneficiaries": 40.0, "benefit_score": 80.0, "note": None,
        "source": "contoh", "evidence": "inferred", "synthetic": True,
    }  # fmt: skip
    return {**base, **other}


def told(catalog: Catalog, *activities: dict[str, Any], region: str = MIJI, programme: str = "jalan") -> dict[str, Any]:
    rows = delivery_rows(pd.DataFrame(activities), catalog)
    (found,) = [row for row in rows if (row["region_code"], row["programme"]) == (region, programme)]
    return found


def test_realisation_of_a_place_is_a_ratio_of_sums_and_no_mean_of_rates(catalog: Catalog) -> None:
    small = activity(1, budget_plan=10e6, budget_actual=10e6)
    large = activity(2, MERI, budget_plan=190e6, budget_actual=90e6)
    city = told(catalog, small, large, region="35.76")
    assert city["budget_realisation"] == pytest.approx(50.0)
    assert (city["activities"], city["units_with_activities"], city["units"]) == (2, 2, 18)
    assert (city["time_elapsed"], city["budget_gap"], city["verdict"]) == (50.0, 0.0, "as_planned")
    assert city["period"] == "2025-Q2"


def test_what_lags_by_more_than_the_tolerance_is_behind(catalog: Catalog) -> None:
    assert told(catalog, activity(physical_actual=40.0))["verdict"] == "as_planned"
    assert told(catalog, activity(physical_actual=39.9))["verdict"] == "behind"
    assert told(catalog, activity(budget_actual=79e6))["verdict"] == "behind"


def test_a_finding_or_an_excess_without_a_note_is_a_deviation(catalog: Catalog) -> None:
    assert told(catalog, activity(findings_count=1.0))["verdict"] == "deviation"
    over = activity(budget_actual=201e6)
    assert told(catalog, over)["verdict"] == "deviation"
    noted = told(catalog, {**over, "note": "adendum kontrak 2025"})
    assert (noted["over_realised"], noted["over_realised_without_note"], noted["verdict"]) == (1, 0, "as_planned")


def test_a_number_that_one_activity_does_not_state_is_missing_and_no_partial_sum(catalog: Catalog) -> None:
    row = told(catalog, activity(1), activity(2, findings_count=None, beneficiaries=None))
    assert (row["findings"], row["findings_per_activity"], row["beneficiaries"], row["benefit_score"]) == (None,) * 4
    assert row["verdict"] == "as_planned"


def test_without_a_plan_there_is_no_verdict(catalog: Catalog) -> None:
    row = told(catalog, activity(physical_plan=0.0, physical_actual=0.0))
    assert (row["physical_realisation"], row["verdict"], row["null_reason"]) == (None, None, "no_plan")


def test_example_activities_are_never_added_to_real_ones(catalog: Catalog) -> None:
    rows = delivery_rows(pd.DataFrame([activity(1), activity(2, synthetic=False)]), catalog)
    city = [row for row in rows if row["region_code"] == "35.76" and row["programme"] == "_T"]
    assert [(row["synthetic"], row["activities"]) for row in city] == [(False, 1), (True, 1)]


PLANS = st.lists(
    st.tuples(st.sampled_from([MIJI, MERI, REGENCY_UNIT]), st.integers(1, 10**9), st.integers(0, 10**9)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=30)
@given(PLANS)
def test_realisation_lies_between_its_parts_and_sums_add_up(plans: list[tuple[str, int, int]]) -> None:
    rows = delivery_rows(
        pd.DataFrame(
            [
                activity(number, code, budget_plan=float(plan), budget_actual=float(actual))
                for number, (code, plan, actual) in enumerate(plans)
            ]
        ),
        load_catalog(),
    )
    by_code = {row["region_code"]: row for row in rows if row["programme"] == "_T"}
    if not {"35.76", "35.16"} <= set(by_code):
        assert "mojokerto-raya" not in by_code
        return
    raya, parts = by_code["mojokerto-raya"], [by_code[code] for code in ("35.16", "35.76") if code in by_code]
    assert raya["budget_plan"] == pytest.approx(sum(part["budget_plan"] for part in parts))
    shares = [part["budget_realisation"] for part in parts]
    assert min(shares) - 1e-3 <= raya["budget_realisation"] <= max(shares) + 1e-3
    assert {row["verdict"] for row in rows} <= set(VERDICTS)


def facility(region: str, units: int, **other: Any) -> dict[str, Any]:
    base = {"region_code": region, "facility": "mobmas", "year": 2025, "units": units, "source": "contoh"}
    return {**base, "evidence": "inferred", "synthetic": True, **other}


def test_coverage_is_of_all_kelurahan_in_force_and_unknown_ones_are_not_without(catalog: Catalog) -> None:
    kranggan = sorted(code for code in catalog.regions_by_code if code.startswith("35.76.03."))
    units = [2, 0, 1, 0, 0, 1]
    rows = facility_rows(pd.DataFrame([facility(*pair) for pair in zip(kranggan, units, strict=True)]), catalog)
    by_code = {row["region_code"]: row for row in rows}
    whole, part = by_code["35.76.03"], by_code["35.76"]
    assert (whole["facilities"], whole["covered"], whole["coverage"]) == (4, 3, 50.0)
    assert (whole["units_at_target"], whole["missing_to_target"]) == (3, 3)
    assert (part["unreported"], part["coverage"], part["facilities"], part["null_reason"]) == (
        12, None, None, "part_missing",
    )  # fmt: skip


def test_a_quarter_that_one_member_does_not_report_has_no_row_of_the_agglomeration(catalog: Catalog) -> None:
    both = [activity(1, quarter=1), activity(2, REGENCY_UNIT, quarter=1), activity(1, quarter=2)]
    rows = delivery_rows(pd.DataFrame(both), catalog)
    assert {row["quarter"] for row in rows if row["region_code"] == "mojokerto-raya"} == {1}
    assert {row["quarter"] for row in rows if row["region_code"] == "35.76"} == {1, 2}
