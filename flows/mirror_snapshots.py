"""Which of the publishers' files may lie in a mirror, and bringing them there; they are never sent twice.

A release has its small counts left out; the file that they came from has not. So the files that leave the office are
those that somebody has published already: figures with a publication, a copy of one or the press behind them, none of
them sensitive. Lists of an office (records) and files without a readable contract stay, whatever they hold.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from catalog.contract import AnyContract, RecordsContract
from catalog.load import load_catalog
from catalog.settings import Settings
from flows.declared import load_contracts
from flows.mirror_refusals import PublishRefused, arrived_wrong
from flows.mirror_store import Part, Store, part_of
from sources.store import LogEntry, SnapshotCorrupt, SnapshotStore
from transforms.suppression_scheme import PRINTED_EVIDENCE, Scheme

FOLDER, LOG = "snapshots", "log.jsonl"
# Open: what is published already. All: a private store, which holds what this folder holds.
Choice = Literal["open", "all", "none"]


@dataclass(frozen=True)
class Chosen:
    """The files that go, by name, with the lines of the log that tell of them; and those that stay."""

    entries: Mapping[str, LogEntry]
    log: bytes
    withheld: Mapping[str, LogEntry]


@dataclass(frozen=True)
class SentSnapshots:
    """How bringing them went: counts of files, the sources that stay, what is damaged here or lies there wrongly."""

    sent: int = 0
    present: int = 0
    bytes: int = 0
    withheld: Mapping[str, int] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()


def choose_snapshots(settings: Settings, choice: Choice) -> Chosen:
    """Which kept files a mirror may hold under `choice`; bytes that two sources gave go only if both may."""
    store = SnapshotStore(settings.data)
    # The log first: what it tells of is kept already, and a night may be adding to both.
    log = store.log_path.read_bytes() if store.log_path.is_file() else b""
    kept = [entry for entry in store.entries() if entry.outcome == "kept"]
    may = {entry.source for entry in kept} if choice == "all" else open_sources(settings)
    held = {store.path_of(entry).name: entry for entry in kept if entry.source not in may}
    going = {store.path_of(entry).name: entry for entry in kept if choice != "none"}
    going = {name: entry for name, entry in going.items() if name not in held}
    lines = log[: log.rfind(b"\n") + 1]
    return Chosen(going, lines if choice == "all" else _lines_of(lines, set(going)), held)


def open_sources(settings: Settings) -> set[str]:
    """The sources whose files hold nothing that is not published already."""
    sensitive = Scheme(load_catalog(settings.catalog)).indicators
    contracts, _ = load_contracts(settings)
    return {source for source, item in contracts.items() if _is_open(item.contract, sensitive)}


def _is_open(contract: AnyContract, sensitive: frozenset[str]) -> bool:
    if isinstance(contract, RecordsContract) or contract.personal_data_allowed:
        return False
    return contract.evidence in PRINTED_EVIDENCE and not sensitive.intersection(contract.indicators)


def _lines_of(log: bytes, names: set[str]) -> bytes:
    """The lines of the log that tell of these files; refusals and decisions may quote what stays here."""
    found = []
    for line in log.splitlines(keepends=True):
        told = json.loads(line)
        kept = told["kind"] == "snapshot" and told.get("outcome", "kept") == "kept"
        if kept and f"{told['sha256']}.{told['suffix']}" in names:
            found.append(line)
    return b"".join(found)


def send_snapshots(settings: Settings, store: Store, chosen: Chosen) -> SentSnapshots:
    """Send what is not there yet, the log last; a file is known by its name, which is its hash, and its size.

    Raises `PublishRefused` when what arrived is not what was sent.
    """
    here, there = SnapshotStore(settings.data), store.listing(FOLDER)
    sent: list[Part] = []
    damaged, present = [], 0
    for name, entry in sorted(chosen.entries.items()):
        if name in there and there[name]["size"] == entry.bytes:
            present += 1
            continue
        try:
            data = here.read(entry)
        except (FileNotFoundError, SnapshotCorrupt):
            damaged.append(f"{entry.source} {entry.sha256[:12]}")
            continue
        store.put(f"{FOLDER}/{name}", data)
        sent.append(part_of(name, data))
    files, log = len(sent), part_of(LOG, chosen.log)
    if chosen.entries and not store.holds(FOLDER, log, there):
        store.put(f"{FOLDER}/{LOG}", chosen.log)
        sent.append(log)
    if sent:
        arrived = store.listing(FOLDER)
        for part in sent:
            if not store.holds(FOLDER, part, arrived):
                raise PublishRefused(arrived_wrong(store.url, f"{FOLDER}/{part.name}"))
    return SentSnapshots(
        sent=files,
        present=present,
        bytes=sum(part.bytes for part in sent),
        withheld=dict(sorted(Counter(entry.source for entry in chosen.withheld.values()).items())),
        damaged=tuple(damaged),
        strays=tuple(sorted(there.keys() & chosen.withheld.keys())),
    )
