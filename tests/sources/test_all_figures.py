"""Every published figure is in a bundled source, or listed in docs/left-out.csv with the reason why not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pytest

from catalog.contract import ContractFile
from catalog.load import Catalog
from catalog.settings import PROJECT
from transforms.precedence import choose
from transforms.read import read_table
from transforms.tidy import tidy

FIGURES = PROJECT.parent / "shared" / "figures"
LEFT_OUT = PROJECT / "docs" / "left-out.csv"
FILES = {"facts_kabkota.csv": "region_code_bps", "facts_subregion.csv": "bps_code"}
# The name under which the published figures carry an indicator, our id, and the factor to our unit.
NAMES: dict[str, tuple[str, str]] = {
    "angkatan_kerja": ("labour_force", "1"),
    "bayi_bblr": ("low_birth_weight", "1"),
    "bayi_bblr_persen": ("low_birth_weight_rate", "1"),
    "belanja_modal_realisasi": ("capital_spending", "0.000001"),
    "belanja_operasi_realisasi": ("operating_spending", "0.000001"),
    "desa_kelurahan_stbm_5_pilar": ("stbm_villages", "1"),
    "desa_kelurahan_total_dinkes": ("villages_health_office", "1"),
    "distribusi_pdrb_adhb": ("grdp_sector_share", "1"),
    "garis_kemiskinan": ("poverty_line", "1"),
    "gini_rasio": ("gini_ratio", "1"),
    "harapan_lama_sekolah": ("expected_years_schooling", "1"),
    "indeks_implisit_pdrb": ("grdp_deflator", "1"),
    "indeks_kedalaman_kemiskinan_p1": ("poverty_gap", "1"),
    "indeks_keparahan_kemiskinan_p2": ("poverty_severity", "1"),
    "indeks_ketimpangan_gender": ("gender_inequality_index", "1"),
    "indeks_pembangunan_gender_lf_sp2020": ("gender_development_index", "1"),
    "ipm_lf_sp2020": ("hdi_lf_sp2020", "1"),
    "ipm_metode_lama": ("hdi_old_method", "1"),
    "ipm_uhh_sp2010": ("hdi_sp2010", "1"),
    "jumlah_faskes: Apotek": ("pharmacies", "1"),
    "jumlah_faskes: Poliklinik": ("polyclinics", "1"),
    "jumlah_faskes: Puskesmas": ("puskesmas", "1"),
    "jumlah_faskes: Rumah Sakit": ("hospitals", "1"),
    "jumlah_penduduk": ("population", "1"),
    "jumlah_penduduk_miskin": ("poor_population", "1000"),
    "jumlah_penduduk_registrasi": ("registered_population", "1"),
    "jumlah_penduduk_registrasi_kemendagri": ("registered_population_decree", "1"),
    "jumlah_puskesmas": ("health_centres", "1"),
    "jumlah_tindak_pidana": ("crimes", "1"),
    "kelahiran": ("registered_births", "1"),
    "lahir_hidup": ("live_births", "1"),
    "laju_pertumbuhan_pdrb_adhk": ("grdp_growth", "1"),
    "pad_anggaran_papbd": ("own_source_revenue_budget", "0.000001"),
    "pad_realisasi": ("own_source_revenue", "1000"),
    "pajak_daerah_realisasi": ("local_tax_revenue", "1000"),
    "pdrb_adhb_total": ("grdp_current", "1"),
    "pdrb_adhk2010": ("grdp_constant_2010", "1"),
    "pdrb_adhk2010_total": ("grdp_constant_2010", "1"),
    "pdrb_adhk2010_total_miliar": ("grdp_constant_2010", "1000"),
    "pdrb_per_kapita_adhb": ("grdp_per_capita_current", "1"),
    "pdrb_per_kapita_adhk2010": ("grdp_per_capita_constant", "1"),
    "pendapatan_daerah_anggaran_papbd": ("regional_revenue_budget", "0.000001"),
    "penduduk_akhir_tahun": ("registered_population_year_end", "1"),
    "penduduk_bekerja": ("employed", "1"),
    "penduduk_datang": ("arrivals", "1"),
    "penduduk_dgn_jaminan_kesehatan": ("health_insurance", "1"),
    "penduduk_estimasi": ("population_estimate", "1"),
    "penduduk_keluar": ("departures", "1"),
    "penduduk_laki_laki": ("population", "1"),
    "penduduk_perempuan": ("population", "1"),
    "penduduk_registrasi": ("registered_population", "1"),
    "penduduk_sensus": ("census_population", "1"),
    "penduduk_tengah_tahun": ("registered_population_mid_year", "1"),
    "penduduk_tengah_tahun_pdrb": ("grdp_population", "1"),
    "penduduk_wni_akhir_tahun": ("registered_citizens", "1"),
    "penduduk_wni_akhir_tahun_laki_laki": ("registered_citizens", "1"),
    "penduduk_wni_akhir_tahun_perempuan": ("registered_citizens", "1"),
    "pengangguran_terbuka": ("unemployed", "1"),
    "pengeluaran_per_kapita_disesuaikan": ("adjusted_expenditure", "1"),
    "persentase_penduduk_miskin": ("poverty_rate", "1"),
    "prevalensi_stunting_eppgbm": ("stunting_weighing", "1"),
    "prevalensi_stunting_ssgi": ("stunting_survey", "1"),
    "rata_lama_sekolah": ("mean_years_schooling", "1"),
    "rumah_tangga_air_minum_layak": ("improved_drinking_water", "1"),
    "rumah_tangga_sanitasi_layak": ("proper_sanitation", "1"),
    "tingkat_pengangguran_terbuka": ("open_unemployment_rate", "1"),
    "tpak": ("labour_force_participation", "1"),
    "umur_harapan_hidup_lf_sp2020": ("life_expectancy_lf_sp2020", "1"),
    "umur_harapan_hidup_sp2010": ("life_expectancy_sp2010", "1"),
}
AREA = {"facts_kabkota.csv": "area", "facts_subregion.csv": "area_yearbook"}
SEX = {"laki_laki": "sex=M", "perempuan": "sex=F"}
# conflicts.csv has it beside the audited figure; the fact files do not.
ELSEWHERE = {("own_source_revenue_preliminary", "35.76", 2023, "_T", Decimal(243600))}
needs_figures = pytest.mark.skipif(not FIGURES.is_dir(), reason="../shared/figures is not beside this clone")

Figure = tuple[str, str, int, str, Decimal]


@dataclass(frozen=True)
class Fact:
    """One row of the published figures, as given and in our terms (None when no indicator of ours holds it)."""

    file: str
    indicator: str
    region: str
    period: str
    ours: Figure | None


@pytest.fixture(scope="module")
def frames(catalog: Catalog, contracts: dict[str, ContractFile]) -> dict[str, pd.DataFrame]:
    """The tidy rows of every bundled file that hold a figure, by contract."""
    found = {}
    for name, file in contracts.items():
        data = (file.folder / file.contract.connector.path).read_bytes()
        frame = tidy(read_table(data, file.contract), file.contract, catalog)
        found[name] = frame.assign(source=name)
    return found


@pytest.fixture(scope="module")
def bundled(frames: dict[str, pd.DataFrame]) -> set[Figure]:
    columns = ["indicator", "region_code", "year", "breakdown", "value"]
    return {
        (indicator, region, int(year), breakdown, Decimal(value))
        for frame in frames.values()
        for indicator, region, year, breakdown, value in frame.dropna(subset=["value"])[columns].itertuples(index=False)
    }


@pytest.fixture(scope="module")
def facts(catalog: Catalog) -> list[Fact]:
    return [fact for file in FILES for fact in read_facts(file, catalog)]


@pytest.fixture(scope="module")
def left_out() -> list[dict[str, str]]:
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_facts(name: str, catalog: Catalog) -> Iterator[Fact]:
    codes = {region.bps_code: code for code, region in catalog.regions_by_code.items()} | {"3500": "35"}
    with (FIGURES / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            bps = row[FILES[name]]
            ours = in_our_terms(name, row, codes[bps], catalog)
            yield Fact(name, row["indicator"], bps, row["period"], ours)


def in_our_terms(file: str, row: dict[str, str], region: str, catalog: Catalog) -> Figure | None:
    given = row["indicator"]
    base, _, part = given.partition(": ")
    if given == "luas_wilayah":
        factor = "0.01" if row["unit"] == "hektar" else "1"
        indicator = AREA[file]
    elif given in NAMES or base in NAMES:
        indicator, factor = NAMES.get(given) or NAMES[base]
    else:
        return None
    value = (Decimal(row["value"]) * Decimal(factor)).quantize(Decimal("0.000001"))
    return indicator, region, int(row["period"][:4]), breakdown_of(given, part, indicator, catalog), value


def breakdown_of(given: str, part: str, indicator: str, catalog: Catalog) -> str:
    """The key of a part: an industry by its letters or name, a kind of insurance by its name, a sex by its word."""
    for word, key in SEX.items():
        if given.endswith(word):
            return key
    if not part or indicator in {"hospitals", "polyclinics", "puskesmas", "pharmacies"}:
        return "_T"
    dimension = "insurance" if indicator == "health_insurance" else "sector"
    codes = catalog.breakdowns[dimension].codes_by_text()
    code = codes.get(part) or codes[part.partition(" ")[0]]
    return "_T" if code == "_T" else f"{dimension}={code}"


def covers(row: dict[str, str], fact: Fact) -> bool:
    return (
        (row["file"], row["indicator"]) == (fact.file, fact.indicator)
        and fact.region in row["regions"].split(";")
        and fact.period in row["periods"].split(";")
    )


@needs_figures
def test_every_published_figure_is_bundled_or_left_out_with_a_reason(
    facts: list[Fact], bundled: set[Figure], left_out: list[dict[str, str]]
) -> None:
    lost = [
        fact for fact in facts if fact.ours not in bundled and not any(covers(row, fact) for row in left_out)
    ]  # fmt: skip
    assert lost == []
    assert len(facts) > 13_000


@needs_figures
def test_what_is_left_out_is_really_left_out_and_counted(
    facts: list[Fact], bundled: set[Figure], left_out: list[dict[str, str]]
) -> None:
    for row in left_out:
        named = [fact for fact in facts if covers(row, fact)]
        assert len(named) == int(row["count"])
        assert all(fact.ours not in bundled for fact in named)


@needs_figures
def test_no_bundled_figure_is_invented(facts: list[Fact], bundled: set[Figure]) -> None:
    # Desa by IDM status stand in a portal's file instead (tests/sources/test_village_index.py).
    held = {figure for figure in bundled if figure[0] != "idm_desa"}
    assert held - {fact.ours for fact in facts} == ELSEWHERE


def test_every_figure_left_out_has_its_reason_in_both_languages(left_out: list[dict[str, str]]) -> None:
    for row in left_out:
        assert row["reason_id"].strip()
        assert row["reason_en"].strip()
        assert row["reason_id"] != row["reason_en"]


def test_there_are_at_least_twenty_datasets_in_the_dialects_of_their_publishers(
    contracts: dict[str, ContractFile],
) -> None:
    formats = [file.contract.format for file in contracts.values()]
    assert len(formats) >= 20
    assert {form.delimiter for form in formats} == {",", ";", "\t"}
    assert {form.decimal for form in formats} == {",", "."}
    assert {form.thousands for form in formats} == {"", ".", " "}
    assert {form.header_rows for form in formats} == {1, 2, 3}
    files = [(file.folder / file.contract.connector.path).read_bytes() for file in contracts.values()]
    assert any(data.startswith(b"\xef\xbb\xbf") for data in files)
    assert any(b"\r\n" in data for data in files)


def test_every_dataset_says_where_it_was_read_and_how_far_to_trust_it(contracts: dict[str, ContractFile]) -> None:
    for file in contracts.values():
        assert "dibaca di" in file.contract.publication
        assert file.contract.evidence_note is not None
        assert not file.contract.synthetic


def test_figures_of_the_press_stand_in_contracts_of_their_own(contracts: dict[str, ContractFile]) -> None:
    for name, file in contracts.items():
        quoted = file.contract.evidence == "press_quote"
        assert quoted == (name.startswith("pers-") and name != "pers-pertumbuhan-2024")


@pytest.mark.parametrize(
    "name",
    ["bps-kabkota-2021", "bps-mojokerto-pdrb-adhk", "penduduk-registrasi-mojokerto", "pers-pertumbuhan-2024"],
)
def test_what_was_inferred_is_called_inferred(contracts: dict[str, ContractFile], name: str) -> None:
    assert contracts[name].contract.evidence == "inferred"


def test_every_figure_is_understood_and_printed_with_its_declared_decimals(frames: dict[str, pd.DataFrame]) -> None:
    for frame in frames.values():
        assert frame["region_problem"].isna().all()
        assert frame[["indicator", "region_code", "period", "breakdown"]].notna().all(axis=None)
        assert frame["unit_ok"].all()
        assert (frame["value"].notna() | frame["missing_mark"].notna()).all()
        read = frame.dropna(subset=["value"])
        assert (read["decimals"] == read["decimals_declared"]).all()


def test_no_key_stands_twice_in_one_dataset(frames: dict[str, pd.DataFrame]) -> None:
    for frame in frames.values():
        assert not frame[["indicator", "region_code", "year", "breakdown"]].duplicated().any()


def test_every_region_that_a_contract_expects_is_in_its_file(
    contracts: dict[str, ContractFile], frames: dict[str, pd.DataFrame]
) -> None:
    for name, file in contracts.items():
        assert set(frames[name]["region_code"]) == set(file.contract.expect.regions)


# What conflicts.csv decides


@pytest.fixture(scope="module")
def chosen(
    catalog: Catalog, contracts: dict[str, ContractFile], frames: dict[str, pd.DataFrame]
) -> dict[tuple[str, str, int], tuple[Decimal, str, str]]:
    """Value, source and status of the total that speaks for each indicator, region and year."""
    ranks = {name: file.contract.precedence for name, file in contracts.items()}
    used = choose(pd.concat(frames.values(), ignore_index=True), catalog, ranks).used
    used = used[(used["breakdown"] == "_T") & used["value"].notna()]
    columns = ["indicator", "region_code", "year", "value", "source", "obs_status"]
    rows = used[columns].itertuples(index=False)
    return {
        (indicator, region, int(year)): (value, source, status)
        for indicator, region, year, value, source, status in rows
    }


@pytest.mark.parametrize(
    ("indicator", "region", "year", "value"),
    [
        ("open_unemployment_rate", "35.76", 2020, "6.74"),
        ("open_unemployment_rate", "35.76", 2021, "6.87"),
        ("open_unemployment_rate", "35.76", 2022, "5.05"),
        ("poor_population", "35.16", 2024, "108720"),
        ("hdi_lf_sp2020", "35.76", 2023, "80.90"),
        ("hdi_sp2010", "35.76", 2023, "80.07"),
        ("hdi_sp2010", "35.16", 2022, "74.89"),
        ("hdi_lf_sp2020", "35.16", 2023, "76.23"),
        ("hdi_sp2010", "35.76", 2013, "74.91"),
        ("hdi_old_method", "35.76", 2013, "78.66"),
        ("population", "35.16", 2019, "1117688"),
        ("registered_population_decree", "35.16", 2025, "1156144"),
        ("registered_population", "35.16", 2024, "1156100"),
        ("population", "35.76", 2023, "135414"),
        ("grdp_population", "35.76", 2023, "136107"),
        ("area", "35.76", 2025, "20.48"),
        ("area", "35.16", 2025, "984.38"),
        ("grdp_growth", "35.76", 2023, "2.79"),
        ("grdp_growth", "35.76", 2022, "5.56"),
        ("grdp_per_capita_constant", "35.76", 2021, "37284"),
        ("stunting_survey", "35.76", 2021, "6.9"),
        ("stunting_weighing", "35.76", 2021, "4.84"),
        ("stunting_survey", "35.76", 2023, "11"),
        ("stunting_weighing", "35.76", 2023, "2.04"),
        ("own_source_revenue", "35.76", 2023, "256700"),
        ("own_source_revenue_preliminary", "35.76", 2023, "243600"),
        ("poverty_line", "35.74", 2011, "425583"),
        ("poverty_line", "35.74", 2012, "335874"),
    ],
)
def test_the_judgement_of_the_conflicts_is_what_speaks(
    chosen: dict[tuple[str, str, int], tuple[Decimal, str, str]], indicator: str, region: str, year: int, value: str
) -> None:
    assert chosen[indicator, region, year][0] == Decimal(value)


@pytest.mark.parametrize(
    ("indicator", "region", "year"),
    [
        ("poverty_gap", "35.16", 2023),
        ("stunting_survey", "35.16", 2023),
        ("stunting_weighing", "35.16", 2023),
        ("open_unemployment_rate", "35.76", 2016),
    ],
)
def test_what_nobody_published_soundly_stays_empty(
    chosen: dict[tuple[str, str, int], tuple[Decimal, str, str]], indicator: str, region: str, year: int
) -> None:
    assert (indicator, region, year) not in chosen


def test_figures_that_cannot_be_right_stand_as_read_and_are_flagged(
    frames: dict[str, pd.DataFrame], chosen: dict[tuple[str, str, int], tuple[Decimal, str, str]]
) -> None:
    assert chosen["population", "35.25", 2015][2] == "Q"
    frame = frames["bps-jatim-jumlah-penduduk"]
    doubted = frame[frame["obs_status"] == "Q"][["region_code", "year", "breakdown"]]
    assert {tuple(row) for row in doubted.itertuples(index=False)} == {
        ("35.25", 2015, "_T"),
        ("35.25", 2015, "sex=M"),
        ("35.28", 2011, "sex=F"),
    }


def test_men_and_women_add_up_everywhere_but_in_the_doubted_cells(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["bps-jatim-jumlah-penduduk"]
    wide = frame.pivot_table(index=["region_code", "year"], columns="breakdown", values="value", aggfunc="first")
    apart = wide[wide["sex=M"] + wide["sex=F"] != wide["_T"]]
    assert set(apart.index) == {("35.28", 2011)}


def test_the_series_of_kota_probolinggo_is_declared_broken_in_2012(catalog: Catalog) -> None:
    for name in ("poverty_rate", "poor_population", "poverty_line"):
        assert catalog.indicators[name].breaks_at(2012, "35.74") is not None
        assert catalog.indicators[name].breaks_at(2012, "35.76") is None


def test_growth_is_never_taken_across_the_two_vintages_of_output(
    chosen: dict[tuple[str, str, int], tuple[Decimal, str, str]],
) -> None:
    assert chosen["grdp_constant_2010", "35.16", 2013][1] == "bps-pdrb-adhk-kabkota"
    assert ("grdp_constant_2010", "35.16", 2014) not in chosen  # its total is the sum of the industries


@pytest.mark.parametrize("region", ["35.16", "35.76"])
def test_published_growth_is_growth_of_the_industries_to_one_hundredth(
    frames: dict[str, pd.DataFrame], chosen: dict[tuple[str, str, int], tuple[Decimal, str, str]], region: str
) -> None:
    frame = frames["bps-mojokerto-pdrb-adhk"]
    level = frame[frame["region_code"] == region].groupby("year")["value"].sum().astype(float)
    for year in range(2016, 2025):
        growth = 100 * (level[year] / level[year - 1] - 1)
        assert float(chosen["grdp_growth", region, year][0]) == pytest.approx(growth, abs=0.0101)


def test_the_left_out_list_has_the_columns_that_its_readers_rely_on(left_out: list[dict[str, str]]) -> None:
    assert [*left_out[0]] == ["file", "indicator", "regions", "periods", "count", "reason_id", "reason_en"]
