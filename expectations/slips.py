"""Single figures and whole years of a new edition that are old ones gone astray, beside what edition.py finds.

Each of these prints only possible figures at possible places; it is the last accepted edition that gives them away.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.figures import COLUMNS
from expectations.identity import counted

PLACE = ["indicator", "breakdown", "year"]
# So many changed figures must tell the same story, and so large a share of them, before it is no coincidence.
ENOUGH, MOST = 3, 0.5
FEWEST = 2
# A figure of fewer rounding steps than this tells nothing: no hospital after one is news, not a slip.
WEIGHTY = 10
# Facilities and villages stay as many as they were for years; a thousand persons or more do not.
COUNTED = 1_000
TINY = 1e-9
FINAL = "A"


def slip_rows(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of a new edition with an old one, with column `identity` for the rule they belong to."""
    key = [*PLACE, "region"]
    both = new.merge(old[[*key, "value", "status"]], on=key, suffixes=("", "_old"))
    parts = [
        counted(_final_kept(both), "final_kept"),
        counted(_digits_in_place(both), "digits_in_place"),
        counted(_from_other_columns(both, old), "columns_in_place"),
        *(counted(_new_years_are_old(new, old, step), "years_in_place") for step in (-1, 1)),
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Comparison rows with all columns; `low` is what was expected."""
    return frame.assign(high=frame["low"], source="").reindex(columns=COLUMNS).assign(other="")


def _final_kept(both: pd.DataFrame) -> pd.DataFrame:
    """Per figure that was final and is final: whether it is still the same. What was provisional may change."""
    final = both[(both["status"] == FINAL) & (both["status_old"] == FINAL)]
    beyond = np.where(final["value"] != final["value_old"], 1.0, -1.0)
    return _rows(final.assign(found=final["value"], low=final["value_old"], beyond=beyond))


def _digits_in_place(both: pd.DataFrame) -> pd.DataFrame:
    """Per figure: wrong when it is the old one times a power of ten, cut to its printed digits, or turned in sign."""
    was, now = both["value_old"], both["value"]
    step = (both["high"] - both["low"]).where(both["high"] > both["low"], 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log10((now / was).abs()).round()
        moved = (now.abs() - was.abs() * 10.0**power).abs() <= np.where(power < 0, step, TINY * now.abs() + step / 2)
    slipped = (now != 0) & (was != 0) & moved & ((power != 0) | (now == -was))
    slipped |= (now == 0) & (was != 0)
    weighty = np.maximum(now.abs(), was.abs()) >= WEIGHTY * step
    return _rows(both.assign(found=now, low=was, beyond=np.where(slipped & weighty, 1.0, -1.0)))


def _from_other_columns(both: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Per column, how many changed figures are the old ones of a column of another year and indicator or breakdown."""
    changed = both[both["value"] != both["value_old"]]
    elsewhere = old[["region", "value", *PLACE]].rename(columns={name: f"{name}_from" for name in PLACE})
    moved = changed[changed["value"] != 0].merge(elsewhere, on=["region", "value"])
    column = (moved["indicator"] != moved["indicator_from"]) | (moved["breakdown"] != moved["breakdown_from"])
    moved = moved[column & (moved["year"] != moved["year_from"])]
    counts = moved.groupby([*PLACE, *elsewhere.columns[2:]], as_index=False).agg(found=("value", "size"))
    counts = counts.sort_values("found", kind="stable").drop_duplicates(PLACE, keep="last")
    frame = changed.groupby([*PLACE, "period"], as_index=False).agg(low=("value", "size"))
    frame = frame.merge(counts, on=PLACE)
    beyond = (frame["found"] / frame["low"] - MOST).where(frame["found"] >= ENOUGH, -1.0)
    return _rows(frame.assign(beyond=beyond)).assign(other=frame["indicator_from"])


def _new_years_are_old(new: pd.DataFrame, old: pd.DataFrame, step: int) -> pd.DataFrame:
    """Measured figures of years that the old edition had not, and how many are the old ones of the year beside.

    A full count has no rounding step; one of some size does not come out alike in two years either.
    """
    key = ["indicator", "breakdown", "region", "year"]
    own = new[(new["high"] > new["low"]) | (new["value"].abs() >= COUNTED)]
    measured = own.merge(old[key], on=key, how="left", indicator=True)
    measured = measured[measured["_merge"] == "left_only"]
    beside = old[[*key, "value"]].assign(year=old["year"] - step).rename(columns={"value": "value_beside"})
    frame = measured.merge(beside, on=key)
    frame = frame.assign(same=(frame["value"] == frame["value_beside"]).astype("float64"))
    frame = frame.groupby(["period", "year"], as_index=False).agg(
        found=("same", "sum"), low=("same", "size"), indicator=("indicator", "first")
    )
    beyond = (frame["found"] / frame["low"] - MOST).where(frame["found"] >= FEWEST, -1.0)
    return _rows(frame.assign(beyond=beyond)).assign(other=[str(int(year) + step) for year in frame["year"]])
