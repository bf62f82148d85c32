from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.office import Office

from catalog.words import FORMULA, harmless
from flows.feedback import csv_sheet

LONG = "kabupaten-mojokerto-kemiskinan"
WIDE = "kota-mojokerto-kemiskinan"
TABLE = "bps-jatim-persentase-penduduk-miskin"


def test_a_held_back_figure_is_told_to_its_owner_with_its_place(office: Office) -> None:
    office.edit(WIDE, lambda text: text.replace("5,77", "105,00"))
    office.run()
    page = (office.settings.data / "feedback" / f"{WIDE}.html").read_text("utf-8")
    assert "105,00" in page
    sheet = (office.settings.data / "feedback" / f"{WIDE}.csv").read_text("utf-8")
    assert sheet.startswith("\ufeff")
    rows = list(csv.DictReader(sheet.removeprefix("\ufeff").splitlines(), delimiter=";"))
    assert [(row["baris"], row["yang tertulis"]) for row in rows] == [("3", "105,00")]


def feedback(office: Office, source: str) -> list[dict[str, str]]:
    sheet = (office.settings.data / "feedback" / f"{source}.csv").read_text("utf-8").removeprefix("\ufeff")
    return list(csv.DictReader(sheet.splitlines(), delimiter=";"))


def test_an_owner_is_shown_each_cell_to_mend_once_and_not_the_figures_beside_it(office: Office) -> None:
    office.edit(LONG, lambda text: text.replace("10.61,PERSEN,2016", "10.61,PERSEN,sembilan"))
    office.edit(WIDE, lambda text: text.replace("Kota Mojokerto", "Wakanda", 1))
    of_refused, of_held = office.run().problems_id
    [row] = feedback(office, LONG)
    assert (row["baris"], row["kolom"], row["yang tertulis"]) == ("3", "tahun", "sembilan")
    assert row["yang perlu diperbaiki"].startswith('Baris 3, kolom "tahun": periode "sembilan" tidak terbaca')
    refused, name = feedback(office, WIDE)
    assert (refused["baris"], refused["kolom"]) == ("", "")
    assert (name["baris"], name["kolom"], name["yang tertulis"]) == ("3", "Wilayah", "Wakanda 1)")
    assert of_refused.startswith(f"{WIDE}: berkas terbaru ditolak: 22 angka tidak lolos")
    assert of_refused.endswith(f"Untuk pemilik data: {office.settings.data}/feedback/{WIDE}.html")
    assert of_held.startswith(f'{LONG}: dikarantina, {LONG}.csv. Baris 3, kolom "tahun": periode "sembilan" tidak')


def test_a_night_tells_the_first_cells_of_a_source_and_where_all_of_them_stand(office: Office) -> None:
    office.edit(TABLE, lambda text: text.replace("Kabupaten Pacitan", "Wakanda", 1))
    office.edit(TABLE, lambda text: text.replace("17.61,17.60,18.45,18.23,16.62,14.63", "a,b,c,d,e,f", 1))
    outcome = office.run()
    assert outcome.quarantined == 22 + 6
    assert len(feedback(office, TABLE)) == 1 + 6
    page = office.settings.data / "feedback" / f"{TABLE}.html"
    name, *cells, rest = outcome.problems_en
    assert name.startswith(
        f'{TABLE}: in quarantine, {TABLE}.csv. Line 4, column "Kabupaten/Kota": the region "Wakanda"'
    )
    assert name.endswith(" 22 figures are held back by it.")
    for cell, year, text in zip(cells, range(2004, 2008), "abcd", strict=True):
        assert f'Line 5, column "{year}": "{text}" was found' in cell
    assert not any("held back by it" in cell for cell in cells)
    assert rest == f"{TABLE}: and 2 more findings. For the data owner: {page}"
    name, *_, rest = outcome.problems_id
    assert name.endswith(" Karena itu 22 angka ditahan.")
    assert rest == f"{TABLE}: dan 2 temuan lain. Untuk pemilik data: {page}"


def test_a_refused_file_is_told_and_a_mended_one_is_accepted_the_next_night(office: Office) -> None:
    good = office.file(LONG).read_bytes()
    release = (office.settings.data / "current").resolve().name
    office.edit(LONG, lambda text: text.replace("tahun", "<b>thn</b>", 1))
    assert office.run().exit_code == 3
    page = (office.settings.data / "feedback" / f"{LONG}.html").read_text("utf-8")
    assert "&lt;b&gt;thn&lt;/b&gt;" in page
    assert "<b>thn" not in page
    office.file(LONG).write_bytes(good)
    mended = office.run()
    assert mended.exit_code == 0
    assert mended.release == release, "the same figures give the same release again"
    assert list((office.settings.data / "feedback").iterdir()) == []


@given(st.text(min_size=1, max_size=20))
def test_no_cell_of_a_sheet_is_a_formula(raw: str) -> None:
    assert not harmless(raw).startswith(FORMULA)


@pytest.mark.parametrize("raw", ["=cmd|' /C calc'!A0", "+1", "-5,05", "@SUM(A1)", " =1+1", "\uff1d1+1"])
def test_a_formula_in_a_file_reaches_its_owner_as_text(raw: str) -> None:
    sheet = csv_sheet([("berkas.csv", "3", "kolom", raw, "perbaiki")])
    cells = next(csv.reader(sheet.removeprefix("\ufeff").splitlines()[1:], delimiter=";"))
    assert cells[3] == f"'{raw}"
