"""The wide joint tables and the industries table: SQL over the current slice of joint.indicator_value."""

from __future__ import annotations

import pyarrow as pa
from duckdb import DuckDBPyConnection

from catalog.load import Catalog
from warehouse.model import Table
from warehouse.sqlfiles import load_sql, text

SECTOR = "sector"


def fill_wide(con: DuckDBPyConnection, table: Table) -> None:
    """Fill one wide table: a row for every region with a role and every year, whether or not a figure exists."""
    indicators = list(dict.fromkeys(column.indicator for column in table.columns if column.indicator))
    if not indicators:
        return
    columns = ",\n".join(load_sql("wide_column", id=text(name), name=name).rstrip() for name in indicators)
    listed = ", ".join(text(name) for name in indicators)
    con.execute(load_sql("wide", table=table.full_name, indicators=listed, columns=columns))


def fill_sectors(con: DuckDBPyConnection, table: Table, catalog: Catalog) -> None:
    """Fill joint.economy_sector; doubles are rounded to the digits that tables.toml declares."""
    if SECTOR not in catalog.breakdowns:
        return
    codes = [code for code in catalog.breakdowns[SECTOR].codes if code.code != "_T"]
    labels = pa.table(
        {
            "sector": [code.code for code in codes],
            "sector_label_id": [code.label.id for code in codes],
            "sector_label_en": [code.label.en for code in codes],
        }
    )
    digits = {column.name: str(column.decimals) for column in table.columns if column.decimals is not None}
    con.register("sector_label", labels)
    con.execute(load_sql("sectors", **digits))
    con.unregister("sector_label")
