"""Large files are read by processes of their own; what they leave in staging is what the night would have found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from support.office import PROJECT, Office, quiet

from catalog.load import load_catalog
from flows.declared import load_contracts
from flows.reading import read_ahead
from flows.stages import read_source
from flows.staging import Staging
from flows.survivors import process_born

pytestmark = pytest.mark.trial
T = TypeVar("T")


def staged(office: Office) -> dict[str, bytes]:
    root = office.settings.data / "staging"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def unread(office: Office) -> list[str]:
    contracts, _ = load_contracts(office.settings)
    catalog = load_catalog(office.settings.catalog)
    return [name for name, item in contracts.items() if Staging(office.settings.data, item, catalog).waiting()]


def test_processes_of_their_own_leave_what_the_night_would_have_found(office: Office, tmp_path: Path) -> None:
    release = (office.settings.data / "current").resolve().name
    shutil.rmtree(office.settings.data / "staging")
    sources = sorted(unread(office))
    assert len(sources) == 3
    alone = Office(office.settings.model_copy(update={"data": tmp_path / "alone"}))
    shutil.copytree(office.settings.data, alone.settings.data, symlinks=True)
    told: list[str] = []
    assert read_ahead(office.settings, sources, told.append, enough=0) == len(sources)
    assert told == ["baca    3 sumber dengan berkas baru yang besar, bersamaan; ini dapat beberapa menit"]
    assert unread(office) == []
    for source in sources:
        read_source(alone.settings, source)
    assert staged(office) == staged(alone)
    assert office.run().release == release


def test_a_killed_night_leaves_no_process_behind(office: Office, tmp_path: Path) -> None:
    """The kernel ends what reads ahead when the one who asked for it is killed."""
    shutil.rmtree(office.settings.data / "staging")
    text = f"""
from pathlib import Path
from catalog.settings import Settings
import flows.reading

def read_slowly(settings, source):
    import os, time
    Path({str(tmp_path)!r}, f"pid-{{os.getpid()}}").touch()
    time.sleep(60)

if __name__ == "__main__":
    flows.reading.read_one = read_slowly
    settings = Settings(data={str(office.settings.data)!r}, sources={str(office.settings.sources)!r})
    flows.reading.read_ahead(settings, {unread(office)!r}, print, enough=0)
"""
    script = tmp_path / "night.py"
    script.write_text(text)
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}
    )
    try:
        pids = waited(lambda: [int(path.name[4:]) for path in tmp_path.glob("pid-*")])
        assert all(process_born(pid) for pid in pids)
        process.kill()
        assert waited(lambda: not any(process_born(pid) for pid in pids))
    finally:
        process.kill()
        process.wait()


def waited(look: Callable[[], T], seconds: float = 60) -> T:
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_a_few_small_files_are_not_worth_processes(office: Office) -> None:
    shutil.rmtree(office.settings.data / "staging")
    assert read_ahead(office.settings, unread(office), quiet) == 0
    assert len(unread(office)) == 3


def test_a_file_that_cannot_be_read_is_left_to_the_night(office: Office) -> None:
    office.edit("kota-mojokerto-kemiskinan", lambda text: text.replace("5,77", "lima"))
    shutil.rmtree(office.settings.data / "staging")
    read_ahead(office.settings, unread(office), quiet, enough=0)
    outcome = office.run()
    assert outcome.exit_code == 3
    assert any("lima" in line for line in outcome.summary("id").splitlines())
