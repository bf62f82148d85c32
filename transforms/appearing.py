"""Which codes occur in a column, in order of first appearance; a night that reads nothing may import it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Up to so many possible codes a row they are looked up in place, which takes half to a seventh of hashing them.
ROOMY = 4


def appearing(codes: NDArray[Any], size: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where each of the codes 0 to `size` - 1 that occur stands first, in that order; and the turn of each, else -1.

    An empty value may be -1 among the codes, and its turn, the last one, is -1 too.
    """
    first = np.full(size + 1, len(codes))
    # Where several positions are given to one code the last one stays, so that it is the first in the column.
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    first[-1] = len(codes)
    used = np.flatnonzero(first < len(codes))
    used = used[first[used].argsort()]
    turns = np.full(size + 1, -1, dtype=np.int32)
    turns[used] = np.arange(len(used), dtype=np.int32)
    return first[used], turns
