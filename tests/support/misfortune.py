"""What may befall a night (killed at a named instant, starved, shown another clock), and readers that look on."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog.settings import Settings

# The instants of a night at which it is killed, in order: (module, name, on entering or on returning, which call).
BOUNDARIES = (
    ("sources.store", "SnapshotStore._write_bytes", "enter", 1),
    ("sources.store", "SnapshotStore._append", "enter", 1),
    ("flows.stages", "fetch_source", "return", 1),
    ("flows.stages", "fetch_source", "return", 3),
    ("flows.staging", "write_sums", "enter", 1),
    ("flows.stages", "read_source", "return", 1),
    ("flows.stages", "read_source", "return", 3),
    ("flows.publish", "load_meta", "enter", 1),
    ("warehouse.release", "write_parquet", "return", 9),
    ("warehouse.release", "write_published", "return", 1),
    ("warehouse.release", "data_package", "enter", 1),
    ("warehouse.release", "verify_release", "enter", 1),
    ("warehouse.release", "sync_tree", "return", 1),
    ("warehouse.release", "flip", "enter", 1),
    ("warehouse.release", "flip", "return", 1),
    ("warehouse.build", "put_in_place", "enter", 1),
    ("flows.publish", "remember_contracts", "enter", 1),
    ("flows.publish", "prune_releases", "return", 1),
    ("flows.ledger", "append_run", "enter", 1),
    ("flows.ledger", "_drop_torn_line", "return", 1),
)

# Enough for every kind of instant: the others lie next to one of these. The long harness takes them all.
SHORT = tuple(BOUNDARIES[n] for n in (0, 1, 3, 4, 6, 9, 12, 13, 14, 17, 18, 19))


def arrange(what: dict[str, Any], settings: Settings) -> None:
    """Prepare this process for its misfortune: keys `kill_at`, `files`, `clock`, `record`; none of them is fine."""
    if "kill_at" in what:
        kill_at(*what["kill_at"])
    if "files" in what:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (what["files"], what["files"]))
    if "largest" in what:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (what["largest"], what["largest"]))
    if "clock" in what:
        turn_back(what["clock"])
    if "record" in what:
        record_order(settings.data, Path(what["record"]))


def around(module: str, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put a function around the one that a module knows by a (dotted) name."""
    *parents, last = name.split(".")
    owner: Any = importlib.import_module(module)
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, last, wrap(getattr(owner, last)))


def kill_at(module: str, name: str, when: str, nth: int) -> None:
    """Let this process kill itself, as `kill -9` does, at one call of a function."""
    calls = 0

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def doomed(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            mine = calls == nth
            if mine and when == "enter":
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return doomed

    around(module, name, wrap)


def turn_back(days: int) -> None:
    """Let every module of ours see a clock that is `days` behind."""
    import sys
    from datetime import datetime, timedelta

    class Behind(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) - timedelta(days=days)

    for name, module in list(sys.modules.items()):
        if name.startswith(("flows.", "sources.", "warehouse.")) and getattr(module, "datetime", None) is datetime:
            module.datetime = Behind  # type: ignore[attr-defined]


def record_order(data: Path, log: Path) -> None:
    """Write down, in order, every file synced and every rename below `data`: one JSON line each."""

    def path_of(handle: Any) -> str:
        number = handle if isinstance(handle, int) else handle.fileno()
        return str(Path(f"/proc/self/fd/{number}").readlink())

    def note(*words: str) -> None:
        shown = [word.replace(str(data) + "/", "") for word in words]
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(shown) + "\n")

    def synced(real: Callable[..., Any]) -> Callable[..., Any]:
        def sync(handle: Any) -> None:
            real(handle)
            note("sync", path_of(handle))

        return sync

    def renamed(real: Callable[..., Any]) -> Callable[..., Any]:
        def rename(source: Any, target: Any, *args: Any, **kwargs: Any) -> None:
            real(source, target, *args, **kwargs)
            note("rename", os.fspath(source), os.fspath(target))

        return rename

    around("os", "fsync", synced)
    for name in ("replace", "rename"):
        around("os", name, renamed)


def read_on(data: Path, until: Path, pause: float = 0.5) -> int:
    """Look at data/current again and again until a file appears; 0 when every look saw one whole release."""
    looks: dict[str, int] = {}
    while not until.exists():
        if (data / "current").exists():
            release = look(data)
            looks[release] = looks.get(release, 0) + 1
        time.sleep(pause)
    print(json.dumps(looks))
    return 0


def look(data: Path) -> str:
    """One look by pyarrow, DuckDB and at every file: the id of the release, the same for all; raises otherwise.

    The pointer is resolved once, as readers are told to.
    """
    import duckdb
    import pyarrow.parquet as pq

    folder = (data / "current").resolve(strict=True)
    told = json.loads((folder / "release.json").read_text("utf-8"))
    rows = pq.read_table(folder / "joint_poverty.parquet").num_rows
    con = duckdb.connect(str(folder / "mojoraya.duckdb"), read_only=True)
    try:
        (release,) = con.execute("SELECT release_id FROM meta.release").fetchone() or ("",)
        (there,) = con.execute("SELECT count(*) FROM joint.poverty").fetchone() or (-1,)
    finally:
        con.close()
    if (release, folder.name) != (told["id"], told["id"]) or rows != there or not rows:
        raise AssertionError(f"{folder}: {release}, {told['id']}, {rows} and {there} rows")
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise AssertionError(f"{folder / name} is not whole")
    if told["id"] not in (folder / "index.html").read_text("utf-8"):
        raise AssertionError(f"{folder}: the page is of another release")
    return str(told["id"])


def leftovers(data: Path) -> list[str]:
    """What a killed night left behind that a healed folder must not hold: files aside, and torn lines of the logs."""
    found = [
        str(path.relative_to(data))
        for path in data.rglob("*")
        if path.name.startswith(".") or path.name.endswith((".tmp", ".wal"))
    ]
    for log in (data / "runs.jsonl", data / "snapshots" / "log.jsonl"):
        if log.exists():
            lines = log.read_text("utf-8").split("\n")
            found += [] if lines.pop() == "" else [f"{log.name}: a torn end"]
            for line in lines:
                try:
                    json.loads(line)
                except ValueError:
                    found.append(f"{log.name}: a torn line")
    return found
