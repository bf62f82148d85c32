"""A false alarm is allowed by column, kind and reason, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.sheets import contract

from catalog.contract import load_contract
from catalog.strict import DeclarationError

GOOD = {"column": "2023", "kinds": ["nik"], "reason": "nomor kegiatan, bukan NIK"}
SOURCE = "kabupaten-mojokerto-kemiskinan"


def test_a_column_is_named_by_its_header_or_by_a_year_of_its_run() -> None:
    assert contract(personal_data_allowed=[GOOD]).personal_data_allowed[0].kinds == ["nik"]
    assert contract(personal_data_allowed=[{**GOOD, "column": "Wilayah"}])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"column": "Nama"}, "'Nama' is the header of 0 columns"),
        ({"column": "{year}"}, "is the header of 0 columns"),
        ({"kinds": []}, "at least 1 item"),
        ({"kinds": ["header"]}, "'nik', 'phone' or 'email'"),
        ({"reason": "ya"}, "at least 10 characters"),
    ],
)
def test_an_allowance_that_says_too_little_or_too_much_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        contract(personal_data_allowed=[{**GOOD, **change}])


def test_a_column_is_allowed_once_and_a_text_over_two_columns_names_none() -> None:
    with pytest.raises(ValidationError, match="two entries for one column"):
        contract(personal_data_allowed=[GOOD, {**GOOD, "kinds": ["phone"]}])
    twice = [{"header": ["Jumlah"], "role": "value"}, {"header": ["Jumlah"], "role": "ignore"}]
    with pytest.raises(ValidationError, match="the header of 2 columns"):
        contract(columns=twice, region="35.76", personal_data_allowed=[{**GOOD, "column": "Jumlah"}])


def test_a_misspelt_key_is_refused_and_the_nearest_known_one_suggested(tmp_path: Path) -> None:
    (found,) = (Path(__file__).parents[2] / "sources").rglob(f"{SOURCE}.toml")
    path = tmp_path / found.name
    entry = '\n[[personal_data_allowed]]\ncolumn = "id"\nkind = ["phone"]\nreason = "nomor baris"\n'
    path.write_text(found.read_text("utf-8") + entry, "utf-8")
    with pytest.raises(DeclarationError, match="unknown key 'kind'; did you mean 'kinds'"):
        load_contract(path)
    path.write_text(path.read_text("utf-8").replace("personal_data_allowed]", "personal_data_alowed]"), "utf-8")
    with pytest.raises(DeclarationError, match="did you mean 'personal_data_allowed'"):
        load_contract(path)
