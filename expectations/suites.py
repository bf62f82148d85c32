"""Suites made from rules, catalog and contract: which expectation, with which arguments, on which rows.

A plan is plain data, so that it can be listed and tested without Great Expectations; validation.py runs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any, get_args

from catalog.contract import Contract, RecordsContract, Status
from catalog.identities import AnyIdentity
from catalog.load import Catalog
from catalog.models import Indicator
from catalog.records import RecordField, RecordType
from catalog.targets import VERDICTS
from expectations.rules import Rule, Suite, rules_of
from expectations.verdict import PreviousEdition

TOTAL = "_T"
Parameters = dict[str, Any]


@dataclass(frozen=True)
class Planned:
    """One expectation to be held: a rule with its parameters filled in, for all rows or one indicator."""

    rule: Rule
    arguments: Mapping[str, Any]
    where: Mapping[str, Any]
    indicator: str | None = None
    field: str | None = None

    @property
    def key(self) -> str:
        """Tells the planned expectations of one suite apart."""
        return f"{self.rule.id}/{self.indicator or self.field or '-'}"


def row_suite(contract: Contract, catalog: Catalog, first_seen: date) -> list[Planned]:
    """The row rules for one snapshot of a contract, which came on `first_seen`."""
    parameters: Parameters = {
        "first_year": contract.expect.first_year,
        "last_year": first_seen.year,
        "expected_regions": sorted(contract.expect.regions),
        "statuses": list(get_args(Status)),
    }
    return _plan("rows", parameters, _per_indicator(contract.indicators, contract, catalog))


def table_suite(contract: Contract, catalog: Catalog) -> list[Planned]:
    """The rules on a snapshot as a whole."""
    parameters: Parameters = {
        "at_least": contract.rows.at_least,
        "max_quarantine": contract.expect.max_quarantine,
    }
    return _plan("table", parameters, _per_indicator(contract.indicators, contract, catalog))


def history_suite(contract: Contract, previous: PreviousEdition) -> list[Planned]:
    """The rules that compare an edition with the last accepted one."""
    share = contract.expect.min_share_of_last
    parameters: Parameters = {"least_rows": ceil(share * previous.rows), "least_keys": ceil(share * previous.keys)}
    return _plan("history", parameters, {})


def record_suite(contract: RecordsContract, kind: RecordType, first_seen: date) -> list[Planned]:
    """The row rules for one file of records, which came on `first_seen`; columns as in expectations/records.py."""
    held = {column.field for column in contract.columns if column.field} | set(contract.values)
    if any(column.role == "region_name" for column in contract.columns):
        held.add(kind.region.name)
    turns = {
        "field": {item.name: _of_field(item, kind, held) for item in kind.fields if item.name in held or item.required},
        "pair": {
            pair.name: {"apart": pair.name, "low": pair.min, "high": pair.max}
            for pair in kind.apart
            if {pair.first, pair.second} <= held
        },
    }
    shared: Parameters = {
        "first_year": contract.expect.first_year,
        "last_year": first_seen.year,
    }
    plan = []
    for rule in rules_of("record"):
        own: dict[str, Parameters] = turns[rule.each] if rule.each else {"": {}}
        for name, parameters in own.items():
            planned = _planned(rule, {**shared, **parameters}, None)
            if planned:
                plan.append(replace(planned, field=name or None))
    return plan


def _of_field(item: RecordField, kind: RecordType, held: Collection[str]) -> Parameters:
    """What the rules ask of one field; None where a rule has nothing to ask."""
    bounded = item.min is not None or item.max is not None
    readable = item.type not in {"code", "region", "text"}
    parts = [name for name in kind.parts_of(item.name) if name in held]
    whole = parts and len(parts) == len(kind.parts_of(item.name))
    return {
        "required": f"{item.name}__given" if item.required else None,
        "unread": f"{item.name}__unread" if readable else None,
        "coded": item.name if item.type == "code" else None,
        "codes": [code.code for code in item.codes] if item.type == "code" else None,
        "bounded": item.name if bounded else None,
        "low": None if item.min is None else float(item.min),
        "high": None if item.max is None else float(item.max),
        "beyond_parts": f"{item.name}__parts" if whole else None,
    }


def record_table_suite(contract: RecordsContract) -> list[Planned]:
    """The rules on a file of records as a whole."""
    parameters: Parameters = {
        "at_least": contract.rows.at_least,
        "max_quarantine": contract.expect.max_quarantine,
    }
    return _plan("record_table", parameters, {})


def record_history_suite(contract: RecordsContract, previous: PreviousEdition) -> list[Planned]:
    """The rule that compares a file of records with the last accepted one; a file that only adds may be shorter."""
    if contract.edition == "adds":
        return []
    return _plan("record_history", {"least_keys": ceil(contract.expect.min_share_of_last * previous.keys)}, {})


def evaluation_suite() -> list[Planned]:
    """The rules on the rows of joint.kelurahan_evaluation and its counts."""
    return _plan("evaluation", {}, {})


def services_suite() -> list[Planned]:
    """The rules on the tables of programmes, facilities and complaints: each speaks of its own comparisons."""
    planned = (_planned(rule, {"rule": rule.id}, None) for rule in rules_of("services"))
    return [item for item in planned if item]


def joint_suite() -> list[Planned]:
    """The rules on the joint table; what they need of the catalog stands beside each value (joint.py)."""
    return _plan("joint", {}, {})


def target_suite() -> list[Planned]:
    """The rules on the rows of joint.target."""
    return _plan("target", {"verdicts": list(VERDICTS)}, {})


def peer_suite() -> list[Planned]:
    """The rules on the rows of joint.peer."""
    return _plan("peer", {}, {})


def identity_suite(identities: Iterable[AnyIdentity], suite: Suite = "identity") -> list[Planned]:
    """One expectation per identity: the rule of its kind under the identity's own id, severity and label."""
    kinds = {rule.id: rule for rule in rules_of("identity")}
    plan = []
    for item in identities:
        own = {"id": item.id, "suite": suite, "severity": item.severity, "label": item.label}
        plan.append(_planned(kinds[item.kind].model_copy(update=own), {"identity": item.id}, None))
    return [planned for planned in plan if planned]


