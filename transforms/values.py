"""One value of an indicator with all that must travel with it: range, status, method, evidence, inputs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

STATUS_ORDER = ("A", "P", "E", "Q", "M")
EVIDENCE_ORDER = ("publication", "third_party_copy", "press_quote", "inferred")
TOTAL = "_T"


class Input(NamedTuple):
    """One figure that went into a value, and the part it played (`part`, `numerator`, `denominator` ...)."""

    role: str
    indicator: str
    region: str
    year: int
    breakdown: str
    value: float | None
    observation_id: str | None


class Value(NamedTuple):
    """A published or derived value of (indicator, region, year, breakdown), in the canonical unit.

    `low` and `high` are the range that the rounding of the published inputs allows; they say nothing about
    sampling error. A `value` of None has a `null_reason`.
    """

    indicator: str
    region: str
    year: int
    breakdown: str
    value: float | None
    low: float | None
    high: float | None
    status: str
    method: str
    exactness: str
    coverage: str
    source: str
    family: str
    evidence: str
    synthetic: bool
    vintage: date
    break_flag: bool = False
    null_reason: str | None = None
    observation_id: str | None = None
    inputs: tuple[Input, ...] = ()

    def as_input(self, role: str) -> tuple[Input, ...]:
        """This value as an input of another: itself when published, else the published figures behind it."""
        if self.inputs:
            return tuple(item._replace(role=role) for item in self.inputs)
        own = Input(role, self.indicator, self.region, self.year, self.breakdown, self.value, self.observation_id)
        return (own,)


def weakest_status(values: Iterable[Value]) -> str:
    """The weakest status among inputs: M > Q > E > P > A."""
    return max((item.status for item in values), key=STATUS_ORDER.index, default="M")


def weakest_evidence(values: Iterable[Value]) -> str:
    """The weakest evidence among inputs: inferred > press quote > third-party copy > publication."""
    return max((item.evidence for item in values), key=EVIDENCE_ORDER.index, default="inferred")


def joined(texts: Iterable[str]) -> str:
    """Distinct texts, sorted and joined by "; "."""
    return "; ".join(sorted(set(filter(None, texts))))
