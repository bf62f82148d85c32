"""Programmes, facilities, complaints and profiles of a whole night, held against the records by another way."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from support.office import Office

pytestmark = pytest.mark.xdist_group("release")

TABLES = ("programme_delivery", "facility_coverage", "service_complaints", "kelurahan_profile")
RAYA = "mojokerto-raya"


@pytest.fixture(scope="module")
def records(whole: Office) -> duckdb.DuckDBPyConnection:
    """The writer's own warehouse, where the records stand."""
    return duckdb.connect(str(whole.settings.data / "warehouse.duckdb"), read_only=True)


def one(records: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    found = records.execute(sql).fetchone()
    assert found is not None
    return found


def test_complaints_and_their_times_are_those_of_the_records(whole: Office, records: duckdb.DuckDBPyConnection) -> None:
    hours = "epoch(closed - received) / 3600"
    own = one(
        records,
        f"SELECT count(*), quantile_cont({hours}, 0.5), quantile_cont({hours}, 0.9), avg(satisfaction), "
        "count(*) FILTER (closed IS NULL OR closed >= '2026-01-01') FROM records.call WHERE kind = 'complaint'",
    )
    (told,) = whole.sql(
        "SELECT complaints, median_close_hours, p90_close_hours, satisfaction, backlog FROM joint.service_complaints "
        f"WHERE region_code = '{RAYA}' AND period = '2025' AND category = '_T'"
    )
    assert told == pytest.approx(own, abs=1e-4)


def test_every_month_has_its_row_in_every_place_and_category(whole: Office) -> None:
    gaps = (
        "SELECT region_code, category, count(*) FROM joint.service_complaints WHERE length(period) = 7 GROUP BY ALL "
        "HAVING count(*) <> 10"
    )
    assert whole.sql(gaps) == []


def test_realisation_is_a_ratio_of_the_sums_of_the_records(whole: Office, records: duckdb.DuckDBPyConnection) -> None:
    own = one(
        records,
        "SELECT count(*), 100 * sum(budget_actual) / sum(budget_plan), "
        "100 * sum(physical_actual) / sum(physical_plan), sum(findings_count) "
        "FROM records.activity WHERE year = 2025 AND quarter = 3",
    )
    (told,) = whole.sql(
        "SELECT activities, budget_realisation, physical_realisation, findings FROM joint.programme_delivery "
        f"WHERE region_code = '{RAYA}' AND programme = '_T' AND period = '2025-Q3'"
    )
    assert told == pytest.approx(tuple(map(float, own)), abs=1e-4)


def test_coverage_is_told_where_every_kelurahan_reports_and_missing_where_desa_do_not(whole: Office) -> None:
    rows = whole.sql(
        "SELECT region_code, units, unreported, coverage, null_reason FROM joint.facility_coverage "
        "WHERE year = 2025 AND level IN ('city', 'regency', 'agglomeration') ORDER BY region_code"
    )
    assert [(row[0], row[1], row[2], row[3] is None, row[4]) for row in rows] == [
        ("35.16", 304, 299, True, "part_missing"),
        ("35.76", 18, 0, False, None),
        (RAYA, 322, 299, True, "part_missing"),
    ]


def test_every_kelurahan_has_a_profile_with_its_real_population_beside_the_examples(whole: Office) -> None:
    rows = whole.sql(
        "SELECT count(*), count(population), count(density), bool_and(synthetic), "
        "count(*) FILTER (list_contains(string_split(synthetic_columns, ', '), 'population')) "
        "FROM joint.kelurahan_profile WHERE year = 2024 AND government = '35.76'"
    )
    assert rows == [(18, 18, 18, True, 0)]
    said = "SELECT max(length(strengths_id) - length(replace(strengths_id, ';', ''))) FROM joint.kelurahan_profile"
    assert whole.sql(said) == [(2,)], "three strengths at most, and somewhere there are three"


@pytest.mark.parametrize("table", TABLES)
def test_every_row_made_of_examples_says_so_in_words_too(whole: Office, table: str) -> None:
    found = whole.sql(f"SELECT count(*), count(*) FILTER (synthetic AND notice LIKE '%contoh%') FROM joint.{table}")
    assert found[0][0] == found[0][1] > 0
