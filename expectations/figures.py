"""Figures as identities compare them: plain doubles with their rounding box, and the rows that comparisons give.

A comparison's row names the figure it speaks of, what was `found`, the span it was expected in (`low` to `high`), what
else was compared (`other`), and `beyond`: zero or less is right, NaN is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catalog.identities import Tolerance
from expectations.view import floats, texts

TOTAL = "_T"
JOINT = "joint"
FIGURE = ["indicator", "region", "period", "year", "breakdown"]
# Figures of one compilation, region and year; what an identity between indicators may combine.
SAME = ["family", "region", "period", "year", "breakdown"]
COLUMNS = [*FIGURE, "source", "other", "found", "low", "high", "beyond"]
# What doubles lose in sums and products of published decimals, relative to their size; no statistical tolerance.
DOUBLE = 1e-9


def figures_of(observations: pd.DataFrame, families: Mapping[str, str]) -> pd.DataFrame:
    """Published figures in force as plain doubles with their rounding box, gaps left out.

    `families` maps a source to its compilation; a source that is not in it is a compilation of its own.
    """
    frame = _plain(observations)
    half = floats(observations["rounding_step"]).fillna(0.0) / 2
    source = texts(observations["source"])
    family = source.map({name: families.get(name, name) for name in source.unique()})
    frame = frame.assign(low=frame["value"] - half, high=frame["value"] + half, source=source, family=family)
    return frame[frame["value"].notna() & frame["region"].notna() & frame["year"].notna()]


def joint_figures(values: pd.DataFrame) -> pd.DataFrame:
    """The current joint values in the same form: what stands after precedence, as a compilation of its own."""
    if "superseded_at" in values:
        values = values[values["superseded_at"].isna()]
    frame = _plain(values)
    low, high = floats(values["rounding_low"]), floats(values["rounding_high"])
    frame = frame.assign(low=low.fillna(frame["value"]), high=high.fillna(frame["value"]), source=JOINT, family=JOINT)
    return frame[frame["value"].notna()]


def _plain(values: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame({name: texts(values[name]) for name in ("indicator", "period", "breakdown")})
    status = texts(values["obs_status"])
    year, value = floats(values["year"]), floats(values["value"])
    return frame.assign(region=texts(values["region_code"]), year=year, value=value, status=status)


def result(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Comparison rows; "other" names what else was compared, published figures before joint ones."""
    rows = frame.assign(**{"other": "", **columns})
    rows["beyond"] = rows["beyond"] - DOUBLE * rows[["found", "high"]].abs().max(axis=1)
    joint = (rows["source"] == JOINT).to_numpy()
    return rows.iloc[joint.argsort(kind="stable")][COLUMNS] if joint.any() else rows[COLUMNS]


def gap(left: pd.DataFrame, right: pd.DataFrame) -> pd.Series:
    """How far two spans (low, high) lie apart; negative where they meet."""
    return pd.Series(np.maximum(left["low"] - right["high"], right["low"] - left["high"]))


def numbers(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each row, equal where some columns are, in the order of their values, from 0 without a gap."""
    found = np.zeros(len(frame), dtype=np.int64)
    for name in names:
        codes, distinct = pd.factorize(frame[name], sort=True)
        found = found * (len(distinct) + 1) + codes
    numbered: NDArray[np.int64] = np.unique(found, return_inverse=True)[1]
    return numbered


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
