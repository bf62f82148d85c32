"""The catalog says what it must, about every region and indicator, and refuses what it cannot understand."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from catalog.load import HERE, Catalog, load_catalog
from catalog.models import Region
from catalog.strict import DeclarationError

RECODED = {
    "35.76.01.1001": ("Kranggan", "35.76.03.1001"),
    "35.76.01.1002": ("Miji", "35.76.03.1002"),
    "35.76.02.1002": ("Meri", "35.76.03.1003"),
    "35.76.02.1007": ("Jagalan", "35.76.03.1004"),
    "35.76.02.1006": ("Sentanan", "35.76.03.1005"),
    "35.76.02.1005": ("Purwotengah", "35.76.03.1006"),
}
SWAPPED = {
    "35.16.11.2015": ("Gayaman", "35.16.18.2013"),
    "35.16.18.2007": ("Kenanten", "35.16.11.2017"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalog's data files, free to spoil."""
    for path in [*HERE.glob("*.toml"), *HERE.glob("*.csv")]:
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def historic(catalog: Catalog) -> dict[str, Region]:
    return {region.code: region for region in catalog.regions if region.valid_to is not None}


# What it covers


def test_every_indicator_of_the_first_release_is_declared(catalog: Catalog) -> None:
    assert set(catalog.indicators) >= {
        "population", "poor_population", "poverty_rate", "open_unemployment_rate", "grdp_constant_2010",
        "grdp_growth", "hospitals", "polyclinics", "puskesmas", "pharmacies",
    }  # fmt: skip


def test_there_are_sixty_indicators_or_more_and_each_says_what_it_is(catalog: Catalog) -> None:
    assert len(catalog.indicators) >= 60
    for item in catalog.indicators.values():
        assert item.rules
        assert catalog.units[item.unit].canonical == item.unit
        assert item.derived_decimals >= 0
        assert len(item.definition.id) > 40
        assert len(item.definition.en) > 40
        assert item.producer
        assert item.method_version


def test_no_two_indicators_have_one_definition_or_one_name(catalog: Catalog) -> None:
    for read in (lambda item: item.definition.en, lambda item: item.label.id, lambda item: item.label.en):
        assert max(Counter(read(item) for item in catalog.indicators.values()).values()) == 1


def test_like_figures_by_another_method_are_other_indicators(catalog: Catalog) -> None:
    assert {
        "hdi_sp2010", "hdi_lf_sp2020", "hdi_old_method", "life_expectancy_sp2010", "life_expectancy_lf_sp2020",
        "stunting_survey", "stunting_weighing", "low_birth_weight_rate", "low_birth_weight_per_live_births",
        "population", "registered_population", "registered_population_decree", "grdp_population",
        "puskesmas", "health_centres", "live_births", "registered_births", "own_source_revenue",
        "own_source_revenue_preliminary", "own_source_revenue_budget", "area", "area_yearbook",
    } <= set(catalog.indicators)  # fmt: skip


def test_bounds_from_history_are_wider_than_what_was_seen_and_say_so(catalog: Catalog) -> None:
    texts = "".join((HERE / f"{domain}.toml").read_text("utf-8") for domain in ("poverty", "economy", "services"))
    for item in catalog.indicators.values():
        if item.bounds.basis == "history":
            block = texts.partition(f'id = "{item.id}"\n')[2].partition("[[indicator]]")[0]
            assert "# History: " in block.partition("bounds = ")[0]


def test_every_reason_why_a_value_cannot_be_joined_stands_in_both_languages(catalog: Catalog) -> None:
    for item in catalog.indicators.values():
        for rule in item.rules:
            if rule.kind == "not_aggregable":
                assert rule.reason.id != rule.reason.en


def test_a_weighted_mean_is_exact_only_where_its_weight_is_the_denominator(catalog: Catalog) -> None:
    exact = {
        (item.id, *rule.weights)
        for item in catalog.indicators.values()
        for rule in item.rules
        if rule.kind == "weighted_mean" and rule.exactness == "exact"
    }
    assert exact == {
        ("poverty_gap", "survey_population"),
        ("poverty_severity", "survey_population"),
        ("grdp_sector_share", "grdp_current"),
    }


