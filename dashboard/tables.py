"""The published tables of a release as the workbook and the message read them: joint totals by place and year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from catalog.load import DOMAINS

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


def read_tables(release: Path) -> Tables:
    """Read the release in the directory `release`."""
    figures: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in read(release, "joint_indicator_value", FIGURE):
        if row["superseded_at"] is None and row["breakdown"] == "_T":
            figures[row["indicator"], row["region_code"]][row["year"]] = row
    days = [row["first_seen"] for row in read(release, "core_snapshot", ["first_seen"])]
    indicators = sorted(
        read(release, "core_indicator"), key=lambda row: (DOMAINS.index(row["domain"]), row["label_id"], row["id"])
    )
    return Tables(tuple(indicators), _groups(read(release, "core_region")), dict(figures), max(days, default=None))


def read(release: Path, name: str, columns: list[str] | None = None) -> list[Row]:
    """The rows of one published table, in the order in which they are published."""
    rows: list[Row] = pq.read_table(release / f"{name}.parquet", columns=columns).to_pylist()
    return rows


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

    A survey's difference says nothing of significance: the reader is told so beside it.
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
    return Change(now["value"] - before["value"])
