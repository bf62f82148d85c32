"""Verdicts as plain data: they are kept, read back and shown without Great Expectations or pandas."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Gate = Literal["door", "contract", "expectation", "history", "joint", "identity", "release"]
Severity = Literal["critical", "warning", "info"]
Outcome = Literal["passed", "failed", "crashed"]
Scope = Literal["row", "table"]


@dataclass(frozen=True)
class Check:
    """One rule held against one snapshot or table: a row of meta.check."""

    check_id: str
    gate: Gate
    source: str | None
    snapshot: str | None
    rule: str
    expectation: str
    indicator: str | None
    severity: Severity
    outcome: Outcome
    scope: Scope
    evaluated: int
    failed: int
    message_id: str
    message_en: str

    @property
    def refuses(self) -> bool:
        """Whether this verdict keeps the whole snapshot or release out.

        A failed row rule only quarantines rows, but a critical rule that crashed has judged nothing. An identity
        is a finding: the last whole release must not be held up by one publisher's misprint.
        """
        if self.severity != "critical" or self.gate == "identity":
            return False
        return self.outcome == "crashed" or (self.outcome == "failed" and self.scope == "table")

    def message(self, lang: str) -> str:
        """The sentence in `lang` ("id" or "en")."""
        return self.message_en if lang == "en" else self.message_id


@dataclass(frozen=True)
class RowFailure:
    """One figure that a row rule turned down; with severity critical it is quarantined.

    The figure stands as `raw` in `source_column`; the fault as `mend_text` in `mend_column`, which is another
    column where it is the year, the region, the unit or the like that is wrong.
    """

    row_id: int
    source_line: int
    source_column: str
    raw: str
    rule: str
    severity: Severity
    message_id: str
    message_en: str
    mend_column: str
    mend_text: str


@dataclass(frozen=True)
class Judgement:
    """The verdicts of the row rules on one snapshot."""

    checks: list[Check] = field(default_factory=list)
    failures: list[RowFailure] = field(default_factory=list)

    @property
    def quarantined(self) -> frozenset[int]:
        """The row_ids that are kept out."""
        return frozenset(item.row_id for item in self.failures if item.severity == "critical")


@dataclass(frozen=True)
class PreviousEdition:
    """The size of an edition: `rows` tidy rows, and `keys` distinct keys that hold a figure."""

    snapshot: str
    rows: int
    keys: int


def check_id(source: str | None, snapshot: str | None, rule: str, indicator: str | None) -> str:
    """The name of a verdict, equal on every machine for equal input."""
    return "/".join([source or "-", (snapshot or "-")[:12], rule, indicator or "-"])


def refusal(checks: Iterable[Check]) -> Check | None:
    """The first verdict that refuses the whole: a failed critical table rule or a crashed critical rule."""
    return next((check for check in checks if check.refuses), None)


def checks_to_json(checks: Iterable[Check]) -> str:
    """The verdicts as JSON text, one object per line of the list."""
    names = [item.name for item in fields(Check)]
    rows = ({name: getattr(check, name) for name in names} for check in checks)
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def checks_from_json(text: str) -> list[Check]:
    """The verdicts that `checks_to_json` wrote."""
    return [Check(**item) for item in json.loads(text)]


def checks_to_arrow(checks: Iterable[Check]) -> pa.Table:
    """The verdicts as an Arrow table with the columns of meta.check."""
    names = [item.name for item in fields(Check)]
    return _table(({name: getattr(check, name) for name in names} for check in checks), Check)


def failures_to_arrow(failures: Iterable[RowFailure]) -> pa.Table:
    """The row failures as an Arrow table; with no failures it still has all columns and types."""
    return _table((asdict(item) for item in failures), RowFailure)


def failures_from_arrow(table: pa.Table) -> list[RowFailure]:
    """The row failures that `failures_to_arrow` laid out."""
    return [RowFailure(**item) for item in table.to_pylist()]


def _table(rows: Iterable[dict[str, Any]], shape: type) -> pa.Table:
    import pyarrow as pa

    whole = {"row_id", "source_line", "evaluated", "failed"}
    columns = [(item.name, pa.int64() if item.name in whole else pa.string()) for item in fields(shape)]
    return pa.Table.from_pylist(list(rows), schema=pa.schema(columns))
