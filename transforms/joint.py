"""Joint values: published figures, totals of breakdowns, growth, and one value per agglomeration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from catalog.load import Catalog
from catalog.models import (
    Agglomeration,
    Derivation,
    Growth,
    Indicator,
    NotAggregable,
    RatioOf,
    RatioOfSums,
    Recomputed,
    Rule,
    Sum,
    WeightedMean,
)
from transforms import rules
from transforms.joint_cube import Cube, Found, Origin
from transforms.joint_places import applies
from transforms.values import TOTAL
from transforms.words import Codes

NOT_APPLICABLE = "not_applicable"


def add_joint_values(cube: Cube, catalog: Catalog) -> None:
    """Add to the published figures of a cube everything that follows from them."""
    for indicator in catalog.indicators.values():
        _add_totals(cube, indicator, catalog)
    for indicator in catalog.indicators.values():
        _add_derived(cube, indicator)
    for indicator in catalog.indicators.values():
        _add_not_applicable(cube, indicator, catalog)
    for batch in _batches(catalog):
        for asked in _asked(cube, batch, catalog):
            _add_joint(cube, batch[0].rules, asked)


def _add_totals(cube: Cube, indicator: Indicator, catalog: Catalog) -> None:
    """A total that nobody prints, beside complete parts, is their sum; beside incomplete parts it is missing."""
    dimension = indicator.total_from
    if dimension is None:
        return
    codes = [code.code for code in catalog.breakdowns[dimension].codes if code.code != TOTAL]
    parts = _slices(cube, [cube.line(indicator.id, f"{dimension}={code}") for code in codes])
    cells = _slices(cube, [cube.line(indicator.id, TOTAL)])[:, 0]
    open_ = np.flatnonzero(cube.exists[parts].any(axis=1) & ~cube.known(cells))
    found = rules.total(cube, parts[open_], reason="part_missing")
    _write(cube, cells[open_], _first_there(cube, parts[open_]), found)


def _add_derived(cube: Cube, indicator: Indicator) -> None:
    """Growth, sums and ratios of single regions where nobody prints them."""
    rule = indicator.derive
    if rule is None:
        return
    levels = _slices(cube, [cube.line(name, TOTAL) for name in _read_by(rule)])
    cells = _slices(cube, [cube.line(indicator.id, TOTAL)])[:, 0]
    asked = levels[:, :1] if isinstance(rule, RatioOf) else levels
    open_ = np.flatnonzero(cube.exists[asked].any(axis=1) & ~cube.known(cells))
    found = _derived(cube, rule, levels[open_])
    # What is said of a key already, a gap with its reason say, stands until there is a value.
    keep = found.made | ~cube.exists[cells[open_]]
    _write(cube, cells[open_], _first_there(cube, levels[open_]), found, keep=np.flatnonzero(keep))


def _read_by(rule: Derivation) -> list[str]:
    """The indicators that a derivation reads, in the order in which it reads them."""
    if isinstance(rule, Growth):
        return [rule.of]
    return [rule.numerator, rule.denominator] if isinstance(rule, RatioOf) else rule.parts


def _derived(cube: Cube, rule: Derivation, levels: Codes) -> Found:
    if isinstance(rule, Growth):
        return rules.growth(cube, levels[:, 0], _year_before(cube, levels[:, 0]), method="recomputed")
    if isinstance(rule, RatioOf):
        return rules.quotient(cube, levels[:, 0], levels[:, 1], rule.scale)
    return rules.total(cube, levels, reason="part_missing")


def _add_not_applicable(cube: Cube, indicator: Indicator, catalog: Catalog) -> None:
    """Regions of levels that cannot have the indicator say so, in every year and breakdown in which others have it."""
    if not indicator.applies_to:
        return
    outside = np.flatnonzero([not applies(indicator, code, catalog) for code in cube.regions])
    for line in cube.lines(indicator.id):
        grid = _slices(cube, [line]).reshape(cube.shape[1:])
        years = np.flatnonzero(cube.exists[grid].any(axis=0))
        # Evidence and date are those of the last region that has the year.
        likes = _first_there(cube, grid[::-1, years].T)
        cells, like = grid[np.ix_(outside, years)].ravel(), np.tile(likes, len(outside))
        gone = ~cube.exists[cells]
        cube.put_missing(cells[gone], like[gone], cube.labels.number(NOT_APPLICABLE), np.array([0, 0]))
        cube.origin[cells[gone], Origin.SOURCE] = 0


@dataclass(frozen=True)
class _Asked:
    """n joint values that are asked for: series, place, year and members (n, k) by number; each shaped like a cell."""

    series: Codes
    place: Codes
    year: Codes
    members: Codes
    like: Codes

    def only(self, rows: Codes) -> _Asked:
        """Some of what is asked for."""
        parts = (self.series, self.place, self.year, self.members, self.like)
        return _Asked(*(part[rows] for part in parts))

    def own(self, cube: Cube, indicator: str) -> Codes:
        """The places' own values of `indicator`, of the same breakdown and year."""
        return cube.cells(cube.beside(indicator)[self.series], self.place, self.year)

    def of_members(self, cube: Cube, indicator: str | None = None, breakdown: str | None = None) -> Codes:
        """The members' values (n, k) of the same year: of the same series, or of another indicator or breakdown."""
        line = self.series if indicator is None else cube.beside(indicator, breakdown)[self.series]
        return cube.cells(line[:, None], self.members, self.year[:, None])


