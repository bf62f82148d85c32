"""Every published table that can tell a figure is written in its published form, also those that are yet to come."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from catalog.load import Catalog
from transforms.suppression_plan import Plan
from warehouse.build import Build
from warehouse.columns import published_tables
from warehouse.model import Table, load_model
from warehouse.sqlfiles import FOLDER
from warehouse.suppression import COMPUTED, published_build

NUMBERS = {"DOUBLE", "DECIMAL(24,6)"}
# What quotes a figure, or is made of one: raw texts, sentences, ids and hashes.
TELLING = {"observation_id", "raw", "message_id", "reason_id", "snapshot"}
# Sentences of the catalog, which quote no figure.
APART = {"core.precedence"}


def tells(table: Table) -> bool:
    numbers = any(column.type in NUMBERS for column in table.columns)
    return bool(TELLING & set(table.names)) or ("indicator" in table.names and numbers) or table.wide is not None


def is_protected(table: Table) -> bool:
    form = FOLDER / f"published_{table.schema_name}_{table.name}.sql"
    return form.is_file() or table.full_name in COMPUTED or table.wide is not None


def test_what_tells_a_figure_has_a_published_form() -> None:
    open_tables = {table.full_name for table in load_model().tables if tells(table) and not is_protected(table)}
    assert open_tables <= APART


def test_every_published_form_is_of_a_table() -> None:
    named = {f"published_{table.schema_name}_{table.name}" for table in load_model().tables}
    assert {path.stem for path in FOLDER.glob("published_*.sql")} <= named


def test_where_nothing_is_hidden_the_published_tables_are_the_writers(
    small_night: Path, catalog: Catalog, tmp_path: Path
) -> None:
    shutil.copy(small_night / "data" / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    tables = published_tables(catalog)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        with published_build(Build(con, catalog, tables), Plan(), [], None) as shown:
            for name in tables:
                question = f"SELECT * FROM {name}"
                told, kept = (sorted(map(str, side.execute(question).fetchall())) for side in (shown.con, con))
                assert told == kept, name
        assert con.execute("SELECT count(*) FROM duckdb_databases() WHERE NOT internal").fetchall() == [(1,)]
