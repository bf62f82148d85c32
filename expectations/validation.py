"""The one place that runs Great Expectations: a frame and a plan in, what was found for each rule out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from expectations.suites import Planned
from expectations.verdict import Outcome

# Great Expectations keeps the current context in a global; suites take a tenth of a second, so they queue.
_TURN = threading.Lock()
# Of the expectations of the suite in hand, by the key of each.
_CONFIGURATIONS: dict[str, Any] = {}
# Of the rows of the frame in hand, by the condition that chose them.
_CHOSEN: dict[str, pd.DataFrame] = {}


class _Frame(pd.DataFrame):
    """A frame that chooses rows by a condition once: Great Expectations asks eight times for each expectation.

    What is chosen is only read: judging makes columns of its own. Any other use of it gives a plain frame.
    """

    def query(self, expr: str, **given: Any) -> Any:
        if given:
            return super().query(expr, **given)
        if expr not in _CHOSEN:
            _CHOSEN[expr] = super().query(expr)
        return _CHOSEN[expr]


@dataclass(frozen=True)
class Found:
    """What one expectation found: positions of failing rows, what was observed, or how it crashed."""

    planned: Planned
    outcome: Outcome
    evaluated: int
    failed: int
    rows: tuple[int, ...] = ()
    observed: Any = None
    crash: str = ""


def validate(frame: pd.DataFrame, plan: Sequence[Planned]) -> list[Found]:
    """Hold every planned expectation against the frame, in one batch and one suite; never raises for a rule.

    The answer is in the order of the plan; a rule that could not be run has the outcome "crashed".
    """
    results: dict[str, Any] = {}
    crashes: dict[str, str] = {}
    with _TURN:
        expectations = []
        for planned in plan:
            try:
                expectations.append(_expectation(planned))
            except Exception as error:  # noqa: BLE001  a broken rule must not take the others down
                crashes[planned.key] = _first_line(error)
        _CONFIGURATIONS.clear()
        try:
            results = _run(_judged(frame, plan), expectations)
        except Exception as error:  # noqa: BLE001  nothing was judged: every rule of the suite crashed
            crashes = {planned.key: _first_line(error) for planned in plan} | crashes
        finally:
            _CONFIGURATIONS.clear()
            _CHOSEN.clear()
    return [_found(item, results.get(item.key), crashes.get(item.key, ""), len(frame)) for item in plan]


def _judged(frame: pd.DataFrame, plan: Sequence[Planned]) -> pd.DataFrame:
    """Only the columns that rules speak of: Great Expectations hashes the whole frame twice per batch."""
    wanted: set[str] = set()
    for planned in plan:
        wanted.update(planned.where)
        for name, value in planned.arguments.items():
            if name.startswith("column"):
                wanted.update([value] if isinstance(value, str) else value)
    return _Frame(frame[[name for name in frame if name in wanted]].reset_index(drop=True))


def _expectation(planned: Planned) -> Any:
    kwargs = dict(planned.arguments)
    if planned.where:
        kwargs["row_condition"] = _condition(planned)
    return _implementation(planned.rule.expectation)(**kwargs, meta={"key": planned.key})


@lru_cache
def _implementation(name: str) -> Any:
    """Great Expectations' own expectation, which works out its configuration once instead of sixty times.

    That is a fifth of a first night's time (measured 2026-11 on 1.24). A class registers itself by its name, so that
    the validator, which makes the objects anew, takes this one too; nothing changes an expectation of ours once made.
    """
    from great_expectations.expectations.registry import get_expectation_impl

    # It warns of every class that takes another's place.
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    original: Any = get_expectation_impl(name)

    def configuration(self: Any) -> Any:
        key = self.meta["key"]
        if key not in _CONFIGURATIONS:
            _CONFIGURATIONS[key] = super(kept, self).configuration
        return _CONFIGURATIONS[key]

    attributes = {
        "__module__": original.__module__,
        "__doc__": original.__doc__,
        "configuration": property(configuration),
    }
    kept: Any = type(original)(original.__name__, (original,), attributes)
    return kept


def _condition(planned: Planned) -> Any:
    from great_expectations.expectations.row_conditions import Column

    condition = None
    for column, wanted in planned.where.items():
        named = Column(column)
        nullness = {"null": named.is_null, "not null": named.is_not_null}
        part = nullness[wanted]() if wanted in nullness else named == wanted
        condition = part if condition is None else condition & part
    return condition


def _run(frame: pd.DataFrame, expectations: list[Any]) -> dict[str, Any]:
    """Results by key: they come back in another order than the suite's."""
    from great_expectations import ExpectationSuite

    if not expectations:
        return {}
    batch = _asset().get_batch(batch_parameters={"dataframe": frame})
    results = _results(batch.validate(ExpectationSuite(name="all", expectations=expectations), result_format="BASIC"))
    # Listing the failing rows costs as much again as judging, so only rules that failed are asked for them.
    again = [item for item in expectations if _needs_rows(results[item.meta["key"]])]
    if again:
        suite = ExpectationSuite(name="failed", expectations=again)
        results |= _results(batch.validate(suite, result_format="COMPLETE"))
    return results


def _results(validated: Any) -> dict[str, Any]:
    return {result.expectation_config.meta["key"]: result for result in validated.results}


def _needs_rows(result: Any) -> bool:
    return not result.success and not _raised(result.exception_info) and "unexpected_count" in result.result


@lru_cache(maxsize=1)
def _asset() -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("figures").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _found(planned: Planned, result: Any, crash: str, rows: int) -> Found:
    if result is None:
        return Found(planned, "crashed", 0, 0, crash=crash or "no result came back")
    raised = _raised(result.exception_info)
    if raised:
        return Found(planned, "crashed", 0, 0, crash=raised)
    content = result.result
    outcome: Outcome = "passed" if result.success else "failed"
    if "element_count" not in content:
        return Found(planned, outcome, rows, int(not result.success), observed=content.get("observed_value"))
    return Found(
        planned,
        outcome,
        evaluated=int(content["element_count"]) - int(content.get("missing_count") or 0),
        failed=int(content["unexpected_count"]),
        rows=tuple(int(position) for position in content.get("unexpected_index_list") or ()),
    )


def _raised(info: dict[str, Any]) -> str:
    """The exception of a result in either of the two shapes Great Expectations uses, or an empty text."""
    parts = [info] if "raised_exception" in info else [part for part in info.values() if isinstance(part, dict)]
    for part in parts:
        if part.get("raised_exception"):
            return str(part.get("exception_message") or "unknown error").splitlines()[0]
    return ""


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
