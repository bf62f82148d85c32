"""Judging the figures of a new edition: against themselves, and against the last accepted edition of their source.

These stand at the door: an edition whose scale, years or regions have slipped, or that repeats a year or the
province's row, is refused, and the last accepted one stays in force.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from catalog.contract import Contract
from catalog.load import Catalog
from expectations.figures import COLUMNS, coded, figures_of, in_one_form, pairs_of
from expectations.identity import Compared, compare, counted, verdicts
from expectations.numbering import numbers
from expectations.shifts import shift_rows
from expectations.slips import slip_rows
from expectations.suites import edition_suite, identity_suite
from expectations.verdict import Check

SERIES = ["indicator", "region", "breakdown"]
COLUMN = ["indicator", "breakdown", "year"]
FIGURE = [*SERIES, "year"]
# A year's column may hold one region only, or one region's sectors.
YEARS = [["indicator", "year"], ["year"]]
# A slip of scale is a power of ten to within this many tenths of a decade: revisions and growth move far less.
OFF_POWER = 0.2
# A year that the last edition did not have is held against its nearest year, at most this many years away.
NEAREST = 3
# One figure alone may well fall to a tenth in a new year; to a hundredth it does not.
HUNDREDFOLD = 2
# So many figures must tell the same story before it is no coincidence, and so large a share of those compared.
ENOUGH, MOST = 3, 0.5
FEWEST, REPEATED = 2, 0.9
# A share that exactly reaches its limit fails where the limit is one of equality.
EXACT = 1e-6


def judge_edition(
    frame: pd.DataFrame,
    accepted: pd.DataFrame | None,
    contract: Contract,
    catalog: Catalog,
    snapshot: str | None = None,
) -> list[Check]:
    """Hold the tidy rows of a new edition against themselves and against those of the last accepted edition.

    Rows in quarantine should be left out of both. A rule that finds nothing to compare gives no check; a failed
    critical one refuses the edition.
    """
    at_door = [item for item in catalog.identities if item.at_door]
    new = _figures(frame, contract)
    compared = compare(at_door, new, catalog)
    plan = identity_suite(at_door, "edition")
    if accepted is not None:
        new, old = in_one_form([new, _figures(accepted, contract)])
        rows = pd.concat(
            [
                history_rows(new, old, catalog),
                shift_rows(new, old, frame, accepted, replaces=contract.edition == "replaces"),
            ],
            ignore_index=True,
        )
        compared = Compared(_with(compared.rows, rows), compared.crashed, compared.excused)
        plan += edition_suite()
    asked = {*compared.rows.loc[compared.rows["beyond"].notna(), "identity"].unique(), *compared.crashed}
    plan = [planned for planned in plan if planned.rule.id in asked]
    return verdicts(compared, plan, catalog, source=contract.id, snapshot=snapshot) if plan else []


def _figures(rows: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    source = pd.Categorical([contract.id]).repeat(len(rows))
    return figures_of(rows.assign(source=source), {}, coded)


def history_rows(new: pd.DataFrame, old: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """The comparisons of a new edition with an old one, as `counted` gives them."""
    as_columns = [_as_column(figures) for figures in (new, old)]
    found = [
        ("scale_kept", _scale_kept(new, old, catalog)),
        ("years_in_place", _moved(new, old, same=SERIES, other="year", by=[SERIES, COLUMN, *YEARS])),
        ("regions_in_place", _moved(new, old, same=COLUMN, other="region", by=[["region"], COLUMN])),
        ("columns_in_place", _moved(*as_columns, same=["region", "year"], other="column", by=[["column"]])),
        ("year_not_repeated", _year_not_repeated(new, old)),
    ]
    rows = [counted(part, rule) for rule, part in found]
    return pd.concat([*rows, slip_rows(new, old)], ignore_index=True)


def _as_column(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures with `column`: what of a region and year they are, as one column of a file holds it."""
    return figures.assign(column=pairs_of(figures["indicator"], figures["breakdown"]))


