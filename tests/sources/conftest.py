"""What the tests of connectors share: a portal on loopback, a clock that nobody waits for, and contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.outside_world import Declare, World
from support.portal_server import Portal

from catalog.contract import Contract, ContractFile

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxies must not stand between a test and loopback."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """A contract with the given connector, in a folder of its own."""

    def declared(connector: dict[str, Any], **changes: Any) -> ContractFile:
        values: dict[str, Any] = {
            "id": "coba",
            "title": {"id": "Coba", "en": "Trial"},
            "publisher": "BPS",
            "owner": "BPS",
            "publication": "Tabel",
            "evidence": "publication",
            "edition": "replaces",
            "connector": connector,
            "format": {},
            "columns": [
                {"header": ["kode"], "role": "region_code", "scheme": "bps"},
                {"header": ["tahun"], "role": "period"},
                {"header": ["nilai"], "role": "value", "measure": "poverty_rate"},
            ],
            "measures": [{"indicator": "poverty_rate", "unit": "percent", "precision": [{"decimals": 2}]}],
            "expect": {"regions": ["35.76"], "first_year": 2015},
        }
        return ContractFile(contract=Contract.model_validate({**values, **changes}), path=tmp_path / "coba.toml")

    return declared
