"""Joint tables over time: what stood on every day on which anything was learnt, each change opening a new row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from catalog.load import Catalog
from catalog.models import Growth, Indicator, RatioOf, RatioOfSums, Recomputed, SumOf, WeightedMean
from transforms.joint_frames import INPUT_COLUMNS, VALUE_COLUMNS, JointTables
from transforms.words import Codes, Flags, Words, ranks

KEY = ("indicator", "region_code", "period", "breakdown")
TEXTS = ("obs_status", "method", "null_reason", "source")
NUMBERS = ("value", "rounding_low", "rounding_high", "break_flag")


class Moment(NamedTuple):
    """The joint tables of one day; where `indicators` are named, of these alone, for no other may have changed."""

    day: date
    tables: JointTables
    indicators: Collection[str] | None = None


def concerned(changed: Collection[str], catalog: Catalog) -> set[str]:
    """The indicators whose joint values may change when figures of `changed` do, by any chain of rules."""
    related = [{item.id, *_read_by(item)} for item in catalog.indicators.values()]
    found, before = set(changed), set[str]()
    while found != before:
        before = set(found)
        found = found.union(*(names for names in related if names & found))
    return found


def _read_by(item: Indicator) -> list[str]:
    """The indicators that the rules of one read."""
    names: list[str] = []
    for rule in (item.derive, *item.rules):
        if isinstance(rule, Growth):
            names.append(rule.of)
        elif isinstance(rule, (RatioOf, RatioOfSums)):
            names += [name for name in (rule.numerator, rule.denominator) if name != "implied"]
        elif isinstance(rule, SumOf):
            names += rule.parts
        elif isinstance(rule, WeightedMean):
            names += rule.weights
        elif isinstance(rule, Recomputed):
            names += rule.components
    return names


def history(moments: Sequence[Moment]) -> JointTables:
    """joint.indicator_value and joint.indicator_input over all moments, in the order of their days.

    A row holds from its `vintage` until before `superseded_at`; values that did not change keep the vintage at
    which they first stood. The first moment tells of all indicators.
    """
    if len(moments) == 1:
        return moments[0].tables
    if not moments:
        return JointTables(*(pa.table({name: [] for name in names}) for names in (VALUE_COLUMNS, INPUT_COLUMNS)))
    values, inputs = (pa.concat_tables(tables) for tables in zip(*(item.tables for item in moments), strict=True))
    if not len(values):
        return JointTables(values, inputs)
    moment, behind = (
        np.repeat(np.arange(len(moments)), [len(item.tables[which]) for item in moments]) for which in (0, 1)
    )
    words = [Words() for _ in KEY]
    keys = [word.numbers(values[name]) for word, name in zip(words, KEY, strict=True)]
    turn, ended = _turns(moments, words[0].texts)
    whole = _at(_one(keys, words), moment, len(moments))
    order = np.argsort(whole)
    whole, moment, indicator = whole[order], moment[order], keys[0][order]
    key, own = whole // len(moments), turn[indicator, moment]
    same = _unchanged(values, order)
    starts = ~(same & (key[1:] == key[:-1]) & (own[1:] == own[:-1] + 1))
    first = np.flatnonzero(np.concatenate([[True], starts]))
    last = np.concatenate([first[1:], [len(order)]]) - 1
    days = pa.array([*(item.day for item in moments), None], pa.date32())
    kept = _with_days(values.take(order[first]), vintage=days.take(moment[first]))
    kept = _with_days(kept, superseded_at=days.take(ended[indicator[last], moment[last]]))
    number = [word.numbers(inputs[name]) for word, name in zip(words, KEY, strict=True)]
    owner = _at(_one(number, words), behind, len(moments))
    rows = np.flatnonzero(np.isin(owner, whole[first]))
    # The inputs of one value stand in order already.
    rows = rows[np.argsort(owner[rows], kind="stable")]
    return JointTables(kept, _with_days(inputs.take(rows), vintage=days.take(behind[rows])))


def _turns(moments: Sequence[Moment], indicators: list[str]) -> tuple[Codes, Codes]:
    """By indicator and moment: how many moments told of it before, and the number of the next that does."""
    told = np.array([[item.indicators is None or name in item.indicators for item in moments] for name in indicators])
    following = np.full((len(indicators), len(moments)), len(moments))
    for number in range(len(moments) - 2, -1, -1):
        following[:, number] = np.where(told[:, number + 1], number + 1, following[:, number + 1])
    return np.cumsum(told, axis=1) - 1, following


def _one(keys: list[Codes], words: list[Words]) -> Codes:
    """Keys as one number each, in the order of their texts."""
    found = np.zeros(len(keys[0]), dtype=np.int64)
    for codes, word in zip(keys, words, strict=True):
        found = found * len(word.texts) + ranks(word.texts)[codes]
    return found


def _at(key: Codes, moment: Codes, moments: int) -> Codes:
    return key * moments + moment


def _unchanged(values: pa.Table, order: Codes) -> Flags:
    """Whether each row but the first says in `order` what the row before it says."""
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for name in TEXTS:
        column: Any = values[name]
        codes = Words().numbers(column.fill_null(""))[order]
        same &= codes[1:] == codes[:-1]
    for name in NUMBERS:
        numbers = values[name].to_numpy().astype(float)[order]
        same &= (numbers[1:] == numbers[:-1]) | (np.isnan(numbers[1:]) & np.isnan(numbers[:-1]))
    return same


def _with_days(table: pa.Table, **columns: pa.Array[Any]) -> pa.Table:
    for name, days in columns.items():
        table = table.set_column(table.column_names.index(name), name, days)
    return table
