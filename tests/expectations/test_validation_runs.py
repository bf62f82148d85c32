"""Running Great Expectations: a crash is told from a failure, and stays with the rule that crashed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_world import Judge, figure

from expectations import validation
from expectations.rules import Rule
from expectations.suites import Planned
from expectations.validation import validate
from expectations.verdict import refusal

FRAME = pd.DataFrame({"value": [1.0, 2.0, None], "text": ["a", "b", None], "kind": ["x", "y", "x"]})


def planned(name: str, expectation: str, where: dict[str, Any] | None = None, **arguments: Any) -> Planned:
    rule = Rule.model_validate(
        {
            "id": name,
            "suite": "rows",
            "severity": "critical",
            "expectation": expectation,
            "label": {"id": name, "en": name},
            "message": {"id": name, "en": name},
        }
    )
    return Planned(rule, arguments, where or {})


LARGE = planned("large", "expect_column_values_to_be_between", column="value", min_value=2)
FULL = planned("full", "expect_column_values_to_not_be_null", column="kind")
ABSENT = planned("absent", "expect_column_values_to_not_be_null", column="no_such_column")
TYPED = planned("typed", "expect_column_values_to_be_between", column="text", min_value=2)
NAMELESS = planned("nameless", "expect_nothing_of_the_kind", column="value")
MALFORMED = planned("malformed", "expect_column_values_to_be_between", column="value", no_such_argument=1)


def test_answers_come_in_the_order_of_the_plan_with_the_positions_that_failed() -> None:
    found = validate(FRAME, [LARGE, FULL])
    assert [(item.planned.rule.id, item.outcome, item.rows) for item in found] == [
        ("large", "failed", (0,)),
        ("full", "passed", ()),
    ]
    assert (found[0].evaluated, found[0].failed) == (2, 1)


@pytest.mark.parametrize("broken", [ABSENT, TYPED, NAMELESS, MALFORMED], ids=lambda item: item.rule.id)
def test_a_rule_that_crashes_is_crashed_and_the_others_are_judged(broken: Planned) -> None:
    crashed, large = validate(FRAME, [broken, LARGE])
    assert crashed.outcome == "crashed"
    assert crashed.crash
    assert (large.outcome, large.rows) == ("failed", (0,))


def test_rows_are_found_by_position_whatever_the_index_of_the_frame() -> None:
    moved = FRAME.set_index(pd.Index([7, 7, 9]))
    assert validate(moved, [LARGE])[0].rows == (0,)


def test_a_rule_can_be_held_against_some_rows_only() -> None:
    where = planned("some", "expect_column_values_to_be_between", {"kind": "y"}, column="value", max_value=1)
    nulls = planned("nulls", "expect_column_values_to_be_in_set", {"value": "null"}, column="kind", value_set=["y"])
    some, none = validate(FRAME, [where, nulls])
    assert (some.evaluated, some.rows) == (1, (1,))
    assert (none.evaluated, none.rows) == (1, (2,))


def test_when_nothing_can_be_run_every_rule_crashed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no context")

    monkeypatch.setattr(validation, "_asset", broken)
    assert {item.outcome for item in validate(FRAME, [LARGE, FULL])} == {"crashed"}


def test_a_crashed_critical_rule_refuses_the_snapshot_and_says_whose_fault_it_is(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("no context")

    monkeypatch.setattr(validation, "_asset", broken)
    refused = refusal(judge(figure()).checks)
    assert refused is not None
    assert refused.outcome == "crashed"
    assert "kesalahan program" in refused.message_id
    assert "no context" in refused.message_en


def test_the_rows_of_a_condition_are_chosen_once_and_for_one_frame_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    choose = pd.DataFrame.query

    def noted(frame: pd.DataFrame, expr: str, **given: Any) -> Any:
        asked.append(expr)
        return choose(frame, expr, **given)

    monkeypatch.setattr(pd.DataFrame, "query", noted)
    bounds = [
        planned(name, "expect_column_values_to_be_between", {"kind": "x"}, column="value", max_value=most)
        for name, most in (("at_most_two", 2), ("at_most_half", 0.5))
    ]
    assert [(item.outcome, item.rows) for item in validate(FRAME, bounds)] == [("passed", ()), ("failed", (0,))]
    assert len(asked) == 1
    other = FRAME.assign(value=[0.25, 2.0, 3.0])
    assert [(item.outcome, item.rows) for item in validate(other, bounds)] == [("failed", (2,)), ("failed", (2,))]
    assert len(asked) == 2
