from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from support.records import file_of, records_with

from catalog.contract import RecordsContract
from catalog.load import Catalog
from transforms.mismatch import ContractMismatch, without_cells
from transforms.read import read_table
from transforms.record_places import RecordPlaceReader
from transforms.records import RecordRows, record_rows

VILLAGES = ("urban_village", "village")


def read(catalog: Catalog, contract: RecordsContract, *rows: dict[str, str]) -> RecordRows:
    return record_rows(read_table(file_of(contract, rows), contract), contract, catalog)


@pytest.fixture(scope="module")
def places(catalog: Catalog) -> RecordPlaceReader:
    return RecordPlaceReader(catalog, ["35.76", "35.16"], VILLAGES)


@pytest.mark.parametrize(
    ("name", "parent", "code", "problem"),
    [
        ("Kauman", "Prajuritkulon", "35.76.01.1004", None),
        ("Kauman", "Mojosari", "35.16.08.1004", None),
        ("Kelurahan Kauman", "Kecamatan Mojosari", "35.16.08.1004", None),
        ("Kauman", "", None, "ambiguous"),
        ("Balongsari", "", None, "ambiguous"),
        ("Pulorejo", "", None, "ambiguous"),
        ("Pulorejo", "PRAJURIT KULON", "35.76.01.1005", None),
        ("Kauman", "Kranggan", None, "unknown"),
        ("Atlantis", "Magersari", None, "unknown"),
    ],
)
def test_a_name_that_several_kecamatan_have_needs_its_kecamatan(
    places: RecordPlaceReader, name: str, parent: str, code: str | None, problem: str | None
) -> None:
    found = places.read("", "kemendagri", name, parent, 2024)
    assert (found.code, found.problem) == (code, problem)


@pytest.mark.parametrize(
    ("code", "year", "expected", "problem"),
    [
        ("35.76.01.1001", 2016, "35.76.01.1001", None),
        ("35.76.01.1001", 2017, "35.76.03.1001", None),
        ("35.76.03.1001", 2016, None, "not_yet"),
        ("35.76.03.1001", 2024, "35.76.03.1001", None),
        ("35.16.11.2015", 2018, "35.16.11.2015", None),
        ("35.16.11.2015", 2024, "35.16.18.2013", None),
        ("35.76.09.1001", 2024, None, "unknown"),
        ("35.76", 2024, None, "unknown"),
    ],
)
def test_a_code_is_held_against_the_codes_in_force_in_its_year(
    places: RecordPlaceReader, code: str, year: int, expected: str | None, problem: str | None
) -> None:
    found = places.read(code, "kemendagri", "", "", year)
    assert (found.code, found.problem) == (expected, problem)
    assert bool(found.done) == (expected is not None and expected != code)
    assert found.hint == ("35.76.01.1001" if problem == "not_yet" else "")


def test_a_name_means_the_unit_that_had_it_in_that_year(places: RecordPlaceReader) -> None:
    assert places.read("", "kemendagri", "Miji", "", 2016).code == "35.76.01.1002"
    assert places.read("", "kemendagri", "Miji", "", 2017).code == "35.76.03.1002"
    assert places.read("", "kemendagri", "Miji", "Kranggan", 2016).problem == "unknown"


def test_code_and_name_must_agree(places: RecordPlaceReader) -> None:
    assert places.read("35.76.03.1002", "kemendagri", "Miji", "Kranggan", 2024).code == "35.76.03.1002"
    assert places.read("35.76.03.1002", "kemendagri", "Meri", "Kranggan", 2024).problem == "mismatch"
    assert places.read("35.76.01.1004", "kemendagri", "Kauman", "Mojosari", 2024).problem == "mismatch"
    assert places.read("3576021004", "bps", "Miji", "", 2024).code == "35.76.03.1002"


def test_a_region_of_another_government_is_outside(catalog: Catalog) -> None:
    city = RecordPlaceReader(catalog, ["35.76"], VILLAGES)
    assert city.read("35.16.08.1004", "kemendagri", "", "", 2024).problem == "outside"
    assert city.read("", "kemendagri", "Kauman", "", 2024).code == "35.76.01.1004"


def test_only_declared_fields_are_kept(catalog: Catalog) -> None:
    contract = records_with("call_id", "channel", "kind", "received", "ignore", record="call")
    row = {"call_id": "c1", "channel": "112", "kind": "Pengaduan", "received": "2025-04-01 07:30"}
    found = read(catalog, contract, {**row, "Pelapor": "Suparno bin Kromo"})
    assert "Suparno" not in str(found.rows.to_pylist()) + str(found.texts)
    assert found.rows.to_pylist()[0]["received"] == datetime(2025, 4, 1, 7, 30)  # noqa: DTZ001  the office's clock
    assert found.rows.to_pylist()[0]["kind"] == "complaint"
    assert found.rows.to_pylist()[0]["region_code"] is None


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("budget_plan", "1250000,5", Decimal("1250000.5")),
        ("budget_plan", "1250000.5", None),
        ("budget_plan", "dua", None),
        ("beneficiaries", "12", 12),
        ("beneficiaries", "12,5", None),
        ("beneficiaries", "-", None),
        ("year", "2024", 2024),
        ("year", "24", None),
        ("note", " ada  adendum ", "ada adendum"),
    ],
)
def test_a_text_becomes_a_value_of_its_fields_type_or_none(catalog: Catalog, field: str, text: str, value: Any) -> None:
    contract = records_with("activity_id", field, record="activity", marks={"missing": ["-"]})
    found = read(catalog, contract, {"activity_id": "k1", field: text})
    assert found.rows.to_pylist()[0][field] == value
    assert (field in found.texts[0]) == (text != "-")


def test_dates_are_written_as_the_contract_says(catalog: Catalog) -> None:
    header = {"header": ["received"], "role": "field", "field": "received"}
    stated = records_with(record="call", columns=[{**header, "pattern": "%d/%m/%Y %H.%M"}])
    found = read(catalog, stated, {"received": "03/04/2025 07.30"}, {"received": "2025-04-03 07:30"})
    moments = [row["received"] for row in found.rows.to_pylist()]
    assert moments == [datetime(2025, 4, 3, 7, 30), None]  # noqa: DTZ001  the office's clock
    assert [row["year"] for row in found.rows.to_pylist()] == [2025, None]
    zoned = read(catalog, records_with("received", record="call"), {"received": "2025-04-03T07:30+07:00"})
    assert zoned.rows.to_pylist()[0]["received"] is None


def test_a_value_for_the_whole_file_stands_in_every_record(catalog: Catalog) -> None:
    contract = records_with("region_code", "data_year", values={"scheme": "Permendagri_81_2015"})
    found = read(catalog, contract, *({"region_code": "35.76.01.1004", "data_year": year} for year in ("2022", "2023")))
    assert found.rows["scheme"].to_pylist() == ["permendagri_81_2015"] * 2
    assert found.rows["source_line"].to_pylist() == [2, 3]


def test_a_row_that_is_no_row_is_refused_without_repeating_it() -> None:
    contract = records_with("call_id", "ignore", record="call", rows={"footer": ["Catatan"]})
    data = file_of(contract, [{"call_id": "c1"}, {"call_id": "Catatan kaki"}, {"call_id": "Suparno"}])
    with pytest.raises(ContractMismatch) as found:
        read_table(data, contract)
    told = without_cells(found.value)
    assert "Suparno" in found.value.message.id
    assert "Suparno" not in told.id + told.en
    assert "baris 4" in told.id
