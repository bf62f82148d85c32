"""Large files are read by processes of their own; what they leave in staging is what the night would have found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from support.office import PROJECT, Office, quiet

import flows.staging
from flows.declared import load_contracts
from flows.page import prepare_page
from flows.readers import Readers
from flows.reading import read_ahead, unread
from flows.stages import read_source
from flows.survivors import process_born

pytestmark = pytest.mark.trial
T = TypeVar("T")


def staged(office: Office) -> dict[str, bytes]:
    root = office.settings.data / "staging"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def new(office: Office) -> dict[str, int]:
    return unread(office.settings, list(load_contracts(office.settings)[0]))


def test_processes_of_their_own_leave_what_the_night_would_have_found(office: Office, tmp_path: Path) -> None:
    release = (office.settings.data / "current").resolve().name
    shutil.rmtree(office.settings.data / "staging")
    sources = sorted(new(office))
    assert len(sources) == 3
    alone = Office(office.settings.model_copy(update={"data": tmp_path / "alone"}))
    shutil.copytree(office.settings.data, alone.settings.data, symlinks=True)
    told: list[str] = []
    assert read_ahead(office.settings, new(office), told.append, enough=0) == len(sources)
    assert told == ["baca    3 sumber dengan berkas baru yang besar, bersamaan; ini dapat beberapa menit"]
    assert new(office) == {}
    for source in sources:
        read_source(alone.settings, source)
    assert staged(office) == staged(alone)
    assert office.run().release == release


@pytest.mark.parametrize(
    "how",
    [
        "flows.reading.read_ahead(settings, dict.fromkeys(range(3), 1), print, enough=0)",
        "flows.reading.read_ahead(settings, dict.fromkeys(range(3), 1), print, 0, flows.readers.Readers.forked())",
    ],
    ids=["ahead", "beside"],
)
def test_a_killed_night_leaves_no_process_behind(office: Office, tmp_path: Path, how: str) -> None:
    """The kernel ends what reads ahead when the one who asked for it is killed."""
    shutil.rmtree(office.settings.data / "staging")
    text = f"""
from pathlib import Path
from catalog.settings import Settings
import flows.readers
import flows.reading

def read_slowly(settings, source):
    import os, time
    Path({str(tmp_path)!r}, f"pid-{{os.getpid()}}").touch()
    time.sleep(60)

if __name__ == "__main__":
    flows.reading.read_one = read_slowly
    settings = Settings(data={str(office.settings.data)!r}, sources={str(office.settings.sources)!r})
    {how}
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
    assert read_ahead(office.settings, new(office), quiet) == 0
    assert len(new(office)) == 3


def test_a_file_that_cannot_be_read_is_left_to_the_night(office: Office) -> None:
    office.edit("kota-mojokerto-kemiskinan", lambda text: text.replace("5,77", "lima"))
    shutil.rmtree(office.settings.data / "staging")
    read_ahead(office.settings, new(office), quiet, enough=0)
    outcome = office.run()
    assert outcome.exit_code == 3
    assert any("lima" in line for line in outcome.summary("id").splitlines())


BESIDE = """
import sys
from catalog.settings import Settings
from flows.readers import Readers

settings = Settings(data=sys.argv[1], sources=sys.argv[2])
readers = Readers.forked()
for source in sys.argv[3:]:
    readers.read(settings, source)
readers.stop()
"""


def beside(office: Office, *sources: str, script: str = BESIDE) -> str:
    """Let processes forked from one that has no threads read; what they and it print."""
    settings = office.settings
    command = [sys.executable, "-c", script, str(settings.data), str(settings.sources), *sources]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(PROJECT)}
    )
    return done.stdout + done.stderr


def test_forked_processes_leave_what_the_night_would_have_found(office: Office, tmp_path: Path) -> None:
    shutil.rmtree(office.settings.data / "staging")
    alone = Office(office.settings.model_copy(update={"data": tmp_path / "alone"}))
    shutil.copytree(office.settings.data, alone.settings.data, symlinks=True)
    sources = sorted(new(office))
    assert beside(office, *sources) == ""
    assert new(office) == {}
    for source in sources:
        read_source(alone.settings, source)
    assert staged(office) == staged(alone)


def test_forked_processes_that_were_ended_leave_their_work_to_the_night(office: Office) -> None:
    shutil.rmtree(office.settings.data / "staging")
    ended = BESIDE.replace("for source", "readers.also(__import__('os')._exit, 1)\nfor source")
    told = beside(office, *new(office), script=ended)
    assert "Traceback" not in told
    assert len(new(office)) > 0
    assert office.run().exit_code == 0


def test_a_source_that_cannot_be_read_prints_nothing_from_a_forked_process(office: Office) -> None:
    assert beside(office, "tidak-ada") == ""


def test_on_one_core_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert Readers.forked() is None


def test_what_is_prepared_of_the_page_is_what_the_release_takes(office: Office) -> None:
    [kept] = (office.settings.data / "staging").glob("page-*")
    pieces = kept.read_text("utf-8")
    kept.unlink()
    prepare_page(office.settings)
    assert kept.read_text("utf-8") == pieces
    assert len(list((office.settings.data / "staging").glob("page-*"))) == 1


def test_rules_on_rows_at_hand_find_what_they_find_in_the_staged_file(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has just staged a file does not read it again for the table's rules."""
    office.edit("kota-mojokerto-kemiskinan", lambda text: text.replace("5,77", "lima"))
    read: list[Path] = []
    judge, from_file = flows.staging.judge_tables, flows.staging._staged  # noqa: SLF001

    def noted(folder: Path) -> Any:
        read.append(folder)
        return from_file(folder)

    def without_rows(*given: Any) -> Any:
        return judge(*given[:6])

    monkeypatch.setattr(flows.staging, "_staged", noted)
    found = {}
    for way in ("at hand", "file"):
        there = Office(office.settings.model_copy(update={"data": tmp_path / way}))
        shutil.copytree(office.settings.data / "snapshots", there.settings.data / "snapshots")
        if way == "file":
            monkeypatch.setattr(flows.staging, "judge_tables", without_rows)
        for source in sorted(new(there)):
            read_source(there.settings, source)
        found[way] = staged(there)
        assert len(read) == (0 if way == "at hand" else 3)
    assert found["at hand"] == found["file"]


def test_a_source_is_begun_while_others_are_fetched_and_read_once(office: Office) -> None:
    shutil.rmtree(office.settings.data / "staging")
    done: list[str] = []

    class Pool:
        def submit(self, _work: Any, _settings: Any, source: str) -> Future[int]:
            done.append(source)
            future: Future[int] = Future()
            future.set_result(1)
            return future

    readers = Readers(cast("Any", Pool()))
    sources = sorted(new(office))
    for source in sources * 2:
        readers.begin(office.settings, source)
        readers.read(office.settings, source)
        readers.settle(source)
    readers.settle("unknown")
    assert done == sources
    for source in sources:
        read_source(office.settings, source)
    fresh = Readers(cast("Any", Pool()))
    fresh.begin(office.settings, sources[0])
    assert done == sources