def edition_suite() -> list[Planned]:
    """The rules that hold the figures of an edition against those of the last accepted one."""
    plan = [_planned(rule, {"identity": rule.id}, None) for rule in rules_of("edition")]
    return [planned for planned in plan if planned]


def _per_indicator(names: list[str], contract: Contract, catalog: Catalog) -> dict[str, Parameters]:
    regions = len(set(contract.expect.regions)) if contract.expect.complete else None
    return {
        name: {
            **_bounds(catalog.indicators[name]),
            "region_count": regions,
            "code_count": code_count(catalog.indicators[name], catalog),
        }
        for name in names
    }


def _bounds(indicator: Indicator) -> Parameters:
    return {"indicator": indicator.id, "low": indicator.bounds.min, "high": indicator.bounds.max}


def code_count(indicator: Indicator, catalog: Catalog) -> int | None:
    """How many parts make the total of an indicator whose total comes from a breakdown."""
    if not indicator.total_from:
        return None
    return sum(1 for item in catalog.breakdowns[indicator.total_from].codes if item.code != TOTAL)


def _plan(suite: Suite, parameters: Parameters, per_indicator: dict[str, Parameters]) -> list[Planned]:
    plan: list[Planned] = []
    for rule in rules_of(suite):
        turns: list[tuple[str | None, Parameters]] = [*per_indicator.items()] if rule.each else [(None, {})]
        for indicator, own in turns:
            planned = _planned(rule, {**parameters, **own}, indicator)
            if planned:
                plan.append(planned)
    return plan


def _planned(rule: Rule, parameters: Parameters, indicator: str | None) -> Planned | None:
    """The rule with its parameters, or None when nothing of what it asks for is declared."""
    asked = [text[1:] for text in rule.arguments.values() if isinstance(text, str) and text.startswith("=")]
    if asked and all(parameters[name] is None for name in asked):
        return None
    arguments = {name: _resolved(value, parameters) for name, value in rule.arguments.items()}
    where = {column: _resolved(text, parameters) for column, text in rule.where.items()}
    return Planned(rule, arguments, where, indicator)


def _resolved(value: Any, parameters: Parameters) -> Any:
    return parameters[value[1:]] if isinstance(value, str) and value.startswith("=") else value
