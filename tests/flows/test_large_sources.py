"""A large source stands in files of its own: folded once, linked while it stands, and everywhere read as before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.office import Office

import flows.shards
from catalog.load import Catalog
from catalog.settings import Settings
from cli.main import main
from dashboard import tables
from dashboard.tables import Tables
from flows.editions import editions
from flows.rebuild import rebuild
from flows.shards import is_large, shards_of
from flows.stages import judge_source
from flows.verify import verify_all
from warehouse import sdmx
from warehouse.changes import changes_between
from warehouse.package import write_sums
from warehouse.published import write_published
from warehouse.row_sum import RowSum, sum_of_files
from warehouse.shard import write_shard
from warehouse.storage import keep_only
from warehouse.verify import verify_release

pytestmark = [pytest.mark.xdist_group("large"), pytest.mark.trial]
PROJECT = Path(__file__).resolve().parent.parent.parent
CITY, REGENCY = "kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan"
PROVINCE = "bps-jatim-persentase-penduduk-miskin"
TABLES = (
    "core.observation", "core.lineage", "core.snapshot", "joint.indicator_value", "joint.indicator_input",
    "joint.poverty", "joint.peer", "meta.quarantine",
)  # fmt: skip
# What a verdict says; the row of the audit is as it was.
VERDICTS = "SELECT * EXCLUDE (check_id) FROM meta.check ORDER BY ALL"


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one figure on a source is a large one."""
    monkeypatch.setattr(flows.shards, "LARGE", 1)


