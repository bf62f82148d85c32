from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.load import Catalog, load_catalog
from expectations.evaluation import judge_evaluation
from transforms.evaluation import EXAMPLE, evaluation_counts, evaluation_rows
from transforms.record_places import units_in_force

SCHEME = "permendagri_81_2015"
REAL = load_catalog()
Row = dict[str, Any]

# Real results of one desa, as printed: data year, evaluation year, three fields, total, class. It lies elsewhere, so
# it stands here under the code of a desa of the regency.
KUKUH = """\
2017 2016 154 0 13 167 kurang_berkembang
2018 2017 157 0 0 157 kurang_berkembang
2019 2018 209 72 198 479 cepat_berkembang
2020 2019 223 89 196 508 cepat_berkembang
2021 2020 227 89 204 520 cepat_berkembang
2022 2021 227 93 186 506 cepat_berkembang
2023 2022 234 100 201 535 cepat_berkembang
2024 2023 232 98 199 529 cepat_berkembang
"""
DESA = "35.16.01.2001"


def record(region: str, year: int, points: Iterable[Any], **more: Any) -> Row:
    fields = dict(zip(("pemerintahan", "kewilayahan", "kemasyarakatan"), map(Decimal, points), strict=True))
    values = {
        "region_code": region,
        "scheme": SCHEME,
        "data_year": year,
        "evaluation_year": year - 1,
        "total_printed": None,
        "class_official": None,
        "source": "kantor",
        "evidence": "publication",
        "synthetic": False,
        "precedence": 50,
        "vintage": date(2025, 1, 1),
    }
    return {**values, **fields, **more}


def kukuh() -> list[Row]:
    found = []
    for line in KUKUH.splitlines():
        year, evaluated, *points, total, stated = line.split()
        more = {"evaluation_year": int(evaluated), "total_printed": Decimal(total), "class_official": stated}
        found.append(record(DESA, int(year), points, **more))
    return found


def of(rows: list[Row], region: str) -> dict[int, Row]:
    return {row["data_year"]: row for row in rows if row["region_code"] == region}


def test_the_printed_table_of_a_desa_is_understood_whole(catalog: Catalog) -> None:
    rows = of(evaluation_rows(kukuh(), catalog), DESA)
    assert [rows[year]["total"] for year in rows] == [167, 157, 479, 508, 520, 506, 535, 529]
    assert not any(row["total_differs"] or row["class_differs"] for row in rows.values())
    assert {row["class_basis"] for row in rows.values()} == {"official"}
    assert {row["evaluation_year"] - row["data_year"] for row in rows.values()} == {-1}
    assert [row["change"] for row in rows.values()] == [None, -10, 322, 29, 12, -14, 29, -6]
    assert rows[2017]["change_null_reason"] == "no_previous_year"


def test_an_empty_field_is_an_unfilled_form_and_what_follows_a_filling_artefact(catalog: Catalog) -> None:
    rows = of(evaluation_rows(kukuh(), catalog), DESA)
    assert rows[2017]["warnings"] == "field_not_filled:kewilayahan"
    assert rows[2018]["warnings"] == ("field_not_filled:kewilayahan; field_not_filled:kemasyarakatan; filling_artefact")
    assert rows[2019]["warnings"] == "filling_artefact"
    assert [rows[year]["warnings"] for year in range(2020, 2025)] == [None] * 5


def test_what_lifted_and_lowered_a_total_is_named_and_what_is_missing_to_the_next_class(catalog: Catalog) -> None:
    rows = of(evaluation_rows(kukuh(), catalog), DESA)
    assert (rows[2022]["lifted_by"], rows[2022]["lowered_by"]) == ("kewilayahan", "kemasyarakatan")
    assert (rows[2024]["lifted_by"], rows[2024]["lowered_by"]) == (None, "kemasyarakatan, kewilayahan, pemerintahan")
    assert (rows[2018]["next_class"], rows[2018]["points_to_next"]) == ("berkembang", 301 - 157)
    assert rows[2024].get("next_class") is None


@pytest.mark.parametrize(
    ("region", "points", "stands"),
    [
        (DESA, (300, 0, 1), "berkembang"),
        (DESA, (299, 0, 1), "kurang_berkembang"),
        (DESA, (449, 0, 2), "cepat_berkembang"),
        ("35.76.01.1004", (299, 0, 1), "berkembang"),
        ("35.76.01.1004", (349, 0, 2), "cepat_berkembang"),
        ("35.76.01.1004", (199, 0, 1), "kurang_berkembang"),
    ],
)
def test_a_unit_is_classed_by_the_bands_of_its_own_type(
    catalog: Catalog, region: str, points: tuple[int, ...], stands: str
) -> None:
    row = of(evaluation_rows([record(region, 2024, points)], catalog), region)[2024]
    assert (row["class"], row["class_basis"]) == (stands, "computed")
    assert "kelas hitungan" in row["notice"]


