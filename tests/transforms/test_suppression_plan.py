"""What is hidden follows from the catalog: regions, breakdowns, indicators, rates, years, sources and vintages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from support.attacker import attack

from catalog.load import Catalog
from catalog.models import Indicator
from transforms.additive import Cell, Key, Relation, Table
from transforms.suppression_plan import Plan, Stay, plan
from transforms.suppression_tables import Figure

KRANGGAN = "35.76.03"
VILLAGES = [f"{KRANGGAN}.{number}" for number in range(1001, 1007)]
COUNTS = dict(zip(VILLAGES, (12, 7, 3, 9, 0, 6), strict=True))
MERI, PURWOTENGAH = VILLAGES[2], VILLAGES[5]
DAY = date(2025, 3, 1)


def indicator(name: str, **more: Any) -> Indicator:
    text = {"id": name, "en": name}
    declared = {
        "id": name, "domain": "services", "label": text, "unit": "person", "decimals": 0, "derived_decimals": 0,
        "bounds": {"basis": "meaning"}, "definition": text, "producer": "test", "method_version": "test",
        "reference": text, "estimation_level": "village", "rules": [{"kind": "sum"}], "breakdowns": ["sex"],
    }  # fmt: skip
    return Indicator.model_validate({**declared, **more})


@pytest.fixture(scope="module")
def health(catalog: Catalog) -> Catalog:
    """The real regions with children who are stunted, how many were measured, and the rate."""
    rate = {"kind": "ratio_of_sums", "numerator": "stunted", "denominator": "measured"}
    derive = {"kind": "ratio_of", "numerator": "stunted", "denominator": "measured"}
    found = [
        indicator("stunted", sensitive=True, already_published=["printed"]),
        indicator("wasted", sensitive=True, suppress_below=3),
        indicator("ill", derive={"kind": "sum_of", "parts": ["stunted", "wasted"]}),
        indicator("cases", sensitive=True, cumulative=True),
        indicator("measured"),
        indicator("stunting_rate", unit="percent", rules=[rate], derive=derive, decimals=2),
        indicator("stunted_growth", unit="percent", rules=[{"kind": "growth", "of": "stunted"}]),
    ]
    return replace(catalog, indicators={item.id: item for item in found}, identities=())


def stay(name: str, region: str, value: float, *, breakdown: str = "_T", year: int = 2024, **more: Any) -> Stay:
    known = more.pop("known", False)
    found = Stay("office", (name, region, str(year), breakdown), Figure(value, known), DAY)
    return replace(found, **more)


def kranggan(name: str = "stunted", **more: Any) -> list[Stay]:
    return [stay(name, KRANGGAN, 37, **more), *(stay(name, code, count, **more) for code, count in COUNTS.items())]


def hidden(found: Plan, name: str = "stunted") -> set[str]:
    return {key[1] for key in found.hidden if key[0] == name}


def test_kranggan_hides_its_three_and_its_six(health: Catalog) -> None:
    assert hidden(plan(kranggan(), health)) == {MERI, PURWOTENGAH}


def test_nothing_is_hidden_of_what_is_not_sensitive_or_printed_by_others(health: Catalog) -> None:
    assert plan(kranggan("measured"), health) == Plan()
    assert plan([replace(item, figure=replace(item.figure, known=True)) for item in kranggan()], health) == Plan()


def test_the_threshold_is_the_indicators_own(health: Catalog) -> None:
    assert plan(kranggan("wasted"), health) == Plan()


def test_a_city_total_over_the_kecamatan_closes_the_way_around_a_hidden_kecamatan(health: Catalog) -> None:
    stays = [
        stay("stunted", "35.76", 90),
        stay("stunted", "35.76.01", 2),
        stay("stunted", "35.76.02", 60),
        stay("stunted", KRANGGAN, 28),
    ]
    assert hidden(plan(stays, health)) == {"35.76.01", KRANGGAN}


def test_a_level_that_is_not_printed_is_bridged(health: Catalog) -> None:
    """The city's total over its kelurahan, no kecamatan between; one of eighteen is small."""
    codes = [code for code in health.regions_by_code if code.startswith("35.76.") and len(code) == len(MERI)]
    stays = [stay("stunted", code, 3 if code == MERI else 20 + number) for number, code in enumerate(sorted(codes))]
    stays.append(stay("stunted", "35.76", sum(item.figure.value for item in stays)))
    assert hidden(plan(stays, health)) == {MERI, min(code for code in codes if code != MERI)}


