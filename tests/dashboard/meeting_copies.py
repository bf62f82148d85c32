"""Copies of a release's tables that a test may change before a file is made from them."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import load_workbook

TABLES = (
    "joint_indicator_value",
    "joint_economy_sector",
    "core_indicator",
    "core_region",
    "core_source",
    "core_snapshot",
    "changes",
)
SHOWN = ["mojokerto-raya", "35.16", "35.76", "35"]
Row = dict[str, Any]


def copy_tables(release: Path, target: Path) -> Path:
    """The tables that the meeting's files are made from, in a folder of their own; figures of the places shown only."""
    target.mkdir()
    for name in TABLES:
        shutil.copy(release / f"{name}.parquet", target)
    path = target / "joint_indicator_value.parquet"
    table = pq.read_table(path)
    shown = pc.is_in(table["region_code"].cast(pa.string()), value_set=pa.array(SHOWN))
    pq.write_table(table.filter(shown), path)
    return target


def change(folder: Path, name: str, edit: Callable[[list[Row]], list[Row] | None]) -> None:
    """Edit the rows of one table in place, or give others."""
    path = folder / f"{name}.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    edited = edit(rows)
    pq.write_table(pa.Table.from_pylist(rows if edited is None else edited, schema=table.schema), path)


def values(**given: Any) -> Callable[[list[Row]], None]:
    """An edit of the current totals of poverty in Raya in 2025."""

    def edit(rows: list[Row]) -> None:
        for row in rows:
            if (row["indicator"], row["region_code"], row["year"]) == ("poverty_rate", "mojokerto-raya", 2025):
                row.update(given)

    return edit


def sheets(book: bytes) -> dict[str, list[list[Any]]]:
    """Every sheet as rows, read by another program than wrote them."""
    found = load_workbook(io.BytesIO(book))
    return {name: found.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in found.sheet_names}


def parts(book: bytes) -> dict[str, bytes]:
    """The files that a workbook consists of."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def formulas(book: bytes) -> list[str]:
    """The sheets that hold a formula."""
    return [name for name, text in parts(book).items() if "worksheets" in name and re.search(rb"<f[ >/]", text)]


def table_of(rows: list[list[Any]], first: str) -> list[Row]:
    """The rows under the heading that begins with `first`, by the Indonesian half of every heading."""
    head = next(number for number, row in enumerate(rows) if str(row[0]).startswith(first + "\n"))
    names = [str(name).split("\n", maxsplit=1)[0] for name in rows[head]]
    return [dict(zip(names, row, strict=True)) for row in rows[head + 1 :]]
