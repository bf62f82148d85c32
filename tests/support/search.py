"""Looking for a number in all that a release publishes: every cell, every byte, the statistics in footers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq


def everything(release: Path) -> Iterator[tuple[str, str, Any]]:
    """Every cell of every published table, from its parquet file and from the DuckDB file."""
    for path in sorted(release.glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            yield from ((path.name, name, value) for name, value in row.items())
    with duckdb.connect(str(release / "mojoraya.duckdb"), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        assert len(tables) > 15
        for schema, name in tables:
            result = con.execute(f"SELECT * FROM {schema}.{name}")
            columns = [column[0] for column in result.description]
            for row in result.fetchall():
                yield from ((f"{schema}.{name}", column, value) for column, value in zip(columns, row, strict=True))


def forms(number: int) -> list[bytes]:
    """How a number may stand in a file: as text in either language, or as any type that columns have."""
    texts = [str(number), f"{number:,}", f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " ")]
    numbers = [struct.pack("<i", number), struct.pack("<q", number), struct.pack("<d", float(number))]
    scaled = number * 10**6  # DECIMAL(24,6)
    width = (scaled.bit_length() + 7) // 8
    return [*(text.encode() for text in texts), *numbers, scaled.to_bytes(width, "little"), scaled.to_bytes(width)]


def plain_files(release: Path, folder: Path) -> Iterator[Path]:
    """The files of a release, and its parquet files once more in `folder` without compression and dictionaries."""
    yield from (path for path in release.iterdir() if path.is_file())
    for path in release.glob("*.parquet"):
        plain = folder / path.name
        pq.write_table(pq.read_table(path), plain, compression="none", use_dictionary=False)
        yield plain


def footers(release: Path) -> set[str]:
    """The least and greatest values that the footers of the parquet files name."""
    found = set()
    for path in release.glob("*.parquet"):
        footer = pq.ParquetFile(path).metadata
        for group in range(footer.num_row_groups):
            for column in range(footer.num_columns):
                statistics = footer.row_group(group).column(column).statistics
                if statistics and statistics.has_min_max:
                    found |= {str(statistics.min), str(statistics.max)}
    return found
