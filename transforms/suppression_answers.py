"""Whether what is counted among hidden complaints (answers, closures, backlog, respondents) gives their number away.

Each such count lies between nought and its complaints and adds up over the same places and months, so it may narrow
what an attacker knows of a count that is hidden well enough by itself. The audit is held once more with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from transforms.additive import Cell, Key, Relation, Table
from transforms.suppression_audit import narrow_cells

BACKLOG = "backlog"
MONTH = len("2025-01")


def answers_reveal(
    table: Table,
    hidden: AbstractSet[Key],
    counted: Mapping[str, Mapping[Key, float]],
    is_shown: Callable[[str, Key], bool],
) -> bool:
    """Whether a count that is safe in its own sums is told by what is counted among its complaints.

    `counted` gives these by column and cell, `is_shown` says which of them a reader sees.
    """
    asked = [key for key in table.primaries if key in hidden]
    safe = set(asked) - set(narrow_cells(table, hidden, asked))
    wide = with_answers(table, counted, is_shown)
    return bool(safe & set(narrow_cells(wide, hidden, asked)))


def with_answers(
    table: Table, counted: Mapping[str, Mapping[Key, float]], is_shown: Callable[[str, Key], bool]
) -> Table:
    """The table with what is counted among its cells: at most as many, and in the same sums."""
    cells, relations = dict(table.cells), list(table.relations)
    for name, values in counted.items():
        whole = _received(table, cells, relations) if name == BACKLOG else {key: key for key in table.cells}
        of = {key: (*key, name) for key in whole}
        for key, counterpart in whole.items():
            if key in values and cells[counterpart].value >= values[key]:
                cells[of[key]] = Cell(values[key], published=False, known=is_shown(name, key))
                left = (*key, name, "not")
                cells[left] = Cell(cells[counterpart].value - values[key], published=False)
                relations.append(Relation(counterpart, (of[key], left)))
        relations += _same_sums(table, cells, of, name)
    return Table(cells, tuple(relations))


def _received(table: Table, cells: dict[Key, Cell], relations: list[Relation]) -> dict[Key, Key]:
    """The complaints received up to the end of each month: cells of their own, which nobody prints."""
    found: dict[Key, Key] = {}
    for key in sorted(key for key in table.cells if len(key[2]) == MONTH and table.cells[key].published):
        before = (*key[:2], _month_before(key[2]), key[3], "received")
        found[key] = (*key, "received")
        parts = (key, before) if before in cells else (key,)
        cells[found[key]] = Cell(sum(cells[part].value for part in parts), published=False)
        relations.append(Relation(found[key], parts))
    return found


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def _same_sums(table: Table, cells: dict[Key, Cell], of: Mapping[Key, Key], name: str) -> list[Relation]:
    """The sums of the table, of what is counted among its cells."""
    found = []
    for relation in table.relations:
        if name == BACKLOG and len(relation.total[2]) != MONTH:
            continue
        total, parts = of.get(relation.total), [of[part] for part in relation.parts if part in of]
        parts = [part for part in parts if part in cells]
        if total is None or total not in cells or not parts:
            continue
        rest = cells[total].value - sum(cells[part].value for part in parts)
        if rest < 0:
            continue
        # What is counted outside the named parts may be anything, so it is a cell that nobody prints.
        left = (*total, "rest", *parts[0])
        if len(parts) < len(relation.parts) or rest > 0:
            cells[left] = Cell(rest, published=False)
            parts = [*parts, left]
        found.append(Relation(total, tuple(parts)))
    return found
