from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from catalog.contract import ContractFile
from catalog.load import Catalog
from flows.publish import joint_sources
from transforms.joint_frames import JointTables, joint_tables
from transforms.joint_history import Moment, history
from transforms.read import read_table
from transforms.tidy import tidy

DAY = date(2026, 11, 21)
NOTHING = pd.DataFrame(columns=["indicator", "region_code", "year", "breakdown", "source"])
Row = dict[str, Any]
Values = dict[tuple[str, str, int], Row]


def observations(contracts: dict[str, ContractFile], catalog: Catalog, names: list[str]) -> pd.DataFrame:
    """The figures of some bundled files in the columns of core.observation that joint values need."""
    frames = []
    for name in names:
        item = contracts[name]
        data = (item.folder / item.contract.connector.path).read_bytes()
        frame = tidy(read_table(data, item.contract), item.contract, catalog)
        frame = frame.assign(
            source=name, evidence=item.contract.evidence, synthetic=item.contract.synthetic, vintage=DAY,
            observation_id=[f"{name}-{number}" for number in range(len(frame))],
            break_flag=[
                catalog.indicators[str(i)].breaks_at(int(y), str(r)) is not None
                for i, y, r in zip(frame["indicator"], frame["year"], frame["region_code"], strict=True)
            ],
        )  # fmt: skip
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


POVERTY = [
    "kota-mojokerto-kemiskinan",
    "kabupaten-mojokerto-kemiskinan",
    "bps-jatim-persentase-penduduk-miskin",
    "bps-jatim-jumlah-penduduk-miskin",
]
ECONOMY = ["bps-mojokerto-pdrb-adhk", "bps-jatim-jumlah-penduduk"]


def tables(frame: pd.DataFrame, catalog: Catalog, contracts: dict[str, ContractFile]) -> JointTables:
    sources = joint_sources({name: item.contract for name, item in contracts.items()})
    return joint_tables(frame, NOTHING, catalog, sources, DAY)


def by_key(rows: list[Row]) -> Values:
    return {(row["indicator"], row["region_code"], row["year"]): row for row in rows if row["breakdown"] == "_T"}


@pytest.fixture(scope="module")
def figures(catalog: Catalog, contracts: dict[str, ContractFile]) -> pd.DataFrame:
    return observations(contracts, catalog, POVERTY + ECONOMY)


@pytest.fixture(scope="module")
def joint(figures: pd.DataFrame, catalog: Catalog, contracts: dict[str, ContractFile]) -> JointTables:
    return tables(figures, catalog, contracts)


@pytest.fixture(scope="module")
def values(joint: JointTables) -> Values:
    return by_key(joint[0].to_pylist())


@pytest.mark.parametrize(
    ("year", "rate"),
    [(2019, 9.27), (2020, 10.12), (2021, 10.18), (2022, 9.32), (2023, 9.384), (2024, 8.978), (2025, 8.40)],
)
def test_poverty_of_raya_is_the_control_value(values: Values, year: int, rate: float) -> None:
    assert values["poverty_rate", "mojokerto-raya", year]["value"] == pytest.approx(rate, abs=0.006)


@pytest.mark.parametrize(
    ("year", "growth"),
    [
        (2015, 5.65), (2016, 5.51), (2017, 5.72), (2018, 5.87), (2019, 5.80), (2020, -1.31), (2021, 4.08),
        (2022, 5.80), (2023, 4.97), (2024, 5.29),
    ],
)  # fmt: skip
def test_growth_of_raya_comes_from_summed_constant_price_output(values: Values, year: int, growth: float) -> None:
    assert values["grdp_growth", "mojokerto-raya", year]["value"] == pytest.approx(growth, abs=0.006)


def test_output_of_raya_is_the_sum_of_34_sectors_and_takes_their_weakest_status(
    joint: JointTables, values: Values
) -> None:
    found = values["grdp_constant_2010", "mojokerto-raya", 2024]
    assert found["value"] == pytest.approx(76_214_430, abs=20)
    assert (found["obs_status"], found["evidence"], found["method"]) == ("P", "inferred", "sum")
    key = {"indicator": "grdp_constant_2010", "region_code": "mojokerto-raya", "period": "2024", "breakdown": "_T"}
    behind = [row for row in joint[1].to_pylist() if key.items() <= row.items()]
    assert len({(row["input_region"], row["input_breakdown"]) for row in behind}) == len(behind) == 34
    assert {row["role"] for row in behind} == {"part"}
    assert sum(row["value"] for row in behind) == pytest.approx(found["value"], abs=1)


