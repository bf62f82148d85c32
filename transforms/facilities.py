"""Facilities of kelurahan and desa: units, how many kelurahan have one, and how far that is from the target."""

from __future__ import annotations

from typing import Any

import pandas as pd

from catalog.load import Catalog
from transforms.rollup import notice_of, place, rolled_up, units_under
from transforms.values import EVIDENCE_ORDER, joined

DIGITS = 4
KEY = ["at", "facility", "year", "synthetic"]


def facility_rows(facilities: pd.DataFrame, catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.facility_coverage from facility records: one per place, facility and year.

    `facilities` has the fields of the record type facility, and source, evidence and synthetic. Coverage is the units
    with at least one over all in force; a kelurahan without a record is not known to have none, so it is counted in
    `unreported`, and the coverage of a place with such a one is NULL.
    """
    if facilities.empty:
        return []
    spread = rolled_up(facilities, catalog)
    under = units_under(spread["at"].unique(), catalog)
    rows = []
    for key, group in spread.groupby(KEY, sort=True):
        told: dict[str, Any] = dict(zip(KEY, key, strict=True))
        rows.append(_row(told, group, catalog, under[told["at"]]))
    return rows


def _row(key: dict[str, Any], group: pd.DataFrame, catalog: Catalog, units: set[str]) -> dict[str, Any]:
    where, target = place(key["at"], catalog), catalog.monitoring.target_of(key["facility"])
    covered = int(group.loc[group["units"] > 0, "region_code"].nunique())
    reached = int((group["units"] >= target.units).sum()) if target else None
    unreported = len(units - set(group["region_code"]))
    whole = unreported == 0
    return {
        "region_code": where.code,
        "region_name": where.name,
        "level": where.level,
        "kecamatan": where.kecamatan,
        "government": where.government,
        "facility": key["facility"],
        "year": int(key["year"]),
        "facilities": int(group["units"].sum()) if whole else None,
        "covered": covered if whole else None,
        "units": len(units),
        "unreported": unreported,
        "coverage": round(100.0 * covered / len(units), DIGITS) if whole else None,
        "target_per_unit": target.units if target else None,
        "units_at_target": reached if whole else None,
        "missing_to_target": _missing(group, target.units) if target and whole else None,
        "null_reason": None if whole else "part_missing",
        "source": joined(group["source"]),
        "evidence": max(group["evidence"], key=EVIDENCE_ORDER.index),
        "synthetic": bool(key["synthetic"]),
        "notice": notice_of(where, synthetic=bool(key["synthetic"])),
    }


def _missing(group: pd.DataFrame, wanted: int) -> int:
    """How many facilities are wanting until every kelurahan has what it is to have."""
    return int((wanted - group["units"]).clip(lower=0).sum())
