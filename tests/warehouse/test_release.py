from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from warehouse_samples import CITY, REGENCY, Figure, day, edition, joint_value

import warehouse.release
from catalog.load import Catalog
from warehouse.build import Build, load_editions, load_joint, open_build
from warehouse.changes import load_changes
from warehouse.columns import published_tables
from warehouse.package import write_sums
from warehouse.release import ReleaseError, write_release
from warehouse.shelf import ReleaseInfo, ReleaseMissing, current_release, flip, list_releases, prune_releases
from warehouse.verify import verify_release

BUILT = datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001
LATER = datetime(2025, 6, 7, 8, 9, 10)  # noqa: DTZ001
Publish = Callable[..., ReleaseInfo]


def parquet_bytes(release: ReleaseInfo) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in release.path.glob("*.parquet")}


def leftovers(data: Path) -> list[str]:
    return [path.name for folder in (data, data / "releases") for path in folder.glob(".tmp-*")]


def test_equal_inputs_give_the_same_id_and_the_same_parquet_bytes_elsewhere_and_later(
    publish: Publish, tmp_path: Path
) -> None:
    one = publish(tmp_path / "here", built_at=BUILT)
    other = publish(tmp_path / "there", built_at=LATER)
    assert one.id == other.id
    assert parquet_bytes(one) == parquet_bytes(other)
    assert (one.path / "index.html").read_bytes() == (other.path / "index.html").read_bytes()


def test_the_order_in_which_rows_were_loaded_does_not_show(publish: Publish, tmp_path: Path) -> None:
    one, other = publish(tmp_path / "a"), publish(tmp_path / "b", reverse=True)
    assert one.id == other.id
    assert parquet_bytes(one) == parquet_bytes(other)


