"""The tile maps, and the maps drawn with an office's own boundaries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.office import PROJECT

from catalog.boundaries import read_boundaries
from catalog.load import Catalog
from catalog.settings import load_settings
from catalog.strict import DeclarationError
from dashboard.page import render
from dashboard.plan import TileMap, load_tiles
from dashboard.tables import Tables

FIGURES = PROJECT.parent / "shared" / "figures"
MAPS = {item.id: item for item in load_tiles()}
FILES = {
    "kecamatan": FIGURES / "boundaries_kecamatan.geojson",
    "kelurahan": FIGURES / "boundaries_kelurahan_kota_mojokerto.geojson",
}


def test_every_kecamatan_and_every_kelurahan_of_the_city_has_a_tile_of_its_own(catalog: Catalog) -> None:
    current = list(catalog.regions_by_code.values())
    members = {"35.16", "35.76"}
    kecamatan = {region.code for region in current if region.level == "subdistrict" and region.parent in members}
    city = {region.code for region in current if region.level == "urban_village" and region.code.startswith("35.76.")}
    assert {tile.code for tile in MAPS["kecamatan"].tiles} == kecamatan
    assert {tile.code for tile in MAPS["kelurahan"].tiles} == city
    assert (len(kecamatan), len(city)) == (21, 18)
    for item in MAPS.values():
        assert len({(tile.col, tile.row) for tile in item.tiles}) == len(item.tiles)
        names = {tile.label.replace("/", "").replace("-", "").lower() for tile in item.tiles}
        assert names == {catalog.regions_by_code[tile.code].name.lower().replace(" ", "") for tile in item.tiles}


def centre(geometry: dict[str, Any]) -> tuple[float, float]:
    """The middle of an area's outline: good enough to say what lies west of what."""
    rings = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    points = [point for polygon in rings for point in polygon[0]]
    return tuple((min(axis) + max(axis)) / 2 for axis in zip(*points, strict=True))  # type: ignore[return-value]


def agreeing(order: list[tuple[float, int]]) -> float:
    """The part of all pairs that stand in the same order on the map and in reality; ties on the map do not count."""
    pairs = [(a, b) for place, a in enumerate(order) for b in order[place + 1 :] if a[1] != b[1]]
    return sum((a[0] < b[0]) == (a[1] < b[1]) for a, b in pairs) / len(pairs)


@pytest.mark.skipif(not FILES["kecamatan"].exists(), reason="no boundary files beside this checkout")
@pytest.mark.parametrize("name", FILES)
def test_a_tile_stands_near_its_real_place(name: str) -> None:
    middle = {item["code"]: centre(item["geometry"]) for item in read_boundaries(FILES[name])}
    tiles = MAPS[name].tiles
    assert agreeing([(middle[tile.code][0], tile.col) for tile in tiles]) > 0.9
    assert agreeing([(-middle[tile.code][1], tile.row) for tile in tiles]) > 0.9


def square(code: str, x: float = 0.0) -> dict[str, Any]:
    ring = [[x, 0.0], [x + 1, 0.0], [x + 1, 1.123456789], [x, 0.0]]
    return {
        "type": "Feature",
        "properties": {"kemendagri_code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def written(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def test_coordinates_are_kept_to_about_a_metre(tmp_path: Path) -> None:
    area = read_boundaries(written(tmp_path / "a.geojson", [square("35.76.01")]))[0]
    assert area["geometry"]["coordinates"][0][2] == [1.0, 1.12346]


@pytest.mark.parametrize("text", ["", "[]", '{"features": [1]}', '{"features": []}', '{"type": "Topology"}'])
def test_a_boundary_file_that_cannot_be_used_is_told_before_a_night(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "batas.geojson").write_text(text, "utf-8")
    (tmp_path / "mojoraya.toml").write_text('boundaries = ["batas.geojson"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeclarationError, match=r"boundaries: .*batas\.geojson"):
        load_settings()


def test_a_missing_boundary_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mojoraya.toml").write_text('boundaries = ["tidak-ada.geojson"]\n', "utf-8")
    with pytest.raises(DeclarationError) as found:
        load_settings(tmp_path / "mojoraya.toml")
    assert "tidak terbaca" in found.value.message.id


@pytest.mark.xdist_group("release")
def test_a_map_is_drawn_with_boundaries_only_when_they_hold_all_its_areas(release: Path, tmp_path: Path) -> None:
    from dashboard.places import maps
    from dashboard.plan import load_plan

    item: TileMap = MAPS["kelurahan"]
    whole = [square(tile.code, place) for place, tile in enumerate(item.tiles)]
    tables = Tables(release)
    full = written(tmp_path / "full.geojson", whole)
    part = written(tmp_path / "part.geojson", whole[1:])
    assert [len(found["shapes"]) for found in maps(tables, load_plan(), [item], [full])] == [18]
    assert [len(found["shapes"]) for found in maps(tables, load_plan(), [item], [part])] == [0]
    assert [len(found["shapes"]) for found in maps(tables, load_plan(), [item])] == [0]


@pytest.mark.xdist_group("release")
@pytest.mark.skipif(not FILES["kecamatan"].exists(), reason="no boundary files beside this checkout")
def test_real_boundaries_make_a_page_that_is_still_light(release: Path) -> None:
    found = render(release, boundaries=list(FILES.values()))
    assert '"shapes":[["35.16.01",{"type":"Polygon"' in found
    assert len(found.encode()) < 3_000_000
