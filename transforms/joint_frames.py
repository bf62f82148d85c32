"""Joint values as tables: rounded as the catalog declares, with roles, reasons, notices and their history."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from catalog.load import Catalog
from transforms.values import Value

NOTICE = "gabungan hitung, bukan angka resmi BPS / computed jointly, not an official BPS figure"
DERIVED_NOTICE = "dihitung dari angka terbit / computed from published figures"
VALUE_COLUMNS = (
    "indicator", "region_code", "region_role", "period", "year", "breakdown", "value", "unit", "rounding_low",
    "rounding_high", "sampling_se", "sampling_se_reason", "obs_status", "break_flag", "method", "exactness",
    "coverage", "null_reason", "source", "evidence", "synthetic", "notice", "vintage", "superseded_at",
)  # fmt: skip
INPUT_COLUMNS = (
    "indicator", "region_code", "period", "breakdown", "vintage", "role", "input_indicator", "input_region",
    "input_period", "input_breakdown", "value", "observation_id",
)  # fmt: skip


def roles(catalog: Catalog) -> dict[str, str]:
    """The part each region plays in joint tables: every kab/kota of the province is a peer of the members."""
    found: dict[str, str] = {}
    for place in catalog.agglomerations.values():
        for region in catalog.regions_by_code.values():
            if region.parent == place.province and region.level in {"regency", "city"}:
                found.setdefault(region.code, "peer")
        found.update(dict.fromkeys(place.peers, "peer"))
        found[place.province] = "province"
    for place in catalog.agglomerations.values():
        found.update(dict.fromkeys(place.members, "member"))
        found[place.id] = "agglomeration"
    return found


def value_rows(values: Iterable[Value], catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.indicator_value without history, for the regions that play a part."""
    part = roles(catalog)
    return [_row(value, catalog, part[value.region]) for value in values if value.region in part]


def _row(value: Value, catalog: Catalog, role: str) -> dict[str, Any]:
    indicator = catalog.indicators[value.indicator]
    official = value.method == "official"
    digits = None if official else indicator.derived_decimals
    notice = NOTICE if role == "agglomeration" else ("" if official or value.value is None else DERIVED_NOTICE)
    return {
        "indicator": value.indicator,
        "region_code": value.region,
        "region_role": role,
        "period": str(value.year),
        "year": value.year,
        "breakdown": value.breakdown,
        "value": rounded(value.value, digits, math.floor, nearest=True),
        "unit": indicator.unit,
        "rounding_low": rounded(value.low, digits, math.floor),
        "rounding_high": rounded(value.high, digits, math.ceil),
        "sampling_se": None,
        "sampling_se_reason": "not_published" if indicator.survey else "not_a_survey",
        "obs_status": value.status,
        "break_flag": value.break_flag,
        "method": value.method or None,
        "exactness": value.exactness or None,
        "coverage": value.coverage or None,
        "null_reason": value.null_reason,
        "source": value.source,
        "evidence": value.evidence,
        "synthetic": value.synthetic,
        "notice": notice or None,
        "vintage": value.vintage,
        "superseded_at": None,
    }


def rounded(value: float | None, digits: int | None, outward: Any, *, nearest: bool = False) -> float | None:
    """A value rounded to the declared digits; the ends of a range are rounded outward so that it still holds."""
    if value is None or digits is None:
        return value
    if nearest:
        return round(value, digits) + 0.0
    scale = 10.0**digits
    return float(outward(round(value * scale, 6))) / scale


def input_rows(values: Iterable[Value], catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.indicator_input: every published figure behind every derived value."""
    part = roles(catalog)
    return [
        {
            "indicator": value.indicator,
            "region_code": value.region,
            "period": str(value.year),
            "breakdown": value.breakdown,
            "vintage": value.vintage,
            "role": item.role,
            "input_indicator": item.indicator,
            "input_region": item.region,
            "input_period": str(item.year),
            "input_breakdown": item.breakdown,
            "value": item.value,
            "observation_id": item.observation_id,
        }
        for value in values
        if value.region in part
        for item in value.inputs
    ]


KEY = ["indicator", "region_code", "period", "breakdown"]
WATCHED = ["value", "rounding_low", "rounding_high", "obs_status", "method", "null_reason", "break_flag", "source"]


def history(moments: list[tuple[date, list[Value]]], catalog: Catalog) -> tuple[pd.DataFrame, pd.DataFrame]:
    """joint.indicator_value and joint.indicator_input over all moments, each change opening a new row.

    A row holds from its `vintage` until before `superseded_at`; values that did not change keep the vintage at
    which they first stood.
    """
    stacked = pd.DataFrame(
        [{**row, "moment": day} for day, values in moments for row in value_rows(values, catalog)],
        columns=[*VALUE_COLUMNS, "moment"],
    )
    inputs = pd.DataFrame(
        [{**row, "moment": day} for day, values in moments for row in input_rows(values, catalog)],
        columns=[*INPUT_COLUMNS, "moment"],
    )
    if len(moments) > 1:
        stacked, inputs = _compress(stacked, inputs, [day for day, _ in moments])
    order = [*KEY, "vintage"]
    values_table = stacked.sort_values(order, kind="stable")[list(VALUE_COLUMNS)].reset_index(drop=True)
    input_order = [*order, "role", "input_indicator", "input_region", "input_period", "input_breakdown"]
    input_table = inputs.sort_values(input_order, kind="stable")[list(INPUT_COLUMNS)].reset_index(drop=True)
    return values_table, input_table


def _compress(stacked: pd.DataFrame, inputs: pd.DataFrame, days: list[date]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the first moment of every run of equal values; the run ends at the moment after its last."""
    stacked = stacked.sort_values([*KEY, "moment"], kind="stable").reset_index(drop=True)
    position = stacked["moment"].map({day: number for number, day in enumerate(days)})
    before = stacked.groupby(KEY, sort=False)[WATCHED].shift()
    now = stacked[WATCHED]
    same = ((now == before) | (now.isna() & before.isna())).all(axis=1)
    followed = position.groupby([stacked[name] for name in KEY], sort=False).shift() + 1 == position
    starts = ~(same & followed)
    ends = position.groupby(starts.cumsum()).max() + 1
    kept = stacked[starts].copy()
    kept["superseded_at"] = [days[end] if end < len(days) else None for end in ends]
    kept["vintage"] = kept["moment"]
    inputs = inputs.merge(kept[[*KEY, "moment"]], on=[*KEY, "moment"])
    return kept, inputs.assign(vintage=inputs["moment"])
