"""The bundled files hold the published figures, as published, in the layouts that publishers use."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from catalog.contract import ContractFile, contract_paths, load_contract
from catalog.load import Catalog, load_catalog
from catalog.settings import PROJECT
from transforms.precedence import choose
from transforms.read import read_table
from transforms.tidy import tidy

FIGURES = PROJECT.parent / "shared" / "figures"
SOURCES = PROJECT / "sources"
# The name under which the published figures carry each indicator, and the factor to our unit.
PUBLISHED = {
    "poverty_rate": ("persentase_penduduk_miskin", 1),
    "poor_population": ("jumlah_penduduk_miskin", 1000),
    "open_unemployment_rate": ("tingkat_pengangguran_terbuka", 1),
    "population": ("jumlah_penduduk", 1),
    "grdp_constant_2010": ("pdrb_adhk2010: ", 1),
    "hospitals": ("jumlah_faskes: Rumah Sakit", 1),
    "polyclinics": ("jumlah_faskes: Poliklinik", 1),
    "puskesmas": ("jumlah_faskes: Puskesmas", 1),
    "pharmacies": ("jumlah_faskes: Apotek", 1),
}
SPAN = {
    "bps-jatim-jumlah-penduduk": (39, 2010, 2023),
    "bps-jatim-jumlah-penduduk-miskin": (39, 2004, 2025),
    "bps-jatim-persentase-penduduk-miskin": (39, 2004, 2025),
    "bps-jatim-sarana-kesehatan": (38, 2018, 2020),
    "bps-jatim-tingkat-pengangguran-terbuka": (39, 2001, 2025),
    "bps-mojokerto-pdrb-adhk": (2, 2014, 2024),
    "kabupaten-mojokerto-kemiskinan": (1, 2015, 2025),
    "kota-mojokerto-kemiskinan": (1, 2015, 2025),
}
CONTROL = {  # year: city rate, city poor, regency rate, regency poor (thousand), city and regency unemployment
    2019: ("5.15", "6.63", "9.75", "108.81", "2.63", "3.61"),
    2020: ("6.24", "8.09", "10.57", "118.80", "6.74", "5.75"),
    2021: ("6.39", "8.37", "10.62", "120.54", "6.87", "5.54"),
    2022: ("5.98", "7.88", "9.71", "111.03", "5.05", "4.83"),
    2023: ("5.77", "7.65", "9.80", "112.86", "4.73", "4.67"),
    2024: ("5.57", "7.43", "9.37", "108.72", "3.76", "3.87"),
    2025: ("5.05", "6.77", "8.79", "102.67", "4.66", "3.49"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def contracts() -> dict[str, ContractFile]:
    files = [load_contract(path) for path in contract_paths(SOURCES)]
    return {file.contract.id: file for file in files if file.contract.bundled and file.contract.id in SPAN}


@pytest.fixture(scope="module")
def figures(catalog: Catalog, contracts: dict[str, ContractFile]) -> dict[str, pd.DataFrame]:
    """The tidy rows of every bundled file, by contract id."""
    return {
        name: tidy(read_table(bytes_of(file), file.contract), file.contract, catalog)
        for name, file in contracts.items()
    }


def bytes_of(file: ContractFile) -> bytes:
    return (file.folder / file.contract.connector.path).read_bytes()


def figure(frame: pd.DataFrame, indicator: str, region: str, year: int, breakdown: str = "_T") -> Any:
    rows = frame[
        (frame["indicator"] == indicator)
        & (frame["region_code"] == region)
        & (frame["year"] == year)
        & (frame["breakdown"] == breakdown)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_eight_datasets_are_there(contracts: dict[str, ContractFile]) -> None:
    assert set(contracts) == set(SPAN)


def test_every_contract_says_where_its_figures_were_read(contracts: dict[str, ContractFile]) -> None:
    for file in contracts.values():
        contract = file.contract
        assert "dibaca di" in contract.publication
        assert contract.evidence in {"third_party_copy", "inferred"}
        assert contract.evidence_note is not None
        assert contract.first_seen == date(2026, 11, 21)
        assert not contract.synthetic


def test_only_the_figures_with_an_inferred_unit_are_called_inferred(contracts: dict[str, ContractFile]) -> None:
    inferred = [name for name, file in contracts.items() if file.contract.evidence == "inferred"]
    assert inferred == ["bps-mojokerto-pdrb-adhk"]


def test_contracts_name_only_known_indicators_units_and_regions(
    catalog: Catalog, contracts: dict[str, ContractFile]
) -> None:
    for file in contracts.values():
        for measure in file.contract.measures:
            canonical = catalog.units[measure.unit].canonical
            assert catalog.indicators[measure.indicator].unit == canonical
        assert set(file.contract.expect.regions) <= set(catalog.regions_by_code)


def test_every_source_with_a_say_in_a_series_exists_and_has_its_figures(catalog: Catalog) -> None:
    contracts = {path.stem: load_contract(path).contract for path in contract_paths(SOURCES)}
    for series in catalog.precedence:
        for turn in series.order:
            contract = contracts[turn.source]
            assert set(series.indicators) & set(contract.indicators)
            assert series.regions == ["*"] or set(series.regions) <= set(contract.expect.regions)


def test_rate_and_count_of_every_region_and_year_come_from_one_compilation(
    catalog: Catalog, contracts: dict[str, ContractFile], figures: dict[str, pd.DataFrame]
) -> None:
    declared = {name: file.contract for name, file in contracts.items()}
    observations = pd.concat([frame.assign(source=name) for name, frame in figures.items()], ignore_index=True)
    used = choose(observations, catalog, {name: contract.precedence for name, contract in declared.items()}).used
    families = {
        indicator: {
            (row["region_code"], row["year"]): declared[row["source"]].compilation
            for _, row in used[used["indicator"] == indicator].iterrows()
        }
        for indicator in ("poverty_rate", "poor_population")
    }
    assert len(families["poverty_rate"]) == 39 * 22
    assert families["poverty_rate"] == families["poor_population"]


def test_a_governments_own_file_goes_before_the_provinces_table(contracts: dict[str, ContractFile]) -> None:
    ranks = {name: file.contract.precedence for name, file in contracts.items()}
    own = {ranks["kota-mojokerto-kemiskinan"], ranks["kabupaten-mojokerto-kemiskinan"]}
    assert max(own) < min(rank for name, rank in ranks.items() if name.startswith("bps-"))


@pytest.mark.parametrize("name", SPAN)
def test_every_cell_is_understood(figures: dict[str, pd.DataFrame], name: str) -> None:
    frame = figures[name]
    assert frame["region_problem"].isna().all()
    assert frame[["region_code", "period", "breakdown", "indicator"]].notna().all(axis=None)
    assert frame["unit_ok"].all()
    assert (frame["value"].notna() | frame["missing_mark"].notna()).all()


@pytest.mark.parametrize("name", SPAN)
def test_every_figure_is_printed_with_its_declared_decimals(figures: dict[str, pd.DataFrame], name: str) -> None:
    read = figures[name].dropna(subset=["value"])
    assert (read["decimals"] == read["decimals_declared"]).all()


@pytest.mark.parametrize("name", SPAN)
def test_a_file_covers_its_regions_and_years_once_each(
    figures: dict[str, pd.DataFrame], contracts: dict[str, ContractFile], name: str
) -> None:
    frame = figures[name]
    regions, first, last = SPAN[name]
    keys = frame[["indicator", "region_code", "year", "breakdown"]]
    assert not keys.duplicated().any()
    assert set(frame["region_code"]) == set(contracts[name].contract.expect.regions)
    assert frame["region_code"].nunique() == regions
    assert sorted(frame["year"].unique()) == list(range(first, last + 1))
    per_key = len(frame[["indicator", "breakdown"]].drop_duplicates())
    assert len(frame) == regions * (last - first + 1) * per_key


@pytest.mark.parametrize("year", CONTROL)
def test_the_control_values_of_poverty_and_unemployment_stand_in_the_files(
    figures: dict[str, pd.DataFrame], year: int
) -> None:
    city_rate, city_poor, regency_rate, regency_poor, city_tpt, regency_tpt = map(Decimal, CONTROL[year])
    own = {"35.76": "kota-mojokerto-kemiskinan", "35.16": "kabupaten-mojokerto-kemiskinan"}
    for region, rate, poor in (("35.76", city_rate, city_poor), ("35.16", regency_rate, regency_poor)):
        for source in (own[region], "bps-jatim-persentase-penduduk-miskin"):
            assert figure(figures[source], "poverty_rate", region, year)["value"] == rate
        for source in (own[region], "bps-jatim-jumlah-penduduk-miskin"):
            assert figure(figures[source], "poor_population", region, year)["value"] == poor * 1000
    unemployment = figures["bps-jatim-tingkat-pengangguran-terbuka"]
    assert figure(unemployment, "open_unemployment_rate", "35.76", year)["value"] == city_tpt
    assert figure(unemployment, "open_unemployment_rate", "35.16", year)["value"] == regency_tpt


def test_lost_trailing_zeros_are_back(figures: dict[str, pd.DataFrame]) -> None:
    rate = figure(figures["kabupaten-mojokerto-kemiskinan"], "poverty_rate", "35.16", 2023)
    count = figure(figures["bps-jatim-jumlah-penduduk-miskin"], "poor_population", "35.16", 2020)
    assert (rate["raw"], count["raw"]) == ("9.80", "118,80")


def test_poor_counts_are_known_to_50_persons_before_2015_and_to_5_from_2015(figures: dict[str, pd.DataFrame]) -> None:
    frame = figures["bps-jatim-jumlah-penduduk-miskin"]
    assert figure(frame, "poor_population", "35.16", 2014)["rounding_step"] == 100
    assert figure(frame, "poor_population", "35.16", 2015)["rounding_step"] == 10


@pytest.mark.parametrize(("year", "people"), [(2010, 1149228), (2019, 1246702), (2020, 1251643), (2023, 1276930)])
def test_the_population_of_the_two_adds_up_to_the_control_values(
    figures: dict[str, pd.DataFrame], year: int, people: int
) -> None:
    frame = figures["bps-jatim-jumlah-penduduk"]
    assert sum(figure(frame, "population", region, year)["value"] for region in ("35.16", "35.76")) == people


def test_the_industries_add_up_to_the_grdp_of_mojokerto_raya(figures: dict[str, pd.DataFrame]) -> None:
    frame = figures["bps-mojokerto-pdrb-adhk"]
    assert frame[frame["year"] == 2024]["value"].sum() == 76214430


def test_only_the_grdp_of_2024_is_provisional(figures: dict[str, pd.DataFrame]) -> None:
    for name, frame in figures.items():
        provisional = set(frame[frame["obs_status"] == "P"]["year"])
        assert provisional == ({2024} if name == "bps-mojokerto-pdrb-adhk" else set())


def test_grdp_is_rounded_to_tens_from_2015_in_every_cell_and_not_in_2014(figures: dict[str, pd.DataFrame]) -> None:
    frame = figures["bps-mojokerto-pdrb-adhk"]
    tens = frame["value"].map(lambda value: value % 10 == 0)
    assert tens[frame["year"] >= 2015].all()
    assert not tens[frame["year"] == 2014].all()
    steps = frame.groupby("year")["rounding_step"].unique().map(lambda values: [int(value) for value in values])
    assert steps[2014] == [1]
    assert all(steps[year] == [10] for year in range(2015, 2025))


def test_what_was_not_published_is_a_gap_and_not_a_zero(figures: dict[str, pd.DataFrame]) -> None:
    unemployment = figures["bps-jatim-tingkat-pengangguran-terbuka"]
    gaps = unemployment[unemployment["obs_status"] == "M"]
    assert gaps["value"].isna().all()
    found = set(zip(gaps["region_code"], gaps["year"], strict=True))
    province = {("35", year) for year in range(2001, 2026)}
    no_survey = {(region, 2016) for region in unemployment["region_code"].unique()}
    zeros_of_a_carrier = {("35.01", 2001), ("35.75", 2003)}
    assert found == province | no_survey | zeros_of_a_carrier | {("35.79", 2001), ("35.79", 2002)}
    poor = figures["bps-jatim-jumlah-penduduk-miskin"]
    gaps = poor[poor["obs_status"] == "M"]
    assert set(zip(gaps["region_code"], gaps["year"], strict=True)) == {("35", year) for year in range(2004, 2017)}


def test_the_layouts_differ_as_those_of_the_publishers_do(contracts: dict[str, ContractFile]) -> None:
    city = bytes_of(contracts["kota-mojokerto-kemiskinan"])
    assert city.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in city
    assert "5,77" in city.decode("utf-8")
    assert contracts["kota-mojokerto-kemiskinan"].contract.format.header_rows == 2
    assert b"1.117.688" in bytes_of(contracts["bps-jatim-jumlah-penduduk"])
    assert b"kode_kabupaten_kota" in bytes_of(contracts["kabupaten-mojokerto-kemiskinan"])


def test_no_village_count_of_a_city_exceeds_its_kelurahan(catalog: Catalog, figures: dict[str, pd.DataFrame]) -> None:
    """Why the facilities are counts of villages: 16 of the 18 kelurahan of Kota Mojokerto have a pharmacy."""
    kelurahan = [code for code in catalog.regions_by_code if re.fullmatch(r"35\.76\.\d\d\.\d{4}", code)]
    frame = figures["bps-jatim-sarana-kesehatan"]
    assert figure(frame, "pharmacies", "35.76", 2020)["value"] == 16
    assert frame[frame["region_code"] == "35.76"]["value"].max() <= len(kelurahan)


@pytest.mark.skipif(not FIGURES.is_dir(), reason="../shared/figures is not beside this clone")
@pytest.mark.parametrize("name", SPAN)
def test_every_value_is_the_published_one(catalog: Catalog, figures: dict[str, pd.DataFrame], name: str) -> None:
    frame = figures[name].dropna(subset=["value"])
    facts = published_facts(FIGURES / "facts_kabkota.csv")
    bps = {code: region.bps_code for code, region in catalog.regions_by_code.items()} | {"35": "3500"}
    ours = {key_of(row, bps): row["value"] for _, row in frame.iterrows()}
    indicators = {key[0] for key in ours}
    regions = {key[1] for key in ours}
    first = min(frame["year"])
    theirs = {
        key: value
        for key, value in facts.items()
        if key[0] in indicators
        and key[1] in regions
        and int(key[2]) >= first
        # An unemployment rate of exactly zero is a gap that a carrier filled (two cells).
        and not (key[0] == "tingkat_pengangguran_terbuka" and value == 0)
    }
    assert ours == theirs


def key_of(row: Any, bps: dict[str, str]) -> tuple[str, str, str]:
    """The key of the published figures: name (with the letter of industry or sex), BPS code, year."""
    indicator = PUBLISHED[row["indicator"]][0]
    return (
        f"{indicator}{row['breakdown'].partition('=')[2]}",
        bps[row["region_code"]],
        row["period"],
    )


def published_facts(path: Path) -> dict[tuple[str, str, str], Decimal]:
    """The published figures in our units, by name (GRDP by the industry's letter), BPS code and year."""
    factors = dict(PUBLISHED.values())
    facts: dict[tuple[str, str, str], Decimal] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["indicator"]
            if name.startswith("pdrb_adhk2010: "):
                name = f"pdrb_adhk2010: {name.split()[1].replace(',', '')}"
            name = {"penduduk_laki_laki": "jumlah_pendudukM", "penduduk_perempuan": "jumlah_pendudukF"}.get(name, name)
            factor = factors.get(name, 1)
            facts[name, row["region_code_bps"], row["period"]] = Decimal(row["value"]) * factor
    return facts
