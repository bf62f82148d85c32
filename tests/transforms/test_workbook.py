"""Workbooks: the declared sheet becomes the same rows that a CSV gives, and anything else is refused."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from support.sheets import contract, ods, packed, sheet_xml, xlsx

from catalog.contract import Contract
from catalog.formats import CsvFormat
from catalog.load import Catalog
from expectations.door import judge_bytes
from flows.door import judge_at_door
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import rows_left_aside, tidy
from transforms.workbook import cell_text

ROWS = [["Wilayah", 2023, 2024], ["Kota Mojokerto", 5.77, 5.57], ["Kabupaten Mojokerto", 9.8, "-"]]
NIK = "3576014107900001"


def refusal(data: bytes, by: Contract) -> ContractMismatch:
    with pytest.raises(ContractMismatch) as caught:
        read_table(data, by)
    return caught.value


def figures(data: bytes, by: Contract, catalog: Catalog) -> pd.DataFrame:
    return tidy(read_table(data, by), by, catalog)


@pytest.mark.parametrize("data", [xlsx({"Data": ROWS}), ods("Data", ROWS)], ids=["xlsx", "ods"])
def test_a_sheet_becomes_figures_with_sheet_and_cell(data: bytes, catalog: Catalog) -> None:
    frame = figures(data, contract(), catalog)
    assert list(frame["value"].astype(object))[:3] == [Decimal("5.77"), Decimal("5.57"), Decimal("9.80")]
    assert frame["missing_mark"].tolist()[3] == "-"
    assert frame["sheet"].tolist() == ["Data"] * 4
    assert frame["cell"].tolist() == ["B2", "C2", "B3", "C3"]
    assert frame["source_line"].tolist() == [2, 2, 3, 3]


def test_zeros_that_a_number_cell_cannot_hold_are_put_back_and_told(catalog: Catalog) -> None:
    frame = figures(xlsx({"Data": ROWS}), contract(), catalog)
    assert frame["decimals"].tolist()[2] == 2
    assert "trailing zeros put back" in frame["done"].tolist()[2]
    kept = contract(format={"kind": "workbook", "trailing_zeros": "kept"})
    assert figures(xlsx({"Data": ROWS}), kept, catalog)["decimals"].tolist()[2] == 1


@pytest.mark.parametrize(
    ("cell", "text"),
    [(0.1 + 0.2, "0,3"), (4.0, "4"), (1e16, "10000000000000000"), (-0.0, "0"), (1e-7, "0,0000001"), (True, "TRUE")],
)
def test_a_number_cell_is_its_displayed_value_in_the_dialect(cell: float, text: str) -> None:
    assert cell_text(cell, ",") == text


def test_a_workbook_of_two_sheets_asks_which_and_takes_the_one_named(catalog: Catalog) -> None:
    data = xlsx({"Catatan": [["Sumber"]], "Data": ROWS})
    assert "'Catatan', 'Data'" in refusal(data, contract()).message.id
    assert len(figures(data, contract(format={"kind": "workbook", "sheet": "Data"}), catalog)) == 4
    assert "'Lain'" in refusal(data, contract(format={"kind": "workbook", "sheet": "Lain"})).message.id


def test_a_hidden_sheet_is_not_the_only_one_but_is_looked_through_at_the_door(catalog: Catalog) -> None:
    data = xlsx({"Data": ROWS, "Rahasia": [["no", "nik"], [1, NIK]]}, hidden=["Rahasia"])
    assert len(figures(data, contract(), catalog)) == 4
    refused = judge_at_door(data, contract())
    assert refused is not None
    assert (refused.rule, refused.keeps_bytes) == ("no_personal_data", False)
    assert NIK not in refused.message_id + refused.message_en


def test_rows_above_the_table_are_passed_over_by_declaration(catalog: Catalog) -> None:
    data = xlsx({"Data": [["Kemiskinan Mojokerto"], [""], *ROWS]})
    assert refusal(data, contract()).rule == "header"
    frame = figures(data, contract(format={"kind": "workbook", "first_row": 3}), catalog)
    assert frame["cell"].tolist()[0] == "B4"


def test_line_breaks_in_a_header_do_not_matter(catalog: Catalog) -> None:
    data = xlsx({"Data": [["  Wila\n yah ", 2023], ["Kota Mojokerto", 5.77]]})
    columns = [
        {"header": ["Wila yah"], "role": "region_name"},
        {"header": ["{year}"], "role": "value", "years": {"first": 2023}},
    ]
    assert len(figures(data, contract(columns=columns), catalog)) == 1


def test_a_workbook_at_the_door_is_neither_html_nor_cut_off() -> None:
    assert judge_at_door(xlsx({"Data": ROWS}), contract()) is None


def test_what_is_no_workbook_is_refused_and_not_kept() -> None:
    for data in (b"<html><table></table></html>", b"Wilayah;2023\n", xlsx({"Data": ROWS})[:-40]):
        refused = judge_at_door(data, contract())
        assert refused is not None
        assert not refused.keeps_bytes
    assert "HTML" in refusal(b"<html></html>", contract()).message.id


def test_a_csv_contract_needs_no_kind_and_still_refuses_html() -> None:
    by = contract(format={"delimiter": ";"})
    assert isinstance(by.format, CsvFormat)
    refused = judge_bytes(b"<html><body>masuk</body></html>", by)
    assert refused is not None
    assert refused.rule == "not_html"


def bombs() -> dict[str, bytes]:
    far = sheet_xml([["a"]]).replace('<c r="A1"', '<c r="XFD1048576"')
    book = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
    wide = '<table:table-cell table:number-columns-repeated="16000" office:value="1"></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{wide}</table:table-row>'
    lying = bytearray(packed({**book, "xl/big.xml": b"0" * 300_000_000}))
    lying = lying.replace((300_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    return {
        "unpacks to too much": packed({**book, "xl/big.xml": b"0" * 300_000_000}),
        "lies about its size": bytes(lying),
        "one cell far away": packed({**book, "xl/worksheets/sheet1.xml": far}),
        "a row beyond any sheet": packed({**book, "xl/worksheets/sheet1.xml": far.replace("1048576", "4000000000")}),
        "repeated cells": packed({"mimetype": "ods", "content.xml": row}),
    }


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    for name, data in bombs().items():
        assert len(data) < 1_000_000
        assert refusal(data, contract()).rule == "too_large", name


def test_broken_xml_and_entities_are_refused_instead_of_waited_for() -> None:
    sound = "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
    entity = '<!DOCTYPE t [<!ENTITY a "aaaa">]><t>&a;</t>'
    for content in (f"<t>{sound}", f"<t>{sound[:-9]}</t>", entity):
        data = packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
        assert refusal(data, contract()).rule == "workbook"


def test_rows_of_other_regions_are_left_aside_only_by_declaration_and_counted(catalog: Catalog) -> None:
    data = xlsx({"Data": [*ROWS, ["Simeulue", 1.5, 1.6], ["Kota Kediri", 7.15, 6.5]]})
    assert len(figures(data, contract(), catalog)) == 8
    by = contract(rows={"keep": "expected"})
    table = read_table(data, by)
    frame = tidy(table, by, catalog)
    assert set(frame["region_code"]) == {"35.76", "35.16"}
    assert rows_left_aside(table, frame) == 2


def test_a_bare_name_means_the_regency_only_by_declaration(catalog: Catalog) -> None:
    data = xlsx({"Data": [["Wilayah", 2023], ["MOJOKERTO", 9.8], ["KOTA MOJOKERTO", 5.77]]})
    assert figures(data, contract(), catalog)["region_problem"].tolist()[0] == "ambiguous"
    assert figures(data, contract(rows={"keep": "expected"}), catalog)["region_problem"].tolist()[0] == "ambiguous"
    frame = figures(data, contract(bare_name="regency"), catalog)
    assert frame["region_code"].tolist() == ["35.16", "35.76"]


def test_totals_stand_for_a_region_or_are_left_aside(catalog: Catalog) -> None:
    data = xlsx({"Data": [["Wilayah", 2023], ["Jumlah", 5.77], ["Rata-\nrata", 7.7]]})
    by = contract(rows={"totals": {"Jumlah": "35.76", "Rata- rata": "skip"}})
    table = read_table(data, by)
    assert tidy(table, by, catalog)["region_code"].tolist() == ["35.76"]
    assert table.skipped == 1


SECTIONS = [
    ["Uraian", "2023 (Angka sangat sementara)", "2022 (Angka sementara)"],
    ["Nilai PDRB (Juta Rp.)", "", ""],
    ["a. ADHB ", 8038657.2, 7637024.08],
    ["PDRB per Kapita\n(Ribu Rp.)", "", ""],
    ["a. ADHB ", 59061.31, 56648.18],
]


def sections() -> Contract:
    precision = [{"decimals": 2}]
    per_head = "PDRB per Kapita (Ribu Rp.)"
    total = "Nilai PDRB (Juta Rp.)"
    return contract(
        region="35.76",
        columns=[
            {"header": ["Uraian"], "role": "measure"},
            {"header": ["{year}"], "role": "value", "years": {"first": 2022, "order": "descending"}},
        ],
        measures=[
            {"key": "a", "indicator": "grdp_current", "unit": "million_rupiah", "label": "a. ADHB",
             "section": total, "precision": precision},
            {"key": "b", "indicator": "grdp_per_capita_current", "unit": "thousand_rupiah_per_person",
             "label": "a. ADHB", "section": per_head, "precision": precision},
        ],
        marks={"status": {"(Angka sementara)": "P", "(Angka sangat sementara)": "P"}},
        rows={"sections": [{"text": total}, {"text": per_head}]},
        expect={"regions": ["35.76"], "first_year": 2022},
    )  # fmt: skip


def test_a_section_row_says_what_equal_labels_below_it_mean(catalog: Catalog) -> None:
    frame = figures(xlsx({"Data": SECTIONS}), sections(), catalog)
    found = {(row.indicator, row.period): row.value for row in frame.itertuples()}
    assert found["grdp_current", "2023"] == Decimal("8038657.20")
    assert found["grdp_per_capita_current", "2022"] == Decimal("56648.18")
    assert set(frame["obs_status"]) == {"P"}


def test_a_section_row_with_figures_is_refused() -> None:
    rows = [SECTIONS[0], ["Nilai PDRB (Juta Rp.)", 1, 2], *SECTIONS[2:]]
    assert refusal(xlsx({"Data": rows}), sections()).rule == "section"


def test_descending_years_follow_each_other_too() -> None:
    for header in (["Uraian", 2023, 2021], ["Uraian", 2022, 2023], ["Uraian", 2023, 2023]):
        assert refusal(xlsx({"Data": [header, *SECTIONS[1:]]}), sections()).rule in {"years", "header"}


def test_two_measures_of_one_label_need_sections() -> None:
    measure = {"unit": "percent", "label": "a.", "precision": [{"decimals": 2}]}
    with pytest.raises(ValueError, match="section"):
        contract(measures=[{**measure, "indicator": name} for name in ("poverty_rate", "grdp_growth")])


def test_a_misplaced_space_is_mended_only_by_declaration_and_told(catalog: Catalog) -> None:
    data = xlsx({"Data": [["Wilayah", 2023], ["Kota Mojokerto", "7 52"], ["Kabupaten Mojokerto", "1\u00a0093"]]})
    count = [{"indicator": "population", "unit": "person", "precision": [{"decimals": 0}]}]
    form = {"kind": "workbook", "thousands": " "}
    strict = figures(data, contract(format=form, measures=count), catalog)
    assert strict["value"].isna().tolist() == [True, False]
    mended = figures(data, contract(format={**form, "mends": ["misplaced_space"]}, measures=count), catalog)
    assert [int(value) for value in mended["value"]] == [752, 1093]
    assert "misplaced space: '7 52' read as 752" in mended["done"].tolist()[0]
    with pytest.raises(ValueError, match="misplaced_space"):
        contract(format={"mends": ["misplaced_space"]})


def test_a_year_that_copies_another_is_refused_unless_declared(catalog: Catalog) -> None:
    names = [item.name for item in catalog.regions if item.level in {"regency", "city"}][:10]
    rows = [["Wilayah", 2023, 2024], *([name, 1.5 + number, 1.5 + number] for number, name in enumerate(names))]
    error = refusal(xlsx({"Data": rows}), contract())
    assert error.rule == "repeated_year"
    assert "2024 = 2023" in error.message.id
    years = {"first": 2023, "repeats": [2024]}
    columns = [
        {"header": ["Wilayah"], "role": "region_name"},
        {"header": ["{year}"], "role": "value", "years": years},
    ]
    assert len(read_table(xlsx({"Data": rows}), contract(columns=columns)).rows) == 10


def test_a_contract_names_its_own_texts_for_codes(catalog: Catalog) -> None:
    rows = [["Lapangan usaha", 2023], ["Konstruksi/\nConstruction", 9.85], ["Lainnya/Other", 3.62]]
    by = contract(
        region="35.76",
        columns=[
            {"header": ["Lapangan usaha"], "role": "breakdown", "dimension": "sector",
             "codes": {"Konstruksi/ Construction": "F"}},
            {"header": ["{year}"], "role": "value", "years": {"first": 2023}},
        ],
        measures=[{"indicator": "grdp_sector_share", "unit": "percent", "precision": [{"decimals": 2}]}],
    )  # fmt: skip
    assert figures(xlsx({"Data": rows}), by, catalog)["breakdown"].tolist()[0] == "sector=F"
