"""Targets held against figures: gap, pace so far, pace needed, achievement and verdict.

All paces are in the indicator's unit a year. Nothing is compared across a break, and nothing here says that a
survey figure rose or fell: the significance of a change is not tested.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.models import Indicator
from catalog.targets import Document, FormulaId, Target
from transforms.joint_frames import NOTICE
from transforms.joint_places import roles
from transforms.values import TOTAL

EXAMPLE_NOTICE = "target contoh, tidak diterbitkan siapa pun / example target, published by nobody"
SURVEY_NOTICE = "signifikansi perubahan tidak diuji / significance of changes not tested"
# Digits of achievement, in percent; performance reports print two.
ACHIEVEMENT_DIGITS = 2
# A pace is a difference spread over years: so many digits more than the figures themselves.
PACE_DIGITS = 2
# What doubles lose in sums of published decimals, relative to their size; not a statistical tolerance.
DOUBLE = 1e-9


@dataclass(frozen=True)
class Aim:
    """What is to be reached in `year`: the range `low` to `high` (equal for one value), and which side is better."""

    low: float
    high: float
    lower_is_better: bool
    year: int

    @property
    def edge(self) -> float:
        """The end of the range that has to be reached: the less demanding one."""
        return self.high if self.lower_is_better else self.low

    def reached_by(self, value: float) -> bool:
        """Whether a value is at the edge or beyond it on the better side."""
        slack = DOUBLE * max(1.0, abs(self.edge))
        return value <= self.edge + slack if self.lower_is_better else value >= self.edge - slack


@dataclass(frozen=True)
class Standing:
    """Where a series stands against its aim; what is not known or not comparable is None.

    `verdict`: "met" or "off_track" where the figure of the target year is known; before that "on_track" where
    `projected` reaches the edge, else "off_track"; "no_data", with `null_reason`, where neither can be said.
    """

    verdict: str
    null_reason: str | None = None
    actual_year: int | None = None
    actual: float | None = None
    baseline_year: int | None = None
    baseline_value: float | None = None
    pace_so_far: float | None = None
    pace_needed: float | None = None
    projected: float | None = None
    gap: float | None = None


def standing(
    aim: Aim,
    base_year: int,
    figures: Mapping[int, float],
    breaks: Collection[int] = (),
    reasons: Mapping[int, str] | None = None,
) -> Standing:
    """A series of yearly `figures` against an aim of a plan that begins in `base_year`.

    The actual is the figure of the target year, else the latest before it; a target year that was passed over has
    none, for the reason in `reasons` (why a year is empty). The baseline is the first figure from `base_year` on.
    pace_so_far = (actual - baseline) / years between them; pace_needed = (edge - actual) / years left;
    projected = actual + pace_so_far x years left; gap = actual - edge. A break (first year of another series)
    after `base_year` and up to the target year leaves the target without comparable figures.
    """
    year = _actual_year(aim.year, figures)
    if year is None:
        return Standing("no_data", (reasons or {}).get(aim.year, "not_in_sources"))
    actual = figures[year]
    if any(base_year < first <= aim.year for first in breaks):
        return Standing("no_data", "break_in_series", year, actual)
    gap, left = actual - aim.edge, aim.year - year
    first = min((other for other in figures if base_year <= other < year), default=None)
    baseline = None if first is None else figures[first]
    pace = None if first is None or baseline is None else (actual - baseline) / (year - first)
    if not left:
        verdict = "met" if aim.reached_by(actual) else "off_track"
        return Standing(verdict, None, year, actual, first, baseline, pace, gap=gap)
    if pace is None:
        return Standing("no_data", "no_baseline", year, actual, pace_needed=-gap / left, gap=gap)
    projected = actual + pace * left
    verdict = "on_track" if aim.reached_by(projected) else "off_track"
    return Standing(verdict, None, year, actual, first, baseline, pace, -gap / left, projected, gap)


def _actual_year(target_year: int, figures: Mapping[int, float]) -> int | None:
    """The target year itself, else the latest year, unless the series has gone past the target year."""
    if target_year in figures:
        return target_year
    latest = max(figures, default=None)
    return None if latest is None or latest > target_year else latest


def achievement(formula: FormulaId, actual: float, aim: Aim) -> float | None:
    """Achievement in percent, by the formula that targets.toml names; None where it would divide by zero or less.

    Against a range it is 100 inside, and outside it is held against the end that was passed or missed (annex of
    the regulation PermenPANRB 8/2021 on performance management).
    """
    if aim.low < aim.high and aim.low <= actual <= aim.high:
        return 100.0
    target = aim.high if actual > aim.high else aim.low
    divisor = actual if formula == "inverse" else target
    if divisor <= 0:
        return None
    if formula == "ratio":
        return 100.0 * actual / target
    if formula == "twice_target":
        return 100.0 * (2.0 * target - actual) / target
    return 100.0 * target / actual


def target_rows(values: pd.DataFrame, catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.target from the current rows of joint.indicator_value, one for each declared target."""
    totals = values[values["breakdown"] == TOTAL]
    wanted = totals.merge(_asked(catalog), on=["indicator", "region_code"])
    series = {
        (str(keys[0]), str(keys[1])): part.set_index("year").sort_index()
        for keys, part in wanted.groupby(["indicator", "region_code"])
    }
    empty = totals.iloc[:0].set_index("year")
    part = roles(catalog)
    found = [
        _row(item, series.get((item.indicator, item.region), empty), catalog, part[item.region])
        for item in catalog.targets.targets
    ]
    return sorted(found, key=lambda row: (row["region_code"], row["indicator"], row["year"], row["document"]))


