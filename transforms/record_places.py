"""The village of a record: by code or by name and kecamatan, checked against the codes in force in its year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from catalog.load import Catalog
from catalog.models import Region
from transforms.places import KINDS, bare_name, normal

Problem = Literal["unknown", "ambiguous", "mismatch", "expired", "not_yet", "outside"]


@dataclass(frozen=True)
class RecordPlace:
    """The code in force in the record's year, or why there is none; `hint` is the code to write instead."""

    code: str | None
    problem: Problem | None = None
    hint: str = ""
    done: str = ""


def in_force(region: Region, year: int) -> bool:
    """Whether a region's code is in force in a year."""
    return (region.valid_from or year) <= year <= (region.valid_to or year)


def units_in_force(catalog: Catalog, ancestor: str, year: int, levels: Iterable[str]) -> list[Region]:
    """The regions of some levels below `ancestor` whose codes are in force in `year`, sorted by code."""
    wanted, parents = set(levels), {region.code: region.parent for region in catalog.regions}
    found = [
        region
        for region in catalog.regions
        if region.level in wanted and in_force(region, year) and ancestor in _ancestors(region, parents)
    ]
    return sorted(found, key=lambda region: region.code)


def _ancestors(region: Region, parents: dict[str, str | None]) -> set[str]:
    found: set[str] = set()
    code = region.parent
    while code is not None and code not in found:
        found.add(code)
        code = parents.get(code)
    return found


class RecordPlaceReader:
    """Resolves the villages of one contract's records, among the regions of `levels` below `within`.

    A name is not enough where several villages have it (Kauman, Balongsari, Pulorejo): the name of the kecamatan
    decides, and without one the place is ambiguous. Where a code has a successor of the same area, declared in
    regions.csv, a record of a later year is carried forward to it.
    """

    def __init__(self, catalog: Catalog, within: Iterable[str], levels: Iterable[str]) -> None:
        wanted, scope = set(levels), set(within)
        parents = {region.code: region.parent for region in catalog.regions}
        self._by_code: dict[str, list[Region]] = defaultdict(list)
        self._by_bps: dict[str, list[Region]] = defaultdict(list)
        self._names: dict[str, list[Region]] = defaultdict(list)
        self._kecamatan: dict[str, set[str]] = defaultdict(set)
        self._inside: set[str] = set()
        aliases: dict[str, list[str]] = defaultdict(list)
        for code, alias in catalog.aliases:
            aliases[code].append(alias)
        for region in catalog.regions:
            inside = bool(scope & (_ancestors(region, parents) | {region.code}))
            if region.level in wanted:
                self._by_code[region.code].append(region)
                self._by_bps[region.bps_code].append(region)
            if region.level in wanted and inside:
                self._inside.add(region.code)
                for text in _spellings(region, aliases[region.code]):
                    self._names[text].append(region)
            elif inside:
                for text in _spellings(region, aliases[region.code]):
                    self._kecamatan[text].add(region.code)

    def read(self, code: str, scheme: str, name: str, parent: str, year: int | None) -> RecordPlace:
        """The place of a record; empty texts stand for what the file does not say."""
        if code:
            place = self._of_code(code, scheme, year)
            named = {region.code for region in self._named(name, parent, None)} if name and place.code else set()
            if name and place.code and not self._same(place.code, code, scheme, named):
                return RecordPlace(None, "mismatch")
            return place
        return self._of_name(name, parent, year)

    def _of_code(self, text: str, scheme: str, year: int | None) -> RecordPlace:
        known = self._listed(text, scheme)
        if not known:
            return RecordPlace(None, "unknown")
        valid = [region for region in known if year is None or in_force(region, year)]
        place = RecordPlace(valid[-1].code) if valid else self._carried(known[-1], year or 0)
        if place.code and place.code not in self._inside:
            return RecordPlace(None, "outside")
        return place

    def _listed(self, text: str, scheme: str) -> list[Region]:
        return (self._by_bps if scheme == "bps" else self._by_code).get(text.strip(), [])

    def _carried(self, region: Region, year: int) -> RecordPlace:
        """A code out of force: carried to the successor in force, or told which code the year asks for."""
        if region.valid_from is not None and year < region.valid_from:
            before = [old.code for olds in self._by_code.values() for old in olds if old.successor == region.code]
            return RecordPlace(None, "not_yet", hint=before[0] if before else "")
        for successor in self._by_code.get(region.successor or "", []):
            if in_force(successor, year):
                return RecordPlace(successor.code, done=f"code {region.code} carried forward to {successor.code}")
        return RecordPlace(None, "expired")

    def _same(self, code: str, text: str, scheme: str, named: set[str]) -> bool:
        return bool(named & {code, *(region.code for region in self._listed(text, scheme))})

    def _of_name(self, name: str, parent: str, year: int | None) -> RecordPlace:
        found = {region.code for region in self._named(name, parent, year)}
        if len(found) == 1:
            return RecordPlace(next(iter(found)))
        return RecordPlace(None, "ambiguous" if found else "unknown")

    def _named(self, name: str, parent: str, year: int | None) -> list[Region]:
        """The regions with a name in the kecamatan of that name, in force in `year` where it is known."""
        parents = self._kecamatan.get(normal(parent), set()) if parent else None
        return [
            region
            for region in self._names.get(normal(name), [])
            if (parents is None or region.parent in parents) and (year is None or in_force(region, year))
        ]


def _spellings(region: Region, aliases: Iterable[str]) -> set[str]:
    """The forms in which a region's name may be written, normalised."""
    found: set[str] = set()
    for spelling in (region.name, *aliases):
        core = bare_name(region, spelling)
        found |= {normal(spelling), core, *(kind + core for kind in KINDS.get(region.level, ()))}
    return found
