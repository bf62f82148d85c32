"""kill -9 of the Prefect server under a real `mojoraya run`: a whole new release or a sentence, never a hang."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from support.misfortune import leftovers, look
from support.office import Office
from support.zygote import Zygote

from flows import ledger
from flows.server import is_healthy, prepared_template
from flows.survivors import ServerRecord, read_records
from flows.verify import verify_all

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.flow, pytest.mark.trial]
PROJECT = Path(__file__).resolve().parent.parent.parent
SOURCE = "kota-mojokerto-kemiskinan"
# A night of three sources goes on for 15 to 35 s without its server on two cores, one of all sources for 72 s.
LONGEST = 120.0


@dataclass
class Orphaned:
    """How a run ended whose server was killed: exit code, all it printed, and seconds from the kill to the end."""

    code: int
    printed: str
    seconds: float


def await_line(output: IO[str], begins: str) -> str:
    """What is printed until the first line that begins so."""
    seen = ""
    for line in output:
        seen += line
        if line.startswith(begins):
            return seen
    raise AssertionError(f"no line began with {begins}: {seen}")


def await_answer(server: ServerRecord) -> None:
    deadline = time.monotonic() + LONGEST
    while not is_healthy(server.port):
        assert time.monotonic() < deadline, "the server never answered"


def run_and_kill_server(office: Office, begins: str, *, answering: bool = False) -> Orphaned:
    """Run the real flow; kill its server at the first line that begins so, or as soon as it answers after that."""
    with office.real_run(subprocess.STDOUT) as process:
        assert process.stdout is not None
        printed = await_line(process.stdout, begins)
        (server,) = read_records(office.settings.data / "prefect")
        if answering:
            await_answer(server)
        os.kill(server.pid, signal.SIGKILL)
        killed = time.monotonic()
        try:
            rest, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Orphaned(process.returncode, printed + rest, time.monotonic() - killed)


def looks_right(office: Office, ended: Orphaned, first: str) -> None:
    """What must hold however the run ended."""
    data = office.settings.data
    assert "Traceback" not in ended.printed
    assert ended.seconds < LONGEST
    assert read_records(data / "prefect") == []
    assert list((data / "prefect" / "servers").iterdir()) == []
    assert leftovers(data) == []
    assert list(verify_all(office.settings)) == []
    line = ledger.runs(office.settings)[-1]
    assert line["exit_code"] == ended.code
    if ended.code == 0:
        assert look(data) == line["release"] != first
    else:
        assert look(data) == first
        assert (ended.code, line["release"]) == (1, None)
        assert "Tidak ada yang diterbitkan. Server Prefect" in ended.printed
        assert "Rilis terakhir, bila ada, tetap berlaku." in ended.printed


def revise(office: Office) -> None:
    office.edit(SOURCE, lambda text: text.replace("5,77", "5,78"))


def test_a_night_whose_server_dies_amid_its_sources_goes_on_to_its_release(office: Office, zygote: Zygote) -> None:
    first = look(office.settings.data)
    revise(office)
    ended = run_and_kill_server(office, "ambil")
    looks_right(office, ended, first)
    assert ended.code == 0, ended.printed
    assert "server Prefect berhenti di tengah malam" in ended.printed
    new = look(office.settings.data)
    again = zygote.run(office.settings.data, office.settings.sources)
    assert again.code == 0
    assert look(office.settings.data) == new
    assert "Tidak ada yang berubah." in again.printed


@pytest.mark.parametrize("answering", [False, True])
def test_a_server_that_dies_before_the_sources_costs_a_sentence_at_most(
    office: Office, zygote: Zygote, *, answering: bool
) -> None:
    first, kept = look(office.settings.data), prepared_template().is_file()
    revise(office)
    ended = run_and_kill_server(office, "siapkan", answering=answering)
    looks_right(office, ended, first)
    assert prepared_template().is_file() is kept, "what was killed proves no damage of the empty database"
    if not answering:
        assert ended.code == 1
        assert "dihentikan dari luar (sinyal 9)" in ended.printed
    assert zygote.run(office.settings.data, office.settings.sources).code == 0
    assert look(office.settings.data) != first
