"""The figures of a table: value, decimals, rounding step, status, marks and what was done, one text read once.

Texts that are plain numbers of the contract's dialect are read all at once as whole numbers of millionths, which is
exact; every other text (marks, mends, units that are fractions, very long numbers) is read by `NumberReader`.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.contract import Contract, Measure
from catalog.load import Catalog
from transforms.coded import Coded, combined
from transforms.numbers import Figure, NumberReader, number_pattern

DECIMAL = pa.decimal128(24, 6)
DIGITS = 6
FINEST = Decimal(1).scaleb(-DIGITS)
# Longer numbers, and products with a unit's factor beyond this, might not fit in 64 bits.
MOST_DIGITS, MOST = 17, 9 * 10**18
FIELDS = (
    "indicator", "unit", "value", "decimals", "decimals_declared", "rounding_step", "obs_status", "missing_mark",
    "done",
)  # fmt: skip
TYPES: tuple[pa.DataType, ...] = (
    pa.string(), pa.string(), DECIMAL, pa.int32(), pa.int32(), DECIMAL, pa.string(), pa.string(), pa.string(),
)  # fmt: skip


def read_figures(
    raw: Coded, measures: Coded, years: Coded, columns: Coded, contract: Contract, catalog: Catalog
) -> dict[str, Any]:
    """The columns of TIDY_SCHEMA that come of a cell's text, as Arrow arrays or coded columns.

    `raw`, `measures` (names), `years` and `columns` (placed columns) have one entry per figure.
    """
    plain = _plain_numbers(raw.words, contract)
    status = columns.map(lambda item: item.status)
    keys = [measures, years, status]
    if contract.format.trailing_zeros == "dropped" or not plain.known.any():
        return _by_text([raw, *keys], contract, catalog)
    easy = plain.known[raw.codes]
    numbers = _numbers(plain, raw, measures, contract, catalog)
    easy &= numbers.known
    # A plain number in place of all: what depends on measure, year and header is the same for each.
    model = Coded(np.zeros(len(raw), np.int32), ["0"])
    said = _by_text([model, *keys], contract, catalog)
    said["value"], said["decimals"] = numbers.values, pa.array(plain.decimals[raw.codes], pa.int32())
    if easy.all():
        return said
    hard = np.flatnonzero(~easy)
    other = _by_text([column.take(hard) for column in (raw, *keys)], contract, catalog)
    order = np.arange(len(raw))
    order[hard] = len(raw) + np.arange(len(hard))
    return {name: _chosen(said[name], other[name], order, kind) for name, kind in zip(FIELDS, TYPES, strict=True)}


class _Plain:
    """The words that are plain numbers: which, their digits as whole numbers, their decimals."""

    def __init__(self, known: NDArray[np.bool_], digits: NDArray[np.int64], decimals: NDArray[np.int32]) -> None:
        self.known = known
        self.digits = digits
        self.decimals = decimals


class _Numbers:
    """The value of each figure in canonical units, and for which of them it stands there."""

    def __init__(self, known: NDArray[np.bool_], values: Any) -> None:
        self.known = known
        self.values = values


def _plain_numbers(words: list[str], contract: Contract) -> _Plain:
    """Read the words that are numbers and nothing else; a word that is a declared mark is none."""
    form, marks = contract.format, contract.marks
    texts: Any = pa.array(words, pa.string())
    known = np.asarray(pc.match_substring_regex(texts, f"^(?:{number_pattern(form).pattern})$"))
    # A plain number ends in a digit, so only marks that do could be part of one.
    ended = tuple(mark for mark in (*marks.footnote, *marks.status) if mark[-1:].isdigit())
    for number in np.flatnonzero(known) if ended else ():
        known[number] = not words[number].endswith(ended)
    known &= ~np.asarray(pc.is_in(texts, pa.array([*marks.missing, *marks.nil], pa.string())))
    bare = pc.replace_substring(texts, form.thousands, "") if form.thousands else texts
    point = pc.find_substring(bare, form.decimal)
    digits = pc.replace_substring(bare, form.decimal, "")
    at, length = np.asarray(point), np.asarray(pc.utf8_length(bare))
    decimals = np.where(at < 0, 0, length - at - 1).astype(np.int32)
    # Beyond six decimals a value is rounded, which is done one by one.
    known &= (length <= MOST_DIGITS) & (decimals <= DIGITS)
    whole = pc.cast(pc.if_else(pa.array(known), digits, "0"), pa.int64())
    return _Plain(known, np.asarray(whole), np.where(known, decimals, 0).astype(np.int32))


def _numbers(plain: _Plain, raw: Coded, measures: Coded, contract: Contract, catalog: Catalog) -> _Numbers:
    """The values of the plain numbers in millionths of the canonical unit of their measure."""
    factors = np.array([_whole_factor(name, contract, catalog) for name in measures.words], np.int64)[measures.codes]
    scale = 10 ** (DIGITS - plain.decimals.astype(np.int64))
    millionths, scales = plain.digits[raw.codes], scale[raw.codes]
    small = np.abs(millionths.astype(np.float64)) * scales * factors < MOST
    known = plain.known[raw.codes] & small & (factors > 0)
    exact = np.where(known, millionths * scales * factors, 0)
    return _Numbers(known, decimals_of(exact, known))


def _whole_factor(name: str | None, contract: Contract, catalog: Catalog) -> int:
    """The factor of a measure's unit where it is a whole number, else 0."""
    measure = contract.measures_by_name.get(name or "")
    factor = catalog.units[measure.unit].factor if measure else Decimal(0)
    return int(factor) if factor == factor.to_integral_value() and factor < 10**12 else 0


