"""The part that each region plays in joint tables."""

from __future__ import annotations

from catalog.load import Catalog
from catalog.models import Indicator


def roles(catalog: Catalog) -> dict[str, str]:
    """The part each region plays in joint tables: every kab/kota of the province is a peer of the members."""
    found: dict[str, str] = {}
    for place in catalog.agglomerations.values():
        for region in catalog.regions_by_code.values():
            if region.parent == place.province and region.level in {"regency", "city"}:
                found.setdefault(region.code, "peer")
        found.update(dict.fromkeys(place.peers, "peer"))
        found[place.province] = "province"
    for place in catalog.agglomerations.values():
        found.update(dict.fromkeys(place.members, "member"))
        found[place.id] = "agglomeration"
    return found


def applies(indicator: Indicator, code: str, catalog: Catalog) -> bool:
    """Whether a region can have the indicator; an agglomeration can, as far as its members do."""
    region = catalog.regions_by_code.get(code)
    return region is None or not indicator.applies_to or region.level in indicator.applies_to
