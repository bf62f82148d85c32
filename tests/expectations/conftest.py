"""The small world of these tests as fixtures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_world import Judge, contract_with, small_catalog, tidy_table

from catalog.contract import Contract
from catalog.load import Catalog
from expectations.judge import judge_rows
from expectations.verdict import Judgement


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return small_catalog()


@pytest.fixture
def contract() -> Contract:
    return contract_with()


@pytest.fixture
def judge(catalog: Catalog, contract: Contract) -> Judge:
    """Judges rows under the small contract, for a file that came in November 2026."""

    def judged(*rows: dict[str, Any], under: Contract | None = None) -> Judgement:
        return judge_rows(tidy_table(*rows), under or contract, catalog, "ab" * 32, date(2026, 11, 21))

    return judged