def decimals_of(millionths: NDArray[np.int64], known: NDArray[np.bool_]) -> Any:
    """Whole millionths as `DECIMAL`; NULL where not known."""
    words = np.stack([millionths, millionths >> 63], axis=1)
    validity = pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    return pa.Decimal128Array.from_buffers(DECIMAL, len(millionths), [validity, pa.py_buffer(words.tobytes())])


def millionths_of(values: Any) -> NDArray[np.int64] | None:
    """`DECIMAL` values as whole millionths, NULL as 0; None when one of them does not fit in 64 bits."""
    whole = values.fill_null(Decimal(0)) if values.null_count else values
    words = np.frombuffer(whole.buffers()[1], np.int64, 2 * len(whole), 16 * whole.offset).reshape(-1, 2)
    low: NDArray[np.int64] = words[:, 0]
    return low if bool((words[:, 1] == low >> 63).all()) else None


def _chosen(first: Any, second: Any, order: NDArray[np.int64], kind: pa.DataType) -> Any:
    arrays: list[Any] = [item.arrow(kind) if isinstance(item, Coded) else item for item in (first, second)]
    return pa.concat_arrays(arrays).take(pa.array(order))


def _by_text(keys: list[Coded], contract: Contract, catalog: Catalog) -> dict[str, Any]:
    """The columns for each combination of text, measure, year and header status, read one by one."""
    reader = NumberReader(contract.format, contract.marks)
    by_name = contract.measures_by_name
    whole = combined(keys)
    figures = {text: reader.read(text) for text in {word[0] for word in whole.words}}
    rows = whole.map(lambda word: _value(figures[word[0]], by_name.get(word[1]), word[2], word[3], contract, catalog))
    return {name: rows.map(itemgetter(at)) for at, name in enumerate(FIELDS)}


def _value(
    figure: Figure,
    measure: Measure | None,
    year: int | None,
    header_status: str | None,
    contract: Contract,
    catalog: Catalog,
) -> tuple[Any, ...]:
    if measure is None:
        return (None, None, None, figure.decimals, None, None, figure.status, figure.missing, figure.done)
    unit = catalog.units[measure.unit]
    precision = None if year is None else measure.precision_in(year)
    step = None
    if precision is not None:
        printed = Decimal(1).scaleb(-precision.decimals)
        step = _kept((printed if precision.step is None else precision.step) * unit.factor, ROUND_UP)
    value = None if figure.value is None else _kept(figure.value * unit.factor)
    status = figure.status if figure.status != "A" or header_status is None else header_status
    declared = None if precision is None else precision.decimals
    decimals, padded = _decimals(figure, declared, contract)
    steps = [figure.done, padded, _done(figure, unit.id, unit.canonical, unit.factor, header_status)]
    return (
        measure.indicator, unit.canonical, value, decimals, declared, step, status, figure.missing,
        "; ".join(filter(None, steps)),
    )  # fmt: skip


def _decimals(figure: Figure, declared: int | None, contract: Contract) -> tuple[int | None, str]:
    """The decimals of a figure, with the zeros that its file does not print, and what was done."""
    printed = figure.decimals
    dropped = contract.format.trailing_zeros == "dropped"
    if not dropped or declared is None or printed is None or printed >= declared:
        return printed, ""
    return declared, f"trailing zeros put back: {declared} decimals, {printed} printed"


def _kept(number: Decimal, rounding: str | None = None) -> Decimal:
    """A number to the six decimals that are kept: sen of a rupiah are below a millionth of a million rupiah."""
    exponent = number.as_tuple().exponent
    return number.quantize(FINEST, rounding) if isinstance(exponent, int) and exponent < -DIGITS else number


def _done(figure: Figure, unit: str, canonical: str, factor: Decimal, header_status: str | None) -> str:
    """In plain words what was done to the cell, for lineage."""
    steps: list[str] = []
    if figure.missing is not None:
        steps.append(f"mark '{figure.missing}' read as not available")
    if factor != 1:
        steps.append(f"{unit} x {factor} = {canonical}")
    if header_status is not None:
        steps.append(f"status {header_status} from the mark on the year header")
    return "; ".join(steps)
