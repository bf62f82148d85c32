"""Verdicts survive being kept, and reading them costs neither Great Expectations nor pandas."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.verdict import (
    Check,
    Judgement,
    RowFailure,
    checks_from_json,
    checks_to_arrow,
    checks_to_json,
    failures_from_arrow,
    failures_to_arrow,
    refusal,
)

CHECKS = st.lists(st.builds(Check, evaluated=st.integers(0, 2**62), failed=st.integers(0, 2**62)), max_size=5)
WHOLE = st.integers(0, 2**62)
FAILURES = st.lists(st.builds(RowFailure, row_id=WHOLE, source_line=WHOLE), max_size=5)
PASSED = Check(
    "id", "expectation", "source", "snapshot", "rule", "expect_x", None, "critical", "passed", "row", 3, 0, "ya", "yes"
)


@settings(deadline=None)
@given(CHECKS)
def test_checks_come_back_from_json_as_they_were(checks: list[Check]) -> None:
    assert checks_from_json(checks_to_json(checks)) == checks


@settings(deadline=None)
@given(FAILURES)
def test_failures_come_back_from_arrow_as_they_were(failures: list[RowFailure]) -> None:
    assert failures_from_arrow(failures_to_arrow(failures)) == failures


@settings(deadline=None)
@given(CHECKS)
def test_checks_make_a_table_of_the_columns_of_meta_check(checks: list[Check]) -> None:
    table = checks_to_arrow(checks)
    assert table.num_rows == len(checks)
    assert table.schema.names == list(Check.__dataclass_fields__)


def test_no_failures_still_make_a_typed_table() -> None:
    table = failures_to_arrow([])
    assert table.num_rows == 0
    assert str(table.schema.field("row_id").type) == "int64"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, False),
        ({"outcome": "failed"}, False),
        ({"outcome": "failed", "scope": "table"}, True),
        ({"outcome": "failed", "scope": "table", "severity": "warning"}, False),
        ({"outcome": "crashed"}, True),
        ({"outcome": "crashed", "severity": "info"}, False),
    ],
)
def test_a_failed_critical_table_rule_or_a_crashed_critical_rule_refuses(change: dict[str, str], refused: bool) -> None:
    check = replace(PASSED, **change)  # type: ignore[arg-type]
    assert refusal([PASSED, check]) == (check if refused else None)


def test_only_critical_failures_are_quarantined() -> None:
    failures = [
        RowFailure(1, 2, "c", "raw", "rule", "critical", "ya", "yes", "c", "raw"),
        RowFailure(2, 3, "c", "raw", "rule", "warning", "ya", "yes", "c", "raw"),
    ]
    assert Judgement([], failures).quarantined == {1}


def test_verdicts_rules_and_the_door_need_neither_great_expectations_nor_pandas() -> None:
    code = (
        "import sys, expectations.verdict, expectations.rules, expectations.door, expectations.suites;"
        "print([name for name in ('great_expectations', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
