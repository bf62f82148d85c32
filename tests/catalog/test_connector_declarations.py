"""Connectors as they are declared: told apart by kind, strict about keys, and sensible or refused."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from catalog.connector import BpsConnector, Connector, FileConnector
from catalog.contract import load_contract
from catalog.strict import DeclarationError

HTTP = {"kind": "http", "url": "https://portal.example/a.csv"}
CKAN = {"kind": "ckan", "base_url": "https://portal.example", "dataset": "a"}
BPS = {"kind": "bps", "domain": "3576", "var": 192, "years": {"first": 2015}}
JATIM = {"kind": "jatim", "schema_name": "dinsos", "table": "kemiskinan"}
FILE = {"kind": "file", "path": "a.csv"}
ANY: TypeAdapter[Connector] = TypeAdapter(Connector)
CONTRACT = """
id = "coba"
title = { id = "Coba", en = "Trial" }
publisher = "BPS"
owner = "BPS"
publication = "Tabel"
evidence = "publication"
edition = "replaces"
format = {}
columns = [
  { header = ["kode"], role = "region_code", scheme = "bps" },
  { header = ["nilai"], role = "value", measure = "poverty_rate" },
]
measures = [{ indicator = "poverty_rate", unit = "percent", precision = [{ decimals = 2 }] }]
expect = { regions = ["35.76"], first_year = 2015 }
"""


@pytest.mark.parametrize("declared", [FILE, HTTP, CKAN, BPS, JATIM], ids=lambda declared: declared["kind"])
def test_the_kind_chooses_the_model_and_unknown_keys_are_refused(declared: dict[str, object]) -> None:
    assert ANY.validate_python(declared).kind == declared["kind"]
    with pytest.raises(ValidationError, match="Extra inputs"):
        ANY.validate_python({**declared, "verify": False})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({**HTTP, "url": "file:///etc/passwd"}, "begins with https://"),
        ({**HTTP, "url": "ftp://portal.example/a.csv"}, "begins with https://"),
        ({**HTTP, "url": "https:///a.csv"}, "begins with https://"),
        ({**HTTP, "url": "https://nama:sandi@portal.example/"}, "no place for a user name or password"),
        ({**HTTP, "bundled": True}, "Extra inputs"),
        ({**HTTP, "connect_seconds": 0}, "greater than 0"),
        ({**CKAN, "resource": "b"}, "either 'dataset' or 'resource'"),
        ({**CKAN, "dataset": None}, "either 'dataset' or 'resource'"),
        ({**CKAN, "via": "datastore", "format": "xlsx"}, "dumped as csv"),
        ({**CKAN, "token_env": "not a name"}, "pattern"),
        ({**BPS, "domain": "76"}, "pattern"),
        ({**BPS, "key": "rahasia"}, "Extra inputs"),
        ({**JATIM, "per_page": 5000}, "less than or equal to 300"),
        ({**JATIM, "table": "../x"}, "pattern"),
        ({"kind": "file"}, "either 'path'"),
        ({**FILE, "pattern": "*.csv"}, "either 'path'"),
        ({"kind": "file", "pattern": "*.csv", "bundled": True}, "named by 'path'"),
        ({"kind": "file", "pattern": "../*.csv"}, "pattern"),
        ({**FILE, "settle_seconds": 9}, "belong to 'pattern'"),
    ],
)
def test_what_makes_no_sense_is_refused(declared: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ANY.validate_python(declared)


def fault(folder: Path, connector: str, more: str = "") -> DeclarationError:
    path = folder / "coba.toml"
    path.write_text(f"{CONTRACT}{more}\n[connector]\n{textwrap.dedent(connector)}", "utf-8")
    with pytest.raises(DeclarationError) as failure:
        load_contract(path)
    return failure.value


def test_an_unknown_kind_is_told_with_the_nearest_known_one(tmp_path: Path) -> None:
    assert (
        str(fault(tmp_path, 'kind = "htp"')) == "coba.toml: 'connector.kind' is the unknown 'htp'; did you mean 'http'?"
    )
    told = fault(tmp_path, 'kind = "gdrive"').message
    assert told.en.endswith("choose one of file, http, ckan, bps, jatim")
    assert told.id.endswith("pilihannya file, http, ckan, bps, jatim")
    assert str(fault(tmp_path, 'url = "https://portal.example"')) == "coba.toml: the key 'connector.kind' is missing"


def test_a_misspelt_key_of_a_connector_is_told_with_the_nearest_known_one(tmp_path: Path) -> None:
    said = str(fault(tmp_path, 'kind = "http"\nurl = "https://portal.example/"\nread_second = 5'))
    assert "did you mean 'read_seconds'?" in said


def test_a_bundled_file_has_no_rhythm(tmp_path: Path) -> None:
    said = str(fault(tmp_path, 'kind = "file"\npath = "a.csv"\nbundled = true', 'rhythm = "yearly"'))
    assert "a bundled file has no rhythm" in said


@pytest.mark.parametrize(
    ("declared", "url", "name"),
    [
        (FILE, "file:a.csv", "a.csv"),
        ({"kind": "file", "pattern": "*.csv"}, "file:2025.csv", "2025.csv"),
        ({**HTTP, "url": "https://portal.example/unduh/b.csv?x=1"}, "", "b.csv"),
        ({**HTTP, "url": "https://portal.example/"}, "", "portal.example"),
        (CKAN, "", "a.csv"),
        (BPS, "", "bps-3576-192.csv"),
        (JATIM, "", "dinsos.kemiskinan.csv"),
    ],
)
def test_lineage_has_a_name_for_every_file(declared: dict[str, object], url: str, name: str) -> None:
    assert ANY.validate_python(declared).file_of(url) == name


def test_the_defaults_are_those_of_the_publishers() -> None:
    bps = ANY.validate_python(BPS)
    assert isinstance(bps, BpsConnector)
    assert (bps.base_url, bps.key_env) == ("https://webapi.bps.go.id/v1/api/", "BPS_API_KEY")
    file = ANY.validate_python({"kind": "file", "pattern": "*.csv"})
    assert isinstance(file, FileConnector)
    assert (file.folder, file.settle_seconds) == (".", 5)
