"""Kelurahan and desa: classes, profiles, programmes against plan, complaints; each as compact rows for the script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.encode import Once
from dashboard.tables import Row, Tables, plain, synthetic

EVALUATION = (
    "region_code", "region_name", "unit_type", "kecamatan_name", "government", "data_year", "class", "class_basis",
    "total", "change", "rank_kecamatan", "ranked_kecamatan", "points_to_next", "warnings", "synthetic",
)  # fmt: skip
COUNT = (
    "region_code", "region_name", "level", "data_year", "unit_type", "class", "units", "units_in_force",
    "synthetic",
)  # fmt: skip
DELIVERY = (
    "region_code", "region_name", "level", "programme", "period", "activities", "physical_realisation",
    "budget_realisation", "time_elapsed", "findings", "verdict", "null_reason", "synthetic",
)  # fmt: skip
COMPLAINTS = (
    "region_code", "region_name", "level", "period", "category", "calls", "complaints", "prank", "silent",
    "information", "complaints_per_1000", "median_close_hours", "backlog", "satisfaction", "months",
    "null_reason", "synthetic",
)  # fmt: skip
PROFILE = (
    "region_code", "region_name", "level", "kecamatan", "government", "year", "population", "population_year",
    "density", "class", "total", "rank_kecamatan", "ranked_kecamatan", "delivery_verdict", "physical_realisation",
    "budget_realisation", "complaints", "complaints_per_1000", "satisfaction", "strengths_id", "strengths_en",
    "problems_id", "problems_en", "synthetic",
)  # fmt: skip
LEVELS = ("agglomeration", "city", "regency", "subdistrict", "urban_village", "village")
PHRASES = {"strengths_id", "strengths_en", "problems_id", "problems_en"}


def records(tables: Tables) -> dict[str, Any]:
    """The five tables of records in compact form."""
    complaints = [
        row
        for row in tables.rows("joint_service_complaints")
        if row["category"] == "_T" or row["period"] == str(row["year"])
    ]
    return {
        "evaluation": packed(tables.rows("joint_kelurahan_evaluation"), EVALUATION),
        "count": packed(_ordered(tables.rows("joint_kelurahan_evaluation_count")), COUNT),
        "delivery": packed(_ordered(tables.rows("joint_programme_delivery")), DELIVERY),
        "complaints": packed(_ordered(complaints), COMPLAINTS),
        "profile": packed(_with_content(tables), PROFILE),
    }


def _ordered(rows: Sequence[Row]) -> list[Row]:
    """By level, the agglomeration first."""
    return sorted(rows, key=lambda row: (LEVELS.index(row["level"]), row["region_code"]))


def _with_content(tables: Tables) -> list[Row]:
    """Profiles that say something of strengths or problems, with the names of kecamatan in place of codes."""
    rows = tables.rows("joint_kelurahan_profile")
    kept = [row for row in rows if row["strengths_id"] or row["problems_id"]]
    names = {code: region["name"] for code, region in tables.regions.items()}
    return [{**row, "kecamatan": names.get(row["kecamatan"], row["kecamatan"])} for row in kept]


def packed(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, Any]:
    """Rows as columns; a column of texts as places in a list of its texts."""
    made: dict[str, Any] = {"n": len(rows), "example": int(synthetic(rows))}
    for column in columns:
        values = [row.get(column) for row in rows]
        made[column] = _column(values, phrases=column in PHRASES)
    return made


def _column(values: Sequence[Any], *, phrases: bool) -> Any:
    if all(value is None for value in values):
        return 0
    if not any(isinstance(value, str) for value in values):
        return [int(value) if isinstance(value, bool) else plain(value) for value in values]
    texts = Once()
    if phrases:
        places: list[Any] = [[texts.of(part) for part in value.split("; ")] if value else [] for value in values]
    else:
        places = [texts.of(value) for value in values]
    return {"t": texts.items, "p": places}
