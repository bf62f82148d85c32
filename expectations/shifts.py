"""Rows and years of a new edition that came from elsewhere in the last one, beside what edition.py and slips.py find.

A row into which a cell was slipped prints every figure under its neighbour's header; a row that holds another region's
figures is whole and possible. Only the last accepted edition gives them away.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from expectations.figures import COLUMNS, coded, in_one_form, spelt
from expectations.identity import COUNT, counted
from expectations.numbering import numbers
from expectations.slips import WEIGHTY
from expectations.view import texts

Mask = NDArray[np.bool_]
Mark = tuple[int, float, float]
KEY = ["indicator", "region", "breakdown", "period"]
# So many figures of a row or series together are nobody else's by chance.
ENOUGH = 3
FEWEST, MOST = 2, 0.5


def shift_rows(
    new: pd.DataFrame, old: pd.DataFrame, frame: pd.DataFrame, accepted: pd.DataFrame, *, replaces: bool
) -> pd.DataFrame:
    """The comparisons of a new edition with an old one, with column `identity` for the rule they belong to.

    `new` and `old` are their figures (figures.py), `frame` and `accepted` the tidy rows that they come from. An edition
    that only adds to the last one may well end earlier.
    """
    parts = [
        counted(_figures_in_row(*in_one_form([_printed(rows) for rows in (frame, accepted)])), "figures_in_row"),
        of_another(new, old, ["region", "year"], ["indicator", "breakdown"]),
        of_another(new, old, ["region", "indicator", "breakdown"], ["year"]),
    ]
    if replaces:
        parts.append(counted(_last_year_kept(new, old), "last_year_kept"))
    return pd.concat(parts, ignore_index=True)


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Comparison rows with all columns; `low` is what was expected."""
    if "other" not in frame:
        frame = frame.assign(other="")
    return frame.assign(high=frame["low"], source="").reindex(columns=COLUMNS)


def _printed(frame: pd.DataFrame) -> pd.DataFrame:
    """Every figure of a file as its cell reads, in the order of the file."""
    names = {"indicator": "indicator", "breakdown": "breakdown", "period": "period", "region_code": "region"}
    keys = pd.DataFrame({name: coded(frame[column]) for column, name in names.items()})
    line = frame["source_line"].astype("float64").to_numpy()
    order = frame["row_id"].astype("float64").to_numpy()
    return keys.assign(line=line, order=order, raw=texts(frame["raw"]).fillna("").str.strip())


