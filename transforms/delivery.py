"""Programmes against plan: realisation as ratios of sums, by kelurahan, kecamatan, government and agglomeration.

An activity states, at the end of a quarter, what has been realised since January against its plan for the whole year.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

from catalog.load import Catalog
from transforms.rollup import notice_of, place, rolled_up, units_under
from transforms.values import EVIDENCE_ORDER, TOTAL, joined

VERDICTS = ("as_planned", "behind", "deviation")
QUARTERS = 4
DIGITS = 4
KEY = ["at", "programme", "year", "quarter", "synthetic"]
SUMMED = ("physical_plan", "physical_actual", "budget_plan", "budget_actual")


def delivery_rows(activities: pd.DataFrame, catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.programme_delivery from activity records, sorted by region, programme and quarter.

    `activities` has the fields of the record type activity, and source, evidence and synthetic. The programme `_T` is
    all programmes together; example and real activities are never added up: each side has its own rows. An
    agglomeration has rows for the quarters in which all its members report activities: no partial sum stands for it.
    """
    if activities.empty:
        return []
    every = pd.concat([activities, activities.assign(programme=TOTAL)], ignore_index=True)
    spread = rolled_up(every, catalog)
    units = units_under(spread["at"].unique(), catalog)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for record in spread.to_dict("records"):
        groups[tuple(record[name] for name in KEY)].append({str(name): value for name, value in record.items()})
    reported = {(at, *when) for at, _, *when in groups}
    rows = [
        _row(dict(zip(KEY, key, strict=True)), group, catalog, units)
        for key, group in groups.items()
        if all((member, *key[2:]) in reported for member in _members(key[0], catalog))
    ]
    return sorted(
        rows, key=lambda row: tuple(row[name] for name in ("region_code", "programme", "year", "quarter", "synthetic"))
    )


def _row(
    key: dict[str, Any], group: list[dict[str, Any]], catalog: Catalog, units: dict[str, set[str]]
) -> dict[str, Any]:
    where = place(key["at"], catalog)
    sums = {name: math.fsum(item[name] for item in group) for name in SUMMED}
    physical, budget = (_percent(sums[f"{name}_actual"], sums[f"{name}_plan"]) for name in ("physical", "budget"))
    elapsed = 100.0 * key["quarter"] / QUARTERS
    over = [
        item for item in group if any(item[f"{name}_actual"] > item[f"{name}_plan"] for name in ("physical", "budget"))
    ]
    findings = _whole_sum(item["findings_count"] for item in group)
    bare = sum(not _is_given(item["note"]) for item in over)
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
        "units_with_activities": len({item["region_code"] for item in group}),
        "units": len(units[where.code]),
        **sums,
        "physical_realisation": physical,
        "budget_realisation": budget,
        "time_elapsed": elapsed,
        "physical_gap": _gap(physical, elapsed),
        "budget_gap": _gap(budget, elapsed),
        "findings": findings,
        "findings_value": _whole_sum(item["findings_value"] for item in group),
        "findings_per_activity": None if findings is None else round(findings / len(group), DIGITS),
        "over_realised": len(over),
        "over_realised_without_note": bare,
        "beneficiaries": _whole_sum(item["beneficiaries"] for item in group),
        "benefit_score": _benefit(group),
        "verdict": verdict,
        "null_reason": None if verdict else "no_plan",
        "source": joined(item["source"] for item in group),
        "evidence": max((item["evidence"] for item in group), key=EVIDENCE_ORDER.index),
        "synthetic": bool(key["synthetic"]),
        "notice": notice_of(where, synthetic=bool(key["synthetic"])),
        "tolerance_points": slack,
    }


def _members(code: str, catalog: Catalog) -> list[str]:
    """The members of an agglomeration; none of any other region."""
    return catalog.agglomerations[code].members if code in catalog.agglomerations else []


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


def _is_given(value: object) -> bool:
    """Whether an optional field says anything: pandas writes a gap as None or as NaN."""
    return isinstance(value, str) and bool(value.strip())


def _whole_sum(values: Iterable[float | None]) -> float | None:
    """The sum where every activity states the number, else nothing: a partial sum would look like a small one."""
    found = list(values)
    known = [value for value in found if value is not None and not math.isnan(value)]
    return math.fsum(known) if len(known) == len(found) else None


def _benefit(group: list[dict[str, Any]]) -> float | None:
    """The mean benefit score weighted by beneficiaries; nothing where an activity states only one of the two."""
    weighted = _whole_sum(_product(item["benefit_score"], item["beneficiaries"]) for item in group)
    people = _whole_sum(item["beneficiaries"] for item in group)
    return round(weighted / people, DIGITS) if weighted is not None and people else None


def _product(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one * other
