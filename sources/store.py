"""The snapshot store: every byte publishers gave us, kept forever, and the log of when we first saw it.

The log is the only memory. An entry is one line of JSON, appended and fsynced after its bytes are safe, so
that a crash leaves either no trace or a whole snapshot. A half-written last line is dropped at the next append.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

from catalog.contract import AnyContract
from sources.connectors.interface import Answer, Delivery, Seen

# Sources are fetched by several threads, and an append mends a torn last line first.
_APPENDING = threading.Lock()
_READING = threading.Lock()


class SnapshotCorrupt(ValueError):
    """The bytes of a snapshot are no longer those that were kept."""


@dataclass(frozen=True)
class LogEntry:
    """One line of the log: a snapshot that was kept, or a file refused at the door without a copy.

    `answers` are the raw answers of an API that a rendered snapshot was put together from. A `synthetic` one came
    under a contract of examples, and stays an example whatever the contract says later.
    """

    source: str
    sha256: str
    bytes: int
    suffix: str
    first_seen: date
    url: str
    outcome: Literal["kept", "refused"] = "kept"
    published: date | None = None
    etag: str | None = None
    last_modified: str | None = None
    rule: str = ""
    message_id: str = ""
    message_en: str = ""
    answers: tuple[Answer, ...] = ()
    synthetic: bool = False
    kind: Literal["snapshot"] = "snapshot"

    def says_what(self, other: LogEntry) -> bool:
        """Whether two entries say the same of the same bytes."""
        said = ("source", "sha256", "outcome", "published", "rule", "message_id", "message_en")
        return all(getattr(self, name) == getattr(other, name) for name in said)


@dataclass(frozen=True)
class Acceptance:
    """An operator's decision: a snapshot that history rules refuse is right after all."""

    source: str
    sha256: str
    reason: str
    decided: date
    kind: Literal["accept"] = "accept"


@dataclass(frozen=True)
class Rollback:
    """An operator's decision: the release `release` is to stand where the log would give `instead_of`."""

    release: str
    instead_of: str
    reason: str
    decided: date
    kind: Literal["rollback"] = "rollback"


class _Log:
    """The log as it was last read. Stages ask of every source; a line is parsed once, and then those that came after.

    Lines are only ever appended: whatever else becomes of the file, it is read anew.
    """

    def __init__(self) -> None:
        self.stamp: tuple[int, int, int] | None = None
        self.whole = b""
        self.entries: list[LogEntry] = []
        self.placed: dict[str, list[tuple[int, LogEntry]]] = {}
        self.acceptances: list[Acceptance] = []
        self.rollbacks: list[Rollback] = []

    def add(self, lines: bytes) -> None:
        """Add what some whole lines say, all of them or, where one cannot be read, none."""
        for item in [_said(json.loads(line)) for line in lines.splitlines()]:
            if isinstance(item, LogEntry):
                self.placed.setdefault(item.source, []).append((len(self.entries), item))
                self.entries.append(item)
            elif isinstance(item, Acceptance):
                self.acceptances.append(item)
            elif item is not None:
                self.rollbacks.append(item)
        self.whole += lines


def _said(values: dict[str, Any]) -> LogEntry | Acceptance | Rollback | None:
    """What a line says; nothing where a newer program has written a kind of line that this one does not know."""
    if values["kind"] == "snapshot":
        return _entry(values)
    if values["kind"] not in {"accept", "rollback"}:
        return None
    reason, decided = values["reason"], date.fromisoformat(values["decided"])
    if values["kind"] == "accept":
        return Acceptance(values["source"], values["sha256"], reason, decided)
    return Rollback(values["release"], values["instead_of"], reason, decided)


_LOGS: dict[Path, _Log] = {}


