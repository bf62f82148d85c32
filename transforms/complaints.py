"""Complaints from call records: valid ones apart from prank, silent and information calls, with times and backlog.

Percentiles are computed from the records themselves (linear interpolation between order statistics), never from other
percentiles or averages. Kota Kediri's line 112 shows why kinds must not be mixed: of 86,161 calls 496 were complaints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from catalog.load import Catalog
from transforms.rollup import Place, notice_of, place, rolled_up
from transforms.values import EVIDENCE_ORDER, TOTAL, joined

KINDS = ("complaint", "prank", "silent", "information")
PER, DIGITS = 1000, 4
# What is counted from call records; the population beside it comes from another source.
RECORDED = (
    "calls", "complaints", "prank", "silent", "information", "complaint_share", "median_answer_minutes",
    "p90_answer_minutes", "median_close_hours", "p90_close_hours", "backlog", "satisfaction", "respondents",
    "complaints_per_1000",
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """The population that a rate is per: its indicator, year and number."""

    indicator: str
    year: int
    number: float


@dataclass(frozen=True)
class Calls:
    """Calls of one place and category as arrays: kind, month counted from the first one, and three times.

    Times are in microseconds; `answer` and `close` are NaN where nothing is recorded. Arrays, because a place has a
    row for every month and category, and a frame costs milliseconds for each.
    """

    kind: np.ndarray
    month: np.ndarray
    received: np.ndarray
    closed: np.ndarray
    answer: np.ndarray
    close: np.ndarray
    satisfaction: np.ndarray
    source: str
    evidence: str

    def those(self, chosen: np.ndarray) -> Calls:
        """The calls that are chosen by a mask."""
        arrays = {name: value[chosen] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, **arrays)


def complaint_rows(
    calls: pd.DataFrame, people: Mapping[tuple[str, int], People], catalog: Catalog
) -> list[dict[str, Any]]:
    """Rows of joint.service_complaints: one per place, period (month and year) and category of complaint.

    `calls` has the fields of the record type call, and source, evidence and synthetic; `people` says for a place and
    year whose number a rate is per. Kinds other than complaints have no category: they stand under `_T` only. A month
    without a call has its row too, from the first month in which the place's government has calls to the last: it is a
    true nought, and complaints may still be open in it. An agglomeration has rows for the months of all its members
    only, since what one of them does not report is no nought; `months` says how many a year's row covers.
    """
    if calls.empty:
        return []
    spread = rolled_up(calls, catalog)
    first = pd.Period(spread["received"].min(), freq="M")
    reported = _reported(spread, first, catalog)
    rows = []
    for (code, synthetic), group in spread.groupby(["at", "synthetic"], sort=True):
        where = place(str(code), catalog)
        periods = _periods(first, reported.get((where.government or where.code, bool(synthetic)), range(0)))
        shared = {
            "synthetic": bool(synthetic),
            "synthetic_columns": ", ".join(RECORDED) if synthetic else None,
            "notice": notice_of(where, synthetic=bool(synthetic)),
        }
        for category, chosen in _categories(group):
            every = _arrays(chosen, first)
            rows += [{**_row(where, period, numbers, category, every, people), **shared} for period, numbers in periods]
    return sorted(rows, key=lambda row: (row["region_code"], row["period"], row["category"], row["synthetic"]))


def _reported(spread: pd.DataFrame, first: pd.Period, catalog: Catalog) -> dict[tuple[str, bool], range]:
    """The months, counted from `first`, that each government and agglomeration reports, examples apart."""
    found: dict[tuple[str, bool], range] = {}
    for (code, synthetic), group in spread.groupby(["at", "synthetic"]):
        if place(str(code), catalog).government == code:
            low, high = (pd.Period(day, freq="M") for day in (group["received"].min(), group["received"].max()))
            found[str(code), bool(synthetic)] = range((low - first).n, (high - first).n + 1)
    for item in catalog.agglomerations.values():
        for synthetic in (False, True):
            members = [found.get((member, synthetic), range(0)) for member in item.members]
            found[item.id, synthetic] = range(max(part.start for part in members), min(part.stop for part in members))
    return found


def _periods(first: pd.Period, months: range) -> list[tuple[str, np.ndarray]]:
    """Every month and every year of a run of months, each with the numbers of its months."""
    named = {number: first + number for number in months}
    years = dict.fromkeys(month.year for month in named.values())
    of_year = {year: np.array([number for number, month in named.items() if month.year == year]) for year in years}
    return [
        *((str(month), np.array([number])) for number, month in named.items()),
        *((str(year), numbers) for year, numbers in of_year.items()),
    ]


def _categories(group: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    complaints = group[group["kind"] == "complaint"]
    return [(TOTAL, group), *((str(name), found) for name, found in complaints.groupby("category", sort=True))]


def _arrays(group: pd.DataFrame, first: pd.Period) -> Calls:
    received = group["received"]
    spans = ((group[name] - received).dt.total_seconds().to_numpy() for name in ("answered", "closed"))
    answer, close = spans
    return Calls(
        kind=group["kind"].to_numpy(dtype=object),
        month=((received.dt.year - first.year) * 12 + received.dt.month - first.month).to_numpy(),
        received=received.to_numpy(dtype="datetime64[us]"),
        closed=group["closed"].to_numpy(dtype="datetime64[us]"),
        answer=answer / 60,
        close=close / 3600,
        satisfaction=group["satisfaction"].to_numpy(dtype="float64"),
        source=joined(group["source"]),
        evidence=max(group["evidence"], key=EVIDENCE_ORDER.index),
    )


def _row(
    where: Place,
    period: str,
    months: np.ndarray,
    category: str,
    every: Calls,
    people: Mapping[tuple[str, int], People],
) -> dict[str, Any]:
    """One row; `every` are the calls of the place and category, of all periods, `months` those of this one."""
    year = int(period[:4])
    chosen = every.those(np.isin(every.month, months))
    complaints = chosen.those(chosen.kind == "complaint")
    counts = {kind: int((chosen.kind == kind).sum()) for kind in KINDS}
    answer, close = (values[~np.isnan(values)] for values in (complaints.answer, complaints.close))
    known = people.get((where.code, year))
    scores = complaints.satisfaction[~np.isnan(complaints.satisfaction)]
    return {
        "region_code": where.code,
        "region_name": where.name,
        "level": where.level,
        "kecamatan": where.kecamatan,
        "government": where.government,
        "period": period,
        "year": year,
        "months": len(months),
        "category": category,
        "calls": len(chosen.kind),
        "complaints": counts["complaint"],
        "prank": counts["prank"] if category == TOTAL else None,
        "silent": counts["silent"] if category == TOTAL else None,
        "information": counts["information"] if category == TOTAL else None,
        "complaint_share": _share(counts["complaint"], len(chosen.kind)) if category == TOTAL else None,
        "population": known.number if known else None,
        "population_indicator": known.indicator if known else None,
        "population_year": known.year if known else None,
        "complaints_per_1000": _rounded(PER * counts["complaint"] / known.number) if known and known.number else None,
        "median_answer_minutes": _quantile(answer, 0.5),
        "p90_answer_minutes": _quantile(answer, 0.9),
        "median_close_hours": _quantile(close, 0.5),
        "p90_close_hours": _quantile(close, 0.9),
        "answered": len(answer),
        "closed": len(close),
        "backlog": _backlog(every, period),
        "satisfaction": _rounded(float(scores.mean())) if len(scores) else None,
        "respondents": len(scores),
        "null_reason": None if known else "no_population",
        "source": every.source,
        "evidence": every.evidence,
        "obs_status": "A",
    }


def _share(part: int, whole: int) -> float | None:
    return _rounded(100.0 * part / whole) if whole else None


def _quantile(values: np.ndarray, share: float) -> float | None:
    return _rounded(float(np.quantile(values, share))) if len(values) else None


def _backlog(every: Calls, period: str) -> int:
    """Complaints received by the end of the period that were not closed by then."""
    end = pd.Period(period).end_time.to_datetime64()
    open_then = np.isnat(every.closed) | (every.closed > end)
    return int(((every.kind == "complaint") & (every.received <= end) & open_then).sum())


def _rounded(value: float) -> float:
    return round(value, DIGITS) + 0.0


def people_of(observations: pd.DataFrame, catalog: Catalog) -> dict[tuple[str, int], People]:
    """The population behind rates, for every place and year: the first declared indicator that has a figure.

    `observations` are current totals: indicator, region_code, year, value. A place above kelurahan without a figure of
    its own takes the sum of its parts, if all of them have one in the same year of the same indicator.
    """
    ways = catalog.monitoring.complaints
    totals: dict[tuple[str, str, int], float] = {}
    for name in ways.population:
        found = observations[observations["indicator"] == name]
        for region, year, value in zip(found["region_code"], found["year"], found["value"], strict=True):
            totals[name, str(region), int(year)] = float(value)
    totals |= _summed(totals, catalog)
    years = sorted({year for _, _, year in totals})
    places = sorted({region for _, region, _ in totals})
    known: dict[tuple[str, int], People] = {}
    for region in places:
        for year in range(min(years), max(years) + ways.population_age + 1):
            best = _best(region, year, ways.population, ways.population_age, totals)
            if best is not None:
                known[region, year] = best
    return known


def _best(
    region: str, year: int, order: list[str], age: int, totals: Mapping[tuple[str, str, int], float]
) -> People | None:
    for name in order:
        for back in range(age + 1):
            if (name, region, year - back) in totals:
                return People(name, year - back, totals[name, region, year - back])
    return None


def _summed(totals: Mapping[tuple[str, str, int], float], catalog: Catalog) -> dict[tuple[str, str, int], float]:
    """Sums over members for agglomerations: their governments print no figure of them together."""
    found = {}
    for item in catalog.agglomerations.values():
        for name, year in sorted({(name, year) for name, region, year in totals if region in item.members}):
            parts = [totals.get((name, member, year)) for member in item.members]
            if None not in parts:
                found[name, item.id, year] = float(sum(part for part in parts if part is not None))
    return found
