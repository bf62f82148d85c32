"""What two releases say otherwise in the tables made of records: one SQL question over all their measures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from transforms.values import TOTAL
from warehouse.model import Column, load_model
from warehouse.record_measures import EXAMPLE, RecordTable, has_sides, load_record_measures
from warehouse.sqlfiles import load_sql, quoted, text

NUMBERS = frozenset({"INTEGER", "BIGINT", "DOUBLE"})
# Where a row says that what is empty in it is suppressed.
REASONS = ("null_reason", "complaints_null_reason")


@dataclass(frozen=True)
class Held:
    """A table as DuckDB reads it, and the columns that it has: an older release may lack the newest."""

    name: str
    columns: Collection[str]


def record_changes(now: Mapping[str, Held], before: Mapping[str, Held]) -> str | None:
    """The question that gives rows of meta.change; None where the releases have no such table in common.

    Both by the table's name without schema. Columns that one of the two lacks are not compared, nor are those of the
    profile that are taken from the others.
    """
    declared = [item for item in load_record_measures().tables if item.name in now and item.name in before]
    sides: tuple[list[str], list[str]] = ([], [])
    for table in declared:
        both = set(now[table.name].columns) & set(before[table.name].columns)
        measures = [item.column for item in table.measures if item.column in both and item.kind != "taken"]
        if measures:
            for found, held in zip(sides, (now[table.name], before[table.name]), strict=True):
                found.append(_values(table, measures, held))
    if not sides[0]:
        return None
    joined = [" UNION ALL ".join(f"({part})" for part in side) for side in sides]
    return load_sql("record_changes", now=joined[0], before=joined[1])


def _values(table: RecordTable, measures: list[str], held: Held) -> str:
    columns = {item.name: item for item in _columns(table.name)}
    parts = [f"CASE WHEN {quoted(name)} <> {text(TOTAL)} THEN {text(f'{name}=')} || {quoted(name)} END"
             for name in sorted(table.breakdown)]  # fmt: skip
    if has_sides(table):
        parts.append(f"CASE WHEN synthetic THEN {text(EXAMPLE)} END")
    reason = next((name for name in reversed(REASONS) if name in held.columns), None)
    return load_sql(
        "record_values",
        prefix=text(f"{table.name}."),
        period=quoted(table.period),
        breakdown=", ".join(parts) or "NULL",
        hidden=f"{quoted(reason)} = 'suppressed'" if reason else "false",
        rule=quoted(table.rule) if table.rule in held.columns else "NULL",
        measures=", ".join(_measure(columns[name]) for name in measures),
        table=held.name,
    )


def _columns(table: str) -> list[Column]:
    return next(item.columns for item in load_model().tables if item.full_name == f"joint.{table}")


def _measure(column: Column) -> str:
    number, told = f"CAST({quoted(column.name)} AS DOUBLE)", f"CAST({quoted(column.name)} AS VARCHAR)"
    if column.type in NUMBERS:
        told = "CAST(NULL AS VARCHAR)"
    else:
        number = "CAST(NULL AS DOUBLE)"
    return f"{{'name': {text(column.name)}, 'number': {number}, 'text': {told}}}"
