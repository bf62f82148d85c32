"""IDM and Indeks Desa: the portal's figures as they stand there, and the layout by which an office adds its own."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from catalog.contract import Contract
from catalog.load import Catalog
from cli.main import main

PROJECT = Path(__file__).resolve().parent.parent.parent
BUNDLED = PROJECT / "sources" / "opendata_jatim" / "opendata-jatim-idm-desa.csv"
PORTAL = sorted((PROJECT.parent / "shared" / "samples").glob("25_opendatajatim_idm*.csv"))
PAGE = (PROJECT / "docs" / "villages.md").read_text("utf-8")
TABLE = """\
Tahun;Kode Desa;Nama Desa;Nilai IDM;Status
2023;35.16.01.2001;Gumeng;0,8231;MANDIRI
2023;35.16.01.2002;Begaganlimo;0,7071;BERKEMBANG
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.skipif(not PORTAL, reason="the samples are not here: ../shared/samples")
def test_the_bundled_rows_are_rows_of_the_portals_file() -> None:
    there = {tuple(row.values()) for row in rows_of(PORTAL[0])}
    assert {tuple(row.values()) for row in rows_of(BUNDLED)} <= there


def test_every_desa_has_one_status_each_year(catalog: Catalog) -> None:
    counts: Counter[str] = Counter()
    for row in rows_of(BUNDLED):
        counts[row["tahun"]] += int(row["jumlah"])
    desa = [
        region
        for region in catalog.regions_by_code.values()
        if region.code.startswith("35.16.") and region.level == "village"
    ]
    assert counts == dict.fromkeys(map(str, range(2019, 2025)), len(desa))
    assert not [
        region
        for region in catalog.regions_by_code.values()
        if region.code.startswith("35.76.") and region.level == "village"
    ]


@pytest.mark.parametrize("name", ["idm", "idm_desa", "indeks_desa", "indeks_desa_desa"])
def test_the_two_schemes_are_apart_and_do_not_apply_to_a_city(catalog: Catalog, name: str) -> None:
    item = catalog.indicators[name]
    assert not {"city", "urban_village"} & set(item.applies_to)
    assert {"regency", "village"} <= set(item.applies_to)
    known = item.breaks_at(2025, "35.16")
    assert known is not None
    assert "Indeks Desa" in known.what.id
    assert {rule.kind for rule in item.rules} == (
        {"sum"} if name.endswith("_desa") and name != "indeks_desa" else {"not_aggregable"}
    )


def test_the_documented_contract_reads_an_offices_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = tomllib.loads(found.group(1))
    assert Contract.model_validate(told).indicators == ["idm"]
    (tmp_path / "dpmd-idm-desa.toml").write_text(found.group(1), "utf-8")
    (tmp_path / "idm-desa.csv").write_text(TABLE, "utf-8")
    options = ["--contract", str(tmp_path / "dpmd-idm-desa.toml"), "--observations", "--csv"]
    assert main(["check", str(tmp_path / "idm-desa.csv"), *options]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {(row["indicator"], row["region_code"], float(row["value"])) for row in rows} == {
        ("idm", "35.16.01.2001", 0.8231), ("idm", "35.16.01.2002", 0.7071),
    }  # fmt: skip
