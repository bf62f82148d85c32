"""The joint tables made of records in force: evaluations, programmes, facilities, complaints, and their profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from catalog.contract import RecordsContract
from catalog.load import Catalog
from catalog.records import RecordType
from expectations.evaluation import judge_evaluation
from expectations.services import judge_services
from expectations.verdict import Check
from flows.editions import Standing, waiting_records
from transforms.complaints import complaint_rows, people_of
from transforms.delivery import delivery_rows
from transforms.evaluation import evaluation_counts, evaluation_rows
from transforms.facilities import facility_rows
from transforms.profile import profile_rows
from transforms.values import TOTAL
from warehouse.build import Build, current_observations, load_rows, table_rows
from warehouse.fold import Edition
from warehouse.records import current_records, records_in_force

NUMBERS = ("integer", "number", "year")


def load_record_tables(
    build: Build, catalog: Catalog, contracts: Mapping[str, RecordsContract], judged: Standing
) -> list[Check]:
    """Fill the joint tables made of records in force; gives the verdicts on them."""
    files = [judged[source] for source, contract in contracts.items() if contract.record == "evaluation"]
    waiting = {(scheme, year, region) for region, scheme, year in waiting_records(files, catalog.records["evaluation"])}
    rows = evaluation_rows(current_records(build.con, "evaluation"), catalog, waiting)
    counts = evaluation_counts(rows, catalog)
    totals = _totals(build, [catalog.monitoring.profile.area, *catalog.monitoring.complaints.population])
    people = people_of(totals, catalog)
    deliveries = delivery_rows(records_frame(build, catalog.records["activity"]), catalog)
    facilities = facility_rows(records_frame(build, catalog.records["facility"]), catalog)
    complaints = complaint_rows(records_frame(build, catalog.records["call"]), people, catalog)
    profiles = profile_rows(rows, deliveries, complaints, facilities, people, _areas(totals, catalog), catalog)
    tables = {
        "kelurahan_evaluation": rows,
        "kelurahan_evaluation_count": counts,
        "programme_delivery": deliveries,
        "facility_coverage": facilities,
        "service_complaints": complaints,
        "kelurahan_profile": profiles,
    }
    for name, found in tables.items():
        load_rows(build, f"joint.{name}", found)
    return [*judge_evaluation(rows, counts, catalog), *judge_services(deliveries, facilities, complaints, catalog)]


def complaint_days(
    build: Build, catalog: Catalog, editions: Mapping[str, Sequence[Edition]], record_of: Mapping[str, str]
) -> list[list[dict[str, Any]]]:
    """The rows of joint.service_complaints of every day on which calls came, as releases of those days had them.

    By source: the editions in the order of the log, and the type of their records. The last day is today's table.
    """
    kind = catalog.records["call"]
    calls = {source: items for source, items in editions.items() if record_of[source] == kind.id}
    days = sorted({item.vintage for items in calls.values() for item in items})
    found = []
    for day in days[:-1]:
        rows = [
            row
            for source in sorted(calls)
            for row in records_in_force([item for item in calls[source] if item.vintage <= day], kind)
        ]
        found.append(complaint_rows(frame_of(rows, kind), {}, catalog))
    return [*found, table_rows(build, "joint.service_complaints")]


def records_frame(build: Build, kind: RecordType) -> pd.DataFrame:
    """The records of one type in force, as `frame_of`."""
    return frame_of(current_records(build.con, kind.id), kind)


def frame_of(rows: Sequence[Mapping[str, Any]], kind: RecordType) -> pd.DataFrame:
    """Records of one type with plain types: numbers are doubles, times are times, gaps are missing."""
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    for field in kind.fields:
        if field.type in NUMBERS:
            whole = field.required and field.type != "number"
            frame[field.name] = frame[field.name].astype("int64" if whole else "float64")
        if field.type == "datetime":
            frame[field.name] = pd.to_datetime(frame[field.name])
    return frame


def _totals(build: Build, indicators: Iterable[str]) -> pd.DataFrame:
    """Every published total of some indicators, of kelurahan and desa too: indicator, region_code, year, value."""
    found = current_observations(build.con, indicators).to_pandas()
    kept = found[(found["breakdown"] == TOTAL) & found["value"].notna()]
    return kept.assign(value=kept["value"].astype("float64"))[["indicator", "region_code", "year", "value"]]


def _areas(totals: pd.DataFrame, catalog: Catalog) -> dict[str, tuple[int, float]]:
    """The latest year and square kilometres of every region that has an area."""
    rows = totals[totals["indicator"] == catalog.monitoring.profile.area].sort_values("year")
    found: list[Any] = list(zip(rows["region_code"], rows["year"], rows["value"], strict=True))
    return {str(code): (int(year), float(value)) for code, year, value in found}
