"""Small counts of sensitive complaints, over places, months and categories; attacked with a solver of our own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.attacker import attack

from catalog.load import Catalog, load_catalog
from transforms.additive import Cell, Key, Relation, Table
from transforms.suppression_answers import answers_reveal, with_answers
from transforms.suppression_complaints import (
    COUNTS,
    EMPTIED,
    complaint_plan,
    counted_among,
    key_of,
    published_complaints,
    sensitive_table,
)

VILLAGES = ("35.76.03.1001", "35.76.03.1002", "35.76.03.1003", "35.76.02.1001")
MONTHS = ("2025-01", "2025-02", "2025-03")
HEALTH, CHILDREN, ROADS = "kesehatan", "perempuan dan anak", "jalan rusak"
Counts = dict[tuple[str, str, str], tuple[int, int]]  # (place, month, category): complaints, of these answered
Row = dict[str, Any]


def rows_of(counts: Counts) -> list[Row]:
    """The rows that calls in these kelurahan make: every place above them, every month, the year, and all calls."""
    found: dict[Key, list[int]] = {}
    for (village, month, category), (complaints, answered) in counts.items():
        for place in (village, village[:8], "35.76"):
            for period in (*MONTHS, "2025"):
                for name in (category, "_T"):
                    held = found.setdefault((place, period, name), [0, 0, 0])
                    if period in (month, "2025"):
                        held[0] += complaints
                        held[1] += answered
                    if period >= month or period == "2025":
                        held[2] += complaints - answered
    return [
        {
            **dict.fromkeys(EMPTIED, 1.0), "synthetic": False, "region_code": place, "period": period,
            "category": category, "kecamatan": place[:8] if len(place) > 5 else None, "government": "35.76",
            "months": 1, "year": 2025, "calls": complaints, "complaints": complaints, "answered": answered,
            "closed": answered, "backlog": backlog, "respondents": 0, "obs_status": "A", "null_reason": None,
        }
        for (place, period, category), (complaints, answered, backlog) in found.items()
    ]  # fmt: skip


def shown_in(rows: Sequence[Row], catalog: Catalog) -> dict[Key, Row]:
    return {key_of(row): row for row in published_complaints(rows, complaint_plan([rows], catalog))}


def three(catalog: Catalog) -> dict[Key, Row]:
    counts: Counts = {(place, month, ROADS): (9, 3) for place in VILLAGES for month in MONTHS}
    counts |= {(place, month, HEALTH): (20, 7) for place in VILLAGES[:2] for month in MONTHS}
    counts[VILLAGES[0], "2025-02", HEALTH] = (3, 3)
    counts[VILLAGES[2], "2025-01", HEALTH] = (0, 0)
    return shown_in(rows_of(counts), catalog)


def test_a_small_count_goes_with_all_that_is_counted_in_it(catalog: Catalog) -> None:
    rows = three(catalog)
    small = rows["real", VILLAGES[0], "2025-02", HEALTH]
    assert {small[name] for name in EMPTIED} == {None}
    assert (small["obs_status"], small["null_reason"]) == ("Q", "suppressed")
    every = rows["real", VILLAGES[0], "2025-02", "_T"]
    assert (every["calls"], every["complaints"], every["complaints_per_1000"]) == (None, None, None), (
        "all calls less those about roads are the complaints about health"
    )


def test_one_hidden_cell_is_never_alone_in_its_place_or_its_month(catalog: Catalog) -> None:
    rows = three(catalog)
    gone = {key for key, row in rows.items() if row["complaints"] is None and key[3] == HEALTH}
    assert len({key for key in gone if key[1] == VILLAGES[0]}) > 1, "another month of the same kelurahan"
    assert len({key for key in gone if key[2] == "2025-02"}) > 1, "another kelurahan of the same month"


def test_a_zero_is_published_and_backlogs_after_a_hidden_month_are_not(catalog: Catalog) -> None:
    rows = three(catalog)
    assert rows["real", VILLAGES[2], "2025-01", HEALTH]["complaints"] == 0
    assert rows["real", VILLAGES[0], "2025-03", HEALTH]["backlog"] is None


def test_complaints_about_roads_are_not_touched(catalog: Catalog) -> None:
    roads = [row for key, row in three(catalog).items() if key[3] == ROADS]
    assert {(row["obs_status"], None in [row[name] for name in EMPTIED]) for row in roads} == {("A", False)}
    small: Counts = {(VILLAGES[0], "2025-01", ROADS): (2, 1), (VILLAGES[1], "2025-02", "Drainase"): (1, 0)}
    rows = rows_of(small)
    assert complaint_plan([rows], catalog).emptied == {}


def test_a_category_that_nobody_declared_counts_as_sensitive(catalog: Catalog) -> None:
    assert catalog.monitoring.suppress_below("hal yang belum dikenal") == 5
    assert catalog.monitoring.suppress_below("Jalan  Rusak") == 0
    rows = rows_of({(VILLAGES[0], "2025-01", "hal yang belum dikenal"): (2, 1)})
    assert complaint_plan([rows], catalog).emptied


def test_what_was_hidden_stays_hidden_and_what_was_shown_hides_nothing(catalog: Catalog) -> None:
    places = {(place, month, HEALTH): (20, 7) for place in VILLAGES for month in MONTHS}
    first = rows_of({**places, (VILLAGES[0], "2025-02", HEALTH): (3, 3)})
    later = rows_of({**places, (VILLAGES[0], "2025-02", HEALTH): (30, 3)})
    once = complaint_plan([first], catalog).emptied
    assert set(once) <= set(complaint_plan([first, later], catalog).emptied)
    assert complaint_plan([later], catalog).emptied == {}
    alone = {key for key, columns in once.items() if "complaints" in columns}
    beside = {
        key for key, columns in complaint_plan([later, first], catalog).emptied.items() if "complaints" in columns
    }
    assert not alone <= beside, "cells that an earlier release showed as they are hide nothing now"


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.sampled_from([0, 10**6]))
def test_no_attacker_pins_a_small_count_of_a_random_office(seed: int, many: int) -> None:
    catalog, pick = load_catalog(), random.Random(seed)  # noqa: S311  # a test's own dice
    counts: Counts = {}
    for place in VILLAGES:
        for month in MONTHS:
            for category in (HEALTH, CHILDREN, ROADS):
                complaints = pick.choice((0, 0, 1, 2, 3, 6, 12))
                counts[place, month, category] = (complaints, pick.randint(0, complaints))
    rows = rows_of(counts)
    with patch("transforms.suppression_complaints.MANY", many):
        plan = complaint_plan([rows], catalog)
    hidden = {key for key, columns in plan.emptied.items() if "complaints" in columns}
    fine = [row for row in rows if row["kecamatan"] and row["period"] != "2025" and row["category"] != ROADS]
    if many == 0 and plan.emptied:
        assert {key_of(row) for row in fine} <= hidden, "one level up, noughts included"
        rows = [row for row in rows if row not in fine]
    table = with_answers(
        sensitive_table(rows, catalog),
        counted_among(rows, "real", catalog),
        lambda name, key: name not in plan.emptied.get(key, ()),
    )
    small = [key for key in table.primaries if key not in plan.exposed]
    assert set(small) <= hidden
    hidden &= set(table.cells)
    unprinted = {key for key, cell in table.cells.items() if not (cell.published or cell.known)}
    for key, (low, high) in attack(table, hidden, unprinted, pick.sample(small, min(3, len(small)))).items():
        assert high - low >= table.cells[key].threshold, key


def test_answers_may_tell_a_count_that_its_own_sums_do_not() -> None:
    """Places by months; all answers were given in the first place and the first month, so they are of one cell."""
    counts = {("a", "2025-01"): 3.0, ("a", "2025-02"): 4.0, ("b", "2025-01"): 4.0, ("b", "2025-02"): 3.0}
    inner: dict[Key, Cell] = {("real", *key, HEALTH): Cell(value, 5) for key, value in counts.items()}
    rows = {place: [key for key in inner if key[1] == place] for place in ("a", "b")}
    months = {month: [key for key in inner if key[2] == month] for month in ("2025-01", "2025-02")}
    totals: dict[Key, list[Key]] = {("real", place, "2025", HEALTH): keys for place, keys in rows.items()}
    totals |= {("real", "c", month, HEALTH): keys for month, keys in months.items()}
    sums = {total: Cell(7.0) for total in totals}
    table = Table({**inner, **sums}, tuple(Relation(total, tuple(keys)) for total, keys in totals.items()))
    answered = dict.fromkeys(table.cells, 0.0)
    for key in (("a", "2025-01"), ("a", "2025"), ("c", "2025-01")):
        answered["real", *key, HEALTH] = 3.0

    def is_shown(_name: str, key: Key) -> bool:
        return key not in inner

    assert answers_reveal(table, set(inner), {"answered": answered}, is_shown)
    assert not answers_reveal(table, set(inner), {"answered": answered}, lambda *_: False)
    assert not answers_reveal(table, set(inner), {"answered": dict.fromkeys(table.cells, 0.0)}, is_shown)


def test_where_answers_tell_a_count_none_are_shown(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.suppression_complaints.answers_reveal", lambda *_: True)
    rows = three(catalog)
    city = rows["real", "35.76", "2025", HEALTH]
    assert {city[name] for name in COUNTS} == {None}
    assert city["complaints"] == 103
    assert rows["real", "35.76", "2025", ROADS]["answered"] == 36


@pytest.mark.parametrize("category", ["Kesehatan", "KDRT", "bansos", "perlindungan anak"])
def test_what_points_at_persons_is_declared(catalog: Catalog, category: str) -> None:
    assert catalog.monitoring.suppress_below(category) == 5
