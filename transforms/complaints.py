"""Complaints from call records: valid ones apart from prank, silent and information calls, with times and backlog.

Percentiles are computed from the records themselves (linear interpolation between order statistics), never from other
percentiles or averages. Kota Kediri's line 112 shows why kinds must not be mixed: of 86,161 calls 496 were complaints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
class Period:
    """A month or a year: as it is written, its months counted from the first one of the calls, its last moment."""

    name: str
    months: np.ndarray
    end: np.datetime64


@dataclass(frozen=True)
class Calls:
    """Calls as arrays: kind, category, month counted from the first one, and three times.

    Times are in microseconds; `answer` and `close` are NaN where nothing is recorded. Arrays, because a place has a
    row for every month and category, and a frame costs milliseconds for each.
    """

    kind: np.ndarray
    category: np.ndarray
    month: np.ndarray
    received: np.ndarray
    closed: np.ndarray
    answer: np.ndarray
    close: np.ndarray
    satisfaction: np.ndarray
    source: np.ndarray
    evidence: np.ndarray

    def those(self, chosen: np.ndarray) -> Calls:
        """The calls that are chosen by a mask or by their positions."""
        return Calls(**{name: values[chosen] for name, values in vars(self).items()})


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
    calls_at = _arrays(spread, first)
    rows = []
    groups: dict[Any, Any] = spread.groupby(["at", "synthetic"]).indices
    for (code, synthetic), positions in groups.items():
        where = place(str(code), catalog)
        periods = _periods(first, reported.get((where.government or where.code, bool(synthetic)), range(0)))
        shared = {
            "synthetic": bool(synthetic),
            "synthetic_columns": ", ".join(RECORDED) if synthetic else None,
            "notice": notice_of(where, synthetic=bool(synthetic)),
        }
        for category, every in _categories(calls_at.those(positions)):
            shared |= {
                "source": joined(every.source),
                "evidence": max(every.evidence, key=EVIDENCE_ORDER.index),
            }
            rows += [{**_row(where, period, category, every, people), **shared} for period in periods]
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


def _periods(first: pd.Period, months: range) -> list[Period]:
    """Every month and every year of a run of months, each with the numbers of its months."""
    named = {number: first + number for number in months}
    years = dict.fromkeys(month.year for month in named.values())
    of_year = {year: np.array([number for number, month in named.items() if month.year == year]) for year in years}
    return [
        *(Period(str(month), np.array([number]), _end(str(month))) for number, month in named.items()),
        *(Period(str(year), numbers, _end(str(year))) for year, numbers in of_year.items()),
    ]


def _end(period: str) -> np.datetime64:
    end: np.datetime64 = pd.Period(period).end_time.to_datetime64()
    return end


def _categories(every: Calls) -> list[tuple[str, Calls]]:
    complaints = every.those(every.kind == "complaint")
    named = sorted({name for name in complaints.category if isinstance(name, str)})
    return [(TOTAL, every), *((name, complaints.those(complaints.category == name)) for name in named)]


def _arrays(group: pd.DataFrame, first: pd.Period) -> Calls:
    received = group["received"]
    answer, close = ((group[name] - received).dt.total_seconds().to_numpy() for name in ("answered", "closed"))
    return Calls(
        kind=group["kind"].to_numpy(dtype=object),
        category=group["category"].to_numpy(dtype=object),
        month=((received.dt.year - first.year) * 12 + received.dt.month - first.month).to_numpy(),
        received=received.to_numpy(dtype="datetime64[us]"),
        closed=group["closed"].to_numpy(dtype="datetime64[us]"),
        answer=answer / 60,
        close=close / 3600,
        satisfaction=group["satisfaction"].to_numpy(dtype="float64"),
        source=group["source"].to_numpy(dtype=object),
        evidence=group["evidence"].to_numpy(dtype=object),
    )


def _row(
    where: Place, period: Period, category: str, every: Calls, people: Mapping[tuple[str, int], People]
) -> dict[str, Any]:
    """One row; `every` are the calls of the place and category, of all periods."""
    year = int(period.name[:4])
    # The months of a period follow one another.
    chosen = every.those((every.month >= period.months[0]) & (every.month <= period.months[-1]))
    complaints = chosen.those(chosen.kind == "complaint")
    counts = {kind: int((chosen.kind == kind).sum()) for kind in KINDS}
    answer, close = (values[~np.isnan(values)] for values in (complaints.answer, complaints.close))
    known = people.get((where.code, year))
    (median_answer, p90_answer), (median_close, p90_close) = _quantiles(answer), _quantiles(close)
    scores = complaints.satisfaction[~np.isnan(complaints.satisfaction)]
    return {
        "region_code": where.code,
        "region_name": where.name,
        "level": where.level,
        "kecamatan": where.kecamatan,
        "government": where.government,
        "period": period.name,
        "year": year,
        "months": len(period.months),
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
        "median_answer_minutes": median_answer,
        "p90_answer_minutes": p90_answer,
        "median_close_hours": median_close,
        "p90_close_hours": p90_close,
        "answered": len(answer),
        "closed": len(close),
        "backlog": _backlog(every, period.end),
        "satisfaction": _rounded(float(scores.mean())) if len(scores) else None,
        "respondents": len(scores),
        "null_reason": None if known else "no_population",
        "obs_status": "A",
    }


def _share(part: int, whole: int) -> float | None:
    return _rounded(100.0 * part / whole) if whole else None


def _quantiles(values: np.ndarray) -> tuple[float | None, float | None]:
    """The median and the 90th percentile."""
    if not len(values):
        return None, None
    median, p90 = np.quantile(values, (0.5, 0.9))
    return _rounded(float(median)), _rounded(float(p90))


def _backlog(every: Calls, end: np.datetime64) -> int:
    """Complaints received by the end of a period that were not closed by then."""
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
