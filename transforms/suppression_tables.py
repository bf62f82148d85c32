"""The additive table that an attacker can put together from published figures.

Figures add up over regions, over breakdowns, over indicators and, where an indicator is cumulative, over years.
Totals that nobody prints beside complete parts, remainders of incomplete parts, and yearly increments are cells too:
nobody prints them, but they follow. A rate beside its denominator prints its numerator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from transforms.additive import Cell, Key, Relation, Table
from transforms.suppression_scheme import Scheme
from transforms.values import TOTAL


@dataclass(frozen=True)
class Figure:
    """A published number; `known` where others print it too, `derived` where it is ours."""

    value: float
    known: bool = False
    derived: bool = False


Figures = Mapping[Key, Figure]  # by (indicator, region, period, breakdown)
# The parts of a figure's key; cells that nobody prints and that are no figures have longer ones.
FIGURE = 4


@dataclass
class Draft:
    """Cells and relations while they are put together."""

    scheme: Scheme
    cells: dict[Key, Cell] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)

    def relate(self, total: Key, parts: Sequence[Key], *, complete: bool) -> None:
        """Add a sum; what incomplete parts leave over is a cell of its own, and what overshoots is no sum."""
        rest = self.cells[total].value - sum(self.cells[part].value for part in parts)
        if complete:
            self.relations.append(Relation(total, tuple(parts)))
        elif rest >= 0:
            left = (*total, "rest", *parts[0])
            self.cells[left] = Cell(rest, published=False)
            self.relations.append(Relation(total, (*parts, left)))


def additive_table(figures: Figures, scheme: Scheme, recalled: Mapping[Key, set[float]] | None = None) -> Table:
    """The cells and sums that `figures` of one moment make up.

    `recalled` gives values that stood open in earlier releases; a cell that still has such a value is known to who
    has kept one. Keys are (indicator, region, period, breakdown); other cells have longer keys.
    """
    draft = Draft(scheme)
    draft.cells.update({key: _cell(scheme, key, item) for key, item in figures.items() if key[0] in scheme.counts})
    _add_numerators(draft, figures)
    _add_breakdowns(draft)
    _add_regions(draft)
    _add_indicators(draft)
    _add_increments(draft)
    _spread_knowledge(draft, figures)
    return Table(with_memory(draft.cells, recalled or {}), tuple(draft.relations))


def _cell(scheme: Scheme, key: Key, figure: Figure) -> Cell:
    return Cell(figure.value, scheme.thresholds.get(key[0], 0), known=figure.known)


def _add_numerators(draft: Draft, figures: Figures) -> None:
    """Counts that nobody prints, but that a printed rate and its printed denominator give away."""
    for rate in draft.scheme.rates:
        for key in sorted(key for key in figures if key[0] == rate.rate and rate.denominators):
            counted = (rate.numerator, *key[1:])
            below = [figures.get((name, *key[1:])) for name in rate.denominators]
            if counted in draft.cells or rate.numerator not in draft.scheme.counts or None in below:
                continue
            people = sum(item.value for item in below if item is not None)
            value = float(round(figures[key].value * people / rate.scale))
            draft.cells[counted] = _cell(draft.scheme, counted, replace(figures[key], value=value))


def _add_breakdowns(draft: Draft) -> None:
    """Finer breakdowns first, so that a total that nobody prints can be a part of a coarser one."""
    done: set[tuple[Key, str]] = set()
    deepest = max((_dimensions(key) for key in draft.cells), default=0)
    for depth in range(deepest, 0, -1):
        for key in sorted(key for key in draft.cells if _dimensions(key) == depth):
            parts = _parsed(key[3])
            for dimension in sorted(parts):
                others = {name: code for name, code in parts.items() if name != dimension}
                total = (*key[:3], _text(others))
                if (total, dimension) not in done:
                    done.add((total, dimension))
                    _add_breakdown(draft, total, dimension, others)


def _add_breakdown(draft: Draft, total: Key, dimension: str, others: Mapping[str, str]) -> None:
    listed = [(*total[:3], _text({**others, dimension: code})) for code in draft.scheme.codes(dimension)]
    present = [key for key in listed if key in draft.cells]
    complete = len(present) == len(listed)
    if not present:
        return
    if total not in draft.cells:
        if not complete:
            return
        draft.cells[total] = Cell(sum(draft.cells[key].value for key in present), published=False)
    draft.relate(total, present, complete=complete)


def _parsed(breakdown: str) -> dict[str, str]:
    """The dimensions of a breakdown and their codes; the total has none."""
    if breakdown == TOTAL:
        return {}
    return {name: code for name, _, code in (part.partition("=") for part in breakdown.split(";"))}


def _text(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={parts[name]}" for name in sorted(parts)) or TOTAL


def _dimensions(key: Key) -> int:
    return len(_parsed(key[3])) if len(key) == FIGURE else 0


def _add_regions(draft: Draft) -> None:
    """A region and those under it; where a level is not printed, the one below it stands in."""
    tables: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for key in draft.cells:
        if len(key) == FIGURE:
            tables[key[0], key[2], key[3]].add(key[1])
    children: dict[str, Mapping[str, list[str]]] = {}
    for (indicator, period, breakdown), present in sorted(tables.items()):
        under = children.setdefault(period, draft.scheme.children(int(period[:4])))
        for region in sorted(present & set(under)):
            parts, complete = _expand(region, under, present)
            if parts:
                keys = [(indicator, part, period, breakdown) for part in parts]
                draft.relate((indicator, region, period, breakdown), keys, complete=complete)


def _expand(region: str, under: Mapping[str, list[str]], present: set[str]) -> tuple[list[str], bool]:
    """The nearest regions under one that have a figure, and whether they cover it."""
    parts: list[str] = []
    complete = bool(under.get(region))
    for child in under.get(region, []):
        if child in present:
            parts.append(child)
        else:
            more, whole = _expand(child, under, present)
            parts += more
            complete = complete and whole
    return parts, complete


def _add_indicators(draft: Draft) -> None:
    """Indicators that are the sum of others of the same region."""
    for total, parts in draft.scheme.sums:
        for key in sorted(key for key in draft.cells if key[0] == total and len(key) == FIGURE):
            listed = [(part, *key[1:]) for part in parts]
            present = [part for part in listed if part in draft.cells]
            if present:
                draft.relate(key, present, complete=len(present) == len(listed))


def _add_increments(draft: Draft) -> None:
    """What a year adds to a cumulative count is a count of its own, and may be too small to be told."""
    cumulative = {name for name in draft.scheme.counts if draft.scheme.catalog.indicators[name].cumulative}
    for key in sorted(key for key in draft.cells if key[0] in cumulative and len(key) == FIGURE):
        before = (*key[:2], str(int(key[2]) - 1), *key[3:]) if key[2].isdigit() else key
        grown = draft.cells[key].value - draft.cells[before].value if before in draft.cells else -1.0
        if grown >= 0:
            added = (*key, "increment")
            draft.cells[added] = Cell(grown, draft.scheme.thresholds.get(key[0], 0), published=False)
            draft.relate(key, [before, added], complete=True)


def _spread_knowledge(draft: Draft, figures: Figures) -> None:
    """A sum of ours over figures that others print is as good as printed."""
    ours = {key for key, item in figures.items() if item.derived and key in draft.cells}
    changed = True
    while changed:
        changed = False
        for relation in draft.relations:
            open_keys = [key for key in relation.keys if not draft.cells[key].known]
            if len(open_keys) == 1 and open_keys[0] in ours:
                draft.cells[open_keys[0]] = replace(draft.cells[open_keys[0]], known=True)
                changed = True


def with_memory(cells: Mapping[Key, Cell], recalled: Mapping[Key, set[float]]) -> dict[Key, Cell]:
    """Cells whose value an earlier release showed; one that was shown although it is small is simply known."""
    return {
        key: replace(cell, recalled=True, known=cell.known or cell.primary)
        if cell.published and cell.value in recalled.get(key, ())
        else cell
        for key, cell in cells.items()
    }
