"""Complaints apart from other calls, times from the records themselves, and the real line 112 of Kediri."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.load import Catalog, load_catalog
from transforms.complaints import People, complaint_rows, people_of

MIJI, MERI, GOVERNMENT = "35.76.03.1002", "35.76.03.1003", "35.76"
RAYA = "mojokerto-raya"
REGENCY_UNIT = "35.16.08.1004"
NOON = datetime.fromisoformat("2025-04-10T12:00")


def call(kind: str = "complaint", region: str = MIJI, **other: Any) -> dict[str, Any]:
    base = {
        "region_code": region, "channel": "telepon", "kind": kind,
        "category": "jalan" if kind == "complaint" else None, "received": NOON, "answered": None, "closed": None,
        "satisfaction": None, "source": "contoh", "evidence": "inferred", "synthetic": True,
    }  # fmt: skip
    return {**base, **other}


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    times = dict.fromkeys(("received", "answered", "closed"), "datetime64[us]")
    return pd.DataFrame(rows).astype({**times, "satisfaction": "float64"})


def one(rows: list[dict[str, Any]], region: str, period: str, category: str = "_T") -> dict[str, Any]:
    keys = ("region_code", "period", "category")
    (found,) = [row for row in rows if tuple(row[key] for key in keys) == (region, period, category)]
    return found


def test_the_line_of_kediri_had_one_complaint_in_174_calls(catalog: Catalog) -> None:
    kinds = {"complaint": 496, "prank": 18_557, "silent": 65_024, "information": 2_084}
    calls = [call(kind, "35.71") for kind, count in kinds.items() for _ in range(count)]
    people = {("35.71", 2025): People("population", 2023, 290_000.0)}
    row = one(complaint_rows(frame(calls), people, catalog), "35.71", "2025")
    assert (row["calls"], row["complaints"], row["prank"], row["silent"], row["information"]) == (
        86_161, 496, 18_557, 65_024, 2_084,
    )  # fmt: skip
    assert row["complaint_share"] == pytest.approx(0.58, abs=0.005)
    assert row["complaints_per_1000"] == pytest.approx(1000 * 496 / 290_000, abs=1e-4)
    assert (row["population_indicator"], row["population_year"]) == ("population", 2023)


def test_percentiles_of_a_place_come_from_its_records_and_not_from_its_parts(catalog: Catalog) -> None:
    minutes = {MIJI: [1, 2, 3], MERI: [10] * 7}
    calls = [
        call(region=region, answered=NOON + timedelta(minutes=value))
        for region, values in minutes.items()
        for value in values
    ]
    calls += [call(region=REGENCY_UNIT, answered=NOON + timedelta(minutes=10))]
    rows = complaint_rows(frame(calls), {}, catalog)
    assert one(rows, MIJI, "2025-04")["median_answer_minutes"] == 2.0
    city, raya = one(rows, GOVERNMENT, "2025-04"), one(rows, "mojokerto-raya", "2025-04")
    assert city["median_answer_minutes"] == raya["median_answer_minutes"] == 10.0, "a mean of medians would be 6"
    assert city["null_reason"] == "no_population"
    assert raya["notice"].startswith("gabungan hitung, bukan angka resmi BPS")


def test_backlog_counts_what_was_open_when_the_month_ended(catalog: Catalog) -> None:
    calls = [
        call(received=datetime.fromisoformat("2025-03-30T00:00"), closed=datetime.fromisoformat("2025-04-02T00:00")),
        call(received=datetime.fromisoformat("2025-03-31T00:00"), closed=datetime.fromisoformat("2025-03-31T12:00")),
        call(received=datetime.fromisoformat("2025-04-30T23:59")),
        call(kind="prank", received=datetime.fromisoformat("2025-04-01T00:00")),
    ]
    rows = complaint_rows(frame(calls), {}, catalog)
    assert [one(rows, MIJI, period)["backlog"] for period in ("2025-03", "2025-04", "2025")] == [1, 1, 1]
    assert one(rows, MIJI, "2025-04", "jalan")["calls"] == 1
    late = complaint_rows(
        frame([*calls[:3], call(region=MERI, received=datetime.fromisoformat("2025-06-01"))]), {}, catalog
    )
    quiet = one(late, MIJI, "2025-05")
    assert (quiet["calls"], quiet["complaint_share"], quiet["backlog"]) == (0, None, 1), "open although none came"
    assert one(rows, MIJI, "2025-04", "jalan")["prank"] is None, "a prank has no category of complaint"


def test_satisfaction_is_that_of_respondents(catalog: Catalog) -> None:
    calls = [call(satisfaction=5), call(region=MERI, satisfaction=2), call(region=MERI, satisfaction=2), call()]
    row = one(complaint_rows(frame(calls), {}, catalog), "35.76.03", "2025")
    assert (row["satisfaction"], row["respondents"]) == (3.0, 3)


def test_example_calls_are_never_counted_with_real_ones(catalog: Catalog) -> None:
    rows = complaint_rows(frame([call(), call(synthetic=False)]), {}, catalog)
    found = [row for row in rows if (row["region_code"], row["period"], row["category"]) == (MIJI, "2025", "_T")]
    assert [(row["synthetic"], row["calls"]) for row in found] == [(False, 1), (True, 1)]
    assert found[0]["synthetic_columns"] is None
    assert "complaints" in found[1]["synthetic_columns"]
    assert "population" not in found[1]["synthetic_columns"].split(", ")


def test_a_region_that_nobody_knows_is_an_error_of_ours(catalog: Catalog) -> None:
    with pytest.raises(KeyError, match=r"99\.99"):
        complaint_rows(frame([call(region="99.99")]), {}, catalog)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([MIJI, MERI, REGENCY_UNIT]), st.booleans()), min_size=1, max_size=30))
def test_complaints_of_parts_add_up_to_those_of_the_place(calls: list[tuple[str, bool]]) -> None:
    kinds = [call("complaint" if yes else "silent", code) for code, yes in calls]
    rows = [row for row in complaint_rows(frame(kinds), {}, load_catalog()) if row["category"] == "_T"]
    counts = {row["region_code"]: (row["calls"], row["complaints"]) for row in rows if row["period"] == "2025-04"}
    if not {"35.76", "35.16"} <= set(counts):
        assert RAYA not in counts
        return
    for index in (0, 1):
        parts = [counts.get(code, (0, 0))[index] for code in ("35.76", "35.16")]
        assert counts["mojokerto-raya"][index] == sum(parts)


def test_rates_are_per_the_preferred_population_of_the_year_or_shortly_before(catalog: Catalog) -> None:
    rows = [
        ("registered_citizens", MIJI, 2023, 100.0),
        ("registered_population_year_end", MIJI, 2022, 110.0),
        ("population", "35.76", 2023, 135_414.0),
        ("population", "35.16", 2023, 1_138_000.0),
    ]
    observations = pd.DataFrame(rows, columns=["indicator", "region_code", "year", "value"])
    people = people_of(observations, catalog)
    assert people[MIJI, 2023] == People("registered_population_year_end", 2022, 110.0)
    assert people[MIJI, 2026] == People("registered_citizens", 2023, 100.0)
    assert (MIJI, 2027) not in people
    assert people["mojokerto-raya", 2024] == People("population", 2023, 1_273_414.0)
    assert people_of(observations.iloc[:0], catalog) == {}


def test_a_month_that_a_government_does_not_report_is_no_nought(catalog: Catalog) -> None:
    march, june = (datetime.fromisoformat(day) for day in ("2025-03-01", "2025-06-01"))
    calls = [call(received=march), call(received=june), call(region=REGENCY_UNIT, received=june)]
    rows = [row for row in complaint_rows(frame(calls), {}, catalog) if row["category"] == "_T"]
    months = {code: [row["period"] for row in rows if row["region_code"] == code] for code in (MIJI, "35.16", RAYA)}
    assert months[MIJI] == ["2025", "2025-03", "2025-04", "2025-05", "2025-06"]
    assert months["35.16"] == months[RAYA] == ["2025", "2025-06"]
    assert [one(rows, code, "2025")["months"] for code in (MIJI, RAYA)] == [4, 1]
    assert one(rows, RAYA, "2025")["complaints"] == 2, (
        "the calls of months that one member does not report are left out"
    )
    alone = complaint_rows(frame(calls[:2]), {}, catalog)
    assert RAYA not in {row["region_code"] for row in alone}, "one member alone is not the agglomeration"
