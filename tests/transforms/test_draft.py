"""Drafting: what can be worked out is worked out, what cannot is asked, and what looks wrong is said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.answers import answered
from support.sheets import xlsx

from catalog.contract import Contract, ContractFile
from catalog.load import Catalog
from cli.main import main
from transforms.draft import draft
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import tidy

RATE = {"ukuran_1": {"indicator": "poverty_rate", "unit": "percent"}}


def csv(rows: Sequence[Sequence[object]], delimiter: str = ",") -> bytes:
    return "\n".join(delimiter.join(map(str, row)) for row in rows).encode()


def values(data: bytes, contract: Contract, catalog: Catalog) -> dict[tuple[str, str], float]:
    frame = tidy(read_table(data, contract), contract, catalog)
    return {(row.region_code, row.period): float(row.value) for row in frame.itertuples()}  # type: ignore[misc]


LONG = [
    ["id", "kode_provinsi", "kode_kabupaten_kota", "nama_kabupaten_kota", "persentase", "satuan", "tahun"],
    [1, 35, 3576, "KOTA MOJOKERTO", 5.77, "PERSEN", 2023],
    [2, 35, 3516, "KABUPATEN MOJOKERTO", "9.80", "PERSEN", 2023],
]
WIDE = [["Wilayah", 2022, 2023], ["Kota Mojokerto", "5,98", "5,77"], ["Kab. Mojokerto", "9,71", "9,80"]]
STACKED = [
    ["Kabupaten/Kota", ""],
    ["", "Persentase Penduduk Miskin (Persen)"],
    ["", 2023],
    ["Kota Mojokerto", 5.77],
    ["Kabupaten Mojokerto", "9.80"],
]
EXPECTED = {("35.76", "2023"): 5.77, ("35.16", "2023"): 9.8}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (csv(LONG), "persen.csv"),
        (csv(WIDE, ";"), "wide.csv"),
        (b"\xef\xbb\xbf" + csv(STACKED).replace(b"\n", b"\r\n"), "bps.csv"),
        (csv(WIDE, "\t").decode().encode("utf-16"), "tab.tsv"),
        (xlsx({"Data": STACKED}), "bps.xlsx"),
        ((b"<table><tr><td>Wilayah<td>2023<tr><td>Kota Mojokerto<td>5.77"
         b"<tr><td>Kab. Mojokerto<td>9.80</table>"), "tabel.xls"),
    ],
    ids=["long", "years", "stacked", "tabs", "workbook", "html"],
)  # fmt: skip
def test_a_draft_with_its_questions_answered_reads_the_file(data: bytes, name: str, catalog: Catalog) -> None:
    unit = {"unit_text": "PERSEN"} if b"satuan" in data else {}
    contract = answered(draft(data, name, catalog), {"ukuran_1": {**RATE["ukuran_1"], **unit}})
    assert EXPECTED.items() <= values(data, contract, catalog).items()


def test_every_placeholder_stands_beside_its_question(catalog: Catalog) -> None:
    text = draft(csv(WIDE, ";"), "wide.csv", catalog)
    for line in re.findall(r'^(?:publisher|owner|publication|region) = "TANYA".*', text, flags=re.MULTILINE):
        assert "# TANYA:" in line
    assert "# TANYA: indikator apa" in text
    assert tomllib.loads(text)["measures"][0]["indicator"] == "TANYA"


def test_the_dialect_is_told(catalog: Catalog) -> None:
    rows = [["Wilayah", "2023"], ["Kota Mojokerto", "1.234,56"], ["Kabupaten Mojokerto", "12.345,60"]]
    form = tomllib.loads(draft(csv(rows, ";"), "angka.csv", catalog))["format"]
    assert (form["delimiter"], form["decimal"], form["thousands"]) == (";", ",", ".")
    windows = draft("Wilayah;2023\nKota Mojokerto;5,7\nS\u00e9l;5,7\n".encode("cp1252"), "a.csv", catalog)
    assert tomllib.loads(windows)["format"]["encoding"] == "cp1252"


def test_thousands_or_three_decimals_is_asked(catalog: Catalog) -> None:
    rows = [["Wilayah", "2023"], ["Kota Mojokerto", "1.234"], ["Kabupaten Mojokerto", "2.345"]]
    assert "pemisah ribuan atau tiga desimal?" in draft(csv(rows, ";"), "a.csv", catalog)


def test_kabupaten_or_kota_is_asked_and_never_assumed(catalog: Catalog) -> None:
    data = csv([["Wilayah", 2023], ["MOJOKERTO", 9.8], ["KOTA MOJOKERTO", 5.77]])
    text = draft(data, "a.csv", catalog)
    assert "kabupaten atau kota?" in text
    assert "bare_name" not in tomllib.loads(text)


def test_a_file_without_region_or_year_asks_for_both(catalog: Catalog) -> None:
    data = csv([["Uraian", "Nilai"], ["Penduduk", 100], ["Rumah", 200]])
    text = draft(data, "kotamojokerto_2023.csv", catalog)
    assert "kota (35.76) atau kabupaten (35.16)?" in text
    assert "TANYA: tahun berapa? Nama berkas menyebut: 2023." in text


def test_notes_at_the_foot_marks_and_statuses_are_found(catalog: Catalog) -> None:
    rows = [["Wilayah", "2022", "2023*"], ["Kota Mojokerto", "...", 5.77], ["", "", ""], ["Sumber: BPS", "", ""]]
    found = tomllib.loads(draft(csv(rows), "a.csv", catalog))
    assert found["marks"] == {"missing": ["..."], "status": {"*": "P"}}
    assert found["rows"]["footer"] == ["Sumber: BPS"]


WARNED = {
    "a repeated year": ([["Wilayah", 2022, 2022], ["Kota Mojokerto", 1, 2]], "a.csv", "tahun 2022 ada di 2 kolom"),
    "a name that says another year": ([["Wilayah", 2022], ["Kota Mojokerto", 1]], "a2019.csv", "menyebut [2019]"),
    "a name that says the other government": (
        [["Kemiskinan Kabupaten Mojokerto", ""], ["Wilayah", 2022], ["Sooko", 1]],
        "kota_mojokerto.csv",
        "nama berkas menyebut kota Mojokerto, judulnya kabupaten Mojokerto",
    ),
    "a numbered copy": ([["Wilayah", 2022], ["Kota Mojokerto", 1]], "a (1).csv", "nomor salinan"),
    "a shifted row": ([["Wilayah", 2022, 2023], ["Kota Mojokerto", 1]], "a.csv", "mungkin bergeser"),
    "a city with desa": (
        [["kode", "nama", "jumlah", "satuan", "tahun"], [3576, "KOTA MOJOKERTO", 299, "DESA", 2023],
         [3501, "KABUPATEN PACITAN", 166, "DESA", 2023]],
        "a.csv",
        "Kota Mojokerto (3576) punya baris DESA",
    ),
    "a key given twice": (
        [["kode", "nama", "jumlah", "tahun"], *[[3576, "KOTA MOJOKERTO", n, 2023] for n in (1, 2)],
         [3516, "KABUPATEN MOJOKERTO", 3, 2023]],
        "a.csv",
        "tertulis lebih dari sekali",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WARNED)
def test_what_looks_wrong_is_said(what: str, catalog: Catalog) -> None:
    rows, name, sentence = WARNED[what]
    text = draft(csv(rows), name, catalog)
    assert sentence in next(line for line in text.splitlines() if sentence in line and line.startswith("# "))


def test_a_column_that_copies_another_is_said(catalog: Catalog) -> None:
    names = [item.name for item in catalog.regions if item.level in {"regency", "city"}][:10]
    rows = [["Wilayah", 2022, 2023], *([name, number + 0.5, number + 0.5] for number, name in enumerate(names))]
    assert "kolom 2023 sama persis dengan kolom 2022" in draft(csv(rows), "a.csv", catalog)


def test_a_file_in_the_layout_of_a_known_contract_is_said(catalog: Catalog, contracts: dict[str, ContractFile]) -> None:
    item = contracts["bps-jatim-persentase-penduduk-miskin"]
    data = (item.folder / item.contract.connector.path).read_bytes()
    text = draft(data, "unduhan.csv", catalog, known=[found.contract for found in contracts.values()])
    assert "susunannya sama dengan kontrak 'bps-jatim-persentase-penduduk-miskin'" in text


def test_what_is_no_table_is_refused_with_what_to_do(catalog: Catalog) -> None:
    with pytest.raises(ContractMismatch, match="WebAPI"):
        draft(b'{"var": [{"val": 624}], "datacontent": {}}', "a.json", catalog)
    with pytest.raises(ContractMismatch, match="CSV or XLSX"):
        draft(b"[1, 2]", "a.json", catalog)
    with pytest.raises(ContractMismatch, match="this is a PDF"):
        draft(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n", "laporan.pdf", catalog)
    for picture in (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"GIF89a\x00;1,2\n;3,4\n"):
        with pytest.raises(ContractMismatch, match="neither text, workbook nor web page"):
            draft(picture, "a.png", catalog)
    for nothing in (b"", b"\n\n"):
        with pytest.raises(ContractMismatch):
            draft(nothing, "a.csv", catalog)


def test_the_command_prints_a_contract_or_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wide.csv"
    file.write_bytes(csv(WIDE, ";"))
    assert main(["draft", str(file)]) == 0
    assert tomllib.loads(capsys.readouterr().out)["format"]["delimiter"] == ";"
    file.write_bytes(b"{}")
    assert main(["draft", str(file), "--lang", "en"]) == 1
    assert "JSON" in capsys.readouterr().err
