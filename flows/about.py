"""The tables about a release: verdicts, quarantine, freshness, changes, earlier nights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.contract import AnyContract, RecordsContract
from catalog.settings import Settings
from expectations.verdict import Check
from flows import ledger
from flows.editions import Standing, editions, failures_of, in_force
from flows.freshness import Attempt, state_of
from flows.staging import Judged
from warehouse.build import Build, load_rows
from warehouse.changes import load_changes
from warehouse.shelf import ReleaseInfo


def load_meta(
    build: Build,
    settings: Settings,
    contracts: Mapping[str, AnyContract],
    judged: Standing,
    joint_checks: list[Check],
    before: ReleaseInfo | None,
    attempts: Mapping[str, Attempt],
) -> None:
    """The tables about the release: verdicts, quarantine, freshness, changes, earlier nights."""
    shown = {source: _shown(items) for source, items in judged.items()}
    checks = [check for items in shown.values() for item in items for check in item.checks]
    load_rows(build, "meta.check", [vars(check) for check in _once([*checks, *joint_checks])])
    load_rows(build, "meta.quarantine", _once_rows(quarantine_rows(shown, contracts)))
    fresh = [freshness_row(items, contracts[name], attempts.get(name)) for name, items in judged.items()]
    load_rows(build, "meta.freshness", fresh)
    load_changes(build, before.path if before else None)
    load_rows(build, "meta.run", [run_row(line) for line in ledger.runs(settings)])


def _shown(items: list[Judged]) -> list[Judged]:
    """The edition in force and, where it was refused, the newest one."""
    last = in_force(items)
    newest = items[-1] if items and items[-1].refused is not None else None
    return [item for item in (last, newest) if item is not None]


def _once(checks: Iterable[Check]) -> list[Check]:
    return list({check.check_id: check for check in checks}.values())


def _once_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({tuple(row.values()): row for row in rows}.values())


# Where a fault stands is for the owner of the file; this table is of the figures held back, and its messages say where.
TO_MEND = {"mend_column", "mend_text"}


def quarantine_rows(shown: Standing, contracts: Mapping[str, AnyContract]) -> Iterable[dict[str, Any]]:
    """One row per figure or record held back, with its place and what to do.

    What a record says is not published: its text stands only in the sheet for the owner of the file.
    """
    for source, items in shown.items():
        for item in items:
            for failure in failures_of(item):
                if failure.severity == "critical":
                    yield {
                        "source": source,
                        "snapshot": item.entry.sha256,
                        "file": contracts[source].connector.file_of(item.entry.url),
                        **{name: told for name, told in vars(failure).items() if name not in TO_MEND},
                        **({"raw": ""} if isinstance(contracts[source], RecordsContract) else {}),
                    }


def freshness_row(items: list[Judged], contract: AnyContract, attempt: Attempt | None) -> dict[str, Any]:
    """The state of one source, told from what its files are and how its last fetch ended."""
    last = in_force(items)
    newest = items[-1] if items else None
    refused = newest if newest is not None and newest.refused is not None else None
    why = refused.refused if refused else attempt
    vintage = editions(items, contract)[-1].vintage if last else None
    return {
        "source": contract.id,
        "state": state_of(attempt, bundled=contract.bundled, refused=refused is not None),
        "bundled": contract.bundled,
        "snapshot": last.entry.sha256 if last else None,
        "first_seen": last.entry.first_seen if last else None,
        "vintage": vintage,
        "last_year": _last_year(last) if last else None,
        "refused_snapshot": refused.entry.sha256 if refused else None,
        "refused_first_seen": refused.entry.first_seen if refused else None,
        "reason_id": (why.message_id or None) if why else None,
        "reason_en": (why.message_en or None) if why else None,
    }


def _last_year(item: Judged) -> int | None:
    years = pq.read_table(item.folder / "tidy.parquet", columns=["year"])["year"]
    last: int | None = pc.max(years).as_py()
    return last


def run_row(line: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the ledger as a row of meta.run; times become UTC without a zone."""
    times = {
        name: datetime.fromisoformat(line[name]).astimezone(UTC).replace(tzinfo=None)
        for name in ("started_at", "finished_at")
    }
    kept = {name: line.get(name) for name in ("exit_code", "changed", "sources", "accepted", "quarantined")}
    return {**times, **kept, "release_id": line.get("release")}
