from __future__ import annotations

from typing import Any

import pytest
from warehouse_samples import CITY, RAYA, REGENCY, day, joint_value

from warehouse.arrow import RowsError
from warehouse.build import Build, load_joint, load_rows

GRDP = "grdp_constant_2010"


def rows(build: Build, sql: str) -> list[tuple[Any, ...]]:
    return build.con.execute(sql).fetchall()


def sector(region: str, year: int, code: str, value: float | None, **given: Any) -> dict[str, Any]:
    return joint_value(GRDP, region, year, value, breakdown=f"sector={code}", unit="million_rupiah", **given)


def total(region: str, year: int, value: float | None, **given: Any) -> dict[str, Any]:
    return joint_value(GRDP, region, year, value, unit="million_rupiah", **given)


def test_every_region_has_a_row_for_every_year_between_the_first_and_the_last(build: Build) -> None:
    load_joint(build, [joint_value("poverty_rate", CITY, year, 5.0) for year in (2019, 2023)], [])
    regions = rows(build, "SELECT count(*) FROM core.region WHERE region_role IS NOT NULL")[0][0]
    assert regions == 38 + 1 + 1 + 1  # the 38, the province, the agglomeration, Kota Cimahi
    assert rows(build, "SELECT count(*), min(year), max(year) FROM joint.poverty") == [(regions * 5, 2019, 2023)]
    assert rows(build, "SELECT count(*) FROM (SELECT DISTINCT region_code, year FROM joint.poverty)") == [
        (regions * 5,)
    ]


def test_an_empty_cell_says_why(build: Build) -> None:
    values = [joint_value("poverty_rate", CITY, 2023, 5.77), joint_value("poverty_rate", RAYA, 2023, None)]
    load_joint(build, values, [])
    found = rows(build, "SELECT region_code, poverty_rate, poverty_rate_null_reason FROM joint.poverty ORDER BY ALL")
    told = {code: (value, why) for code, value, why in found}
    assert told[CITY] == (5.77, None)
    assert told[RAYA] == (None, "member_missing")
    assert told[REGENCY] == (None, "not_in_sources")


def test_status_method_and_evidence_stand_beside_each_value(build: Build) -> None:
    load_joint(
        build,
        [joint_value("poverty_rate", RAYA, 2023, 9.3839, obs_status="P", method="ratio_of_sums", evidence="inferred")],
        [],
    )
    assert rows(
        build,
        "SELECT poverty_rate, poverty_rate_status, poverty_rate_method, poverty_rate_evidence, notice "
        f"FROM joint.poverty WHERE region_code = '{RAYA}'",
    ) == [(9.3839, "P", "ratio_of_sums", "inferred", "gabungan hitung, bukan angka resmi BPS")]


def test_only_current_totals_reach_the_wide_tables(build: Build) -> None:
    values = [
        joint_value("poverty_rate", CITY, 2023, 5.77, superseded_at=day(2)),
        joint_value("poverty_rate", CITY, 2023, 5.78, vintage=day(2)),
        joint_value("poverty_rate", CITY, 2023, 1.0, breakdown="sex=F"),
    ]
    load_joint(build, values, [])
    assert rows(build, f"SELECT poverty_rate FROM joint.poverty WHERE region_code = '{CITY}'") == [(5.78,)]


def test_a_synthetic_figure_marks_its_row(build: Build) -> None:
    load_joint(build, [joint_value("hospitals", CITY, 2020, 6.0, synthetic=True)], [])
    assert rows(build, "SELECT region_code FROM joint.services WHERE synthetic") == [(CITY,)]


def test_contributions_of_the_sectors_add_up_to_growth(build: Build) -> None:
    values = [
        sector(CITY, 2022, "A", 40.0), sector(CITY, 2022, "C", 60.0), total(CITY, 2022, 100.0),
        sector(CITY, 2023, "A", 38.0), sector(CITY, 2023, "C", 69.0), total(CITY, 2023, 107.0),
    ]  # fmt: skip
    load_joint(build, values, [])
    found = rows(
        build,
        "SELECT sector, share, growth, contribution FROM joint.economy_sector "
        "WHERE year = 2023 AND grdp_constant_2010 IS NOT NULL ORDER BY sector",
    )
    assert found == [("A", 35.514, -5.0, -2.0), ("C", 64.486, 15.0, 9.0)]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({}, "no_previous_year"),
        ({"break_flag": True}, "break_in_series"),
        ({"source": "lain"}, "different_sources"),
    ],
)
def test_no_growth_without_a_comparable_year_before(build: Build, now: dict[str, Any], why: str) -> None:
    before = [] if not now else [sector(CITY, 2022, "A", 40.0), total(CITY, 2022, 40.0)]
    load_joint(build, [*before, sector(CITY, 2023, "A", 44.0, **now), total(CITY, 2023, 44.0, **now)], [])
    assert rows(
        build,
        "SELECT grdp_constant_2010, growth, growth_null_reason, contribution, contribution_null_reason, share "
        "FROM joint.economy_sector WHERE year = 2023 AND sector = 'A'",
    ) == [(44.0, None, why, None, why, 100.0)]


def test_no_share_or_contribution_without_the_whole(build: Build) -> None:
    values = [sector(CITY, 2022, "A", 40.0), sector(CITY, 2023, "A", 44.0), total(CITY, 2023, None)]
    load_joint(build, values, [])
    assert rows(
        build,
        "SELECT growth, share_null_reason, contribution_null_reason FROM joint.economy_sector "
        "WHERE year = 2023 AND sector = 'A'",
    ) == [(10.0, "part_missing", "part_missing")]


def test_all_seventeen_industries_stand_for_every_region_with_industries(build: Build) -> None:
    load_joint(build, [sector(CITY, 2023, "A", 44.0)], [])
    assert rows(build, "SELECT region_code, count(*) FROM joint.economy_sector GROUP BY ALL") == [(CITY, 17)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"source": "a"}, "meta.freshness: the column 'state' is missing"),
        ({"source": "a", "state": "current", "bundled": True, "sate": "x"}, "meta.freshness: unknown column 'sate'"),
        ({"source": "a", "state": "current", "bundled": "perhaps"}, "meta.freshness: "),
    ],
)
def test_rows_that_are_not_as_declared_are_refused(build: Build, row: dict[str, Any], told: str) -> None:
    with pytest.raises(RowsError, match=told):
        load_rows(build, "meta.freshness", [row])