def test_a_score_between_two_bands_is_not_classed(catalog: Catalog) -> None:
    row = of(evaluation_rows([record("35.76.01.1004", 2024, ("200", "50", "100.5"))], catalog), "35.76.01.1004")[2024]
    assert (row["total"], row["class"], row["null_reason"]) == (350.5, None, "between_bands")
    assert row["warnings"] == "between_bands"
    stated = record("35.76.01.1004", 2024, ("200", "50", "100.5"), class_official="berkembang")
    row = of(evaluation_rows([stated], catalog), "35.76.01.1004")[2024]
    assert (row["class"], row["class_basis"], row["class_differs"]) == ("berkembang", "official", None)


def test_the_offices_class_and_the_printed_total_stand_and_what_differs_is_found(catalog: Catalog) -> None:
    stated = record(DESA, 2024, (100, 100, 100), class_official="cepat_berkembang", total_printed=Decimal(310))
    rows = evaluation_rows([stated], catalog)
    row = of(rows, DESA)[2024]
    assert (row["class"], row["class_computed"], row["class_differs"]) == (
        "cepat_berkembang",
        "kurang_berkembang",
        True,
    )
    assert (row["total"], row["total_printed"], row["total_differs"]) == (300, 310, True)
    failed = {
        check.rule: check for check in judge_evaluation(rows, evaluation_counts(rows, catalog), catalog) if check.failed
    }
    assert set(failed) == {"evaluation_class_differs", "evaluation_total_printed"}
    assert {check.severity for check in failed.values()} == {"warning"}
    assert "cepat_berkembang" in failed["evaluation_class_differs"].message_en
    assert (
        "(35.16.01.2001), 2024: tercetak 310, ketiga bidangnya berjumlah 300"
        in failed["evaluation_total_printed"].message_id
    )


def test_a_year_before_all_bands_has_points_and_no_class(catalog: Catalog) -> None:
    row = of(evaluation_rows([record(DESA, 2014, (100, 100, 100))], catalog), DESA)[2014]
    assert (row["total"], row["class"], row["null_reason"], row["warnings"]) == (300, None, "no_bands", None)


def test_ties_share_the_best_place_among_units_of_one_type(catalog: Catalog) -> None:
    city = [unit.code for unit in units_in_force(catalog, "35.76", 2024, ("urban_village",))]
    points = [200, 300, 300, 400, 100, 300]
    rows = evaluation_rows(
        [record(code, 2024, (value, 1, 1)) for code, value in zip(city, points, strict=False)], catalog
    )
    ranks = {row["region_code"]: row for row in rows if row.get("total")}
    assert [ranks[code]["rank_kecamatan"] for code in city[:6]] == [5, 2, 2, 1, 6, 2]
    assert [ranks[code]["tied_government"] for code in city[:6]] == [0, 2, 2, 0, 0, 2]
    assert {row["ranked_government"] for row in ranks.values()} == {6}


def test_an_example_is_ranked_and_counted_apart_and_never_in_place_of_a_real_record(catalog: Catalog) -> None:
    here, there = "35.76.01.1004", "35.76.01.1005"
    example = {"synthetic": True, "source": "contoh", "precedence": 1}
    rows = evaluation_rows(
        [
            record(here, 2024, (300, 60, 40), **example),
            record(here, 2024, (100, 60, 40)),
            record(there, 2024, (400, 60, 40), **example),
        ],
        catalog,
    )
    real, invented = of(rows, here)[2024], of(rows, there)[2024]
    assert (real["total"], real["source"], real["synthetic"], real["rank_kecamatan"]) == (200, "kantor", False, 1)
    assert (invented["synthetic"], invented["ranked_kecamatan"]) == (True, 1)
    assert EXAMPLE in invented["notice"]
    counts = evaluation_counts(rows, catalog)
    marked = {(row["region_code"], row["synthetic"]) for row in counts if row["unit_type"] == "kelurahan"}
    assert ("35.76", True) in marked
    assert ("35.76.01", True) in marked
    assert ("35.76.02", False) in marked
    assert ("35.16", False) in marked


