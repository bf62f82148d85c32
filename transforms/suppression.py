"""Which cells of additive tables must stay hidden so that no small count can be worked out from what is shown.

Primary: counts below their threshold. Secondary: where a sum leaves one hidden cell alone, its smallest other
non-zero cell goes too, to a fixed point. Then the audit (`suppression_audit`): while a primary cell is pinned to
fewer values than its threshold, the smallest cell near it goes, level by level. Everything runs in sorted order.
The rules: domain notes, section 5.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from transforms.additive import Key, Table
from transforms.suppression_audit import narrow_cells


@dataclass(frozen=True)
class Protection:
    """The cells to hide, and the primary cells that stay exposed because what reveals them is known already."""

    hidden: frozenset[Key] = frozenset()
    exposed: frozenset[Key] = frozenset()


def protect(table: Table, hidden: Iterable[Key] = ()) -> Protection:
    """The cells of a table to hide, those that are `hidden` already included.

    Every primary cell is left with an interval at least its threshold wide, held against an attacker who knows
    every shown cell, every relation and that each hidden count is at least 1. Those for which this cannot be had
    are `exposed`; where only an earlier release exposes them, they are still kept safe from who has not read it.
    """
    found = _protected(table, hidden)
    if not any(cell.recalled for cell in table.cells.values()) or not found.exposed:
        return found
    forgetful = replace(table, cells={key: replace(cell, recalled=False) for key, cell in table.cells.items()})
    return Protection(_protected(forgetful, found.hidden).hidden, found.exposed)


def _protected(table: Table, hidden: Iterable[Key]) -> Protection:
    chosen = {key for key in hidden if key in table.cells} | set(table.primaries)
    _complete(table, chosen, chosen)
    waiting, given_up = list(table.primaries), []
    while waiting:
        waiting = narrow_cells(table, chosen, waiting)
        added: set[Key] = set()
        for key in waiting:
            # What was hidden a moment ago may be enough for this cell too: the next audit tells.
            if added.isdisjoint(table.beside(key)):
                more = _more(table, chosen | added, key)
                if more is None:
                    given_up.append(key)
                else:
                    added.add(more)
        waiting = [key for key in waiting if key not in given_up]
        chosen |= added
        _complete(table, chosen, added)
    # What was hidden for one cell may have helped another that was given up before.
    return Protection(frozenset(chosen), frozenset(narrow_cells(table, chosen, given_up)))


def _complete(table: Table, chosen: set[Key], fresh: Iterable[Key]) -> None:
    """Leave no hidden cell alone in a sum: add the smallest other non-zero cell to `chosen`, to a fixed point."""
    waiting = sorted({number for key in fresh for number in table.relations_of.get(key, [])}, reverse=True)
    while waiting:
        relation = table.relations[waiting.pop()]
        unknown = [key for key in relation.keys if table.unknown(key, chosen)]
        if len(unknown) != 1 or unknown[0] not in chosen:
            continue
        found = _smallest(table, chosen, relation.keys)
        if found is not None:
            chosen.add(found)
            waiting.extend(sorted(table.relations_of[found], reverse=True))


def _smallest(table: Table, chosen: AbstractSet[Key], keys: Iterable[Key]) -> Key | None:
    """The smallest non-zero cell that can still be hidden with effect; ties go by key."""
    open_keys = (key for key in keys if key not in chosen and table.cells[key].can_hide)
    return min(open_keys, key=lambda key: (table.cells[key].value, key), default=None)


def _more(table: Table, chosen: AbstractSet[Key], key: Key) -> Key | None:
    """What to hide next for a cell that is still pinned down.

    The smallest cell of its own sums, else of all sums that an attacker must solve together with them; so the
    hiding climbs to the level above when its own is used up. None when nothing is left.
    """
    return _smallest(table, chosen, table.beside(key)) or _smallest(table, chosen, _reached(table, chosen, key))


def _reached(table: Table, chosen: AbstractSet[Key], start: Key) -> list[Key]:
    """The cells of all sums that an attacker must solve together to reach `start`."""
    seen, waiting = {start}, [start]
    while waiting:
        fresh = [other for other in table.beside(waiting.pop()) if other not in seen]
        seen.update(fresh)
        waiting.extend(other for other in fresh if table.unknown(other, chosen))
    return sorted(seen)