def _scale_kept(new: pd.DataFrame, old: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """How near the ratio of new to old lies to a power of ten, in the middle of each year and of each series."""
    pairs = _pairs(new, old, catalog)
    years = _middle(pairs, ["indicator", "period", "year"]).assign(region=None)
    series = _middle(pairs[pairs["same_year"]], SERIES)
    return pd.concat([years, series[series["size"] >= FEWEST]])[COLUMNS]


def _pairs(new: pd.DataFrame, old: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Each new figure beside the old one of its year, or of the nearest year that the last edition had."""
    left = new[[*FIGURE, "period", "value"]].sort_values("year", kind="stable")
    right = old[[*FIGURE, "value"]].assign(was=old["year"]).sort_values("year", kind="stable")
    frame = pd.merge_asof(
        left, right, on="year", by=SERIES, direction="nearest", tolerance=NEAREST, suffixes=("", "_old")
    )
    frame = frame[(frame["value"] != 0) & (frame["value_old"] != 0) & frame["value_old"].notna()]
    frame = frame.assign(same_year=frame["was"] == frame["year"])
    # What may be negative, such as growth, passes near zero by itself: only figures of one year are comparable.
    bounds = {item.id: item.bounds.min for item in catalog.indicators.values()}
    never_negative = [name for name, low in bounds.items() if low is not None and low >= 0]
    return frame[frame["same_year"] | frame["indicator"].isin(never_negative)]


def _middle(pairs: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """One row per group: the middle figure, new and old, and whether their ratio is a power of ten."""
    pairs = pairs.assign(decades=np.log10((pairs["value"] / pairs["value_old"]).abs()))
    of = {"decades": "median", "value": "median", "value_old": "median", "same_year": "all"}
    firsts = {name: "first" for name in ("indicator", "region", "breakdown", "period", "year") if name not in by}
    groups = pairs.groupby(by)
    frame = groups.agg({**of, **firsts}).assign(size=groups.size()).reset_index()
    power = frame["decades"].round()
    weighty = frame["same_year"] | (frame["size"] >= FEWEST) | (power.abs() >= HUNDREDFOLD)
    beyond = (OFF_POWER - (frame["decades"] - power).abs()).where((power != 0) & weighty, -1.0)
    rows = _rows(frame, found=frame["value"], low=frame["value_old"], high=frame["value_old"], beyond=beyond)
    return rows.assign(size=frame["size"])


def _moved(new: pd.DataFrame, old: pd.DataFrame, *, same: list[str], other: str, by: list[list[str]]) -> pd.DataFrame:
    """Per group, how many figures are not their own of the last edition but those of another year, region or column.

    `same` is what the figures share with those they are mistaken for and `other` what they do not. Figures that
    stand more than once among the old ones tell nothing and are left out.
    """
    key = [*same, other]
    alone = old[~old.duplicated([*same, "value"], keep=False) & (old["value"] != 0)][[*key, "value"]]
    frame = new.merge(alone.rename(columns={"value": "value_own"}), on=key)
    there = alone.rename(columns={other: "elsewhere"})
    moved = frame[frame["value"] != frame["value_own"]].merge(there, on=[*same, "value"])
    frame = frame.merge(moved[[*key, "elsewhere"]].drop_duplicates(key), on=key, how="left")
    return pd.concat([share_moved(_alike(frame, other, group), group) for group in by], ignore_index=True)


def _alike(frame: pd.DataFrame, other: str, by: list[str]) -> pd.DataFrame:
    """The frame with `alike`, which is one for all figures that one slip would move.

    A column exchanged with another has all its figures there, a shifted series keeps its distance in years, and
    rows that moved down come each from another region. Chance finds them here and there.
    """
    if other == "year" and by == SERIES:
        return frame.assign(alike=frame["elsewhere"] - frame["year"])
    if other == "region" and by == COLUMN:
        return frame.assign(alike=frame["elsewhere"].notna().map({True: 1.0, False: None}))
    return frame.assign(alike=frame["elsewhere"])


def share_moved(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """One row per group with the most figures that one slip would move; groups of fewer than ENOUGH tell nothing."""
    number = numbers(frame, by)
    size = np.bincount(number)
    # In nearly all groups of a large edition nothing stands elsewhere: they are counted, and told no further.
    found = np.bincount(number, weights=frame["elsewhere"].notna()) > 0
    first = np.unique(number, return_index=True)[1]
    still = ~found & (size >= ENOUGH)
    same = size[still].astype("float64")
    rest = frame.iloc[first[still]][list(dict.fromkeys([*by, "indicator"]))]
    rows = _rows(rest, found=0.0, low=same, high=same, beyond=-1.0)
    return pd.concat([share_told(frame[found[number]], by), rows], ignore_index=True)


def share_told(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Those rows of groups of which something stands elsewhere, with what and when; of any others too, if given."""
    groups = frame.groupby(by)
    most = frame.groupby([*by, "alike"]).size().groupby(level=list(range(len(by)))).max()
    found = groups.agg( of=("value", "size"), other=("elsewhere", "first"),
        indicator=("indicator", "first"), first=("period", "min"), last=("period", "max"),
    )  # fmt: skip
    found = found.drop(columns=[name for name in by if name in found]).assign(found=most).reset_index()
    found = found.assign(found=found["found"].fillna(0.0))
    found = found[found["of"] >= ENOUGH]
    first, last = found["first"].astype(str), found["last"].astype(str)
    found = found.assign(period=first.where(first == last, first + "-" + last))
    beyond = (found["found"] / found["of"] - MOST).where(found["found"] >= ENOUGH, -1.0)
    rows = _rows(found, low=found["of"], high=found["of"], beyond=beyond)
    return rows.assign(other=[_said(value) for value in found["other"]])


def _said(elsewhere: object) -> str:
    """A year, region or column as a message names it; empty where nothing was found elsewhere."""
    if elsewhere is None or elsewhere != elsewhere:  # noqa: PLR0124  NaN
        return ""
    return str(int(elsewhere)) if isinstance(elsewhere, float) else str(elsewhere).split("|", 1)[0]


def _year_not_repeated(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Per year, how many measured figures are exactly those of the year before although they were not of old."""
    measured = new[new["high"] > new["low"]]
    frame = measured[[*FIGURE, "period", "value"]].merge(_before(new), on=FIGURE)
    was = old[[*FIGURE, "value"]].merge(_before(old), on=FIGURE)
    was = was[was["value"] == was["value_before"]][FIGURE].assign(old_repeats=True)
    frame = frame.merge(was, on=FIGURE, how="left")
    frame = frame[frame["old_repeats"].isna()]
    frame = frame.assign(same=(frame["value"] == frame["value_before"]).astype("float64"))
    frame = frame.groupby(["period", "year"], as_index=False).agg(
        found=("same", "sum"), of=("same", "size"), indicator=("indicator", "first")
    )
    frame = frame[frame["of"] >= FEWEST]
    beyond = frame["found"] / frame["of"] - REPEATED + EXACT
    return _rows(frame, low=frame["of"], high=frame["of"], beyond=beyond)


def _before(figures: pd.DataFrame) -> pd.DataFrame:
    """Each series' figures under the year after them."""
    moved = figures[[*FIGURE, "value"]].rename(columns={"value": "value_before"})
    return moved.assign(year=moved["year"] + 1)


def _with(rows: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([part for part in (rows, more) if len(part)], ignore_index=True) if len(rows) else more


def _rows(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Comparison rows with all columns; what a group does not speak of is empty."""
    return frame.assign(**{"other": "", **columns}).reindex(columns=COLUMNS)
