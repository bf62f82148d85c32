"""Hidden cells stay hidden: the example of the domain notes, and attacks on tables made at random."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.attacker import attack, width

from transforms.additive import Cell, Key, Relation, Table
from transforms.suppression import protect
from transforms.suppression_audit import intervals

THRESHOLD = 5
KRANGGAN = {("kelurahan", str(number)): value for number, value in enumerate([12, 7, 3, 9, 0, 6])}
TOTAL = ("kecamatan", "Kranggan")
SMALL, SIX = ("kelurahan", "2"), ("kelurahan", "5")


def kranggan(extra: Mapping[Key, Cell] | None = None, *relations: Relation) -> Table:
    cells = {key: Cell(value, THRESHOLD) for key, value in KRANGGAN.items()}
    whole = Relation(TOTAL, tuple(KRANGGAN))
    return Table({**cells, TOTAL: Cell(37, THRESHOLD), **(extra or {})}, (whole, *relations))


def test_the_three_of_kranggan_takes_the_six_with_it_and_lies_anywhere_from_one_to_eight() -> None:
    found = protect(kranggan())
    assert found.hidden == {SMALL, SIX}
    assert found.exposed == frozenset()
    assert intervals(kranggan(), found.hidden, [SMALL]) == {SMALL: (1, 8)}


def test_a_printed_sum_of_the_others_is_hidden_too() -> None:
    others = ("others", "Kranggan")
    table = kranggan({others: Cell(6)}, Relation(others, (("kelurahan", "4"), SIX)))
    assert attack(table, {SMALL, SIX})[SMALL] == (3, 3)
    found = protect(table)
    assert others in found.hidden
    assert attack(table, found.hidden)[SMALL] == (1, 8)


def test_what_others_print_already_is_neither_hidden_nor_counted_on() -> None:
    table = kranggan()
    cells = {**table.cells, SIX: Cell(6, known=True), ("kelurahan", "1"): Cell(2, THRESHOLD, known=True)}
    found = protect(Table(cells, table.relations))
    assert SIX not in found.hidden
    assert ("kelurahan", "1") not in found.hidden
    assert SMALL in found.hidden
    assert len(found.hidden) > 1


def test_a_cell_that_everything_around_it_reveals_is_told_as_exposed() -> None:
    cells = {key: Cell(cell.value, cell.threshold, known=key != SMALL) for key, cell in kranggan().cells.items()}
    found = protect(Table(cells, kranggan().relations))
    assert found.exposed == {SMALL}


def test_an_earlier_release_counts_as_known_but_the_cell_is_still_hidden_from_others() -> None:
    cells = {
        key: Cell(cell.value, cell.threshold, recalled=cell.value >= THRESHOLD)
        for key, cell in kranggan().cells.items()
    }
    found = protect(Table(cells, kranggan().relations))
    assert found.exposed == {SMALL}
    assert found.hidden == {SMALL, SIX}


def test_two_small_cells_alone_in_a_sum_do_not_guard_each_other() -> None:
    cells: dict[Key, Cell] = {("a",): Cell(1, 5), ("b",): Cell(1, 5), ("c",): Cell(9, 5), ("t",): Cell(11, 5)}
    table = Table(cells, (Relation(("t",), (("a",), ("b",), ("c",))),))
    assert attack(table, {("a",), ("b",)})[("a",)] == (1, 1)
    assert protect(table).hidden == {("a",), ("b",), ("c",)}


def test_where_a_level_is_used_up_the_hiding_climbs_to_the_level_above() -> None:
    """Both villages of p are one person each; nothing else of p is left to hide, so what tells p apart goes."""
    small: dict[Key, Cell] = {("p", "1"): Cell(1, 5), ("p", "2"): Cell(1, 5), ("p",): Cell(2, 5)}
    large: dict[Key, Cell] = {("q", "1"): Cell(40, 5), ("q", "2"): Cell(50, 5), ("q",): Cell(90, 5)}
    table = Table(
        {**small, **large, ("r",): Cell(92, 5)},
        (
            Relation(("p",), (("p", "1"), ("p", "2"))),
            Relation(("q",), (("q", "1"), ("q", "2"))),
            Relation(("r",), (("p",), ("q",))),
        ),
    )
    assert attack(table, set(small))["p", "1"] == (1, 1)
    found = protect(table)
    assert found.hidden == {*small, ("q",), ("q", "1")}
    assert width(table, found.hidden, ("p", "1")) >= THRESHOLD


counts = st.one_of(st.integers(0, 6), st.integers(0, 30))


@st.composite
def hierarchies(draw: st.DrawFn, most: int = 3) -> Table:
    """Villages in subdistricts (and at times a government above them), by sex or not, sums printed everywhere."""
    shape = draw(st.lists(st.integers(1, most), min_size=1, max_size=most))
    sexes = draw(st.sampled_from([("_T",), ("F", "M")]))
    leaves = [("village", f"{upper}.{lower}") for upper, size in enumerate(shape) for lower in range(size)]
    value: dict[Key, int] = {(*leaf, sex): draw(counts) for leaf in leaves for sex in sexes}
    sums: list[tuple[Key, list[Key]]] = []

    def add(total: Key, parts: list[Key]) -> None:
        value[total] = sum(value[part] for part in parts)
        sums.append((total, parts))

    places = list(leaves)
    for upper in range(len(shape)):
        place = ("subdistrict", str(upper))
        places.append(place)
        for sex in sexes:
            add((*place, sex), [(*leaf, sex) for leaf in leaves if leaf[1].startswith(f"{upper}.")])
    if draw(st.booleans()):
        places.append(("town", "0"))
        for sex in sexes:
            add(("town", "0", sex), [("subdistrict", str(upper), sex) for upper in range(len(shape))])
    if len(sexes) > 1:
        for place in places:
            add((*place, "_T"), [(*place, sex) for sex in sexes])
    cells = {key: Cell(number, THRESHOLD) for key, number in value.items()}
    return Table(cells, tuple(Relation(total, tuple(parts)) for total, parts in sums))


@settings(max_examples=40)
@given(hierarchies())
def test_no_small_count_can_be_narrowed_below_the_threshold(table: Table) -> None:
    found = protect(table)
    solved = attack(table, found.hidden)
    narrow = {key: solved[key] for key in table.primaries if solved[key][1] - solved[key][0] < THRESHOLD}
    assert narrow == {}
    assert found.exposed == frozenset()
    assert all(key not in found.hidden for key, cell in table.cells.items() if cell.value == 0)


@settings(max_examples=30)
@given(st.lists(counts, min_size=2, max_size=4), st.booleans())
def test_trying_every_number_finds_no_more_than_the_audit(values: list[int], printed: bool) -> None:
    parts = {("part", str(number)): Cell(value, THRESHOLD) for number, value in enumerate(values)}
    total = {("total",): Cell(sum(values), THRESHOLD, published=printed)}
    table = Table({**parts, **total}, (Relation(("total",), tuple(parts)),))
    hidden = protect(table).hidden
    most = sum(values) + 15
    for key in table.primaries:
        assert len(possible(table, hidden, key, most)) > THRESHOLD


def possible(table: Table, hidden: Any, key: Key, most: int) -> set[int]:
    """The values of a cell that some whole assignment of the hidden parts allows, by trying all of them."""
    relation = table.relations[0]
    closed = [part for part in relation.parts if part in hidden]
    shown = sum(int(table.cells[part].value) for part in relation.parts if part not in hidden)
    total = table.cells[relation.total]
    seen = set()
    for tried in product(range(1, most + 1), repeat=len(closed)):
        whole = shown + sum(tried)
        fits = whole == total.value if total.published and relation.total not in hidden else whole >= 1
        if fits:
            seen.add(whole if key == relation.total else tried[closed.index(key)])
    return seen


def region_table(years: int) -> Table:
    """Some 320 kelurahan and desa by sex in 21 kecamatan, many of them small, with every sum printed."""
    source = np.random.default_rng(6)
    value: dict[Key, float] = {}
    relations = []

    def add(total: Key, parts: list[Key]) -> None:
        value[total] = sum(value[part] for part in parts)
        relations.append(Relation(total, tuple(parts)))

    for year in map(str, range(years)):
        upper = [(year, f"{number:02}") for number in range(21)]
        lower = {place: [(year, f"{place[1]}.{number:02}") for number in range(15)] for place in upper}
        for places in lower.values():
            for place in places:
                value.update({(*place, sex): float(source.choice([0, 1, 2, 3, 6, 9, 14])) for sex in "FM"})
        for place, places in lower.items():
            for sex in "FM":
                add((*place, sex), [(*other, sex) for other in places])
        for sex in "FM":
            add((year, "raya", sex), [(*place, sex) for place in upper])
        for place in [(year, "raya"), *upper, *(other for places in lower.values() for other in places)]:
            add((*place, "_T"), [(*place, sex) for sex in "FM"])
    cells = {key: Cell(number, THRESHOLD) for key, number in value.items()}
    return Table(cells, tuple(relations))


def test_three_years_of_every_kelurahan_and_desa_by_sex_come_out_alike_in_any_order() -> None:
    table = region_table(3)
    first = protect(table)
    assert protect(Table(dict(reversed(table.cells.items())), table.relations)) == first
    assert first.exposed == frozenset()
    assert len(first.hidden) < len(table.cells) * 0.6
