"""rules.toml and the suites tell one story: every rule is held somewhere, and every message can be filled in."""

from __future__ import annotations

import re
from datetime import date

import pytest
from small_world import contract_with, small_catalog
from support.records import records_with

import expectations.messages
from catalog.load import load_catalog
from catalog.strict import Bilingual
from expectations.door import contract_passed, corrections_check, judge_door
from expectations.rules import Rule, fill, load_rules, placeholders
from expectations.suites import (
    edition_suite,
    evaluation_suite,
    history_suite,
    joint_suite,
    peer_suite,
    record_history_suite,
    record_suite,
    record_table_suite,
    row_suite,
    services_suite,
    table_suite,
    target_suite,
)
from expectations.verdict import PreviousEdition

CATALOG = small_catalog()
CONTRACT = contract_with(
    measures=[
        {"indicator": name, "unit": unit, "precision": [{"decimals": 2}]}
        for name, unit in (("poverty_rate", "percent"), ("grdp", "million_rupiah"))
    ]
)
RECORDS = records_with(
    *("region_code", "data_year", "evaluation_year", "scheme"),
    *("kewilayahan", *load_catalog().records["evaluation"].parts_of("kewilayahan")),
)
RULES = load_rules()
KINDS = {item.kind for item in load_catalog().identities}


def held() -> list[str]:
    """Every rule that some suite or gate holds, in order and without repetition."""
    plans = [
        *row_suite(CONTRACT, CATALOG, date(2026, 11, 21)),
        *table_suite(CONTRACT, CATALOG),
        *history_suite(CONTRACT, PreviousEdition("old", 1, 1)),
        *edition_suite(),
        *record_suite(RECORDS, load_catalog().records["evaluation"], date(2026, 11, 21)),
        *record_table_suite(RECORDS),
        *record_history_suite(RECORDS, PreviousEdition("old", 1, 1)),
        *joint_suite(),
        *target_suite(),
        *peer_suite(),
        *evaluation_suite(),
        *services_suite(),
    ]
    door = judge_door(b"Wilayah;Tahun;Persen\nKota Mojokerto;2023;5,77\n", CONTRACT)
    names = [check.rule for check in (*door, contract_passed(CONTRACT, None), corrections_check((), CONTRACT, None))]
    # The rule of a kind of identity is held under the ids of the identities of that kind.
    kinds = [rule.id for rule in RULES.values() if rule.suite == "identity" and rule.id in KINDS]
    return list(dict.fromkeys([*names, *(planned.rule.id for planned in plans), *kinds]))


def test_every_declared_rule_is_held_and_every_held_rule_is_declared() -> None:
    assert held() == list(RULES)


def test_each_indicator_has_its_own_turn_where_a_rule_asks_for_it() -> None:
    keys = [planned.key for planned in table_suite(CONTRACT, CATALOG)]
    assert len(keys) == len(set(keys))
    assert {"regions_complete/poverty_rate", "regions_complete/grdp", "sectors_complete/grdp"} <= set(keys)
    assert "sectors_complete/poverty_rate" not in keys


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_beyond_the_door_is_a_real_expectation(rule: Rule) -> None:
    from great_expectations.expectations.registry import get_expectation_impl

    if rule.suite in {"door", "contract"}:
        assert rule.expectation == ""
    else:
        assert issubclass(get_expectation_impl(rule.expectation), object)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_both_languages_ask_for_the_same_things_and_only_for_documented_ones(rule: Rule) -> None:
    documented = set(re.findall(r"[a-z_]+", expectations.messages.__doc__ or ""))
    for template in (rule.message, *rule.variants.values()):
        asked = placeholders(template.id)
        assert asked == placeholders(template.en)
        assert asked <= documented
        filled = fill(template, dict.fromkeys(asked, Bilingual(id="satu", en="one")))
        assert not re.search(r"[{}]", filled.id + filled.en)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_message_ends_as_a_sentence_and_says_what_to_do(rule: Rule) -> None:
    if rule.id == "as_contract":
        return
    for template in (rule.message, *rule.variants.values()):
        assert template.id.endswith((".", "{first}"))
        assert template.en.endswith((".", "{first}"))
        assert len(re.findall(r"[.?:}]\s", template.id + " ")) > 1


def test_only_row_rules_quarantine() -> None:
    rows = {"rows", "record"}
    assert {rule.scope for rule in RULES.values() if rule.suite in rows} == {"row"}
    assert {rule.scope for rule in RULES.values() if rule.suite not in rows} == {"table"}
