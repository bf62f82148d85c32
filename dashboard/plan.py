"""What stands where on the page: headline figures, featured charts, measures of the maps, and the tile maps."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from catalog.strict import Bilingual, Declared, explain_errors

HERE = Path(__file__).resolve().parent


class Measure(Declared):
    """A column that a map can show; `where` picks the rows of its table, the newest year with a figure counts."""

    map: str
    column: str
    label: Bilingual
    unit: Bilingual
    decimals: int = Field(ge=0, le=6)
    table: str = "joint_kelurahan_profile"
    where: dict[str, str] = {}


class Plan(Declared):
    """The page's own choices, `page.toml`."""

    headline: list[str]
    featured: dict[str, list[str]]
    measure: list[Measure] = []


class Tile(Declared):
    """One area on a tile map; "/" in its label is a line break."""

    code: str
    label: str
    col: int = Field(ge=0)
    row: int = Field(ge=0)


class TileMap(Declared):
    """A grid of equal squares, each near the real place of its area."""

    id: str
    level: str
    label: Bilingual
    tiles: list[Tile]


class TileMaps(Declared):
    """All tile maps, `tiles.toml`."""

    map: list[TileMap]


@cache
def load_plan(path: Path = HERE / "page.toml") -> Plan:
    """The page's choices; raises `DeclarationError` naming the key at fault."""
    with explain_errors(path.name, Plan):
        return Plan.model_validate(tomllib.loads(path.read_text("utf-8")))


@cache
def load_tiles(path: Path = HERE / "tiles.toml") -> tuple[TileMap, ...]:
    """The tile maps; raises `DeclarationError` naming the key at fault."""
    with explain_errors(path.name, TileMaps):
        return tuple(TileMaps.model_validate(tomllib.loads(path.read_text("utf-8"))).map)
