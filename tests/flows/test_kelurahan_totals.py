"""What stands by kelurahan adds up to what stands above it, examples stay apart, and old codes keep their area."""

from __future__ import annotations

from typing import Any

import pytest
from support.office import Office

from catalog.load import Catalog
from transforms.rollup import lasting

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")
BELOW = "level IN ('urban_village', 'village')"


def test_no_real_row_rests_on_an_example(whole: Office) -> None:
    examples = {name for (name,) in whole.sql("SELECT source FROM core.source WHERE synthetic")}
    assert examples
    real = "SELECT DISTINCT unnest(string_split({}, '; ')) FROM joint.{} WHERE NOT synthetic AND {} IS NOT NULL"
    for table, column in (
        ("programme_delivery", "source"), ("facility_coverage", "source"), ("service_complaints", "source"),
        ("kelurahan_evaluation", "source"), ("kelurahan_evaluation_count", "sources"), ("kelurahan_profile", "sources"),
    ):  # fmt: skip
        assert not examples & {name for (name,) in whole.sql(real.format(column, table, column))}, table
    values = "SELECT count(*) FROM joint.indicator_value AS v JOIN core.source AS s USING (source) WHERE s.synthetic"
    assert whole.sql(f"{values} AND NOT v.synthetic") == [(0,)]
    inputs = (
        "SELECT count(*) FROM joint.indicator_input AS i JOIN core.observation AS o USING (observation_id) "
        "WHERE o.synthetic"
    )
    assert whole.sql(inputs) == [(0,)]


@pytest.mark.parametrize(
    ("table", "same", "counts"),
    [
        (
            "programme_delivery",
            "period, programme, synthetic",
            ("activities", "budget_plan", "budget_actual", "findings"),
        ),
        ("facility_coverage", "year, facility, synthetic", ("covered", "facilities")),
    ],
)
def test_kelurahan_add_up_to_kecamatan_government_and_raya(
    whole: Office, table: str, same: str, counts: tuple[str, ...]
) -> None:
    sums = ", ".join(f"sum({name}) AS {name}" for name in counts)
    for above, under in (
        ("subdistrict", f"kecamatan AS above, {sums} FROM joint.{table} WHERE {BELOW}"),
        ("city", f"government AS above, {sums} FROM joint.{table} WHERE {BELOW}"),
        ("agglomeration", f"'mojokerto-raya' AS above, {sums} FROM joint.{table} WHERE {BELOW}"),
    ):
        apart = " OR ".join(f"round(p.{name} - c.{name}, 3) <> 0" for name in counts)
        question = (
            f"SELECT count(*), count(*) FILTER ({apart}) FROM joint.{table} AS p "
            f"JOIN (SELECT {same}, {under} GROUP BY ALL) AS c USING ({same}) "
            f"WHERE p.region_code = c.above AND p.level = '{above}'"
        )
        ((seen, differ),) = whole.sql(question)
        assert seen > 0, (table, above)
        assert differ == 0, (table, above)


def test_complaints_below_never_exceed_those_above(whole: Office) -> None:
    question = (
        "SELECT count(*), count(*) FILTER (c.complaints > p.complaints) FROM joint.service_complaints AS p JOIN "
        "(SELECT kecamatan, period, category, synthetic, sum(complaints) AS complaints FROM joint.service_complaints "
        f"WHERE {BELOW} GROUP BY ALL) AS c ON c.kecamatan = p.region_code AND c.period = p.period "
        "AND c.category = p.category AND c.synthetic = p.synthetic"
    )
    ((seen, beyond),) = whole.sql(question)
    assert seen > 100
    assert beyond == 0


def test_published_counts_of_kelurahan_equal_their_published_parents(whole: Office) -> None:
    """Kelurahan to kecamatan and kecamatan to city, within one publication."""
    question = """
        WITH now AS (
          SELECT o.*, r.parent, r.level FROM core.observation AS o
          JOIN (SELECT DISTINCT code, parent, level FROM core.region) AS r ON r.code = o.region_code
          WHERE superseded_at IS NULL AND value IS NOT NULL
        )
        SELECT p.indicator, p.region_code, p.period, p.breakdown, max(p.value), sum(c.value)
        FROM now AS p
        JOIN now AS c ON c.parent = p.region_code
          AND (c.source, c.indicator, c.period, c.breakdown) = (p.source, p.indicator, p.period, p.breakdown)
        WHERE p.level IN ('subdistrict', 'city')
        GROUP BY ALL
    """
    rows: list[tuple[Any, ...]] = whole.sql(question)
    assert len(rows) > 20
    assert [row for row in rows if row[4] != row[5]] == []


def test_every_unit_in_force_is_counted_once_in_each_class_table(whole: Office) -> None:
    question = (
        "SELECT region_code, unit_type, max(units_in_force), sum(units) FROM joint.kelurahan_evaluation_count "
        "WHERE data_year = 2024 AND level <> 'subdistrict' GROUP BY ALL ORDER BY ALL"
    )
    assert whole.sql(question) == [
        ("35.16", "desa", 299, 299),
        ("35.16", "kelurahan", 5, 5),
        ("35.76", "kelurahan", 18, 18),
        ("mojokerto-raya", "desa", 299, 299),
        ("mojokerto-raya", "kelurahan", 23, 23),
    ]


def test_an_old_code_maps_forward_only_where_the_area_is_the_same(catalog: Catalog) -> None:
    former = [region for region in catalog.regions if region.successor]
    assert len(former) == 8
    for region in former:
        now = catalog.regions_by_code[str(region.successor)]
        assert (now.name, now.level) == (region.name, region.level)
        assert (now.bps_code[:4], region.level) in {("3576", "urban_village"), ("3516", "village")}
        assert region.valid_to is not None
        assert now.valid_from == region.valid_to + 1
        assert lasting(region.code, catalog) == now.code
    split = [region for region in catalog.regions if region.code in {"35.76.01", "35.76.02", "35.76.03"}]
    assert {region.successor for region in split} == {None}, "a kecamatan that lost or won kelurahan is another area"


def test_the_city_has_no_village_index_and_mojokerto_raya_has_that_of_the_regency(whole: Office) -> None:
    question = (
        "SELECT region_code, value, null_reason FROM joint.indicator_value WHERE indicator = 'idm_desa' "
        "AND breakdown = 'idm_status=independent' AND year = 2023 AND superseded_at IS NULL "
        "AND region_code IN ('35.16', '35.76', 'mojokerto-raya') ORDER BY 1"
    )
    assert whole.sql(question) == [
        ("35.16", 219.0, None), ("35.76", None, "not_applicable"), ("mojokerto-raya", 219.0, None),
    ]  # fmt: skip
    assert whole.sql("SELECT count(*) FROM joint.indicator_value WHERE indicator = 'indeks_desa'") == [(0,)]
