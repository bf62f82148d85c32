"""Texts as codes into a dictionary of the distinct ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def codes_of(values: Any) -> NDArray[np.int32]:
    """The place of each value of a dictionary array in its dictionary, -1 where it is empty."""
    indices = values.indices.fill_null(-1) if values.indices.null_count else values.indices
    codes: NDArray[np.int32] = indices.to_numpy(zero_copy_only=False)
    return codes


def as_encoded(values: Any) -> Any:
    """A dictionary array as encoding its texts anew would give it: those that occur, in order of first appearance."""
    codes = codes_of(values)
    used, turns = appearing(codes, len(values.dictionary))
    indices: Any = pa.array(turns[codes], mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, values.dictionary.take(pa.array(used)))


def appearing(codes: NDArray[np.int32], size: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Of `size` codes those that occur, in order of first appearance, and the turn of each, -1 for what does not.

    An empty value is -1 among the codes and its turn, the last one, is -1 too.
    """
    first = np.full(size + 1, len(codes))
    # Where several positions are given to one code the last one stays, so that it is the first in the column.
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    first[-1] = len(codes)
    used = first.argsort(kind="stable")[: int((first < len(codes)).sum())]
    turns = np.full(size + 1, -1, dtype=np.int32)
    turns[used] = np.arange(len(used), dtype=np.int32)
    return used, turns
