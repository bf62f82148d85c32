"""Counts and the sums between them, as an attacker on hidden cells sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

Key = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One count, with what may be done about it.

    `threshold`: a `value` above zero and below it is a primary cell (0: none is). `published` is False for sums and
    remainders that nobody prints but that follow from what is printed. A `known` cell is printed elsewhere, so
    hiding it hides nothing; a `recalled` one stood open with this value in an earlier release.
    """

    value: float
    threshold: int = 0
    published: bool = True
    known: bool = False
    recalled: bool = False

    @property
    def primary(self) -> bool:
        """Whether the count is too small to be shown."""
        return 0 < self.value < self.threshold and not self.known

    @property
    def can_hide(self) -> bool:
        """Whether hiding the cell would keep anything from an attacker."""
        return self.published and not (self.known or self.recalled) and self.value != 0


@dataclass(frozen=True)
class Relation:
    """A total and the parts that add up to it, in whatever form they are printed."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)


@dataclass(frozen=True)
class Table:
    """Cells and the sums between them; every key of a relation is a cell."""

    cells: Mapping[Key, Cell]
    relations: tuple[Relation, ...]

    @cached_property
    def relations_of(self) -> Mapping[Key, list[int]]:
        """The numbers of the relations that each cell stands in."""
        found: dict[Key, list[int]] = defaultdict(list)
        for number, relation in enumerate(self.relations):
            for key in relation.keys:
                found[key].append(number)
        return dict(found)

    @cached_property
    def primaries(self) -> list[Key]:
        """The cells that are too small to be shown, sorted."""
        return sorted(key for key, cell in self.cells.items() if cell.primary)

    def unknown(self, key: Key, hidden: AbstractSet[Key]) -> bool:
        """Whether an attacker who sees all but the `hidden` cells does not see this one."""
        cell = self.cells[key]
        return not (cell.known or cell.recalled) and (key in hidden or not cell.published)

    def beside(self, key: Key) -> list[Key]:
        """The cells that stand in a sum with this one, itself included, in order."""
        return [other for number in self.relations_of.get(key, []) for other in self.relations[number].keys]
