"""The joint tables made of records, as explaining reads them: from the release alone, each table once."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.book import Book
from warehouse.query import as_dicts, query
from warehouse.record_measures import EXAMPLE, RecordTable, breakdown_of, load_record_measures
from warehouse.sqlfiles import load_sql

Row = dict[str, Any]


class RecordKey(NamedTuple):
    """What a measure is about: a column of a joint table, and the row that it stands in."""

    table: str
    column: str
    region: str
    period: str
    breakdown: str


class RecordBook:
    """The record tables of the release in a folder; `book` holds its figures, regions and sources."""

    def __init__(self, release: Path, book: Book) -> None:
        self.book = book
        self._release = release
        self._rows: dict[str, list[Row]] = {}
        self._placed: dict[str, dict[tuple[str, str], list[Row]]] = {}
        self._groups: dict[tuple[str, ...], dict[tuple[Any, ...], list[Row]]] = {}

    def rows(self, table: str) -> list[Row]:
        """All rows of a table of the release by its full name."""
        if table not in self._rows:
            self._rows[table] = as_dicts(query(self._release, load_sql("whole", table=table)))
        return self._rows[table]

    def at(self, table: RecordTable, region: str, period: str) -> list[Row]:
        """The rows of a joint table on one region and period; real figures before examples."""
        if table.name not in self._placed:
            found: dict[tuple[str, str], list[Row]] = defaultdict(list)
            for row in sorted(self.rows(f"joint.{table.name}"), key=lambda row: bool(row["synthetic"])):
                found[row["region_code"], str(row[table.period])].append(row)
            self._placed[table.name] = dict(found)
        return self._placed[table.name].get((region, period), [])

    def alike(self, table: str, row: Row, *columns: str) -> list[Row]:
        """The rows of a joint table that say the same as `row` in these columns."""
        name = (table, *columns)
        if name not in self._groups:
            found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
            for item in self.rows(f"joint.{table}"):
                found[tuple(item[column] for column in columns)].append(item)
            self._groups[name] = dict(found)
        return self._groups[name].get(tuple(row[column] for column in columns), [])

    def row_of(self, key: RecordKey) -> Row | None:
        """The row of a key: the one of its breakdown, real before example; None when there is none."""
        table = load_record_measures().by_name[key.table]
        found = self.at(table, key.region, key.period)
        named = [row for row in found if key.breakdown in {breakdown_of(table, row), plain(breakdown_of(table, row))}]
        return next(iter(named), None)

    def snapshots(self, source: str) -> list[Row]:
        """The files behind a source's records in force: the last, or all of them where editions add to each other."""
        found = [row for row in self.rows("core.snapshot") if row["source"] == source]
        found.sort(key=lambda row: (row["vintage"], row["first_seen"]))
        return found[-1:] if found and found[-1]["replaces"] and not found[-1]["has_quarantine"] else found


def plain(breakdown: str) -> str:
    """A breakdown without the mark of an example."""
    kept = [part for part in breakdown.split(";") if part != EXAMPLE]
    return ";".join(kept) or "_T"