def _log(path: Path) -> _Log:
    """The log as it stands; not to be changed."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return _Log()
    stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    with _READING:
        known = _LOGS.get(path, _Log())
        if known.stamp != stamp:
            data = path.read_bytes()
            lines = data[: data.rfind(b"\n") + 1]
            known = known if lines.startswith(known.whole) else _Log()
            known.add(lines[len(known.whole) :])
            # Of a line that is still being written nothing is known: it is looked for again.
            known.stamp = stamp if len(data) == len(lines) == stat.st_size else None
            _LOGS[path] = known
        return known


class SnapshotStore:
    """`data/snapshots`: log.jsonl and the bytes, content-addressed and immutable."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "snapshots"
        self.log_path = self.folder / "log.jsonl"

    def entries(self) -> list[LogEntry]:
        """The log, oldest first."""
        return list(_log(self.log_path).entries)

    def placed(self, source: str) -> list[tuple[int, LogEntry]]:
        """The entries of one source with their positions in the log, oldest first."""
        return list(_log(self.log_path).placed.get(source, []))

    def acceptances(self) -> list[Acceptance]:
        """The operator's decisions, oldest first."""
        return list(_log(self.log_path).acceptances)

    def rollbacks(self) -> list[Rollback]:
        """The operator's decisions on which release stands, oldest first."""
        return list(_log(self.log_path).rollbacks)

    def accept(self, decision: Acceptance | Rollback) -> None:
        """Log a decision, fsynced; it counts from the next night on."""
        self._append(asdict(decision) | {"decided": decision.decided.isoformat()})

    def known_by(self, day: date, data: Path) -> SnapshotStore:
        """A store in the data folder `data` that holds what this one's log held at the end of `day`.

        The log there is written anew; bytes are linked, or copied where the disk cannot link.
        """
        known = SnapshotStore(data)
        known.folder.mkdir(parents=True, exist_ok=True)
        lines = [line for line in self._lines() if (line.get("first_seen") or line["decided"]) <= day.isoformat()]
        for entry in (_entry(line) for line in lines if line["kind"] == "snapshot"):
            self._lend(self.path_of(entry), known.path_of(entry))
        text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
        self._write_bytes(known.log_path, text.encode("utf-8"))
        return known

    @staticmethod
    def _lend(path: Path, there: Path) -> None:
        if not path.exists() or there.exists():
            return
        try:
            os.link(path, there)
        except OSError:
            shutil.copyfile(path, there)

    def entries_of(self, source: str) -> list[LogEntry]:
        """The entries of one source, oldest first."""
        return [entry for _, entry in self.placed(source)]

    def last_seen(self, contract: AnyContract) -> Seen | None:
        """What a publisher may call unchanged: the last entry, if its bytes are still whole here.

        None also when the contract states another date of publication since, which calls for a new entry.
        """
        entry = next(reversed(self.entries_of(contract.id)), None)
        if entry is None or entry.published != contract.published or not self.holds(entry):
            return None
        return Seen(entry.sha256, entry.url, entry.etag, entry.last_modified)

    def path_of(self, entry: LogEntry) -> Path:
        """Where the bytes of an entry are kept."""
        return self.folder / f"{entry.sha256}.{entry.suffix}"

    def read(self, entry: LogEntry) -> bytes:
        """The bytes of an entry; raises `SnapshotCorrupt` when they are not what was kept."""
        data = self.path_of(entry).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise SnapshotCorrupt(f"snapshot {entry.sha256} of {entry.source} has changed on disk")
        return data

    def keep(self, entry: LogEntry, data: bytes | None) -> None:
        """Keep bytes (unless the entry says they are refused) and then log them, each fsynced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if data is not None and not self._stands(entry):
            self._write_bytes(self.path_of(entry), data)
        self._append(_plain(entry))

    def heal(self, entry: LogEntry, data: bytes) -> None:
        """Write the bytes of a logged snapshot again where they were lost or damaged."""
        if not self.holds(entry):
            self._write_bytes(self.path_of(entry), data)

    def holds(self, entry: LogEntry) -> bool:
        """Whether an entry was kept and its bytes are still whole here."""
        return entry.outcome == "kept" and self._stands(entry)

    def _stands(self, entry: LogEntry) -> bool:
        try:
            self.read(entry)
        except (FileNotFoundError, SnapshotCorrupt):
            return False
        return True

    def _write_bytes(self, path: Path, data: bytes) -> None:
        aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        sync_directory(path.parent)

    def _append(self, values: dict[str, Any]) -> None:
        line = json.dumps(values, ensure_ascii=False, sort_keys=True)
        with _APPENDING:
            self._drop_torn_line()
            with self.log_path.open("ab") as file:
                file.write(line.encode("utf-8") + b"\n")
                file.flush()
                os.fsync(file.fileno())
        sync_directory(self.folder)

    def _drop_torn_line(self) -> None:
        if not self.log_path.exists():
            return
        data = self.log_path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            with self.log_path.open("r+b") as file:
                file.truncate(whole)

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self.log_path.exists():
            return
        data = self.log_path.read_bytes()
        for line in data[: data.rfind(b"\n") + 1].splitlines():
            yield json.loads(line)


def sync_directory(folder: Path) -> None:
    """Make a rename or a new name in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(entry: LogEntry) -> dict[str, Any]:
    values = asdict(entry)
    for name in ("first_seen", "published"):
        values[name] = values[name].isoformat() if values[name] else None
    for name in ("answers", "synthetic"):
        if not values[name]:
            del values[name]
    return values


def _entry(values: dict[str, Any]) -> LogEntry:
    known = {field.name: values[field.name] for field in fields(LogEntry) if field.name in values}
    known["first_seen"] = date.fromisoformat(values["first_seen"])
    known["published"] = date.fromisoformat(values["published"]) if values.get("published") else None
    known["answers"] = tuple(Answer(**answer) for answer in values.get("answers", []))
    return LogEntry(**known)


def next_entry(
    contract: AnyContract, delivery: Delivery, seen: list[LogEntry], today: date
) -> tuple[LogEntry, LogEntry | None]:
    """The log entry that a delivery calls for, and the last one where it is of the same bytes and stated date.

    The first delivery of a contract that states `first_seen` literally (a bundled file) takes that date, so
    that every machine builds the same release; a re-issue takes the day on which it was really first seen.
    """
    sha256 = hashlib.sha256(delivery.data).hexdigest()
    last = seen[-1] if seen else None
    known = last if last is not None and last.sha256 == sha256 and last.published == contract.published else None
    stated = contract.first_seen if last is None else None
    # A clock that went back must not make a new file an older vintage than the one it replaces.
    if last is not None:
        today = max(today, last.first_seen)
    entry = LogEntry(
        source=contract.id,
        sha256=sha256,
        bytes=len(delivery.data),
        suffix=delivery.suffix,
        first_seen=stated or today,
        url=delivery.url,
        published=contract.published,
        etag=delivery.etag,
        last_modified=delivery.last_modified,
        answers=delivery.answers,
        synthetic=contract.synthetic,
    )
    return entry, known
