"""What is wrong in a contract is told in Indonesian and in English: where it stands, what was found, what is meant."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from pydantic_core import core_schema

from catalog.contract import load_contract
from catalog.load import load_catalog
from catalog.strict import Bilingual, DeclarationError, load_faults

PROJECT = Path(__file__).resolve().parent.parent.parent
CITY = "kota-mojokerto-kemiskinan"
ADDRESS = '"http"\nurl = "https://nama:sandi-rahasia@portal.example/a.csv"\n#'
PORTAL = '"ckan"\nbase_url = "https://portal.example"\ndataset = "a"\ntoken_env = "sandi-rahasia.abc"\n#'
# An edit of the city's contract: what it replaces, by what, and what is then told in both languages.
EDITS = [
    ('edition = "replaces"', 'edition = "replace"',
     "'edition' harus salah satu dari 'replaces' atau 'adds' (tertulis 'replace'); maksudnya 'replaces'?",
     "'edition' must be one of 'replaces' or 'adds' (found 'replace'); did you mean 'replaces'?"),
    ('decimal = ","', 'decimal = ";"',
     "'format.decimal' harus salah satu dari '.' atau ',' (tertulis ';')",
     "'format.decimal' must be one of '.' or ',' (found ';')"),
    ("header_rows = 2", 'header_rows = "dua"',
     "'format.header_rows' harus bilangan bulat (tertulis 'dua')",
     "'format.header_rows' must be a whole number (found 'dua')"),
    ("header_rows = 2", "header_rows = 9",
     "'format.header_rows' boleh paling banyak 6 (tertulis 9)",
     "'format.header_rows' may be at most 6 (found 9)"),
    ("header_rows = 2", "header_rows = 1",
     "kolom ['Wilayah', '']: ada 2 teks judul, sedangkan header_rows 1",
     "column ['Wilayah', '']: 2 header texts, but header_rows is 1"),
    ('header = ["Wilayah", ""]', 'header = "Wilayah"',
     "[[columns]] 1: 'header' harus daftar di antara [ dan ] (tertulis 'Wilayah')",
     "[[columns]] 1: 'header' must be a list between [ and ] (found 'Wilayah')"),
    ("header = [", "headr = [",
     "[[columns]] 1: kunci 'headr' tidak dikenal; maksudnya 'header'?",
     "[[columns]] 1: unknown key 'headr'; did you mean 'header'?"),
    ("years = { first = 2015 }", 'years = { first = "awal" }',
     "[[columns]] 2: 'years.first' harus bilangan bulat (tertulis 'awal')",
     "[[columns]] 2: 'years.first' must be a whole number (found 'awal')"),
    ('measure = "poverty_rate"', 'measure = "kemiskinan"',
     "kolom ['Persentase Penduduk Miskin (Persen)', '{year}']: tidak ada [[measures]] untuk 'kemiskinan'",
     "column ['Persentase Penduduk Miskin (Persen)', '{year}']: no [[measures]] entry for 'kemiskinan'"),
    ('"{year}"]', '"tahun"]',
     "[[columns]] 2: deretan tahun memerlukan '{year}' di 'header'",
     "[[columns]] 2: a run of years needs '{year}' in its header"),
    ("[{ decimals = 2 }]", '[{ decimals = "2,5" }]',
     "[[measures.1.precision]] 1: 'decimals' harus bilangan bulat (tertulis '2,5')",
     "[[measures.1.precision]] 1: 'decimals' must be a whole number (found '2,5')"),
    ("first_seen = 2026-11-21", 'first_seen = "21/11/2026"',
     "'first_seen' harus tanggal seperti 2024-03-01 (tertulis '21/11/2026')",
     "'first_seen' must be a date such as 2024-03-01 (found '21/11/2026')"),
    ("[{ decimals = 2 }]", "[2]",
     "[[measures]] 1: 'precision' harus tabel kunci dan isi (tertulis 2)",
     "[[measures]] 1: 'precision' must be a table of keys and values (found 2)"),
    ('regions = ["35.76"]', "regions = [3576]",
     "[[expect.regions]] 1: harus teks di antara tanda kutip (tertulis 3576)",
     "[[expect.regions]] 1: must be a text in quotation marks (found 3576)"),
    ('path = "kota-mojokerto-kemiskinan.csv"', "",
     "'connector': isi salah satu: 'path' (satu berkas) atau 'pattern' (folder titipan)",
     "'connector': give either 'path' (one file) or 'pattern' (a drop folder)"),
    ("bundled = true", 'bundled = "ya, bawaan"',
     "'connector.bundled' harus true atau false, tanpa tanda kutip (tertulis 'ya, bawaan')",
     "'connector.bundled' must be true or false, without quotation marks (found 'ya, bawaan')"),
    ('delimiter = ";"', 'delimiter = ";;"',
     "'format.delimiter' terlalu panjang (tertulis ';;')",
     "'format.delimiter' is too long (found ';;')"),
    ('"file"', ADDRESS,
     "'connector.url': kontrak bukan tempat nama pengguna atau sandi; minta alamat terbuka kepada penerbit",
     "'connector.url': a contract is no place for a user name or password; ask the publisher for an open address"),
    ('"file"', PORTAL,
     "'connector.token_env' tidak ditulis seperti seharusnya (pola ^[A-Za-z_][A-Za-z0-9_]*$) (tertulis ***)",
     "'connector.token_env' is not written as it should be (pattern ^[A-Za-z_][A-Za-z0-9_]*$) (found ***)"),
]  # fmt: skip


def told(path: Path) -> Bilingual:
    with pytest.raises(DeclarationError) as error:
        load_contract(path)
    return error.value.message


@pytest.mark.parametrize(("old", "new", "indonesian", "english"), EDITS, ids=[new for _, new, *_ in EDITS])
def test_what_is_wrong_in_a_contract_is_told_in_both_languages(
    tmp_path: Path, old: str, new: str, indonesian: str, english: str
) -> None:
    (whole,) = (PROJECT / "sources").rglob(f"{CITY}.toml")
    text = whole.read_text("utf-8")
    assert old in text
    path = tmp_path / whole.name
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = told(path)
    assert indonesian in found.id
    assert english in found.en
    assert "sandi-rahasia" not in found.id + found.en
    assert not any(words in found.id for words in ("Input should", "Value error", "must be"))


def test_a_key_is_named_as_it_is_written_whatever_code_calls_it(tmp_path: Path) -> None:
    found = (PROJECT / "catalog" / "classification.toml").read_text("utf-8")
    shutil.copytree(PROJECT / "catalog", tmp_path / "catalog")
    path = tmp_path / "catalog" / "classification.toml"
    spoilt = [
        ("[[scheme.band]]", "[[scheme.bnd]]", "maksudnya 'band'?"),
        ("min = 0", 'min = "x"', ", [[band]] 1: 'min'"),
    ]
    for old, new, told_so in spoilt:
        assert old in found
        path.write_text(found.replace(old, new, 1), "utf-8")
        with pytest.raises(DeclarationError) as error:
            load_catalog(tmp_path / "catalog")
        assert told_so in error.value.message.id


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def raised() -> dict[str, set[str]]:
    """The faults that code raises, with the names of what they are given."""
    found: dict[str, set[str]] = {}
    for path in sorted((PROJECT / "catalog").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fault":
                (name,) = (item.value for item in node.args if isinstance(item, ast.Constant))
                given = {str(item.arg) for item in node.keywords}
                assert found.setdefault(str(name), given) == given
    return found


def test_every_fault_that_is_raised_has_its_sentences_and_no_other_stands_there() -> None:
    declared = load_faults()["contract"]
    assert {name: fields(sentence.id) for name, sentence in declared.items()} == raised()
    assert {name: fields(sentence.en) for name, sentence in declared.items()} == raised()


def test_sentences_on_form_are_of_errors_that_pydantic_has() -> None:
    declared = load_faults()["form"]
    assert set(declared) <= set(get_args(core_schema.ErrorType))
    assert {name: fields(item.id) for name, item in declared.items()} == {
        name: fields(item.en) for name, item in declared.items()
    }