def test_every_text_for_readers_is_there_in_both_languages(catalog: Catalog) -> None:
    for item in catalog.indicators.values():
        for text in (item.label, item.definition, item.reference, *(part.what for part in item.breaks)):
            assert text.id.strip()
            assert text.en.strip()
            assert text.id != text.en


def test_only_survey_indicators_are_marked_as_survey_estimates(catalog: Catalog) -> None:
    for item in catalog.indicators.values():
        assert item.survey == any(name in item.producer for name in ("Susenas", "Sakernas", "SSGI"))


def test_breaks_are_declared_where_the_series_really_break(catalog: Catalog) -> None:
    assert catalog.indicators["poor_population"].breaks_at(2010, "35.76") is not None
    assert catalog.indicators["population"].breaks_at(2020, "35.16") is not None
    assert catalog.indicators["poverty_rate"].breaks_at(2010, "35.76") is None
    assert catalog.indicators["poverty_rate"].breaks_at(2012, "35.74") is not None


def test_no_rate_is_joined_by_adding(catalog: Catalog) -> None:
    counts = {"person", "million_rupiah", "village", "desa", "birth", "facility", "case", "km2"}
    for item in catalog.indicators.values():
        kinds = {rule.kind for rule in item.rules}
        assert ("sum" in kinds) == (item.unit in counts)


def test_a_rate_whose_parts_are_published_is_a_ratio_of_sums(catalog: Catalog) -> None:
    kinds = {name: catalog.indicators[name].rules[0].kind for name in ("poverty_rate", "open_unemployment_rate")}
    assert kinds == {"poverty_rate": "ratio_of_sums", "open_unemployment_rate": "ratio_of_sums"}
    assert catalog.indicators["grdp_growth"].rules[0].kind == "growth"
    assert catalog.indicators["gini_ratio"].rules[0].kind == "not_aggregable"


def test_the_growth_bounds_hold_every_growth_that_east_java_has_published(catalog: Catalog) -> None:
    bounds = catalog.indicators["grdp_growth"].bounds
    assert bounds.basis == "history"
    for seen in (-6.46, -1.31, 21.95):  # Kota Batu 2020, Mojokerto Raya 2020, Bojonegoro 2016
        assert bounds.min < seen < bounds.max


def test_a_printed_thousand_becomes_persons(catalog: Catalog) -> None:
    unit = catalog.units["thousand_persons"]
    assert (unit.canonical, unit.factor) == ("person", 1000)


def test_there_are_seventeen_industries_and_no_text_stands_for_two(catalog: Catalog) -> None:
    sector = catalog.breakdowns["sector"]
    assert [code.code for code in sector.codes] == [*"ABCDEFGHIJKL", "MN", *"OPQ", "RSTU", "_T"]
    texts = Counter(text for code in sector.codes for text in {code.code, *code.texts})
    assert max(texts.values()) == 1


@pytest.mark.parametrize(("text", "code"), [("M,N", "MN"), ("R,S,T,U", "RSTU"), ("Real Estat", "L"), ("A", "A")])
def test_an_industry_is_known_under_the_text_that_publishers_print(catalog: Catalog, text: str, code: str) -> None:
    assert catalog.breakdowns["sector"].codes_by_text()[text] == code


def test_mojokerto_raya_is_the_city_and_the_regency(catalog: Catalog) -> None:
    raya = catalog.agglomerations["mojokerto-raya"]
    names = {catalog.regions_by_code[code].name for code in raya.members}
    assert names == {"Kota Mojokerto", "Kabupaten Mojokerto"}
    peers = [catalog.regions_by_code[code].name for code in raya.peers]
    assert peers == ["Kota Kediri", "Kota Pasuruan", "Kota Cimahi"]


# Regions


def test_the_city_has_3_kecamatan_and_18_kelurahan_the_regency_18_and_5_and_299_desa(catalog: Catalog) -> None:
    counts = Counter((code[:5], region.level) for code, region in catalog.regions_by_code.items() if len(code) > 5)
    assert counts == {
        ("35.76", "subdistrict"): 3,
        ("35.76", "urban_village"): 18,
        ("35.16", "subdistrict"): 18,
        ("35.16", "urban_village"): 5,
        ("35.16", "village"): 299,
    }


