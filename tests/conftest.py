"""What every room's tests share: the real catalog, the real contracts, and copies of the bundled sources."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from support.office import Office, copy_sources, quiet
from support.shared import made_once

from catalog.contract import Contract, ContractFile, contract_paths, load_contract
from catalog.load import Catalog, load_catalog
from catalog.settings import Settings
from flows.night import night
from flows.outcome import NightOutcome

# A slow machine is no counter-example: examples are not timed.
hypothesis.settings.register_profile("mojoraya", deadline=None, max_examples=40)
hypothesis.settings.load_profile("mojoraya")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups that share a worker first, the largest before the others: a group that begins last is waited for."""
    groups = [next((mark.args[0] for mark in item.iter_markers("xdist_group")), "") for item in items]
    size = Counter(group for group in groups if group)
    order = {id(item): -size[group] for item, group in zip(items, groups, strict=True)}
    items.sort(key=lambda item: order[id(item)])


PROJECT = Path(__file__).resolve().parent.parent
SOURCES = PROJECT / "sources"
FIGURES = PROJECT.parent / "shared" / "figures"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def contracts() -> dict[str, ContractFile]:
    """The contracts of figures; those of records have no measures."""
    found = {path.stem: load_contract(path) for path in contract_paths(SOURCES)}
    return {name: item for name, item in found.items() if isinstance(item.contract, Contract)}


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NightOutcome]:
    """A folder holding `sources` and the `data` of one good night, and how that night ended."""
    folder = tmp_path_factory.mktemp("office")
    settings = Settings(data=folder / "data", sources=copy_sources(folder / "sources"))
    return folder, night(settings, quiet)


# Enough for the layouts that the tests spoil; a night on these takes a fifth of one on all sources.
SMALL = ("kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan", "bps-jatim-persentase-penduduk-miskin")


@pytest.fixture(scope="session")
def small_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder holding a few `sources` and the `data` of one good night on them."""

    def make(folder: Path) -> None:
        settings = Settings(data=folder / "data", sources=copy_sources(folder / "sources", SMALL))
        assert night(settings, quiet).exit_code == 0

    return made_once(tmp_path_factory, "small", make)


@pytest.fixture
def office(small_night: Path, tmp_path: Path) -> Office:
    """A copy of a small office after its first good night; a test may spoil it."""
    shutil.copytree(small_night, tmp_path / "office", symlinks=True)
    return Office(Settings(data=tmp_path / "office" / "data", sources=tmp_path / "office" / "sources"))


@pytest.fixture(scope="session")
def whole(first_night: tuple[Path, NightOutcome]) -> Office:
    """The office of all bundled sources after its first night; to be read, not to be spoilt."""
    return Office(Settings(data=first_night[0] / "data", sources=first_night[0] / "sources"))


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as a terminal has it, also where the tests run in the background and everything ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
