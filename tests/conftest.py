"""What every room's tests share: the real catalog, the real contracts, and copies of the bundled sources."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.office import Office, copy_sources, quiet

from catalog.contract import ContractFile, contract_paths, load_contract
from catalog.load import Catalog, load_catalog
from catalog.settings import Settings
from flows.night import night
from flows.outcome import NightOutcome

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = PROJECT / "sources"
FIGURES = PROJECT.parent / "shared" / "figures"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def contracts() -> dict[str, ContractFile]:
    return {path.stem: load_contract(path) for path in contract_paths(SOURCES)}


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NightOutcome]:
    """A folder holding `sources` and the `data` of one good night, and how that night ended."""
    folder = tmp_path_factory.mktemp("office")
    settings = Settings(data=folder / "data", sources=copy_sources(folder / "sources"))
    return folder, night(settings, quiet)


@pytest.fixture
def office(first_night: tuple[Path, NightOutcome], tmp_path: Path) -> Office:
    """A copy of the office after its first good night."""
    shutil.copytree(first_night[0], tmp_path / "office", symlinks=True)
    return Office(Settings(data=tmp_path / "office" / "data", sources=tmp_path / "office" / "sources"))
