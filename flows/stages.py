"""The stages of a night, each callable alone; what is heavy is imported inside the stage that needs it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from catalog.contract import ContractFile
from catalog.load import load_catalog
from catalog.settings import Settings
from catalog.strict import Bilingual, DeclarationError, digest_of
from flows import wording
from flows.code import RELEASING, code_digest
from flows.declared import load_contract_of, load_contracts
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome, SourceState
from flows.salt import salt_of
from flows.secrets import ask_block
from flows.staging import Judged, Staging
from sources.connectors import (
    Delivery,
    Outside,
    RefusedAnswer,
    TerminalFailure,
    TransientFailure,
    Unchanged,
    deliver,
)
from sources.store import SnapshotStore, next_entry

# Holds the inputs' digest of the last night that came to its end.
FINISHED = "finished"
# One for the process: requests to one publisher keep their distance over all sources and threads.
OUTSIDE = Outside(secret_block=ask_block)


def list_sources(settings: Settings) -> list[str]:
    """The ids of all contracts, sorted, those that cannot be read included."""
    contracts, faults = load_contracts(settings)
    return sorted({*contracts, *faults})


def source_title(settings: Settings, source: str, lang: str) -> str:
    """What a source is called in `lang`; its id when its contract cannot be read."""
    found, _ = load_contract_of(settings, source)
    return found.contract.title.get(lang) if found else source


def fetch_source(settings: Settings, source: str) -> FetchOutcome:
    """Fetch one source and keep what is new; raises `TransientFailure` when another try may help.

    A connector that has tried again itself, as often as is polite, is not made to do so once more.
    """
    contract_file, fault = load_contract_of(settings, source)
    if fault or contract_file is None:
        fault = fault or _gone(source)
        return FetchOutcome(source, "refused", message_id=fault.id, message_en=fault.en)
    last = SnapshotStore(settings.data).last_seen(contract_file.contract)
    try:
        answer = deliver(contract_file, last, OUTSIDE)
    except TransientFailure as error:
        if not error.tries:
            raise
        return wording.unreachable(source, error.message, error.tries)
    except TerminalFailure as error:
        state: SourceState = "refused" if isinstance(error, RefusedAnswer) else "unreachable"
        said = wording.fit_for_a_log(error.message)
        return FetchOutcome(source, state, message_id=said.id, message_en=said.en)
    if isinstance(answer, Unchanged):
        return FetchOutcome(source, "unchanged", last.sha256 if last else None)
    outcome = _keep(settings, contract_file, answer)
    if outcome.message_id or not answer.notes:
        return outcome
    told = {lang: " ".join(note.get(lang) for note in answer.notes) for lang in ("id", "en")}
    return replace(outcome, message_id=told["id"], message_en=told["en"])


def _gone(source: str) -> Bilingual:
    """What is said of a contract that somebody took away while the night ran."""
    return Bilingual(
        id=f"kontrak {source}.toml tidak ada lagi di folder sumber", en=f"the contract {source}.toml is no longer there"
    )


def today(settings: Settings) -> date:
    """The date now where the office is; only a new log entry may ask for it."""
    return datetime.now(UTC).astimezone(ZoneInfo(settings.timezone)).date()


def _keep(settings: Settings, contract_file: ContractFile, delivery: Delivery) -> FetchOutcome:
    """Judge bytes at the door, then keep and log them; bytes that hold personal data are logged, not kept.

    The same bytes are judged again where no copy of them stands: what the contract refused it may allow by now,
    and what it once allowed it may refuse.
    """
    from expectations.door import told_of_copy
    from flows.door import judge_at_door

    contract = contract_file.contract
    store = SnapshotStore(settings.data)
    seen = store.entries_of(contract.id)
    entry, known = next_entry(contract, delivery, seen, today(settings))
    state: SourceState = "bundled" if contract.bundled else "unchanged"
    if known is not None and store.holds(known):
        return FetchOutcome(contract.id, state, known.sha256, bundled=contract.bundled)
    door = judge_at_door(delivery.data, contract)
    if door is not None and not door.keeps_bytes:
        told = told_of_copy(door)
        refused = replace(
            entry, outcome="refused", rule=told.rule, message_id=told.message_id, message_en=told.message_en
        )
        if known is not None and refused.says_what(known):
            return FetchOutcome(contract.id, state, known.sha256, bundled=contract.bundled)
        store.keep(refused, None)
        return FetchOutcome(contract.id, "refused", entry.sha256, contract.bundled, told.message_id, told.message_en)
    if known is not None and known.outcome == "kept":
        store.heal(known, delivery.data)
        return FetchOutcome(contract.id, state, known.sha256, bundled=contract.bundled)
    store.keep(entry, delivery.data)
    first_of_bundled = contract.bundled and not seen
    return FetchOutcome(contract.id, "bundled" if first_of_bundled else "new", entry.sha256, contract.bundled)


def read_source(settings: Settings, source: str) -> ReadOutcome:
    """Read one source's snapshots by contract and judge their rows; the results are kept in staging."""
    contract_file, fault = load_contract_of(settings, source)
    if contract_file is None:
        fault = fault or _gone(source)
        return ReadOutcome(source, refused_id=fault.id, refused_en=fault.en)
    judged = judge_source(settings, contract_file)
    if not judged:
        return ReadOutcome(source, refused_id="belum ada berkas", refused_en="no file yet")
    accepted = [item for item in judged if item.refused is None]
    last, newest = (accepted[-1] if accepted else None), judged[-1]
    why = newest.refused
    return ReadOutcome(
        source,
        accepted=last.rows - last.quarantined if last else 0,
        quarantined=last.quarantined if last else 0,
        refused_id=fault.id if fault else (why.message_id if why else ""),
        refused_en=fault.en if fault else (why.message_en if why else ""),
    )


