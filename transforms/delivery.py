"""Programmes against plan: realisation as ratios of sums, by kelurahan, kecamatan, government and agglomeration.

An activity states, at the end of a quarter, what has been realised since January against its plan for the whole year.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from catalog.load import Catalog
from transforms.rollup import notice_of, place, rolled_up, units_under
from transforms.values import EVIDENCE_ORDER, TOTAL, joined

VERDICTS = ("as_planned", "behind", "deviation")
QUARTERS = 4
DIGITS = 4
KEY = ["at", "programme", "year", "quarter"]


def delivery_rows(activities: pd.DataFrame, catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.programme_delivery from activity records, sorted by region, programme and quarter.

    `activities` has the fields of the record type activity, and source, evidence and synthetic. The programme `_T` is
    all programmes of a source's kind together; example and real activities are never added up: each side has its own
    rows.
    """
    if activities.empty:
        return []
    every = pd.concat([activities, activities.assign(programme=TOTAL)], ignore_index=True)
    spread = rolled_up(every, catalog)
    units = units_under(spread["at"].unique(), catalog)
    rows = [
        _row(dict(zip([*KEY, "synthetic"], key, strict=True)), group, catalog, units)
        for key, group in spread.groupby([*KEY, "synthetic"], sort=True)
    ]
    return sorted(rows, key=lambda row: (row["region_code"], row["programme"], row["year"], row["quarter"]))


def _row(key: dict[str, Any], group: pd.DataFrame, catalog: Catalog, units: dict[str, set[str]]) -> dict[str, Any]:
    where = place(key["at"], catalog)
    sums = {
        name: float(group[name].sum()) for name in ("physical_plan", "physical_actual", "budget_plan", "budget_actual")
    }
    physical, budget = (_percent(sums[f"{name}_actual"], sums[f"{name}_plan"]) for name in ("physical", "budget"))
    elapsed = 100.0 * key["quarter"] / QUARTERS
    over = (group["physical_actual"] > group["physical_plan"]) | (group["budget_actual"] > group["budget_plan"])
    noted = group["note"].fillna("").astype(str).str.strip() != ""
    findings = _whole_sum(group["findings_count"])
    bare = int((over & ~noted).sum())
    slack = catalog.monitoring.delivery.tolerance_points
    verdict = _verdict(physical, budget, elapsed - slack, deviates=bool(findings) or bare > 0)
    return {
        "region_code": where.code,
        "region_name": where.name,
        "level": where.level,
        "kecamatan": where.kecamatan,
        "government": where.government,
        "programme": key["programme"],
        "period": f"{key['year']}-Q{key['quarter']}",
        "year": int(key["year"]),
        "quarter": int(key["quarter"]),
        "activities": len(group),
        "units_with_activities": int(group["region_code"].nunique()),
        "units": len(units[where.code]),
        **sums,
        "physical_realisation": physical,
        "budget_realisation": budget,
        "time_elapsed": elapsed,
        "physical_gap": _gap(physical, elapsed),
        "budget_gap": _gap(budget, elapsed),
        "findings": findings,
        "findings_value": _whole_sum(group["findings_value"]),
        "findings_per_activity": None if findings is None else round(findings / len(group), DIGITS),
        "over_realised": int(over.sum()),
        "over_realised_without_note": bare,
        "beneficiaries": _whole_sum(group["beneficiaries"]),
        "benefit_score": _benefit(group),
        "verdict": verdict,
        "null_reason": None if verdict else "no_plan",
        "source": joined(group["source"]),
        "evidence": max(group["evidence"], key=EVIDENCE_ORDER.index),
        "synthetic": bool(key["synthetic"]),
        "notice": notice_of(where, synthetic=bool(key["synthetic"])),
    }


def _verdict(physical: float | None, budget: float | None, least: float, *, deviates: bool) -> str | None:
    """`deviation` with a finding or unexplained excess, `behind` where either realisation lags, else `as_planned`."""
    if physical is None or budget is None:
        return None
    if deviates:
        return "deviation"
    return "behind" if min(physical, budget) < least else "as_planned"


def _percent(actual: float, plan: float) -> float | None:
    return round(100.0 * actual / plan, DIGITS) if plan > 0 else None


def _gap(realised: float | None, elapsed: float) -> float | None:
    return None if realised is None else round(realised - elapsed, DIGITS)


def _whole_sum(column: pd.Series) -> float | None:
    """The sum where every activity states the number, else nothing: a partial sum would look like a small one."""
    return None if column.isna().any() else float(column.sum())


def _benefit(group: pd.DataFrame) -> float | None:
    """The mean benefit score weighted by beneficiaries; nothing where an activity states only one of the two."""
    scores, people = group["benefit_score"], group["beneficiaries"]
    if scores.isna().any() or people.isna().any() or people.sum() <= 0:
        return None
    return round(float((scores * people).sum() / people.sum()), DIGITS)
