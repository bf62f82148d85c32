"""joint.kelurahan_evaluation: how far each desa and kelurahan has come, by the scheme it was evaluated under.

Published points are never changed. A total is the sum of the three fields; the class that the office states speaks,
the computed one stands beside it, and a score between two bands has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from catalog.classification import Scheme
from catalog.load import Catalog
from catalog.models import Region
from transforms.record_places import units_in_force

UNIT_TYPES = {"urban_village": "kelurahan", "village": "desa"}
NOT_EVALUATED, QUARANTINED, UNCLASSIFIED = "not_evaluated", "quarantined", "unclassified"
BETWEEN, NO_BANDS = "between_bands", "no_bands"
EXAMPLE = "contoh, bukan angka terbitan / an example, published by nobody"
COMPUTED = "kelas hitungan, bukan ketetapan kantor / a computed class, not one that an office has stated"
Row = dict[str, Any]
Key = tuple[str, int, str]


@dataclass(frozen=True)
class Unit:
    """A desa or kelurahan in force in one year; `lasting` is its code today, whatever it was in that year."""

    region: Region
    lasting: str
    government: str

    @property
    def unit_type(self) -> str:
        """Desa or kelurahan, which have bands of their own."""
        return UNIT_TYPES[self.region.level]


class Units:
    """The units in force year by year in the members of all agglomerations."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[int, list[Unit]] = {}
        self._successor = {region.code: region.successor for region in catalog.regions if region.successor}

    def of(self, year: int) -> list[Unit]:
        """The units in force in a year, sorted by code."""
        if year not in self._known:
            self._known[year] = [
                Unit(region, self._lasting(region.code), government)
                for government in self._governments
                for region in units_in_force(self._catalog, government, year, UNIT_TYPES)
            ]
        return self._known[year]

    def recut(self, year: int) -> set[str]:
        """The kecamatan that hold other units than the year before: their series breaks in `year`."""
        now, before = self._by_kecamatan(year), self._by_kecamatan(year - 1)
        return {code for code in now if now[code] != before.get(code)}

    def _by_kecamatan(self, year: int) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for unit in self.of(year):
            found[unit.region.parent or ""].add(unit.lasting)
        return found

    @cached_property
    def _governments(self) -> list[str]:
        return sorted({code for group in self._catalog.agglomerations.values() for code in group.members})

    def _lasting(self, code: str) -> str:
        seen = {code}
        while code in self._successor and self._successor[code] not in seen:
            code = self._successor[code]
            seen.add(code)
        return code


def evaluation_rows(records: Iterable[Mapping[str, Any]], catalog: Catalog, waiting: Collection[Key] = ()) -> list[Row]:
    """One row per scheme, data year and unit in force that year, evaluated or not.

    `records` are evaluations in force (their fields, and source, evidence, synthetic, precedence and vintage);
    `waiting` are the scheme, year and region of those in quarantine. Where two sources speak of one unit and year,
    one that is no example speaks before one that is, then by precedence.
    """
    spoken = _spoken(records)
    units, found = Units(catalog), list[Row]()
    fields = {item.id: item.fields for item in catalog.schemes}
    for name, year in sorted({(scheme, year) for scheme, year, _ in spoken}):
        scheme, before = _scheme(catalog, name, year), _scheme(catalog, name, year - 1)
        recut = units.recut(year)
        last = {
            unit.lasting: spoken[name, year - 1, unit.region.code]
            for unit in units.of(year - 1)
            if (name, year - 1, unit.region.code) in spoken
        }
        rows = []
        for unit in units.of(year):
            place = _place_columns(unit, catalog, recut)
            record = spoken.get((name, year, unit.region.code))
            shared = {**place, "scheme": name, "band_version": scheme.version if scheme else None, "data_year": year}
            if record is None:
                why = QUARANTINED if (name, year, unit.region.code) in waiting else NOT_EVALUATED
                rows.append({**shared, "synthetic": False, "null_reason": why})
                continue
            reason = _not_comparable(record, last.get(unit.lasting), broken=scheme != before)
            known = None if reason else last[unit.lasting]
            points = _evaluated(record, known, fields[name], unit, scheme)
            rows.append({**shared, **points, "change_null_reason": reason})
        found += _ranked(rows)
    return found


