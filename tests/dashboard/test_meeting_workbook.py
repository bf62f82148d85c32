"""ringkasan.xlsx is read back by another program: numbers as published, reasons where none, nothing that runs."""

from __future__ import annotations

import shutil
import tomllib
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from meeting_copies import change, copy_tables, formulas, parts, sheets, table_of, values
from support.office import Office

from catalog.load import Catalog
from dashboard.workbook import workbook

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")
SHEETS = ["kemiskinan", "ekonomi", "layanan", "sektor", "perubahan", "catatan"]
DOMAINS = {"kemiskinan": "poverty", "ekonomi": "economy", "layanan": "services"}
RAYA = "Mojokerto Raya"


@pytest.fixture(scope="module")
def release(whole: Office) -> Path:
    return (whole.settings.data / "current").resolve()


@pytest.fixture(scope="module")
def book(release: Path) -> bytes:
    return (release / "ringkasan.xlsx").read_bytes()


@pytest.fixture(scope="module")
def read(book: bytes) -> dict[str, list[list[Any]]]:
    return sheets(book)


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    return copy_tables(release, tmp_path / "release")


def of(rows: list[list[Any]], label: str, region: str = RAYA) -> dict[str, Any]:
    found = [
        row
        for row in table_of(rows, "Indikator")
        if row["Indikator"].split("\n")[0] == label and row["Wilayah"] == region
    ]
    assert len(found) == 1
    return found[0]


def test_the_sheets_are_those_of_the_meeting(read: dict[str, list[list[Any]]]) -> None:
    assert list(read) == SHEETS


def test_equal_releases_give_equal_bytes_at_any_time(book: bytes, release: Path, catalog: Catalog) -> None:
    assert workbook(release, catalog) == book
    with zipfile.ZipFile(BytesIO(book)) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}
    assert b"2026-11-21T00:00:00Z</dcterms:created>" in parts(book)["docProps/core.xml"]


def test_nothing_in_it_runs(book: bytes) -> None:
    assert formulas(book) == []
    names = " ".join(parts(book))
    for unwanted in ("vba", "externalLink", "macro", "connections", "embeddings"):
        assert unwanted not in names
    assert not any(b"<hyperlink" in text for text in parts(book).values())


def test_every_number_is_the_published_one(whole: Office, read: dict[str, list[list[Any]]]) -> None:
    places = "'mojokerto-raya', '35.16', '35.76', '35'"
    published = {
        (label, name, year): value
        for label, name, year, value in whole.sql(
            "SELECT i.label_id, r.name, v.year, v.value FROM joint.indicator_value v "
            "JOIN core.indicator i ON i.id = v.indicator "
            "JOIN core.region r ON r.code = v.region_code AND r.valid_to IS NULL "
            f"WHERE v.breakdown = '_T' AND v.superseded_at IS NULL AND i.wide AND v.region_code IN ({places})"
        )
    }
    seen = 0
    for name in DOMAINS:
        for row in table_of(read[name], "Indikator"):
            label = row["Indikator"].split("\n")[0]
            cells = {year: value for year, value in row.items() if year.isdigit()}
            if row["Tahun"] != "":
                cells[str(int(row["Tahun"]))] = row["Nilai"]
            for year, cell in cells.items():
                if row["Wilayah"] == "":
                    continue
                value = published.get((label, row["Wilayah"], int(year)))
                assert (cell if isinstance(cell, float) else None) == value
                seen += isinstance(cell, float)
    assert seen > 300
    newest = {key[:2] for key, value in published.items() if value is not None}
    told = {
        (row["Indikator"].split("\n")[0], row["Wilayah"])
        for name in DOMAINS
        for row in table_of(read[name], "Indikator")
        if isinstance(row["Nilai"], float)
    }
    assert told == newest


def test_a_figure_comes_with_status_method_evidence_source_and_change(read: dict[str, list[list[Any]]]) -> None:
    row = of(read["kemiskinan"], "Persentase penduduk miskin")
    assert row["Nilai"] == 8.4049
    change_cell = next(value for name, value in row.items() if name.startswith("Perubahan setahun"))
    assert change_cell == pytest.approx(8.4049 - 8.9782)
    assert row["Status"] == "tetap / final"
    assert row["Cara"] == "rasio jumlah / ratio of sums"
    assert row["Bukti terlemah"] == "salinan pihak ketiga / a third party's copy"
    assert "gabungan hitung, bukan angka resmi BPS" in row["Keterangan"]
    assert "belum diuji signifikansinya" in row["Keterangan"]
    numbers = dict(line[0].split("  ") for line in read["catatan"] if str(line[0]).startswith("S") and "  " in line[0])
    sources = next(value for name, value in row.items() if name.startswith("Sumber"))
    assert [numbers[item] for item in sources.split(", ")] == [
        "kabupaten-mojokerto-kemiskinan",
        "kota-mojokerto-kemiskinan",
    ]


