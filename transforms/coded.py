"""Columns of few distinct values: one code a row, and what each code stands for, read once whatever the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from transforms.appearing import ROOMY, appearing


@dataclass(frozen=True)
class Coded:
    """A column of any values: `codes` has one index into `words` per row; words may repeat and may be None."""

    codes: NDArray[np.int32]
    words: list[Any]

    @classmethod
    def of(cls, values: Sequence[Any]) -> Coded:
        """The column of some values; each distinct one is a word."""
        known: dict[Any, int] = {}
        codes = np.fromiter((known.setdefault(value, len(known)) for value in values), np.int32, len(values))
        return cls(codes, list(known))

    @classmethod
    def constant(cls, value: Any, rows: int) -> Coded:
        """The same value on every row."""
        return cls(np.zeros(rows, np.int32), [value])

    def __len__(self) -> int:
        return len(self.codes)

    def map(self, read: Callable[[Any], Any]) -> Coded:
        """What `read` makes of the value of every row; it is asked once per word."""
        return Coded(self.codes, [read(word) for word in self.words])

    def take(self, positions: NDArray[Any]) -> Coded:
        """The values at some rows."""
        return Coded(self.codes[positions], self.words)

    def used(self) -> list[Any]:
        """The words that stand on any row."""
        return [self.words[code] for code in np.unique(self.codes)]

    def values(self) -> list[Any]:
        """The value of every row."""
        words = self.words
        return [words[code] for code in self.codes.tolist()]

    def dictionary(self) -> Any:
        """A column of texts as an Arrow array of codes into the distinct ones; None becomes NULL."""
        known = Coded.of(self.words)
        texts = [word for word in known.words if word is not None]
        # What stands behind the only empty word moves up by one.
        empty = known.words.index(None) if len(texts) < len(known.words) else len(texts)
        turns = np.arange(len(known.words), dtype=np.int32) - (np.arange(len(known.words)) > empty)
        words = known.codes[self.codes]
        mask = words == empty if len(texts) < len(known.words) else None
        indices: Any = pa.array(turns[words], mask=mask)
        return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()))

    def arrow(self, kind: pa.DataType) -> Any:
        """The column as an Arrow array of a type; None becomes NULL."""
        words: Any = pa.array(self.words, kind)
        return words.take(pa.array(self.codes))


def combined(columns: Sequence[Coded]) -> Coded:
    """Several columns as one of tuples; only the combinations that occur are words, in order of appearance."""
    whole = reduce(_joined, (column.codes.astype(np.int64) for column in columns))
    if len(whole) and int(whole.max()) > ROOMY * len(whole):
        whole = pd.factorize(whole)[0].astype(np.int64)
    first, turns = appearing(whole, int(whole.max(initial=-1)) + 1)
    parts = [[column.words[code] for code in column.codes[first].tolist()] for column in columns]
    return Coded(turns[whole], list(zip(*parts, strict=True)))


def _joined(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for every pair; numbers are made small again before they could overflow."""
    small = pd.factorize(left)[0].astype(np.int64) if len(left) and int(left.max()) >= 2**31 else left
    return small * (int(right.max(initial=0)) + 1) + right
