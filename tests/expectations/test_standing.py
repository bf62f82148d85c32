"""A rank or a verdict that cannot be stops a release and names the figure."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.load import Catalog
from expectations.standing import judge_standing
from expectations.verdict import refusal

TARGET = {
    "indicator": "poverty_rate",
    "region_code": "35.76",
    "year": 2023,
    "verdict": "off_track",
    "null_reason": None,
}
PEER = {
    "indicator": "poverty_rate", "region_code": "35.76", "year": 2025, "rank": 6, "tied": 0, "comparable": 38,
    "null_reason": None,
}  # fmt: skip
UNRANKED = {**PEER, "rank": None, "tied": None, "comparable": 2, "null_reason": "too_few_regions"}
NO_DATA = {**TARGET, "verdict": "no_data", "null_reason": "not_in_sources"}


def failed(catalog: Catalog, targets: list[dict[str, Any]], peers: list[dict[str, Any]]) -> set[str]:
    return {check.rule for check in judge_standing(targets, peers, catalog) if check.outcome != "passed"}


def test_possible_ranks_and_known_verdicts_pass(catalog: Catalog) -> None:
    checks = judge_standing([TARGET, NO_DATA], [PEER, UNRANKED], catalog)
    assert [check.outcome for check in checks] == ["passed"] * 4
    assert refusal(checks) is None
    assert failed(catalog, [], []) == set()


@pytest.mark.parametrize(
    ("targets", "peers", "rule"),
    [
        ([{**TARGET, "verdict": "maybe"}], [PEER], "verdict_known"),
        ([{**NO_DATA, "null_reason": None}], [PEER], "no_data_has_reason"),
        ([TARGET], [{**PEER, "rank": 39}], "rank_within_count"),
        ([TARGET], [{**PEER, "rank": 38, "tied": 1}], "rank_within_count"),
        ([TARGET], [{**PEER, "rank": 0}], "rank_within_count"),
        ([TARGET], [PEER, {**UNRANKED, "null_reason": None}], "unranked_has_reason"),
    ],
)
def test_a_row_that_cannot_be_stops_the_release(
    catalog: Catalog, targets: list[dict[str, Any]], peers: list[dict[str, Any]], rule: str
) -> None:
    checks = judge_standing(targets, peers, catalog)
    stop = refusal(checks)
    assert stop is not None
    assert stop.rule == rule
    assert "Kota Mojokerto" in stop.message_id
    assert failed(catalog, targets, peers) == {rule}
