"""Write a release: content, package and page aside, read back, made durable, renamed, and only then current.

At every instant data/current names a whole, verified release or none. A run that dies leaves a directory whose
name begins with ".tmp-"; the next run removes it.
"""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.build import Build
from warehouse.changes import CHANGE, load_changes
from warehouse.digest import content_digest
from warehouse.disk import exchange, remove_leftovers, sync, sync_tree, temporary_name
from warehouse.model import Table
from warehouse.package import PACKAGE, data_package, read_sums, write_sums
from warehouse.parquet import write_parquet
from warehouse.published import write_published
from warehouse.row_sum import known_sum
from warehouse.shard import OTHERS, SHARDED, Shard, key_fault, link, not_in, parts_digest, shard_file
from warehouse.shelf import (
    RELEASE_FILE,
    ReleaseInfo,
    ReleaseMissing,
    current_release,
    flip,
    read_release,
    releases_folder,
)
from warehouse.sqlfiles import load_sql
from warehouse.verify import table_faults, verify_release

Extras = Mapping[str, Callable[[Path], str | bytes]]


class ReleaseError(RuntimeError):
    """A release was not made: what was written does not read back, or nothing is in force to publish."""


def write_release(
    build: Build,
    data: Path,
    *,
    built_at: datetime,
    inputs: Mapping[str, str],
    extras: Extras | None = None,
    instead: Mapping[str, str] | None = None,
    shards: Sequence[Shard] = (),
) -> ReleaseInfo:
    """Publish what `build` holds and make it current; a whole release of equal inputs and content is kept as it is.

    `instead` names, by the id of a release that an operator has withdrawn, the one that stands in its place; as long
    as that one can be read it becomes current. Returned is the release that was made, current or not.

    `shards` are the sources whose rows stand in files of their own, sorted; those files are linked, not written again.

    `extras` are further files by name, each made by a function of the release directory when its parquet files
    and its package are complete (the page, the workbook). The parent is the release that was current. Raises
    `ReleaseError` when the new release does not verify; `current` then stays where it was.
    """
    folder = releases_folder(data)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    aside = temporary_name(folder / "release")
    aside.mkdir()
    try:
        release = _write_content(build, data, aside, built_at, inputs, shards)
        target = folder / release.id
        if not _stands_as_inputs_want(target, release):
            complete = partial(_complete, build, aside, release, extras or {}, shards)
            _finish(complete, current_release(data), release.id)
            _put_on_shelf(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    flip(data, _standing(folder, release.id, instead or {}))
    return read_release(target)


def _standing(folder: Path, made: str, instead: Mapping[str, str]) -> str:
    """The release that is to be current when `made` was made."""
    chosen = instead.get(made)
    if chosen is None:
        return made
    try:
        return read_release(folder / chosen).id
    except ReleaseMissing:
        return made


def _write_content(
    build: Build,
    data: Path,
    aside: Path,
    built_at: datetime,
    inputs: Mapping[str, str],
    shards: Sequence[Shard],
) -> ReleaseInfo:
    """Write every parquet file and work out the id from what was written."""
    tables = [table.published() for table in build.tables.values()]
    found = {table.full_name: _write_table(build, table, aside, shards) for table in tables}
    found = {name: told for name, told in found.items() if told}
    content = sorted(table.full_name for table in tables if table.content and table.parquet)
    digest = content_digest({name: found[name]["digest"] for name in content})
    release_id = f"{newest_first_seen(build).isoformat()}-{digest[:12]}"
    before = current_release(data)
    parent = before.parent if before and before.id == release_id else before.id if before else None
    if before and before.id == release_id:
        # What is made anew under its own id still tells what changed since its parent, not since itself.
        found[CHANGE] = _changes_since(build, data, parent, aside)
    return ReleaseInfo(
        id=release_id,
        path=aside,
        built_at=built_at,
        parent=parent,
        content_digest=digest,
        tables=found,
        content=content,
        inputs=dict(inputs),
        versions=versions(),
    )


def _write_table(build: Build, table: Table, aside: Path, shards: Sequence[Shard] = ()) -> dict[str, Any]:
    """Write a table's parquet file; what release.json says of it, which is nothing for a table that has none.

    A table with shards stands in several files: theirs, and one with the rows of all other sources. Its digest is then
    one over those of its `parts`.
    """
    apart = shards if table.full_name in SHARDED else ()
    condition = not_in(apart, table) if apart else "true"
    twice = key_fault(build.con, table, condition)
    if twice:
        raise ReleaseError(twice)
    if not table.parquet:
        return {}
    name = shard_file(table.file, OTHERS) if apart else table.file
    found = write_parquet(build.con, table, aside / name, condition)
    told: dict[str, Any] = {"rows": found.rows, "digest": found.hexdigest(), "file": name}
    if not apart:
        return told
    parts = [told]
    for shard in apart:
        held = shard.tables[table.full_name]
        file = link(shard, table, aside).name
        parts.append({"rows": held["rows"], "digest": held["digest"], "file": file, "source": shard.source})
    return {
        "rows": sum(int(part["rows"]) for part in parts),
        "digest": parts_digest(table.full_name, (part["digest"] for part in parts)),
        "parts": parts,
    }


def _changes_since(build: Build, data: Path, parent: str | None, aside: Path) -> dict[str, Any]:
    table = build.tables[CHANGE].published()
    build.con.execute(f"TRUNCATE {CHANGE}")
    earlier = releases_folder(data) / parent if parent else None
    load_changes(build, earlier if earlier and earlier.is_dir() else None)
    return _write_table(build, table, aside)


def _stands_as_inputs_want(target: Path, release: ReleaseInfo) -> bool:
    """Whether a whole release of this id was made of the same inputs, our code included.

    New code may draw another page of the same figures; then the release is made anew under its id.
    """
    if not target.exists():
        return False
    try:
        return read_release(target).inputs == release.inputs and not verify_release(target)
    except ReleaseMissing:
        return False


def newest_first_seen(build: Build) -> date:
    """The newest day on which a snapshot in force was first seen; raises `ReleaseError` when there is none."""
    row = build.con.execute("SELECT max(first_seen) FROM core.snapshot").fetchone()
    if row is None or row[0] is None:
        raise ReleaseError("nothing to publish: no source has an accepted edition")
    newest: date = row[0]
    return newest


def versions() -> dict[str, str]:
    """The versions that decide over a file's bytes, never over its content."""
    return {"python": platform.python_version(), "duckdb": duckdb.__version__, "pyarrow": pa.__version__}


def _finish(
    complete: Callable[[ReleaseInfo | None], tuple[bool, list[str]]], previous: ReleaseInfo | None, release_id: str
) -> None:
    """Complete a release; where rows were carried over from the one before and do not read back, write all anew."""
    carried, faults = complete(previous)
    if faults and carried:
        _, faults = complete(None)
    if faults:
        raise ReleaseError(f"the release {release_id} does not read back: {'; '.join(faults)}")


def _complete(
    build: Build,
    aside: Path,
    release: ReleaseInfo,
    extras: Extras,
    shards: Sequence[Shard],
    previous: ReleaseInfo | None,
) -> tuple[bool, list[str]]:
    """Add the DuckDB file, the package and the extras, then read everything back.

    Returned is whether rows were carried over from `previous`, and what does not read back.
    """
    tables = {name: table.published() for name, table in build.tables.items()}
    carried = write_published(aside, tables, build.con, _release_row(release), shards, previous)
    sources = [
        {"title": title, "organization": publisher}
        for title, publisher in build.con.execute(load_sql("package_sources")).fetchall()
    ]
    (aside / PACKAGE).write_text(data_package(release.id, aside, tables.values(), sources), "utf-8")
    (aside / RELEASE_FILE).write_text(release.as_json(), "utf-8")
    linked = {
        shard_file(tables[name].file, shard.source): told for shard in shards for name, told in shard.tables.items()
    }
    # What is linked has the bytes that its shard told, or else verifying finds that it has not.
    write_sums(aside, {file: told["sha256"] for file, told in linked.items()})
    with ThreadPoolExecutor(1) as beside:
        # DuckDB reads the tables back while the page is drawn.
        read_before = {told["sha256"]: known_sum(told.get("row_sum")) for told in linked.values()}
        found = beside.submit(table_faults, aside, read_before)
        for name, make in extras.items():
            made = make(aside)
            (aside / name).write_bytes(made.encode("utf-8") if isinstance(made, str) else made)
    write_sums(aside, {name: digest for name, digest in read_sums(aside).items() if name not in extras})
    return carried, verify_release(aside, found.result)


def _release_row(release: ReleaseInfo) -> dict[str, Any]:
    return {
        "release_id": release.id,
        "content_digest": release.content_digest,
        "parent": release.parent,
        "built_at": _utc(release.built_at),
        "inputs": json.dumps(release.inputs, sort_keys=True),
        "versions": json.dumps(release.versions, sort_keys=True),
    }


def _utc(moment: datetime) -> datetime:
    """A moment in UTC without saying so, as DuckDB's TIMESTAMP has it; one without a zone is taken as UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _put_on_shelf(aside: Path, target: Path) -> None:
    """Make the files durable and the directory whole under its name; a namesake takes the name of work in progress."""
    sync_tree(aside)
    if target.exists():
        exchange(aside, target)
        return
    aside.rename(target)
    sync(target.parent)
