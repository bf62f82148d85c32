"""What two releases say otherwise: every joint value and measure of records that came, went or changed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from warehouse.build import Build
from warehouse.model import load_model
from warehouse.record_changes import Held, record_changes
from warehouse.record_measures import load_record_measures
from warehouse.shard import files_of, parquet_list
from warehouse.shelf import ReleaseMissing
from warehouse.sqlfiles import literal_path, load_sql, names, text

CHANGE = "meta.change"
KEY = ("indicator", "region_code", "period", "breakdown")
# What changes are read from: the values, and the way from each to the corrections behind it.
READ = {
    "value": "joint.indicator_value",
    "input": "joint.indicator_input",
    "observation": "core.observation",
    "lineage": "core.lineage",
}


def load_changes(build: Build, previous: Path | None) -> None:
    """Fill meta.change against the release in the directory `previous`; the first release has nothing to compare."""
    before = _on_shelf(previous) if previous is not None else None
    if previous is not None and before is not None:
        records = {
            item.name: Held(f"joint.{item.name}", build.tables[f"joint.{item.name}"].names)
            for item in load_record_measures().tables
        }
        asked = (_question(READ, before), record_changes(records, _records_on_shelf(previous)))
        table = build.tables[CHANGE]
        for found in filter(None, asked):
            build.con.execute(load_sql("insert", table=CHANGE, columns=names(table.names), rows=f"({found})"))


def changes_between(old: Path, new: Path) -> list[dict[str, Any]]:
    """The rows of meta.change between two releases by their directories, sorted by key.

    Raises `ReleaseMissing` when one of them lacks a table that changes are read from.
    """
    sides = {directory: _on_shelf(directory) for directory in (old, new)}
    for directory, tables in sides.items():
        if tables is None:
            raise ReleaseMissing(f"{directory.name}: the parquet files that a comparison reads are not there")
    asked = (_question(sides[new] or {}, sides[old] or {}), record_changes(*map(_records_on_shelf, (new, old))))
    found: list[dict[str, Any]] = []
    with duckdb.connect() as con:
        for question in filter(None, asked):
            result = con.execute(question)
            columns = [column[0] for column in result.description or []]
            found += [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    return sorted(found, key=lambda row: tuple(row[name] for name in KEY))


def _on_shelf(directory: Path) -> Mapping[str, str] | None:
    """The tables of a release as DuckDB reads them from its parquet files; None when one is missing."""
    files = {table.full_name: table.file for table in load_model().tables}
    if not all(files_of(directory, files[name])[0].is_file() for name in READ.values()):
        return None
    return {role: f"read_parquet({parquet_list(directory, files[name])})" for role, name in READ.items()}


def _records_on_shelf(directory: Path) -> dict[str, Held]:
    """The tables made of records that a release has as parquet files, by name."""
    found = {}
    for item in load_record_measures().tables:
        file = directory / next(table.file for table in load_model().tables if table.full_name == f"joint.{item.name}")
        if file.is_file():
            found[item.name] = Held(f"read_parquet({text(literal_path(file))})", pq.read_schema(file).names)
    return found


def _question(now: Mapping[str, str], before: Mapping[str, str]) -> str:
    return load_sql(
        "changes",
        now_value=now["value"],
        before_value=before["value"],
        now_corrected=load_sql("corrected", **now),
        before_corrected=load_sql("corrected", **before),
    )
