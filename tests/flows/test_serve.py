"""`mojoraya serve`: a run that the schedule starts is in the server and in the ledger, and a signal ends it all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from support.office import copy_sources

from catalog.settings import Settings
from flows import wording
from flows.serve import serve
from flows.survivors import read_records

PROJECT = Path(__file__).resolve().parent.parent.parent
# Cron with seconds, which the minutes would make a test wait for.
EVERY_TEN_SECONDS = "* * * * * */10"
PLANTED, NIK = "kabupaten-mojokerto-kemiskinan", "3516014508990001"


def eventually(claim: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def start_serving(data: Path, folder: Path, cron: str) -> subprocess.Popen[str]:
    few = copy_sources(folder / "sources", ["kota-mojokerto-kemiskinan", PLANTED])
    path = next(few.rglob(f"{PLANTED}.csv"))
    path.write_text(path.read_text("utf-8").replace("PERSEN", f"PERSEN {NIK}", 1), "utf-8")
    ours = {"MOJORAYA_DATA": str(data), "MOJORAYA_SOURCES": str(few)}
    environment = os.environ | ours | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    environment.pop("PREFECT_API_URL", None)
    # Not from the project's folder: the runs must find the code by themselves.
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve", "--cron", cron, "--port", "0"],
        cwd=folder,
        env=environment,
        stdout=(folder / "out").open("w"),
        stderr=(folder / "err").open("w"),
        text=True,
        start_new_session=True,
    )


@pytest.mark.flow
def test_a_scheduled_run_is_in_the_server_and_in_the_ledger_and_a_signal_ends_it_all(tmp_path: Path) -> None:
    data, ledger, printed = tmp_path / "data", tmp_path / "data" / "runs.jsonl", tmp_path / "out"
    process = start_serving(data, tmp_path, EVERY_TEN_SECONDS)
    try:
        assert eventually(ledger.exists, 90), printed.read_text("utf-8") + (tmp_path / "err").read_text("utf-8")
        (record,) = read_records(data / "prefect")
        asked = httpx.post(f"http://127.0.0.1:{record.port}/api/flow_runs/filter", json={}, trust_env=False)
        page = httpx.get(f"http://127.0.0.1:{record.port}/", trust_env=False, follow_redirects=True)
        assert eventually(lambda: "Malam berikutnya dijalankan" in printed.read_text("utf-8"), 15)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
    night = json.loads(ledger.read_text("utf-8").splitlines()[0])
    assert (night["trigger"], night["exit_code"]) == ("schedule", 3)
    assert any(PLANTED in line for line in night["problems_id"])
    assert (data / "current").exists()
    kept = [path for path in (*data.rglob("*"), printed, tmp_path / "err") if path.is_file()]
    assert any("prefect" in path.parts for path in kept)
    assert [path for path in kept if NIK.encode() in path.read_bytes()] == [], "nor in the server's database and logs"
    begun = [run for run in asked.json() if run["start_time"]]
    assert any(run["auto_scheduled"] and run["name"].startswith("malam 20") for run in begun)
    assert "<title>" in page.text
    said = printed.read_text("utf-8")
    assert f"Prefect ada di http://127.0.0.1:{record.port}" in said
    assert "Berhenti; jadwal berlanjut saat dijalankan lagi." in said
    assert "Traceback" not in said
    assert (tmp_path / "err").read_text("utf-8") == ""
    assert not record.is_alive()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.flow
def test_a_schedule_that_is_no_cron_is_refused_with_an_example(tmp_path: Path) -> None:
    process = start_serving(tmp_path / "data", tmp_path, "61 * * * *")
    assert process.wait(60) == 2
    complaint = (tmp_path / "err").read_text("utf-8")
    assert complaint.startswith("Jadwal '61 * * * *' bukan cron yang benar. Contoh: '0 1 * * *'")
    assert len(complaint.splitlines()) == 1
    assert read_records(tmp_path / "data" / "prefect") == []


def test_an_unknown_time_zone_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path / "data", lang="en")
    assert serve(settings, "0 1 * * *", "Asia/Mojokerto") == 2
    assert "The time zone 'Asia/Mojokerto' is unknown. A right one: Asia/Jakarta." in capsys.readouterr().err
    assert not settings.data.exists()


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("id", "Malam berikutnya dijalankan 2 Maret 2026 pukul 01.00 (Asia/Jakarta)."),
        ("en", "The next night runs on 2 March 2026, 01:00 (Asia/Jakarta)."),
    ],
)
def test_the_next_run_is_told_in_the_operators_language_and_time_zone(lang: str, line: str) -> None:
    when = datetime(2026, 3, 1, 18, 0, tzinfo=UTC).astimezone(ZoneInfo("Asia/Jakarta"))
    assert wording.next_run(when, "Asia/Jakarta", lang) == line
