"""Build the writer's own warehouse file from nothing, in stages that a flow calls one by one.

The file is written aside and renamed over data/warehouse.duckdb when it is whole. It is a cache: nothing is ever
read back from it by another run, so a broken or missing one costs a rebuild and no figure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from catalog.contract import AnyContract
from catalog.load import Catalog
from catalog.models import Indicator, Unit
from transforms.joint_places import roles
from warehouse.arrow import as_table
from warehouse.columns import COLUMNS, published_tables
from warehouse.ddl import create_all, order_by
from warehouse.disk import put_in_place, remove_leftovers, temporary_name
from warehouse.fold import Edition, fold
from warehouse.model import Table, load_model
from warehouse.shard import MEMORY, Shard, attach
from warehouse.sqlfiles import load_sql, names
from warehouse.wide import fill_sectors, fill_wide

if TYPE_CHECKING:
    from warehouse.arrow import Rows

STORAGE_VERSION = "v1.2.0"


@dataclass(frozen=True)
class Build:
    """A warehouse being built: the only connection that writes it, the catalog, the tables by full name."""

    con: DuckDBPyConnection
    catalog: Catalog
    tables: dict[str, Table]


@contextmanager
def open_build(path: Path, catalog: Catalog, columns: Path = COLUMNS) -> Iterator[Build]:
    """A fresh warehouse with every table, those of the catalog filled; on a clean exit it is put at `path`.

    Raises `catalog.strict.DeclarationError` when the catalog asks for columns that columns.csv does not list.
    """
    tables = published_tables(catalog, columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent)
    aside = temporary_name(path)
    try:
        con = connect(aside)
        try:
            build = Build(con, catalog, tables)
            create_all(con, tables.values())
            _load_catalog(build)
            yield build
            con.execute("CHECKPOINT")
        finally:
            con.close()
        put_in_place(aside, path)
    finally:
        for left in (aside, aside.with_name(aside.name + ".wal")):
            left.unlink(missing_ok=True)


def connect(path: Path) -> DuckDBPyConnection:
    """A new DuckDB file that DuckDB 1.2 and later can open."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": STORAGE_VERSION,
        "memory_limit": MEMORY,
    }
    return duckdb.connect(str(path), config=config)


def load_rows(build: Build, table: str, rows: Rows) -> None:
    """Add rows to a declared table by column name; absent nullable columns become NULL.

    Raises `warehouse.arrow.RowsError` when columns or types are not those declared.
    """
    declared = build.tables[table]
    build.con.register("rows_to_load", as_table(declared, rows))
    build.con.execute(load_sql("insert", table=table, columns=names(declared.names), rows="rows_to_load"))
    build.con.unregister("rows_to_load")


def table_rows(build: Build, table: str) -> list[dict[str, Any]]:
    """The rows of a declared table in the order of its key, as plain values."""
    declared = build.tables[table]
    found = load_sql("sorted", columns="*", table=table, condition="true", order=names(declared.order))
    rows: list[dict[str, Any]] = build.con.execute(found).to_arrow_table().to_pylist()
    return rows


def load_sources(build: Build, contracts: Iterable[AnyContract]) -> None:
    """Fill core.source from the contracts."""
    load_rows(build, "core.source", [_source_row(contract) for contract in contracts])


def load_editions(build: Build, editions: Sequence[Edition], shards: Sequence[Shard] = ()) -> None:
    """Fill core.snapshot from the accepted editions, then fold them into core.observation and core.lineage.

    The editions of sources that have shards are folded already; their rows stand in these tables through views.
    """
    declared = build.tables["core.snapshot"]
    rows = {(item.source, item.snapshot, item.vintage): item for item in editions}
    load_rows(
        build, "core.snapshot", [{name: getattr(item, name) for name in declared.names} for item in rows.values()]
    )
    apart = {shard.source for shard in shards}
    fold(build.con, [item for item in editions if item.source not in apart], build.catalog)
    attach(build.con, shards, build.tables.values())


def current_observations(con: DuckDBPyConnection, indicators: Iterable[str] | None = None) -> pa.Table:
    """The rows of core.observation in force now, published gaps included; only those of some indicators, if given."""
    condition, given = "superseded_at IS NULL", dict[str, Any]()
    if indicators is not None:
        # Twice as fast over ten million rows as IN (SELECT ...), for the few that are asked for.
        condition += " AND list_contains($indicators::VARCHAR[], indicator)"
        given["indicators"] = sorted(indicators)
    return con.execute(load_sql("observations_in_force", condition=condition), given).to_arrow_table()


def observations_of(build: Build, regions: Iterable[str]) -> pa.Table:
    """All rows of core.observation of some regions, in force or superseded, in their one order."""
    found = load_sql("observations_of", order=order_by(build.tables["core.observation"]))
    return build.con.execute(found, {"regions": sorted(regions)}).to_arrow_table()


def in_force_on(observations: pa.Table, day: date, indicators: Iterable[str]) -> pa.Table:
    """Those rows of core.observation that were known on a day, of some indicators."""
    opened, closed = pc.field("vintage") <= day, pc.field("superseded_at")
    known = opened & (closed.is_null() | (closed > day))
    return observations.filter(known & pc.field("indicator").isin(pa.array(sorted(indicators), pa.string())))


