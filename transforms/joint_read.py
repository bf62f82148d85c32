"""From observations to a cube: published figures with the range of their rounding, and gaps with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from catalog.load import Catalog
from transforms.columns import arrow_columns
from transforms.joint_cube import MISSING, UNPUBLISHED, Cube, Mark, Number, Origin, Said
from transforms.joint_places import roles
from transforms.precedence import speaking
from transforms.values import TOTAL, Source
from transforms.words import Codes, Flags, Floats, Words

KEYS = ("indicator", "region_code", "year", "breakdown", "source")
FIGURES = ("value", "rounding_step", "obs_status", "break_flag", "evidence", "synthetic", "vintage", "observation_id")
DECIMAL = pa.decimal128(24, 6)
EPOCH = date(1970, 1, 1)
Rows = pd.DataFrame | pa.Table


def read_cube(
    observations: Rows, waiting: Rows, catalog: Catalog, sources: Mapping[str, Source], day: date
) -> tuple[Cube, pa.Table]:
    """A cube of what is known at one moment, and the observations that its cells give the rows of.

    `observations` are the rows of core.observation in force; those of sources that do not speak for their series are
    gaps, as are the keys of figures `waiting` in quarantine (indicator, region_code, year, breakdown, source). A gap
    is known of on `day`. Regions without a part in joint tables are left out.
    """
    figures = _here(arrow_columns(observations, (*KEYS, *FIGURES)), catalog)
    held = _here(arrow_columns(waiting, KEYS), catalog)
    own = figures.select(list(KEYS))
    keys = pa.concat_tables([own, held.cast(own.schema)])
    cube, cells = _empty(keys, catalog)
    source = cube.sources.numbers(keys["source"])
    speaks = speaking(own, catalog, {name: item.rank for name, item in sources.items()})
    used, passed = np.flatnonzero(speaks), np.flatnonzero(~speaks)
    waits = np.arange(len(figures), len(keys))
    _put_gaps(cube, cells[passed], source[passed], "not_in_preferred_source", sources, day)
    _put_gaps(cube, cells[waits], source[waits], "quarantined", sources, day)
    _put_published(cube, cells[used], source[used], figures, used, sources)
    return cube, figures


def _empty(keys: pa.Table, catalog: Catalog) -> tuple[Cube, Codes]:
    """A cube with a place for all keys and for what is derived from them, and the cell of each key."""
    indicators, breakdowns = Words(), Words()
    indicator, breakdown = indicators.numbers(keys["indicator"]), breakdowns.numbers(keys["breakdown"])
    pairs, line = np.unique(indicator * len(breakdowns.texts) + breakdown, return_inverse=True)
    named = [
        (indicators.texts[one], breakdowns.texts[other])
        for one, other in (divmod(number, len(breakdowns.texts)) for number in pairs.tolist())
    ]
    made = {(item.id, TOTAL) for item in catalog.indicators.values() if item.total_from or item.derive}
    years, year = np.unique(keys["year"].to_numpy(), return_inverse=True)
    cube = Cube(list({*named, *made}), list(roles(catalog)), years.tolist())
    series = np.array([cube.line(*key) for key in named], dtype=np.int64)[line]
    region = Words(cube.regions).numbers(keys["region_code"])
    return cube, cube.cells(series, region, year)


def _here(rows: pa.Table, catalog: Catalog) -> pa.Table:
    """The rows of regions that play a part; an agglomeration's values are computed, never read."""
    places = pa.array([code for code in roles(catalog) if code not in catalog.agglomerations])
    return rows.filter(pc.is_in(rows["region_code"].cast(pa.string()), places))


def _put_gaps(cube: Cube, cells: Codes, source: Codes, reason: str, sources: Mapping[str, Source], day: date) -> None:
    """Keys that exist in some file but may not be used, each with what its source's contract says."""
    told = np.zeros((len(cube.sources.texts), 3), dtype=np.int64)
    for number in np.unique(source).tolist():
        item = sources[cube.sources.texts[number]]
        told[number] = cube.families.number(item.family), cube.evidences.number(item.evidence), item.synthetic
    cube.exists[cells] = True
    cube.origin[cells, Origin.SOURCE], cube.origin[cells, Origin.FAMILY] = source, told[source, 0]
    cube.marks[cells, Mark.EVIDENCE], cube.marks[cells, Mark.SYNTHETIC] = told[source, 1], told[source, 2]
    cube.marks[cells, Mark.STATUS], cube.marks[cells, Mark.VINTAGE] = MISSING, (day - EPOCH).days
    cube.said[cells, Said.REASON] = cube.labels.number(reason)
    cube.said[cells, Said.OF] = 1


def _put_published(
    cube: Cube, cells: Codes, source: Codes, figures: pa.Table, rows: Codes, sources: Mapping[str, Source]
) -> None:
    """Published figures; a printed gap has no value and says so."""
    figures = figures.take(rows)
    numbers = _with_range(figures)
    known = ~np.isnan(numbers[:, Number.VALUE])
    names = cube.sources.texts
    family = np.array([cube.families.number(sources[name].family if name in sources else name) for name in names])
    vintage = figures["vintage"].cast(pa.date32()).cast(pa.int32()).to_numpy()
    cube.exists[cells] = True
    cube.numbers[cells] = numbers
    cube.marks[cells, Mark.STATUS] = cube.statuses.numbers(figures["obs_status"])
    cube.marks[cells, Mark.EVIDENCE] = cube.evidences.numbers(figures["evidence"])
    cube.marks[cells, Mark.SYNTHETIC] = _flags(figures["synthetic"])
    cube.marks[cells, Mark.BREAK] = _flags(figures["break_flag"])
    cube.marks[cells, Mark.VINTAGE] = vintage
    cube.origin[cells, Origin.SOURCE], cube.origin[cells, Origin.FAMILY] = source, family[source]
    cube.said[cells, Said.REASON] = np.where(known, 0, cube.labels.number("published_as_missing"))
    cube.said[cells, Said.METHOD] = np.where(known, cube.labels.number("official"), 0)
    cube.said[cells, Said.EXACTNESS] = np.where(known, cube.labels.number("published"), 0)
    cube.said[cells, Said.HAVE], cube.said[cells, Said.OF] = known, 1
    cube.row[cells] = np.where(known, rows, UNPUBLISHED)


def _with_range(figures: pa.Table) -> Floats:
    """Published decimals and the ends of their rounding, each turned into the nearest double from its exact text."""
    value = figures["value"].cast(DECIMAL)
    step: Any = pc.fill_null(figures["rounding_step"].cast(DECIMAL), pa.scalar(Decimal(0), DECIMAL))
    twice: Any = pc.multiply(value, pa.scalar(Decimal(2)))
    found = np.empty((len(value), 3))
    found[:, Number.VALUE] = _nearest(value)
    # Halving a double loses nothing.
    found[:, Number.LOW] = _nearest(pc.subtract(twice, step)) / 2
    found[:, Number.HIGH] = _nearest(pc.add(twice, step)) / 2
    return found


def _nearest(decimals: pa.ChunkedArray[Any]) -> Floats:
    # Arrow's own cast of a decimal multiplies by a power of ten and may miss the nearest double.
    found: Floats = decimals.cast(pa.string()).cast(pa.float64()).to_numpy()
    return found


def _flags(column: pa.ChunkedArray[Any]) -> Flags:
    filled: Any = pc.fill_null(column, pa.scalar(value=False))
    found: Flags = filled.to_numpy().astype(bool)
    return found
