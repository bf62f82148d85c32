"""Read a release back and say what is wrong with it: hashes, schema, row counts, digests in both forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from warehouse.digest import TableDigest, content_digest
from warehouse.disk import file_sha256
from warehouse.package import PACKAGE, SUMS, read_sums
from warehouse.parquet import read_digest
from warehouse.published import FILE, attach_release
from warehouse.row_sum import RowSum, sum_of_files, sum_of_table
from warehouse.shard import parts_digest
from warehouse.shelf import ReleaseInfo, ReleaseMissing, read_release
from warehouse.stream import ROW_GROUP, one_batch

ReadBefore = Mapping[str, RowSum | None]


def verify_release(directory: Path, tables: Callable[[], list[str]] | None = None) -> list[str]:
    """What is wrong with a release, one sentence per fault; an empty list says that it is whole.

    A release is judged by what it says of itself, so that one built under an older catalog verifies too. Broken
    bytes are named by file and not read any further. `tables` gives what `table_faults` finds, where somebody is at
    that already.
    """
    try:
        release = read_release(directory)
    except ReleaseMissing as error:
        return [str(error)]
    broken = list(_hash_faults(directory))
    return broken or [*_content_faults(release), *(tables() if tables else table_faults(directory))]


def table_faults(directory: Path, read_before: ReadBefore | None = None) -> list[str]:
    """What is wrong with the tables of a release that has its package and its SHA256SUMS.

    `read_before` are shards' files by their SHA-256, read back when they were written, and the sum over their rows if
    it is known: of such a file the bytes are held against SHA256SUMS, its rows are not read once more.
    """
    return list(_table_faults(directory, read_release(directory), read_before or {}))


def _hash_faults(directory: Path) -> Iterator[str]:
    if not (directory / SUMS).is_file():
        yield f"{SUMS} is missing"
        return
    listed = read_sums(directory)
    present = {path.name for path in directory.iterdir()} - {SUMS}
    for name in sorted(present - set(listed)):
        yield f"{name}: not listed in {SUMS}"
    for name, digest in sorted(listed.items()):
        if name not in present:
            yield f"{name}: listed in {SUMS}, but missing"
        elif file_sha256(directory / name) != digest:
            yield f"{name}: its bytes are not those that {SUMS} names"


def _content_faults(release: ReleaseInfo) -> Iterator[str]:
    digest = content_digest({name: release.tables[name]["digest"] for name in release.content})
    if digest != release.content_digest:
        yield "release.json: the content digest does not follow from the tables' digests"
    if not release.id.endswith(f"-{digest[:12]}"):
        yield f"release.json: the id {release.id} does not end in the content digest {digest[:12]}"


def _table_faults(directory: Path, release: ReleaseInfo, read_before: ReadBefore) -> Iterator[str]:
    package = json.loads((directory / PACKAGE).read_text("utf-8"))
    fields = {
        item["path"] if isinstance(item["path"], str) else item["path"][0]: [
            field["name"] for field in item["schema"]["fields"]
        ]
        for item in package["resources"]
    }
    with duckdb.connect() as con:
        try:
            attach_release(con, directory)
        except duckdb.Error as error:
            yield f"{FILE}: does not open: {error}"
            return
        for name, told in release.tables.items():
            yield from _one_table(con, directory, name, told, fields, read_before)


def file_fault(path: Path) -> str:
    """What DuckDB says when every table of a file is read to its end; empty when all of it reads."""
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            tables = con.sql("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            for schema, table in tables:
                for _ in con.table(f"{schema}.{table}").to_arrow_reader(ROW_GROUP):
                    pass
    except duckdb.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def _one_table(
    con: DuckDBPyConnection,
    directory: Path,
    name: str,
    told: dict[str, Any],
    fields: dict[str, list[str]],
    read_before: ReadBefore,
) -> Iterator[str]:
    """Compare one table's parquet files and its copy in DuckDB with what release.json says of it."""
    first = told["parts"][0] if "parts" in told else told
    path = directory / str(first.get("file") or f"{name.replace('.', '_')}.parquet")
    try:
        if pq.read_schema(path).names != fields.get(path.name):
            yield f"{path.name}: its columns are not those in {PACKAGE}"
        if "parts" in told:
            yield from _parts(con, directory, name, told, read_before)
        else:
            yield from _whole(con, path, name, told)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        yield f"{name}: does not read back: {error}"


def _whole(con: DuckDBPyConnection, path: Path, name: str, told: dict[str, Any]) -> Iterator[str]:
    """A table in one file: the digest of the file's rows, and that of the rows in DuckDB."""
    schema = pq.read_schema(path)
    columns = [duckdb.ColumnExpression(column) for column in schema.names]
    # Two cores: the parquet file is read back beside its copy in DuckDB.
    with ThreadPoolExecutor(1) as aside:
        parquet = aside.submit(read_digest, path, name)
        rows = con.table(name).select(*columns).to_arrow_reader(ROW_GROUP)
        copy = _digest(name, schema, rows)
        yield from _differences(path.name, parquet.result(), told)
    yield from _differences(f"{FILE}, {name}", copy, told)


def _parts(
    con: DuckDBPyConnection, directory: Path, name: str, told: dict[str, Any], read_before: ReadBefore
) -> Iterator[str]:
    """A table in several files: the digest of each file's rows, and that DuckDB holds the rows of all of them."""
    parts = told["parts"]
    if parts_digest(name, (part["digest"] for part in parts)) != told["digest"]:
        yield f"release.json: the digest of {name} does not follow from those of its parts"
    sums = read_sums(directory)
    paths = [directory / part["file"] for part in parts]
    for path, part in zip(paths, parts, strict=True):
        if sums.get(path.name) not in read_before:
            yield from _differences(path.name, read_digest(path, name), part)
    # Millions of rows, of which each is held against all others at once.
    columns = pq.read_schema(paths[0]).names
    known = {path: read_before.get(sums.get(path.name, "")) for path in paths}
    whole = sum_of_files(con, (path for path, one in known.items() if one is None), columns)
    if sum((one for one in known.values() if one is not None), whole) != sum_of_table(con, name, columns):
        yield f"{FILE}, {name}: its content is not that of the parquet files"


def _digest(name: str, schema: pa.Schema, rows: Iterable[pa.RecordBatch]) -> TableDigest:
    found = TableDigest(name, schema)
    for batch in rows:
        found.update(one_batch(pa.Table.from_batches([batch]), schema))
    return found


def _differences(where: str, found: TableDigest, told: dict[str, object]) -> Iterator[str]:
    if found.rows != told["rows"]:
        yield f"{where}: {found.rows} rows, but release.json says {told['rows']}"
    elif found.hexdigest() != told["digest"]:
        yield f"{where}: its content is not what release.json says"
