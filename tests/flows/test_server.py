"""Our own Prefect server: it answers, it lives no longer than we do, and it touches nobody else's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows import server as room
from flows.server import ServerChild, ServerError, is_healthy, listen
from flows.survivors import MARK, process_born, read_records, reap_survivors

PROJECT = Path(__file__).resolve().parent.parent.parent
IDLE = "import sys; sys.stdin.read()"


def eventually(claim: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
    return True


@pytest.fixture(autouse=True)
def _no_server_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


@pytest.fixture
def idle() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts harmless processes whose command line holds a given text."""
    started: list[subprocess.Popen[bytes]] = []

    def start(text: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", f"{IDLE}  # {text}"], stdin=subprocess.PIPE)
        started.append(process)
        # Between fork and exec a child still has the command line of its parent.
        while text.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes():
            time.sleep(0.001)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def record(home: Path, process: subprocess.Popen[bytes], *, parent: int, kind: str = "run") -> Path:
    room = home / "servers" / f"{parent}-{process.pid}"
    room.mkdir(parents=True)
    content = {
        "kind": kind,
        "port": 1,
        "pid": process.pid,
        "born": process_born(process.pid),
        "parent": parent,
        "parent_born": process_born(parent) or "long ago",
    }
    (room / "server.json").write_text(json.dumps(content), "utf-8")
    return room


def a_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_importing_the_module_imports_only_the_standard_library() -> None:
    asked = (
        "import sys; before = set(sys.modules); import flows.server; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(*sorted(new - set(sys.stdlib_module_names) - {'flows'}))"
    )
    said = subprocess.run([sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


@pytest.fixture
def _no_prepared_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "prepared_template", lambda: tmp_path / "no such file")


@pytest.mark.flow
@pytest.mark.usefixtures("_no_prepared_database")
def test_a_server_answers_and_leaves_only_its_log_and_an_empty_database(tmp_path: Path) -> None:
    server = ServerChild(tmp_path / "a folder with spaces")
    server.start()
    (found,) = read_records(server.home)
    assert server.is_first()
    try:
        server.wait_until_healthy()
        assert is_healthy(server.port)
        assert found.pid != os.getpid()
        assert found.parent == os.getpid()
    finally:
        server.stop()
    assert not is_healthy(server.port)
    assert not found.is_alive()
    assert read_records(server.home) == []
    assert server.template.is_file()
    assert not server.is_first()
    assert "Traceback" not in server.log.read_text("utf-8")


@pytest.mark.flow
@pytest.mark.usefixtures("_no_prepared_database")
def test_a_server_that_cannot_start_names_its_log_and_drops_the_damaged_template(tmp_path: Path) -> None:
    server = ServerChild(tmp_path)
    server.template.write_text("this is no database", "utf-8")
    server.start()
    try:
        with pytest.raises(ServerError, match=r"server\.log"):
            server.wait_until_healthy()
    finally:
        server.stop()
    assert not server.template.exists()


def test_a_killed_parent_takes_its_server_with_it(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the parent-death signal is Linux's; elsewhere the next start reaps")
    starter = (
        "import sys; from pathlib import Path; from flows.server import ServerChild; "
        "ServerChild(Path(sys.argv[1])).start(); print('started', flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starter, str(tmp_path)], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    (found,) = read_records(tmp_path)
    assert found.is_alive()
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert eventually(lambda: not found.is_alive())


def test_a_survivor_of_a_killed_run_is_reaped(tmp_path: Path, idle: Callable[[str], subprocess.Popen[bytes]]) -> None:
    survivor = idle(MARK)
    room = record(tmp_path, survivor, parent=a_dead_pid())
    reap_survivors(tmp_path)
    assert survivor.wait(5) == -signal.SIGTERM
    assert not room.exists()


def test_a_process_that_only_has_the_recorded_pid_is_left_alone(
    tmp_path: Path, idle: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    stranger = idle("somebody else's work")
    room = record(tmp_path, stranger, parent=a_dead_pid())
    reap_survivors(tmp_path)
    assert stranger.poll() is None
    assert not room.exists()


def test_a_server_whose_parent_lives_is_left_alone(
    tmp_path: Path, idle: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    neighbour = idle(MARK)
    room = record(tmp_path, neighbour, parent=os.getpid())
    reap_survivors(tmp_path)
    assert neighbour.poll() is None
    assert room.exists()


def test_what_a_crash_left_half_written_is_removed(tmp_path: Path) -> None:
    room = tmp_path / "servers" / f"{a_dead_pid()}-1"
    room.mkdir(parents=True)
    (room / "server.json.new").write_text("{", "utf-8")
    reap_survivors(tmp_path)
    assert not room.exists()


def test_a_second_serve_of_the_same_data_is_refused(
    tmp_path: Path, idle: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    record(tmp_path, idle(MARK), parent=os.getpid(), kind="serve")
    with pytest.raises(ServerError, match="sudah berjalan") as caught:
        ServerChild(tmp_path, kind="serve").start()
    assert "already runs" in caught.value.message("en")


def test_the_users_own_server_is_used_and_none_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example:4200/api")
    server = ServerChild(tmp_path / "prefect")
    server.start()
    server.wait_until_healthy()
    server.stop()
    assert server.environment()["PREFECT_API_URL"] == "http://prefect.example:4200/api"
    assert not (tmp_path / "prefect").exists()


def test_a_taken_port_falls_to_a_free_one() -> None:
    with listen(0) as first, listen(first.getsockname()[1]) as second:
        assert second.getsockname()[1] not in (0, first.getsockname()[1])


def test_an_office_proxy_is_not_asked_for_our_own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    around = ServerChild(tmp_path).environment()["NO_PROXY"].split(",")
    assert {"127.0.0.1", "localhost", "intranet.example"} <= set(around)


def test_the_users_prefect_settings_do_not_reach_our_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "user:password")
    given = ServerChild(tmp_path)._child_environment()  # noqa: SLF001 - the child's world is what is claimed
    assert "PREFECT_SERVER_API_AUTH_STRING" not in given
    assert given["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert given["PREFECT_HOME"] == str(tmp_path)
