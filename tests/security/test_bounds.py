"""Small files that would grow: each is refused in a sentence before anything large is laid out."""

from __future__ import annotations

import io
import re
import time
import zipfile

import pytest
from support.sheets import MAIN, contract, ods, packed, sheet_xml, xlsx

from catalog.formats import CsvFormat, HtmlFormat, WorkbookFormat
from transforms.html_table import all_tables
from transforms.mismatch import ContractMismatch
from transforms.strict_csv import csv_grid
from transforms.workbook import all_sheets

BOOK = contract().format
SHEET = "xl/worksheets/sheet1.xml"
FAR = sheet_xml([["a"]]).replace("<sheetData>", '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>')


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(text: str) -> bytes:
    return packed({**members(xlsx({"D": [["a"]]})), SHEET: text})


def unplaced() -> bytes:
    wide, tall = "<c><v>1</v></c>" * 16_000, "<row><c><v>1</v></c></row>" * 20_000
    return with_sheet(f"<worksheet {MAIN}><sheetData><row>{wide}</row>{tall}</sheetData></worksheet>")


def many_sheets() -> bytes:
    far = FAR.replace('r="A1" t=', 'r="T90000" t=')
    found = members(xlsx({f"s{number}": [["a"]] for number in range(3)}))
    return packed({name: far if "worksheets/" in name else text for name, text in found.items()})


def under_another_name(ending: str) -> bytes:
    found = members(xlsx({"D": [["a"]]}))
    del found[SHEET]
    name = "xl/_rels/workbook.xml.rels"
    found[name] = found[name].replace(b"worksheets/sheet1.xml", b"other/sheet1." + ending.encode())
    return packed({**found, f"xl/other/sheet1.{ending}": FAR.replace('r="A1" t=', 'r="XFD90000" t=')})


def one_text_for_all() -> bytes:
    cells = '<row><c t="s"><v>0</v></c></row>' * 100_000
    texts = f"<sst {MAIN}><si><t>{'x' * 30_000}</t></si></sst>"
    body = f"<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>"
    return packed({**members(xlsx({"D": [["a"]]})), SHEET: body, "xl/sharedStrings.xml": texts})


def spaces() -> bytes:
    found = members(ods("D", [["a"]]))
    text = found["content.xml"].replace(b"<text:p>a", b'<text:p>a<text:s text:c="3000000000"/>')
    return packed({**found, "content.xml": text})


BOMBS = {
    "cells without a place": unplaced(),
    "a place written as an entity": with_sheet(sheet_xml([["a"]]).replace('r="A1"', 'r="&#88;FD1048576"')),
    "three sheets that together are too large": many_sheets(),
    "a sheet in another folder": under_another_name("xml"),
    "one long text for a hundred thousand cells": one_text_for_all(),
    "three billion spaces": spaces(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_workbook_that_grows_is_refused_before_it_is_opened(name: str) -> None:
    """Opened, each of these ended the process for want of memory, or ran for minutes (calamine 0.9)."""
    assert isinstance(BOOK, WorkbookFormat)
    assert len(BOMBS[name]) < 200_000
    with pytest.raises(ContractMismatch) as error:
        all_sheets(BOMBS[name], BOOK)
    assert error.value.rule == "too_large"


def test_a_sheet_that_does_not_call_itself_xml_and_a_binary_workbook_are_no_workbooks() -> None:
    assert isinstance(BOOK, WorkbookFormat)
    binary = packed({**members(xlsx({"D": [["a"]]})), "xl/workbook.bin": b"\x83\x01\x00"})
    for data in (under_another_name("dat"), binary):
        with pytest.raises(ContractMismatch) as error:
            all_sheets(data, BOOK)
        assert error.value.rule == "workbook"


def test_cells_without_a_place_follow_each_other_as_a_reader_has_them() -> None:
    assert isinstance(BOOK, WorkbookFormat)
    plain = xlsx({"D": [["Wilayah", "2023"], ["Kota", 5.77]]})
    bare = re.sub(rb' r="[A-Z]*[0-9]+"', b"", members(plain)[SHEET])
    assert b" r=" not in bare
    (grid,) = all_sheets(packed({**members(plain), SHEET: bare}), BOOK)
    assert grid.rows == [["Wilayah", "2023"], ["Kota", "5.77"]]


def test_deeply_nested_xml_is_read_without_a_stack_that_grows() -> None:
    assert isinstance(BOOK, WorkbookFormat)
    deep = FAR.replace("<sheetData>", "<a>" * 200_000 + "</a>" * 200_000 + "<sheetData>")
    assert all_sheets(with_sheet(deep), BOOK)


PAGES = {
    "a span of a milliard": b"<table><tr><td colspan=1000000000 rowspan=1000000000>a",
    "rows without cells beside a wide one": b"<table><tr><td colspan=1000>a</td></tr>" + b"<tr>" * 50_000,
    "a cell that reaches down beside a wide row": b"<table><tr>" + b"<td>" * 1000 + b"<tr><td rowspan=65534>a</td>",
    "tables within tables": b"<table>" * 10_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_whose_tables_would_grow_is_refused(name: str) -> None:
    with pytest.raises(ContractMismatch) as error:
        all_tables(PAGES[name], HtmlFormat(kind="html"))
    assert error.value.rule == "too_large"


@pytest.mark.parametrize("start", [b"<a ", b"<!--", b"<td a='", b"<![CDATA[", b"<?", b"</"])
def test_what_is_opened_on_a_page_and_never_closed_costs_no_hours(start: bytes) -> None:
    """The library looks for the end of each of them to the end of the page: five minutes for a megabyte."""
    began = time.monotonic()
    with pytest.raises(ContractMismatch) as error:
        all_tables(b"<table><tr><td>1</table>" + start * 200_000, HtmlFormat(kind="html"))
    assert error.value.rule == "html"
    assert time.monotonic() - began < 5


TABLES = {
    "a cell of a megabyte": (b"a;b\n" + b"x" * 1_000_000, 2),
    "a quoted cell that swallows the file": (b'a;b\n1;"' + b"2;3\n" * 100_000 + b'"', 2),
    "a line of a hundred thousand cells": (b"a;b\n1;2\n" + b";" * 100_000, 3),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_gigantic_line_or_cell_is_told_with_its_line(name: str) -> None:
    data, line = TABLES[name]
    with pytest.raises(ContractMismatch) as error:
        csv_grid(data, CsvFormat(delimiter=";"))
    assert (error.value.rule, error.value.line) == ("too_large", line)


def test_a_file_of_empty_lines_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.strict_csv.MOST_ROWS", 1000)
    with pytest.raises(ContractMismatch, match="1000 rows"):
        csv_grid(b"\n" * 2000, CsvFormat())
