"""A release's published parquet files as rows, for the page."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.strict import Bilingual

Row = dict[str, Any]
DATABASE = "mojoraya.duckdb"
# So few are looked for in a list on every row in a quarter of the time that a join takes.
FEW_KEYS = 64
# Whole numbers up to here are exact in a double.
EXACT = 10**15
KEY = ("indicator", "region_code", "period", "year", "breakdown")
VALUE = (
    *KEY, "value", "rounding_low", "rounding_high", "obs_status", "break_flag", "method", "exactness", "coverage",
    "null_reason", "source", "evidence", "synthetic", "vintage",
)  # fmt: skip
OBSERVATION = (*KEY, "observation_id", "value", "obs_status", "source", "synthetic", "vintage")
LINEAGE = (
    "observation_id", "publication", "file", "sheet", "source_line", "source_column", "cell", "raw", "done",
)  # fmt: skip


class Tables:
    """The parquet files of the release in `folder`; what a release does not have is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, list[Row]] = {}

    def rows(self, name: str) -> list[Row]:
        """All rows of `<name>.parquet`; not to be changed, for they are read once."""
        if name not in self._read:
            self._read[name] = self._table(name).to_pylist()
        return self._read[name]

    def _files(self, name: str) -> list[Path]:
        """`<name>.parquet`; where sources are large, `<name>.<source>.parquet` of each and one with all other rows."""
        whole = self.folder / f"{name}.parquet"
        return [*([whole] if whole.is_file() else []), *sorted(self.folder.glob(f"{name}.*.parquet"))]

    def _table(self, name: str, columns: Sequence[str] | None = None, kept: Any = None) -> pa.Table:
        """`<name>.parquet` with those of `columns` that it has; only the rows for which `kept` holds, if given."""
        paths = self._files(name)
        if not paths:
            return pa.table({})
        held = set(pq.read_schema(paths[0]).names)
        wanted = None if columns is None else [name for name in columns if name in held]
        # Every row group brings a dictionary of its own, and Arrow groups by one dictionary only.
        return pa.concat_tables(
            [pq.read_table(one, columns=wanted, filters=kept) for one in paths]
        ).unify_dictionaries()

    def _in_force(self, name: str, columns: Sequence[str], regions: Iterable[str] | None = None) -> pa.Table:
        """Some columns of the rows that nothing newer has taken the place of; of some regions, if given."""
        if len(self._files(name)) > 1:
            return self._large(name, columns, "region_code", regions, "superseded_at IS NULL")
        kept = pc.field("superseded_at").is_null()
        return self._table(name, columns, kept if regions is None else kept & _one_of("region_code", regions))

    def _large(
        self, name: str, columns: Sequence[str], key: str, wanted: Iterable[str] | None, kept: str = "true"
    ) -> pa.Table:
        """Some columns, each combination once, of a table in several files: of rows with one of some keys, if given.

        Such a table has millions of rows. The release's DuckDB file has the same, and finds a few much faster.
        """
        with duckdb.connect(str(self.folder / DATABASE), read_only=True) as con:
            rows = con.sql(f"FROM {name.replace('_', '.', 1)}").filter(kept)
            keys = None if wanted is None else list(wanted)
            if keys is not None and len(keys) <= FEW_KEYS:
                column, known = duckdb.ColumnExpression(key), duckdb.ConstantExpression(keys)
                rows = rows.filter(duckdb.FunctionExpression("list_contains", known, column))
            elif keys is not None:
                con.register("wanted", pa.table({key: pa.array(keys, pa.string())}))
                rows = rows.join(con.table("wanted"), key, how="semi")
            return rows.select(*columns).distinct().order("ALL").to_arrow_table()

    def label(self, name: str, column: str) -> Bilingual | None:
        """What a column of `<name>.parquet` holds, in words; None for a column that it does not have."""
        paths = self._files(name)
        schema = pq.read_schema(paths[0]) if paths else pa.schema([])
        told = schema.field(column).metadata if column in schema.names else None
        if not told or b"label_id" not in told:
            return None
        return Bilingual(id=told[b"label_id"].decode("utf-8"), en=told[b"label_en"].decode("utf-8"))

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
        """The joint values in force of the regions that are shown."""
        found: list[Row] = self._in_force(
            "joint_indicator_value", VALUE, (row["code"] for row in self.shown)
        ).to_pylist()
        return found

    @cached_property
    def totals(self) -> list[Row]:
        """Indicator, region, year and value of the joint totals in force of all regions."""
        table = self._in_force("joint_indicator_value", ["indicator", "region_code", "year", "breakdown", "value"])
        if not table.num_rows:
            return []
        total = pc.is_in(pc.cast(table["breakdown"], pa.string()), pa.array(["_T"], pa.string()))
        kept = table.filter(total).drop_columns(["breakdown"])
        found: list[Row] = kept.to_pylist()
        return found

    def observations(self, regions: Iterable[str]) -> list[Row]:
        """The published figures in force of some regions, of all sources."""
        found: list[Row] = self._in_force("core_observation", OBSERVATION, regions).to_pylist()
        return found

    @cached_property
    def sources_of(self) -> dict[str, list[str]]:
        """The sources behind each indicator, by its id: that print it or that its joint values rest on."""
        table = self._in_force("core_observation", ["indicator", "source"])
        printed = table.group_by(["indicator", "source"]).aggregate([]).to_pylist() if table.num_rows else []
        found: dict[str, set[str]] = {}
        for row in printed:
            found.setdefault(row["indicator"], set()).add(row["source"])
        for row in self.values:
            if row["source"]:
                found.setdefault(row["indicator"], set()).update(row["source"].split("; "))
        return {name: sorted(sources) for name, sources in found.items()}

    def lineage(self, observations: Iterable[str]) -> dict[str, Row]:
        """The way back from some published figures, by the id of each."""
        if len(self._files("core_lineage")) > 1:
            table = self._large("core_lineage", LINEAGE, "observation_id", observations)
        else:
            table = self._table("core_lineage", LINEAGE, _one_of("observation_id", observations))
        return {row["observation_id"]: row for row in table.to_pylist()}

    @cached_property
    def release_id(self) -> str:
        """The name of the release, "" in a folder that is none."""
        path = self.folder / "release.json"
        return str(json.loads(path.read_text("utf-8"))["id"]) if path.is_file() else ""

    @cached_property
    def seen_to(self) -> date | None:
        """The newest day on which a file in force was first seen."""
        return max((row["first_seen"] for row in self.rows("core_snapshot")), default=None)

    def of_role(self, *roles: str) -> list[Row]:
        """Regions by their part in the joint tables, in the order of `roles`; cities before regencies."""
        return of_role(self.regions.values(), *roles)

    @cached_property
    def shown(self) -> list[Row]:
        """The regions with lines in the charts."""
        return shown_of(self.regions.values())

    def members_of(self, region: Row) -> list[Row]:
        """The members of an agglomeration, cities first."""
        codes = codes_in(region["members"])
        return [row for row in self.of_role("member") if row["code"] in codes]


def _one_of(column: str, wanted: Iterable[str]) -> Any:
    """What holds for rows with one of some texts in a column."""
    return pc.field(column).cast(pa.string()).isin(pa.array(list(wanted), pa.string()))


def of_role(regions: Iterable[Row], *roles: str) -> list[Row]:
    """Those of some regions that have a part in the joint tables, in the order of `roles`; cities before regencies."""
    found = [row for row in regions if row["region_role"] in roles]
    return sorted(found, key=lambda row: (roles.index(row["region_role"]), row["level"], row["code"]))


def shown_of(regions: Collection[Row]) -> list[Row]:
    """The regions with lines in the charts: agglomerations, members, their named peers, the province."""
    joint, members, provinces = (of_role(regions, role) for role in ("agglomeration", "member", "province"))
    named = {code for row in joint for code in codes_in(row.get("peers"))} - {row["code"] for row in members}
    near = {row["code"] for row in provinces}
    peers = [row for row in regions if row["code"] in named]
    peers.sort(key=lambda row: (row["parent"] not in near, row["code"]))
    return [*joint, *members, *peers, *provinces]


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