def test_east_java_has_its_38_governments_and_cimahi_stands_in_jawa_barat(catalog: Catalog) -> None:
    children = [region for region in catalog.regions_by_code.values() if region.parent == "35"]
    assert Counter(region.level for region in children) == {"regency": 29, "city": 9}
    cimahi = catalog.regions_by_code["32.77"]
    assert catalog.regions_by_code[cimahi.parent].name == "Jawa Barat"


def test_every_region_has_both_codes_in_their_form(catalog: Catalog) -> None:
    for region in catalog.regions:
        assert re.fullmatch(r"\d\d(\.\d\d(\.\d\d(\.[12]\d{3})?)?)?", region.code)
        digits = {2: 2, 5: 4, 8: 7, 13: 10}[len(region.code)]
        assert re.fullmatch(rf"\d{{{digits}}}", region.bps_code)


def test_codes_in_force_are_unique_in_both_numberings(catalog: Catalog) -> None:
    current = [region for region in catalog.regions if region.valid_to is None]
    assert len({region.code for region in current}) == len(current)
    assert len({region.bps_code for region in current}) == len(current)


def test_a_bps_code_is_looked_up_not_cut_from_the_other_code(catalog: Catalog) -> None:
    by_bps = {region.bps_code: region for region in catalog.regions_by_code.values()}
    assert (by_bps["3516090"].code, by_bps["3516090"].name) == ("35.16.10", "Bangsal")
    assert (by_bps["3516100"].code, by_bps["3516100"].name) == ("35.16.09", "Dlanggu")


def test_every_region_hangs_on_a_parent_one_level_up(catalog: Catalog) -> None:
    for region in catalog.regions:
        if region.level == "province":
            assert region.parent is None
        else:
            assert region.parent == region.code.rpartition(".")[0]
            assert region.parent in catalog.regions_by_code


def test_the_level_below_kecamatan_follows_from_the_code(catalog: Catalog) -> None:
    for region in catalog.regions:
        if len(region.code) == 13:
            assert region.level == ("urban_village" if region.code[9] == "1" else "village")


def test_the_six_recoded_kelurahan_are_historic_codes_with_a_successor(catalog: Catalog) -> None:
    old = historic(catalog)
    for code, (name, successor) in RECODED.items():
        assert (old[code].name, old[code].successor, old[code].valid_to) == (name, successor, 2016)
        assert catalog.regions_by_code[successor].valid_from == 2017


def test_gayaman_and_kenanten_changed_places_in_2019(catalog: Catalog) -> None:
    old = historic(catalog)
    for code, (name, successor) in SWAPPED.items():
        assert (old[code].name, old[code].successor, old[code].valid_to) == (name, successor, 2018)
        new = catalog.regions_by_code[successor]
        assert (new.name, new.valid_from, new.bps_code) == (name, 2019, old[code].bps_code)


def test_nothing_else_moved(catalog: Catalog) -> None:
    assert set(historic(catalog)) == {*RECODED, *SWAPPED}


def test_a_place_has_exactly_one_code_in_every_year(catalog: Catalog) -> None:
    """The old code ends in the year before its successor begins, and the successor is the same place."""
    for region in historic(catalog).values():
        new = catalog.regions_by_code[region.successor]
        assert region.valid_to + 1 == new.valid_from
        assert (region.name, region.level) == (new.name, new.level)


def test_a_code_begins_with_the_decree_that_brought_it(catalog: Catalog) -> None:
    for region in catalog.regions:
        decree = catalog.instruments[region.instrument]
        if region.valid_from is not None:
            assert region.valid_from == decree.year


def test_the_bare_name_mojokerto_is_no_alias(catalog: Catalog) -> None:
    assert "MOJOKERTO" not in {alias.upper() for _, alias in catalog.aliases}


def test_an_old_spelling_is_an_alias_not_another_code(catalog: Catalog) -> None:
    aliases = {alias: code for code, alias in catalog.aliases}
    for alias, name in {"Semberagung": "Sumberagung", "Jatiduku": "Jatidukuh", "Porwojati": "Purwojati"}.items():
        assert catalog.regions_by_code[aliases[alias]].name == name


