"""Texts as codes into a dictionary of the distinct ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.appearing import appearing


def codes_of(values: Any) -> NDArray[np.int32]:
    """The place of each value of a dictionary array in its dictionary, -1 where it is empty."""
    indices = values.indices.fill_null(-1) if values.indices.null_count else values.indices
    codes: NDArray[np.int32] = indices.to_numpy(zero_copy_only=False)
    return codes


def as_encoded(values: Any) -> Any:
    """A dictionary array as encoding its texts anew would give it: those that occur, in order of first appearance."""
    codes = codes_of(values)
    first, turns = appearing(codes, len(values.dictionary))
    indices: Any = pa.array(turns[codes], mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, values.dictionary.take(pa.array(codes[first])))
