"""A file of records is judged row by row and as a whole; no verdict repeats what a record says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.records import file_of, records_with

from catalog.contract import RecordsContract
from catalog.load import Catalog, load_catalog
from expectations.records import judge_record_table, judge_records
from expectations.verdict import Check, Judgement, PreviousEdition
from transforms.read import read_table
from transforms.records import record_rows

TODAY = date(2026, 11, 21)
FIELDS = (
    "region_code", "parent_name", "region_name", "data_year", "evaluation_year", "scheme", "pemerintahan",
    "kewilayahan", "kemasyarakatan", "total_printed", "class_official",
)  # fmt: skip
ROW = {
    "region_code": "35.76.01.1004",
    "Kecamatan": "Prajuritkulon",
    "Kelurahan": "Kauman",
    "data_year": "2023",
    "evaluation_year": "2022",
    "scheme": "permendagri_81_2015",
    "pemerintahan": "170",
    "kewilayahan": "72",
    "kemasyarakatan": "150",
    "total_printed": "392",
    "class_official": "Cepat Berkembang",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def judged(catalog: Catalog, contract: RecordsContract, *rows: dict[str, str]) -> Judgement:
    found = record_rows(read_table(file_of(contract, rows), contract), contract, catalog)
    return judge_records(found.rows, found.texts, contract, catalog, "a" * 64, TODAY)


def test_sound_records_pass_every_rule(catalog: Catalog) -> None:
    found = judged(catalog, records_with(*FIELDS), ROW, {**ROW, "data_year": "2022", "evaluation_year": "2021"})
    assert found.failures == []
    assert {check.outcome for check in found.checks} == {"passed"}
    assert len({check.check_id for check in found.checks}) == len(found.checks) > 15


@pytest.mark.parametrize(
    ("change", "rule", "column", "indonesian", "english"),
    [
        ({"pemerintahan": ""}, "record_required", "pemerintahan", "wajib diisi", "is required"),
        ({"pemerintahan": "seratus"}, "record_readable", "pemerintahan", "angka seperti 1234,5", "a number such as"),
        ({"evaluation_year": "22"}, "record_readable", "evaluation_year", "tahun empat angka", "four digits"),
        ({"class_official": "Maju"}, "record_code", "class_official", '"cepat berkembang"', '"fast developing"'),
        ({"kewilayahan": "-4"}, "record_between", "kewilayahan", "0 sampai 9999", "0 to 9999"),
        ({"kewilayahan": "72000"}, "record_between", "kewilayahan", "0 sampai 9999", "0 to 9999"),
        ({"data_year": "2203", "evaluation_year": "2203"}, "record_year", "data_year", "2015 sampai 2026", "2015 to"),
        ({"evaluation_year": "2020"}, "record_apart", "data_year", "berselisih paling banyak satu", "most one apart"),
        ({"region_code": "35.99.01.1004"}, "record_region", "region_code", "tidak dikenal", "is unknown"),
        ({"Kelurahan": "Meri"}, "record_region", "region_code", "tidak cocok", "does not agree"),
        ({"region_code": "", "Kecamatan": ""}, "record_region", "region_code", "nama kecamatannya", "its kecamatan"),
        (
            {"region_code": "35.76.03.1001", "Kecamatan": "", "Kelurahan": "", "data_year": "2016",
             "evaluation_year": "2015"},
            "record_region", "region_code", "pada tahun itu: 35.76.01.1001", "in that year: 35.76.01.1001",
        ),
    ],
)  # fmt: skip
def test_a_bad_record_is_told_by_line_column_rule_and_what_to_do(
    catalog: Catalog, change: dict[str, str], rule: str, column: str, indonesian: str, english: str
) -> None:
    found = judged(catalog, records_with(*FIELDS), ROW | {"data_year": "2021", "evaluation_year": "2020"}, ROW | change)
    failure = found.failures[0]
    assert len(found.failures) == 1
    assert (failure.rule, failure.source_line, failure.source_column) == (rule, 3, column)
    assert found.quarantined == {1}
    assert f'Baris 3, kolom "{column}"' in failure.message_id
    assert indonesian in failure.message_id
    assert english in failure.message_en


def test_a_verdict_never_repeats_what_a_record_says_but_the_owners_sheet_does(catalog: Catalog) -> None:
    found = judged(catalog, records_with(*FIELDS), ROW | {"kewilayahan": "Suparno", "class_official": "Kromo"})
    assert {item.raw for item in found.failures} == {"Suparno", "Kromo"}
    told = [text for item in (*found.failures, *found.checks) for text in (item.message_id, item.message_en)]
    assert not [text for text in told if "Suparno" in text or "Kromo" in text]


def test_what_may_be_personal_is_in_no_sheet_either(catalog: Catalog) -> None:
    found = judged(catalog, records_with(*FIELDS), ROW | {"kewilayahan": "0812 3456 7890"})
    assert [item.raw for item in found.failures] == [""]


def test_two_records_with_one_key_are_both_held_back(catalog: Catalog) -> None:
    old = {"region_code": "35.76.01.1001", "Kecamatan": "", "Kelurahan": ""}
    new = {"region_code": "35.76.03.1001", "Kecamatan": "Kranggan", "Kelurahan": "Kranggan"}
    found = judged(catalog, records_with(*FIELDS), ROW, ROW | old, ROW | new)
    assert [(item.rule, item.source_line) for item in found.failures] == [("record_key", 3), ("record_key", 4)]
    assert "(baris 3 dan 4)" in found.failures[0].message_id
    assert "Desa atau kelurahan" in found.failures[0].message_id


def test_aspects_that_do_not_make_their_field_are_a_warning(catalog: Catalog) -> None:
    parts = catalog.records["evaluation"].parts_of("kewilayahan")
    contract = records_with(*FIELDS, *parts)
    sound = dict(zip(parts, ("20", "20", "20", "10", "2"), strict=True))
    assert judged(catalog, contract, ROW | sound).failures == []
    assert judged(catalog, contract, ROW | sound | {parts[0]: ""}).failures == []
    found = judged(catalog, contract, ROW | sound | {parts[0]: "21"})
    assert [(item.rule, item.severity) for item in found.failures] == [("record_parts", "warning")]
    assert not found.quarantined


def test_a_call_is_not_answered_before_it_came(catalog: Catalog) -> None:
    fields = ("call_id", "region_code", "channel", "kind", "received", "answered", "closed", "satisfaction")
    contract = records_with(*fields, record="call")
    row = {
        "call_id": "c1",
        "region_code": "35.76",
        "channel": "112",
        "kind": "iseng",
        "received": "2025-04-01 07:30",
        "satisfaction": "5",
    }
    assert judged(catalog, contract, row | {"answered": "2025-04-01 07:30"}).failures == []
    late = judged(catalog, contract, row | {"answered": "2025-04-01 07:29", "satisfaction": "6"})
    assert [item.rule for item in late.failures] == ["record_between", "record_apart"]
    twice = judged(catalog, contract, row, row)
    assert [item.rule for item in twice.failures] == ["record_key", "record_key"], "a key of one field is one too"


def whole(catalog: Catalog, count: int, bad: int, previous: int | None = None, **changes: Any) -> list[Check]:
    contract = records_with(*FIELDS, **changes)
    years = [str(2015 + number) for number in range(count)]
    rows = [
        ROW | {"data_year": year, "evaluation_year": year, "pemerintahan": "x" if number < bad else "1"}
        for number, year in enumerate(years)
    ]
    found = record_rows(read_table(file_of(contract, rows), contract), contract, catalog)
    judgement = judge_records(found.rows, found.texts, contract, catalog, "a" * 64, TODAY)
    before = None if previous is None else PreviousEdition("b" * 64, previous, previous)
    return judge_record_table(found.rows, judgement.failures, contract, "a" * 64, before)


@pytest.mark.parametrize(
    ("arguments", "rule", "told"),
    [
        ({"count": 10, "bad": 1}, None, ""),
        ({"count": 10, "bad": 2}, "record_quarantine", "2 catatan tidak lolos pemeriksaan"),
        ({"count": 4, "bad": 0, "rows": {"at_least": 5}}, "record_enough", "berkas berisi 4 catatan"),
        ({"count": 7, "bad": 0, "previous": 10}, "record_not_shrunk", "seharusnya paling sedikit 8"),
        ({"count": 8, "bad": 0, "previous": 10}, None, ""),
        ({"count": 7, "bad": 0, "previous": 10, "edition": "adds"}, None, ""),
    ],
)
def test_a_file_is_refused_as_a_whole_when_too_much_of_it_is_bad_or_gone(
    catalog: Catalog, arguments: dict[str, Any], rule: str | None, told: str
) -> None:
    refused = [check for check in whole(catalog, **arguments) if check.refuses]
    assert [check.rule for check in refused] == ([rule] if rule else [])
    assert all(told in check.message_id for check in refused)


def test_an_operator_may_overrule_a_file_that_shrank(catalog: Catalog) -> None:
    refused = next(check for check in whole(catalog, 7, 0, 10) if check.refuses)
    assert refused.gate == "history"
    assert "mojoraya accept aaaaaaaaaaaa" in refused.message_id
