from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from catalog.contract import ContractFile
from catalog.load import Catalog
from transforms.joint import joint_values
from transforms.joint_frames import history, value_rows
from transforms.precedence import choose
from transforms.read import read_table
from transforms.tidy import tidy
from transforms.values import Value

DAY = date(2026, 11, 21)


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


@pytest.fixture(scope="module")
def values(catalog: Catalog, contracts: dict[str, ContractFile]) -> dict[tuple[str, str, int], Value]:
    frame = observations(contracts, catalog, POVERTY + ECONOMY)
    ranks = {name: contracts[name].contract.precedence for name in POVERTY + ECONOMY}
    families = {name: contracts[name].contract.compilation for name in POVERTY + ECONOMY}
    found = joint_values(choose(frame, catalog, ranks).used, catalog, families)
    return {(value.indicator, value.region, value.year): value for value in found if value.breakdown == "_T"}


@pytest.mark.parametrize(
    ("year", "rate"),
    [(2019, 9.27), (2020, 10.12), (2021, 10.18), (2022, 9.32), (2023, 9.384), (2024, 8.978), (2025, 8.40)],
)
def test_poverty_of_raya_is_the_control_value(
    values: dict[tuple[str, str, int], Value], year: int, rate: float
) -> None:
    assert values["poverty_rate", "mojokerto-raya", year].value == pytest.approx(rate, abs=0.006)


@pytest.mark.parametrize(
    ("year", "growth"),
    [
        (2015, 5.65), (2016, 5.51), (2017, 5.72), (2018, 5.87), (2019, 5.80), (2020, -1.31), (2021, 4.08),
        (2022, 5.80), (2023, 4.97), (2024, 5.29),
    ],
)  # fmt: skip
def test_growth_of_raya_comes_from_summed_constant_price_output(
    values: dict[tuple[str, str, int], Value], year: int, growth: float
) -> None:
    assert values["grdp_growth", "mojokerto-raya", year].value == pytest.approx(growth, abs=0.006)


def test_output_of_raya_is_the_sum_of_34_sectors_and_takes_their_weakest_status(
    values: dict[tuple[str, str, int], Value],
) -> None:
    found = values["grdp_constant_2010", "mojokerto-raya", 2024]
    assert found.value == pytest.approx(76_214_430, abs=20)
    assert (found.status, found.evidence, found.method) == ("P", "inferred", "sum")
    assert len(found.inputs) == 34


@pytest.mark.parametrize(
    ("year", "people"), [(2010, 1_149_228), (2019, 1_246_702), (2020, 1_251_643), (2023, 1_276_930)]
)
def test_population_of_raya_is_the_control_value(
    values: dict[tuple[str, str, int], Value], year: int, people: int
) -> None:
    found = values["population", "mojokerto-raya", year]
    assert found.value == people
    assert found.break_flag == (year == 2020)


def test_unlike_tables_of_one_compilation_meet_before_2015(values: dict[tuple[str, str, int], Value]) -> None:
    found = values["poverty_rate", "mojokerto-raya", 2010]
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    # Poor counts were printed in hundreds of persons then, so the range is wider than today's 0.01.
    assert found.high - found.low > 0.01
    assert found.low < found.value < found.high


def test_a_change_opens_a_new_row_and_closes_the_old_one(
    catalog: Catalog, values: dict[tuple[str, str, int], Value]
) -> None:
    first = values["poor_population", "mojokerto-raya", 2025]
    later = first._replace(value=109_450.0)
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    moments = [(days[0], [first]), (days[1], [first]), (days[2], [later]), (days[3], [first])]
    rows, inputs = history(moments, catalog)
    held = [(row.vintage, row.superseded_at, row.value) for row in rows.itertuples()]
    assert [(start, value) for start, _, value in held] == [
        (days[0], 109440.0),
        (days[2], 109450.0),
        (days[3], 109440.0),
    ]
    assert [None if pd.isna(end) else end for _, end, _ in held] == [days[2], days[3], None]
    assert set(inputs["vintage"]) == {days[0], days[2], days[3]}


def test_the_range_of_a_rounded_value_still_holds_it(
    catalog: Catalog, values: dict[tuple[str, str, int], Value]
) -> None:
    for row in value_rows(values.values(), catalog):
        if row["value"] is not None:
            assert row["rounding_low"] <= row["value"] <= row["rounding_high"], row
        else:
            assert row["null_reason"] in catalog.reasons, row


def test_every_agglomeration_figure_says_that_it_is_not_an_official_one(
    catalog: Catalog, values: dict[tuple[str, str, int], Value]
) -> None:
    rows = [row for row in value_rows(values.values(), catalog) if row["region_role"] == "agglomeration"]
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
    values = [item for item in joint_values(regency, villages, {}) if item.indicator == "poor_population"]
    found = {(item.region, item.year): item for item in values}
    city, raya = found["35.76", 2023], found["mojokerto-raya", 2023]
    assert (city.value, city.null_reason, city.status) == (None, "not_applicable", "M")
    assert (raya.value, raya.method, raya.coverage) == (112_860.0, "sum", "1/1")
    assert not any(item.null_reason == "not_applicable" for item in joint_values(regency, catalog, {}))
