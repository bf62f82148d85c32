from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from pydantic import ValidationError

from catalog.load import Catalog
from catalog.strict import DeclarationError
from warehouse.columns import COLUMNS, append_columns, published_tables, read_columns
from warehouse.ddl import select_sorted
from warehouse.model import load_model
from warehouse.renames import Rename, version
from warehouse.shelf import ReleaseInfo


@pytest.fixture
def published(release: ReleaseInfo) -> Iterator[DuckDBPyConnection]:
    with duckdb.connect(str(release.path / "mojoraya.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A copy of columns.csv that a test may change."""
    return Path(shutil.copy(COLUMNS, tmp_path / "columns.csv"))


def without(catalog: Catalog, name: str) -> Catalog:
    kept = {key: item for key, item in catalog.indicators.items() if key != name}
    return Catalog(**{**{field: getattr(catalog, field) for field in catalog.__dataclass_fields__}, "indicators": kept})


def test_every_published_column_has_its_place_in_columns_csv(catalog: Catalog) -> None:
    listed = read_columns()
    tables = published_tables(catalog)
    assert {name: [(item.name, item.type) for item in table.columns] for name, table in tables.items()} == {
        name: list(columns.items()) for name, columns in listed.items()
    }


def test_the_fixed_columns_of_the_observations_are_those_of_the_design(catalog: Catalog) -> None:
    designed = (
        "observation_id, indicator, region_code, period, year, breakdown, value, unit, rounding_step, obs_status, "
        "break_flag, published, first_seen, vintage, superseded_at, source, evidence, synthetic"
    )
    assert published_tables(catalog)["core.observation"].names[:18] == designed.split(", ")


def test_a_wide_indicator_that_is_not_listed_is_refused_with_what_to_run(catalog: Catalog, listed: Path) -> None:
    fewer = without(catalog, "puskesmas")
    listed.unlink()
    append_columns(fewer, listed)
    with pytest.raises(
        DeclarationError, match=r"joint\.services: the column 'puskesmas'.*python -m warehouse\.columns"
    ):
        published_tables(catalog, listed)


def test_a_listed_column_that_nothing_declares_is_refused(catalog: Catalog) -> None:
    with pytest.raises(DeclarationError, match=r"'puskesmas'.*published columns are not removed"):
        published_tables(without(catalog, "puskesmas"))


def test_new_columns_are_appended_and_nothing_moves(catalog: Catalog, listed: Path) -> None:
    listed.unlink()
    append_columns(without(catalog, "hospitals"), listed)
    before = listed.read_text("utf-8")
    added = append_columns(catalog, listed)
    assert listed.read_text("utf-8").startswith(before)
    assert added[0] == "joint.services.hospitals"
    assert append_columns(catalog, listed) == []
    assert published_tables(catalog, listed)["joint.services"].names[-1] == "hospitals_null_reason"


def test_a_moved_line_of_columns_csv_is_refused(listed: Path) -> None:
    lines = listed.read_text("utf-8").splitlines(keepends=True)
    listed.write_text("".join([lines[0], lines[2], lines[1], *lines[3:]]), "utf-8")
    with pytest.raises(DeclarationError, match=r"line 2: position 2 of core\.region, expected 1"):
        read_columns(listed)


def test_a_column_of_another_type_than_it_was_published_with_is_refused(catalog: Catalog, listed: Path) -> None:
    text = listed.read_text("utf-8")
    listed.write_text(text.replace("core.region,1,code,VARCHAR", "core.region,1,code,INTEGER"), "utf-8")
    with pytest.raises(DeclarationError, match=r"'code' was published as INTEGER, not VARCHAR"):
        published_tables(catalog, listed)


def renamed(until: str) -> Rename:
    return Rename(table="core.region", old="kode", new="code", since="0.0", until=until)


def with_former_name(listed: Path) -> Path:
    """As if core.region.code had been published as "kode" in an earlier version."""
    lines = listed.read_text("utf-8").splitlines(keepends=True)
    moved = [line for line in lines[1:] if not line.startswith("core.region,")]
    names = [line.split(",")[2:] for line in lines if line.startswith("core.region,")]
    region = [["kode", "VARCHAR\n"], *names[1:], names[0]]
    rows = [f"core.region,{place},{','.join(rest)}" for place, rest in enumerate(region, start=1)]
    listed.write_text("".join([lines[0], *rows, *moved]), "utf-8")
    return listed


def test_a_renamed_column_keeps_its_former_name_and_place_for_two_versions(
    catalog: Catalog, listed: Path, con: DuckDBPyConnection
) -> None:
    table = published_tables(catalog, with_former_name(listed), [renamed("9.0")])["core.region"]
    assert "kode" not in table.names
    shown = table.published()
    assert (shown.names[0], shown.names[-1]) == ("kode", "code")
    assert "Former name of code, gone from version 9.0" in shown.columns[0].comment
    con.execute("INSERT INTO core.region (code, name, level) VALUES ('35.76', 'Kota Mojokerto', 'city')")
    row = con.execute(select_sorted(shown)).fetchone()
    assert row is not None
    assert (row[0], row[-1]) == ("35.76", "35.76")


def test_a_former_name_goes_when_its_time_is_over_and_not_before(catalog: Catalog, listed: Path) -> None:
    rename = renamed("0.2")
    assert rename.is_published((0, 1))
    assert not rename.is_published((0, 2))
    table = published_tables(catalog, with_former_name(listed), [renamed("0.2")])["core.region"]
    assert table.published().names[0] == ("kode" if version() < (0, 2) else "bps_code")
    with pytest.raises(ValidationError, match="at least 2 minor versions"):
        Rename(table="core.region", old="kode", new="code", since="0.1", until="0.2")


def test_a_rename_of_what_was_never_published_is_refused(catalog: Catalog) -> None:
    with pytest.raises(DeclarationError, match=r"renames 'kode' to 'code', but one of them was never published"):
        published_tables(catalog, renames=[renamed("9.0")])


def test_keys_stand_before_figures_in_wide_tables(catalog: Catalog) -> None:
    names = published_tables(catalog)["joint.poverty"].names
    assert names[:6] == ["region_code", "region_name", "region_role", "year", "synthetic", "notice"]
    rate = names.index("poverty_rate")
    suffixes = ["", "_status", "_method", "_evidence", "_null_reason"]
    assert names[rate : rate + 5] == [f"poverty_rate{suffix}" for suffix in suffixes]


COMMENTS = """
SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()
UNION ALL SELECT schema_name || '.' || table_name || '.' || column_name, comment FROM duckdb_columns()
  WHERE NOT internal
UNION ALL SELECT schema_name || '.' || function_name, comment FROM duckdb_functions()
  WHERE function_type = 'table_macro' AND NOT internal
"""


def test_every_table_column_and_macro_is_commented_in_both_languages(published: DuckDBPyConnection) -> None:
    comments = dict(published.execute(COMMENTS).fetchall())
    assert len(comments) > 250
    assert {"core.as_of", "joint.as_of", "joint.series", "joint.compare", "joint.poverty"} <= set(comments)
    for name, comment in comments.items():
        parts = (comment or "").split(" | ")
        assert len(parts) == 2, f"{name}: {comment}"
        assert all(len(part) >= 3 for part in parts), f"{name}: {comment}"


def test_a_wide_column_is_commented_with_the_indicators_label(published: DuckDBPyConnection, catalog: Catalog) -> None:
    comments = dict(published.execute(COMMENTS).fetchall())
    label = catalog.indicators["poverty_rate"].label
    assert comments["joint.poverty.poverty_rate"] == f"{label.id} | {label.en}"


def test_schemas_are_explained_in_a_table(published: DuckDBPyConnection) -> None:
    found = published.execute("SELECT schema_name, comment_id, comment_en FROM meta.schema ORDER BY ALL").fetchall()
    assert found == [(item.name, item.id, item.en) for item in load_model().schemas]


def test_the_published_file_opens_in_duckdb_1_2(published: DuckDBPyConnection) -> None:
    tags = published.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert "v1.2.0" in str(tags)
