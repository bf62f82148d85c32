"""The attack on a table with hidden cells: between which values can each of them still lie?

The attacker solves linear programs. Their unknowns are the hidden cells, each at least 1, and the sums and
remainders that nobody prints, each at least 0; everything else is known. Blocks of unknowns that no sum connects are
solved side by side in one program, and every solution found is a witness for all cells of its block, so that a
thousand cells need a few programs. Where a solution is not whole, the block is solved again in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from transforms.additive import Key, Table

# Solvers answer to 1e-7; counts are whole.
WHOLE = 1e-5
# Programs in which all cells are pushed at once, before single cells are asked after.
SHARED_ROUNDS = 4


class AuditError(RuntimeError):
    """The solver gave no answer; nothing is published on a guess."""


@dataclass
class Block:
    """Unknowns that hang together: keys in order, true values, equations (rows of +1 total, -1 parts)."""

    keys: list[Key]
    rows: list[dict[int, float]]
    true: Any
    least: Any
    most: Any
    low: Any
    high: Any

    def witness(self, found: Any) -> None:
        """Take a solution into the range that is known to be possible."""
        self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)


def intervals(table: Table, hidden: AbstractSet[Key], asked: Sequence[Key]) -> dict[Key, tuple[float, float]]:
    """The least and greatest value that each asked hidden cell can have; wide ones may be told short of their ends.

    An interval that reaches the threshold of its cell is not followed further.
    """
    found: dict[Key, tuple[float, float]] = {}
    blocks = blocks_of(table, hidden, asked)
    _shared(blocks)
    _single(table, blocks, asked)
    for block in blocks:
        for place, key in enumerate(block.keys):
            found[key] = (float(block.low[place]), float(block.high[place]))
    # A hidden cell that stands in no sum at all can be anything.
    return {key: found.get(key, (1.0, float("inf"))) for key in asked}


def narrow_cells(table: Table, hidden: AbstractSet[Key], asked: Sequence[Key]) -> list[Key]:
    """Those of the asked cells whose interval is narrower than their threshold, in the order asked."""
    found = intervals(table, hidden, asked)
    return [key for key in asked if found[key][1] - found[key][0] < table.cells[key].threshold - WHOLE]


def blocks_of(table: Table, hidden: AbstractSet[Key], asked: Iterable[Key]) -> list[Block]:
    """The unknowns that hang together with the asked cells, one block for each connected part."""
    blocks, seen = [], set[Any]()
    for key in asked:
        if key not in seen and table.relations_of.get(key):
            keys, numbers = _connected(table, hidden, key)
            seen.update(keys)
            blocks.append(_block(table, hidden, sorted(keys), sorted(numbers)))
    return blocks


def _connected(table: Table, hidden: AbstractSet[Key], start: Key) -> tuple[set[Key], set[int]]:
    keys, numbers, waiting = {start}, set[int](), [start]
    while waiting:
        for number in table.relations_of.get(waiting.pop(), []):
            if number not in numbers:
                numbers.add(number)
                fresh = [key for key in table.relations[number].keys if key not in keys and table.unknown(key, hidden)]
                keys.update(fresh)
                waiting.extend(fresh)
    return keys, numbers


def _block(table: Table, hidden: AbstractSet[Key], keys: list[Key], numbers: list[int]) -> Block:
    place = {key: number for number, key in enumerate(keys)}
    rows = []
    for number in numbers:
        row: dict[int, float] = {}
        relation = table.relations[number]
        for key, sign in ((relation.total, 1.0), *((part, -1.0) for part in relation.parts)):
            if key in place:
                row[place[key]] = row.get(place[key], 0.0) + sign
        rows.append({column: sign for column, sign in row.items() if sign})
    true = np.array([table.cells[key].value for key in keys], dtype=float)
    floor = np.array([1.0 if key in hidden and table.cells[key].published else 0.0 for key in keys])
    # Room enough above everything in the block that no interval ends there before its threshold.
    room = 100.0 + 2.0 * float(np.abs(true).sum()) + 10.0 * max(table.cells[key].threshold for key in keys)
    return Block(keys, rows, true, np.minimum(floor, true), true + room, true.copy(), true.copy())


def _shared(blocks: Sequence[Block]) -> None:
    """A few programs that push all cells at once, up and down in turns by the bits of their places."""
    for bit in range(SHARED_ROUNDS):
        wishes = [np.where((np.arange(len(block.keys)) >> bit) & 1, 1.0, -1.0) for block in blocks]
        for sign in (1.0, -1.0):
            _push(blocks, [sign * wish for wish in wishes])


def _single(table: Table, blocks: Sequence[Block], asked: Sequence[Key]) -> None:
    """Ask after every cell that is not shown to be wide, one cell of each block at a time."""
    wanted = frozenset(asked)
    queues = [_turns(table, block, wanted) for block in blocks]
    while any(queues):
        busy, wishes = [], []
        for block, queue in zip(blocks, queues, strict=True):
            while queue and _wide(table, block, queue[-1][0]):
                queue.pop()
            if queue:
                place, sign = queue.pop()
                wish = np.zeros(len(block.keys))
                wish[place] = sign
                busy.append(block)
                wishes.append(wish)
        if busy:
            _push(busy, wishes)


def _turns(table: Table, block: Block, wanted: frozenset[Key]) -> list[tuple[int, float]]:
    places = [place for place, key in enumerate(block.keys) if key in wanted and not _wide(table, block, place)]
    return [(place, sign) for place in reversed(places) for sign in (1.0, -1.0)]


def _wide(table: Table, block: Block, place: int) -> bool:
    width = float(block.high[place] - block.low[place])
    return width >= table.cells[block.keys[place]].threshold - WHOLE


def _push(blocks: Sequence[Block], wishes: Sequence[Any]) -> None:
    """Solve all blocks side by side, each for the least of its wish, and keep the solutions as witnesses."""
    if not blocks:
        return
    found = _linear(blocks, wishes)
    start = 0
    for block, wish in zip(blocks, wishes, strict=True):
        part = found[start : start + len(block.keys)]
        start += len(block.keys)
        whole = np.abs(part - np.round(part)).max() < WHOLE
        block.witness(np.round(part) if whole else _whole(block, wish))


def _linear(blocks: Sequence[Block], wishes: Sequence[Any]) -> Any:
    from scipy.optimize import linprog

    matrix, right = _equations(blocks)
    bounds = np.concatenate([np.column_stack([block.least, block.most]) for block in blocks])
    solved = linprog(np.concatenate(wishes), A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
    if solved.x is None:
        raise AuditError(f"the audit of hidden cells was not solved: {solved.message}")
    return solved.x


def _whole(block: Block, wish: Any) -> Any:
    """The same question in whole numbers; figures that are not whole themselves stand as they are."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if np.abs(block.true - np.round(block.true)).max() > WHOLE:
        return block.true
    matrix, right = _equations([block])
    solved = milp(
        wish,
        constraints=LinearConstraint(matrix, right, right),
        integrality=np.ones(len(block.keys)),
        bounds=Bounds(block.least, block.most),
    )
    if solved.x is None:
        raise AuditError(f"the audit of hidden cells was not solved: {solved.message}")
    return np.round(solved.x)


def _equations(blocks: Sequence[Block]) -> tuple[Any, Any]:
    """The sums of all blocks as a sparse matrix and the right side that the true values give."""
    from scipy.sparse import csr_array

    data: list[float] = []
    row_of: list[int] = []
    column_of: list[int] = []
    right: list[float] = []
    start = 0
    for block in blocks:
        for row in block.rows:
            for column, sign in row.items():
                data.append(sign)
                row_of.append(len(right))
                column_of.append(start + column)
            right.append(sum(sign * block.true[column] for column, sign in row.items()))
        start += len(block.keys)
    return csr_array((data, (row_of, column_of)), shape=(len(right), start)), np.array(right)
