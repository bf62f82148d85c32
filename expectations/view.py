"""Frames as Great Expectations can judge them: plain floats and texts, and what a rule needs beside each row."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from catalog.contract import Contract
from catalog.load import Catalog
from expectations.verdict import PreviousEdition

TEXTS = (
    "raw", "source_column", "measure_text", "indicator", "region_text", "region_code", "region_problem", "period_text",
    "period", "breakdown_text", "breakdown", "unit_text", "unit", "obs_status", "missing_mark",
)  # fmt: skip
NUMBERS = ("value", "year", "decimals", "decimals_declared", "rounding_step")
PLACES, MILLION = 6, 1e6
# Below it finding the distinct texts costs as much as it saves.
FEW = 5_000
# Whole numbers below this are exact in a double.
EXACT = 2**53
KEY = ["indicator", "region_code", "period", "breakdown"]


def rows_view(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The tidy table with numbers as doubles and `beyond_step`, rows in the same order; texts as they are stored.

    `beyond_step` is what is left over of a figure after whole rounding steps, in the canonical unit; NaN where
    no step is declared. `plain_rows` turns its rows into what Great Expectations judges.
    """
    columns: dict[str, Any] = {name: frame[name].reset_index(drop=True) for name in TEXTS}
    columns |= {name: floats(frame[name]) for name in NUMBERS}
    columns |= {name: frame[name].astype("int64").to_numpy() for name in ("row_id", "source_line")}
    columns["unit_ok"] = frame["unit_ok"].astype("bool").to_numpy()
    view = pd.DataFrame(columns)
    if contract.marks.nil:
        # A mark that stands for nil is printed without decimals whatever the figures around it show.
        nil = view["raw"].str.strip().isin(contract.marks.nil).fillna(value=False).to_numpy(dtype=bool)
        view.loc[nil, "decimals"] = np.nan
    return view.assign(beyond_step=_beyond_step(frame))


def plain_rows(view: pd.DataFrame) -> pd.DataFrame:
    """Rows of `rows_view` with texts as str and None."""
    return view.reset_index(drop=True).assign(**{name: texts(view[name]) for name in TEXTS})


def table_view(frame: pd.DataFrame, quarantined: Collection[int], contract: Contract, catalog: Catalog) -> pd.DataFrame:
    """What the table rules look at, one row per figure; texts as they are stored.

    `region_place` names an expected region, or the text of a place that could not be resolved (its row is
    quarantined with the reason, so it does not count as absent); `codes_in_group` counts the parts of the
    figure's total that stand in the file for its region and period. `plain_table` turns rows into what is judged.
    """
    columns = {name: frame[name].reset_index(drop=True) for name in ("indicator", "region_code", "period", "breakdown")}
    code, text = columns["region_code"], frame["region_text"].reset_index(drop=True)
    held = frame["row_id"].isin(list(quarantined)) if quarantined else pd.Series(np.zeros(len(frame)))
    view = pd.DataFrame(
        {
            "source_line": frame["source_line"].astype("int64").to_numpy(),
            **columns,
            "quarantined": held.astype("float64").to_numpy(),
            "region_place": code.where(code.isin(contract.expect.regions), None).where(code.notna(), "? " + text),
        }
    )
    return view.assign(codes_in_group=_codes_in_group(view, contract, catalog))


def plain_table(view: pd.DataFrame) -> pd.DataFrame:
    """Rows of `table_view` with texts as str and None."""
    names = ("indicator", "region_code", "period", "breakdown", "region_place")
    return view.reset_index(drop=True).assign(**{name: texts(view[name]) for name in names})


def edition_size(frame: pd.DataFrame, snapshot: str) -> PreviousEdition:
    """The size of an edition by its tidy table, as the next edition will be measured against it."""
    held = frame[frame["value"].notna()]
    keys = held[KEY].dropna().drop_duplicates()
    return PreviousEdition(snapshot=snapshot, rows=len(frame), keys=len(keys))


def texts(column: pd.Series) -> pd.Series:
    """A column of str and None, whatever its storage."""
    if len(column) > FEW:
        # Many rows have few distinct texts: each is made once, not once a row.
        codes, distinct = pd.factorize(column)
        # Not item by item: that takes ten times as long where hardly any text repeats.
        words = np.full(len(distinct) + 1, None, dtype=object)
        words[:-1] = np.asarray(distinct, dtype=object)
        return pd.Series(words[codes], dtype=object)
    plain = column.astype(object).reset_index(drop=True)
    return plain.where(plain.notna(), None)


def floats(column: pd.Series) -> pd.Series:
    """A column of float64 with NaN for NULL; decimals become the nearest double."""
    millionths = _millionths(column)
    if millionths is None:
        return pd.Series(column.to_numpy(dtype="float64", na_value=np.nan))
    # Both numbers are exact, so the quotient is the double nearest to the decimal.
    return pd.Series(np.where(column.isna(), np.nan, millionths / MILLION))


def _millionths(column: pd.Series) -> NDArray[np.int64] | None:
    """A column of decimals with six places as whole millionths, NULL as 0; None where doubles cannot hold them."""
    kind = getattr(column.dtype, "pyarrow_dtype", None)
    if kind is None or not pa.types.is_decimal128(kind) or kind.scale != PLACES:
        return None
    whole: Any = pa.array(column, from_pandas=True)
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    whole = whole.fill_null(Decimal(0)) if whole.null_count else whole
    words = np.frombuffer(whole.buffers()[1], np.int64, 2 * len(whole), 16 * whole.offset).reshape(-1, 2)
    low: NDArray[np.int64] = words[:, 0]
    fits = (words[:, 1] == low >> 63) & (np.abs(low) < EXACT)
    return low if bool(fits.all()) else None


def _beyond_step(frame: pd.DataFrame) -> NDArray[np.float64] | list[float]:
    values, steps = _millionths(frame["value"]), _millionths(frame["rounding_step"])
    if values is not None and steps is not None:
        asked = frame["value"].notna().to_numpy() & (steps != 0)
        return np.where(asked, (np.abs(values) % np.where(asked, np.abs(steps), 1)) / MILLION, np.nan)
    pairs = zip(texts(frame["value"]), texts(frame["rounding_step"]), strict=True)
    return [float("nan") if value is None or not step else _left_over(value, step) for value, step in pairs]


def _left_over(value: Decimal | float, step: Decimal | float) -> float:
    return float(abs(Decimal(str(value)) % Decimal(str(step))))


def _codes_in_group(view: pd.DataFrame, contract: Contract, catalog: Catalog) -> pd.Series:
    """Distinct parts per indicator, region and period; NaN for rows that are no part of a declared total."""
    dimensions = {name: catalog.indicators[name].total_from for name in contract.indicators}
    if not any(dimensions.values()):
        return pd.Series(np.full(len(view), np.nan), index=view.index)
    view = view.assign(**{name: texts(view[name]) for name in ("indicator", "region_code", "period", "breakdown")})
    starts = view["indicator"].map({name: f"{dimension}=" for name, dimension in dimensions.items() if dimension})
    part = [bool(b and isinstance(s, str) and b.startswith(s)) for b, s in zip(view["breakdown"], starts, strict=True)]
    counts = (
        view[np.array(part, dtype=bool)]
        .groupby(["indicator", "region_code", "period"])["breakdown"]
        .transform("nunique")
    )
    return counts.astype("float64").reindex(view.index)
