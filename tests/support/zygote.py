"""Nights in processes of their own that can be killed, starved and slowed: forked from one that has imported all.

Importing Great Expectations costs seven seconds; a fork of a process that has done so costs none. A job is one line of
JSON on stdin, its answer one line on stdout. Nothing of DuckDB or Arrow is used before the fork.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Ended:
    """How a forked night ended: its exit code (minus the signal's number when killed), and all that it printed."""

    code: int
    printed: str
    seconds: float


class Zygote:
    """The process that forks; a context manager. Jobs: see `work`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.zygote"],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'tests'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def start(self, data: Path, sources: Path, **job: Any) -> int:
        """Fork a child for one job; returns its process id."""
        # Not beside the data, whose disk may be full.
        handle, said = tempfile.mkstemp(prefix="mojoraya-said-")
        os.close(handle)
        answer = self._ask({"data": str(data), "sources": str(sources), "said": said, **job})
        return int(answer["pid"])

    def wait(self, pid: int) -> Ended:
        """Wait until a child has ended."""
        answer = self._ask({"wait": pid})
        said = Path(answer["said"])
        printed = said.read_text("utf-8", "replace")
        said.unlink(missing_ok=True)
        return Ended(answer["code"], printed, answer["seconds"])

    def run(self, data: Path, sources: Path, **job: Any) -> Ended:
        """One job from fork to end."""
        return self.wait(self.start(data, sources, **job))

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def main() -> None:
    """Read jobs and fork, until stdin ends."""
    import importlib

    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in ("flows.night", "flows.rebuild", "flows.run", "flows.publish", "expectations.judge", "transforms.read"):
        importlib.import_module(name)
    importlib.import_module("support.misfortune")
    importlib.import_module("great_expectations")
    running: dict[int, tuple[str, float, float]] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if "wait" in job:
            said, started, deadline = running.pop(job["wait"])
            answer = {"code": reap(job["wait"], deadline), "said": said, "seconds": time.monotonic() - started}
        else:
            started = time.monotonic()
            answer = {"pid": fork(job)}
            running[answer["pid"]] = (job["said"], started, started + job.get("kill_after", 300.0))
        out.write(json.dumps(answer) + "\n")
        out.flush()


def reap(pid: int, deadline: float) -> int:
    """Wait for a child and kill it when its time is up; its exit code, minus the signal's number when killed."""
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            os.kill(pid, 9)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        time.sleep(0.002)


def fork(job: dict[str, Any]) -> int:
    """Fork a child that does the job and ends with its exit code."""
    pid = os.fork()
    if pid:
        return pid
    handle = os.open(job["said"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout = os.fdopen(os.dup(1), "w", buffering=1)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    code = 70
    try:
        code = work(job)
    except BaseException:  # noqa: BLE001 - what a user would see as a traceback is what is looked for
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    os._exit(code)


def work(job: dict[str, Any]) -> int:
    """One job: a misfortune (see `support.misfortune`), then a night, a rebuild, or a reader."""
    from catalog.settings import Settings
    from flows.night import night
    from flows.rebuild import rebuild
    from support import misfortune

    settings = Settings(data=Path(job["data"]), sources=Path(job["sources"]))
    misfortune.arrange(job.get("misfortune") or {}, settings)
    if job.get("do") == "read":
        return misfortune.read_on(settings.data, Path(job["until"]), job.get("pause", 0.5))
    if job.get("do") == "rollback":
        from flows.rollback import roll_back

        roll_back(settings, None, "coba")
        return 0
    do: Callable[..., Any] = rebuild if job.get("do") == "rebuild" else night
    outcome = do(settings, lambda line: print(line, flush=True))
    print(outcome.summary("id"))
    return int(outcome.exit_code)


if __name__ == "__main__":
    main()
