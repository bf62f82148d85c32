"""Texts as numbers, so that whole columns of them are compared, joined and handed out at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.values import joined

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Words:
    """Texts by number, in the order in which they were first seen; those of `first` have the lowest numbers."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._joins: dict[tuple[int, ...], int] = {}
        for text in first:
            self.number(text)

    def number(self, text: str) -> int:
        """The number of a text, a new one if it was not seen before."""
        found = self._numbers.setdefault(text, len(self.texts))
        if found == len(self.texts):
            self.texts.append(text)
        return found

    def numbers(self, column: pa.ChunkedArray[Any]) -> Codes:
        """The numbers of a column of texts without gaps."""
        encoded: Any = column.combine_chunks().dictionary_encode()
        own = np.array([self.number(text) for text in encoded.dictionary.to_pylist()], dtype=np.int64)
        found: Codes = own[encoded.indices.to_numpy()]
        return found

    def joined(self, rows: Codes) -> Codes:
        """For each row of an array (n, k) the number of its distinct texts, sorted and joined by "; "."""
        found = rows[:, 0].copy()
        mixed = np.flatnonzero((rows != rows[:, :1]).any(axis=1))
        found[mixed] = [self._join(tuple(row)) for row in rows[mixed].tolist()]
        return found

    def _join(self, row: tuple[int, ...]) -> int:
        known = self._joins.get(row)
        if known is None:
            known = self._joins[row] = self.number(joined(self.texts[number] for number in row))
        return known


def ranks(texts: Sequence[str]) -> Codes:
    """The place of each text in sorted order."""
    found = np.empty(len(texts), dtype=np.int64)
    found[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return found