def _batches(catalog: Catalog) -> list[list[Indicator]]:
    """Indicators of the same rules together, and each after those that its rules read.

    Growth and recomputed indices read the agglomeration's own values, so they come last, in the catalog's order.
    """
    late = (Growth, Recomputed)
    alike: dict[str, list[Indicator]] = defaultdict(list)
    last = []
    for item in catalog.indicators.values():
        if any(isinstance(rule, late) for rule in item.rules):
            last.append([item])
        else:
            said = [rule.kind if isinstance(rule, NotAggregable) else repr(rule) for rule in item.rules]
            alike[repr((said, sorted(item.applies_to)))].append(item)
    return [*alike.values(), *last]


def _asked(cube: Cube, batch: list[Indicator], catalog: Catalog) -> Iterable[_Asked]:
    """The joint values of a batch that any member has something of, by number of members."""
    number = {code: place for place, code in enumerate(cube.regions)}
    sized: dict[int, list[tuple[int, list[str]]]] = defaultdict(list)
    for place in catalog.agglomerations.values():
        members = _members(place, batch[0], catalog)
        sized[len(members)].append((number[place.id], members))
    lines = np.array([line for item in batch for line in cube.lines(item.id)], dtype=np.int64)
    years = np.arange(cube.shape[2])
    for size, places in sized.items():
        if not (size and lines.size):
            continue
        own = np.array([place for place, _ in places])
        listed = np.array([[number[code] for code in members] for _, members in places])
        ordered = np.array([[number[code] for code in sorted(members)] for _, members in places])
        cells = cube.cells(lines[:, None, None, None], listed[:, None, :], years[:, None])
        line, which, year = np.nonzero(cube.exists[cells].any(axis=3))
        like = _first_there(cube, cells[line, which, year])
        yield _Asked(lines[line], own[which], year, ordered[which], like)


def _members(place: Agglomeration, indicator: Indicator, catalog: Catalog) -> list[str]:
    return [code for code in place.members if applies(indicator, code, catalog)]


def _add_joint(cube: Cube, declared: list[Rule], asked: _Asked) -> None:
    """The first rule whose inputs exist gives the value; if none does, the first rule's reason stands."""
    cells = cube.cells(asked.series, asked.place, asked.year)
    left, first = np.arange(len(cells)), None
    for rule in declared:
        found = _apply(cube, rule, asked.only(left))
        first = first or found
        made = np.flatnonzero(found.made)
        cube.put_made(cells[left[made]], found, made)
        left = left[~found.made]
    if first is not None:
        cube.put_missing(cells[left], asked.like[left], first.reason[left], first.coverage[left])


def _apply(cube: Cube, rule: Rule, asked: _Asked) -> Found:
    """One rule, held against the members of agglomerations."""
    if isinstance(rule, Sum):
        return rules.total(cube, asked.of_members(cube), reason="member_missing")
    if isinstance(rule, RatioOfSums):
        return _ratio(cube, rule, asked)
    if isinstance(rule, WeightedMean):
        weights = np.stack([asked.of_members(cube, name, TOTAL) for name in rule.weights], axis=2)
        return rules.weighted_mean(cube, asked.of_members(cube), weights, exactness=rule.exactness)
    if isinstance(rule, Recomputed):
        components = np.stack([asked.own(cube, name) for name in rule.components], axis=1)
        return rules.human_development(cube, components)
    if isinstance(rule, Growth):
        now = asked.own(cube, rule.of)
        return rules.growth(cube, now, _year_before(cube, now), method="ratio_of_sums")
    return rules.not_aggregable(cube, len(asked.series))


def _ratio(cube: Cube, rule: RatioOfSums, asked: _Asked) -> Found:
    numerators = asked.of_members(cube, rule.numerator)
    if rule.denominator == "implied":
        return rules.pooled_rate(cube, numerators, asked.of_members(cube))
    return rules.ratio_of_totals(cube, numerators, asked.of_members(cube, rule.denominator), rule.scale)


def _slices(cube: Cube, lines: list[int]) -> Codes:
    """The cells of all regions and years, one row each, and one column for every series."""
    regions, years = cube.shape[1:]
    keys = np.divmod(np.arange(regions * years), years)
    return cube.cells(np.array(lines)[None, :], keys[0][:, None], keys[1][:, None])


def _year_before(cube: Cube, cells: Codes) -> Codes:
    """The cells of the same series and region a calendar year earlier."""
    series, region, year = cube.keys(cells)
    return np.where(cells == cube.nowhere, cube.nowhere, cube.cells(series, region, cube.year_before(year)))


def _first_there(cube: Cube, cells: Codes) -> Codes:
    """In each row (n, k) the first cell that is there at all."""
    first: Codes = cells[np.arange(len(cells)), cube.exists[cells].argmax(axis=1)]
    return first


def _write(cube: Cube, cells: Codes, like: Codes, found: Found, keep: Codes | None = None) -> None:
    """Write what a rule found, in all rows or in those to `keep`."""
    keep = np.arange(len(cells)) if keep is None else keep
    made, gone = keep[found.made[keep]], keep[~found.made[keep]]
    cube.put_made(cells[made], found, made)
    cube.put_missing(cells[gone], like[gone], found.reason[gone], found.coverage[gone])