# Precedence


@pytest.mark.parametrize(("region", "own"), [("35.76", "kota"), ("35.16", "kabupaten")])
def test_a_government_speaks_for_its_poverty_from_2015_and_the_provinces_tables_before(
    catalog: Catalog, region: str, own: str
) -> None:
    (series,) = [item for item in catalog.precedence if region in item.regions and "poverty_rate" in item.indicators]
    assert set(series.indicators) == {"poverty_rate", "poor_population"}
    first, *others = series.order
    assert (first.source, first.first, first.last) == (f"{own}-mojokerto-kemiskinan", 2015, None)
    assert {turn.source for turn in others} == {
        "bps-jatim-persentase-penduduk-miskin",
        "bps-jatim-jumlah-penduduk-miskin",
    }
    assert all((turn.first, turn.last) == (None, None) for turn in others)


# What it refuses


def test_an_unknown_key_is_refused_and_the_nearest_known_one_suggested(folder: Path) -> None:
    replace(folder / "poverty.toml", "decimals = 2\n", "decimal = 2\n")
    with pytest.raises(DeclarationError, match="unknown key 'decimal'; did you mean 'decimals'"):
        load_catalog(folder)


@pytest.mark.parametrize("key", ["unit", "decimals", "definition", "rules", "bounds", "producer", "label", "reference"])
def test_an_indicator_without_an_essential_key_is_refused(folder: Path, key: str) -> None:
    path = folder / "poverty.toml"
    block = re.compile(rf'^{key}(?:\.\w+)? = (?:"""\\\n.*?"""|[^\n]*)\n', re.MULTILINE | re.DOTALL)
    path.write_text(block.sub("", path.read_text("utf-8")), "utf-8")
    with pytest.raises(DeclarationError, match=rf"poverty\.toml, \[\[indicator\]\] \w+: the key '{key}' is missing"):
        load_catalog(folder)


def test_an_indicator_in_an_unknown_unit_is_refused(folder: Path) -> None:
    replace(folder / "poverty.toml", 'unit = "person"', 'unit = "people"')
    with pytest.raises(DeclarationError, match="poor_population: unknown unit 'people'"):
        load_catalog(folder)


def test_an_indicator_kept_in_thousands_is_refused(folder: Path) -> None:
    replace(folder / "poverty.toml", 'unit = "person"', 'unit = "thousand_persons"')
    with pytest.raises(DeclarationError, match="not canonical; use 'person'"):
        load_catalog(folder)


def test_a_rule_over_an_unknown_indicator_is_refused(folder: Path) -> None:
    replace(folder / "poverty.toml", 'numerator = "poor_population"', 'numerator = "poor_people"')
    with pytest.raises(DeclarationError, match="needs the unknown indicator 'poor_people'"):
        load_catalog(folder)


def test_an_order_of_sources_for_an_unknown_indicator_is_refused(folder: Path) -> None:
    replace(folder / "precedence.toml", '"poverty_rate"', '"poverty"')
    with pytest.raises(DeclarationError, match=r"precedence\.toml: unknown indicator 'poverty'"):
        load_catalog(folder)


def test_an_agglomeration_of_an_unknown_region_is_refused(folder: Path) -> None:
    replace(folder / "agglomerations.toml", '"35.16"', '"35.99"')
    with pytest.raises(DeclarationError, match=r"'mojokerto-raya' names the unknown region '35\.99'"):
        load_catalog(folder)


def test_a_region_of_an_unknown_level_is_refused_with_its_line(folder: Path) -> None:
    replace(folder / "regions.csv", "Jawa Barat,province", "Jawa Barat,provinsi")
    with pytest.raises(DeclarationError, match=r"regions\.csv, line 2: 'level'"):
        load_catalog(folder)


def test_equal_declarations_have_equal_digests_and_a_changed_one_another(folder: Path) -> None:
    before = load_catalog(folder).digest
    assert before == load_catalog().digest
    replace(folder / "poverty.toml", "derived_decimals = 4", "derived_decimals = 3")
    assert load_catalog(folder).digest != before
