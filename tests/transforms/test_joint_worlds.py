"""The columnar engine says what the rules say one value at a time, on all real figures and in small worlds."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joint import seven
from support.office import Office
from support.scalar_joint import outward_end, scalar_history, scalar_tables
from support.worlds import DAY, SOURCES, World, worlds

from catalog.contract import ContractFile
from catalog.load import Catalog, load_catalog
from flows.publish import joint_sources
from transforms.joint_frames import INPUT_COLUMNS, VALUE_COLUMNS, JointTables, joint_tables, rounded
from transforms.joint_history import Moment, concerned, history
from transforms.joint_read import FIGURES, KEYS

# One worker makes the release whose figures are read.
pytestmark = pytest.mark.xdist_group("release")
REAL = load_catalog()
SCHEMA = pa.schema(
    [
        *((name, pa.int32() if name == "year" else pa.string()) for name in KEYS),
        *zip(
            FIGURES,
            (
                pa.decimal128(24, 6), pa.decimal128(24, 6), pa.string(), pa.bool_(), pa.string(), pa.bool_(),
                pa.date32(), pa.string(),
            ),
            strict=True,
        ),
    ]
)  # fmt: skip
Rows = list[dict[str, Any]]


def observations(figures: Rows) -> pa.Table:
    return pa.Table.from_pylist(figures, schema=SCHEMA)


def held(waiting: Rows) -> pd.DataFrame:
    return pd.DataFrame([{name: row[name] for name in KEYS} for row in waiting], columns=list(KEYS))


def engine(world: World, day: date = DAY) -> JointTables:
    return joint_tables(observations(world.figures), held(world.waiting), world.catalog, SOURCES, day)


def assert_same(found: JointTables, values: Rows, inputs: Rows) -> None:
    assert [tuple(table.column_names) for table in found] == [VALUE_COLUMNS, INPUT_COLUMNS]
    for table, expected in zip(found, (values, inputs), strict=True):
        # Row by row, so that what differs is told.
        for row, other in zip(table.to_pylist(), expected, strict=True):
            assert row == other


def test_the_engine_says_of_all_published_figures_what_the_rules_say_one_by_one(
    whole: Office, contracts: dict[str, ContractFile]
) -> None:
    path = (whole.settings.data / "current").resolve() / "mojoraya.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        figures = con.execute("SELECT * FROM core.observation WHERE superseded_at IS NULL").to_arrow_table()
    catalog, sources = seven(REAL), joint_sources({name: item.contract for name, item in contracts.items()})
    found = joint_tables(figures, held([]), catalog, sources, DAY)
    values, inputs = scalar_tables(figures.to_pylist(), [], catalog, sources, DAY)
    assert len({row["region_code"] for row in values if row["region_role"] == "agglomeration"}) == 7
    assert {"sum", "ratio_of_sums", "weighted_mean", "recomputed"} <= {row["method"] for row in values}
    assert_same(found, values, inputs)


@settings(max_examples=30)
@given(worlds(REAL))
def test_the_engine_says_in_any_world_what_the_rules_say_one_by_one(world: World) -> None:
    assert_same(engine(world), *scalar_tables(world.figures, world.waiting, world.catalog, SOURCES, DAY))


@settings(max_examples=10)
@given(worlds(REAL), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(world: World, random: Any) -> None:
    shuffled = [random.sample(rows, len(rows)) for rows in (world.figures, world.waiting)]
    assert engine(World(world.catalog, *shuffled)) == engine(world)


@settings(max_examples=10)
@given(st.data())
def test_over_time_only_what_may_have_changed_is_computed_again(data: st.DataObject) -> None:
    """Each day some figures of few indicators differ; history is that of every day computed in full."""
    world = data.draw(worlds(REAL))
    names = sorted({row["indicator"] for row in world.figures})
    figures, moments, expected = world.figures, [], []
    for number in range(4):
        day = DAY + timedelta(days=number)
        changed = data.draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        other = data.draw(worlds(REAL)) if changed else world
        figures = [row for row in figures if row["indicator"] not in changed]
        figures += [row for row in other.figures if row["indicator"] in changed]
        now = World(world.catalog, figures, world.waiting)
        told = concerned(changed, world.catalog) if moments else set(world.catalog.indicators)
        only = ([row for row in rows if row["indicator"] in told] for rows in (now.figures, now.waiting))
        moments.append(Moment(day, engine(World(world.catalog, *only), day), told))
        expected.append((day, scalar_tables(now.figures, now.waiting, now.catalog, SOURCES, day)))
    assert_same(history(moments), *scalar_history(expected))


# Ends of ranges as they come out of sums and ratios: a hair beside a multiple of the last digit, or anywhere.
ENDS = st.one_of(
    st.floats(-1e12, 1e12),
    st.builds(
        lambda whole, digits, hair: whole / 10**digits * (1 + hair),
        st.integers(-(10**9), 10**9),
        st.integers(0, 5),
        st.floats(-1e-6, 1e-6),
    ),
)


@given(st.lists(st.tuples(ENDS, st.integers(0, 6)), min_size=1))
def test_many_values_are_rounded_as_each_alone(values: list[tuple[float, int]]) -> None:
    ends, digits = np.array([[end] * 3 for end, _ in values]), np.array([many for _, many in values])
    found = rounded(ends, digits, np.ones(len(values), dtype=bool)).tolist()
    assert found == [
        [round(end, many), outward_end(end, many, math.floor), outward_end(end, many, math.ceil)]
        for end, many in values
    ]


def test_a_world_without_figures_has_no_values() -> None:
    nothing = engine(World(REAL, [], []))
    moments = [Moment(DAY + timedelta(days=number), nothing) for number in range(2)]
    assert [len(table) for table in (*nothing, *history(moments))] == [0, 0, 0, 0]


def test_a_change_concerns_what_reads_it_and_what_that_reads(catalog: Catalog) -> None:
    found = concerned(["grdp_constant_2010"], catalog)
    assert {"grdp_growth", "grdp_deflator", "grdp_current"} <= found
    assert not {"poor_population", "crimes"} & found
    assert concerned(["crimes"], catalog) == {"crimes"}
    assert "hdi_sp2010" in concerned(["poor_population"], catalog)