def test_a_change_that_may_not_be_computed_says_why(read: dict[str, list[list[Any]]]) -> None:
    row = of(read["kemiskinan"], "Indeks kedalaman kemiskinan")
    assert next(value for name, value in row.items() if name.startswith("Perubahan")) == ""
    assert "tahun sebelumnya tidak ada" in row["Keterangan"]
    other = of(read["kemiskinan"], "Indeks kedalaman kemiskinan", "Kabupaten Mojokerto")
    assert "sumber yang berbeda" in other["Keterangan"]


def test_a_missing_figure_says_why_in_its_cell_and_in_its_row(read: dict[str, list[list[Any]]]) -> None:
    legend = dict(str(row[0]).split(" ", maxsplit=1) for row in read["kemiskinan"] if str(row[0])[1:3] == ") ")
    row = of(read["kemiskinan"], "Rasio Gini")
    assert row["Nilai"] in legend
    assert legend[row["Nilai"]].startswith("tidak dapat digabungkan")
    assert "Rasio Gini tidak terurai menurut daerah" in row["Keterangan"]
    assert 0.0 not in [value for name, value in row.items() if name.isdigit()]


def test_numbers_carry_a_format_of_the_readers_locale_and_the_mark_of_their_status(book: bytes) -> None:
    styles = parts(book)["xl/styles.xml"].decode()
    assert 'formatCode="#,##0.00"' in styles
    assert 'formatCode="#,##0.00&quot;*&quot;"' in styles
    assert 'formatCode="+#,##0.00;-#,##0.00;#,##0.00"' in styles


def test_a_filter_takes_in_the_table_and_not_what_stands_below_it(
    book: bytes, read: dict[str, list[list[Any]]]
) -> None:
    rows = read["kemiskinan"]
    last = max(number for number, row in enumerate(rows, start=1) if row[1] != "")
    assert last < len(rows)
    assert f'<autoFilter ref="A6:P{last}"/>' in parts(book)["xl/worksheets/sheet1.xml"].decode()


def test_every_sheet_prints_across_a4_with_its_heading_and_stays_in_sight(book: bytes) -> None:
    found = parts(book)
    for number in range(1, len(SHEETS) + 1):
        text = found[f"xl/worksheets/sheet{number}.xml"].decode()
        assert 'paperSize="9"' in text
        assert 'orientation="landscape"' in text
        assert 'fitToHeight="0"' in text
        assert 'state="frozen"' in text
    assert found["xl/workbook.xml"].decode().count("_xlnm.Print_Titles") == len(SHEETS)


def test_industries_are_those_of_the_release(whole: Office, read: dict[str, list[list[Any]]]) -> None:
    published = whole.sql(
        "SELECT region_name, sector, grdp_constant_2010, share, growth, contribution FROM joint.economy_sector "
        "WHERE year = 2024 ORDER BY ALL"
    )
    told = sorted(
        (row["Wilayah"], row["Kode"], *list(row.values())[4:8])
        for row in table_of(read["sektor"], "Wilayah")
        if row["Tahun"] == 2024
    )
    assert len(told) == 51
    as_told = [tuple(cell if not str(cell).endswith(")") else None for cell in row) for row in told]
    assert as_told == published


def test_notes_tell_definitions_breaks_and_every_source(whole: Office, read: dict[str, list[list[Any]]]) -> None:
    cells = {str(cell) for row in read["catatan"] for cell in row}
    for (definition,) in whole.sql("SELECT definition_id FROM core.indicator"):
        assert definition in cells
    for title, publication in whole.sql("SELECT title_id, publication FROM core.source"):
        assert f"{title}\n{publication}" in cells
    breaks = tomllib.loads((Path(__file__).parents[2] / "catalog" / "services.toml").read_text("utf-8"))["indicator"]
    for item in breaks:
        for found in item.get("breaks", []):
            assert found["what"]["id"] in cells


def test_a_first_release_says_that_nothing_changed(read: dict[str, list[list[Any]]]) -> None:
    assert read["perubahan"][-1][0].startswith("Tidak ada yang berubah")


def test_what_changed_stands_with_its_reason(copy: Path, catalog: Catalog) -> None:
    row = {
        "indicator": "grdp_constant_2010",
        "region_code": "35.76",
        "period": "2024",
        "breakdown": "sector=C",
        "kind": "changed",
        "old": 1.5,
        "new": 2.5,
        "old_status": "P",
        "new_status": "A",
        "reason": "revision",
    }
    change(copy, "changes", lambda _: [row])
    told = table_of(sheets(workbook(copy, catalog))["perubahan"], "Indikator")[0]
    assert told["Wilayah"] == "Kota Mojokerto"
    assert told["Rincian"] == "Industri pengolahan / Manufacturing"
    assert (told["Sebelum"], told["Sekarang"]) == (1.5, 2.5)
    assert told["Alasan"] == "revisi penerbit / revision by the publisher"


