from __future__ import annotations

import pytest

from catalog.load import Catalog
from transforms.places import PlaceReader


@pytest.fixture(scope="session")
def upper(catalog: Catalog) -> PlaceReader:
    return PlaceReader(catalog, ["35", "35.16", "35.76"])


@pytest.mark.parametrize(
    "name",
    ["Kota Mojokerto", "KOTA MOJOKERTO", "KotaMojokerto", "Mojokerto Kota", "kota  mojokerto"],
)
def test_a_name_with_its_kind_finds_the_city(upper: PlaceReader, name: str) -> None:
    assert upper.by_name(name).code == "35.76"


@pytest.mark.parametrize("name", ["Kabupaten Mojokerto", "Kab. Mojokerto", "KAB. MOJOKERTO", "MOJOKERTO KAB"])
def test_a_name_with_its_kind_finds_the_regency(upper: PlaceReader, name: str) -> None:
    assert upper.by_name(name).code == "35.16"


@pytest.mark.parametrize("name", ["MOJOKERTO", "Mojokerto", " mojokerto "])
def test_a_bare_name_shared_by_city_and_regency_is_ambiguous(upper: PlaceReader, name: str) -> None:
    place = upper.by_name(name)
    assert (place.code, place.problem) == (None, "ambiguous")
    assert [region.code for region in upper.candidates(name)] == ["35.16", "35.76"]


def test_a_bare_name_that_only_one_region_has_is_enough(upper: PlaceReader) -> None:
    assert upper.by_name("Pacitan").code == "35.01"
    assert upper.by_name("JAWA TIMUR").code == "35"


def test_bps_and_kemendagri_codes_meet_only_in_the_crosswalk(catalog: Catalog) -> None:
    reader = PlaceReader(catalog, ["35.16.10", "35.16.09"])
    # BPS counts Bangsal 090 and Dlanggu 100; Kemendagri counts Dlanggu 09 and Bangsal 10.
    assert reader.by_code("3516090", "bps").code == "35.16.10"
    assert reader.by_code("3516100", "bps").code == "35.16.09"
    assert reader.by_code("35.16.09", "kemendagri").code == "35.16.09"


def test_a_code_beside_the_other_governments_name_is_a_mismatch(upper: PlaceReader) -> None:
    assert upper.by_code("3576", "bps", "KABUPATEN MOJOKERTO").problem == "mismatch"
    assert upper.by_code("3576", "bps", "MOJOKERTO").code == "35.76"
    assert upper.by_code("3516.0", "bps").problem == "unknown"


def test_homonyms_below_kabupaten_need_their_parent(catalog: Catalog) -> None:
    city = PlaceReader(catalog, ["35.76.01.1004"])
    regency = PlaceReader(catalog, ["35.16.08.1004"])
    assert city.by_name("Kauman").code == "35.76.01.1004"
    assert regency.by_name("Kauman").code == "35.16.08.1004"


def test_old_spellings_lead_to_todays_code(catalog: Catalog) -> None:
    reader = PlaceReader(catalog, ["35.16.14", "35.16.17"])
    assert reader.by_name("GEDEK").code == "35.16.14"
    assert reader.by_name("DAWAR BLANDONG").code == "35.16.17"
