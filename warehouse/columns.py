"""The order of the published tables' columns: columns.csv, to which lines are only ever appended.

Whoever reads by position, or keeps a saved query, must not find another column there tomorrow. A catalog that
asks for a wide column which is not listed, or no longer asks for one that is, is refused.
Run as a module it appends the missing lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from catalog.load import Catalog, load_catalog
from catalog.strict import DeclarationError
from warehouse.model import HERE, Model, Table, WideTable, load_model, wide_tables

COLUMNS = HERE / "columns.csv"
FIELDS = ("table", "position", "column")


def published_tables(catalog: Catalog, path: Path = COLUMNS) -> dict[str, Table]:
    """Every published table by full name, the wide ones with their indicators' columns in listed order.

    Raises `DeclarationError` when tables.toml or the catalog and columns.csv do not agree.
    """
    listed = read_columns(path)
    model = load_model()
    wanted = wanted_columns(catalog, model)
    faults = [fault for name, columns in wanted.items() for fault in _faults(name, columns, listed.get(name, []))]
    if faults:
        raise DeclarationError("\n".join(faults))
    added = {item.table.full_name: item for item in wide_tables(catalog, model)}
    return {table.full_name: _widened(table, added, listed) for table in model.tables}


def wanted_columns(catalog: Catalog, model: Model) -> dict[str, list[str]]:
    """The columns that tables.toml and the catalog ask for, by table; order matters only among new ones."""
    added = {item.table.full_name: list(item.added) for item in wide_tables(catalog, model)}
    return {table.full_name: [*table.names, *added.get(table.full_name, [])] for table in model.tables}


def read_columns(path: Path = COLUMNS) -> dict[str, list[str]]:
    """The listed columns of each table in order; an absent file lists nothing.

    Raises `DeclarationError` when positions do not run from 1 without a gap.
    """
    listed: dict[str, list[str]] = {}
    if not path.exists():
        return listed
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            columns = listed.setdefault(row["table"], [])
            columns.append(row["column"])
            if row["position"] != str(len(columns)):
                raise DeclarationError(
                    f"{path.name}, line {line}: position {row['position']} of {row['table']}, expected "
                    f"{len(columns)}; lines are appended, never moved"
                )
    return listed


def append_columns(catalog: Catalog, path: Path = COLUMNS) -> list[str]:
    """Append the columns that are not listed yet, sorted by table; returns them as "table.column"."""
    listed = read_columns(path)
    rows = [
        (name, position, column)
        for name, columns in wanted_columns(catalog, load_model()).items()
        for position, column in _new(columns, listed.get(name, []))
    ]
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(FIELDS)
        writer.writerows(rows)
    return [f"{name}.{column}" for name, _, column in rows]


def _new(wanted: list[str], listed: list[str]) -> Iterable[tuple[int, str]]:
    fresh = [column for column in wanted if column not in listed]
    return enumerate(fresh, start=len(listed) + 1)


def _faults(name: str, wanted: list[str], listed: list[str]) -> Iterable[str]:
    for column in wanted:
        if column not in listed:
            yield f"{name}: the column '{column}' is not in columns.csv; run 'python -m warehouse.columns'"
    for column in listed:
        if column not in wanted:
            yield f"{name}: columns.csv lists '{column}', which nothing declares; published columns are not removed"


def _widened(table: Table, added: dict[str, WideTable], listed: dict[str, list[str]]) -> Table:
    fixed = {column.name: column for column in table.columns}
    by_name = {**fixed, **added[table.full_name].added} if table.full_name in added else fixed
    columns = [by_name[name] for name in listed[table.full_name]]
    return table.model_copy(update={"columns": columns})


if __name__ == "__main__":
    for new in append_columns(load_catalog()):
        print(new)
