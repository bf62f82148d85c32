"""Which counts of sensitive complaints to hide, over kelurahan, months and categories together.

Beside the categories themselves stands their sum: all complaints less those of harmless categories. It is printed
nowhere, but follows wherever the row of all calls (`_T`) is, so that hiding it means to empty that row. Counts of
harmless categories are never touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.load import Catalog
from transforms.additive import Cell, Key, Relation, Table
from transforms.suppression import protect
from transforms.suppression_answers import MONTH, answers_reveal
from transforms.suppression_tables import with_memory
from transforms.values import TOTAL

Row = Mapping[str, Any]
EXAMPLE, REAL = "example", "real"
# With more small counts than this the table is published one level up, by month for whole governments only: kept cell
# by cell nearly all of it would be hidden, and finding out which would take minutes.
MANY = 25
# What a hidden count takes with it, and what is counted among its complaints.
COUNTS = ("answered", "closed", "backlog", "respondents")
EMPTIED = (
    "calls", "complaints", "complaint_share", "complaints_per_1000", "median_answer_minutes", "p90_answer_minutes",
    "median_close_hours", "p90_close_hours", "satisfaction", *COUNTS,
)  # fmt: skip


@dataclass(frozen=True)
class ComplaintPlan:
    """The columns to empty by row (side, region, period, category), and the counts that are known all the same."""

    emptied: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    exposed: frozenset[Key] = frozenset()


def key_of(row: Row) -> Key:
    """A row of joint.service_complaints: example or real, region, period, category."""
    return EXAMPLE if row["synthetic"] else REAL, row["region_code"], row["period"], row["category"]


def complaint_plan(days: Sequence[Sequence[Row]], catalog: Catalog) -> ComplaintPlan:
    """What to empty in the last of `days`: the rows of joint.service_complaints of each day on which records came.

    Earlier days are earlier releases: what was hidden there stays hidden, and what stood open there with the same
    value is known and no help to its neighbours.
    """
    hidden: set[Key] = set()
    exposed: set[Key] = set()
    shown: dict[Key, set[float]] = defaultdict(set)
    closed: set[str] = set()
    coarse: set[str] = set()
    for rows in days:
        for side in (EXAMPLE, REAL):
            own = [row for row in rows if key_of(row)[0] == side]
            if len(sensitive_table(own, catalog).primaries) > MANY:
                coarse.add(side)
            told = [row for row in own if side not in coarse or not _is_fine(row)]
            table = sensitive_table(told, catalog, shown)
            if table.primaries or hidden & set(table.cells):
                found = protect(table, hidden)
                hidden |= {key for key in found.hidden if table.cells[key].published}
                exposed |= found.exposed
                if side not in closed and _answered_too_openly(table, hidden, counted_among(told, side, catalog)):
                    closed.add(side)
            for key, cell in table.cells.items():
                if cell.published and key not in hidden:
                    shown[key].add(cell.value)
    last = days[-1] if days else ()
    emptied = _emptied(last, hidden, closed, catalog)
    fine = [row for row in last if key_of(row)[0] in coarse and _is_fine(row)]
    emptied |= {key_of(row): EMPTIED for row in fine if not _is_harmless(row, catalog)}
    return ComplaintPlan(emptied, frozenset(exposed))


def _is_fine(row: Row) -> bool:
    """Whether a row is of one month and of a place below the governments."""
    return row["kecamatan"] is not None and len(row["period"]) == MONTH


def _is_harmless(row: Row, catalog: Catalog) -> bool:
    return row["category"] != TOTAL and not catalog.monitoring.suppress_below(row["category"])


def _answered_too_openly(table: Table, hidden: set[Key], counted: Mapping[str, Mapping[Key, float]]) -> bool:
    hides = _hider(hidden)
    return answers_reveal(table, hidden, counted, lambda name, key: name not in hides(key))


def sensitive_table(rows: Sequence[Row], catalog: Catalog, recalled: Mapping[Key, set[float]] | None = None) -> Table:
    """The sensitive counts of one side, their sums by place and period, and what adds up to what."""
    ways = catalog.monitoring
    cells: dict[Key, Cell] = {}
    parts: dict[Key, list[Key]] = defaultdict(list)
    for row in rows:
        below = ways.suppress_below(row["category"]) if row["category"] != TOTAL else 0
        if below:
            key = key_of(row)
            cells[key] = Cell(float(row["complaints"]), below)
            parts[*key[:3], TOTAL].append(key)
    for total, listed in parts.items():
        cells[total] = Cell(sum(cells[key].value for key in listed), max(cells[key].threshold for key in listed))
    relations = [Relation(total, tuple(listed)) for total, listed in parts.items()]
    for total, listed in _sums(rows, cells, catalog):
        rest = cells[total].value - sum(cells[key].value for key in listed)
        if rest > 0:
            left = (*total, "elsewhere")
            cells[left] = Cell(rest, published=False)
            relations.append(Relation(total, (*listed, left)))
        elif rest == 0:
            relations.append(Relation(total, tuple(listed)))
    return Table(with_memory(cells, recalled or {}), tuple(relations))


def _sums(rows: Sequence[Row], cells: Mapping[Key, Cell], catalog: Catalog) -> Iterable[tuple[Key, list[Key]]]:
    """A place and those under it in each month, and a year and its months in each place."""
    under = _children(rows, catalog)
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in cells:
        side, region, period, category = key
        if len(period) == MONTH:
            found[side, region, period[:4], category].append(key)
            below = ((side, part, period, category) for part in under.get(region, ()))
            found[key] += [part for part in below if part in cells]
    return [(total, sorted(listed)) for total, listed in sorted(found.items()) if total in cells and listed]


def _children(rows: Sequence[Row], catalog: Catalog) -> Mapping[str, list[str]]:
    """The places directly under each, as the rows themselves name them; members of an agglomeration under it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        above = row["kecamatan"] if row["region_code"] != row["kecamatan"] else None
        above = above or (row["government"] if row["region_code"] != row["government"] else None)
        if above:
            found[above].add(row["region_code"])
    found.update({item.id: set(item.members) for item in catalog.agglomerations.values()})
    return {place: sorted(parts) for place, parts in found.items()}


