"""Satu Data Indonesia metadata: complete, of one form, the same in both files, and never invented."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from meeting_copies import change, copy_tables, formulas, sheets
from support.office import Office

from catalog.load import Catalog
from catalog.satu_data import SatuDataWords
from dashboard.satu_data import MsInd, MsVar, SatuData, satu_data, satu_data_json
from dashboard.satu_data_sheet import in_cell, satu_data_workbook

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")
UNKNOWN = "tidak tersedia"
HEAD = 3


@pytest.fixture(scope="module")
def release(whole: Office) -> Path:
    return (whole.settings.data / "current").resolve()


@pytest.fixture(scope="module")
def data(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / "satu-data.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def by_code(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["kode"]: item for item in data["ms_ind"]}


def test_every_indicator_of_the_release_is_there_once(whole: Office, data: dict[str, Any]) -> None:
    listed = [row[0] for row in whole.sql("SELECT id FROM core.indicator ORDER BY id")]
    assert [item["kode"] for item in data["ms_ind"]] == listed
    assert len(listed) >= 68


def test_the_file_is_of_its_form_and_every_field_is_filled(release: Path, data: dict[str, Any]) -> None:
    found = SatuData.model_validate_json((release / "satu-data.json").read_text("utf-8"))
    assert found.model_dump() == data
    for item in (*data["ms_ind"], *data["ms_var"]):
        for field, value in item.items():
            assert value != "", (item["kode"], field)


def test_every_indicator_is_described_in_words_of_its_own(by_code: dict[str, dict[str, Any]]) -> None:
    for code, item in by_code.items():
        for field in ("konsep", "interpretasi", "ukuran", "satuan", "definisi", "level_estimasi"):
            assert item[field] != UNKNOWN, (code, field)


def test_a_composite_names_its_components_and_any_other_its_variables(data: dict[str, Any]) -> None:
    variables = {item["nama_variabel"] for item in data["ms_var"]}
    for item in data["ms_ind"]:
        assert bool(item["indikator_pembangun"]) is item["komposit"], item["kode"]
        assert bool(item["variabel_pembangun"]) is not item["komposit"], item["kode"]
        assert set(item["variabel_pembangun"]) <= variables


def test_facts_are_those_of_the_catalog(catalog: Catalog, by_code: dict[str, dict[str, Any]]) -> None:
    for code, item in by_code.items():
        declared = catalog.indicators[code]
        assert item["nama_indikator"] == declared.label.id
        assert item["definisi"] == declared.definition.id
        assert item["satuan"] == catalog.units[declared.unit].label.id
        assert item["akses_umum"] is (not declared.sensitive)
        assert len(item["putus_seri"]) == len(declared.breaks)


def test_well_known_indicators_say_what_the_standards_say(by_code: dict[str, dict[str, Any]]) -> None:
    poverty = by_code["poverty_rate"]
    assert poverty["kegiatan_penghasil"] == "Survei Sosial Ekonomi Nasional (Susenas) Maret"
    assert poverty["level_estimasi"] == "kabupaten/kota"
    assert poverty["variabel_pembangun"] == ["Pengeluaran per kapita sebulan", "Garis kemiskinan", "Penimbang"]
    assert "Agustus" in by_code["open_unemployment_rate"]["kegiatan_penghasil"]
    assert by_code["hdi_lf_sp2020"]["komposit"] is True
    assert "Umur harapan hidup (LF SP2020)" in by_code["hdi_lf_sp2020"]["indikator_pembangun"]
    assert by_code["grdp_sector_share"]["klasifikasi_penyajian"][1] == "Lapangan usaha"
    assert by_code["gini_ratio"]["penggabungan"][0].startswith("tidak dapat digabungkan: Rasio Gini")


def test_what_is_not_known_is_said_and_not_invented(data: dict[str, Any], by_code: dict[str, dict[str, Any]]) -> None:
    assert {item["kode_sdsn"] for item in (*data["ms_ind"], *data["ms_var"])} == {UNKNOWN}
    assert {item["kalimat_pertanyaan"] for item in data["ms_var"]} == {UNKNOWN}
    assert by_code["hospitals"]["kegiatan_penghasil"] == UNKNOWN
    assert by_code["gender_inequality_index"]["metode_rumus"] == UNKNOWN
    assert any("SDSN" in note for note in data["catatan"])


def test_the_workbook_says_the_same(release: Path, data: dict[str, Any]) -> None:
    read = sheets((release / "satu-data.xlsx").read_bytes())
    assert list(read) == ["MS-Ind", "MS-Var", "catatan"]
    for name, model, items in (("MS-Ind", MsInd, data["ms_ind"]), ("MS-Var", MsVar, data["ms_var"])):
        assert read[name][HEAD - 1] == [field.title for field in model.model_fields.values()]
        assert read[name][HEAD:] == [[in_cell(value) for value in item.values()] for item in items]
    assert [row[0] for row in read["catatan"][HEAD:]] == data["catatan"]


def test_equal_releases_give_equal_bytes_without_formulas(release: Path, catalog: Catalog) -> None:
    made = (release / "satu-data.xlsx").read_bytes()
    assert satu_data_workbook(release, catalog) == made
    assert satu_data_json(release, catalog) == (release / "satu-data.json").read_text("utf-8")
    assert formulas(made) == []


def test_only_indicators_of_the_release_are_told(release: Path, catalog: Catalog, tmp_path: Path) -> None:
    copy = copy_tables(release, tmp_path / "release")
    change(copy, "core_indicator", lambda rows: [row for row in rows if row["id"] == "poverty_rate"])
    found = satu_data(copy, catalog)
    assert [item.kode for item in found.ms_ind] == ["poverty_rate"]
    assert {item.kode for item in found.ms_var} == {"expenditure_per_head", "poverty_line", "survey_weight"}


def test_an_indicator_that_nobody_described_is_told_all_the_same(release: Path, catalog: Catalog) -> None:
    silent = replace(catalog, satu_data=SatuDataWords())
    found = {item.kode: item for item in satu_data(release, silent).ms_ind}
    assert found["poverty_rate"].konsep == UNKNOWN
    assert found["poverty_rate"].definisi == catalog.indicators["poverty_rate"].definition.id
    assert "poverty_rate" in satu_data(release, silent).catatan[-1]
