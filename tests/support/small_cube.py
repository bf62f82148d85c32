"""A cube of a few figures, and what a rule makes of them, for tests of one rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from transforms.joint_cube import Cube, Found, Mark, Number, Origin, Said
from transforms.words import Codes


class Figure(NamedTuple):
    """A published figure with its range; NaN is a printed gap."""

    value: float
    low: float
    high: float
    status: str = "A"
    evidence: str = "publication"
    source: str = "s"
    family: str = "f"
    break_flag: bool = False


class Result(NamedTuple):
    """A value that a rule made, or its reason."""

    value: float | None
    low: float
    high: float
    reason: str | None
    coverage: str
    status: str
    evidence: str
    source: str
    method: str
    exactness: str
    roles: list[str]


def figure(value: float, half: float = 0.0, **other: object) -> Figure:
    """A figure that is rounded to twice `half`."""
    return Figure(value, value - half, value + half)._replace(**other)  # type: ignore[arg-type]


def cube_of(*groups: Sequence[Figure | None]) -> tuple[Cube, list[Codes]]:
    """A cube that holds the figures, and the cells of each group as one row; None is nowhere."""
    count = sum(map(len, groups))
    # The last cell is spare, for what a rule makes.
    cube = Cube([("figure", "_T")], ["here"], range(2000, 2001 + count))
    cells, free = [], iter(range(count))
    for group in groups:
        row = [cube.nowhere if item is None else next(free) for item in group]
        for cell, item in zip(row, group, strict=True):
            if item is not None:
                _put(cube, cell, item)
        cells.append(np.array([row]))
    return cube, cells


def _put(cube: Cube, cell: int, item: Figure) -> None:
    cube.exists[cell] = True
    cube.numbers[cell, [Number.VALUE, Number.LOW, Number.HIGH]] = item.value, item.low, item.high
    cube.marks[cell, [Mark.STATUS, Mark.EVIDENCE, Mark.BREAK]] = (
        cube.statuses.number(item.status), cube.evidences.number(item.evidence), item.break_flag,
    )  # fmt: skip
    cube.origin[cell, Origin.SOURCE] = cube.sources.number(item.source)
    cube.origin[cell, Origin.FAMILY] = cube.families.number(item.family)
    cube.said[cell, [Said.HAVE, Said.OF]] = 1
    cube.said[cell, Said.REASON] = cube.labels.number("published_as_missing") if math.isnan(item.value) else 0


def result(cube: Cube, found: Found) -> Result:
    """What a rule found for its one row, with what its parts hand on."""
    spare = np.array([cube.nowhere - 1])
    if found.made[0]:
        cube.put_made(spare, found, np.array([0]))
    value, low, high = found.numbers[0].tolist()
    have, of = found.coverage[0].tolist()
    return Result(
        None if math.isnan(value) else value,
        low,
        high,
        cube.labels.texts[found.reason[0]] or None,
        f"{have}/{of}" if of else "",
        cube.statuses.texts[cube.marks[spare[0], Mark.STATUS]],
        cube.evidences.texts[cube.marks[spare[0], Mark.EVIDENCE]],
        cube.sources.texts[cube.origin[spare[0], Origin.SOURCE]],
        found.method,
        found.exactness,
        list(found.roles),
    )
