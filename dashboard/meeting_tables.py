"""The published tables of a release as the workbook and the message read them: joint totals by place and year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.load import DOMAINS, Catalog

Row = dict[str, Any]
NOT_IN_SOURCES = "not_in_sources"
FIGURE = [
    "indicator",
    "region_code",
    "year",
    "breakdown",
    "value",
    "obs_status",
    "break_flag",
    "method",
    "exactness",
    "null_reason",
    "source",
    "evidence",
    "synthetic",
    "notice",
    "superseded_at",
]


@dataclass(frozen=True)
class Change:
    """A value against the very year before it: the difference in its unit, or why there is none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Place:
    """An agglomeration or a region shown with it; `joint` says that its figures are computed jointly."""

    code: str
    name: str
    level: str
    joint: bool


@dataclass(frozen=True)
class Tables:
    """What a release says now: dictionary, places, and the current total of every indicator by place and year."""

    indicators: tuple[Row, ...]
    groups: tuple[tuple[Place, ...], ...]
    figures: Mapping[tuple[str, str], Mapping[int, Row]]
    seen: date | None

    def years(self, indicator: str, place: str) -> Mapping[int, Row]:
        """The rows of a series by year; empty for one that the release does not know."""
        return self.figures.get((indicator, place), {})

    def newest(self, indicator: str, place: str) -> Row | None:
        """The row of the newest year with a value, else the newest empty row, else None."""
        rows = self.years(indicator, place)
        filled = [year for year, row in rows.items() if row["value"] is not None]
        return rows[max(filled or rows)] if rows else None


def read_tables(release: Path, catalog: Catalog) -> Tables:
    """Read the release in the directory `release`; indicators stand in the order of the catalog."""
    groups = _groups(read(release, "core_region"))
    shown = sorted({place.code for group in groups for place in group})
    figures: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in _current_totals(release, shown):
        figures[row["indicator"], row["region_code"]][row["year"]] = row
    days = [row["first_seen"] for row in read(release, "core_snapshot", ["first_seen"])]
    order = {name: number for number, name in enumerate(catalog.indicators)}
    indicators = sorted(
        read(release, "core_indicator"),
        key=lambda row: (DOMAINS.index(row["domain"]), order.get(row["id"], len(order)), row["id"]),
    )
    return Tables(tuple(indicators), groups, dict(figures), max(days, default=None))


def _current_totals(release: Path, places: list[str]) -> list[Row]:
    """The current total of every indicator at the places shown; filtered before rows become Python objects."""
    table = pq.read_table(release / "joint_indicator_value.parquet", columns=FIGURE)
    places_shown = pc.is_in(table["region_code"].cast(pa.string()), value_set=pa.array(places, pa.string()))
    totals = pc.equal(table["breakdown"].cast(pa.string()), pa.scalar("_T"))
    current = pc.is_null(table["superseded_at"])
    rows: list[Row] = table.filter(pc.and_(pc.and_(places_shown, totals), current)).to_pylist()
    return rows


def read(release: Path, name: str, columns: list[str] | None = None) -> list[Row]:
    """The rows of one published table, in the order in which they are published."""
    rows: list[Row] = pq.read_table(release / f"{name}.parquet", columns=columns).to_pylist()
    return rows


def described(release: Path, name: str) -> Row | None:
    """A measure that changes name by table and column, with the words that its parquet column carries itself.

    In the form of a row of core_indicator; None for an indicator or a column that the release does not have.
    """
    table, _, column = name.rpartition(".")
    path = release / f"joint_{table}.parquet"
    if not table or not path.is_file():
        return None
    schema = pq.read_schema(path)
    if column not in schema.names:
        return None
    words = {key.decode(): text.decode() for key, text in (schema.field(column).metadata or {}).items()}
    unit = words.get("unit", "")
    told = {"label_id": words.get("label_id", name), "label_en": words.get("label_en", name)}
    return {"id": name, **told, "unit_label_id": unit, "unit_label_en": unit, "decimals": None}


def _groups(regions: list[Row]) -> tuple[tuple[Place, ...], ...]:
    """Every agglomeration with its members and their province, the agglomeration first."""
    current = {row["code"]: row for row in regions if row["valid_to"] is None}
    provinces = sorted(code for code, row in current.items() if row["region_role"] == "province")
    groups = []
    for code in sorted(code for code, row in current.items() if row["region_role"] == "agglomeration"):
        members = [name.strip() for name in (current[code]["members"] or "").split(",")]
        parents = {current[name]["parent"] for name in members if name in current}
        shown = [code, *members, *(name for name in provinces if name in parents)]
        groups.append(tuple(_place(current[name]) for name in shown if name in current))
    return tuple(groups)


def _place(row: Row) -> Place:
    return Place(row["code"], row["name"], row["level"], row["region_role"] == "agglomeration")


def change_of(years: Mapping[int, Row], year: int) -> Change:
    """The difference to the very year before, within one series; `reason` is a code of the catalog or of terms.toml.

    A difference of doubles is rounded to ten digits, far below any that is shown. A survey's difference says nothing
    of significance: the reader is told so beside it.
    """
    now, before = years[year], years.get(year - 1)
    if now["value"] is None:
        return Change(None)
    if now["break_flag"]:
        return Change(None, "break_in_series")
    if before is None or before["value"] is None:
        return Change(None, "no_previous_year")
    if (now["method"], now["exactness"]) != (before["method"], before["exactness"]):
        return Change(None, "rule_change")
    if now["source"] != before["source"]:
        return Change(None, "different_sources")
    return Change(round(now["value"] - before["value"], 10))
