"""A few rows decide for a large table: the verdicts, counts and sentences are those of judging every row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import CITY, REGENCY, contract_with, figure, small_catalog, tidy_table
from support.office import PROJECT

from catalog.contract import Contract, contract_paths, load_contract
from catalog.load import Catalog, load_catalog
from expectations import judge
from expectations.enough import judge_large
from expectations.rules import load_rules
from expectations.verdict import Check, Judgement
from transforms.read import read_table
from transforms.tidy import tidy

DAY = date(2026, 11, 21)
CATALOG = small_catalog()
NEVER: dict[str, Any] = {"value": None, "decimals": None}
FAULTS: list[dict[str, Any]] = [
    {},
    {"region_code": REGENCY},
    {"raw": "lima", **NEVER},
    {"raw": "-", "missing_mark": "-", "obs_status": "M", **NEVER},
    {"region_code": None, "region_problem": "unknown", "region_text": "Wakanda"},
    {"region_code": "35", "region_text": "Jawa Timur"},
    {"period": None, "year": None, "period_text": "20x3"},
    {"period": "2203", "year": 2203},
    {"breakdown": None, "breakdown_text": "Perikanan"},
    {"unit_ok": False, "unit_text": "ORANG"},
    {"obs_status": "Z"},
    {"raw": "105,00", "value": Decimal("105.00")},
    {"raw": "5,8", "value": Decimal("5.80"), "decimals": 1},
    {"raw": "5,77", "rounding_step": Decimal("0.05")},
    {"indicator": None, "measure_text": "P9", **NEVER},
]
ROWS = st.lists(
    st.builds(
        lambda fault, year, value: figure(
            **{"year": year, "period": str(year), "value": value, "raw": str(value).replace(".", ","), **fault}
        ),
        st.sampled_from(FAULTS),
        st.integers(2015, 2026),
        st.decimals(0, 100, places=2),
    ),
    min_size=1,
    max_size=16,
)


def judged(frame: pd.DataFrame, contract: Contract, catalog: Catalog, *, large: int) -> tuple[Judgement, list[Check]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "judge_large", partial(judge_large, large=large))
        rows = judge.judge_rows(frame, contract, catalog, "ab" * 32, DAY)
        return rows, judge.judge_table(frame, rows.failures, contract, catalog, "ab" * 32)


# An example is judged twice by Great Expectations, so there are few of them, each with several faults.
@settings(max_examples=8)
@given(ROWS, st.booleans())
def test_whatever_is_wrong_the_verdicts_are_those_of_judging_every_row(
    rows: list[dict[str, Any]], complete: bool
) -> None:
    contract = contract_with(expect={"complete": complete, "max_quarantine": 0.2}, rows={"at_least": 3})
    frame = tidy_table(*rows)
    assert judged(frame, contract, CATALOG, large=0) == judged(frame, contract, CATALOG, large=10**9)


@pytest.mark.parametrize(
    "source", ["bps-mojokerto-pdrb-adhk", "bps-jatim-sarana-kesehatan", "kota-mojokerto-kemiskinan"]
)
def test_real_tables_sound_or_spoilt_are_judged_alike(source: str) -> None:
    path = next(path for path in contract_paths(PROJECT / "sources") if path.stem == source)
    item, catalog = load_contract(path), load_catalog()
    assert isinstance(item.contract, Contract)
    frame = tidy(
        read_table((item.folder / item.contract.connector.path).read_bytes(), item.contract), item.contract, catalog
    )
    twice = pd.concat([frame, frame.head(2)], ignore_index=True).assign(row_id=lambda rows: range(len(rows)))
    for each in (frame, twice, frame.iloc[3:].reset_index(drop=True)):
        found = judged(each, item.contract, catalog, large=0)
        assert found == judged(each, item.contract, catalog, large=10**9)
    assert found[0].checks


def test_every_kind_of_row_rule_is_decided_by_some_rows() -> None:
    """A rule of a kind that is not known there would be held against every row of every table."""
    from expectations.enough import _DECISIVE

    kinds = {rule.expectation for rule in load_rules().values() if rule.suite in {"rows", "table"}}
    assert kinds <= set(_DECISIVE)


def test_a_large_sound_table_is_judged_by_few_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    from expectations import enough

    real = enough.validate

    def counting(frame: pd.DataFrame, plan: Any) -> Any:
        seen.append(len(frame))
        return real(frame, plan)

    monkeypatch.setattr(enough, "validate", counting)
    rows = [
        figure(region_code=code, period=str(year), year=year) for code in (CITY, REGENCY) for year in range(2015, 2027)
    ] * 1
    frame = tidy_table(*rows)
    large = pd.concat([frame.assign(breakdown=f"sector={number}") for number in range(300)], ignore_index=True)
    large["row_id"] = range(len(large))
    judgement = judge.judge_rows(large, contract_with(), CATALOG, "ab" * 32, DAY)
    assert {check.outcome for check in judgement.checks} == {"passed"}
    assert {check.evaluated for check in judgement.checks} == {len(large)}
    assert len(large) == 7200
    assert len(seen) == 1
    assert seen[0] < 400