def judge_source(settings: Settings, contract_file: ContractFile) -> list[Judged]:
    """Every snapshot of a source in log order, each judged against what stood before it."""
    return Staging(settings.data, contract_file, load_catalog(settings.catalog)).judge_all()


def inputs_digest(settings: Settings) -> str:
    """A digest of everything a release is a function of: log, contracts, catalog, code, and the maps of its page."""
    contracts, faults = load_contracts(settings)
    # Sources are fetched side by side: only the order within a source means anything.
    log = [
        (entry.source, entry.sha256, str(entry.first_seen), str(entry.published), entry.outcome)
        for entry in sorted(SnapshotStore(settings.data).entries(), key=lambda entry: entry.source)
    ]
    declared = [(item.contract.digest, digest_of(*item.corrections)) for item in contracts.values()]
    catalog = load_catalog(settings.catalog)
    accepted = sorted((item.source, item.sha256) for item in SnapshotStore(settings.data).acceptances())
    broken = sorted((name, fault.en) for name, fault in faults.items())
    salt = salt_of(settings.data, catalog)
    drawn = [hashlib.sha256(path.read_bytes()).hexdigest() for path in settings.boundaries]
    return digest_of(
        log, accepted, declared, broken, catalog.digest, code_digest(RELEASING), *filter(None, [salt, drawn])
    )


def needs_work(settings: Settings) -> bool:
    """Whether the current release is not what the inputs give; cheap, and imports nothing heavy."""
    release = settings.data / "current"
    try:
        known = json.loads((release / "release.json").read_text("utf-8"))["inputs"]["digest"]
        complete = all(
            (release / line.split("  ", 1)[1]).exists()
            for line in (release / "SHA256SUMS").read_text("utf-8").splitlines()
        )
    except (OSError, KeyError, ValueError, IndexError):
        return True
    warehouse, digest = settings.data / "warehouse.duckdb", inputs_digest(settings)
    return not (complete and warehouse.exists() and known == digest == _finished(settings))


def _finished(settings: Settings) -> str:
    """The inputs of the last night that came to its end; one killed after the flip still owes the warehouse, say."""
    path = settings.data / FINISHED
    return path.read_text("utf-8") if path.is_file() else ""


def publish(settings: Settings, fetched: list[FetchOutcome], read: list[ReadOutcome]) -> NightOutcome:
    """Fold the accepted snapshots, compute joint values, write and verify a release, flip the pointer."""
    from flows.publish import publish_release
    from warehouse.disk import put_in_place, temporary_name

    try:
        # Taken before: what changes meanwhile is the next night's work.
        inputs = inputs_digest(settings)
        outcome = publish_release(settings, fetched, read)
        if outcome.exit_code != 1:
            path = settings.data / FINISHED
            aside = temporary_name(path)
            aside.write_text(inputs, "utf-8")
            put_in_place(aside, path)
        return outcome  # noqa: TRY300 - one way out of a night that was published
    except DeclarationError as error:
        from flows.wording import nothing_published

        return nothing_published(error.message.id, error.message.en)


def unchanged_night(settings: Settings, fetched: list[FetchOutcome]) -> NightOutcome:
    """The outcome of a night with nothing new: the release that stands, and what still needs attention."""
    from flows.summary import standing_outcome

    return standing_outcome(settings, fetched)
