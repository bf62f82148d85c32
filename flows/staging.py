"""The staging cache: tidy rows and verdicts of every snapshot, and the order in which they were judged.

Everything here is a function of the snapshot log, the contract, the catalog and the code; delete the folder
and it comes back the same.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog.contract import AnyContract, Contract, ContractFile, RecordsContract
from catalog.corrections import Correction
from catalog.load import Catalog
from catalog.strict import Bilingual, digest_of
from expectations.verdict import Check, PreviousEdition, check_id, checks_from_json, checks_to_json, refusal
from flows.code import READING, code_digest
from flows.seal import is_whole, read_sealed, write_sealed, write_sums
from sources.store import LogEntry, SnapshotCorrupt, SnapshotStore

if TYPE_CHECKING:
    import pandas as pd

    from expectations.verdict import Judgement, RowFailure

    Rows = tuple[pd.DataFrame, list[RowFailure]]


class Staged(NamedTuple):
    """What staging a snapshot gives: verdicts, sizes, and its tidy rows with their failures if it could be read."""

    checks: list[Check]
    stats: dict[str, int]
    rows: Rows | None = None


@dataclass(frozen=True)
class Judged:
    """One snapshot of a source as it was judged: against its contract, and against what stood before it.

    `refused` is the verdict that keeps it out of the accepted set, or None. `folder` holds tidy.parquet and
    failures.parquet when the file could be read at all.
    """

    entry: LogEntry
    position: int
    folder: Path
    rows: int
    quarantined: int
    checks: tuple[Check, ...]
    refused: Check | None


class Staging:
    """Reads and judges the snapshots of one source in log order, each result kept under its inputs' digest."""

    def __init__(self, data: Path, contract_file: ContractFile, catalog: Catalog) -> None:
        self._root = data / "staging"
        self._store = SnapshotStore(data)
        self._accepted = {(item.source, item.sha256) for item in self._store.acceptances()}
        self._contract = contract_file.contract
        self._corrections = contract_file.corrections
        self._catalog = catalog

    def judge_all(self) -> list[Judged]:
        """Every snapshot of the source in log order, judged against the last accepted one before it."""
        judged: list[Judged] = []
        previous: Judged | None = None
        for position, entry in self._store.placed(self._contract.id):
            item = self._judge(entry, position, previous)
            judged.append(item)
            if item.refused is None:
                previous = item
        return judged

    def waiting(self) -> int:
        """The size of the kept snapshots that are not read yet, in bytes."""
        entries = self._store.entries_of(self._contract.id)
        kept = (entry for entry in entries if entry.outcome == "kept" and not is_whole(self._folder(entry)))
        return sum(entry.bytes for entry in kept)

    def _judge(self, entry: LogEntry, position: int, previous: Judged | None) -> Judged:
        if entry.outcome == "refused":
            check = door_refusal(entry)
            return Judged(entry, position, self._root, 0, 0, (check,), check)
        if entry.synthetic and not self._contract.synthetic:
            check = example_refusal(entry, self._contract)
            return Judged(entry, position, self._root, 0, 0, (check,), check)
        folder, rows = self._folder(entry), None
        if not is_whole(folder):
            try:
                rows = self._fill(entry, folder, self._store.read(entry))
            except (FileNotFoundError, SnapshotCorrupt):
                check = broken_snapshot(entry, self._contract)
                return Judged(entry, position, folder, 0, 0, (check,), check)
        checks = checks_from_json((folder / "checks.json").read_text("utf-8"))
        stats = json.loads((folder / "stats.json").read_text("utf-8"))
        refused = refusal(checks)
        if refused is None:
            checks += self._history(entry, folder, previous, rows)
            refused = refusal(check for check in checks if not self._overruled(check, entry))
        return Judged(entry, position, folder, stats["rows"], stats["quarantined"], tuple(checks), refused)

    def _overruled(self, check: Check, entry: LogEntry) -> bool:
        """Whether an operator has accepted the snapshot against what history says; no other gate is overruled."""
        return check.gate == "history" and (entry.source, entry.sha256) in self._accepted

    def _folder(self, entry: LogEntry) -> Path:
        parts = (entry.sha256, str(entry.first_seen), self._contract.digest, digest_of(*self._corrections))
        contract, catalog = self._contract, self._catalog
        if isinstance(contract, RecordsContract):
            declared = catalog.digest_for_record(contract.record)
        else:
            declared = catalog.digest_for(contract.indicators)
        shared = (declared, code_digest(READING))
        return self._root / digest_of(*parts, *shared)[:32]

    def _fill(self, entry: LogEntry, folder: Path, data: bytes) -> Rows | None:
        """Read and judge one snapshot into its folder, whole or not at all; another process may be at the same."""
        from expectations.door import told_of_copy

        # A process id is no name: workers on other machines may have the same one.
        aside = folder.with_name(f".{folder.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        aside.mkdir(parents=True)
        checks, stats, rows = stage_snapshot(data, entry, self._contract, self._catalog, aside, self._corrections)
        checks = [told_of_copy(check, kept=entry.sha256) if check.outcome == "failed" else check for check in checks]
        (aside / "stats.json").write_text(json.dumps(stats), "utf-8")
        (aside / "checks.json").write_text(checks_to_json(checks), "utf-8")
        write_sums(aside)
        if is_whole(folder):
            shutil.rmtree(aside)
            return rows
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
        return rows

    def _history(self, entry: LogEntry, folder: Path, previous: Judged | None, rows: Rows | None) -> list[Check]:
        """Table rules and history rules, kept beside the rows under the edition they were held against.

        The other edition's folder is a digest of all that its rows come from, so it names what was compared.
        """
        path = folder / f"table-{previous.folder.name[:16] if previous else 'first'}.json"
        known = read_sealed(path)
        if known is None:
            before = self._as_previous(previous) if previous else None
            checks = judge_tables(
                folder, self._contract, self._catalog, entry, before, previous.folder if previous else None, rows
            )
            known = checks_to_json(checks)
            write_sealed(path, known)
        return checks_from_json(known)

    def _as_previous(self, item: Judged) -> PreviousEdition:
        stats = json.loads((item.folder / "stats.json").read_text("utf-8"))
        return PreviousEdition(snapshot=item.entry.sha256, rows=stats["rows"], keys=stats["keys"])


def door_refusal(entry: LogEntry) -> Check:
    """The verdict on a file of which no copy was kept."""
    return Check(
        check_id=check_id(entry.source, entry.sha256, entry.rule, None),
        gate="door",
        source=entry.source,
        snapshot=entry.sha256,
        rule=entry.rule,
        expectation="",
        indicator=None,
        severity="critical",
        outcome="failed",
        scope="table",
        evaluated=1,
        failed=1,
        message_id=entry.message_id,
        message_en=entry.message_en,
    )


def example_refusal(entry: LogEntry, contract: AnyContract) -> Check:
    """The verdict on an example under a contract that is no longer one of examples: it never becomes a real file."""
    from expectations.door import contract_refusal

    message = Bilingual(
        id="berkas ini contoh buatan proyek, sedangkan kontraknya bukan lagi contoh; arahkan 'connector' ke berkas "
        "kantor, atau kembalikan synthetic = true",
        en="this file is an example made by the project, but its contract is no longer one of examples; point "
        "'connector' at the office's file, or put synthetic = true back",
    )
    return contract_refusal(message, contract, entry.sha256)


def _no_year(contract: AnyContract, entry: LogEntry) -> Bilingual:
    """Under such a contract no year is possible, so that there is nothing to hold the figures against."""
    first, came = contract.expect.first_year, entry.first_seen.year
    return Bilingual(
        id=f"menurut kontrak tahun pertamanya {first}, padahal berkas ini terlihat pada {came}. Perbaiki "
        "expect.first_year di kontrak.",
        en=f"by the contract its first year is {first}, but this file was seen in {came}. Mend expect.first_year in "
        "the contract.",
    )


def stage_snapshot(
    data: bytes,
    entry: LogEntry,
    contract: AnyContract,
    catalog: Catalog,
    folder: Path,
    corrections: Sequence[Correction] = (),
) -> Staged:
    """Door, contract and row rules on one snapshot; tidy rows and failures are written into `folder`."""
    from expectations.door import contract_refusal
    from flows.door import judge_at_door
    from flows.record_staging import stage_records
    from transforms.mismatch import ContractMismatch, without_cells
    from transforms.read import read_table

    nothing = {"rows": 0, "keys": 0, "quarantined": 0}
    door = judge_at_door(data, contract, entry.sha256)
    if door is not None:
        return Staged([door], nothing)
    if contract.expect.first_year > entry.first_seen.year:
        return Staged([contract_refusal(_no_year(contract, entry), contract, entry.sha256)], nothing)
    try:
        table = read_table(data, contract)
    except ContractMismatch as error:
        told = without_cells(error) if isinstance(contract, RecordsContract) else error.message
        return Staged([contract_refusal(told, contract, entry.sha256)], nothing)
    if isinstance(contract, RecordsContract):
        return Staged(*stage_records(table, entry, contract, catalog, folder))
    return _stage_rows(table, entry, contract, catalog, folder, corrections)


def _stage_rows(
    table: Any,
    entry: LogEntry,
    contract: Contract,
    catalog: Catalog,
    folder: Path,
    corrections: Sequence[Correction],
) -> Staged:
    import pyarrow.parquet as pq

    from expectations.door import contract_passed, corrections_check
    from expectations.judge import judge_rows
    from expectations.verdict import failures_to_arrow
    from expectations.view import edition_size
    from transforms.corrections import correct
    from transforms.tidy import as_frame, rows_left_aside, tidy_table, write_tidy

    whole = tidy_table(table, contract, catalog)
    tidied = as_frame(whole)
    corrected = correct(tidied, corrections, contract, catalog)
    frame = corrected.rows
    judgement: Judgement = judge_rows(frame, contract, catalog, entry.sha256, entry.first_seen)
    write_tidy(whole if frame is tidied else frame, folder / "tidy.parquet")
    pq.write_table(failures_to_arrow(judgement.failures), folder / "failures.parquet")
    size = edition_size(frame, entry.sha256)
    stats = {"rows": size.rows, "keys": size.keys, "quarantined": len(judgement.quarantined)}
    checks = [contract_passed(contract, entry.sha256, rows_left_aside(table, tidied))]
    if corrections:
        checks.append(corrections_check(corrected.obsolete, contract, entry.sha256))
    return Staged([*checks, *judgement.checks], stats, (frame, judgement.failures))


def judge_tables(
    folder: Path,
    contract: AnyContract,
    catalog: Catalog,
    entry: LogEntry,
    previous: PreviousEdition | None,
    previous_folder: Path | None = None,
    rows: Rows | None = None,
) -> list[Check]:
    """Table rules of a staged snapshot, and its figures held against those of the last accepted edition.

    `rows` are what stands in its folder, where they are still at hand.
    """
    from expectations.edition import judge_edition
    from expectations.judge import judge_table
    from flows.record_staging import judge_staged_records

    if isinstance(contract, RecordsContract):
        return judge_staged_records(folder, contract, entry, previous)
    frame, failures = rows or _staged(folder)
    checks = judge_table(frame, failures, contract, catalog, entry.sha256, previous)
    before = _sound(*_staged(previous_folder)) if previous_folder else None
    return checks + judge_edition(_sound(frame, failures), before, contract, catalog, entry.sha256)


def _staged(folder: Path) -> Rows:
    """The tidy rows of a staging folder and what the row rules found in them."""
    import pyarrow.parquet as pq

    from expectations.verdict import failures_from_arrow
    from transforms.tidy import to_pandas

    failures = failures_from_arrow(pq.read_table(folder / "failures.parquet"))
    return to_pandas(pq.read_table(folder / "tidy.parquet")), failures


def _sound(frame: pd.DataFrame, failures: list[RowFailure]) -> pd.DataFrame:
    """The rows that are not in quarantine."""
    held = {item.row_id for item in failures if item.severity == "critical"}
    return frame[~frame["row_id"].isin(list(held))].reset_index(drop=True)


def broken_snapshot(entry: LogEntry, contract: AnyContract) -> Check:
    """The verdict on a snapshot whose bytes are no longer what was kept."""
    from expectations.door import contract_refusal

    short = entry.sha256[:12]
    message = Bilingual(
        id=f"salinan {short} rusak atau hilang di disk; pulihkan dari cadangan atau ambil ulang berkasnya",
        en=f"the kept copy {short} is damaged or gone; restore it from a backup or fetch the file again",
    )
    return contract_refusal(message, contract, entry.sha256)