def counted_among(rows: Sequence[Row], side: str, catalog: Catalog) -> dict[str, dict[Key, float]]:
    """What is counted among the complaints of each sensitive category and of their sum, by column and row."""
    found: dict[str, dict[Key, float]] = {name: defaultdict(float) for name in COUNTS}
    for row in rows:
        key = key_of(row)
        if key[0] == side and key[3] != TOTAL and catalog.monitoring.suppress_below(key[3]):
            for name in COUNTS:
                found[name][key] += row[name]
                found[name][*key[:3], TOTAL] += row[name]
    return {name: dict(values) for name, values in found.items()}


def _emptied(rows: Sequence[Row], hidden: set[Key], closed: set[str], catalog: Catalog) -> dict[Key, tuple[str, ...]]:
    """By row, the columns to empty: all that is counted where its count is hidden, else what would tell it.

    Complaints of a hidden month stand in the backlog of those after it, so backlogs go from that month on. Where the
    audit finds that answers tell a count, no count among sensitive complaints is shown at all.
    """
    hides = _hider(hidden)
    sensitive = {
        key_of(row)[:3]
        for row in rows
        if row["category"] != TOTAL and row["complaints"] and catalog.monitoring.suppress_below(row["category"])
    }
    found: dict[Key, tuple[str, ...]] = {}
    for row in rows:
        key = key_of(row)
        if not _is_harmless(row, catalog):
            told = COUNTS if key[0] in closed and (key[3] != TOTAL or key[:3] in sensitive) else ()
            if columns := hides(key) or told:
                found[key] = tuple(dict.fromkeys([*columns, *told]))
    return found


def _hider(hidden: Iterable[Key]) -> Callable[[Key], tuple[str, ...]]:
    """What must be empty in a row because its own count, or one of an earlier month, is hidden."""
    every, since = frozenset(hidden), dict[Key, str]()
    for side, region, period, category in every:
        first = period if len(period) == MONTH else f"{period}-01"
        since[side, region, category] = min(first, since.get((side, region, category), first))

    def columns(key: Key) -> tuple[str, ...]:
        side, region, period, category = key
        if key in every:
            return EMPTIED
        end = period if len(period) == MONTH else f"{period}-12"
        return ("backlog",) if since.get((side, region, category), "9999") <= end else ()

    return columns


def published_complaints(rows: Iterable[Row], plan: ComplaintPlan) -> list[dict[str, Any]]:
    """The rows as they may be published: status Q and the reason where anything is emptied."""
    return [
        {**row, **dict.fromkeys(columns), "obs_status": "Q", "null_reason": "suppressed"}
        if (columns := plan.emptied.get(key_of(row)))
        else dict(row)
        for row in rows
    ]