def _figures_in_row(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Per row of the last file, how many figures that changed now read as the cell beside theirs did.

    One such figure tells nothing unless the row has lost another at the same time: a cell was slipped in before it.
    """
    old = old.sort_values("order", kind="stable")
    lines = old.groupby("line")["raw"]
    old = old.assign(left=lines.shift(1), right=lines.shift(-1))
    both = old.merge(new[[*KEY, "raw"]].drop_duplicates(KEY), on=KEY, how="left", suffixes=("", "_new"))
    changed = both["raw_new"].notna() & (both["raw_new"] != both["raw"]) & (both["raw_new"] != "")
    both = both.assign(
        changed=changed,
        lost=both["raw_new"].isna() & (both["raw"] != ""),
        left=changed & (both["raw_new"] == both["left"]),
        right=changed & (both["raw_new"] == both["right"]),
    )
    counts = both.groupby("line").agg(
        changed=("changed", "sum"), lost=("lost", "sum"), left=("left", "sum"), right=("right", "sum"),
        indicator=("indicator", "first"), region=("region", "first"), period=("period", "first"),
    )  # fmt: skip
    counts = spelt(counts[counts["changed"] > 0])
    found = counts[["left", "right"]].max(axis=1)
    alone = (found == 1) & (counts["changed"] == 1) & (counts["lost"] > 0)
    shifted = ((found >= FEWEST) & (found > MOST * counts["changed"])) | alone
    year = counts["period"].str[:4].astype("float64")
    told = counts.assign(found=found.astype("float64"), low=counts["changed"].astype("float64"), year=year)
    return _rows(told.assign(breakdown="_T", beyond=shifted.map({True: 1.0, False: -1.0})))


def of_another(new: pd.DataFrame, old: pd.DataFrame, group: list[str], along: list[str]) -> pd.DataFrame:
    """Per row or series, whether its figures together are not its own of the last edition but those of another one.

    Which rule is broken follows from what the other one is: of another region, else of another year, else of another
    column of the same region.
    """
    changed, likely = concerned(new, old, group, along)
    if not changed.any():
        return pd.DataFrame(columns=[*COLUMNS, "identity"])
    now, was = (_together(spelt(part), group, along) for part in (new[changed], old[likely]))
    both = now.merge(was[[*group, "together"]], on=group, suffixes=("", "_own"))
    both = both[(both["together"] != both["together_own"]) & (both["weighty"] >= ENOUGH)]
    elsewhere = was[[*group, "together"]].rename(columns={name: f"{name}_from" for name in group})
    moved = both.merge(elsewhere, on="together", how="left").drop_duplicates(group)
    here = moved["region_from"].isna() | (moved["region_from"] != moved["region"])
    beside = "years_in_place" if "year" in group else "columns_in_place"
    place = _text(moved["year_from"]) if "year" in group else moved["indicator_from"]
    size = moved["size"].astype("float64")
    told = moved.assign(
        found=size,
        low=size,
        beyond=moved["region_from"].notna().map({True: 1.0, False: -1.0}),
        other=moved["region_from"].where(here, place).fillna(""),
    )
    rule = here.map({True: "regions_in_place", False: beside}).to_numpy()
    found = _rows(told).assign(identity=rule)
    found[COUNT] = 1
    return found


def concerned(new: pd.DataFrame, old: pd.DataFrame, group: list[str], along: list[str]) -> tuple[Mask, Mask]:
    """Which new figures are in groups that are not as they were, and which old ones in those or in groups like them.

    Nearly all groups of a large revised edition are as they were; putting each together to compare it takes long.
    """
    both = pd.concat([new, old], ignore_index=True)
    number, place, value = numbers(both, group), numbers(both, along), both["value"].to_numpy()
    order = np.lexsort((place, number))
    rows = [order[order < len(new)], order[order >= len(new)]]
    sizes = [np.bincount(number[part], minlength=int(number.max(initial=-1)) + 1) for part in rows]
    # Groups of one size stand in both at the same place, row by row.
    alike = sizes[0] == sizes[1]
    here, there = (part[alike[number[part]]] for part in rows)
    changed = ~alike
    changed[number[here][(value[here] != value[there]) | (place[here] != place[there])]] = True
    changed &= (sizes[0] >= ENOUGH) & (sizes[1] >= ENOUGH)
    marks = [_marks(value[part], size) for part, size in zip(rows, sizes, strict=True)]
    wanted = {marks[0][one] for one in np.flatnonzero(changed).tolist()}
    likely = changed | np.array([mark in wanted for mark in marks[1]], dtype=bool)
    return changed[number[: len(new)]], likely[number[len(new) :]]


def _marks(value: NDArray[np.float64], size: NDArray[np.int64]) -> list[Mark | None]:
    """Size, first and last value of each group; None for those of fewer than ENOUGH figures. Values come by group."""
    after = np.cumsum(size).tolist()
    told = zip(size.tolist(), after, strict=True)
    return [(n, float(value[end - n]), float(value[end - 1])) if n >= ENOUGH else None for n, end in told]


def _text(years: pd.Series) -> pd.Series:
    return years.map(lambda year: "" if pd.isna(year) else str(int(year)))


def _together(figures: pd.DataFrame, group: list[str], along: list[str]) -> pd.DataFrame:
    """One row per group of at least ENOUGH figures: all of them with their places, and the first one's names.

    `weighty` counts those that are of some size: rows of ones and twos may well be equal.
    """
    ordered = figures.sort_values([*group, *along], kind="stable")
    pair = ordered["value"].astype(str)
    for name in along:
        pair = ordered[name].astype(str) + "|" + pair
    step = (ordered["high"] - ordered["low"]).where(ordered["high"] > ordered["low"], 1.0)
    ordered = ordered.assign(pair=pair, weighty=ordered["value"].abs() >= WEIGHTY * step)
    rest = {name: (name, "first") for name in ("indicator", "breakdown", "period", "year") if name not in group}
    made = {"together": ("pair", tuple), "size": ("pair", "size"), "weighty": ("weighty", "sum")}
    found = ordered.groupby(group).agg(**made, **rest).reset_index()
    return found[found["size"] >= ENOUGH]


def _last_year_kept(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Per indicator, whether the new edition reaches as far as the last one did; a later edition never ends earlier."""
    reach = [figures.groupby("indicator", as_index=False).agg(year=("year", "max")) for figures in (new, old)]
    both = reach[0].merge(reach[1], on="indicator", suffixes=("", "_old"))
    reached = both["year_old"].astype(int).astype(str)
    both = both.assign(found=both["year"], low=both["year_old"], beyond=both["year_old"] - both["year"])
    period = both["year"].astype(int).astype(str)
    return _rows(both.assign(period=period, region=None, breakdown="_T", other=reached))