@pytest.fixture(scope="module")
def large_night(small_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small office after a night on which its sources were large ones."""
    folder = tmp_path_factory.mktemp("large") / "office"
    shutil.copytree(small_night, folder, symlinks=True)
    shutil.rmtree(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.shards, "LARGE", 1)
        assert Office(Settings(data=folder / "data", sources=folder / "sources")).run().exit_code == 0
    return folder


@pytest.fixture
def large(large_night: Path, tmp_path: Path) -> Office:
    """A copy of that office, which a test may spoil; the releases' files are linked as they were."""
    os_copy(large_night, tmp_path / "large")
    return Office(Settings(data=tmp_path / "large" / "data", sources=tmp_path / "large" / "sources"))


def os_copy(here: Path, there: Path) -> None:
    """Copy a folder as `cp -a` does: hard links stay links."""
    linked: dict[int, Path] = {}

    def copy(source: str, target: str) -> None:
        number = Path(source).stat().st_ino
        if number in linked:
            os.link(linked[number], target)
        else:
            linked[number] = Path(shutil.copy2(source, target))

    shutil.copytree(here, there, symlinks=True, copy_function=copy)


def current(office: Office) -> Path:
    return (office.settings.data / "current").resolve()


def told(office: Office, table: str) -> list[tuple[Any, ...]]:
    return office.sql(f"SELECT * FROM {table} ORDER BY ALL")


def revise(office: Office) -> None:
    office.edit(CITY, lambda text: text.replace("5,77", "5,79"))


def inodes(release: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in release.glob("core_*.[a-z]*.parquet")}


def test_every_table_and_verdict_is_as_without_files_of_their_own(large: Office, office: Office) -> None:
    for table in TABLES:
        assert told(large, table) == told(office, table), table
    assert large.sql(VERDICTS) == office.sql(VERDICTS)
    names = sorted(path.name for path in current(large).glob("core_observation*.parquet"))
    assert names == [
        "core_observation._.parquet",
        "core_observation.bps-jatim-persentase-penduduk-miskin.parquet",
        "core_observation.kabupaten-mojokerto-kemiskinan.parquet",
        "core_observation.kota-mojokerto-kemiskinan.parquet",
    ]


def test_the_views_have_the_columns_types_and_comments_of_the_tables(large: Office, office: Office) -> None:
    described = """
        SELECT schema_name, table_name, column_name, column_index, data_type, comment FROM duckdb_columns()
        WHERE schema_name IN ('core', 'joint', 'meta') ORDER BY ALL
    """
    assert large.sql(described) == office.sql(described)
    tables = "SELECT table_schema, table_name, table_comment FROM information_schema.tables WHERE table_schema = 'core'"
    assert large.sql(f"{tables} ORDER BY ALL") == office.sql(f"{tables} ORDER BY ALL")
    behind = large.sql("SELECT comment FROM duckdb_tables() WHERE schema_name = 'storage'")
    assert len(behind) == 5
    assert all("core.observation" in comment for (comment,) in behind)
    assert office.sql("SELECT * FROM duckdb_schemas() WHERE schema_name = 'storage'") == []


def test_what_figures_share_is_stored_once(large: Office) -> None:
    """And under numbers of which each stands for one thing."""
    shared = {"trait": 3, "edition": 3}
    for table, least in shared.items():
        rows = large.sql(f"SELECT * FROM storage.{table} ORDER BY {table}")
        assert [row[0] for row in rows] == list(range(len(rows)))
        assert len({row[1:] for row in rows}) == len(rows) >= least
        used = large.sql(f"SELECT DISTINCT {table} FROM storage.figure ORDER BY {table}")
        assert used == [(row[0],) for row in rows]


@pytest.mark.parametrize("reader", ["duckdb-oldest", "duckdb-newest"])
def test_other_versions_of_duckdb_read_the_views(large: Office, reader: str) -> None:
    where = PROJECT / "build" / "readers" / reader
    if not where.is_dir():
        pytest.skip(f"{where.relative_to(PROJECT)} is not there: make readers")
    asked = "SELECT source, count(*), sum(value)::VARCHAR FROM {}core.observation GROUP BY ALL ORDER BY ALL"
    program = f"""
import duckdb, json, sys
opened = duckdb.connect(sys.argv[1], read_only=True).execute("{asked.format("")}").fetchall()
con = duckdb.connect()
con.execute(f"ATTACH '{{sys.argv[1]}}' AS other (READ_ONLY)")
print(json.dumps([opened, con.execute("{asked.format("other.")}").fetchall()]))
"""
    command = [sys.executable, "-c", program, str(current(large) / "mojoraya.duckdb")]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(where)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = [list(row) for row in large.sql(asked.format(""))]
    assert json.loads(done.stdout) == [expected, expected]


def test_parquet_readers_find_all_rows_by_one_pattern(large: Office, office: Office) -> None:
    for table in ("core_observation", "core_lineage"):
        rows = [
            duckdb.sql(f"SELECT * FROM read_parquet('{current(one)}/{table}*.parquet') ORDER BY ALL").fetchall()
            for one in (large, office)
        ]
        assert rows[0] == rows[1]
        assert rows[0]


def test_a_program_that_asks_for_the_one_file_fails_and_does_not_take_a_part_for_the_whole(large: Office) -> None:
    for table in ("core_observation", "core_lineage"):
        with pytest.raises(duckdb.IOException, match="No files found"):
            duckdb.sql(f"SELECT * FROM '{current(large)}/{table}.parquet'")


def test_a_release_with_the_small_sources_under_the_one_name_is_read_still(large: Office) -> None:
    """Releases were written so before; they stay on the shelf, and the next one takes rows over from them."""
    release, rows = current(large), len(told(large, "core.observation"))
    for table in ("core_observation", "core_lineage"):
        (release / f"{table}._.parquet").rename(release / f"{table}.parquet")
    for name in ("release.json", "datapackage.json"):
        path = release / name
        path.write_text(path.read_text("utf-8").replace("._.parquet", ".parquet"), "utf-8")
    write_sums(release)
    assert verify_release(release) == []
    assert len(Tables(release).rows("core_observation")) == rows
    assert Tables(release).label("core_observation", "value") is not None
    revise(large)
    assert large.run().changed
    assert any(row["indicator"] == "poverty_rate" for row in changes_between(release, current(large)))


def test_everything_made_of_a_release_is_as_without_files_of_their_own(
    large: Office, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sdmx_observation.csv", "sdmx_joint.csv", "satu-data.json"):
        assert (current(large) / name).read_bytes() == (current(office) / name).read_bytes(), name
    ours, theirs = Tables(current(large)), Tables(current(office))
    assert ours.sources_of == theirs.sources_of
    for few in (tables.FEW_KEYS, 0):
        monkeypatch.setattr(tables, "FEW_KEYS", few)
        assert sorted(map(str, ours.observations(["35.76"]))) == sorted(map(str, theirs.observations(["35.76"])))
    monkeypatch.setattr(sdmx, "MOST", 3)
    ours_csv, theirs_csv = (sdmx.SDMX_FILES["sdmx_observation.csv"](current(each)) for each in (large, office))
    assert ours_csv == theirs_csv
    assert changes_between(current(office), current(large)) == []


def test_the_package_names_all_files_of_a_table(large: Office) -> None:
    package = json.loads((current(large) / "datapackage.json").read_text("utf-8"))
    [resource] = [item for item in package["resources"] if item["name"] == "core-lineage"]
    assert resource["path"][0] == "core_lineage._.parquet"
    assert resource["path"] == sorted(resource["path"])
    assert {path.name for path in current(large).glob("core_lineage*.parquet")} == set(resource["path"])
    assert not {"hash", "bytes"} & set(resource)


def test_a_figure_is_explained_down_to_its_cell(large: Office, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(large.settings.data)
    assert main(["explain", "poverty_rate", "Kota Mojokerto", "2023", "--data", data]) == 0
    assert "5,77" in capsys.readouterr().out


def test_what_did_not_change_is_linked_and_what_changed_is_written(
    large: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = current(large)
    folded: list[None] = []
    monkeypatch.setattr("flows.shards.write_shard", noted(write_shard, folded))
    revise(large)
    outcome = large.run()
    assert outcome.changed
    assert len(folded) == 1
    before, after = inodes(first), inodes(current(large))
    assert {name for name in before if before[name] == after[name]} == {name for name in before if CITY not in name}
    assert verify_release(first) == verify_release(current(large)) == []
    assert list(verify_all(large.settings)) == []


def noted(function: Any, calls: list[Any]) -> Any:
    """The function, which notes each answer that it gives."""

    def call(*given: Any, **named: Any) -> Any:
        calls.append(function(*given, **named))
        return calls[-1]

    return call


def test_rows_carried_over_are_those_of_a_release_made_from_nothing(
    large: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[bool] = []
    monkeypatch.setattr("warehouse.release.write_published", noted(write_published, carried))
    revise(large)
    large.run()
    assert carried == [True]
    shutil.copytree(large.settings.data / "snapshots", tmp_path / "anew" / "snapshots")
    anew = Office(large.settings.model_copy(update={"data": tmp_path / "anew"}))
    assert rebuild(anew.settings, lambda _line: None).exit_code == 0
    assert carried == [True, False]
    assert current(anew).name == current(large).name
    for table in TABLES:
        assert told(anew, table) == told(large, table), table
    comments = "SELECT * FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    kept = ("schema_name", "table_name", "column_name", "column_index", "comment", "data_type", "is_nullable")
    asked = comments.replace("*", ", ".join(kept))
    assert large.sql(asked) == anew.sql(asked)
    assert large.sql("SELECT count(*) FROM core.as_of('2026-11-21')")


def damaged(path: Path) -> None:
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.unlink()
    path.write_bytes(bytes(spoiled))


def test_a_damaged_file_is_not_carried_over(large: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[bool] = []
    monkeypatch.setattr("warehouse.release.write_published", noted(write_published, carried))
    damaged(current(large) / "mojoraya.duckdb")
    revise(large)
    assert large.run().changed
    assert carried == [False]
    assert verify_release(current(large)) == []


def test_a_copy_that_does_not_read_back_is_written_anew(large: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[bool] = []

    def lossy(con: Any, tables: Any, kept: Any) -> bool:
        found: bool = keep_only(con, tables, kept)
        con.execute("UPDATE storage.figure SET value = 1")
        return found

    monkeypatch.setattr("warehouse.release.write_published", noted(write_published, carried))
    monkeypatch.setattr("warehouse.published.keep_only", lossy)
    revise(large)
    assert large.run().changed
    assert carried == [True, False]
    assert verify_release(current(large)) == []
    assert large.sql("SELECT count(*) FROM core.observation WHERE value = 1") == [(0,)]


def test_a_night_reads_no_linked_file_again_and_an_operator_reads_them_all(
    large: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noting(con: Any, paths: Any, columns: Any) -> RowSum:
        files = list(paths)
        read.extend(path.name for path in files)
        return sum_of_files(con, files, columns)

    monkeypatch.setattr("warehouse.verify.sum_of_files", noting)
    revise(large)
    assert large.run().changed
    assert sorted(read) == ["core_lineage._.parquet", "core_observation._.parquet"]
    read.clear()
    assert verify_release(current(large)) == []
    assert sorted(read) == sorted(path.name for path in current(large).glob("core_[ol]*.*.parquet"))


def test_a_file_with_other_columns_is_not_carried_over(large: Office) -> None:
    path = current(large) / "mojoraya.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("ALTER TABLE storage.figure ADD COLUMN extra VARCHAR")
    write_sums(current(large))
    revise(large)
    assert large.run().changed
    assert "extra" not in {name for (name,) in large.sql("SELECT column_name FROM duckdb_columns()")}
    assert verify_release(current(large)) == []


@pytest.mark.parametrize("whose", ["staging", "release"])
def test_a_flipped_byte_is_found_and_mended_from_the_snapshots(large: Office, whose: str) -> None:
    """Staging and releases share the bytes, so that both are damaged by it."""
    release = current(large)
    name = f"core_observation.{PROVINCE}.parquet"
    path = release / name
    if whose == "staging":
        path = next(
            item.parent / "core_observation.parquet"
            for item in (large.settings.data / "staging").glob("*/shard.json")
            if json.loads(item.read_text("utf-8"))["source"] == PROVINCE
        )
    with path.open("r+b") as file:
        file.seek(200)
        byte = file.read(1)
        file.seek(200)
        file.write(bytes([byte[0] ^ 1]))
    found = {item.what for item in verify_all(large.settings)}
    assert release.name in found
    assert any(what.startswith("staging/") for what in found)
    assert rebuild(large.settings, lambda _line: None).release == release.name
    assert list(verify_all(large.settings)) == []


def test_a_row_lost_in_duckdb_is_found_though_the_sums_were_made_anew(large: Office) -> None:
    with duckdb.connect(str(current(large) / "mojoraya.duckdb")) as con:
        con.execute(
            "UPDATE storage.figure SET value = value + 1 WHERE year = 2020 "
            f"AND edition IN (SELECT edition FROM storage.edition WHERE source = '{PROVINCE}')"
        )
    write_sums(current(large))
    assert verify_release(current(large)) == [
        "mojoraya.duckdb, core.observation: its content is not that of the parquet files"
    ]


def test_where_the_disk_cannot_link_the_files_are_copied(large: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: object) -> None:
        raise OSError("links are not supported")

    monkeypatch.setattr(os, "link", refuse)
    first = current(large)
    revise(large)
    assert large.run().changed
    assert not set(inodes(first).values()) & set(inodes(current(large)).values())
    assert verify_release(current(large)) == []


def test_shards_that_nothing_links_any_more_are_removed(large: Office) -> None:
    def standing() -> int:
        return len(list((large.settings.data / "staging").glob("*/shard.json")))

    assert standing() == 3
    revise(large)
    large.run()
    assert standing() == 3


def sharded(office: Office, catalog: Catalog) -> Iterator[str]:
    from flows.declared import load_contracts

    known, _ = load_contracts(office.settings)
    found = {name: editions(judge_source(office.settings, item), item.contract) for name, item in known.items()}
    figures: Any = {name: item.contract for name, item in known.items()}
    return (shard.source for shard in shards_of(office.settings.data, found, figures, catalog))


def test_bytes_that_two_sources_share_stand_in_no_file_of_their_own(large: Office, catalog: Catalog) -> None:
    """Lineage knows the bytes, not the source: which of the two a row is of could not be told."""
    path = large.file(CITY)
    contract = path.with_suffix(".toml").read_text("utf-8")
    path.with_name("salinan.csv").write_bytes(path.read_bytes())
    path.with_name("salinan.toml").write_text(
        contract.replace(f'id = "{CITY}"', 'id = "salinan"').replace(f"{CITY}.csv", "salinan.csv"), "utf-8"
    )
    large.run()
    assert list(sharded(large, catalog)) == [PROVINCE, REGENCY]
    assert len(told(large, "core.observation")) > 0
    assert verify_release(current(large)) == []


def test_a_source_with_figures_that_may_be_suppressed_stands_in_no_file_of_its_own(
    large: Office, catalog: Catalog
) -> None:
    from dataclasses import replace

    from flows.declared import load_contracts

    item = load_contracts(large.settings)[0][CITY]
    found = editions(judge_source(large.settings, item), item.contract)
    contract: Any = item.contract
    assert is_large(found, contract, catalog)
    named = catalog.indicators["poor_population"]
    hidden = replace(catalog, indicators={**catalog.indicators, named.id: named.model_copy(update={"sensitive": True})})
    from transforms.suppression_scheme import Scheme

    scheme = Scheme(hidden)
    assert scheme.thresholds
    assert named.id in contract.indicators
    assert not is_large(found, contract, hidden)
