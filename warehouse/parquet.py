"""Write one parquet file per published table: sorted, zstd, bytes that depend on the rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from warehouse.arrow import schema_of
from warehouse.digest import TableDigest
from warehouse.model import Table
from warehouse.stream import ROW_GROUP, sorted_batches


def write_parquet(con: DuckDBPyConnection, table: Table, path: Path, condition: str = "true") -> TableDigest:
    """Write the rows of a table that fulfil a condition, in its one order; the digest of what was written."""
    return write_batches(table, path, sorted_batches(con, table, condition))


def write_batches(table: Table, path: Path, batches: Iterable[pa.RecordBatch]) -> TableDigest:
    """Write the rows of a table, which come in its one order and a row group at a time; the digest of what was written.

    One row group is written while the next one is made.
    """
    schema = schema_of(table)
    found = TableDigest(table.full_name, schema)
    # A dictionary of texts that hardly repeat costs time and room; so does more than the first level of zstd here.
    coded: Any = [column.name for column in table.columns if column.dictionary] or False
    with (
        pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=1, version="2.6", use_dictionary=coded
        ) as writer,
        ThreadPoolExecutor(1) as aside,
    ):

        def write(batch: pa.RecordBatch) -> None:
            found.update(batch)
            writer.write_table(pa.Table.from_batches([batch]), row_group_size=ROW_GROUP)

        last: Future[Any] = aside.submit(int)
        for batch in batches:
            last.result()
            last = aside.submit(write, batch)
        last.result()
    return found


def read_digest(path: Path, name: str) -> TableDigest:
    """The digest of a parquet file read back."""
    with pq.ParquetFile(path) as file:
        found = TableDigest(name, file.schema_arrow)
        for batch in _batches(file):
            found.update(batch)
    return found


def reads_back(path: Path, written: TableDigest, batches: Sequence[pa.RecordBatch] = ()) -> bool:
    """Whether a file gives back the rows that were written to it.

    Where the batches are at hand they are held side by side, in half the time that it takes to hash them again.
    """
    if batches:
        with pq.ParquetFile(path) as file:
            found = list(_batches(file))
        if len(found) == len(batches) and all(one.equals(other) for one, other in zip(found, batches, strict=True)):
            return True
    return read_digest(path, written.name).hexdigest() == written.hexdigest()


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    return file.iter_batches(ROW_GROUP)
