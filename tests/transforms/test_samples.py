"""Real portal files: draft, the answers a person would give, and check yield the right figures or the right refusal.

The files are not ours to ship; where they are absent every test here is skipped and says so.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.answers import answered, checked

from catalog.contract import Contract
from catalog.load import Catalog
from catalog.models import Breakdown, Indicator
from expectations.verdict import Check, refusal
from transforms.draft import draft
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import tidy

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAMPLES = SHARED / "samples"
FIGURES = SHARED / "figures"
pytestmark = [
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here: ../shared/samples"),
    pytest.mark.xdist_group("samples"),
]
Place = tuple[str, str, str, str]


class Sample:
    """One sample file: its bytes, and its draft by the project's own catalog or by `catalog`."""

    def __init__(self, number: str, catalog: Catalog, folder: Path) -> None:
        self.path = next(SAMPLES.glob(f"{number}_*"))
        self.data, self.catalog, self.folder = self.path.read_bytes(), catalog, folder

    def draft(self, sheet: str | None = None) -> str:
        return draft(self.data, self.path.name, self.catalog, sheet)

    def check(self, contract: Contract) -> tuple[list[Check], dict[Place, dict[str, Any]]]:
        checks, rows = checked(self.data, contract, self.catalog, self.folder)
        return checks, {(row["indicator"], row["region_code"], row["period"], row["breakdown"]): row for row in rows}

    def accepted(self, contract: Contract) -> dict[Place, dict[str, Any]]:
        checks, rows = self.check(contract)
        assert refusal(checks) is None, refusal(checks)
        return rows


@pytest.fixture
def sample(catalog: Catalog, tmp_path: Path) -> Any:
    return lambda number, using=catalog: Sample(number, using, tmp_path)


