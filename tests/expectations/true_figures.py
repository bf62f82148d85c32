"""The bundled files as observations, and the errors that people really printed, planted one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from catalog.contract import ContractFile
from catalog.load import Catalog
from transforms.read import read_table
from transforms.tidy import tidy

CITY, REGENCY, PROVINCE = "35.76", "35.16", "35"
ELSEWHERE = "press-quote"
COLUMNS = [
    "source", "indicator", "region_code", "period", "year", "breakdown", "value", "rounding_step", "obs_status",
]  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """One figure written over, in one source or in all; with `added` it stands beside them in another source."""

    indicator: str
    region: str
    year: int
    value: str
    source: str | None = None
    breakdown: str = "_T"
    added: bool = False


def tidy_frames(contracts: Mapping[str, ContractFile], catalog: Catalog) -> dict[str, pd.DataFrame]:
    """The tidy table of every bundled file, by source."""
    frames = {}
    for source, item in contracts.items():
        data = (item.folder / item.contract.connector.path).read_bytes()  # type: ignore[union-attr]
        frames[source] = tidy(read_table(data, item.contract), item.contract, catalog)
    return frames


def observations(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What would be in force with every file accepted, in plain Python objects that a test can write over."""
    rows = [frame.assign(source=source)[COLUMNS].astype(object) for source, frame in frames.items()]
    return pd.concat(rows, ignore_index=True)


def planted(true: pd.DataFrame, *plants: Plant) -> pd.DataFrame:
    """The observations with some figures written over, cut to the indicators that are asked about."""
    frame = true.copy()
    for plant in plants:
        frame = _added(frame, plant) if plant.added else _written_over(frame, plant)
    return frame


def _where(frame: pd.DataFrame, plant: Plant) -> pd.Series:
    found = (frame["indicator"] == plant.indicator) & (frame["region_code"] == plant.region)
    found &= (frame["year"] == plant.year) & (frame["breakdown"] == plant.breakdown)
    return found & (frame["source"] == plant.source) if plant.source else found


def _written_over(frame: pd.DataFrame, plant: Plant) -> pd.DataFrame:
    found = _where(frame, plant)
    assert found.any(), f"no figure to write over: {plant}"
    frame.loc[found, "value"] = Decimal(plant.value)
    return frame


def _added(frame: pd.DataFrame, plant: Plant) -> pd.DataFrame:
    found = frame[_where(frame, plant)]
    assert len(found), f"no figure to stand beside: {plant}"
    row: dict[str, Any] = {**found.iloc[0].to_dict(), "source": ELSEWHERE, "value": Decimal(plant.value)}
    return pd.concat([frame, pd.DataFrame([row], dtype=object)], ignore_index=True)


def only(true: pd.DataFrame, *indicators: str) -> pd.DataFrame:
    """The observations of some indicators."""
    return true[true["indicator"].isin(indicators)].reset_index(drop=True)
