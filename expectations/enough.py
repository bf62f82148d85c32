"""Which rows decide a plan: Great Expectations judges these in place of a large frame, and finds the same verdicts.

A rule that asks of every row whether a code is known passes on all rows if it passes on those with codes that are not
in its list, if there are any, and on one that is; a bound holds for all numbers if it holds for the smallest and the
largest; keys are unique if none stands twice. Rules that do not pass on these rows are held against the whole frame, so
that every failing row is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from expectations.numbering import dense, firsts
from expectations.suites import Planned
from expectations.validation import Found, validate

# Below it judging a few rows costs as much as judging all.
LARGE = 5_000
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
NONE: Rows = np.zeros(0, np.int64)


def judge_large(
    view: pd.DataFrame, plan: Sequence[Planned], plain: Callable[[pd.DataFrame], pd.DataFrame], large: int = LARGE
) -> tuple[list[Found], pd.DataFrame]:
    """What `validate` finds in `plain(view)`, and the frame whose positions the findings name.

    `view` may keep its texts in any form that pandas can tell apart; `plain` turns some of its rows into the form that
    Great Expectations judges.
    """
    if len(view) <= large:
        whole = plain(view)
        return validate(whole, plan), whole
    columns = _Columns(view)
    decisive = [columns.decisive(planned) for planned in plan]
    positions = np.unique(np.concatenate([NONE, *(rows for rows in decisive if rows is not None)]))
    decided = [planned for planned, rows in zip(plan, decisive, strict=True) if rows is not None]
    shown = plain(view.iloc[positions])
    first = {found.planned.key: found for found in validate(shown, [_shortened(item, shown) for item in decided])}
    answers = {
        item.key: Found(item, "passed", columns.evaluated(item), 0, observed=first[item.key].observed)
        for item in decided
        if first[item.key].outcome == "passed"
    }
    again = [planned for planned in plan if planned.key not in answers]
    whole = plain(view) if again else view
    answers |= {found.planned.key: found for found in (validate(whole, again) if again else [])}
    return [answers[planned.key] for planned in plan], whole


def _shortened(planned: Planned, shown: pd.DataFrame) -> Planned:
    """The rule with no more of a long list of known values than can matter to some rows; it is copied many times."""
    known = planned.arguments.get("value_set")
    if known is None:
        return planned
    there = set(shown[planned.arguments["column"]].dropna().unique())
    return replace(planned, arguments={**planned.arguments, "value_set": [one for one in known if one in there]})


@dataclass
class _Columns:
    """The columns of a view, each told apart once."""

    view: pd.DataFrame

    def __post_init__(self) -> None:
        self._numbers: dict[str, Rows] = {}
        self._empty: dict[str, Mask] = {}
        self._inside: dict[frozenset[tuple[str, Any]], Mask] = {}

    def numbers(self, name: str) -> Rows:
        """One number per distinct value of a column, from 0 on; 0 where it is empty, if it is anywhere."""
        if name not in self._numbers:
            codes = pd.factorize(self.view[name])[0].astype(np.int64)
            self._numbers[name] = codes - int(codes.min(initial=0))
        return self._numbers[name]

    def empty(self, name: str) -> Mask:
        """Where a column is empty."""
        if name not in self._empty:
            self._empty[name] = self.view[name].isna().to_numpy(dtype=bool)
        return self._empty[name]

    def inside(self, planned: Planned) -> Mask:
        """The rows that a rule is held against."""
        key = frozenset(planned.where.items())
        if key not in self._inside:
            mask = np.ones(len(self.view), bool)
            for name, wanted in planned.where.items():
                if wanted in {"null", "not null"}:
                    mask &= self.empty(name) == (wanted == "null")
                else:
                    mask &= (self.view[name] == wanted).fillna(value=False).to_numpy(dtype=bool)
            self._inside[key] = mask
        return self._inside[key]

    def given(self, names: Iterable[str]) -> Mask:
        """The rows on which none of some columns is empty."""
        known: Mask = ~np.logical_or.reduce([self.empty(name) for name in names])
        return known

    def decisive(self, planned: Planned) -> Rows | None:
        """Rows by which a rule can be decided; None when it takes them all."""
        find = _DECISIVE.get(planned.rule.expectation)
        return find(self, planned, np.flatnonzero(self.inside(planned))) if find else None

    def evaluated(self, planned: Planned) -> int:
        """How many rows a rule that passed speaks of, as Great Expectations counts them."""
        kind, arguments = planned.rule.expectation, planned.arguments
        if kind in _OF_ALL:
            return len(self.view)
        names = [arguments["column"]] if "column" in arguments else arguments.get("column_list", [])
        names = names or [arguments["column_A"], arguments["column_B"]]
        return int((self.inside(planned) & self.given(names)).sum())

    def distinct(self, rows: Rows, names: Sequence[str]) -> Rows:
        """The first row of every combination of some columns."""
        whole = np.zeros(len(rows), np.int64)
        for name in names:
            numbers = self.numbers(name)[rows]
            whole = dense(whole * (int(numbers.max(initial=0)) + 1) + numbers)
        found: Rows = rows[firsts(whole)]
        return found


def _by_value(columns: _Columns, planned: Planned, rows: Rows) -> Rows:
    rows = columns.distinct(rows, [planned.arguments["column"]])
    known = columns.view[planned.arguments["column"]].iloc[rows].isin(planned.arguments["value_set"]).to_numpy()
    return np.concatenate([rows[~known], rows[known][:1]])


def _by_emptiness(columns: _Columns, planned: Planned, rows: Rows) -> Rows:
    empty = columns.empty(planned.arguments["column"])[rows]
    return np.concatenate([rows[empty][:1], rows[~empty][:1]])


def _by_pair(columns: _Columns, planned: Planned, rows: Rows) -> Rows:
    return columns.distinct(rows, [planned.arguments["column_A"], planned.arguments["column_B"]])


def _by_extremes(columns: _Columns, planned: Planned, rows: Rows) -> Rows:
    values = columns.view[planned.arguments["column"]].to_numpy(dtype="float64", na_value=np.nan)[rows]
    known = rows[~np.isnan(values)]
    if not len(known):
        return rows[:1]
    values = values[~np.isnan(values)]
    found: Rows = known[[int(values.argmin()), int(values.argmax())]]
    return found


def _by_repetition(columns: _Columns, planned: Planned, rows: Rows) -> Rows:
    names = planned.arguments["column_list"]
    rows = rows[columns.given(names)[rows]]
    if len(columns.distinct(rows, names)) == len(rows):
        return rows[:1]
    keys = pd.DataFrame({name: columns.numbers(name)[rows] for name in names})
    found: Rows = rows[keys.duplicated(keep=False).to_numpy()]
    return found


def _by_count(columns: _Columns, planned: Planned, rows: Rows) -> Rows | None:
    arguments = planned.arguments
    if arguments.get("max_value") is not None:
        return None
    return columns.distinct(rows, [arguments["column"]])[: int(arguments["min_value"]) + 1]


def _by_sameness(columns: _Columns, planned: Planned, rows: Rows) -> Rows | None:
    numbers = columns.numbers(planned.arguments["column"])[rows]
    return rows[:1] if not len(numbers) or (numbers == numbers[0]).all() else None


_DECISIVE: dict[str, Callable[[_Columns, Planned, Rows], Rows | None]] = {
    "expect_column_values_to_not_be_null": _by_emptiness,
    "expect_column_values_to_be_in_set": _by_value,
    "expect_column_values_to_be_between": _by_extremes,
    "expect_column_pair_values_to_be_equal": _by_pair,
    "expect_compound_columns_to_be_unique": _by_repetition,
    "expect_column_unique_value_count_to_be_between": _by_count,
    "expect_column_mean_to_be_between": _by_sameness,
}
_OF_ALL = {"expect_column_unique_value_count_to_be_between", "expect_column_mean_to_be_between"}
