"""All values of one moment as arrays: one cell for each series (indicator and breakdown), region and year.

Rules read and write whole slices of it. A cell is known by its number; `nowhere` is the number of a cell that is
always empty and stands for keys that have no place in the cube.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from transforms.values import EVIDENCE_ORDER, STATUS_ORDER
from transforms.words import Codes, Flags, Floats, Words


class Number(IntEnum):
    """Columns of `numbers`: a value and the range that the rounding of its inputs allows; no sampling error."""

    VALUE = 0
    LOW = 1
    HIGH = 2


class Mark(IntEnum):
    """Columns of `marks`, of which a derived value takes the highest among its inputs.

    Weakest status and evidence, whether any is synthetic or breaks its series, newest vintage (days since 1970).
    """

    STATUS = 0
    EVIDENCE = 1
    SYNTHETIC = 2
    BREAK = 3
    VINTAGE = 4


class Origin(IntEnum):
    """Columns of `origin`, of which a derived value takes all that its inputs have."""

    SOURCE = 0
    FAMILY = 1


class Said(IntEnum):
    """Columns of `said`: why there is no value, or how there is one, and how many of how many members have figures."""

    REASON = 0
    METHOD = 1
    EXACTNESS = 2
    HAVE = 3
    OF = 4


MISSING = STATUS_ORDER.index("M")
UNPUBLISHED = -1


@dataclass(frozen=True)
class Found:
    """What a rule says of n cells.

    `numbers` (n, 3) are NaN where `reason` (n) is the number of a label; it is 0 where there is a value.
    `coverage` (n, 2) counts the members that have what the rule asks for, and all members; (0, 0) says nothing.
    `parts` (n, k) are the cells that it is made of, each column of them in the role of the same place in `roles`.
    """

    numbers: Floats
    reason: Codes
    coverage: Codes
    parts: Codes
    roles: Sequence[str]
    method: str
    exactness: str

    @property
    def made(self) -> Flags:
        """Where there is a value."""
        made: Flags = self.reason == 0
        return made


class Cube:
    """Values by series, region and year, with all that must travel with them, and the parts they are made of."""

    def __init__(self, series: Sequence[tuple[str, str]], regions: Sequence[str], years: Sequence[int]) -> None:
        self.series = sorted(series)
        self.regions = sorted(regions)
        self.years = sorted(years)
        self.shape = len(self.series), len(self.regions), len(self.years)
        self.nowhere = int(np.prod(self.shape))
        size = self.nowhere + 1
        self.exists = np.zeros(size, dtype=bool)
        self.numbers = np.full((size, len(Number)), np.nan)
        self.marks = np.zeros((size, len(Mark)), dtype=np.int64)
        self.origin = np.zeros((size, len(Origin)), dtype=np.int64)
        self.said = np.zeros((size, len(Said)), dtype=np.int64)
        self.row = np.full(size, UNPUBLISHED)
        self.statuses, self.evidences = Words(STATUS_ORDER), Words(EVIDENCE_ORDER)
        self.sources, self.families, self.labels = Words([""]), Words([""]), Words([""])
        self.roles = Words()
        self.edges: list[tuple[Codes, Codes, Codes]] = []
        self._series = {key: number for number, key in enumerate(self.series)}
        self._beside: dict[tuple[str, str | None], Codes] = {}

    def line(self, indicator: str, breakdown: str) -> int:
        """The number of a series; -1 when nothing is known of it."""
        return self._series.get((indicator, breakdown), -1)

    def lines(self, indicator: str) -> list[int]:
        """The numbers of all series of an indicator, in the order of their breakdowns."""
        return [number for number, (name, _) in enumerate(self.series) if name == indicator]

    def beside(self, indicator: str, breakdown: str | None = None) -> Codes:
        """For each series the number of that of `indicator` with the same breakdown, or with the one that is given."""
        if (indicator, breakdown) not in self._beside:
            found = [self.line(indicator, own if breakdown is None else breakdown) for _, own in self.series]
            self._beside[indicator, breakdown] = np.array(found, dtype=np.int64)
        return self._beside[indicator, breakdown]

    def cells(self, series: Codes | int, region: Codes | int, year: Codes | int) -> Codes:
        """The cells of keys given by number, broadcast against each other; a number of -1 leads nowhere."""
        _, regions, years = self.shape
        inside = (np.asarray(series) >= 0) & (np.asarray(region) >= 0) & (np.asarray(year) >= 0)
        return np.where(inside, (series * regions + region) * years + year, self.nowhere)

    def keys(self, cells: Codes) -> tuple[Codes, Codes, Codes]:
        """The numbers of series, region and year of cells."""
        _, regions, years = self.shape
        rest, year = np.divmod(cells, years)
        series, region = np.divmod(rest, regions)
        return series, region, year

    def year_before(self, year: Codes) -> Codes:
        """The number of the calendar year before; -1 where the cube does not hold it."""
        number = {value: place for place, value in enumerate(self.years)}
        return np.array([number.get(value - 1, -1) for value in self.years], dtype=np.int64)[year]

    def known(self, cells: Codes) -> Flags:
        """Whether cells have a value."""
        known: Flags = ~np.isnan(self.numbers[cells, Number.VALUE])
        return known

    def put_made(self, cells: Codes, found: Found, rows: Codes) -> None:
        """Write the values that a rule made in `rows` of what was found into cells, and remember their parts."""
        if not rows.size:
            return
        parts = found.parts[rows]
        self.exists[cells] = True
        self.numbers[cells] = found.numbers[rows]
        self.marks[cells] = self.marks[parts].max(axis=1)
        self.origin[cells, Origin.SOURCE] = self.sources.joined(self.origin[parts, Origin.SOURCE])
        self.origin[cells, Origin.FAMILY] = self.families.joined(self.origin[parts, Origin.FAMILY])
        self.said[cells, Said.REASON] = 0
        self.said[cells, Said.METHOD] = self.labels.number(found.method)
        self.said[cells, Said.EXACTNESS] = self.labels.number(found.exactness)
        self.said[cells, Said.HAVE : Said.OF + 1] = found.coverage[rows]
        self.row[cells] = UNPUBLISHED
        roles = np.array([self.roles.number(role) for role in found.roles])
        self.edges.append((np.repeat(cells, parts.shape[1]), np.tile(roles, len(cells)), parts.ravel()))

    def put_missing(self, cells: Codes, like: Codes, reason: Codes | int, coverage: Codes) -> None:
        """Say of cells why they have no value; origin and marks are those of the cells `like`."""
        self.marks[cells] = self.marks[like]
        self.origin[cells] = self.origin[like]
        self.marks[cells, Mark.STATUS] = MISSING
        self.exists[cells] = True
        self.numbers[cells] = np.nan
        self.said[cells, Said.REASON] = reason
        self.said[cells, Said.METHOD] = 0
        self.said[cells, Said.EXACTNESS] = 0
        self.said[cells, Said.HAVE : Said.OF + 1] = coverage
        self.row[cells] = UNPUBLISHED
