"""An attacker on tables with hidden cells, written apart from the audit that it checks."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from transforms.additive import Key, Table


def attack(
    table: Table,
    hidden: AbstractSet[Key],
    unprinted: AbstractSet[Key] = frozenset(),
    asked: Iterable[Key] | None = None,
) -> dict[Key, tuple[float, float]]:
    """An attacker of our own: whole numbers over all cells, bounds for what is hidden, equality for what is shown.

    Hidden cells are known to be at least 1; those that are `unprinted` may be nought.
    """
    keys = sorted(table.cells)
    place = {key: number for number, key in enumerate(keys)}
    matrix = np.zeros((len(table.relations), len(keys)))
    for row, relation in zip(matrix, table.relations, strict=True):
        row[place[relation.total]] += 1
        for part in relation.parts:
            row[place[part]] -= 1
    values = np.array([table.cells[key].value for key in keys], dtype=float)
    closed = np.array([key in hidden or key in unprinted for key in keys])
    floor = np.where([key in unprinted for key in keys], 0, np.minimum(1, values))
    bounds = Bounds(np.where(closed, floor, values), np.where(closed, values.sum() + 100, values))
    found = {}
    for key in hidden if asked is None else asked:
        wish = np.zeros(len(keys))
        wish[place[key]] = 1
        ends = [
            milp(sign * wish, constraints=LinearConstraint(matrix, 0, 0), integrality=closed, bounds=bounds)
            for sign in (1, -1)
        ]
        found[key] = (round(ends[0].fun), round(-ends[1].fun))
    return found


def width(table: Table, hidden: AbstractSet[Key], key: Key) -> float:
    low, high = attack(table, hidden)[key]
    return high - low
