"""Row rules: each catches its fault, names the place, and lets everything else pass."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from small_world import REGENCY, Judge, by_rule, contract_with, figure, tidy_table

from expectations.verdict import RowFailure
from expectations.view import edition_size

NEVER = {"value": None, "decimals": None}


def only(failures: list[RowFailure]) -> RowFailure:
    assert len(failures) == 1
    return failures[0]


def test_sound_rows_pass_every_rule(judge: Judge) -> None:
    judgement = judge(figure(), figure(region_code=REGENCY, region_text="Kab. Mojokerto"))
    assert {check.outcome for check in judgement.checks} == {"passed"}
    assert judgement.failures == []


def test_every_verdict_names_its_source_snapshot_and_expectation(judge: Judge) -> None:
    for check in judge(figure()).checks:
        assert check.source == "test-source"
        assert check.snapshot == "ab" * 32
        assert check.gate == "expectation"
        assert check.scope == "row"
        assert check.expectation.startswith("expect_")


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("value_readable", {"raw": "lima", **NEVER}, '"lima"'),
    ("value_readable", {"raw": "", **NEVER}, "sel kosong"),
    ("region_known", {"region_code": None, "region_problem": "unknown", "region_text": "Wakanda"}, '"Wakanda"'),
    ("region_expected", {"region_code": "35", "region_text": "Jawa Timur"}, "Provinsi Jawa Timur (35)"),
    ("period_readable", {"period": None, "year": None, "period_text": "20x3"}, '"20x3"'),
    ("period_sane", {"period": "2203", "year": 2203}, "2203"),
    ("period_sane", {"period": "2014", "year": 2014}, "2015 sampai 2026"),
    ("breakdown_known", {"breakdown": None, "breakdown_text": "Perikanan"}, '"Perikanan"'),
    ("unit_as_declared", {"unit_ok": False, "unit_text": "ORANG"}, '"ORANG"'),
    ("status_known", {"obs_status": "Z"}, '"Z"'),
    ("within_bounds", {"raw": "105,00", "value": Decimal("105.00")}, "0 sampai 100 persen"),
    ("decimals_as_declared", {"raw": "5,8", "value": Decimal("5.80"), "decimals": 1}, '"5,8"'),
    ("step_as_declared", {"raw": "5,77", "rounding_step": Decimal("0.05")}, "0,05"),
    ("measure_known", {"indicator": None, "measure_text": "P9", **NEVER}, '"P9"'),
]


@pytest.mark.parametrize(("rule", "fault", "said"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_fault_is_caught_by_its_rule_alone_and_is_quarantined(
    judge: Judge, rule: str, fault: dict[str, Any], said: str
) -> None:
    judgement = judge(figure(region_code=REGENCY), figure(**fault))
    failure = only(judgement.failures)
    assert (failure.rule, failure.row_id, failure.source_line, failure.source_column) == (rule, 1, 3, "Persen")
    assert failure.message_id.startswith("Baris 3")
    assert failure.message_en.startswith("Line 3")
    assert said in failure.message_id
    assert judgement.quarantined == {1}
    assert {check.rule for check in judgement.checks if check.outcome == "failed"} == {rule}
    assert "{" not in failure.message_id + failure.message_en


IN_COLUMNS = [
    {"header": ["Kode", ""], "role": "region_code", "scheme": "kemendagri"},
    {"header": ["Wilayah", ""], "role": "region_name"},
    {"header": ["Indikator", ""], "role": "measure"},
    {"header": ["Lapangan usaha", ""], "role": "breakdown", "dimension": "sector"},
    {"header": ["Tahun", ""], "role": "period"},
    {"header": ["Satuan", ""], "role": "unit"},
    {"header": ["Persen", "2023"], "role": "value"},
]
OWN: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "region_known",
        {"region_code": None, "region_problem": "mismatch", "region_text": "35.76 Kabupaten Mojokerto"},
        '"Kode" dan "Wilayah"',
        "35.76 Kabupaten Mojokerto",
    ),
    ("region_expected", {"region_code": "35", "region_text": "35 Jawa Timur"}, '"Kode" dan "Wilayah"', "35 Jawa Timur"),
    ("period_readable", {"period": None, "year": None, "period_text": "sembilan"}, '"Tahun"', "sembilan"),
    ("period_sane", {"period": "2203", "year": 2203, "period_text": "2203"}, '"Tahun"', "2203"),
    ("breakdown_known", {"breakdown": None, "breakdown_text": "Perikanan"}, '"Lapangan usaha"', "Perikanan"),
    ("unit_as_declared", {"unit_ok": False, "unit_text": "ORANG"}, '"Satuan"', "ORANG"),
    ("measure_known", {"indicator": None, "measure_text": "P9", **NEVER}, '"Indikator"', "P9"),
    ("value_readable", {"raw": "lima", **NEVER}, '"Persen / 2023"', "lima"),
]


@pytest.mark.parametrize(("rule", "fault", "columns", "text"), OWN, ids=[case[0] for case in OWN])
def test_a_fault_in_a_column_of_its_own_is_told_of_that_column_and_not_of_the_figures(
    judge: Judge, rule: str, fault: dict[str, Any], columns: str, text: str
) -> None:
    under = contract_with(
        columns=IN_COLUMNS,
        format={"delimiter": ";", "decimal": ",", "header_rows": 2},
        measures=[{"indicator": "poverty_rate", "unit": "percent", "label": "P0", "precision": [{"decimals": 2}]}],
    )
    failure = only(judge(figure(**{"source_column": "Persen / 2023", **fault}), under=under).failures)
    assert failure.rule == rule
    assert failure.message_id.startswith(f"Baris 2, kolom {columns}: ")
    several = " dan " in columns
    assert failure.message_en.startswith(
        f"Line 2, column{'s' if several else ''} {columns.replace(' dan ', ' and ')}: "
    )
    assert failure.mend_column == columns.replace('"', "").replace(" dan ", ", ")
    assert failure.mend_text == text
    assert failure.source_column == "Persen / 2023", "the figure that is held back stays named"


def test_a_year_of_the_header_is_told_of_its_column(judge: Judge) -> None:
    under = contract_with(
        columns=[
            {"header": ["Wilayah"], "role": "region_name"},
            {"header": ["{year}"], "role": "value", "years": {"first": 2010}},
        ]
    )
    failure = only(judge(figure(source_column="2014", period="2014", year=2014), under=under).failures)
    assert failure.message_id.startswith('Baris 2, kolom "2014": tahun 2014')
    assert (failure.mend_column, failure.mend_text) == ("2014", "5,77")


def test_what_may_be_personal_is_not_repeated_as_the_text_to_mend(judge: Judge) -> None:
    failure = only(judge(figure(period=None, year=None, period_text="3576014509900001")).failures)
    assert failure.mend_text == ""
    assert "3576014509900001" not in failure.message_id + failure.message_en


def test_a_declared_missing_mark_is_a_gap_and_not_a_failure(judge: Judge) -> None:
    gap = figure(raw="...", missing_mark="...", obs_status="M", **NEVER)
    assert judge(gap).failures == []


def test_a_nil_mark_is_not_asked_for_decimals(judge: Judge) -> None:
    nil = figure(raw="-", value=Decimal(0), decimals=0)
    under = contract_with(marks={"nil": ["-"]})
    assert judge(nil, under=under).failures == []


def test_a_bare_name_is_answered_with_the_question_which_of_the_two(judge: Judge) -> None:
    bare = figure(region_code=None, region_problem="ambiguous", region_text="MOJOKERTO")
    failure = only(judge(bare).failures)
    assert "Kota (35.76) atau Kabupaten (35.16)?" in failure.message_id
    assert "Kota (35.76) or Kabupaten (35.16)?" in failure.message_en


def test_code_and_name_that_disagree_are_told_as_a_swap(judge: Judge) -> None:
    swapped = figure(region_code=None, region_problem="mismatch", region_text="3576 KABUPATEN MOJOKERTO")
    assert "tertukar" in only(judge(swapped).failures).message_id


def test_both_rows_of_a_repeated_figure_fail_and_name_each_other(judge: Judge) -> None:
    judgement = judge(figure(), figure(region_code=REGENCY), figure())
    assert [failure.row_id for failure in judgement.failures] == [0, 2]
    assert {failure.rule for failure in judgement.failures} == {"unique_key"}
    assert all("baris 2 dan 4" in failure.message_id for failure in judgement.failures)


def test_a_repeated_figure_with_another_value_fails_too(judge: Judge) -> None:
    judgement = judge(figure(), figure(raw="5,78", value=Decimal("5.78")))
    assert judgement.quarantined == {0, 1}


def test_rows_without_a_known_place_are_no_repetition(judge: Judge) -> None:
    unknown = figure(region_code=None, region_problem="unknown", region_text="Catatan")
    assert "unique_key" not in {failure.rule for failure in judge(unknown, unknown).failures}


def test_a_row_with_two_faults_has_two_failures_in_file_order(judge: Judge) -> None:
    judgement = judge(figure(raw="205,0", value=Decimal(205), decimals=1), figure(region_code="35", year=2203))
    assert [(item.row_id, item.rule) for item in judgement.failures] == [
        (0, "within_bounds"),
        (0, "decimals_as_declared"),
        (1, "region_expected"),
        (1, "period_sane"),
    ]


def test_bounds_are_judged_per_indicator(judge: Judge) -> None:
    under = contract_with(
        measures=[
            {"indicator": name, "unit": unit, "precision": [{"decimals": 2}]}
            for name, unit in (("poverty_rate", "percent"), ("poor_population", "person"))
        ]
    )
    count = {"indicator": "poor_population", "unit": "person", "raw": "7650,00", "value": Decimal(7650)}
    judgement = judge(
        figure(), figure(**count), figure(**{**count, "value": Decimal(-1), "period": "2022"}), under=under
    )
    outcomes = {check.indicator: check.outcome for check in judgement.checks if check.rule == "within_bounds"}
    assert outcomes == {"poverty_rate": "passed", "poor_population": "failed"}
    assert "paling sedikit 0 jiwa" in only(judgement.failures).message_id


def test_an_indicator_without_bounds_has_no_bounds_rule(judge: Judge) -> None:
    under = contract_with(
        measures=[{"indicator": "grdp", "unit": "million_rupiah", "precision": [{"decimals": 2}]}],
        columns=[
            {"header": ["Wilayah"], "role": "region_name"},
            {"header": ["PDRB"], "role": "value", "measure": "grdp"},
        ],
    )
    assert "within_bounds" not in by_rule(judge(figure(indicator="grdp"), under=under).checks)


def test_the_year_of_arrival_is_the_last_possible_year(judge: Judge) -> None:
    assert judge(figure(period="2026", year=2026)).failures == []
    assert only(judge(figure(period="2027", year=2027)).failures).rule == "period_sane"


def test_the_check_counts_what_failed_and_shows_the_first(judge: Judge) -> None:
    bad = {"raw": "105,00", "value": Decimal(105)}
    check = by_rule(judge(figure(), figure(period="2022", **bad), figure(period="2021", **bad)).checks)["within_bounds"]
    assert (check.evaluated, check.failed) == (3, 2)
    assert "2/3" in check.message_id
    assert "Baris 3" in check.message_id


def test_a_cell_that_may_be_personal_is_never_repeated(judge: Judge) -> None:
    nik = "3516011203980001"
    failure = only(judge(figure(raw=nik, **NEVER)).failures)
    assert nik not in failure.raw + failure.message_id + failure.message_en
    assert "disembunyikan" in failure.message_id


def test_braces_in_a_cell_do_no_harm(judge: Judge) -> None:
    assert "{0} {raw}" in only(judge(figure(raw="{0} {raw}", **NEVER)).failures).message_id


def test_an_empty_table_is_judged_without_error(judge: Judge) -> None:
    assert {check.outcome for check in judge().checks} == {"passed"}


def test_the_size_of_an_edition_counts_distinct_keys_that_hold_a_figure() -> None:
    gap = figure(raw="...", missing_mark="...", period="2022", **NEVER)
    size = edition_size(tidy_table(figure(), figure(), gap, figure(region_code=None)), "s")
    assert (size.snapshot, size.rows, size.keys) == ("s", 4, 1)