def published(bps_code: str, indicator: str, period: str, file: str = "facts_kabkota.csv") -> Decimal:
    with (FIGURES / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            code = row.get("region_code_bps") or row.get("bps_code")
            if (code, row["indicator"], row["period"]) == (bps_code, indicator, period):
                return Decimal(row["value"])
    raise LookupError((bps_code, indicator, period))


def as_indicator(name: str) -> dict[str, str]:
    return {"indicator": name}


def test_01_bare_names_of_a_national_table_are_regencies_once_that_is_said(sample: Any) -> None:
    found = sample("01")
    text = found.draft()
    assert "kabupaten atau kota" in text
    wanted = {"ukuran_1": as_indicator("poverty_line")}
    rows = found.accepted(answered(text, wanted, bare_name="regency"))
    assert rows["poverty_line", "35.16", "2024", "_T"]["value"] == 508618
    assert rows["poverty_line", "35.76", "2024", "_T"]["value"] == published("3576", "garis_kemiskinan", "2024")
    assert len(rows) == 41
    undecided = answered(text, wanted)
    frame = tidy(read_table(found.data, undecided), undecided, found.catalog)
    assert frame[frame["region_problem"] == "ambiguous"]["region_text"].tolist().count("Mojokerto") == 1


def test_03_the_old_index_is_asked_for_and_kept_apart(sample: Any) -> None:
    found = sample("03")
    text = found.draft()
    assert "hdi_old_method" in text
    contract = answered(text, {"ukuran_1": {"indicator": "hdi_old_method", "unit": "index"}}, bare_name="regency")
    rows = found.accepted(contract)
    assert rows["hdi_old_method", "35.76", "2013", "_T"]["value"] == Decimal("78.66")
    assert rows["hdi_old_method", "35.16", "2013", "_T"]["value"] == Decimal("75.26")


def test_05_a_province_table_gives_its_peer(sample: Any) -> None:
    found = sample("05")
    rows = found.accepted(answered(found.draft(), {"ukuran_1": as_indicator("poverty_rate")}))
    assert rows["poverty_rate", "32.77", "2024", "_T"]["value"] == Decimal("4.39")
    assert set(rows) == {("poverty_rate", "32.77", "2024", "_T"), ("poverty_rate", "32", "2024", "_T")}


PROVINCES = {
    "ukuran_1": as_indicator("poverty_line"),
    "ukuran_3": as_indicator("poor_population"),
    "ukuran_5": as_indicator("poverty_rate"),
}


def test_06_march_is_taken_and_the_cut_national_figure_left_aside(sample: Any) -> None:
    found = sample("06")
    rows = found.accepted(answered(found.draft(), PROVINCES, period=2022))
    assert rows["poverty_line", "35", "2022", "_T"]["value"] == 460909
    assert rows["poor_population", "35", "2022", "_T"]["value"] == 4181290
    assert rows["poverty_rate", "35", "2022", "_T"]["value"] == Decimal("10.38")
    assert {region for _, region, _, _ in rows} == {"32", "35"}


def test_08_a_table_that_lost_columns_is_refused_by_the_newer_contract(sample: Any) -> None:
    contract = answered(sample("06").draft(), PROVINCES, period=2022)
    older = sample("08")
    with pytest.raises(ContractMismatch) as caught:
        read_table(older.data, contract)
    assert caught.value.rule == "header"
    wanted = {"ukuran_1": as_indicator("poor_population"), "ukuran_3": as_indicator("poverty_rate")}
    rows = older.accepted(answered(older.draft(), wanted, period=2015))
    assert rows["poor_population", "35", "2015", "_T"]["value"] == 4789120
    assert rows["poverty_rate", "35", "2015", "_T"]["value"] == Decimal("12.34")


CITY = {"region": "35.76", "expect": {"regions": ["35.76"]}}


def test_10_split_html_tables_with_years_descending(sample: Any) -> None:
    found = sample("10")
    rows = found.accepted(answered(found.draft(), {"ukuran_1": as_indicator("grdp_sector_share")}, **CITY))
    assert rows["grdp_sector_share", "35.76", "2023", "sector=G"]["value"] == Decimal("31.10")
    assert rows["grdp_sector_share", "35.76", "2010", "sector=A"]["value"] == Decimal("0.79")
    assert rows["grdp_sector_share", "35.76", "2016", "sector=B"]["value"] == 0
    assert len(rows) == 18 * 14


def test_11_misplaced_spaces_are_mended_and_told(sample: Any) -> None:
    found = sample("11")
    rows = found.accepted(answered(found.draft(), {"ukuran_1": as_indicator("registered_citizens")}, period=2023))
    men = rows["registered_citizens", "35.76.03.1006", "2023", "sex=M"]
    assert men["value"] == 752
    assert "misplaced space" in men["done"]
    assert (men["sheet"], men["cell"], men["raw"]) == ("Sheet1", "B22", "7 52")
    files = ("penduduk_wni_akhir_tahun_perempuan", "2023", "facts_subregion.csv")
    assert rows["registered_citizens", "35.76.03.1006", "2023", "sex=F"]["value"] == published("3576021006", *files)
    magersari = rows["registered_citizens", "35.76.02.1003", "2023", "sex=F"]
    assert magersari["value"] == published("3576020009", *files) == 2907
    assert len(rows) == 18 * 3


def test_13_a_dash_is_nil_once_that_is_said(sample: Any, catalog: Catalog) -> None:
    model = catalog.indicators["registered_citizens"]
    foreigners = model.model_copy(update={"id": "registered_foreigners"})
    found = sample("13", with_indicators(catalog, foreigners))
    text = found.draft()
    assert "(missing) atau nol (nil)? (di berkas ini juga ada 0)" in text
    wanted = {"ukuran_1": as_indicator("registered_foreigners")}
    rows = found.accepted(answered(text, wanted, period=2023, marks={"missing": [], "nil": ["-"]}))
    assert rows["registered_foreigners", "35.76.02.1004", "2023", "_T"]["value"] == 0
    assert rows["registered_foreigners", "35.76.02.1008", "2023", "_T"]["value"] == 28
    assert sum(row["value"] for place, row in rows.items() if place[3] == "_T") == 35


def test_17_indonesian_numbers_as_text(sample: Any) -> None:
    found = sample("17")
    total = {"ukuran_7": {"indicator": "grdp_constant_2010", "unit": "million_rupiah"}}
    rows = found.accepted(answered(found.draft(), total, **CITY))
    assert rows["grdp_constant_2010", "35.76", "2019", "_T"]["value"] == Decimal("4985675.85")
    assert rows["grdp_constant_2010", "35.76", "2023", "_T"]["value"] == Decimal("5399622.58")
    assert len(rows) == 5


def test_18_bilingual_labels_and_years_with_a_status(sample: Any) -> None:
    found = sample("18")
    share = {"ukuran_1": {"indicator": "grdp_sector_share", "unit": "percent"}}
    rows = found.accepted(answered(found.draft(), share, **CITY))
    trade = rows["grdp_sector_share", "35.76", "2023", "sector=G"]
    assert (trade["value"], trade["obs_status"]) == (Decimal("31.10"), "P")
    assert rows["grdp_sector_share", "35.76", "2021", "sector=MN"]["obs_status"] == "A"
    assert len(rows) == 18 * 5


def test_19_section_rows_tell_equal_labels_apart(sample: Any) -> None:
    found = sample("19")
    wanted = {
        "ukuran_1": as_indicator("grdp_current"),
        "ukuran_2": as_indicator("grdp_constant_2010"),
        "ukuran_3": as_indicator("grdp_per_capita_current"),
        "ukuran_4": as_indicator("grdp_per_capita_constant"),
        "ukuran_6": as_indicator("grdp_population"),
    }
    rows = found.accepted(answered(found.draft(), wanted, **CITY))
    assert rows["grdp_current", "35.76", "2023", "_T"]["value"] == Decimal("8038657.20")
    assert rows["grdp_per_capita_current", "35.76", "2019", "_T"]["value"] == Decimal("52536.14")
    assert rows["grdp_population", "35.76", "2023", "_T"]["value"] == 136107
    assert len(rows) == 25


def test_20_copied_years_are_told_and_refused_until_they_are_left_out(sample: Any) -> None:
    found = sample("20")
    text = found.draft()
    for copy, of in ((2004, 2003), (2011, 2010), (2014, 2013), (2023, 2022)):
        assert f"kolom {copy} sama persis dengan kolom {of}" in text
    contract = answered(text, {"ukuran_1": as_indicator("open_unemployment_rate")})
    assert "2023 = 2022" in refusal(found.check(contract)[0]).message_id
    label = "Tingkat Pengangguran Terbuka (TPT) Menurut Kabupaten/Kota (Persen)"
    columns: list[dict[str, Any]] = [{"header": ["Kabupaten/Kota", ""], "role": "region_name"}]
    for year in range(2001, 2026):
        header = [label if year == 2001 else "", str(year)]
        wanted = year >= 2015 and year != 2023
        columns.append(
            {"header": header, "role": "value", "measure": "ukuran_1", "period": year}
            if wanted
            else {"header": header, "role": "ignore"}
        )
    mended = {**tomllib.loads(text), "columns": columns}
    rows = found.accepted(answered(mended, {"ukuran_1": as_indicator("open_unemployment_rate")}))
    tpt = ("3576", "tingkat_pengangguran_terbuka")
    assert rows["open_unemployment_rate", "35.76", "2025", "_T"]["value"] == published(*tpt, "2025")
    assert rows["open_unemployment_rate", "35.76", "2022", "_T"]["value"] == published(*tpt, "2022")
    assert rows["open_unemployment_rate", "35.76", "2016", "_T"]["missing_mark"] == "-"


def with_indicators(catalog: Catalog, *more: Indicator) -> Catalog:
    return replace(catalog, indicators={**catalog.indicators, **{item.id: item for item in more}})


def test_25_a_city_with_the_desa_of_its_regency_is_told_and_refused(sample: Any, catalog: Catalog) -> None:
    texts = ["SANGAT TERTINGGAL", "TERTINGGAL", "BERKEMBANG", "MAJU", "MANDIRI"]
    codes = [{"code": f"K{n}", "label": {"id": text, "en": text}, "texts": [text]} for n, text in enumerate(texts)]
    status = Breakdown.model_validate({"id": "idm", "label": {"id": "Status", "en": "Status"}, "codes": codes})
    model = catalog.indicators["stbm_villages"]
    villages = model.model_copy(update={"id": "villages_by_idm", "breakdowns": ["idm"]})
    wider = replace(with_indicators(catalog, villages), breakdowns={**catalog.breakdowns, "idm": status})
    found = sample("25", wider)
    text = found.draft()
    assert "Kota Mojokerto (3576) punya baris DESA, sedangkan kabupaten senama (3516) tidak ada" in text
    wanted = {"ukuran_1": {"indicator": "villages_by_idm", "unit": "village", "unit_text": "DESA"}}
    both = {"regions": ["35.16", "35.76"]}
    contract = answered(text, wanted, expect=both, rows={"keep": "expected"})
    checks, _ = found.check(contract)
    failed = {check.rule: check.message_id for check in checks if check.outcome == "failed"}
    assert refusal(checks) is not None
    assert "Kabupaten Mojokerto" in failed["regions_complete"]
    assert "unique_key" in failed


def test_26_a_long_portal_file_gives_the_peer(sample: Any) -> None:
    found = sample("26")
    unit = {"unit": "rupiah_per_person_month", "unit_text": "RUPIAH/KAPITA/BULAN"}
    rows = found.accepted(answered(found.draft(), {"ukuran_1": {"indicator": "poverty_line", **unit}}))
    assert rows["poverty_line", "32.77", "2025", "_T"]["value"] == 642016
    assert {region for _, region, _, _ in rows} == {"32.77"}


@pytest.mark.parametrize(("number", "delimiter"), [("28", ";"), ("33", ";")])
def test_28_and_33_hold_no_region_of_ours_and_are_refused_for_it(sample: Any, number: str, delimiter: str) -> None:
    found = sample(number)
    text = found.draft()
    assert f'delimiter = "{delimiter}"' in text
    assert "tidak satu pun wilayah berkas ini ada di katalog" in text
    wanted = {"ukuran_1": {"indicator": "poverty_rate", "unit": "percent"}}
    kinds = [
        item["header"][0] for item in answered(text, wanted).model_dump()["columns"] if item["role"] == "breakdown"
    ]
    contract = answered(
        text, wanted, period=2024, ignore=kinds, expect={"regions": ["35.76"]}, rows={"keep": "expected"}
    )
    failed = {check.rule for check in found.check(contract)[0] if check.outcome == "failed"}
    assert "regions_complete" in failed


def test_33_writes_numbers_with_a_comma(sample: Any) -> None:
    assert 'decimal = ","' in sample("33").draft()


def test_31_an_answer_of_the_webapi_is_no_file(sample: Any) -> None:
    with pytest.raises(ContractMismatch, match=r'connector.kind = "bps" with var = 624'):
        sample("31").draft()


def test_36_each_sheet_is_a_table_of_its_own(sample: Any) -> None:
    found = sample("36")
    assert "UHH, HLS, RLS, Perkapita, IPM" in found.draft()
    text = found.draft("HLS")
    wanted = {"ukuran_1": {"indicator": "expected_years_schooling", "unit": "year"}}
    contract = answered(text, wanted, expect={"regions": ["35.76"]}, rows={"keep": "expected"})
    table = read_table(found.data, contract)
    assert (table.sheet, table.lines[13], table.rows[13]) == ("HLS", 16, ["1371", "Kota Padang", "16.54"])
    failed = {check.rule for check in found.check(contract)[0] if check.outcome == "failed"}
    assert "regions_complete" in failed