def test_sexes_hide_each_other_and_the_neighbours(health: Catalog) -> None:
    by_sex = {"sex=M": 2, "sex=F": 1}
    stays = kranggan()
    stays += [stay("stunted", MERI, count, breakdown=sex) for sex, count in by_sex.items()]
    found = plan(stays, health)
    assert {("stunted", MERI, "2024", sex) for sex in (*by_sex, "_T")} <= found.hidden


def test_a_total_that_nobody_prints_still_adds_up(health: Catalog) -> None:
    """Men and women of each kelurahan, and the total of the kecamatan only."""
    stays = [stay("stunted", KRANGGAN, 2 * 60)]
    for number, code in enumerate(VILLAGES):
        men = 3 if code == MERI else 10 + number
        stays += [stay("stunted", code, men, breakdown="sex=M"), stay("stunted", code, 20 - men, breakdown="sex=F")]
    found = plan(stays, health)
    assert ("stunted", MERI, "2024", "sex=M") in found.hidden
    assert len(found.hidden) > 1


def test_an_indicator_that_is_a_sum_gives_none_of_its_parts_away(health: Catalog) -> None:
    stays = [stay("ill", MERI, 33), stay("stunted", MERI, 3), stay("wasted", MERI, 30)]
    assert plan(stays, health).hidden >= {("stunted", MERI, "2024", "_T"), ("wasted", MERI, "2024", "_T")}


def test_rate_and_growth_go_with_their_count(health: Catalog) -> None:
    found = plan([*kranggan(), stay("measured", MERI, 57), stay("stunting_rate", MERI, 5.26)], health)
    assert ("stunting_rate", MERI, "2024", "_T") in found.hidden
    assert ("stunting_rate", VILLAGES[0], "2024", "_T") not in found.hidden
    assert {("stunted_growth", MERI, year, "_T") for year in ("2024", "2025")} <= found.hidden


def test_a_rate_beside_its_denominator_is_a_printed_count(health: Catalog) -> None:
    """1.75 percent of 57 children is one child."""
    found = plan([stay("measured", MERI, 57), stay("stunting_rate", MERI, 1.75)], health)
    assert ("stunting_rate", MERI, "2024", "_T") in found.hidden
    assert plan([stay("measured", MERI, 57), stay("stunting_rate", MERI, 17.5)], health) == Plan()


def test_a_sensitive_rate_makes_its_count_sensitive(health: Catalog) -> None:
    rate = health.indicators["stunting_rate"].model_copy(update={"sensitive": True, "suppress_below": 10})
    count = health.indicators["stunted"].model_copy(update={"sensitive": False})
    lent = replace(health, indicators={**health.indicators, "stunting_rate": rate, "stunted": count})
    stays = [stay("stunted", MERI, 9), stay("measured", MERI, 57)]
    assert hidden(plan(stays, lent)) == {MERI}
    assert plan(stays, health) == Plan()


def test_what_cannot_be_hidden_is_not_called_sensitive() -> None:
    with pytest.raises(ValidationError, match="must be a count"):
        indicator("index", sensitive=True, rules=[{"kind": "weighted_mean", "weights": ["x"], "exactness": "exact"}])


def test_what_a_year_adds_to_a_cumulative_count_is_a_count_too(health: Catalog) -> None:
    assert hidden(plan([stay("cases", MERI, 40, year=2023), stay("cases", MERI, 42)], health), "cases") == {MERI}
    assert plan([stay("cases", MERI, 40, year=2023), stay("cases", MERI, 52)], health) == Plan()
    assert plan([stay("stunted", MERI, 40, year=2023), stay("stunted", MERI, 42)], health) == Plan()


def test_a_cell_hidden_in_one_vintage_is_hidden_in_all(health: Catalog) -> None:
    later = date(2025, 6, 1)
    stays = [replace(item, superseded_at=later) for item in kranggan()]
    stays += [replace(item, vintage=later) for item in kranggan()]
    stays = [
        replace(item, figure=Figure(item.figure.value + 10))
        if item.vintage == later and item.key[1] in {MERI, KRANGGAN}
        else item
        for item in stays
    ]
    assert hidden(plan(stays, health)) == {MERI, PURWOTENGAH}


