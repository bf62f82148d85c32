"""Judging the joint table: what must hold between a value, its range, its members and its reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from catalog.load import Catalog
from catalog.strict import Bilingual
from expectations.messages import between, both, crash_message, figure, figure_name, values_passed
from expectations.rules import fill
from expectations.suites import joint_suite
from expectations.validation import Found, validate
from expectations.verdict import Check
from expectations.view import floats, texts
from expectations.words import number

AVERAGED = ("ratio_of_sums", "weighted_mean")
SERIES = ["indicator", "period", "breakdown"]
# What doubles lose in sums of published decimals, relative to their size; not a statistical tolerance.
DOUBLE = 1e-9


def judge_joint(values: pd.DataFrame, catalog: Catalog) -> list[Check]:
    """Hold the joint rules against the current rows of joint.indicator_value; any failed critical stops a release."""
    view = joint_view(values, catalog)
    return [_check(found, view, catalog) for found in validate(view, joint_suite())]


def joint_view(values: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The current joint values with plain types, and how far each is from where it must be.

    `beyond_bounds`, `beyond_range`, `beyond_members` and `beyond_sum` are the distances to its indicator's bounds,
    its rounding range, its members' span and its members' sum, less what rounding explains: zero or less is right,
    NaN is not asked.
    """
    if "superseded_at" in values:
        values = values[values["superseded_at"].isna()]
    names = ("indicator", "region_code", "period", "breakdown", "method", "null_reason")
    view = pd.DataFrame({name: texts(values[name]) for name in names})
    view = view.assign(**{name: floats(values[name]) for name in ("value", "rounding_low", "rounding_high")})
    known = catalog.indicators.items()
    printed = _of(view, {name: 0.5 * 10.0**-item.decimals for name, item in known})
    derived = _of(view, {name: 0.5 * 10.0**-item.derived_decimals for name, item in known})
    low = _of(view, {name: -np.inf if item.bounds.min is None else item.bounds.min for name, item in known})
    high = _of(view, {name: np.inf if item.bounds.max is None else item.bounds.max for name, item in known})
    view["beyond_bounds"] = _beyond(view["value"], low, high)
    slack = derived + DOUBLE * view["value"].abs()
    # A member that is itself computed is rounded before it is added up here, a published one is not.
    view["rounded_by"] = derived.where(view["method"] != "official", 0.0)
    view["beyond_range"] = _beyond(view["value"], view["rounding_low"], view["rounding_high"]) - slack
    members = _members(view, catalog)
    averaged = view["method"].isin(AVERAGED)
    outside = _beyond(view["value"], members["low"], members["high"]) - slack - printed
    view["beyond_members"] = outside.where(averaged)
    apart = (view["value"] - members["sum"]).abs() - slack - members["rounded_by"]
    view["beyond_sum"] = apart.where(view["method"] == "sum")
    return view.assign(**{f"members_{name}": members[name] for name in ("low", "high", "sum")})


def _of(view: pd.DataFrame, by_indicator: dict[str, float]) -> pd.Series:
    """What the catalog says of each row's indicator; NaN for an indicator it does not know."""
    return view["indicator"].map(by_indicator).astype("float64")


def _beyond(value: pd.Series, low: pd.Series, high: pd.Series) -> pd.Series:
    """How far a value lies outside its span; NaN where the span or the value is NULL."""
    return pd.Series(np.maximum(low.to_numpy() - value.to_numpy(), value.to_numpy() - high.to_numpy()))


def _members(view: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Per row of an agglomeration the smallest, largest and summed value of its members; NaN unless all have one.

    `rounded_by` is how far rounding may have moved their sum.
    """
    found = pd.DataFrame(np.nan, index=view.index, columns=["low", "high", "sum", "rounded_by"])
    unique = view.drop_duplicates([*SERIES, "region_code"])
    for place in catalog.agglomerations.values():
        rows = view["region_code"] == place.id
        if not rows.any():
            continue
        parts = unique[unique["region_code"].isin(place.members)]
        wide = parts.pivot_table(index=SERIES, columns="region_code", values="value", aggfunc="first")
        wide = wide.reindex(columns=place.members)
        spans = pd.DataFrame(
            {
                "low": wide.min(axis=1, skipna=False),
                "high": wide.max(axis=1, skipna=False),
                "sum": wide.sum(axis=1, skipna=False),
                "rounded_by": parts.groupby(SERIES)["rounded_by"].sum().reindex(wide.index),
            }
        )
        keys = pd.MultiIndex.from_frame(view.loc[rows, SERIES])
        found.loc[rows] = spans.reindex(keys).to_numpy()
    return found


def _check(found: Found, view: pd.DataFrame, catalog: Catalog) -> Check:
    return found.planned.rule.verdict(
        found.outcome,
        _message(found, view, catalog),
        indicator=found.planned.indicator,
        evaluated=found.evaluated,
        failed=found.failed,
    )


def _message(found: Found, view: pd.DataFrame, catalog: Catalog) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return values_passed(rule, found.evaluated)
    row = view.iloc[min(found.rows)]
    more = found.failed - 1
    sentence = fill(rule.message, {"key": _key(row, catalog), **_values(rule.id, row, catalog)})
    if not more:
        return sentence
    return Bilingual(
        id=f"{sentence.id} Masih ada {number(more, 'id')} nilai lain yang gagal.",
        en=f"{sentence.en} {number(more, 'en')} more values fail.",
    )


def _key(row: pd.Series, catalog: Catalog) -> Bilingual:
    return figure_name(catalog, str(row["indicator"]), row["region_code"], row["period"], row["breakdown"])


def _values(rule: str, row: pd.Series, catalog: Catalog) -> dict[str, Bilingual | str | int]:
    """What was found and what was expected, in words."""
    if rule in ("one_row_per_key", "null_has_reason"):
        return {}
    found = figure(float(row["value"]))
    if rule == "joint_within_bounds":
        indicator = catalog.indicators[row["indicator"]]
        unit = catalog.units[indicator.unit].label
        return {"found": found, "expected": both(lambda lang: between(indicator, unit, lang))}
    if rule == "sum_equals_members":
        return {"found": found, "expected": figure(float(row["members_sum"]))}
    name = "rounding" if rule == "range_contains_value" else "members"
    return {"found": found, "expected": both(lambda lang: _span(row[f"{name}_low"], row[f"{name}_high"], lang))}


def _span(low: float, high: float, lang: str) -> str:
    return f"{number(float(low), lang)} {'sampai' if lang == 'id' else 'to'} {number(float(high), lang)}"
