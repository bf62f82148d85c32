"""At the door: what is turned away before it is kept, what is said, and whether the bytes may be kept."""

from __future__ import annotations

import pytest
from small_world import contract_with

from catalog.strict import Bilingual
from expectations.door import contract_refusal, judge_bytes, judge_door

SOUND = "Wilayah;Tahun;Persen\nKota Mojokerto;2023;5,77\nKab. Mojokerto;2023;9,80\n"
NIK = "3516015203980001"
CONTRACT = contract_with(rows={"footer": ["Sumber", "Catatan"]})


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        SOUND.rstrip("\n"),
        SOUND + "Sumber: BPS",
        SOUND + '"Catatan: dua\nbaris"\n',
        SOUND.replace("\n", "\r\n"),
        "\ufeff" + SOUND,
        SOUND.replace("Kota", 'Kota "lama"'),
        SOUND + "\n\n",
    ],
)
def test_a_whole_file_is_let_in(text: str) -> None:
    assert judge_bytes(text.encode(), CONTRACT) is None


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf  \n", b"\x00\x00"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    refused = judge_bytes(data, CONTRACT)
    assert refused is not None
    assert (refused.rule, refused.gate, refused.severity) == ("not_empty", "door", "critical")


def test_a_file_over_the_size_limit_is_refused_and_not_kept() -> None:
    contract = contract_with(format={"delimiter": ";", "decimal": ",", "max_bytes": 1000})
    refused = judge_bytes(b"x" * 1001, contract)
    assert refused is not None
    assert refused.rule == "size_limit"
    assert not refused.keeps_bytes
    assert "1.001 byte" in refused.message_id
    assert "1,001 bytes" in refused.message_en


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Masuk</body></html>",
        "\n  <!doctype HTML>\n<p>",
        "<html lang='id'>",
        "<head><title>Login</title></head>",
        "<?xml version='1.0'?>\n<html>",
        "<!-- error 403 -->\n<html>",
    ],
)
def test_a_web_page_is_refused_as_such(page: str) -> None:
    refused = judge_bytes(page.encode(), CONTRACT)
    assert refused is not None
    assert refused.rule == "not_html"
    assert refused.keeps_bytes


def test_a_web_page_that_names_a_person_is_not_kept() -> None:
    refused = judge_bytes(b"<html><body>budi.santoso@example.com</body></html>", CONTRACT)
    assert refused is not None
    assert refused.rule == "not_html"
    assert not refused.keeps_bytes


def test_a_file_that_ends_in_the_middle_of_a_row_is_refused_with_the_line() -> None:
    refused = judge_bytes(SOUND[:-7].encode(), CONTRACT)
    assert refused is not None
    assert refused.rule == "not_truncated"
    assert refused.keeps_bytes
    assert "baris 3 (2 kolom, seharusnya 3)" in refused.message_id


def test_a_file_that_ends_inside_a_quote_is_refused() -> None:
    refused = judge_bytes((SOUND + '"Catatan: hasil Sus').encode(), CONTRACT)
    assert refused is not None
    assert refused.rule == "not_truncated"
    assert "baris 4" in refused.message_id


def test_a_short_row_that_ends_properly_is_left_to_the_contract() -> None:
    assert judge_bytes((SOUND + "Kota Mojokerto;2022\n").encode(), CONTRACT) is None


def test_a_quote_left_open_in_the_middle_is_left_to_the_contract() -> None:
    assert judge_bytes(SOUND.replace("Kota", '"Kota').encode(), CONTRACT) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_personal_data_refuse_the_file_and_only_the_place_is_told(encoding: str) -> None:
    form = {"delimiter": ";", "decimal": ",", "encoding": encoding}
    text = SOUND + f"Kota Mojokerto;2022;{NIK}\n"
    refused = judge_bytes(text.encode(encoding), contract_with(format=form))
    assert refused is not None
    assert refused.rule == "no_personal_data"
    assert not refused.keeps_bytes
    assert "baris 4 kolom ke-3" in refused.message_id
    assert "line 4 column 3" in refused.message_en
    assert NIK not in repr(refused)


def test_a_header_that_the_contract_declares_as_the_name_of_a_place_passes() -> None:
    named = [{"header": ["Nama"], "role": "region_name"}, {"header": ["Persen"], "role": "value"}]
    table = b"Nama;Persen\nKota Mojokerto;5,77\n"
    assert judge_bytes(table, contract_with(columns=named)) is None
    refused = judge_bytes(table, CONTRACT)
    assert refused is not None
    assert refused.rule == "no_personal_data"


def test_the_door_lists_its_verdicts_up_to_the_refusal() -> None:
    passed = judge_door(SOUND.encode(), CONTRACT, "ab" * 32)
    assert {check.outcome for check in passed} == {"passed"}
    assert {check.snapshot for check in passed} == {"ab" * 32}
    refused = judge_door(b"", CONTRACT)
    assert [check.outcome for check in refused] == ["passed", "failed"]


def test_a_mismatch_with_the_contract_becomes_a_verdict_in_the_readers_words() -> None:
    check = contract_refusal(Bilingual(id="baris 1: {aneh}", en="line 1: {odd}"), CONTRACT, "ab" * 32)
    assert (check.gate, check.rule, check.outcome, check.refuses) == ("contract", "as_contract", "failed", True)
    assert (check.message_id, check.message_en) == ("baris 1: {aneh}", "line 1: {odd}")
