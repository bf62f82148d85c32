"""Data inside the page: every text once, and nothing that could end a script element."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

# A "<" could open or close an element; the two separators end a line in older JavaScript.
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def script_json(value: Any) -> str:
    """Compact JSON that may stand inside a script element; numbers that are no numbers are refused."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(ESCAPES)


class Once:
    """A list in which every item stands once; `of` gives its place, -1 for None."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def of(self, item: Hashable) -> int:
        """The place of `item`, which joins the list when it is new."""
        if item is None:
            return -1
        place = self._places.setdefault(item, len(self.items))
        if place == len(self.items):
            self.items.append(list(item) if isinstance(item, tuple) else item)
        return place