def test_a_number_that_was_replaced_within_the_day_is_hidden_all_the_same(health: Catalog) -> None:
    stays = [
        replace(item, figure=Figure(item.figure.value + 10)) if item.key[1] in {MERI, KRANGGAN} else item
        for item in kranggan()
    ]
    assert plan(stays, health) == Plan()
    brief = [replace(item, superseded_at=DAY) for item in kranggan() if item.key[1] in {MERI, KRANGGAN}]
    assert hidden(plan([*stays, *brief], health)) == {MERI, PURWOTENGAH}


def test_what_stood_open_in_an_earlier_release_hides_nothing_later(health: Catalog) -> None:
    """All was shown; then Meri falls from 8 to 3. The six of Purwotengah is remembered, the new total is not."""
    later = date(2025, 6, 1)
    stays = []
    for item in kranggan():
        if item.key[1] in {MERI, KRANGGAN}:
            stays.append(replace(item, figure=Figure(item.figure.value + 5), superseded_at=later))
            stays.append(replace(item, vintage=later))
        else:
            stays.append(item)
    found = plan(stays, health)
    assert hidden(found) == {MERI, KRANGGAN}
    assert found.exposed == frozenset()


def test_a_second_source_does_not_tell_what_the_first_hides(health: Catalog) -> None:
    other = [replace(item, source="registry") for item in kranggan()]
    assert hidden(plan([*kranggan(), *other], health)) == {MERI, PURWOTENGAH}
    apart = [replace(item, figure=Figure(4)) if item.key[1] == VILLAGES[4] else item for item in other]
    assert VILLAGES[4] in hidden(plan([*kranggan(), *apart], health))


def test_a_small_count_between_printed_ones_is_told_as_exposed(health: Catalog) -> None:
    stays = [replace(item, figure=replace(item.figure, known=item.key[1] != MERI)) for item in kranggan()]
    found = plan(stays, health)
    key: Key = ("stunted", MERI, "2024", "_T")
    assert found.hidden >= {key}
    assert found.exposed == {key}


CELLS = [(code, sex) for code in VILLAGES for sex in ("sex=F", "sex=M")]
numbers = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 30)), min_size=len(CELLS), max_size=len(CELLS))
revisions = st.dictionaries(st.sampled_from(CELLS), st.integers(0, 12), max_size=3)


def printed(counts: dict[tuple[str, str], int]) -> dict[Key, float]:
    """Villages by sex, their sums for the kecamatan and both sexes, keyed as figures are."""
    found: dict[Key, float] = defaultdict(float)
    for (code, sex), count in counts.items():
        for region in (code, KRANGGAN):
            for breakdown in (sex, "_T"):
                found["stunted", region, "2024", breakdown] += count
    return dict(found)


def sums(figures: dict[Key, float], known: Collection[Key]) -> Table:
    """The same figures as an attacker writes them down."""
    places = sorted({key[1] for key in figures})
    rows = [
        Relation(
            ("stunted", KRANGGAN, "2024", part),
            tuple(("stunted", code, "2024", part) for code in places if code != KRANGGAN),
        )
        for part in ("_T", "sex=F", "sex=M")
    ]
    rows += [
        Relation(
            ("stunted", code, "2024", "_T"),
            (("stunted", code, "2024", "sex=F"), ("stunted", code, "2024", "sex=M")),
        )
        for code in places
    ]
    cells = {key: Cell(value, 5, recalled=key in known) for key, value in figures.items()}
    return Table(cells, tuple(rows))


@settings(max_examples=12)
@given(numbers, revisions)
def test_no_release_tells_a_small_count_even_beside_the_one_before(
    health: Catalog, values: list[int], revised: dict[tuple[str, str], int]
) -> None:
    later = date(2025, 6, 1)
    first = dict(zip(CELLS, values, strict=True))
    one, two = printed(first), printed({**first, **revised})
    stays = [Stay("office", key, Figure(value), DAY) for key, value in one.items()]
    both = [
        item
        for stay in stays
        for item in (
            [stay]
            if two[stay.key] == stay.figure.value
            else [
                replace(stay, superseded_at=later),
                replace(stay, vintage=later, figure=Figure(two[stay.key])),
            ]
        )
    ]
    before, after = plan(stays, health), plan(both, health)
    assert before.hidden <= after.hidden
    remembered = {key for key in one if key not in before.hidden and one[key] == two[key]}
    for figures, found, known in ((one, before, set[Key]()), (two, after, remembered)):
        table = sums(figures, known)
        solved = attack(table, found.hidden & set(figures) - known)
        for key in table.primaries:
            low, high = solved[key]
            assert high - low >= 5 or key in found.exposed
    assert before.exposed == frozenset()
