"""The published figures behind every derived value: parts that are themselves derived hand on their own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transforms.joint_cube import Cube
from transforms.words import Codes


class Inputs(NamedTuple):
    """For each input the cell of the value it went into, the number of its role, and its own cell."""

    owner: Codes
    role: Codes
    figure: Codes


def inputs_of(cube: Cube) -> Inputs:
    """All inputs, in no particular order; an input behind an input has the role of the latter."""
    if not cube.edges:
        return Inputs(*(np.zeros(0, dtype=np.int64) for _ in Inputs._fields))
    owner, role, part = (np.concatenate(columns) for columns in zip(*cube.edges, strict=True))
    order = np.argsort(owner, kind="stable")
    parts = part[order]
    many = np.bincount(owner, minlength=cube.nowhere + 1)
    start = np.cumsum(many) - many
    done: list[tuple[Codes, Codes, Codes]] = []
    while part.size:
        count = many[part]
        plain = count == 0
        done.append((owner[plain], role[plain], part[plain]))
        owner, role, part, count = (each[~plain] for each in (owner, role, part, count))
        # Each nested part gives way to its own parts, which stand together from its start on.
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        part, owner, role = parts[np.repeat(start[part], count) + step], np.repeat(owner, count), np.repeat(role, count)
    return Inputs(*(np.concatenate(columns) for columns in zip(*done, strict=True)))
