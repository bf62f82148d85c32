"""A release's published parquet files as rows, for the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Row = dict[str, Any]
# Whole numbers up to here are exact in a double.
EXACT = 10**15


class Tables:
    """The parquet files of the release in `folder`; what a release does not have is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, name: str, columns: Sequence[str] | None = None) -> list[Row]:
        """All rows of `<name>.parquet`, with those of `columns` that it has."""
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            return []
        held = set(pq.read_schema(path).names)
        wanted = None if columns is None else [column for column in columns if column in held]
        found: list[Row] = pq.read_table(path, columns=wanted).to_pylist()
        return found

    @cached_property
    def regions(self) -> dict[str, Row]:
        """The regions in force, by code."""
        return {row["code"]: row for row in self.rows("core_region") if row["valid_to"] is None}

    @cached_property
    def indicators(self) -> dict[str, Row]:
        """All indicators, by id."""
        return {row["id"]: row for row in self.rows("core_indicator")}

    @cached_property
    def sources(self) -> dict[str, Row]:
        """All sources, by id."""
        return {row["source"]: row for row in self.rows("core_source")}

    @cached_property
    def values(self) -> list[Row]:
        """The joint values in force."""
        return [row for row in self.rows("joint_indicator_value") if row["superseded_at"] is None]

    @cached_property
    def observations(self) -> list[Row]:
        """The published figures in force, of all sources."""
        return [row for row in self.rows("core_observation") if row["superseded_at"] is None]

    @cached_property
    def release_id(self) -> str:
        """The name of the release, "" in a folder that is none."""
        path = self.folder / "release.json"
        return str(json.loads(path.read_text("utf-8"))["id"]) if path.is_file() else ""

    @cached_property
    def seen_to(self) -> date | None:
        """The newest day on which a file in force was first seen."""
        return max((row["first_seen"] for row in self.rows("core_snapshot", ["first_seen"])), default=None)

    def of_role(self, *roles: str) -> list[Row]:
        """Regions by their part in the joint tables, in the order of `roles`; cities before regencies."""
        found = [row for row in self.regions.values() if row["region_role"] in roles]
        return sorted(found, key=lambda row: (roles.index(row["region_role"]), row["level"], row["code"]))

    @cached_property
    def shown(self) -> list[Row]:
        """The regions with lines in the charts: agglomerations, members, their named peers, the province."""
        joint, provinces = self.of_role("agglomeration"), self.of_role("province")
        named = {code for row in joint for code in codes_in(row["peers"])}
        near = {row["code"] for row in provinces}
        peers = [row for code, row in self.regions.items() if code in named]
        peers.sort(key=lambda row: (row["parent"] not in near, row["code"]))
        return [*joint, *self.of_role("member"), *peers, *provinces]


def codes_in(text: str | None) -> list[str]:
    """The codes in a list such as "35.16, 35.76"."""
    return text.split(", ") if text else []


def plain(value: Any) -> Any:
    """A value as JSON knows it: whole numbers without a point, exact decimals as numbers, days as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def synthetic(rows: Iterable[Row]) -> bool:
    """Whether any of the rows is an example that nobody published."""
    return any(row["synthetic"] for row in rows)