@pytest.mark.parametrize(
    ("year", "people"), [(2010, 1_149_228), (2019, 1_246_702), (2020, 1_251_643), (2023, 1_276_930)]
)
def test_population_of_raya_is_the_control_value(values: Values, year: int, people: int) -> None:
    found = values["population", "mojokerto-raya", year]
    assert found["value"] == people
    assert found["break_flag"] == (year == 2020)


def test_unlike_tables_of_one_compilation_meet_before_2015(values: Values) -> None:
    found = values["poverty_rate", "mojokerto-raya", 2010]
    # Poor counts were printed in hundreds of persons then, so the range is wider than today's 0.01.
    assert found["rounding_high"] - found["rounding_low"] > 0.01
    assert found["rounding_low"] < found["value"] < found["rounding_high"]


def test_a_change_opens_a_new_row_and_closes_the_old_one(
    figures: pd.DataFrame, catalog: Catalog, contracts: dict[str, ContractFile]
) -> None:
    rows = figures["indicator"].eq("poor_population") & figures["year"].eq(2025)
    first = figures[rows]
    raised = first.assign(value=[value + 5 for value in first["value"]])
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    moments = [
        Moment(day, tables(frame, catalog, contracts))
        for day, frame in zip(days, [first, first, raised, first], strict=True)
    ]
    found, inputs = history(moments)
    raya = [row for row in found.to_pylist() if row["region_code"] == "mojokerto-raya"]
    held = [row for row in raya if row["indicator"] == "poor_population"]
    assert [(row["vintage"], row["superseded_at"], row["value"]) for row in held] == [
        (days[0], days[2], 109440.0),
        (days[2], days[3], 109450.0),
        (days[3], None, 109440.0),
    ]
    behind = [row for row in inputs.to_pylist() if row["region_code"] == "mojokerto-raya"]
    assert {row["vintage"] for row in behind} == {days[0], days[2], days[3]}
    # Without the rate nobody knows the population behind it, on any day.
    (people,) = (row for row in raya if row["indicator"] == "survey_population")
    assert (people["vintage"], people["superseded_at"], people["value"]) == (days[0], None, None)


def test_no_moment_at_all_has_no_values() -> None:
    assert [len(table) for table in history([])] == [0, 0]


def test_the_range_of_a_rounded_value_still_holds_it(catalog: Catalog, joint: JointTables) -> None:
    for row in joint[0].to_pylist():
        if row["value"] is not None:
            assert row["rounding_low"] <= row["value"] <= row["rounding_high"], row
        else:
            assert row["null_reason"] in catalog.reasons, row


def test_every_agglomeration_figure_says_that_it_is_not_an_official_one(joint: JointTables) -> None:
    rows = [row for row in joint[0].to_pylist() if row["region_role"] == "agglomeration"]
    assert rows
    assert all("bukan angka resmi BPS" in row["notice"] for row in rows)


def test_what_does_not_apply_to_a_city_is_neither_missing_nor_part_of_the_joint_value(
    catalog: Catalog, contracts: dict[str, ContractFile]
) -> None:
    """As with a village index: the city has no desa, so the agglomeration's value is that of the regency."""
    frame = observations(contracts, catalog, POVERTY)
    poor = catalog.indicators["poor_population"].model_copy(update={"applies_to": ["regency"]})
    villages = replace(catalog, indicators={**catalog.indicators, "poor_population": poor})
    regency = frame[(frame["indicator"] == "poor_population") & (frame["region_code"] == "35.16")]
    rows = tables(regency, villages, contracts)[0].to_pylist()
    found = by_key([row for row in rows if row["indicator"] == "poor_population"])
    city, raya = found["poor_population", "35.76", 2023], found["poor_population", "mojokerto-raya", 2023]
    assert (city["value"], city["null_reason"], city["obs_status"]) == (None, "not_applicable", "M")
    assert (city["source"], city["coverage"]) == ("", None)
    assert (raya["value"], raya["method"], raya["coverage"]) == (112_860.0, "sum", "1/1")
    plain = tables(regency, catalog, contracts)[0].to_pylist()
    assert not any(row["null_reason"] == "not_applicable" for row in plain)
