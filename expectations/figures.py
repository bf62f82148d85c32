"""Figures as identities compare them: plain doubles with their rounding box, and the rows that comparisons give.

A comparison's row names the figure it speaks of, what was `found`, the span it was expected in (`low` to `high`), what
else was compared (`other`), and `beyond`: zero or less is right, NaN is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from catalog.identities import Tolerance
from expectations.numbering import in_order
from expectations.view import floats, texts

TOTAL = "_T"
JOINT = "joint"
FIGURE = ["indicator", "region", "period", "year", "breakdown"]
# Figures of one compilation, region and year; what an identity between indicators may combine.
SAME = ["family", "region", "period", "year", "breakdown"]
COLUMNS = [*FIGURE, "source", "other", "found", "low", "high", "beyond"]
# What doubles lose in sums and products of published decimals, relative to their size; no statistical tolerance.
DOUBLE = 1e-9


def figures_of(
    observations: pd.DataFrame, families: Mapping[str, str], form: Callable[[pd.Series], pd.Series] = texts
) -> pd.DataFrame:
    """Published figures in force as plain doubles with their rounding box, gaps left out.

    `families` maps a source to its compilation; a source that is not in it is a compilation of its own. `form` makes
    the columns of text: `texts`, or `coded` where there are many rows and nothing of another origin joins them.
    """
    frame = _plain(observations, form)
    half = floats(observations["rounding_step"]).fillna(0.0) / 2
    source = form(observations["source"])
    family = form(source.map({name: families.get(name, name) for name in source.unique()}))
    frame = frame.assign(low=frame["value"] - half, high=frame["value"] + half, source=source, family=family)
    whole = frame["value"].notna() & frame["region"].notna() & frame["year"].notna()
    return frame if whole.all() else frame[whole]


def coded(column: pd.Series) -> pd.Series:
    """A column of text as ordered categories, in the order of the texts: quick to compare, to join and to group."""
    codes, distinct = pd.factorize(column)
    words = np.asarray(distinct, dtype=object)
    order = words.argsort()
    turns = np.full(len(words) + 1, -1)
    turns[order] = np.arange(len(words))
    kind = pd.CategoricalDtype(pd.Index(words[order], dtype=object), ordered=True)
    return pd.Series(pd.Categorical.from_codes(turns[codes], dtype=kind))


def like(column: pd.Series, other: pd.Series) -> pd.Series:
    """A column of text in the form of another one, so that they can be joined; where that has no such text, empty."""
    if not isinstance(other.dtype, pd.CategoricalDtype):
        return column.astype(object)
    codes = other.cat.categories.get_indexer(pd.Index(column, dtype=object))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=other.dtype), index=column.index)


def in_one_form(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Frames whose columns of text are ordered categories, with the categories of all of them in each."""
    columns = [str(name) for name in frames[0] if isinstance(frames[0][name].dtype, pd.CategoricalDtype)]
    for name in columns:
        words = pd.Index(sorted({word for frame in frames for word in frame[name].cat.categories}), dtype=object)
        frames = [frame.assign(**{name: frame[name].cat.set_categories(words)}) for frame in frames]
    return list(frames)


def spelt(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its columns of text as texts, whatever they were: for the few rows that something is told of."""
    return frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)})


def pairs_of(left: pd.Series, right: pd.Series) -> pd.Series:
    """Two columns of categories as one, "left|right"."""
    words = [f"{one}|{other}" for one in left.cat.categories for other in right.cat.categories]
    one, other = (column.cat.codes.to_numpy().astype(np.int64) for column in (left, right))
    codes = np.where((one < 0) | (other < 0), -1, one * len(right.cat.categories) + other)
    kind = pd.CategoricalDtype(pd.Index(words, dtype=object), ordered=True)
    return pd.Series(pd.Categorical.from_codes(codes, dtype=kind), index=left.index)


def mapped(column: pd.Series, meaning: Mapping[str, str], other: pd.Series) -> pd.Series:
    """What each text stands for, in the form of another column of text; each distinct one is looked up once."""
    codes, distinct = in_order(column)
    found = like(pd.Series([meaning.get(word) for word in distinct], dtype=object), other)
    return found.take(codes.clip(0)).set_axis(column.index).where(codes >= 0)


def joint_figures(values: pd.DataFrame) -> pd.DataFrame:
    """The current joint values in the same form: what stands after precedence, as a compilation of its own."""
    if "superseded_at" in values:
        values = values[values["superseded_at"].isna()]
    frame = _plain(values, texts)
    low, high = floats(values["rounding_low"]), floats(values["rounding_high"])
    frame = frame.assign(low=low.fillna(frame["value"]), high=high.fillna(frame["value"]), source=JOINT, family=JOINT)
    return frame[frame["value"].notna()]


def _plain(values: pd.DataFrame, form: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    frame = pd.DataFrame({name: form(values[name]) for name in ("indicator", "period", "breakdown")})
    status = form(values["obs_status"])
    year, value = floats(values["year"]), floats(values["value"])
    return frame.assign(region=form(values["region_code"]), year=year, value=value, status=status)


def result(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Comparison rows; "other" names what else was compared, published figures before joint ones."""
    rows = frame.assign(**{"other": "", **columns})
    rows["beyond"] = rows["beyond"] - DOUBLE * np.fmax(rows["found"].abs(), rows["high"].abs())
    joint = (rows["source"] == JOINT).to_numpy()
    return rows.iloc[joint.argsort(kind="stable")][COLUMNS] if joint.any() else rows[COLUMNS]


def gap(left: pd.DataFrame, right: pd.DataFrame) -> pd.Series:
    """How far two spans (low, high) lie apart; negative where they meet."""
    return pd.Series(np.maximum(left["low"] - right["high"], right["low"] - left["high"]))


def span(frame: pd.DataFrame, role: str) -> pd.DataFrame:
    """Value, low and high of the figure that plays `role` in each row."""
    return pd.DataFrame({name: frame[f"{name}_{role}"] for name in ("value", "low", "high")})


def take(figures: pd.DataFrame, indicator: str, role: str, *, same: Sequence[str] = SAME) -> pd.DataFrame:
    """The figures of one indicator, ready to be merged on `same`; their columns end in `role`."""
    names = {name: f"{name}_{role}" for name in ("value", "low", "high", "source")}
    return figures.loc[figures["indicator"] == indicator, [*same, *names]].rename(columns=names)


def sources(frame: pd.DataFrame) -> list[str]:
    """The sources of each row's figures, each named once."""
    columns = [frame[name] for name in frame if str(name).startswith("source_")]
    return [", ".join(dict.fromkeys(names)) for names in zip(*columns, strict=True)]


def agree(frame: pd.DataFrame, found: pd.DataFrame, expected: pd.DataFrame, tolerance: Tolerance) -> pd.DataFrame:
    """Rows that hold `found` against `expected`, both with value, low and high."""
    apart = (found["value"] - expected["value"]).abs() if tolerance == "exact" else gap(found, expected)
    return result(frame, found=found["value"], low=expected["value"], high=expected["value"], beyond=apart)
