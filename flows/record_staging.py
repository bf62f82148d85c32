"""Staging of records: typed rows and verdicts of one file of records, as flows/staging.py does it for figures."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from catalog.contract import RecordsContract
from catalog.load import Catalog
from expectations.door import contract_passed
from expectations.records import judge_record_table, judge_records
from expectations.verdict import Check, PreviousEdition, failures_from_arrow, failures_to_arrow
from sources.store import LogEntry
from transforms.read import Table
from transforms.records import record_rows


def stage_records(
    table: Table, entry: LogEntry, contract: RecordsContract, catalog: Catalog, folder: Path
) -> tuple[list[Check], dict[str, int]]:
    """Row rules on one file of records; its typed rows and failures are written into `folder`."""
    found = record_rows(table, contract, catalog)
    judgement = judge_records(found.rows, found.texts, contract, catalog, entry.sha256, entry.first_seen)
    pq.write_table(found.rows, folder / "tidy.parquet")
    pq.write_table(failures_to_arrow(judgement.failures), folder / "failures.parquet")
    count = found.rows.num_rows
    stats = {"rows": count, "keys": count, "quarantined": len(judgement.quarantined)}
    return [contract_passed(contract, entry.sha256, table.skipped), *judgement.checks], stats


def judge_staged_records(
    folder: Path, contract: RecordsContract, entry: LogEntry, previous: PreviousEdition | None
) -> list[Check]:
    """Table rules of a staged file of records, held also against the last accepted one."""
    failures = failures_from_arrow(pq.read_table(folder / "failures.parquet"))
    return judge_record_table(pq.read_table(folder / "tidy.parquet"), failures, contract, entry.sha256, previous)
