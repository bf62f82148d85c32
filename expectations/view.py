"""Frames as Great Expectations can judge them: plain floats and texts, and what a rule needs beside each row."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from catalog.contract import Contract
from catalog.load import Catalog
from expectations.verdict import PreviousEdition

TEXTS = (
    "raw", "source_column", "indicator", "region_text", "region_code", "region_problem", "period_text", "period",
    "breakdown_text", "breakdown", "unit_text", "unit", "obs_status", "missing_mark",
)  # fmt: skip
NUMBERS = ("value", "year", "decimals", "decimals_declared", "rounding_step")
KEY = ["indicator", "region_code", "period", "breakdown"]


def rows_view(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The tidy table with plain types and `beyond_step`, rows in the same order.

    `beyond_step` is what is left over of a figure after whole rounding steps, in the canonical unit; NaN where
    no step is declared.
    """
    columns: dict[str, Any] = {name: texts(frame[name]) for name in TEXTS}
    columns |= {name: floats(frame[name]) for name in NUMBERS}
    columns |= {name: frame[name].astype("int64").to_numpy() for name in ("row_id", "source_line")}
    columns["unit_ok"] = frame["unit_ok"].astype("bool").to_numpy()
    view = pd.DataFrame(columns)
    # A mark that stands for nil is printed without decimals whatever the figures around it show.
    view.loc[view["raw"].str.strip().isin(contract.marks.nil), "decimals"] = np.nan
    return view.assign(beyond_step=_beyond_step(frame))


def table_view(frame: pd.DataFrame, quarantined: Collection[int], contract: Contract, catalog: Catalog) -> pd.DataFrame:
    """What the table rules look at, one row per figure.

    `region_place` names an expected region, or the text of a place that could not be resolved (its row is
    quarantined with the reason, so it does not count as absent); `codes_in_group` counts the parts of the
    figure's total that stand in the file for its region and period.
    """
    code, text = texts(frame["region_code"]), texts(frame["region_text"])
    expected = pd.Series(code.isin(contract.expect.regions))
    view = pd.DataFrame(
        {
            "source_line": frame["source_line"].astype("int64").to_numpy(),
            "indicator": texts(frame["indicator"]),
            "region_code": code,
            "period": texts(frame["period"]),
            "breakdown": texts(frame["breakdown"]),
            "quarantined": frame["row_id"].isin(list(quarantined)).astype("float64").to_numpy(),
            "region_place": code.where(expected, None).where(code.notna(), "? " + text),
        }
    )
    return view.assign(codes_in_group=_codes_in_group(view, contract, catalog))


def edition_size(frame: pd.DataFrame, snapshot: str) -> PreviousEdition:
    """The size of an edition by its tidy table, as the next edition will be measured against it."""
    held = frame[frame["value"].notna()]
    keys = held[KEY].dropna().drop_duplicates()
    return PreviousEdition(snapshot=snapshot, rows=len(frame), keys=len(keys))


def texts(column: pd.Series) -> pd.Series:
    """A column of str and None, whatever its storage."""
    plain = column.astype(object).reset_index(drop=True)
    return plain.where(plain.notna(), None)


def floats(column: pd.Series) -> pd.Series:
    """A column of float64 with NaN for NULL; decimals become the nearest double."""
    return pd.Series(column.to_numpy(dtype="float64", na_value=np.nan))


def _beyond_step(frame: pd.DataFrame) -> list[float]:
    pairs = zip(texts(frame["value"]), texts(frame["rounding_step"]), strict=True)
    return [float("nan") if value is None or not step else _left_over(value, step) for value, step in pairs]


def _left_over(value: Decimal | float, step: Decimal | float) -> float:
    return float(abs(Decimal(str(value)) % Decimal(str(step))))


def _codes_in_group(view: pd.DataFrame, contract: Contract, catalog: Catalog) -> pd.Series:
    """Distinct parts per indicator, region and period; NaN for rows that are no part of a declared total."""
    dimensions = {name: catalog.indicators[name].total_from for name in contract.indicators}
    starts = view["indicator"].map({name: f"{dimension}=" for name, dimension in dimensions.items() if dimension})
    part = [bool(b and isinstance(s, str) and b.startswith(s)) for b, s in zip(view["breakdown"], starts, strict=True)]
    counts = (
        view[np.array(part, dtype=bool)]
        .groupby(["indicator", "region_code", "period"])["breakdown"]
        .transform("nunique")
    )
    return counts.astype("float64").reindex(view.index)
