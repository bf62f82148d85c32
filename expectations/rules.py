"""The rules as declared in rules.toml: what is checked, how severe it is, and what an operator reads."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from pydantic import Field

from catalog.strict import Bilingual, Declared, explain_errors
from expectations.verdict import Check, Gate, Outcome, Scope, Severity, check_id

FILE = Path(__file__).with_name("rules.toml")
SHORT = 12
Suite = Literal[
    "door", "contract", "rows", "table", "history", "edition", "record", "record_table", "record_history", "joint",
    "target", "peer", "evaluation", "services", "identity",
]  # fmt: skip
ROW_SUITES = ("rows", "record")
GATES: dict[Suite, Gate] = {
    "door": "door",
    "contract": "contract",
    "rows": "expectation",
    "table": "expectation",
    "history": "history",
    "edition": "history",
    "record": "expectation",
    "record_table": "expectation",
    "record_history": "history",
    "joint": "joint",
    "target": "joint",
    "peer": "joint",
    "evaluation": "joint",
    "services": "joint",
    "identity": "identity",
}


class Rule(Declared):
    """One rule.

    `arguments` are those of the Great Expectations type `expectation`; a text "=name" stands for a
    parameter taken from contract and catalog. `where` narrows the rows: a column is "null", or equals
    a parameter. With `each` the rule is held against every indicator, field or pair of fields on its own.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    suite: Suite
    severity: Severity
    expectation: str = ""
    arguments: dict[str, Any] = {}
    where: dict[str, str] = {}
    each: Literal["indicator", "field", "pair"] | None = None
    keeps_bytes: bool = True
    label: Bilingual
    message: Bilingual
    variants: dict[str, Bilingual] = {}

    @property
    def gate(self) -> Gate:
        """The gate of DESIGN section 7 at which the rule stands."""
        return GATES[self.suite]

    @property
    def scope(self) -> Scope:
        """A row rule quarantines rows; any other refuses the whole."""
        return "row" if self.suite in ROW_SUITES else "table"

    def template(self, variant: str | None) -> Bilingual:
        """The message for a variant of the failure, or the rule's own."""
        return self.variants.get(variant or "", self.message)

    def verdict(
        self,
        outcome: Outcome,
        message: Bilingual,
        *,
        source: str | None = None,
        snapshot: str | None = None,
        indicator: str | None = None,
        field: str | None = None,
        evaluated: int = 1,
        failed: int = 0,
    ) -> Check:
        """The verdict of this rule; a failure against history also tells the operator how to overrule it.

        A rule on records is held field by field: `field` tells its verdicts apart.
        """
        if outcome == "failed" and self.gate == "history" and self.severity == "critical" and snapshot:
            message = with_operator(message, "history", snapshot)
        return Check(
            check_id=check_id(source, snapshot, self.id, indicator or field),
            gate=self.gate,
            source=source,
            snapshot=snapshot,
            rule=self.id,
            expectation=self.expectation,
            indicator=indicator,
            severity=self.severity,
            outcome=outcome,
            scope=self.scope,
            evaluated=evaluated,
            failed=failed,
            message_id=message.id,
            message_en=message.en,
        )


@lru_cache(maxsize=1)
def load_rules() -> dict[str, Rule]:
    """All rules by id, in the order of the file; raises `DeclarationError` when the file has a fault."""
    values = tomllib.loads(FILE.read_text("utf-8"))
    rules: dict[str, Rule] = {}
    for item in values["rule"]:
        with explain_errors(f"{FILE.name}, [[rule]] {item.get('id')}", Rule):
            rule = Rule.model_validate(item)
        rules[rule.id] = rule
    return rules


@lru_cache(maxsize=1)
def operator_words() -> dict[str, Bilingual]:
    """What only the operator can do, by case; the templates ask for {snapshot}."""
    values = tomllib.loads(FILE.read_text("utf-8"))["operator"]
    return {case: Bilingual.model_validate(item) for case, item in values.items()}


def with_operator(message: Bilingual, case: str, snapshot: str) -> Bilingual:
    """A message with what the operator can do about it; `snapshot` is named by the digits that a verb asks for."""
    told = fill(operator_words()[case], {"snapshot": snapshot[:SHORT]})
    return Bilingual(id=f"{message.id} {told.id}", en=f"{message.en} {told.en}")


def for_owner(check: Check) -> Bilingual:
    """A verdict in the words of the data owner, who has no command to run."""
    message = Bilingual(id=check.message_id, en=check.message_en)
    for template in operator_words().values():
        told = fill(template, {"snapshot": (check.snapshot or "")[:SHORT]})
        message = Bilingual(id=message.id.removesuffix(f" {told.id}"), en=message.en.removesuffix(f" {told.en}"))
    return message


def rules_of(suite: Suite) -> list[Rule]:
    """The rules of one suite, in declared order."""
    return [rule for rule in load_rules().values() if rule.suite == suite]


def fill(template: Bilingual, values: dict[str, Bilingual | str | int]) -> Bilingual:
    """A message template with its placeholders filled in, in both languages."""
    return Bilingual(id=template.id.format_map(_in("id", values)), en=template.en.format_map(_in("en", values)))


@lru_cache(maxsize=256)
def placeholders(template: str) -> frozenset[str]:
    """The names that a message template asks for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def _in(lang: str, values: dict[str, Bilingual | str | int]) -> dict[str, str | int]:
    return {name: item.get(lang) if isinstance(item, Bilingual) else item for name, item in values.items()}
