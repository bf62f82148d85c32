"""From kelurahan and desa up to kecamatan, government and agglomeration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from catalog.load import Catalog
from transforms.evaluation import EXAMPLE
from transforms.joint_frames import NOTICE

UNITS = ("urban_village", "village")
GOVERNMENTS = ("regency", "city")
AGGLOMERATION = "agglomeration"


@dataclass(frozen=True)
class Place:
    """A region that is reported on: its code, name, level, and its kecamatan and government where it has one."""

    code: str
    name: str
    level: str
    kecamatan: str | None = None
    government: str | None = None


def place(code: str, catalog: Catalog) -> Place:
    """What is known of a region or an agglomeration by its code."""
    if code in catalog.agglomerations:
        return Place(code, catalog.agglomerations[code].label.id, AGGLOMERATION)
    chain = [catalog.regions_by_code[item] for item in chain_of(code, catalog)]
    found = {region.level: region.code for region in chain}
    government = next((found[level] for level in GOVERNMENTS if level in found), None)
    return Place(code, chain[0].name, chain[0].level, found.get("subdistrict"), government)


def chain_of(code: str, catalog: Catalog) -> list[str]:
    """A region and the regions above it up to its government: kelurahan, kecamatan, city; by codes in force now."""
    found = []
    region = catalog.regions_by_code.get(lasting(code, catalog))
    while region is not None and region.level != "province":
        found.append(region.code)
        region = catalog.regions_by_code.get(region.parent or "")
    return found


def lasting(code: str, catalog: Catalog) -> str:
    """The code that a former code of the same area has today; a code in force, or one without successor, itself."""
    former = {region.code: region.successor for region in catalog.regions if region.successor}
    seen = {code}
    while code not in catalog.regions_by_code and code in former and former[code] not in seen:
        code = str(former[code])
        seen.add(code)
    return code


def notice_of(where: Place, *, synthetic: bool) -> str | None:
    """What must be read with figures of a place: that they are joint ones, and that they are an example."""
    told = [NOTICE] * (where.level == AGGLOMERATION) + [EXAMPLE] * synthetic
    return "; ".join(told) or None


def places_above(code: str, catalog: Catalog) -> list[str]:
    """The region itself, its kecamatan and government, and every agglomeration that the government is a member of."""
    chain = chain_of(code, catalog)
    return [*chain, *(item.id for item in catalog.agglomerations.values() if chain and chain[-1] in item.members)]


def rolled_up(frame: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Each row once for every place above its `region_code`, in a further column `at`; unknown codes raise KeyError."""
    codes = frame["region_code"].unique()
    above = {code: places_above(code, catalog) for code in codes}
    lost = sorted(str(code) for code, places in above.items() if not places)
    if lost:
        raise KeyError(f"no region of the catalog: {', '.join(lost)}")
    return frame.assign(at=frame["region_code"].map(above)).explode("at", ignore_index=True)


def units_under(codes: Iterable[str], catalog: Catalog) -> dict[str, set[str]]:
    """The kelurahan and desa in force under each place; a unit stands under itself."""
    found: dict[str, set[str]] = {code: set() for code in codes}
    for region in catalog.regions_by_code.values():
        if region.level in UNITS:
            for code in places_above(region.code, catalog):
                if code in found:
                    found[code].add(region.code)
    return found
