"""CREATE and COMMENT statements, generated from the declared tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from duckdb import DuckDBPyConnection

from warehouse.model import Model, Table, load_model
from warehouse.sqlfiles import load_sql, quoted, text


def create_table(table: Table, stored: Mapping[str, str] = MappingProxyType({})) -> str:
    """CREATE TABLE of one declared table; `stored` says by which of DuckDB's ways some columns are compressed."""
    columns = ", ".join(
        " ".join(
            [
                quoted(column.name),
                column.type,
                *([f"USING COMPRESSION {stored[column.name]}"] if column.name in stored else []),
                *([] if column.nullable else ["NOT NULL"]),
            ]
        )
        for column in table.columns
    )
    return f"CREATE TABLE {table.full_name} ({columns})"


def comments(table: Table, kind: Literal["TABLE", "VIEW"] = "TABLE") -> list[str]:
    """Bilingual comments of one table, or of the view that stands for it, and of each of its columns."""
    told = f"{table.comment.id} | {table.comment.en}"
    return [
        f"COMMENT ON {kind} {table.full_name} IS {text(told)}",
        *(
            f"COMMENT ON COLUMN {table.full_name}.{quoted(column.name)} IS {text(column.comment)}"
            for column in table.columns
        ),
    ]


def create_all(con: DuckDBPyConnection, tables: Iterable[Table], model: Model | None = None) -> None:
    """Create the tables, empty and without comments, and the schemas that are not there."""
    model = model or load_model()
    for schema in model.schemas:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema.name}")
    con.execute(";\n".join(create_table(table) for table in tables))


def comment_all(con: DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Comment every table and column, in one round trip."""
    con.execute(";\n".join(line for table in tables for line in comments(table)))


def create_macros(con: DuckDBPyConnection, model: Model | None = None) -> None:
    """Create the table macros of the published file with their comments."""
    model = model or load_model()
    con.execute(load_sql("macros"))
    for macro in model.macros:
        con.execute(f"COMMENT ON MACRO TABLE {macro.schema_name}.{macro.name} IS {text(f'{macro.id} | {macro.en}')}")


def order_by(table: Table) -> str:
    """The ORDER BY list that puts a table's rows in their one order; empty values first."""
    return ", ".join(f"{quoted(name)} NULLS FIRST" for name in table.order)


def select_sorted(table: Table, condition: str = "true") -> str:
    """Rows of a table in their one order, columns as declared; a former name shows its column's values."""
    columns = ", ".join(
        f"{quoted(item.alias_of)} AS {quoted(item.name)}" if item.alias_of else quoted(item.name)
        for item in table.columns
    )
    return load_sql("sorted", columns=columns, table=table.full_name, condition=condition, order=order_by(table))