def _asked(catalog: Catalog) -> pd.DataFrame:
    keys = {(item.indicator, item.region) for item in catalog.targets.targets}
    return pd.DataFrame(sorted(keys), columns=["indicator", "region_code"]).astype(str)


def breaks_of(indicator: Indicator, region: str, catalog: Catalog, flagged: Collection[int]) -> set[int]:
    """The first years of new series of an indicator in a region, its members' included where it has members."""
    place = catalog.agglomerations.get(region)
    here = {region, *(place.members if place else ())}
    declared = {item.year for item in indicator.breaks if not item.regions or here & set(item.regions)}
    return declared | set(flagged)


def _row(item: Target, series: pd.DataFrame, catalog: Catalog, role: str) -> dict[str, Any]:
    indicator, document = catalog.indicators[item.indicator], catalog.targets.documents[item.document]
    direction = item.direction_under(indicator)
    low, high = item.ends
    aim = Aim(low, high, direction == "lower_is_better", item.year)
    known = series[series["value"].notna()]
    figures = {int(year): float(value) for year, value in known["value"].items()}  # type: ignore[call-overload]
    reasons = {int(year): str(why) for year, why in series["null_reason"].dropna().items()}  # type: ignore[call-overload]
    flagged = [int(year) for year in series.index[series["break_flag"].astype(bool)]]
    found = standing(aim, document.base_year, figures, breaks_of(indicator, item.region, catalog, flagged), reasons)
    actual = known.loc[found.actual_year] if found.actual_year is not None else None
    comparable = found.actual is not None and found.gap is not None
    reached = achievement(item.formula, found.actual, aim) if found.actual is not None and comparable else None
    digits = indicator.derived_decimals
    synthetic = document.synthetic or (actual is not None and bool(actual["synthetic"]))
    return {
        "region_code": item.region,
        "region_role": role,
        "indicator": item.indicator,
        "document": item.document,
        "period": str(item.year),
        "year": item.year,
        "unit": indicator.unit,
        "direction": direction,
        "target_low": low if item.value is None else None,
        "target_high": high if item.value is None else None,
        "target": aim.edge,
        "actual_year": found.actual_year,
        "actual": found.actual,
        "gap": _digits(found.gap, digits),
        "baseline_year": found.baseline_year,
        "baseline_value": found.baseline_value,
        "pace_so_far": _digits(found.pace_so_far, digits + PACE_DIGITS),
        "pace_needed": _digits(found.pace_needed, digits + PACE_DIGITS),
        "projected": _digits(found.projected, digits),
        "achievement": _digits(reached, ACHIEVEMENT_DIGITS),
        "achievement_formula": item.formula,
        "verdict": found.verdict,
        "null_reason": found.null_reason,
        **_provenance(document, actual),
        "synthetic": synthetic,
        "notice": _notice(indicator, document, role),
    }


def _provenance(document: Document, actual: Any) -> dict[str, Any]:
    """Where target and actual come from, and with what evidence."""
    return {
        "title_id": document.title.id,
        "title_en": document.title.en,
        "publication": document.publication,
        "published": document.published,
        "evidence": document.evidence,
        "actual_evidence": None if actual is None else actual["evidence"],
        "actual_status": None if actual is None else actual["obs_status"],
    }


def _notice(indicator: Indicator, document: Document, role: str) -> str | None:
    parts = (
        (document.synthetic, EXAMPLE_NOTICE),
        (role == "agglomeration", NOTICE),
        (indicator.survey, SURVEY_NOTICE),
    )
    return "; ".join(text for holds, text in parts if holds) or None


def _digits(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0
