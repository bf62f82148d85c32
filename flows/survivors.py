"""Servers that outlived their `mojoraya`: how they are recorded, known again, and reaped.

A process id alone proves nothing after a crash: ids are used again. A survivor is ours when its start time
and its command line are the recorded ones, and only a survivor whose parent is gone is ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# Part of every child's command line: by it, and by its start time, a survivor is known to be ours.
MARK = "mojoraya-prefect-server"
PR_SET_PDEATHSIG = 1

Kind = Literal["run", "serve"]


@dataclass(frozen=True)
class ServerRecord:
    """Who runs which server: enough to know it again after a `kill -9` and after process ids went round."""

    kind: Kind
    port: int
    pid: int
    born: str
    parent: int
    parent_born: str

    def is_alive(self) -> bool:
        """Whether the recorded server process still runs and is really ours."""
        return process_born(self.pid) == self.born and MARK in command_line(self.pid)

    def is_survivor(self) -> bool:
        """Whether the server outlived the process that started it."""
        return self.is_alive() and process_born(self.parent) != self.parent_born


def read_records(home: Path) -> list[ServerRecord]:
    """The servers that were started under this PREFECT_HOME and not stopped in order."""
    found = (read_record(path) for path in sorted(home.glob("servers/*/server.json")))
    return [record for record in found if record is not None]


def read_record(path: Path) -> ServerRecord | None:
    """One record, or None when a crash left it unreadable."""
    try:
        return ServerRecord(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def reap_survivors(home: Path) -> None:
    """End servers whose parent was killed, and remove what dead ones left; others are left in peace."""
    for half in home.glob("empty-*.[0-9]*[0-9]"):
        # An empty database that a killed run was still copying.
        if process_born(int(half.suffix[1:])) == "":
            half.unlink(missing_ok=True)
    for room in sorted(home.glob("servers/[0-9]*-[0-9]*")):
        record = read_record(room / "server.json")
        if record is None:
            if process_born(int(room.name.split("-")[0])) == "":
                shutil.rmtree(room, ignore_errors=True)
            continue
        if record.is_survivor():
            end_process(record.pid, record.born)
        if not record.is_alive():
            shutil.rmtree(room, ignore_errors=True)


def end_process(pid: int, born: str, grace: float = 2.0) -> None:
    """Terminate a process that is not our child, and kill it when it has not gone after `grace` s."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except (ProcessLookupError, PermissionError):
            return
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            if process_born(pid) != born:
                return
            time.sleep(0.02)


def process_born(pid: int) -> str:
    """When a process started, as the system tells it; empty when there is none (or only a zombie)."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name in parentheses may hold spaces; state and start time are fields 3 and 22.
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    return _ps(pid, "lstart=")


def command_line(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return _ps(pid, "command=")


def _ps(pid: int, column: str) -> str:
    tool = shutil.which("ps")
    if tool is None:
        return ""
    asked = subprocess.run([tool, "-o", column, "-p", str(pid)], capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when `parent` ends; on other systems than Linux the next start reaps."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