def test_a_real_record_is_not_compared_with_an_example(catalog: Catalog) -> None:
    before = record(DESA, 2023, (100, 60, 40), synthetic=True, source="contoh")
    row = of(evaluation_rows([before, record(DESA, 2024, (130, 60, 40))], catalog), DESA)[2024]
    assert (row["change"], row["change_null_reason"], row["lifted_by"]) == (None, "different_sources", None)


def test_a_series_goes_on_under_a_new_code_and_the_kecamatan_breaks(catalog: Catalog) -> None:
    rows = evaluation_rows(
        [record("35.76.01.1001", 2016, (100, 60, 40)), record("35.76.03.1001", 2017, (130, 60, 40))], catalog
    )
    assert of(rows, "35.76.03.1001")[2017]["change"] == 30
    broken = {row["kecamatan"] for row in rows if row["data_year"] == 2017 and row["kecamatan_break"]}
    assert broken == {"35.76.01", "35.76.02", "35.76.03"}
    assert not any(row["kecamatan_break"] for row in rows if row["data_year"] == 2016)
    units = {
        (row["data_year"], row["region_code"]): row["units_in_force"]
        for row in evaluation_counts(rows, catalog)
        if row["unit_type"] == "kelurahan"
    }
    assert [units[2016, code] for code in ("35.76.01", "35.76.02", "35.76")] == [8, 10, 18]
    assert [units[2017, code] for code in ("35.76.01", "35.76.02", "35.76.03", "35.76")] == [6, 6, 6, 18]


def test_a_record_in_quarantine_is_told_from_one_that_never_came(catalog: Catalog) -> None:
    rows = evaluation_rows([record(DESA, 2024, (1, 1, 1))], catalog, {(SCHEME, 2024, "35.76.01.1004")})
    assert of(rows, "35.76.01.1004")[2024]["null_reason"] == "quarantined"
    assert of(rows, "35.76.01.1005")[2024]["null_reason"] == "not_evaluated"


YEAR = 2024
CODES = [unit.code for code in ("35.16", "35.76") for unit in units_in_force(REAL, code, YEAR, ("urban_village",))]
POINTS = st.tuples(*[st.decimals(min_value=0, max_value=400, places=1)] * 3)


@given(points=st.dictionaries(st.sampled_from(CODES), POINTS, min_size=1))
def test_every_unit_in_force_is_counted_once_at_every_level(points: dict[str, tuple[Decimal, ...]]) -> None:
    rows = evaluation_rows([record(code, YEAR, values) for code, values in points.items()], REAL)
    counts = evaluation_counts(rows, REAL)
    assert len(rows) == 18 + 5 + 299
    units: dict[tuple[str, str], int] = {}
    for row in counts:
        units[row["region_code"], row["unit_type"]] = (
            units.get((row["region_code"], row["unit_type"]), 0) + row["units"]
        )
    assert (units["35.76", "kelurahan"], units["35.16", "kelurahan"], units["35.16", "desa"]) == (18, 5, 299)
    assert (units["mojokerto-raya", "kelurahan"], units["mojokerto-raya", "desa"]) == (23, 299)
    assert ("35.76", "desa") not in units
    missing = {row["region_code"]: row["units"] for row in counts if row["class"] == "not_evaluated"}
    kelurahan = [row for row in counts if row["unit_type"] == "kelurahan" and row["region_code"] == "mojokerto-raya"]
    assert {row["class"]: row["units"] for row in kelurahan}["not_evaluated"] == 23 - len(points)
    assert missing["35.76"] == 18 - sum(code.startswith("35.76") for code in points)


def test_a_count_that_loses_a_unit_stops_the_release(catalog: Catalog) -> None:
    rows = evaluation_rows([record("35.76.01.1004", 2024, (300, 60, 40))], catalog)
    counts = evaluation_counts(rows, catalog)
    assert not [check for check in judge_evaluation(rows, counts, catalog) if check.refuses]
    kept = [row for row in counts if (row["region_code"], row["class"]) != ("35.76.01", "cepat_berkembang")]
    refused = {check.rule for check in judge_evaluation(rows, kept, catalog) if check.refuses}
    assert refused == {"evaluation_counts", "evaluation_rolls_up"}
    wrong = [{**row, "total": row["total"] + 1} if row.get("total") else row for row in rows]
    assert {check.rule for check in judge_evaluation(wrong, counts, catalog) if check.refuses} == {"evaluation_total"}


def test_without_evaluations_nothing_is_made_and_nothing_fails(catalog: Catalog) -> None:
    rows = evaluation_rows([], catalog)
    assert (rows, evaluation_counts(rows, catalog)) == ([], [])
    assert not any(check.failed or check.outcome == "crashed" for check in judge_evaluation([], [], catalog))
