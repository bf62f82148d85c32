"""What a kecamatan meeting hears of a kelurahan: declared rules, real figures before examples, areas named."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.load import Catalog
from catalog.monitoring import Monitoring, ProfileRule
from transforms.complaints import People
from transforms.profile import profile_rows, published_profiles

MIJI = "35.76.03.1002"
PEOPLE = {(MIJI, 2025): People("registered_population_year_end", 2022, 9_000.0)}
AREAS = {MIJI: (2014, 0.75)}


def evaluation(**other: Any) -> dict[str, Any]:
    base = {
        "region_code": MIJI, "data_year": 2025, "class": "cepat_berkembang", "class_basis": "official", "total": 400.0,
        "change": 25.0, "rank_kecamatan": 1, "ranked_kecamatan": 6, "warnings": None, "source": "a", "synthetic": True,
    }  # fmt: skip
    return {**base, **other}


def delivery(**other: Any) -> dict[str, Any]:
    base = {
        "region_code": MIJI, "year": 2025, "quarter": 2, "programme": "_T", "activities": 3, "verdict": "as_planned",
        "physical_realisation": 50.0, "budget_realisation": 49.0, "findings": 0, "source": "b", "synthetic": True,
    }  # fmt: skip
    return {**base, **other}


def complaint(**other: Any) -> dict[str, Any]:
    base = {
        "region_code": MIJI, "year": 2025, "period": "2025", "category": "_T", "complaints": 9,
        "complaints_per_1000": 1.0, "median_close_hours": 80.0, "backlog": 6, "satisfaction": 3.5, "source": "c",
        "months": 12,
        "synthetic": False,
    }  # fmt: skip
    return {**base, **other}


def facility(**other: Any) -> dict[str, Any]:
    base = {"region_code": MIJI, "year": 2025, "facility": "mobmas", "facilities": 0, "source": "d", "synthetic": True}
    return {**base, **other}


def test_three_strengths_and_three_problems_are_said_in_declared_order(catalog: Catalog) -> None:
    (row,) = profile_rows([evaluation()], [delivery()], [complaint()], [facility()], PEOPLE, AREAS, catalog)
    assert row["strengths_id"] == (
        "tergolong cepat berkembang; nilai evaluasi naik 25 poin; nilai evaluasi tertinggi di kecamatannya"
    )
    assert row["problems_id"] == (
        "separuh pengaduan baru selesai setelah 80 jam; 6 pengaduan belum selesai; "
        "belum memiliki mobil masyarakat (mobmas)"
    )
    assert row["problems_en"].startswith("half of all complaints take more than 80 hours")
    assert (row["density"], row["area_indicator"], row["area_year"]) == (12_000.0, "area_yearbook", 2014)


def test_example_columns_are_named_and_real_ones_are_not(catalog: Catalog) -> None:
    (row,) = profile_rows([evaluation()], [delivery()], [complaint()], [], PEOPLE, AREAS, catalog)
    named = row["synthetic_columns"].split(", ")
    assert row["synthetic"]
    assert {"class", "delivery_verdict", "strengths_id"} <= set(named)
    assert not {"population", "density", "complaints", "backlog", "facilities"} & set(named)
    (real,) = profile_rows([], [], [complaint()], [], PEOPLE, AREAS, catalog)
    assert (real["synthetic"], real["synthetic_columns"], real["notice"]) == (False, None, None)


def test_a_real_figure_comes_before_an_example_and_the_last_quarter_counts(catalog: Catalog) -> None:
    deliveries = [delivery(quarter=4), delivery(quarter=1, synthetic=False), delivery(quarter=3, synthetic=False)]
    (row,) = profile_rows([], deliveries, [], [], {}, {}, catalog)
    assert (row["delivery_quarter"], row["synthetic"]) == (3, False)
    assert (row["population"], row["density"], row["class"]) == (None, None, None)


def test_only_kelurahan_and_desa_have_a_profile(catalog: Catalog) -> None:
    assert profile_rows([], [delivery(region_code="35.76.03")], [], [], {}, {}, catalog) == []


@pytest.mark.parametrize(
    ("given", "found", "holds"),
    [
        ({"at_least": 20}, 20.0, True),
        ({"at_least": 20}, 19.9, False),
        ({"at_most": 0}, 0, True),
        ({"at_most": 0}, 1, False),
        ({"equals": "behind"}, "behind", True),
        ({"equals": "behind"}, None, False),
    ],
)
def test_a_rule_holds_at_its_bound_and_never_for_what_is_missing(
    given: dict[str, Any], found: object, holds: bool
) -> None:
    declared = {"id": "r", "side": "problem", "column": "x", "text": {"id": "ada {value}", "en": "{value} found"}}
    assert ProfileRule.model_validate({**declared, **given}).holds(found) is holds


def test_a_rule_without_a_bound_or_with_two_is_refused() -> None:
    declared = {"id": "r", "side": "problem", "column": "x", "text": {"id": "ada", "en": "there"}}
    for bounds in ({}, {"at_least": 1, "at_most": 2}):
        with pytest.raises(ValueError, match="needs one of"):
            Monitoring.model_validate({"profile_rule": [{**declared, **bounds}]})


def test_every_declared_rule_speaks_of_a_column_of_the_profile(catalog: Catalog) -> None:
    (row,) = profile_rows([evaluation()], [delivery()], [complaint()], [facility()], PEOPLE, AREAS, catalog)
    assert {rule.column for rule in catalog.monitoring.profile_rules} <= set(row)


def test_complaints_of_a_part_of_the_year_say_so_and_are_no_strength_or_problem(catalog: Catalog) -> None:
    (row,) = profile_rows([], [], [complaint(months=10, satisfaction=5.0)], [], PEOPLE, AREAS, catalog)
    assert (row["complaint_months"], row["complaints_per_1000"]) == (10, 1.0)
    assert (row["strengths_id"], row["problems_id"]) == (None, None)
    (whole,) = profile_rows([], [], [complaint(satisfaction=5.0)], [], PEOPLE, AREAS, catalog)
    assert whole["strengths_id"] == "kepuasan pelapor 5 dari 5"


def test_what_the_complaints_no_longer_say_the_profile_does_not_say_either(catalog: Catalog) -> None:
    open_row = complaint(obs_status="A", null_reason=None)
    rows = profile_rows([evaluation()], [], [open_row], [], PEOPLE, AREAS, catalog)
    emptied = {**open_row, "complaints": None, "complaints_per_1000": None, "backlog": None, "median_close_hours": None}
    emptied |= {"satisfaction": None, "obs_status": "Q", "null_reason": "suppressed"}
    (row,) = published_profiles(rows, [emptied], catalog)
    assert (row["complaints"], row["backlog"], row["complaints_null_reason"]) == (None, None, "suppressed")
    assert rows[0]["problems_id"] is not None
    assert row["problems_id"] is None
    assert row["strengths_id"] == rows[0]["strengths_id"]
    assert published_profiles(rows, [open_row], catalog) == rows
