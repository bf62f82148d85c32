"""The order of the published tables' columns: columns.csv, to which lines are only ever appended.

Whoever reads by position, or keeps a saved query, must not find another column there tomorrow. A catalog that
asks for a wide column which is not listed, or no longer asks for one that is, is refused. A column is renamed in
renames.toml: the new name is appended, the former one stays in its place for two versions and then goes.
Run as a module it appends the missing lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from catalog.load import Catalog, load_catalog
from catalog.strict import DeclarationError
from warehouse.model import HERE, Model, Table, WideTable, load_model, wide_tables
from warehouse.renames import Rename, load_renames, renames_by_table, version

COLUMNS = HERE / "columns.csv"
FIELDS = ("table", "position", "column", "type")


def published_tables(
    catalog: Catalog, path: Path = COLUMNS, renames: Iterable[Rename] | None = None
) -> dict[str, Table]:
    """Every published table by full name, the wide ones with their indicators' columns in listed order.

    Raises `DeclarationError` when tables.toml or the catalog, columns.csv and renames.toml do not agree.
    """
    listed = read_columns(path)
    model = load_model()
    renamed = renames_by_table(load_renames() if renames is None else renames)
    wanted = wanted_columns(catalog, model)
    faults = [
        fault
        for name, columns in wanted.items()
        for fault in _faults(name, columns, listed.get(name, {}), renamed.get(name, {}))
    ]
    if faults:
        raise DeclarationError("\n".join(faults))
    added = {item.table.full_name: item for item in wide_tables(catalog, model)}
    return {table.full_name: _widened(table, added, listed, renamed.get(table.full_name, {})) for table in model.tables}


def wanted_columns(catalog: Catalog, model: Model) -> dict[str, dict[str, str]]:
    """The columns that tables.toml and the catalog ask for with their types, by table; new ones go to the end."""
    added = {item.table.full_name: list(item.added.values()) for item in wide_tables(catalog, model)}
    return {
        table.full_name: {column.name: column.type for column in (*table.columns, *added.get(table.full_name, []))}
        for table in model.tables
    }


def read_columns(path: Path = COLUMNS) -> dict[str, dict[str, str]]:
    """The listed columns of each table in order, with their types; an absent file lists nothing.

    Raises `DeclarationError` when positions do not run from 1 without a gap.
    """
    listed: dict[str, dict[str, str]] = {}
    if not path.exists():
        return listed
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            columns = listed.setdefault(row["table"], {})
            columns[row["column"]] = row["type"]
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
        (name, position, column, columns[column])
        for name, columns in wanted_columns(catalog, load_model()).items()
        for position, column in _new(columns, listed.get(name, {}))
    ]
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(FIELDS)
        writer.writerows(rows)
    return [f"{name}.{column}" for name, _, column, _ in rows]


def _new(wanted: Iterable[str], listed: Mapping[str, str]) -> Iterable[tuple[int, str]]:
    fresh = [column for column in wanted if column not in listed]
    return enumerate(fresh, start=len(listed) + 1)


def _faults(
    name: str, wanted: Mapping[str, str], listed: Mapping[str, str], renamed: Mapping[str, Rename]
) -> Iterable[str]:
    for old, rename in renamed.items():
        if old in wanted:
            yield f"{name}: renames.toml says that '{old}' is now '{rename.new}', but it is still declared"
        elif old not in listed or rename.new not in wanted:
            yield f"{name}: renames.toml renames '{old}' to '{rename.new}', but one of them was never published"
    for column in wanted:
        if column not in listed:
            yield f"{name}: the column '{column}' is not in columns.csv; run 'python -m warehouse.columns'"
        elif listed[column] != wanted[column]:
            yield f"{name}: the column '{column}' was published as {listed[column]}, not {wanted[column]}"
    for column in listed:
        if column not in wanted and column not in renamed:
            yield (
                f"{name}: columns.csv lists '{column}', which nothing declares; published columns are not removed, "
                "and a rename is declared in renames.toml"
            )


def _widened(
    table: Table, added: dict[str, WideTable], listed: Mapping[str, Mapping[str, str]], renamed: Mapping[str, Rename]
) -> Table:
    fixed = {column.name: column for column in table.columns}
    by_name = {**fixed, **added[table.full_name].added} if table.full_name in added else fixed
    ordered = [name for name in listed[table.full_name] if name in by_name or renamed[name].is_published(version())]
    columns = [by_name[name] for name in ordered if name in by_name]
    aliases = {
        place: renamed[name].alias(by_name[renamed[name].new])
        for place, name in enumerate(ordered)
        if name not in by_name
    }
    return table.model_copy(update={"columns": columns, "aliases": aliases})


if __name__ == "__main__":
    for new in append_columns(load_catalog()):
        print(new)
