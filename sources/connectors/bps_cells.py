"""The cells of a BPS dynamic table, found by their keys.

A key is the ids of five dimensions written one after the other, without separators or padding: (3516, 31, 0,
117, 0) is "35163101170". It cannot be split, and a prefix of it is another cell's key: in a monthly table the
key of January (1) begins those of October to December (10 to 12). So the keys that a table can have are
generated from its dimensions and matched whole; one that fits two cells, or none, is an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from catalog.strict import Bilingual
from sources.connectors.failures import AmbiguousKey, RefusedAnswer, UnmatchedKey
from sources.connectors.refusals import plain_text

# The same id by the names that the documentation, the lists and the data answers give it.
IDS = ("val", "kode_ver_id", "{name}_id")
LABELS = ("label", "{name}")


class Cell(NamedTuple):
    """The ids of a cell."""

    vervar: str
    turvar: str
    tahun: str
    turtahun: str


@dataclass(frozen=True)
class Table:
    """One answer: the variable with its unit, the labels of each dimension by id, and the values by key."""

    var: str
    unit: str
    vervar: Mapping[str, str]
    turvar: Mapping[str, str]
    tahun: Mapping[str, str]
    turtahun: Mapping[str, str]
    content: Mapping[str, Any]

    def cells(self) -> Iterator[Cell]:
        """Every cell that the table can have."""
        for ids in product(self.vervar, self.turvar, self.tahun, self.turtahun):
            yield Cell(*ids)

    def values(self) -> dict[Cell, str]:
        """The values that the answer holds, as text; raises `AmbiguousKey` or `UnmatchedKey`."""
        return {self._cell(key, ends): _text(value) for ends in [self._ends()] for key, value in self.content.items()}

    def _ends(self) -> dict[str, list[tuple[str, str, str]]]:
        """What can follow the id of the row in a key, with the ids it stands for.

        Matching row and end against these is matching against all cells, without making them all: a table of
        villages by month has millions.
        """
        ends: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for turvar, tahun, turtahun in product(self.turvar, self.tahun, self.turtahun):
            ends[f"{self.var}{turvar}{tahun}{turtahun}"].append((turvar, tahun, turtahun))
        return ends

    def _cell(self, key: str, ends: Mapping[str, list[tuple[str, str, str]]]) -> Cell:
        splits = range(1, len(key))
        found = [Cell(key[:at], *end) for at in splits if key[:at] in self.vervar for end in ends.get(key[at:], ())]
        if len(found) == 1:
            return found[0]
        if not found:
            raise UnmatchedKey(
                Bilingual(
                    id=f"kunci sel BPS '{key}' tidak cocok dengan satu pun dimensi tabel {self.var}. Laporkan ke BPS.",
                    en=f"the BPS cell key '{key}' fits none of the dimensions of table {self.var}. Report it to BPS.",
                )
            )
        told = "; ".join(f"vervar {cell.vervar} turvar {cell.turvar} turtahun {cell.turtahun}" for cell in found[:3])
        raise AmbiguousKey(
            Bilingual(
                id=f"kunci sel BPS '{key}' cocok dengan {len(found)} sel ({told}). Persempit turvar, vervar atau "
                "turth di kontrak sampai hanya satu yang mungkin.",
                en=f"the BPS cell key '{key}' fits {len(found)} cells ({told}). Narrow turvar, vervar or turth in "
                "the contract until only one is possible.",
            )
        )


def read_table(body: Mapping[str, Any], var: int) -> Table | None:
    """The table in a data answer, None when BPS has nothing for what was asked; raises `RefusedAnswer`."""
    content = body.get("datacontent")
    if body.get("data-availability") != "available" and not content:
        return None
    variables = labels_of(body.get("var"), "var")
    if list(variables) != [str(var)]:
        raise _other_table(var, list(variables))
    unit = plain_text(str(body["var"][0].get("unit") or ""))
    names = ("vervar", "turvar", "tahun", "turtahun")
    dimensions = {name: labels_of(body.get(name), name) for name in names}
    # PHP writes an object without keys as a list.
    return Table(str(var), unit, **dimensions, content=content if isinstance(content, dict) else {})


def labels_of(items: Any, name: str) -> dict[str, str]:
    """The labels of a dimension by id, in the order given, as plain text; raises `RefusedAnswer`."""
    found: dict[str, str] = {}
    for item in items if isinstance(items, list) else []:
        identity = _first(item, [key.format(name=name) for key in IDS])
        label = _first(item, [key.format(name=name) for key in LABELS])
        if identity is None or found.get(identity, label) != label:
            raise _odd_dimension(name)
        found[identity] = label or ""
    return {identity: plain_text(label) for identity, label in found.items()}


def _first(item: Any, keys: Sequence[str]) -> str | None:
    values = [item[key] for key in keys if key in item] if isinstance(item, dict) else []
    return str(values[0]).strip() if values else None


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _other_table(var: int, found: list[str]) -> RefusedAnswer:
    return RefusedAnswer(
        Bilingual(
            id=f"BPS menjawab untuk tabel {', '.join(found) or '?'}, bukan tabel {var}. Periksa connector.var.",
            en=f"BPS answered for table {', '.join(found) or '?'} where {var} was asked for. Check connector.var.",
        )
    )


def _odd_dimension(name: str) -> RefusedAnswer:
    return RefusedAnswer(
        Bilingual(
            id=f"dimensi '{name}' dari BPS tidak berbentuk id dan label yang tunggal. Laporkan ke BPS.",
            en=f"the dimension '{name}' from BPS is not made of single ids and labels. Report it to BPS.",
        )
    )