def test_another_figure_gives_another_release_and_the_pointer_follows(
    publish: Publish, release: ReleaseInfo, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first, second = release, publish(data, rate="5.78", built_at=LATER)
    assert first.id != second.id
    assert current_release(data) == second
    assert second.parent == first.id
    assert [item.id for item in list_releases(data)] == [second.id, first.id]


def test_the_id_is_the_newest_day_seen_and_the_digest_of_the_content(release: ReleaseInfo) -> None:
    assert release.id == f"2024-01-01-{release.content_digest[:12]}"
    assert set(release.content) == {name for name in release.tables if name.split(".")[0] != "meta"} | {"meta.check"}


def test_an_equal_release_is_not_written_again(publish: Publish, release: ReleaseInfo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = release
    before = {path.name: path.stat().st_mtime_ns for path in first.path.iterdir()}
    again = publish(data, built_at=LATER)
    assert again == first
    assert {path.name: path.stat().st_mtime_ns for path in first.path.iterdir()} == before
    assert leftovers(data) == []


def test_a_release_holds_everything_and_nothing_else(release: ReleaseInfo) -> None:
    tables = {told["file"] for told in release.tables.values()}
    others = {"mojoraya.duckdb", "datapackage.json", "index.html", "SHA256SUMS", "release.json"}
    assert {path.name for path in release.path.iterdir()} == tables | others
    assert {"joint_poverty.parquet", "core_observation.parquet", "meta_check.parquet"} <= tables
    assert not {"meta_run.parquet", "meta_release.parquet"} & tables


def test_a_whole_release_verifies(release: ReleaseInfo) -> None:
    assert verify_release(release.path) == []


@pytest.mark.parametrize(
    "name", ["joint_poverty.parquet", "mojoraya.duckdb", "datapackage.json", "index.html", "release.json"]
)
def test_a_flipped_byte_is_found_in_any_file(release: ReleaseInfo, name: str) -> None:
    path = release.path / name
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.write_bytes(bytes(spoiled))
    assert any(name in fault for fault in verify_release(release.path))


def test_a_missing_and_an_unknown_file_are_found(release: ReleaseInfo) -> None:
    (release.path / "joint_poverty.parquet").rename(release.path / "other.parquet")
    assert verify_release(release.path) == [
        "other.parquet: not listed in SHA256SUMS",
        "joint_poverty.parquet: listed in SHA256SUMS, but missing",
    ]


def test_a_changed_figure_is_found_even_when_the_sums_were_made_anew(release: ReleaseInfo) -> None:
    with duckdb.connect(str(release.path / "mojoraya.duckdb")) as con:
        con.execute("UPDATE joint.poverty SET poverty_rate = 5.76 WHERE poverty_rate = 5.77")
    write_sums(release.path)
    assert verify_release(release.path) == ["mojoraya.duckdb, joint.poverty: its content is not what release.json says"]


def test_a_lost_row_is_found_even_when_the_sums_were_made_anew(release: ReleaseInfo) -> None:
    path = release.path / "joint_poverty.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    write_sums(release.path)
    assert f"{table.num_rows - 1} rows, but release.json says {table.num_rows}" in " ".join(
        verify_release(release.path)
    )


def test_an_id_that_does_not_follow_from_the_content_is_found(release: ReleaseInfo) -> None:
    told = json.loads((release.path / "release.json").read_text("utf-8"))
    told["content_digest"] = "0" * 64
    (release.path / "release.json").write_text(json.dumps(told), "utf-8")
    write_sums(release.path)
    assert verify_release(release.path) == ["release.json: the content digest does not follow from the tables' digests"]


def test_a_run_that_breaks_leaves_the_last_release_current_and_the_next_run_heals(
    publish: Publish, release: ReleaseInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"

    def fail(*_args: object, **_given: object) -> None:
        raise OSError("no space left on device")

    for stage in ("write_published", "write_sums", "sync_tree", "flip"):
        with monkeypatch.context() as patch:
            patch.setattr(warehouse.release, stage, fail)
            with pytest.raises(OSError, match="no space"):
                publish(data, rate="5.78")
        assert current_release(data) == release, stage
        assert verify_release(release.path) == [], stage
        assert leftovers(data) == [], stage
    assert current_release(data) != publish(data, rate="5.78") == current_release(data)


def test_what_a_killed_run_left_is_removed_by_the_next(publish: Publish, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "releases" / ".tmp-1-release").mkdir(parents=True)
    (data / "releases" / ".tmp-1-release" / "core_region.parquet").write_bytes(b"half")
    (data / ".tmp-1-warehouse.duckdb").write_bytes(b"half")
    (data / ".tmp-1-current").symlink_to("releases/none")
    publish(data)
    assert leftovers(data) == []


def test_a_release_that_does_not_read_back_is_not_made_current(
    publish: Publish, release: ReleaseInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    first = release
    with monkeypatch.context() as patch:
        patch.setattr(warehouse.release, "verify_release", lambda *_: ["joint.poverty: does not read back"])
        with pytest.raises(ReleaseError, match="does not read back"):
            publish(data, rate="5.78")
    assert current_release(data) == first
    assert [item.id for item in list_releases(data)] == [first.id]


def test_a_spoiled_release_is_written_anew(publish: Publish, release: ReleaseInfo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = release
    (first.path / "joint_poverty.parquet").write_bytes(b"")
    assert publish(data).id == first.id
    assert verify_release(first.path) == []
    assert leftovers(data) == []


def test_two_rows_under_one_key_are_never_published(build: Build, tmp_path: Path) -> None:
    load_editions(build, [edition(tmp_path, [Figure("5.77")])])
    twice = joint_value("poverty_rate", CITY, 2023, 5.77)
    load_joint(build, [twice, twice], [])
    with pytest.raises(ReleaseError, match=r"joint\.indicator_value: two rows have the key poverty_rate"):
        write_release(build, tmp_path / "data", built_at=BUILT, inputs={})


def test_a_warehouse_without_editions_is_no_release(build: Build, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no source has an accepted edition"):
        write_release(build, tmp_path / "data", built_at=BUILT, inputs={})
    assert current_release(tmp_path / "data") is None


def test_a_broken_build_leaves_no_file_and_the_last_warehouse_in_place(
    publish: Publish, catalog: Catalog, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    publish(data)
    before = (data / "warehouse.duckdb").read_bytes()
    with pytest.raises(RuntimeError, match="stop"), open_build(data / "warehouse.duckdb", catalog):
        raise RuntimeError("stop")
    assert (data / "warehouse.duckdb").read_bytes() == before
    assert leftovers(data) == []


def test_flipping_back_is_one_call_and_needs_a_whole_release(
    publish: Publish, release: ReleaseInfo, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first = release
    publish(data, rate="5.78")
    flip(data, first.id)
    assert current_release(data) == first
    with pytest.raises(ReleaseMissing, match="2020-01-01-none"):
        flip(data, "2020-01-01-none")


def test_a_data_directory_may_move_with_its_pointer(release: ReleaseInfo, tmp_path: Path) -> None:
    shutil.move(tmp_path / "data", tmp_path / "moved")
    found = current_release(tmp_path / "moved")
    assert found is not None
    assert found.id == release.id


def test_a_pointer_that_leads_nowhere_is_mended_by_the_next_release(
    publish: Publish, release: ReleaseInfo, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first = release
    shutil.rmtree(first.path)
    (data / "releases" / "notes").mkdir()
    assert current_release(data) is None
    assert list_releases(data) == []
    assert publish(data).id == first.id
    assert current_release(data) == first


def test_pruning_keeps_two_the_current_one_and_the_young(release: ReleaseInfo, tmp_path: Path) -> None:
    data, made = tmp_path / "data", []
    for hour in range(5):
        later = replace(release, id=f"2024-01-02-{hour:012d}", built_at=BUILT + timedelta(hours=hour))
        shutil.copytree(release.path, data / "releases" / later.id)
        (data / "releases" / later.id / "release.json").write_text(later.as_json(), "utf-8")
        made.append(later)
    shutil.rmtree(release.path)
    flip(data, made[0].id)
    assert prune_releases(data, 0, BUILT + timedelta(hours=25.5)) == [made[1].id]
    kept = {item.id for item in list_releases(data)}
    assert kept == {made[number].id for number in (0, 2, 3, 4)}
    assert leftovers(data) == []


def test_parquet_columns_say_what_they_are(release: ReleaseInfo) -> None:
    field = pq.read_schema(release.path / "joint_poverty.parquet").field("poverty_rate")
    told = {key.decode(): value.decode() for key, value in field.metadata.items()}
    assert told["label_en"] == "Poverty rate"
    assert told["unit"] == "percent"
    assert told["indicator"] == "poverty_rate"


def test_the_data_package_describes_every_parquet_file(release: ReleaseInfo) -> None:
    package = json.loads((release.path / "datapackage.json").read_text("utf-8"))
    described = {item["path"]: [field["name"] for field in item["schema"]["fields"]] for item in package["resources"]}
    assert described == {path.name: pq.read_schema(path).names for path in release.path.glob("*.parquet")}
    assert all(item["bytes"] == (release.path / item["path"]).stat().st_size for item in package["resources"])


def test_the_tables_are_sorted_by_their_key(release: ReleaseInfo) -> None:
    table = pq.read_table(release.path / "joint_poverty.parquet", columns=["region_role", "region_code", "year"])
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert rows == sorted(rows)


def test_changes_against_the_release_before_name_their_reason(build: Build, publish: Publish, tmp_path: Path) -> None:
    before = publish(tmp_path / "data")
    values = [
        joint_value("poverty_rate", CITY, 2023, 5.78),
        joint_value("poverty_rate", CITY, 2024, 5.57),
        joint_value("poverty_rate", REGENCY, 2021, 10.62, obs_status="P"),
        joint_value("hospitals", CITY, 2020, 6.0),
    ]
    load_joint(build, values, [])
    load_changes(build, before.path)
    found = build.con.execute(
        "SELECT indicator, region_code, period, kind, old, new, reason FROM meta.change ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("hospitals", CITY, "2020", "appeared", None, 6.0, "new_series"),
        ("poverty_rate", REGENCY, "2021", "changed", 10.62, 10.62, "status"),
        ("poverty_rate", CITY, "2023", "changed", 5.77, 5.78, "revision"),
        ("poverty_rate", CITY, "2024", "appeared", None, 5.57, "new_period"),
        ("poverty_rate", "mojokerto-raya", "2023", "vanished", 9.3839, None, "withdrawal"),
    ]


def test_as_of_answers_with_what_was_known_that_day(build: Build, tmp_path: Path) -> None:
    first = edition(tmp_path, [Figure("5.77")], vintage=day(1), position=1)
    second = edition(tmp_path, [Figure("5.78")], vintage=day(5), position=2)
    load_editions(build, [first, second])
    values = [
        joint_value("poverty_rate", CITY, 2023, 5.77, superseded_at=day(5)),
        joint_value("poverty_rate", CITY, 2023, 5.78, vintage=day(5)),
    ]
    load_joint(build, values, [])
    release = write_release(build, tmp_path / "data", built_at=BUILT, inputs={})
    with duckdb.connect(str(release.path / "mojoraya.duckdb"), read_only=True) as con:
        for schema in ("core", "joint"):
            known = [
                con.execute(f"SELECT value::DOUBLE FROM {schema}.as_of(DATE '2024-01-0{n}')").fetchall()
                for n in (1, 4, 5)
            ]
            assert known == [[(5.77,)], [(5.77,)], [(5.78,)]]


def test_a_source_that_is_seen_later_moves_the_date_in_the_id(build: Build, tmp_path: Path) -> None:
    item = edition(tmp_path, [Figure("5.77")])
    load_editions(build, [item, replace(item, source="lain", first_seen=day(9))])
    release = write_release(build, tmp_path / "data", built_at=BUILT, inputs={})
    assert release.id.startswith("2024-01-09-")


def test_new_code_draws_a_new_page_of_the_same_figures_under_the_same_id(
    catalog: Catalog, release: ReleaseInfo, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copy(data / "warehouse.duckdb", tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as con:
        build = Build(con, catalog, published_tables(catalog))
        inputs, drawn = {"digest": "1" * 64}, {"index.html": lambda _release: "another page"}
        made = write_release(build, data, built_at=LATER, inputs=inputs, extras=drawn)
        kept = write_release(build, data, built_at=LATER, inputs=inputs, extras={"index.html": lambda _release: "none"})
    assert made.id == kept.id == release.id
    assert (release.path / "index.html").read_text("utf-8") == "another page"
    assert current_release(data) == kept
    assert kept.inputs == inputs
    assert verify_release(kept.path) == []
    assert leftovers(data) == []
