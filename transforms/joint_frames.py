"""Joint values as tables: rounded as the catalog declares, with roles, reasons, notices and their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from catalog.load import Catalog
from transforms.joint import add_joint_values
from transforms.joint_cube import Cube, Mark, Number, Origin, Said
from transforms.joint_inputs import inputs_of
from transforms.joint_places import roles
from transforms.joint_read import Rows, read_cube
from transforms.values import Source
from transforms.words import Codes, Flags, Floats, ranks

NOTICE = "gabungan hitung, bukan angka resmi BPS / computed jointly, not an official BPS figure"
DERIVED_NOTICE = "dihitung dari angka terbit / computed from published figures"
NOTICES = ("", NOTICE, DERIVED_NOTICE)
VALUE_COLUMNS = (
    "indicator", "region_code", "region_role", "period", "year", "breakdown", "value", "unit", "rounding_low",
    "rounding_high", "sampling_se", "sampling_se_reason", "obs_status", "break_flag", "method", "exactness",
    "coverage", "null_reason", "source", "evidence", "synthetic", "notice", "vintage", "superseded_at",
)  # fmt: skip
INPUT_COLUMNS = (
    "indicator", "region_code", "period", "breakdown", "vintage", "role", "input_indicator", "input_region",
    "input_period", "input_breakdown", "value", "observation_id",
)  # fmt: skip
# The end of a range that lies as near as this to a multiple of the last digit is that multiple.
NEAR = 5e-7


class JointTables(NamedTuple):
    """Rows of joint.indicator_value and joint.indicator_input with the columns and in the order of both."""

    values: pa.Table
    inputs: pa.Table


def joint_tables(
    observations: Rows, waiting: Rows, catalog: Catalog, sources: Mapping[str, Source], day: date
) -> JointTables:
    """Every joint value that the observations of one moment give, and every published figure behind it.

    `observations` are the rows of core.observation in force, `waiting` the keys of figures in quarantine, `sources`
    says of each source what its contract says; `day` is the moment.
    """
    cube, figures = read_cube(observations, waiting, catalog, sources, day)
    add_joint_values(cube, catalog)
    order = _order(cube)
    return JointTables(_values(cube, order, catalog), _inputs(cube, order, figures))


def _order(cube: Cube) -> Codes:
    """All cells that are there, by indicator, region, year and breakdown."""
    cells = np.flatnonzero(cube.exists)
    series, region, year = cube.keys(cells)
    lines, regions, years = cube.shape
    indicator = np.unique([name for name, _ in cube.series], return_inverse=True)[1]
    found: Codes = cells[np.argsort(((indicator[series] * regions + region) * years + year) * lines + series)]
    return found


def _values(cube: Cube, cells: Codes, catalog: Catalog) -> pa.Table:
    series, region, year = cube.keys(cells)
    numbers, marks, said = cube.numbers[cells], cube.marks[cells], cube.said[cells]
    items = [catalog.indicators[name] for name, _ in cube.series]
    part = roles(catalog)
    parts = [part[code] for code in cube.regions]
    joint = np.array([role == "agglomeration" for role in parts])[region]
    official, known = said[:, Said.METHOD] == cube.labels.number("official"), ~np.isnan(numbers[:, Number.VALUE])
    digits = np.array([item.derived_decimals for item in items])[series]
    numbers = rounded(numbers, digits, ~official & known)
    periods = [str(value) for value in cube.years]
    columns = {
        "indicator": _texts([item.id for item in items], series),
        "region_code": _texts(cube.regions, region),
        "region_role": _texts(parts, region),
        "period": _texts(periods, year),
        "year": pa.array(np.array(cube.years, dtype=np.int32)[year]),
        "breakdown": _texts([breakdown for _, breakdown in cube.series], series),
        "value": _doubles(numbers[:, Number.VALUE]),
        "unit": _texts([item.unit for item in items], series),
        "rounding_low": _doubles(numbers[:, Number.LOW]),
        "rounding_high": _doubles(numbers[:, Number.HIGH]),
        "sampling_se": pa.nulls(len(cells), pa.float64()),
        "sampling_se_reason": _texts(["not_published" if item.survey else "not_a_survey" for item in items], series),
        "obs_status": _texts(cube.statuses.texts, marks[:, Mark.STATUS]),
        "break_flag": pa.array(marks[:, Mark.BREAK] > 0),
        "method": _texts_or_null(cube.labels.texts, said[:, Said.METHOD]),
        "exactness": _texts_or_null(cube.labels.texts, said[:, Said.EXACTNESS]),
        "coverage": _coverage(said[:, Said.HAVE], said[:, Said.OF]),
        "null_reason": _texts_or_null(cube.labels.texts, said[:, Said.REASON]),
        "source": _texts(cube.sources.texts, cube.origin[cells, Origin.SOURCE]),
        "evidence": _texts(cube.evidences.texts, marks[:, Mark.EVIDENCE]),
        "synthetic": pa.array(marks[:, Mark.SYNTHETIC] > 0),
        "notice": _texts_or_null(NOTICES, np.where(joint, 1, np.where(official | ~known, 0, 2))),
        "vintage": _days(marks[:, Mark.VINTAGE]),
        "superseded_at": pa.nulls(len(cells), pa.date32()),
    }
    return pa.table([columns[name] for name in VALUE_COLUMNS], names=list(VALUE_COLUMNS))


def _inputs(cube: Cube, order: Codes, figures: pa.Table) -> pa.Table:
    """Inputs by value, role and key of the figure."""
    owner, role, figure = inputs_of(cube)
    place = np.zeros(cube.nowhere + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    turn = ranks(cube.roles.texts)
    sorted_ = np.argsort((place[owner] * max(len(turn), 1) + turn[role]) * len(place) + place[figure])
    owner, role, figure = owner[sorted_], role[sorted_], figure[sorted_]
    names, breakdowns = [name for name, _ in cube.series], [breakdown for _, breakdown in cube.series]
    periods = [str(value) for value in cube.years]
    columns = {}
    for cells, named in (
        (owner, ("indicator", "region_code", "period", "breakdown")),
        (figure, ("input_indicator", "input_region", "input_period", "input_breakdown")),
    ):
        series, region, year = cube.keys(cells)
        texts = ((names, series), (cube.regions, region), (periods, year), (breakdowns, series))
        columns.update({name: _texts(*text) for name, text in zip(named, texts, strict=True)})
    columns["vintage"] = _days(cube.marks[owner, Mark.VINTAGE])
    columns["role"] = _texts(cube.roles.texts, role)
    columns["value"] = _doubles(cube.numbers[figure, Number.VALUE])
    columns["observation_id"] = figures["observation_id"].combine_chunks().take(cube.row[figure])
    return pa.table([columns[name] for name in INPUT_COLUMNS], names=list(INPUT_COLUMNS))


def rounded(numbers: Floats, digits: Codes, derived: Flags) -> Floats:
    """Derived values rounded to the declared digits; the ends of a range are rounded outward so that it still holds."""
    found = numbers.copy()
    rows = np.flatnonzero(derived)
    scale = 10.0 ** digits[rows]
    # Decimal ties are decided by the exact binary value, as `round` does and NumPy does not.
    pairs = zip(numbers[rows, Number.VALUE].tolist(), digits[rows].tolist(), strict=True)
    found[rows, Number.VALUE] = [round(value, many) for value, many in pairs]
    found[rows, Number.LOW] = _outward(numbers[rows, Number.LOW] * scale, np.floor) / scale
    found[rows, Number.HIGH] = _outward(numbers[rows, Number.HIGH] * scale, np.ceil) / scale
    # No negative zero.
    return found + 0.0


def _outward(scaled: Floats, outward: np.ufunc) -> Floats:
    nearest = np.rint(scaled)
    found: Floats = np.where(np.abs(scaled - nearest) <= NEAR, nearest, outward(scaled))
    return found


def _texts(texts: Sequence[str], codes: Codes) -> pa.Array[Any]:
    return pa.array(texts, pa.string()).take(codes)


def _texts_or_null(texts: Sequence[str], codes: Codes) -> pa.Array[Any]:
    """As `_texts`, without the first text, which is empty."""
    return pa.array([None, *texts[1:]], pa.string()).take(codes)


def _coverage(have: Codes, of: Codes) -> pa.Array[Any]:
    pairs, codes = np.unique(have * (of.max(initial=0) + 1) + of, return_inverse=True)
    counts = (divmod(pair, int(of.max(initial=0)) + 1) for pair in pairs.tolist())
    return pa.array([f"{one}/{all_}" if all_ else None for one, all_ in counts], pa.string()).take(codes)


def _doubles(numbers: Floats) -> pa.Array[Any]:
    return pa.array(numbers, from_pandas=True)


def _days(days: Codes) -> pa.Array[Any]:
    return pa.array(days.astype(np.int32)).cast(pa.date32())
