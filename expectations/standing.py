"""Judging joint.target and joint.peer: every verdict is a known one, every rank possible, every gap explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from catalog.load import Catalog
from catalog.strict import Bilingual
from expectations.messages import crash_message, figure, figure_name, values_passed
from expectations.rules import fill
from expectations.suites import peer_suite, target_suite
from expectations.validation import Found, validate
from expectations.verdict import Check
from expectations.view import floats, texts

Rows = Sequence[Mapping[str, Any]]
KEY = ("indicator", "region_code", "year")


def judge_standing(targets: Rows, peers: Rows, catalog: Catalog) -> list[Check]:
    """Hold the rules on targets and ranks against their rows; any failed critical one stops a release."""
    plans = ((target_view(targets), target_suite()), (peer_view(peers), peer_suite()))
    return [_check(found, view, catalog) for view, plan in plans for found in validate(view, plan)]


def target_view(rows: Rows) -> pd.DataFrame:
    """The rows of joint.target with plain types, those columns that are judged or named."""
    return _view(rows, ("verdict", "null_reason"), ())


def peer_view(rows: Rows) -> pd.DataFrame:
    """The rows of joint.peer with plain types, and `beyond_count`: how far a rank lies outside what can be.

    A rank is at least 1, and leaves room for those tied with it among the regions compared.
    """
    view = _view(rows, ("null_reason",), ("rank", "tied", "comparable"))
    last = view["comparable"] - view["tied"]
    return view.assign(beyond_count=np.maximum(1 - view["rank"], view["rank"] - last))


def _view(rows: Rows, words: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame([dict(row) for row in rows], columns=[*KEY, *words, *numbers])
    plain = {name: texts(frame[name].astype("string")) for name in (*KEY, *words)}
    return pd.DataFrame({**plain, **{name: floats(frame[name]) for name in numbers}})


def _check(found: Found, view: pd.DataFrame, catalog: Catalog) -> Check:
    return found.planned.rule.verdict(
        found.outcome, _message(found, view, catalog), evaluated=found.evaluated, failed=found.failed
    )


def _message(found: Found, view: pd.DataFrame, catalog: Catalog) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return values_passed(rule, found.evaluated)
    row = view.iloc[min(found.rows)]
    key = figure_name(catalog, str(row["indicator"]), row["region_code"], row["year"], None)
    return fill(rule.message, {"key": key, **_values(rule.id, row)})


def _values(rule: str, row: pd.Series) -> dict[str, Bilingual | str | int]:
    if rule == "verdict_known":
        return {"found": str(row["verdict"])}
    if rule == "rank_within_count":
        return {"found": figure(float(row["rank"])), "expected": figure(float(row["comparable"]))}
    return {}
