"""A series that moves as a whole from one year to the next has changed its base, and says so as a break."""

from __future__ import annotations

import itertools
import math

import pytest
from support.office import Office

from catalog.load import Catalog

pytestmark = pytest.mark.xdist_group("release")
# The middle move of all regions in a year, where it is four times the usual one of the same table.
MOVES = """
WITH figures AS (
    SELECT source, indicator, breakdown, region_code, year, value::DOUBLE AS value, break_flag
    FROM core.observation
    WHERE superseded_at IS NULL AND NOT synthetic AND length(period) = 4
),
moves AS (
    SELECT now.source, now.indicator, now.year, now.break_flag, abs(now.value / nullif(before.value, 0) - 1) AS moved
    FROM figures AS now
    JOIN figures AS before USING (source, indicator, breakdown, region_code)
    WHERE now.year = before.year + 1
),
years AS (
    SELECT source, indicator, year, bool_and(break_flag) AS told, median(moved) AS moved
    FROM moves GROUP BY ALL HAVING count(*) >= 8
),
usual AS (
    SELECT *, median(moved) OVER series AS middle, count(*) OVER series AS number
    FROM years WINDOW series AS (PARTITION BY source, indicator)
)
SELECT indicator, year, told FROM usual WHERE number >= 3 AND moved > 4 * middle ORDER BY ALL
"""
# True moves: the pandemic, and years in which children stayed at school longer.
TRUE = {
    *itertools.product(["grdp_growth"], [2020, 2021]),
    *itertools.product(["expected_years_schooling"], range(2011, 2017)),
}


def test_what_moves_as_a_whole_is_a_declared_break_or_known_to_be_true(whole: Office) -> None:
    found = {(name, year): told for name, year, told in whole.sql(MOVES)}
    assert {key for key, told in found.items() if not told} == TRUE
    assert found["life_expectancy_sp2010", 2011]
    assert found["population", 2020]


def implied_schooling(life: float, expected: float, expenditure: float, index: float) -> float:
    """The mean years of schooling with which three components give a published index: its formula turned round."""
    health = (life - 20) / (85 - 20)
    low, high = 1_007_436, 26_572_352
    income = math.log(1000 * expenditure / low) / math.log(high / low)
    return 15 * (2 * (index / 100) ** 3 / (health * income) - expected / 18)


def test_the_index_of_2010_was_not_computed_from_the_life_expectancy_printed_beside_it(whole: Office) -> None:
    """Schooling never falls by years: that it would have to in 2011 shows the other base of 2010."""
    names = ("life_expectancy_sp2010", "expected_years_schooling", "adjusted_expenditure", "hdi_sp2010")
    found = {
        (region, year, name): float(value)
        for region, year, name, value in whole.sql(
            "SELECT region_code, year, indicator, value FROM core.observation "
            f"WHERE source = 'bps-jatim-ipm-sp2010' AND year <= 2012 AND indicator IN {names}"
        )
    }
    regions = sorted({region for region, _, _ in found})
    schooling = {
        (region, year): implied_schooling(*(found[region, year, name] for name in names))
        for region in regions
        for year in (2010, 2011, 2012)
    }
    assert len(regions) == 39
    assert implied_schooling(74.74, 12.99, 13900, 76.5885) == pytest.approx(9.13, abs=0.01)
    assert sum(schooling[region, 2011] < schooling[region, 2010] for region in regions) == 35
    assert min(schooling[region, 2011] - schooling[region, 2010] for region in regions) == pytest.approx(
        -1.84, abs=0.02
    )
    assert all(schooling[region, 2012] > schooling[region, 2011] - 0.01 for region in regions)


def test_life_expectancy_is_not_compared_across_2011(whole: Office, catalog: Catalog) -> None:
    known = catalog.indicators["life_expectancy_sp2010"].breaks_at(2011, "35.75")
    assert known is not None
    assert "IPM 2010" in known.what.id
    told = (
        "SELECT DISTINCT year FROM {} WHERE indicator = 'life_expectancy_sp2010' AND superseded_at IS NULL "
        "AND break_flag"
    )
    assert whole.sql(told.format("core.observation")) == [(2011,)]
    assert (2011,) in whole.sql(told.format("joint.indicator_value") + " AND region_code = 'mojokerto-raya'")
