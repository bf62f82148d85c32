"""What every room's tests share: the real catalog, the real contracts, and copies of the bundled sources."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog.contract import ContractFile, contract_paths, load_contract
from catalog.load import Catalog, load_catalog

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = PROJECT / "sources"
FIGURES = PROJECT.parent / "shared" / "figures"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def contracts() -> dict[str, ContractFile]:
    return {path.stem: load_contract(path) for path in contract_paths(SOURCES)}


@pytest.fixture
def sources_copy(tmp_path: Path) -> Path:
    """A copy of the bundled sources that a test may spoil."""
    target = tmp_path / "sources"
    shutil.copytree(SOURCES, target, ignore=shutil.ignore_patterns("*.py", "__pycache__", "connectors"))
    return target
