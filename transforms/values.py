"""Words of joint values: the order of statuses and of evidence, the total of a breakdown, joined sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# Weakest last: a derived value takes the weakest of its inputs.
STATUS_ORDER = ("A", "P", "E", "Q", "M")
EVIDENCE_ORDER = ("publication", "third_party_copy", "press_quote", "inferred")
TOTAL = "_T"


class Source(NamedTuple):
    """What a contract says of all figures of a source: compilation, evidence, example or not, and precedence."""

    family: str
    evidence: str = EVIDENCE_ORDER[0]
    synthetic: bool = False
    rank: int = 50


def joined(texts: Iterable[str]) -> str:
    """Distinct texts, sorted and joined by "; "."""
    return "; ".join(sorted(set(filter(None, texts))))
