"""Identities: the true figures pass with every exception explained, and errors that were really printed are caught."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from small_world import by_rule, small_catalog
from true_figures import CITY, REGENCY, Plant, observations, only, planted, tidy_frames

from catalog.contract import ContractFile
from catalog.identities import Formula, load_identities
from catalog.load import Catalog, load_catalog
from catalog.strict import DeclarationError
from expectations import enough, identity, identity_rows
from expectations.figures import coded, figures_of
from expectations.identity import compare, judge_identities
from expectations.rules import load_rules
from expectations.suites import Planned
from expectations.validation import Found
from expectations.verdict import Check, refusal
from expectations.view import texts

pytestmark = pytest.mark.xdist_group("identities")

PROVINCE_TPT = (("5.84", 2020), ("5.74", 2021), ("5.49", 2022))
HDI_OF_REGENCY = ("hdi_sp2010", "life_expectancy_sp2010", "expected_years_schooling", "mean_years_schooling")


@pytest.fixture(scope="module")
def real() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def true(contracts: dict[str, ContractFile], real: Catalog) -> pd.DataFrame:
    return observations(tidy_frames(contracts, real))


@pytest.fixture(scope="module")
def families(contracts: dict[str, ContractFile]) -> dict[str, str]:
    return {name: item.contract.compilation for name, item in contracts.items()}


@pytest.fixture(scope="module")
def unexcused(real: Catalog) -> Catalog:
    """The catalog without its known exceptions."""
    return replace(real, identities=tuple(item.model_copy(update={"known": []}) for item in real.identities))


def failed(checks: list[Check]) -> set[str]:
    return {check.rule for check in checks if check.outcome != "passed"}


def alone(catalog: Catalog, identity: str) -> Catalog:
    """The catalog with one identity; Great Expectations takes its time over thirty."""
    return replace(catalog, identities=tuple(item for item in catalog.identities if item.id == identity))


# The true figures


def test_all_published_figures_pass(true: pd.DataFrame, families: dict[str, str], real: Catalog) -> None:
    checks = judge_identities(true, real, families)
    assert [(check.rule, check.message_en) for check in checks if check.outcome != "passed"] == []
    assert [check.rule for check in checks] == [item.id for item in real.identities]
    assert [check.rule for check in checks if check.evaluated == 0] == [], "what compares nothing is no check"
    held = by_rule(checks)
    assert held["susenas_population_moves"].evaluated >= 490
    assert held["population_by_sex"].evaluated == 545
    assert held["hdi_sp2010_formula"].evaluated >= 228
    assert held["unemployment_from_counts"].evaluated == 114


def test_every_known_exception_is_needed_and_none_hides_another_figure(
    true: pd.DataFrame, families: dict[str, str], real: Catalog, unexcused: Catalog
) -> None:
    figures = figures_of(true, families)
    excused = compare(real.identities, figures, real).excused
    assert excused == {item.id: item.known for item in real.identities}
    bare = compare(unexcused.identities, figures, real).rows
    told = bare.loc[bare["beyond"] > 0, "identity"].value_counts().to_dict()
    assert told == {
        "population_by_sex": 1, "grdp_by_industry": 5, "growth_of_grdp": 5, "poverty_line_moves": 1,
        "poverty_rate_moves": 1, "regions_add_to_province": 3,
    }  # fmt: skip


def test_an_exception_is_told_with_its_reason(true: pd.DataFrame, real: Catalog) -> None:
    [found] = judge_identities(only(true, "population"), alone(real, "population_by_sex"))
    assert found.outcome == "passed"
    assert "35.28, 2011: The export of BPS has 514,813 females" in found.message_en
    assert "Pengecualian yang diketahui: 35.28, 2011" in found.message_id


def test_an_exception_holds_for_its_figure_only(true: pd.DataFrame, real: Catalog) -> None:
    other = planted(only(true, "population"), Plant("population", "35.28", 2011, "514814", breakdown="sex=F"))
    assert failed(judge_identities(other, alone(real, "population_by_sex"))) == {"population_by_sex"}


# Errors that were really printed: conflicts.csv and section 6.3 of the domain notes

POVERTY = ("poverty_rate", "poor_population")
PRESS: list[tuple[str, str, tuple[str, ...], list[Plant]]] = [
    (
        "news subtracted the fall twice: 104.58 thousand poor in 2024",
        "susenas_population_moves",
        POVERTY,
        [Plant("poor_population", REGENCY, 2024, "104580", "kabupaten-mojokerto-kemiskinan")],
    ),
    (
        "the city's rate of 2024 over registered instead of survey population",
        "susenas_population_moves",
        POVERTY,
        [Plant("poverty_rate", CITY, 2024, "5.25", "kota-mojokerto-kemiskinan")],
    ),
    (
        "104.58 thousand beside the table's 108.72",
        "sources_agree",
        POVERTY,
        [Plant("poor_population", REGENCY, 2024, "104580", added=True)],
    ),
    (
        "the province's unemployment as the city's, 2020 to 2022",
        "province_value_copied",
        ("open_unemployment_rate",),
        [Plant("open_unemployment_rate", CITY, year, value) for value, year in PROVINCE_TPT],
    ),
    (
        "the HDI of the long form in the series on SP2010 life expectancy",
        "hdi_sp2010_formula",
        (*HDI_OF_REGENCY, "adjusted_expenditure"),
        [Plant("hdi_sp2010", REGENCY, 2021, "74.89")],
    ),
    (
        "life expectancy of the long form in the series on SP2010",
        "life_expectancy_moves",
        ("life_expectancy_sp2010",),
        [Plant("life_expectancy_sp2010", CITY, 2023, "75.32")],
    ),
    (
        "HDI 80.90 of the long form beside 80.07",
        "sources_agree",
        ("hdi_sp2010",),
        [Plant("hdi_sp2010", CITY, 2023, "80.90", added=True)],
    ),
    (
        "HDI 78.66 by the old method beside 74.91",
        "sources_agree",
        ("hdi_sp2010",),
        [Plant("hdi_sp2010", CITY, 2013, "78.66", added=True)],
    ),
    (
        "digits swapped in the regency's population of 2019",
        "population_by_sex",
        ("population",),
        [Plant("population", REGENCY, 2019, "1176888")],
    ),
    (
        "registered citizens as the projected population of 2023",
        "population_by_sex",
        ("population",),
        [Plant("population", CITY, 2023, "141785")],
    ),
    (
        "registered citizens beside the projected population of 2023",
        "sources_agree",
        ("population",),
        [Plant("population", CITY, 2023, "141785", added=True)],
    ),
    ("the old area of the city", "sources_agree", ("area",), [Plant("area", CITY, 2025, "20.21", added=True)]),
    (
        "the growth of 2022 quoted for 2023",
        "growth_of_grdp",
        ("grdp_growth", "grdp_constant_2010"),
        [Plant("grdp_growth", CITY, 2023, "5.56")],
    ),
    (
        "GRDP of 2023 quoted for 2022",
        "growth_of_grdp",
        ("grdp_growth", "grdp_constant_2010"),
        [Plant("grdp_constant_2010", CITY, 2022, "5399623.00", "kota-mojokerto-pdrb-per-kapita")],
    ),
    (
        "GRDP of 2023 quoted for 2022, against its industries",
        "grdp_by_industry",
        ("grdp_constant_2010",),
        [Plant("grdp_constant_2010", CITY, 2022, "5399623.00", "kota-mojokerto-pdrb-per-kapita")],
    ),
    (
        "GRDP per head on another population base",
        "grdp_per_head_constant",
        ("grdp_per_capita_constant", "grdp_constant_2010", "grdp_population"),
        [Plant("grdp_per_capita_constant", CITY, 2021, "37341.00", "kota-mojokerto-pdrb-per-kapita")],
    ),
    (
        "stunting by routine weighing beside the survey's",
        "sources_agree",
        ("stunting_survey",),
        [Plant("stunting_survey", CITY, 2021, "4.8", added=True)],
    ),
    (
        "preliminary beside audited own-source revenue",
        "sources_agree",
        ("own_source_revenue",),
        [Plant("own_source_revenue", CITY, 2023, "243600", added=True)],
    ),
    (
        "a generated file of poverty rates",
        "sources_agree",
        ("poverty_rate",),
        [Plant("poverty_rate", code, 2015, "11.11", added=True) for code in ("35.01", "35.02", "35.03")],
    ),
    (
        "gap and severity in each other's column",
        "poverty_measures_order",
        ("poverty_rate", "poverty_gap", "poverty_severity"),
        [Plant("poverty_gap", REGENCY, 2025, "0.35"), Plant("poverty_severity", REGENCY, 2025, "1.48")],
    ),
    (
        "a gap whose square is too large for its rate and severity",
        "poverty_measures_order",
        ("poverty_rate", "poverty_gap", "poverty_severity"),
        [Plant("poverty_gap", REGENCY, 2025, "2.48"), Plant("poverty_severity", REGENCY, 2025, "0.35")],
    ),
    (
        "employed that do not make the labour force",
        "labour_force_parts",
        ("labour_force", "employed", "unemployed"),
        [Plant("employed", REGENCY, 2025, "653632")],
    ),
    (
        "a rate that its counts do not give",
        "unemployment_from_counts",
        ("open_unemployment_rate", "employed", "unemployed"),
        [Plant("open_unemployment_rate", REGENCY, 2025, "3.94")],
    ),
    (
        "the city's figures quoted for the regency",
        "city_and_regency_not_swapped",
        ("poverty_rate",),
        [
            Plant("poverty_rate", REGENCY, 2023, "5.77", "kabupaten-mojokerto-kemiskinan"),
            Plant("poverty_rate", CITY, 2023, "9.80", "kota-mojokerto-kemiskinan"),
        ],
    ),
    (
        "more light babies than babies",
        "low_weight_within_births",
        ("live_births", "low_birth_weight"),
        [Plant("low_birth_weight", CITY, 2023, "20000")],
    ),
    (
        "more villages with sanitation than villages",
        "stbm_within_villages",
        ("villages_health_office", "stbm_villages"),
        [Plant("stbm_villages", CITY, 2024, "19")],
    ),
    (
        "a share that makes the industries 110 percent",
        "grdp_shares",
        ("grdp_sector_share",),
        [Plant("grdp_sector_share", CITY, 2023, "17.00", breakdown="sector=C")],
    ),
    (
        "a deflator of another year",
        "grdp_deflator",
        ("grdp_deflator", "grdp_current", "grdp_constant_2010"),
        [Plant("grdp_deflator", CITY, 2022, "141.00")],
    ),
    (
        "current-price GRDP of another edition: 8.4 trillion",
        "grdp_per_head_current",
        ("grdp_current", "grdp_population", "grdp_per_capita_current"),
        [Plant("grdp_current", CITY, 2022, "8400000.00")],
    ),
    (
        "a kelurahan's citizens written twice over",
        "kelurahan_add_to_kecamatan",
        ("registered_citizens",),
        [Plant("registered_citizens", "35.76.03.1001", 2023, "99999")],
    ),
    (
        "female citizens that do not make the total",
        "registered_citizens_by_sex",
        ("registered_citizens",),
        [Plant("registered_citizens", "35.76.03.1001", 2023, "1", breakdown="sex=F")],
    ),
    (
        "a GRDP per head that implies another population",
        "grdp_population_moves",
        ("grdp_per_capita_constant", "grdp_constant_2010"),
        [Plant("grdp_per_capita_constant", REGENCY, 2015, "40000")],
    ),
    (
        "the long form's HDI off by a digit",
        "hdi_lf_sp2020_formula",
        ("hdi_lf_sp2020", "life_expectancy_lf_sp2020", *HDI_OF_REGENCY[2:], "adjusted_expenditure"),
        [Plant("hdi_lf_sp2020", CITY, 2025, "83.25")],
    ),
]


@pytest.mark.parametrize(("rule", "indicators", "plants"), [row[1:] for row in PRESS], ids=[row[0] for row in PRESS])
def test_a_printed_error_is_caught(
    rule: str,
    indicators: tuple[str, ...],
    plants: list[Plant],
    true: pd.DataFrame,
    families: dict[str, str],
    real: Catalog,
) -> None:
    [found] = judge_identities(planted(only(true, *indicators), *plants), alone(real, rule), families)
    assert (found.rule, found.gate, found.outcome) == (rule, "identity", "failed")
    assert real.regions_by_code[plants[0].region].name.title() in found.message_id


@pytest.mark.parametrize(
    ("rule", "indicator", "sentence"),
    [
        ("population_by_sex", "population", "Kabupaten Pamekasan (35.28), 2011: the parts add up to 907,114"),
        ("regions_add_to_province", "population", "Failed as well: Population, Province Jawa Timur (35), 2015"),
        ("poverty_line_moves", "poverty_line", "Kota Probolinggo (35.74), 2012: 335,874 is given, 425,583"),
        ("poverty_rate_moves", "poverty_rate", "Kota Probolinggo (35.74), 2012: 10.92 is given, 17.74"),
    ],
)
def test_errors_and_breaks_of_the_publications_are_caught_without_their_exceptions(
    rule: str, indicator: str, sentence: str, true: pd.DataFrame, unexcused: Catalog
) -> None:
    [found] = judge_identities(only(true, indicator), alone(unexcused, rule))
    assert found.outcome == "failed"
    assert sentence in found.message_en


def test_a_workbook_that_repeats_year_columns_is_caught(true: pd.DataFrame, real: Catalog) -> None:
    frame = only(true, "open_unemployment_rate")
    known = {(row.region_code, row.year): row.value for row in frame.itertuples()}
    for year in (2004, 2011, 2014, 2023):
        for code in {region for region, _ in known}:
            before = known.get((code, year - 1))
            frame.loc[(frame["region_code"] == code) & (frame["year"] == year), "value"] = before
    [found] = judge_identities(frame, alone(real, "year_copied"))
    assert (found.outcome, found.failed) == ("failed", 4)
    assert "Tingkat pengangguran terbuka, 2004: 100 persen wilayah" in found.message_id


def test_the_sentence_names_both_numbers_the_region_the_year_the_rule_and_what_to_do(
    true: pd.DataFrame, families: dict[str, str], real: Catalog
) -> None:
    frame = planted(
        only(true, *POVERTY), Plant("poor_population", REGENCY, 2024, "104580", "kabupaten-mojokerto-kemiskinan")
    )
    [found] = judge_identities(frame, alone(real, "susenas_population_moves"), families)
    assert found.message_id.startswith(
        "Penduduk tersirat Susenas berubah paling banyak 2 persen. Jumlah penduduk miskin, Kabupaten Mojokerto "
        "(35.16), 2024: jumlah dibagi rasionya berarti 1.116.115 jiwa, tahun sebelumnya 1.151.633 jiwa: -3,08 persen "
        "(kabupaten-mojokerto-kemiskinan). Cocokkan dengan terbitan aslinya"
    )
    assert "implies 1,116,115 persons, 1,151,633 the year before: -3.08 percent" in found.message_en


# What a finding does, and what it does not


def test_a_failed_identity_stops_no_release(true: pd.DataFrame, real: Catalog) -> None:
    frame = planted(only(true, "population"), Plant("population", REGENCY, 2019, "1176888"))
    [found] = judge_identities(frame, alone(real, "population_by_sex"))
    assert (found.severity, found.outcome) == ("critical", "failed")
    assert refusal([found]) is None


def test_identities_without_their_indicators_are_told_and_not_held(real: Catalog) -> None:
    small = replace(small_catalog(), identities=real.identities)
    frame = pd.DataFrame([["press", "poverty_rate", CITY, "2023", 2023, "_T", Decimal("5.77"), Decimal("0.01"), "A"]])
    frame.columns = pd.Index(
        ["source", "indicator", "region_code", "period", "year", "breakdown", "value", "rounding_step", "obs_status"]
    )
    checks = by_rule(judge_identities(frame, small))
    assert failed(list(checks.values())) == set()
    skipped = checks["hdi_sp2010_formula"]
    assert (skipped.severity, skipped.outcome, skipped.evaluated) == ("info", "passed", 0)
    assert "hdi_sp2010, life_expectancy_sp2010" in skipped.message_id
    assert checks["susenas_population_moves"].severity == "critical"


def test_an_identity_that_crashes_takes_no_other_down(
    true: pd.DataFrame, real: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> pd.DataFrame:
        raise KeyError("people")

    monkeypatch.setitem(identity_rows._MAKERS, "implied_population_moves", broken)  # noqa: SLF001
    checks = by_rule(judge_identities(only(true, *POVERTY), real))
    assert checks["susenas_population_moves"].outcome == "crashed"
    assert "KeyError" in checks["susenas_population_moves"].message_en
    assert checks["sources_agree"].outcome == "passed"


def test_of_an_identity_that_could_not_be_judged_nothing_was_compared(
    true: pd.DataFrame, real: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: pd.DataFrame, plan: list[Planned]) -> list[Found]:
        return [Found(planned, "crashed", 0, 0, crash="out of order") for planned in plan]

    monkeypatch.setattr(enough, "validate", broken)
    [found] = judge_identities(only(true, *POVERTY), alone(real, "susenas_population_moves"))
    assert (found.outcome, found.evaluated) == ("crashed", 0)


def test_joint_values_are_held_where_no_compilation_says_it_alone(true: pd.DataFrame, real: Catalog) -> None:
    rows = [
        ("poverty_rate", "mojokerto-raya", 2023, 9.3838, 9.3786, 9.3891),
        ("poor_population", "mojokerto-raya", 2023, 120510.0, 120500.0, 120520.0),
        ("poverty_rate", "mojokerto-raya", 2024, 8.9784, 8.9732, 8.9837),
        ("poor_population", "mojokerto-raya", 2024, 112010.0, 112000.0, 112020.0),
    ]
    names = ["indicator", "region_code", "year", "value", "rounding_low", "rounding_high"]
    joint = pd.DataFrame(rows, columns=names).assign(breakdown="_T")
    joint = joint.assign(period=joint["year"].astype(str), obs_status="A")
    [found] = judge_identities(only(true, *POVERTY), alone(real, "susenas_population_moves"), joint=joint)
    assert found.outcome == "failed"
    assert "Mojokerto Raya, 2024" in found.message_id
    assert "(tabel gabungan)" in found.message_id


def test_figures_of_no_source_are_judged_without_error(true: pd.DataFrame, real: Catalog) -> None:
    assert failed(judge_identities(true.iloc[:0], real)) == set()


# Declarations


def test_no_identity_bears_the_name_of_a_rule(real: Catalog) -> None:
    assert not {item.id for item in real.identities} & set(load_rules())


def test_a_changed_identity_changes_what_a_release_is_a_function_of(real: Catalog, unexcused: Catalog) -> None:
    assert real.digest != unexcused.digest
    assert real.digest_for(["population"]) == unexcused.digest_for(["population"])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('dimension = "sex"', 'dimensions = "sex"', "unknown key .*dimensions'; did you mean 'dimension'"),
        ('kind = "formula"', 'kind = "formulas"', "did you mean 'formula'"),
        ('id = "registered_citizens_by_sex"', 'id = "population_by_sex"', "'population_by_sex' is declared twice"),
        ("[[identity]]", "[[identities]]", "unknown table 'identities'; did you mean 'identity'"),
        ("[[identity]]", "[[identity", "identities.toml: not readable as TOML"),
    ],
)
def test_a_wrong_declaration_is_told_with_its_place_and_mend(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    import catalog.load

    text = (catalog.load.HERE / "identities.toml").read_text("utf-8")
    assert old in text
    many = -1 if new == "[[identities]]" else 1
    (tmp_path / "identities.toml").write_text(
        text.replace(old, new, many).replace("[[identity.", "[[identities." if many < 0 else "[[identity."), "utf-8"
    )
    with pytest.raises(DeclarationError, match=sentence):
        load_identities(tmp_path)


def test_the_formula_is_that_of_the_joint_tables(real: Catalog) -> None:
    from transforms.rules import hdi

    components = (74.74, 12.99, 9.13, 13900.0)
    ours = identity_rows.hdi(*(pd.Series([value]) for value in components))
    assert ours[0] == pytest.approx(hdi(*components), abs=1e-9)
    assert ours[0] == pytest.approx(76.5885, abs=5e-5)
    assert sum(isinstance(item, Formula) for item in real.identities) == 2


# What makes large editions quick changes nothing


@pytest.fixture(scope="module")
def spoilt(true: pd.DataFrame) -> pd.DataFrame:
    """All published figures with every printed error planted."""
    return planted(true, *(plant for _, _, _, plants in PRESS for plant in plants))


def test_texts_held_as_codes_change_no_comparison(
    spoilt: pd.DataFrame, families: dict[str, str], unexcused: Catalog
) -> None:
    held = [
        compare(unexcused.identities, figures_of(spoilt, families, form), unexcused).rows.astype(object)
        for form in (texts, coded)
    ]
    assert len({*held[0]["identity"]}) > len(unexcused.identities) / 2
    pd.testing.assert_frame_equal(*(rows.where(rows.notna(), None) for rows in held))


def test_comparisons_that_hold_are_told_by_the_nearest_of_them(
    spoilt: pd.DataFrame, families: dict[str, str], real: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = judge_identities(spoilt, real, families)
    monkeypatch.setattr(identity, "counted", partial(identity.counted, large=0))
    assert judge_identities(spoilt, real, families) == whole
    assert {check.outcome for check in whole} == {"passed", "failed"}


def test_one_comparison_stands_for_each_indicator_without_a_fault() -> None:
    rows = pd.DataFrame(
        {"indicator": ["a", "a", "b", "a", "b", "b"], "beyond": [-2.0, -1.0, 0.0, 1.0, float("nan"), -3.0]}
    )
    found = identity.counted(rows, "rule", large=0)
    assert found.to_numpy().tolist() == [["a", -1.0, "rule", 2], ["b", 0.0, "rule", 2], ["a", 1.0, "rule", 1]]
    empty = identity.counted(rows.iloc[:0], "rule", large=-1)
    assert empty.empty
    assert list(empty) == ["indicator", "beyond", "identity", "count"]
