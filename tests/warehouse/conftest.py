from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from warehouse_samples import CITY, RAYA, REGENCY, Figure, edition, joint_value

from catalog.contract import ContractFile
from catalog.load import Catalog
from dashboard.page import render
from warehouse.build import Build, load_editions, load_joint, load_rows, load_sources, open_build
from warehouse.columns import published_tables
from warehouse.ddl import create_all
from warehouse.release import write_release
from warehouse.shelf import ReleaseInfo, current_release

BUILT = datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001  # any moment will do


@pytest.fixture
def con(catalog: Catalog) -> Iterator[DuckDBPyConnection]:
    """An empty warehouse in memory."""
    with duckdb.connect() as connection:
        create_all(connection, published_tables(catalog).values())
        yield connection


@pytest.fixture
def build(catalog: Catalog, tmp_path: Path) -> Iterator[Build]:
    """An empty warehouse file with its catalog tables."""
    with open_build(tmp_path / "build" / "warehouse.duckdb", catalog) as opened:
        yield opened


Publish = Callable[..., ReleaseInfo]


def publisher(catalog: Catalog, contracts: dict[str, ContractFile], folder: Path) -> Publish:
    """What publishes a small release into a data directory; `rate` is the city's poverty rate of 2023."""

    def run(data: Path, *, rate: str = "5.77", built_at: datetime = BUILT, reverse: bool = False) -> ReleaseInfo:
        figures = [Figure(rate), Figure("9.80", REGENCY), Figure(None, REGENCY, "2022", mark="...")]
        files = folder / "files" / rate
        editions = [edition(files, figures, position=1), edition(files, figures[:2], position=2, source="lain")]
        values = [
            joint_value("poverty_rate", CITY, 2023, float(rate)),
            joint_value("poverty_rate", REGENCY, 2021, 10.62),
            joint_value("poverty_rate", RAYA, 2023, 9.3839, method="ratio_of_sums"),
        ]
        checks = [
            {"check_id": f"c{number}", "gate": "contract", "rule": "header", "severity": "critical",
             "outcome": "passed", "scope": "table", "evaluated": 1, "failed": 0}
            for number in range(3)
        ]  # fmt: skip
        turned = -1 if reverse else 1
        with open_build(data / "warehouse.duckdb", catalog) as opened:
            load_sources(opened, [item.contract for item in contracts.values()][::turned])
            load_editions(opened, editions[::turned])
            load_joint(opened, values[::turned], [])
            load_rows(opened, "meta.check", checks[::turned])
            return write_release(
                opened, data, built_at=built_at, inputs={"digest": "0" * 64}, extras={"index.html": render}
            )

    return run


@pytest.fixture
def publish(catalog: Catalog, contracts: dict[str, ContractFile], tmp_path: Path) -> Publish:
    """Publishes small releases; `rate` is the city's poverty rate of 2023."""
    return publisher(catalog, contracts, tmp_path)


@pytest.fixture(scope="session")
def published_once(
    catalog: Catalog, contracts: dict[str, ContractFile], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data directory with a small release, made once for all who read one or spoil their copy of it."""
    folder = tmp_path_factory.mktemp("published")
    publisher(catalog, contracts, folder)(folder / "data")
    return folder / "data"


@pytest.fixture
def release(published_once: Path, tmp_path: Path) -> ReleaseInfo:
    """A copy of a small release, published and current."""
    shutil.copytree(published_once, tmp_path / "data", symlinks=True)
    found = current_release(tmp_path / "data")
    assert found is not None
    return found
