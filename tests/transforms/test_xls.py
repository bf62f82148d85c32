"""The `.xls` of Excel 97: read, drafted and checked as any workbook, and a broken one is refused with a sentence."""

from __future__ import annotations

import json
import struct
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.answers import answered
from support.biff import SECTOR, ole2, workbook, xls
from support.sheets import contract

from catalog.contract import Contract
from catalog.load import Catalog
from cli.main import main
from flows.door import judge_at_door
from transforms.draft import draft
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import tidy

ROWS: list[list[Any]] = [
    ["Kemiskinan Mojokerto", "", "", ""],
    ["Wilayah", 2023, 2024, "Diperbarui"],
    ["Kota Mojokerto", 5.77, 5.57, date(2024, 7, 1)],
    ["Kabupaten Mojokerto", 9.8, "-", date(2024, 7, 1)],
]
SHEETS = {"Data": ROWS, "Catatan": [["Sumber: BPS"]]}
NIK = "3576014107900001"


def declared(**changes: Any) -> Contract:
    columns = [
        {"header": ["Wilayah"], "role": "region_name"},
        {"header": ["{year}"], "role": "value", "years": {"first": 2023, "last": 2024}},
        {"header": ["Diperbarui"], "role": "constant", "constant": "2024-07-01"},
    ]
    form = {"kind": "workbook", "sheet": "Data", "first_row": 2}
    return contract(**{"format": form, "columns": columns, **changes})


def refusal(data: bytes) -> ContractMismatch:
    with pytest.raises(ContractMismatch) as caught:
        read_table(data, declared())
    return caught.value


def test_numbers_texts_and_dates_of_an_xls_are_read_by_contract(catalog: Catalog) -> None:
    frame = tidy(read_table(xls(SHEETS), declared()), declared(), catalog)
    assert list(frame["value"].astype(object))[:3] == [Decimal("5.77"), Decimal("5.57"), Decimal("9.80")]
    assert frame["missing_mark"].tolist()[3] == "-"
    assert frame["sheet"].tolist() == ["Data"] * 4
    assert frame["cell"].tolist() == ["B3", "C3", "B4", "C4"]
    moved = declared(columns=[*declared().model_dump()["columns"][:2], {"header": ["Diperbarui"], "role": "ignore"}])
    assert tidy(read_table(xls(SHEETS), moved), moved, catalog)["value"].notna().sum() == 3


def test_a_date_that_is_not_the_declared_one_is_refused() -> None:
    rows = [*ROWS[:3], [*ROWS[3][:3], date(2024, 7, 2)]]
    assert "'2024-07-02'" in refusal(xls({**SHEETS, "Data": rows})).message.id


def test_every_sheet_of_an_xls_is_looked_through_at_the_door() -> None:
    assert judge_at_door(xls(SHEETS), declared()) is None
    refused = judge_at_door(xls({**SHEETS, "Lain": [["no", "ket"], [1, f"NIK {NIK}"]]}), declared())
    assert refused is not None
    assert (refused.rule, refused.keeps_bytes) == ("no_personal_data", False)


def test_an_xls_is_drafted_and_the_draft_reads_it(catalog: Catalog) -> None:
    data = xls({"Data": [row[:3] for row in ROWS]})
    text = draft(data, "kemiskinan.xls", catalog)
    assert 'kind = "workbook"' in text
    assert "first_row = 2" in text
    keys = [item["key"] for item in tomllib.loads(text)["measures"]]
    by = answered(text, {key: {"indicator": "poverty_rate", "unit": "percent"} for key in keys})
    frame = tidy(read_table(data, by), by, catalog)
    assert list(frame["value"].astype(object))[:3] == [Decimal("5.77"), Decimal("5.57"), Decimal("9.80")]


def test_an_xls_is_checked_from_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by = tmp_path / "uji.toml"
    values = declared().model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    by.write_text("\n".join(f"{key} = {inline(value)}" for key, value in values.items()), "utf-8")
    for name, data, code in (("utuh.xls", xls(SHEETS), 0), ("potong.xls", xls(SHEETS)[:3000], 1)):
        (tmp_path / name).write_bytes(data)
        assert main(["check", str(tmp_path / name), "--contract", str(by), "--data", str(tmp_path / "data")]) == code
    assert "buku kerja XLS ini rusak atau terpotong" in capsys.readouterr().out


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + " }"
    return f"[{', '.join(map(inline, value))}]" if isinstance(value, list) else json.dumps(value)


CUT = range(8, len(xls(SHEETS)) - SECTOR * 5, 101)


@pytest.mark.parametrize("length", CUT)
def test_an_xls_cut_anywhere_is_refused_with_one_sentence(length: int) -> None:
    message = refusal(xls(SHEETS)[:length]).message
    assert "rusak atau terpotong" in message.id or "bukan buku kerja" in message.id
    assert "damaged or cut off" in message.en or "not a whole" in message.en


@pytest.mark.parametrize("length", range(0, len(workbook(SHEETS)) - 4, 7))
def test_a_stream_cut_anywhere_is_refused_though_its_container_is_whole(length: int) -> None:
    assert "rusak atau terpotong" in refusal(ole2(workbook(SHEETS)[:length])).message.id


def changed(kind: int, at: int, form: str, value: int) -> bytes:
    """The workbook with one number in the first record of a kind written over."""
    stream = bytearray(workbook(SHEETS))
    place = 0
    while struct.unpack_from("<H", stream, place)[0] != kind:
        place += 4 + struct.unpack_from("<H", stream, place + 2)[0]
    struct.pack_into(form, stream, place + 4 + at, value)
    return ole2(bytes(stream))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ((0x00FC, 4, "<I", 0xFFFFFFF0), "rusak"),  # more shared strings than memory has room for
        ((0x0203, 2, "<H", 0xFFFF), "rusak"),  # a column that no sheet has
        ((0x0200, 4, "<I", 0xFFFFFF), "lebih dari 2000000 sel"),  # a sheet of endless length
        ((0x0085, 0, "<I", 0x7FFFFFFF), "rusak"),  # a sheet beyond the end
    ],
)
def test_sizes_that_no_sheet_can_have_are_refused_before_anything_is_made_ready_for_them(
    what: tuple[int, int, str, int], words: str
) -> None:
    assert words in refusal(changed(*what)).message.id


def test_a_chain_of_sectors_that_runs_in_a_circle_is_refused() -> None:
    data = bytearray(xls(SHEETS))
    struct.pack_into("<I", data, SECTOR + 4 * 3, 2)
    assert "rusak atau terpotong" in refusal(bytes(data)).message.id
