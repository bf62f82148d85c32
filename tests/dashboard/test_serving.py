"""`mojoraya page`: the current release over loopback, whole and read only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from cli.main import main
from dashboard.serving import ReleaseServer

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A state folder with two releases; the older one is current."""
    for name in ("2026-01-01-aaaaaaaaaaaa", "2026-01-02-bbbbbbbbbbbb"):
        folder = tmp_path / "releases" / name
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(f"<h1>{name}</h1>", "utf-8")
        (folder / "release.json").write_text("{}", "utf-8")
        (folder / "core_source.parquet").write_bytes(b"PAR1")
    (tmp_path / "releases" / ".tmp-release").mkdir()
    (tmp_path / "secret.txt").write_text("salt", "utf-8")
    (tmp_path / "current").symlink_to("releases/2026-01-01-aaaaaaaaaaaa")
    return tmp_path


@pytest.fixture
def server(office: Path) -> Iterator[ReleaseServer]:
    with ReleaseServer(office, 0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(server: ReleaseServer, path: str, method: str = "GET", host: str | None = None) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_the_address_leads_to_the_current_release_under_its_own_name(server: ReleaseServer) -> None:
    answer, _ = ask(server, "/")
    assert (answer.status, answer.headers["Location"]) == (302, "/2026-01-01-aaaaaaaaaaaa/")
    answer, body = ask(server, "/2026-01-01-aaaaaaaaaaaa/")
    assert (answer.status, body) == (200, b"<h1>2026-01-01-aaaaaaaaaaaa</h1>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_reader_stays_in_one_release_while_a_night_publishes_another(server: ReleaseServer, office: Path) -> None:
    (office / "next").symlink_to("releases/2026-01-02-bbbbbbbbbbbb")
    (office / "next").rename(office / "current")
    assert ask(server, "/2026-01-01-aaaaaaaaaaaa/core_source.parquet")[1] == b"PAR1"
    assert ask(server, "/")[0].headers["Location"] == "/2026-01-02-bbbbbbbbbbbb/"


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/2026-01-01-aaaaaaaaaaaa",
        "/2026-01-01-aaaaaaaaaaaa/..",
        "/2026-01-01-aaaaaaaaaaaa/../../secret.txt",
        "/2026-01-01-aaaaaaaaaaaa/%2e%2e/%2e%2e/secret.txt",
        "/2026-01-01-aaaaaaaaaaaa/none.html",
        "/.tmp-release/",
        "/releases/",
    ],
)
def test_nothing_but_files_of_releases_is_served(server: ReleaseServer, path: str) -> None:
    assert ask(server, path)[0].status == 404


def test_it_reads_only_and_only_for_this_machine(server: ReleaseServer) -> None:
    assert ask(server, "/", method="POST")[0].status == 501
    assert ask(server, "/", host="evil.example:80")[0].status == 403
    head, body = ask(server, "/2026-01-01-aaaaaaaaaaaa/core_source.parquet", method="HEAD")
    assert (head.status, head.headers["Content-Length"], body) == (200, "4", b"")
    assert server.server_address[0] == "127.0.0.1"


def test_without_a_release_the_next_step_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["page", "--data", str(tmp_path)]) == 1
    assert "mojoraya run" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["taken", "70000"])
def test_a_port_that_cannot_be_used_is_told(
    server: ReleaseServer, office: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = str(server.server_address[1]) if port == "taken" else port
    assert main(["page", "--data", str(office), "--port", asked]) == 1
    assert f"Port {asked} tidak dapat dipakai" in capsys.readouterr().err


@pytest.mark.usefixtures("ctrl_c")
def test_the_command_prints_the_address_and_ends_quietly(office: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "page", "--data", str(office), "--port", "0", "--lang", "en"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("Page of release 2026-01-01-aaaaaaaaaaaa: http://127.0.0.1:")
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")
