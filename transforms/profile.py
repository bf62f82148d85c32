"""joint.kelurahan_profile: one row per kelurahan or desa and year, with three strengths and three problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.load import Catalog
from catalog.monitoring import ProfileRule
from catalog.words import number
from transforms.complaints import People
from transforms.evaluation import EXAMPLE
from transforms.rollup import UNITS, Place, place
from transforms.values import TOTAL

Row = dict[str, Any]
Key = tuple[str, int]
MOST, DIGITS = 3, 4
# Columns taken over as they are, by the table that they come from.
FROM_EVALUATION = ("class", "class_basis", "total", "change", "rank_kecamatan", "ranked_kecamatan", "warnings")
FROM_DELIVERY = {"quarter": "delivery_quarter", "activities": "activities", "verdict": "delivery_verdict"} | {
    name: name for name in ("physical_realisation", "budget_realisation", "findings")
}
FROM_COMPLAINTS = ("complaints", "complaints_per_1000", "median_close_hours", "backlog", "satisfaction")
WHOLE_YEAR = 12


def profile_rows(
    evaluations: Iterable[Row],
    deliveries: Iterable[Row],
    complaints: Iterable[Row],
    facilities: Iterable[Row],
    people: Mapping[Key, People],
    areas: Mapping[str, tuple[int, float]],
    catalog: Catalog,
) -> list[Row]:
    """One row per unit and year of which any of the tables speaks, sorted by code and year.

    The tables are those of this package; of programmes the last quarter of the year counts, of complaints the whole
    year. `areas` gives a unit's year and square kilometres. Examples give way to real figures of the same table.
    """
    ways = catalog.monitoring
    tables = {
        "evaluation": _by_key(row for row in evaluations if row.get("source")),
        "delivery": _by_key((row for row in deliveries if row["programme"] == TOTAL), last="quarter"),
        "complaints": _by_key(
            row for row in complaints if row["category"] == TOTAL and len(row["period"]) == len("2025")
        ),
        "facility": _by_key(row for row in facilities if row["facility"] == ways.profile.facility),
    }
    keys = sorted({key for table in tables.values() for key in table})
    rows = []
    for code, year in keys:
        where = place(code, catalog)
        if where.level in UNITS:
            parts = {name: table.get((code, year)) for name, table in tables.items()}
            rows.append(_row(where, year, parts, people.get((code, year)), areas.get(code), catalog))
    return rows


def _by_key(rows: Iterable[Row], last: str | None = None) -> dict[Key, Row]:
    """Rows by unit and year: a real one before an example, then the one with the highest `last`."""
    found: dict[Key, Row] = {}
    for row in rows:
        key = (row["region_code"], row.get("year") or row["data_year"])
        rank = (not row["synthetic"], row[last] if last else 0)
        if key not in found or rank > (not found[key]["synthetic"], found[key][last] if last else 0):
            found[key] = row
    return found


def _row(
    where: Place,
    year: int,
    parts: Mapping[str, Row | None],
    people: People | None,
    area: tuple[int, float] | None,
    catalog: Catalog,
) -> Row:
    ways = catalog.monitoring
    taken = {
        "evaluation": _taken(parts["evaluation"], {name: name for name in FROM_EVALUATION}),
        "delivery": _taken(parts["delivery"], FROM_DELIVERY),
        "complaints": _taken(
            parts["complaints"], {**{name: name for name in FROM_COMPLAINTS}, "months": "complaint_months"}
        ),
        "facility": _taken(parts["facility"], {"facilities": "facilities"}),
    }
    found: Row = {name: value for columns in taken.values() for name, value in columns.items()}
    example = [name for part, columns in taken.items() if (parts[part] or {}).get("synthetic") for name in columns]
    said = sentences(found, catalog)
    if example:
        example += said
    return {
        "region_code": where.code,
        "region_name": where.name,
        "level": where.level,
        "kecamatan": where.kecamatan,
        "government": where.government,
        "year": year,
        "population": people.number if people else None,
        "population_indicator": people.indicator if people else None,
        "population_year": people.year if people else None,
        "area_km2": area[1] if area else None,
        "area_indicator": ways.profile.area if area else None,
        "area_year": area[0] if area else None,
        "density": round(people.number / area[1], DIGITS) if people and area and area[1] else None,
        **found,
        "facility": ways.profile.facility if parts["facility"] else None,
        **said,
        "complaints_null_reason": (parts["complaints"] or {}).get("null_reason"),
        "sources": "; ".join(sorted({row["source"] for row in parts.values() if row})),
        "synthetic": bool(example),
        "synthetic_columns": ", ".join(example) or None,
        "notice": EXAMPLE if example else None,
    }


def _taken(row: Row | None, names: Mapping[str, str]) -> Row:
    return {name: row.get(column) if row else None for column, name in names.items()}


def sentences(found: Row, catalog: Catalog) -> dict[str, str | None]:
    """Three strengths and three problems of a profile in either language, by column.

    What complaints of a part of the year say is left out: ten months with few of them are no year with few.
    """
    whole = found["complaint_months"] == WHOLE_YEAR
    heard = {name: value for name, value in found.items() if whole or name not in FROM_COMPLAINTS}
    rules = catalog.monitoring.profile_rules
    sides = {f"{side}s": _said(rules, side, heard, catalog) for side in ("strength", "problem")}
    return {f"{name}_{lang}": text for name, said in sides.items() for lang, text in said.items()}


def published_profiles(rows: Iterable[Row], complaints: Iterable[Row], catalog: Catalog) -> list[Row]:
    """Profiles as they may be published: what the rows of complaints no longer say is not said here either."""
    told = {
        (row["region_code"], row["year"], row["synthetic"]): row
        for row in complaints
        if row["category"] == TOTAL and len(row["period"]) == len("2025")
    }
    found = []
    for row in rows:
        example = "complaints" in (row["synthetic_columns"] or "").split(", ")
        shown = told.get((row["region_code"], row["year"], example))
        if shown is not None and shown["obs_status"] == "Q":
            kept = {**row, **{name: shown[name] for name in FROM_COMPLAINTS}}
            found.append({**kept, **sentences(kept, catalog), "complaints_null_reason": shown["null_reason"]})
        else:
            found.append(row)
    return found


def _said(rules: Sequence[ProfileRule], side: str, found: Row, catalog: Catalog) -> dict[str, str | None]:
    """The first three rules of one side that hold, in words; nothing where none does."""
    held = [rule for rule in rules if rule.side == side and rule.holds(found.get(rule.column))][:MOST]
    return {lang: "; ".join(_filled(rule, found, catalog, lang) for rule in held) or None for lang in ("id", "en")}


def _filled(rule: ProfileRule, found: Row, catalog: Catalog, lang: str) -> str:
    ways, value = catalog.monitoring, found[rule.column]
    target = ways.target_of(ways.profile.facility)
    facility = (target.label.get(lang).split(":", 1)[0] if target else ways.profile.facility).lower()
    told = value if isinstance(value, str) else number(round(float(value), 1), lang)
    return rule.text.get(lang).format(value=told, facility=facility)