def lone_indicators(con: DuckDBPyConnection, sources: Sequence[str]) -> list[str]:
    """The indicators of which one of `sources`, and no other source, has figures in force."""
    return [name for (name,) in con.execute(load_sql("lone_indicators"), [list(sources)]).fetchall()]


def vintages(con: DuckDBPyConnection) -> dict[date, list[str]]:
    """The days on which anything in core.observation opened or closed, in order, each with the indicators concerned."""
    found = con.execute(
        "SELECT day, list(DISTINCT indicator ORDER BY indicator) FROM (SELECT vintage AS day, indicator "
        "FROM core.observation UNION ALL SELECT superseded_at, indicator FROM core.observation "
        "WHERE superseded_at IS NOT NULL) GROUP BY day ORDER BY day"
    ).fetchall()
    return dict(found)


def load_joint(build: Build, values: Rows, inputs: Rows) -> None:
    """Fill joint.indicator_value and joint.indicator_input, then the wide tables and joint.economy_sector.

    Doubles must come rounded to the digits that the catalog declares; they are stored as they are.
    """
    load_rows(build, "joint.indicator_value", values)
    load_rows(build, "joint.indicator_input", inputs)
    for table in build.tables.values():
        if table.wide:
            fill_wide(build.con, table)
    fill_sectors(build.con, build.tables["joint.economy_sector"], build.catalog)


def load_standing(build: Build, targets: Rows, peers: Rows) -> None:
    """Fill joint.target and joint.peer."""
    load_rows(build, "joint.target", targets)
    load_rows(build, "joint.peer", peers)


def _load_catalog(build: Build) -> None:
    load_rows(build, "core.region", region_rows(build.catalog))
    load_rows(
        build,
        "core.indicator",
        [_indicator_row(item, build.catalog.units[item.unit]) for item in build.catalog.indicators.values()],
    )
    load_rows(build, "core.breakdown", list(_breakdown_rows(build.catalog)))
    load_rows(build, "core.precedence", list(_precedence_rows(build.catalog)))
    schemas = load_model().schemas
    load_rows(
        build,
        "meta.schema",
        [{"schema_name": item.name, "comment_id": item.id, "comment_en": item.en} for item in schemas],
    )


def region_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """The rows of core.region; what a row does not name is empty."""
    part = roles(catalog)
    listed = [
        {**region.model_dump(), "region_role": part.get(region.code) if region.valid_to is None else None}
        for region in catalog.regions
    ]
    known = {row["code"] for row in listed}
    return listed + [
        {
            "code": place.id,
            "name": place.label.id,
            "level": "agglomeration",
            "parent": place.province,
            "region_role": part[place.id],
            "members": ", ".join(sorted(place.members)),
            "peers": ", ".join(sorted(place.peers)),
        }
        for place in catalog.agglomerations.values()
        if place.id not in known
    ]


def _breakdown_rows(catalog: Catalog) -> Iterator[dict[str, str]]:
    for item in catalog.breakdowns.values():
        for code in item.codes:
            yield {
                "dimension": item.id,
                "code": code.code,
                "dimension_label_id": item.label.id,
                "dimension_label_en": item.label.en,
                "label_id": code.label.id,
                "label_en": code.label.en,
            }


def _indicator_row(item: Indicator, unit: Unit) -> dict[str, Any]:
    same = (
        "id", "domain", "symbol", "unit", "decimals", "derived_decimals", "producer", "method_version", "frequency",
        "estimation_level", "survey", "sensitive", "direction", "fixed_base", "wide",
    )  # fmt: skip
    return {
        **{name: getattr(item, name) for name in same},
        "label_id": item.label.id,
        "label_en": item.label.en,
        "definition_id": item.definition.id,
        "definition_en": item.definition.en,
        "reference_id": item.reference.id,
        "reference_en": item.reference.en,
        "unit_label_id": unit.label.id,
        "unit_label_en": unit.label.en,
        "rules": ", ".join(rule.kind for rule in item.rules),
        "rules_json": _rules_json(item),
    }


def _rules_json(item: Indicator) -> str:
    """How a release says by which declarations its values came about, so that it explains itself later on."""
    declared = {
        "rules": [rule.model_dump(mode="json") for rule in item.rules],
        "derive": item.derive.model_dump(mode="json") if item.derive else None,
        "total_from": item.total_from,
    }
    return json.dumps(declared, ensure_ascii=False, sort_keys=True)


def _precedence_rows(catalog: Catalog) -> Iterator[dict[str, Any]]:
    # A series that is declared twice follows the later declaration, as it does in transforms.precedence.
    series = {(name, code): item for item in catalog.precedence for name in item.indicators for code in item.regions}
    for (name, code), item in series.items():
        for number, turn in enumerate(item.order, start=1):
            yield {
                "indicator": name,
                "region_code": code,
                "turn": number,
                "source": turn.source,
                "first_year": turn.first,
                "last_year": turn.last,
                "reason_id": item.reason.id,
                "reason_en": item.reason.en,
            }


def _source_row(contract: AnyContract) -> dict[str, Any]:
    note = contract.evidence_note
    same = ("publisher", "owner", "publication", "evidence", "synthetic", "edition", "bundled", "precedence")
    return {
        **{name: getattr(contract, name) for name in same},
        "source": contract.id,
        "title_id": contract.title.id,
        "title_en": contract.title.en,
        "evidence_note_id": note.id if note else None,
        "evidence_note_en": note.en if note else None,
    }
