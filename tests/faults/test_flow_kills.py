"""kill -9 of the real `mojoraya run`: its server does not outlive it, and the next night heals."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.misfortune import leftovers, look
from support.office import Office
from support.zygote import Zygote

from flows.survivors import read_records

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.flow, pytest.mark.trial]
PROJECT = Path(__file__).resolve().parent.parent.parent
SOURCE = "kota-mojokerto-kemiskinan"


def killed_at(office: Office, begins: str) -> None:
    """Run the real flow, kill it at its first line that begins so, and see its server go."""
    with office.real_run() as process:
        assert process.stdout is not None
        assert any(line.startswith(begins) for line in iter(process.stdout.readline, ""))
        (server,) = read_records(office.settings.data / "prefect")
        process.kill()
    deadline = time.monotonic() + 5
    while server.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not server.is_alive(), "the server outlived its run"


def test_a_killed_flow_leaves_no_server_behind_and_the_next_night_heals(office: Office, zygote: Zygote) -> None:
    data, first = office.settings.data, look(office.settings.data)
    office.edit(SOURCE, lambda text: text.replace("5,77", "5,78"))
    for line in ("siapkan", "baca"):
        killed_at(office, line)
        assert (data / "current").resolve().name == first
    assert zygote.run(data, office.settings.sources).code == 0
    assert look(data) != first
    assert leftovers(data) == []
