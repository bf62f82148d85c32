"""What a person does with a drafted contract: answers its questions, and leaves aside what is not wanted."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from catalog.contract import Contract
from catalog.load import Catalog
from expectations.verdict import Check
from flows.staging import judge_tables, stage_snapshot
from sources.store import LogEntry

KNOWN = {"publisher": "BPS", "owner": "BPS", "publication": "Tabel", "id": "uji"}


def answered(
    drafted: str | dict[str, Any],
    measures: Mapping[str, Mapping[str, Any]],
    *,
    period: int = 0,
    ignore: Sequence[str] = (),
    **more: Any,
) -> Contract:
    """The contract once its questions are answered; `drafted` is its text, or what a person made of it.

    `measures` are answers by measure key; a measure without an answer is not wanted, nor are its columns or
    rows. `period` is the year of columns that ask for one; `ignore` are header texts; `more` replaces or
    extends whole keys and tables.
    """
    values = {**(tomllib.loads(drafted) if isinstance(drafted, str) else drafted), **KNOWN}
    unwanted = [item for item in values["measures"] if item["key"] not in measures]
    values["measures"] = [{**item, **measures[item["key"]]} for item in values["measures"] if item["key"] in measures]
    labels = {item["label"]: "skip" for item in unwanted if "label" in item}
    values["rows"] = {**values.get("rows", {}), **more.pop("rows", {})}
    values["rows"]["totals"] = {**values["rows"].get("totals", {}), **labels}
    gone = {item["key"] for item in unwanted}
    values["columns"] = [_column(item, gone, ignore, period) for item in values["columns"]]
    values["expect"] = {**values["expect"], **more.pop("expect", {})}
    values["expect"]["first_year"] = values["expect"]["first_year"] or period or 2000
    for key, value in more.items():
        values[key] = {**values.get(key, {}), **value} if isinstance(value, dict) else value
    return Contract.model_validate(values)


def _column(column: dict[str, Any], gone: set[str], ignore: Sequence[str], period: int) -> dict[str, Any]:
    if column.get("measure") in gone or any(text in ignore for text in column["header"]):
        return {"header": column["header"], "role": "ignore"}
    return {**column, "period": period} if column.get("period") == 0 else column


def checked(
    data: bytes, contract: Contract, catalog: Catalog, folder: Path
) -> tuple[list[Check], list[dict[str, Any]]]:
    """All verdicts on a file, and its tidy rows that are not in quarantine."""
    import pyarrow.parquet as pq

    entry = LogEntry("uji", hashlib.sha256(data).hexdigest(), len(data), "csv", date(2026, 11, 21), "file:uji")
    checks, _, _ = stage_snapshot(data, entry, contract, catalog, folder)
    if not (folder / "tidy.parquet").exists():
        return checks, []
    failures = pq.read_table(folder / "failures.parquet").to_pylist()
    held = {item["row_id"] for item in failures if item["severity"] == "critical"}
    rows = [row for row in pq.read_table(folder / "tidy.parquet").to_pylist() if row["row_id"] not in held]
    return checks + judge_tables(folder, contract, catalog, entry, None), rows