def _spoken(records: Iterable[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    ordered = sorted(records, key=lambda row: (row["synthetic"], row["precedence"], row["source"]), reverse=True)
    return {(row["scheme"], row["data_year"], row["region_code"]): row for row in ordered}


def _scheme(catalog: Catalog, name: str, year: int) -> Scheme | None:
    return next((item for item in catalog.schemes if item.id == name and item.covers(year)), None)


def _place_columns(unit: Unit, catalog: Catalog, recut: set[str]) -> Row:
    kecamatan = unit.region.parent or ""
    return {
        "region_code": unit.region.code,
        "region_name": unit.region.name,
        "unit_type": unit.unit_type,
        "kecamatan": kecamatan,
        "kecamatan_name": _latest(catalog, kecamatan).name,
        "government": unit.government,
        "kecamatan_break": kecamatan in recut,
    }


def _latest(catalog: Catalog, code: str) -> Region:
    """The region of a code, in force or not, as it is called last."""
    return [region for region in catalog.regions if region.code == code][-1]


def _evaluated(
    record: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    names: Sequence[str],
    unit: Unit,
    scheme: Scheme | None,
) -> Row:
    points = {name: Decimal(record[name]) for name in names}
    total = sum(points.values(), Decimal(0))
    band = scheme.band_of(total, unit.unit_type) if scheme else None
    computed = band.class_id if band else None
    official, printed = record["class_official"], record["total_printed"]
    change = {name: points[name] - Decimal(last[name]) for name in names} if last else {}
    stands = official or computed
    return {
        "evaluation_year": record["evaluation_year"],
        **{name: _float(value) for name, value in points.items()},
        "total": _float(total),
        "total_printed": _float(printed),
        "total_differs": None if printed is None else Decimal(printed) != total,
        "class": stands,
        "class_basis": None if stands is None else "official" if official else "computed",
        "class_official": official,
        "class_computed": computed,
        "band_evidence": band.band_evidence if band else None,
        "band_min": float(band.min) if band else None,
        "band_max": float(band.max) if band and band.max is not None else None,
        "class_differs": official != computed if official and computed else None,
        "change": _float(sum(change.values(), Decimal(0))) if last else None,
        **{f"change_{name}": _float(value) for name, value in change.items()},
        "lifted_by": _furthest(change, max),
        "lowered_by": _furthest(change, min),
        **_next(total, computed, unit, scheme),
        "warnings": "; ".join(_warnings(points, change, printed, band is None, scheme)) or None,
        "null_reason": None if computed else BETWEEN if scheme else NO_BANDS,
        "source": record["source"],
        "evidence": record["evidence"],
        "synthetic": record["synthetic"],
        "vintage": record["vintage"],
        "notice": "; ".join(
            text for text, holds in ((EXAMPLE, record["synthetic"]), (COMPUTED, not official and stands)) if holds
        )
        or None,
    }


def _not_comparable(record: Mapping[str, Any], last: Mapping[str, Any] | None, *, broken: bool) -> str | None:
    """Why a record has no change from the year before; None where it has one."""
    if last is None:
        return "no_previous_year"
    if broken:
        return "break_in_series"
    return None if last["synthetic"] == record["synthetic"] else "different_sources"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _furthest(change: Mapping[str, Decimal], of: Callable[[Iterable[Decimal]], Decimal]) -> str | None:
    """The fields that moved the total furthest up (`max`) or down (`min`); those that moved equally, all."""
    most = of(change.values()) if change else Decimal(0)
    wrong_way = most <= 0 if of is max else most >= 0
    return None if wrong_way else ", ".join(name for name in sorted(change) if change[name] == most)


def _next(total: Decimal, computed: str | None, unit: Unit, scheme: Scheme | None) -> Row:
    """The next class and how many points are missing to it; empty in the highest class and between two."""
    if scheme is None or computed is None:
        return {}
    above = [band for band in scheme.bands_of(unit.unit_type) if band.min > total]
    return {"next_class": above[0].class_id, "points_to_next": _float(above[0].min - total)} if above else {}


def _warnings(
    points: Mapping[str, Decimal],
    change: Mapping[str, Decimal],
    printed: Decimal | None,
    between: bool,
    scheme: Scheme | None,
) -> Iterable[str]:
    """What a reader should doubt: an unfilled form, a change that is one of filling, a score without a class, a sum.

    A change is one of filling where a field stands empty in one of the two years, or it is as large as a jump.
    """
    for name in points:
        if points[name] == 0:
            yield f"field_not_filled:{name}"
    refilled = any(moved and points[name] in (0, moved) for name, moved in change.items())
    if scheme and change and (refilled or abs(sum(change.values(), Decimal(0))) >= scheme.jump):
        yield "filling_artefact"
    if scheme and between:
        yield BETWEEN
    if printed is not None and Decimal(printed) != sum(points.values()):
        yield "total_differs"


def _ranked(rows: list[Row]) -> list[Row]:
    """The rows with their ranks by total, highest first, among units of one type; examples only among examples."""
    for scope in ("kecamatan", "government"):
        groups: dict[tuple[Any, ...], list[float]] = defaultdict(list)
        for row in rows:
            if row.get("total") is not None:
                groups[row[scope], row["unit_type"], row["synthetic"]].append(row["total"])
        for row in rows:
            totals = groups[row[scope], row["unit_type"], row["synthetic"]]
            if row.get("total") is not None:
                row[f"rank_{scope}"] = 1 + sum(other > row["total"] for other in totals)
                row[f"tied_{scope}"] = sum(other == row["total"] for other in totals) - 1
                row[f"ranked_{scope}"] = len(totals)
    return rows


def evaluation_counts(rows: Sequence[Row], catalog: Catalog) -> list[Row]:
    """Units per class for each kecamatan, government and agglomeration: every unit in force is in one class.

    Units without an evaluation count as `not_evaluated`, those whose score has no class as `unclassified`. A total
    with an example among its units is an example.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        of_group = [item.id for item in catalog.agglomerations.values() if row["government"] in item.members]
        for region in (row["kecamatan"], row["government"], *of_group):
            groups[row["scheme"], row["data_year"], region, row["unit_type"]].append(row)
    classes = {item.id: item.classes for item in catalog.schemes}
    return [
        {"scheme": scheme, "data_year": year, "unit_type": unit_type, **counted}
        for (scheme, year, region, unit_type), members in sorted(groups.items())
        for counted in _counted(members, [*classes[scheme], UNCLASSIFIED, NOT_EVALUATED], region, catalog)
    ]


def _counted(members: Sequence[Row], classes: Sequence[str], region: str, catalog: Catalog) -> Iterable[Row]:
    evaluated = [row for row in members if row.get("source")]
    group = catalog.agglomerations.get(region)
    known = None if group else _latest(catalog, region)
    shared = {
        "region_code": region,
        "region_name": group.label.id if group else _latest(catalog, region).name,
        "level": known.level if known else "agglomeration",
        "units_in_force": len(members),
        "break_flag": known is not None and known.level == "subdistrict" and members[0]["kecamatan_break"],
        "sources": "; ".join(sorted({row["source"] for row in evaluated})) or None,
        "synthetic": any(row["synthetic"] for row in members),
        "vintage": max((row["vintage"] for row in evaluated), default=None),
    }
    for name in classes:
        inside = [row for row in members if _class_of(row) == name]
        yield {
            **shared,
            "class": name,
            "units": len(inside),
            "units_official": sum(row.get("class_basis") == "official" for row in inside),
            "notice": EXAMPLE if shared["synthetic"] else None,
        }


def _class_of(row: Row) -> str:
    return str(row.get("class") or (UNCLASSIFIED if row.get("source") else NOT_EVALUATED))