def test_what_changed_in_an_offices_records_stands_in_words(copy: Path, release: Path, catalog: Catalog) -> None:
    shutil.copy(release / "joint_kelurahan_evaluation.parquet", copy)
    about = {"region_code": "35.76.01.1003", "period": "2024", "kind": "changed", "reason": "example_replaced"}
    told = {"indicator": "kelurahan_evaluation.class", "old_text": "berkembang", "new_text": "cepat_berkembang"}
    counted = {"indicator": "kelurahan_evaluation.total", "old": 340.0, "new": 360.0}
    breakdown = {"breakdown": "scheme=epdeskel;example=yes"}
    change(copy, "changes", lambda _: [{**about, **breakdown, **told}, {**about, **breakdown, **counted}])
    text, number = table_of(sheets(workbook(copy, catalog))["perubahan"], "Indikator")
    assert text["Indikator"].startswith("Kelas yang berlaku")
    assert text["Wilayah"] == "Mentikan"
    assert (text["Sebelum"], text["Sekarang"]) == ("berkembang", "cepat_berkembang")
    assert "CONTOH, bukan angka terbitan" in text["Rincian"]
    assert (number["Sebelum"], number["Sekarang"]) == (340.0, 360.0)
    assert number["Alasan"].startswith("contoh diganti angka nyata")


@pytest.mark.parametrize("text", ["=1+1", "+62", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])
def test_a_text_that_looks_like_a_formula_stays_a_text(copy: Path, catalog: Catalog, text: str) -> None:
    change(copy, "core_source", lambda rows: [{**rows[0], "publisher": text, "title_en": text}, *rows[1:]])
    made = workbook(copy, catalog)
    assert formulas(made) == []
    assert b'quotePrefix="1"' in parts(made)["xl/styles.xml"]
    found = [cell for row in sheets(made)["catatan"] for cell in row if str(cell).strip() == text.strip()]
    assert len(found) == 2
    assert all(isinstance(cell, str) for cell in found)


def test_a_suppressed_value_is_absent_and_its_place_says_so(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(value=None, obs_status="M", null_reason="suppressed", method=None))
    made = workbook(copy, catalog)
    row = of(sheets(made)["kemiskinan"], "Persentase penduduk miskin")
    assert row["Tahun"] == 2024
    assert not any(b"8.4049" in text for text in parts(made).values())
    legend = [str(line[0]) for line in sheets(made)["kemiskinan"]]
    assert f"{row['2025']} dirahasiakan: hitungan kecil, atau angka yang membukanya" in " ".join(legend)


def test_a_superseded_vintage_is_not_shown(copy: Path, catalog: Catalog, release: Path) -> None:
    def add(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        old = next(row for row in rows if row["indicator"] == "poverty_rate" and row["year"] == 2025)
        return [*rows, {**old, "value": 77.7777, "superseded_at": old["vintage"]}]

    change(copy, "joint_indicator_value", add)
    assert workbook(copy, catalog) == workbook(release, catalog)


def test_what_does_not_apply_to_a_kind_of_region_is_not_called_missing(copy: Path, catalog: Catalog) -> None:
    item = catalog.indicators["stunting_survey"].model_copy(update={"applies_to": ["regency"]})
    narrower = replace(catalog, indicators={**catalog.indicators, item.id: item})
    change(
        copy,
        "joint_indicator_value",
        lambda rows: [row for row in rows if (row["indicator"], row["region_code"]) != (item.id, "35.76")],
    )
    read = sheets(workbook(copy, narrower))["layanan"]
    told = of(read, item.label.id, "Kota Mojokerto")["Keterangan"]
    assert told.startswith("tidak berlaku untuk jenis wilayah ini")
    assert "tidak berlaku" not in of(read, item.label.id)["Keterangan"]


def test_an_example_says_so_in_its_row(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(synthetic=True))
    made = workbook(copy, catalog)
    assert of(sheets(made)["kemiskinan"], "Persentase penduduk miskin")["Keterangan"].startswith("CONTOH, bukan angka")
    assert "#,##0.00&quot;#&quot;" in parts(made)["xl/styles.xml"].decode()


def test_a_small_office_gets_all_sheets_with_reasons(small_night: Path) -> None:
    read = sheets((small_night / "data" / "current" / "ringkasan.xlsx").read_bytes())
    assert list(read) == SHEETS
    assert of(read["kemiskinan"], "Persentase penduduk miskin")["Nilai"] == 8.4049
    assert "tidak ada dalam sumber yang dibaca" in of(read["ekonomi"], "Laju pertumbuhan ekonomi")["Keterangan"]
    assert any("Tidak ada PDRB menurut lapangan usaha" in str(row[0]) for row in read["sektor"])
