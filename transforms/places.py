"""Places: codes and names to Kemendagri codes, never by string surgery and never by guessing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from catalog.load import Catalog
from catalog.models import Region

Problem = Literal["unknown", "ambiguous", "mismatch"]
KINDS = {
    "city": ("KOTA", "KOTAMADYA"),
    "regency": ("KABUPATEN", "KAB"),
    "province": ("PROVINSI", "PROV"),
    "subdistrict": ("KECAMATAN", "KEC"),
    "urban_village": ("KELURAHAN", "KEL"),
    "village": ("DESA",),
}
UPPER = ("nation", "province", "regency", "city")


@dataclass(frozen=True)
class Place:
    """A resolved place, or why it could not be resolved."""

    code: str | None
    problem: Problem | None = None


@lru_cache(maxsize=200_000)
def normal(name: str) -> str:
    """Upper case, letters only: the form in which names are compared."""
    return re.sub(r"[^A-Z]", "", name.upper())


class PlaceReader:
    """Resolves the codes and names of one contract.

    Names below kabupaten level are looked up only among the children of the parents that the contract
    expects, since Kauman, Balongsari and Pulorejo exist in both governments. `bare_name` is the level that the
    contract declares a name shared by two levels to mean.
    """

    def __init__(self, catalog: Catalog, expected: Iterable[str], bare_name: str | None = None) -> None:
        self._bare_name = bare_name
        self._regions = catalog.regions_by_code
        self._by_bps = {region.bps_code: code for code, region in self._regions.items()}
        self._names: dict[str, set[str]] = defaultdict(set)
        aliases = defaultdict(list)
        for code, alias in catalog.aliases:
            aliases[code].append(alias)
        for region in self._in_scope(set(expected)):
            for spelling in (region.name, *aliases[region.code]):
                self._add(region, spelling)

    def by_code(self, text: str, scheme: str, name: str | None = None) -> Place:
        """The place of a code in `scheme`; a name beside it must agree with it."""
        text = text.strip()
        code = self._by_bps.get(text) if scheme == "bps" else (text if text in self._regions else None)
        if code is None:
            return Place(None, "unknown")
        if name is not None and code not in self._names.get(normal(name), set()):
            return Place(None, "mismatch")
        return Place(code)

    def by_name(self, name: str) -> Place:
        """The place of a name; a bare name shared by a kabupaten and a kota is ambiguous unless declared."""
        found = self._names.get(normal(name), set())
        if len(found) > 1 and self._bare_name:
            found = {code for code in found if self._regions[code].level == self._bare_name} or found
        if len(found) == 1:
            return Place(next(iter(found)))
        return Place(None, "ambiguous" if found else "unknown")

    def candidates(self, name: str) -> list[Region]:
        """The regions that a name may mean, sorted by code."""
        return [self._regions[code] for code in sorted(self._names.get(normal(name), set()))]

    def _in_scope(self, expected: set[str]) -> Iterable[Region]:
        known = [self._regions[code] for code in expected if code in self._regions]
        parents = {region.parent for region in known if region.level not in UPPER}
        for region in self._regions.values():
            if region.level in UPPER or region.parent in parents:
                yield region

    def _add(self, region: Region, spelling: str) -> None:
        core = bare_name(region, spelling)
        self._names[normal(spelling)].add(region.code)
        self._names[core].add(region.code)
        for kind in KINDS.get(region.level, ()):
            self._names[kind + core].add(region.code)
            self._names[core + kind].add(region.code)


def place_reader(catalog: Catalog, expected: Iterable[str], bare_name: str | None = None) -> PlaceReader:
    """The reader of a contract; a province has thousands of names, and sixty files that expect the same places."""
    return _known_reader(_Kept(catalog), frozenset(expected), bare_name)


@dataclass(frozen=True)
class _Kept:
    """A catalog by what it declares, so that readers of equal ones are shared."""

    catalog: Catalog = field(compare=False)
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", self.catalog.digest)


@lru_cache(maxsize=8)
def _known_reader(kept: _Kept, expected: frozenset[str], bare_name: str | None) -> PlaceReader:
    return PlaceReader(kept.catalog, expected, bare_name)


def bare_name(region: Region, spelling: str) -> str:
    """A name without the word for its kind, in normal form: "Kota Mojokerto" is MOJOKERTO."""
    text = normal(spelling)
    for kind in KINDS.get(region.level, ()):
        if text.startswith(kind) and len(text) > len(kind):
            return text[len(kind) :]
    return text
