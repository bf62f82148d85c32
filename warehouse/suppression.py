"""The published form of a build: every table as in the writer's warehouse, but for the figures that must be hidden.

Nothing is changed in the writer's tables. A second database in memory has a view of each table under the same name;
those that can tell a hidden figure leave it out, and those that are computed from joint values are computed again
from what is left. A release is written from there, so that the numbers never come near its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.peers import peer_rows
from transforms.suppression_plan import Plan, Stay
from transforms.suppression_scheme import Scheme
from transforms.suppression_tables import Figure
from transforms.targets import target_rows
from transforms.tidy import to_pandas
from warehouse.build import Build, load_rows, load_standing
from warehouse.changes import CHANGE, load_changes
from warehouse.ddl import create_table
from warehouse.model import Table
from warehouse.sqlfiles import FOLDER, load_sql, quoted, text
from warehouse.wide import fill_sectors, fill_wide

if TYPE_CHECKING:
    from warehouse.arrow import Rows

DATABASE = "published"
SECTORS = "joint.economy_sector"
# Filled again from the published joint values, as the wide tables are.
COMPUTED = frozenset({SECTORS, "joint.target", "joint.peer", CHANGE})
SENTENCE_ID = "Ada temuan; isinya tidak ditampilkan karena dapat memuat hitungan kecil yang dirahasiakan."
SENTENCE_EN = "There is a finding; what it says is not shown, since it may quote a small count that is suppressed."
KEY_COLUMNS = ("indicator", "region_code", "period", "breakdown")


def read_stays(build: Build) -> list[Stay]:
    """The numbers that decide what must be hidden, from core.observation and joint.indicator_value."""
    scheme = Scheme(build.catalog)
    rows = build.con.execute(load_sql("suppression_figures"), {"indicators": sorted(scheme.indicators)}).fetchall()
    return [_stay(scheme, *row) for row in rows]


def _stay(scheme: Scheme, source: str, *row: Any) -> Stay:
    *key, value, vintage, superseded_at, evidence, synthetic, derived = row
    known = not derived and scheme.already_published(key[0], key[1], source, evidence, synthetic=synthetic)
    return Stay(source, tuple(key), Figure(float(value), known, derived), vintage, superseded_at)


@contextmanager
def published_build(
    build: Build,
    plan: Plan,
    sensitive_sources: Iterable[str],
    previous: Path | None,
    replaced: Mapping[str, Rows] | None = None,
) -> Iterator[Build]:
    """The build as it may be published: the same tables by the same names, without what `plan` hides.

    `sensitive_sources` are those whose messages may quote a sensitive figure; `previous` is the directory of the
    release before, against which changes are told. `replaced` gives tables whose rows are not the writer's.
    """
    build.con.execute(f"ATTACH ':memory:' AS {DATABASE}")
    con = build.con.cursor()
    try:
        con.execute(f"USE {DATABASE}")
        shown = Build(con, build.catalog, build.tables)
        _lay_out(shown, _database(build.con), plan, sensitive_sources, replaced or {})
        _compute(shown, previous)
        yield shown
    finally:
        con.close()
        build.con.execute(f"DETACH {DATABASE}")


def _database(con: DuckDBPyConnection) -> str:
    (name,) = con.execute("SELECT current_database()").fetchall()[0]
    return quoted(str(name))


def _lay_out(
    shown: Build, writer: str, plan: Plan, sensitive_sources: Iterable[str], replaced: Mapping[str, Rows]
) -> None:
    """Views of the writer's tables under their own names, and empty tables for those that are computed again."""
    scheme = Scheme(shown.catalog)
    keys = list(zip(*sorted(plan.hidden), strict=True)) or [()] * len(KEY_COLUMNS)
    named = sorted(scheme.counts | {rate.rate for rate in scheme.rates})
    labels = [shown.catalog.indicators[name].label.id for name in named]
    _keep(shown.con, "hidden_key", dict(zip(KEY_COLUMNS, keys, strict=True)))
    _keep(shown.con, "sensitive_source", {"source": sorted(sensitive_sources)})
    _keep(shown.con, "sensitive_indicator", {"indicator": named, "label_id": labels})
    shown.con.execute(load_sql("suppressed", writer=writer))
    for schema in sorted({table.schema_name for table in shown.tables.values()}):
        shown.con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in shown.tables.values():
        if table.wide or table.full_name in COMPUTED or table.full_name in replaced:
            shown.con.execute(create_table(table))
            if rows := replaced.get(table.full_name):
                load_rows(shown, table.full_name, rows)
        else:
            shown.con.execute(f"CREATE VIEW {table.full_name} AS {_published_form(table, writer)}")


def _keep(con: DuckDBPyConnection, name: str, columns: Mapping[str, Iterable[str]]) -> None:
    arrays = {column: pa.array(list(values), pa.string()) for column, values in columns.items()}
    con.register("rows_to_keep", pa.table(arrays))
    con.execute(f"CREATE TABLE {name} AS FROM rows_to_keep")
    con.unregister("rows_to_keep")


def _published_form(table: Table, writer: str) -> str:
    """How a table reads from the writer's own: through sql/published_<schema>_<table>.sql, or as it is."""
    name = f"published_{table.schema_name}_{table.name}"
    if not (FOLDER / f"{name}.sql").is_file():
        return load_sql("whole", table=f"{writer}.{table.full_name}")
    words = {"sentence_id": text(SENTENCE_ID), "sentence_en": text(SENTENCE_EN)}
    parts = words if table.schema_name == "meta" else {}
    return load_sql(name, table=f"{writer}.{table.full_name}", **parts)


def _compute(shown: Build, previous: Path | None) -> None:
    """Fill the tables that rest on joint values from the published ones."""
    for table in shown.tables.values():
        if table.wide:
            fill_wide(shown.con, table)
    fill_sectors(shown.con, shown.tables[SECTORS], shown.catalog)
    values = to_pandas(
        shown.con.execute(
            "SELECT * FROM joint.indicator_value WHERE superseded_at IS NULL ORDER BY ALL"
        ).to_arrow_table()
    )
    load_standing(shown, target_rows(values, shown.catalog), peer_rows(values, shown.catalog))
    load_changes(shown, previous)
