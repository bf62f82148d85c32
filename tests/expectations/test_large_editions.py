"""What is passed over in a large edition, because nothing changed there, changes no comparison that fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import small_catalog

from expectations import edition, identity_series, shifts, view
from expectations.figures import COLUMNS, coded, in_one_form, pairs_of

REGIONS, INDICATORS, YEARS = ["35.16", "35.76", "35.71", "35.75"], ["one", "two", "three"], range(2017, 2022)
VALUES = st.sampled_from([100.0, 120.0, 250.0, 380.0, 410.0])
CELLS = len(REGIONS) * len(INDICATORS) * len(YEARS)
GROUPS = [
    (["region", "year"], ["indicator", "breakdown"]),
    (["region", "indicator", "breakdown"], ["year"]),
]


def figures(values: list[float | None], *, months: bool = False) -> pd.DataFrame:
    """Figures of every region, indicator and year; those without a value are not there."""
    places = [(region, name, year) for region in REGIONS for name in INDICATORS for year in YEARS]
    rows = [
        (name, region, f"{year}-{month:02d}" if months else str(year), float(year), "_T", value, value, value, "s", "s")
        for (region, name, year), value in zip(places, values, strict=True)
        for month in ((2, 8) if months else (1,))
        if value is not None
    ]
    names = ["indicator", "region", "period", "year", "breakdown", "value", "low", "high", "source", "family"]
    return pd.DataFrame(rows, columns=names)


@st.composite
def editions(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An edition and one before it, alike but for some figures that changed, came, went, or changed places."""
    old: list[float | None] = draw(st.lists(VALUES, min_size=CELLS, max_size=CELLS))
    new = list(old)
    for at in draw(st.lists(st.integers(0, CELLS - 1), max_size=6)):
        new[at] = draw(st.none() | VALUES)
    for at in draw(st.lists(st.integers(0, CELLS - 1), max_size=3)):
        old[at] = None
    if draw(st.booleans()):
        # Two regions exchanged.
        size = CELLS // len(REGIONS)
        new[:size], new[size : 2 * size] = new[size : 2 * size], new[:size]
    months = draw(st.booleans())
    return figures(new, months=months), figures(old, months=months)


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    names = list(columns or [*COLUMNS, "identity"])
    found = frame[names].astype(object).where(frame[names].notna(), None)
    return sorted(map(tuple, found.to_numpy().tolist()), key=str)


@settings(max_examples=20)
@given(editions())
def test_groups_that_stand_as_they_were_are_not_put_together(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    new, old = both
    everything = lambda a, b, *_: (np.ones(len(a), dtype=bool), np.ones(len(b), dtype=bool))  # noqa: E731
    for group, along in GROUPS:
        found = shifts.of_another(new, old, group, along)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shifts, "concerned", everything)
            assert rows(found) == rows(shifts.of_another(new, old, group, along))


@settings(max_examples=6)
@given(editions())
def test_codes_and_texts_are_compared_alike(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    words = ["indicator", "region", "period", "breakdown", "source", "family", "status"]
    as_texts = [frame.assign(status="A") for frame in both]
    as_codes = in_one_form([frame.assign(**{name: coded(frame[name]) for name in words}) for frame in as_texts])
    catalog = small_catalog()
    (new, old), (new_codes, old_codes) = as_texts, as_codes
    compared = rows(edition.history_rows(new_codes, old_codes, catalog))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edition, "pairs_of", lambda left, right: left + "|" + right)
        assert rows(edition.history_rows(new, old, catalog)) == compared
    for group, along in GROUPS:
        found = shifts.of_another(new_codes, old_codes, group, along)
        assert rows(shifts.of_another(new, old, group, along)) == rows(found)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.sampled_from("xy")), min_size=1, max_size=9))
def test_two_columns_as_one_are_the_same_as_codes_and_as_texts(pairs: list[tuple[str, str | None]]) -> None:
    left, right = (pd.Series(list(column), dtype=object) for column in zip(*pairs, strict=True))
    both = [f"{one}|{other}" if other else None for one, other in pairs]
    assert [one if isinstance(one, str) else None for one in pairs_of(coded(left), coded(right))] == both
    mirrored = left[::-1].reset_index(drop=True)
    one, other = in_one_form([pd.DataFrame({"a": coded(left)}), pd.DataFrame({"a": coded(mirrored[:1])})])
    assert one["a"].dtype == other["a"].dtype
    assert (one["a"].tolist(), other["a"].tolist()) == (left.tolist(), mirrored[:1].tolist())


@given(editions())
def test_two_regions_exchanged_are_among_what_is_put_together(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """The claim above would hold of nothing: exchanged regions must be found through it."""
    _, old = both
    swapped = old.assign(region=old["region"].replace({"35.16": "35.76", "35.76": "35.16"}))
    found = shifts.of_another(swapped, old, *GROUPS[1])
    differ = [
        name
        for name in INDICATORS
        if len({tuple(part["value"]) for code, part in old[old["indicator"] == name].groupby("region")}) == len(REGIONS)
    ]
    if not old["period"].str.contains("-").any():
        told = set(found.loc[found["beyond"] > 0, "indicator"])
        complete = {name for name in differ if (old["indicator"] == name).sum() == len(REGIONS) * len(YEARS)}
        assert complete <= told


@given(editions(), st.sampled_from([["indicator", "region", "breakdown"], ["indicator", "year"], ["year"]]))
def test_groups_of_which_nothing_stands_elsewhere_are_counted_and_told_no_further(
    both: tuple[pd.DataFrame, pd.DataFrame], by: list[str]
) -> None:
    new, old = both
    merged = new.merge(old[["indicator", "region", "period", "value"]], on=["indicator", "region", "period"])
    elsewhere = np.where(merged["value_x"] != merged["value_y"], merged["year"] - 1, np.nan)
    frame = merged.rename(columns={"value_x": "value"}).assign(elsewhere=elsewhere, alike=elsewhere)
    found, whole = edition.share_moved(frame, by), edition.share_told(frame, by)
    columns = ("found", "low", "high", "beyond")
    assert rows(found, *columns) == rows(whole, *columns)
    told = [part[part["found"] > 0] for part in (found, whole)]
    assert rows(told[0], *COLUMNS) == rows(told[1], *COLUMNS)


@given(editions())
def test_each_figure_stands_beside_that_of_the_year_before(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    new, _ = both
    key = ["source", "indicator", "region", "breakdown", "year"]
    before = new[[*key, "value"]].assign(year=new["year"] + 1)
    expected = new.merge(before, on=key, suffixes=("", "_before"))
    found = identity_series.with_year_before(new)
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)


@given(st.lists(st.none() | st.sampled_from(["35.16", "35.76", "", "1.116,12"]), max_size=30))
def test_texts_are_the_same_however_many_there_are(given_texts: list[str | None]) -> None:
    for kind in ("object", "str", "string[pyarrow]", "category"):
        column = pd.Series(given_texts, dtype=kind)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(view, "FEW", -1)
            found = view.texts(column)
        assert found.tolist() == view.texts(column).tolist() == given_texts
        assert found.dtype == object
