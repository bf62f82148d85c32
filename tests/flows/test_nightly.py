"""The Prefect flow: what it retries, what it survives, what it leaves in the server, and what nobody must see."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.office import copy_sources

from flows.server import ServerChild
from flows.survivors import read_records

PROJECT = Path(__file__).resolve().parent.parent.parent
# One worker keeps the server that several of these ask.
pytestmark = [pytest.mark.flow, pytest.mark.xdist_group("flow")]

# A night with stages that do as the scenario says; run_nightly, the flow and the server are the real ones.
DRIVER = """
import json, sys
from pathlib import Path
from catalog.settings import load_settings
from catalog.strict import Bilingual
from flows import stages
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome
from flows.run import run_nightly
from sources.connectors import TransientFailure

tries = {}
calls = []

def fetch_source(settings, source):
    tries[source] = tries.get(source, 0) + 1
    if source == "putus" or (source == "lambat" and tries[source] < 3):
        raise TransientFailure(Bilingual(id="tidak menjawab", en="no answer"))
    if source == "cacat":
        raise KeyError("secret detail")
    return FetchOutcome(source, "bundled", "0" * 64, bundled=True)

def read_source(settings, source):
    calls.append(source)
    if source == "ganjil":
        raise ZeroDivisionError("secret detail")
    return ReadOutcome(source, accepted=1234, quarantined=5)

def publish(settings, fetched, read):
    return NightOutcome(3, "r-1", True, "Terbit dengan catatan", "Published with notes", sources=len(fetched))

def unchanged_night(settings, fetched):
    return NightOutcome(0, "r-1", False, "Tidak ada yang baru", "Nothing new", sources=len(fetched))

stages.list_sources = lambda settings: ["baik", "cacat", "ganjil", "lambat", "putus"]
stages.fetch_source, stages.read_source = fetch_source, read_source
stages.publish, stages.unchanged_night = publish, unchanged_night
stages.needs_work = lambda settings: True
def at_once(settings):
    # Asked when Prefect may be imported and before the flow runs.
    from flows import nightly
    nightly.fetch.retry_delay_seconds = [0, 0, 0]
    return True
{scenario}
settings = load_settings()
outcome = run_nightly(settings, lambda line: print(line, flush=True))
seen = {"outcome": outcome.as_dict(), "tries": tries, "read": sorted(calls), "modules": sorted(sys.modules)}
Path(sys.argv[1]).write_text(json.dumps(seen))
sys.exit(outcome.exit_code)
"""


@dataclass
class Run:
    """How a night in a process of its own ended, what it printed, and what it left."""

    code: int
    printed: str
    seen: dict[str, Any]
    data: Path

    @property
    def log(self) -> str:
        return (self.data / "prefect" / "run.log").read_text("utf-8")

    @property
    def ledger(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.data / "runs.jsonl").read_text("utf-8").splitlines()]


def drive(folder: Path, scenario: str, **environment: str) -> Run:
    data, answer = folder / "data", folder / "seen.json"
    folder.mkdir(exist_ok=True)
    code = DRIVER.replace("{scenario}", textwrap.dedent(scenario))
    done = subprocess.run(
        [sys.executable, "-c", code, str(answer)],
        cwd=PROJECT,
        env=os.environ | {"MOJORAYA_DATA": str(data)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    seen = json.loads(answer.read_text("utf-8")) if answer.exists() else {}
    return Run(done.returncode, done.stdout, seen, data)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerChild]:
    """A live server, as a user would have it, whose API can be asked after the runs."""
    child = ServerChild(tmp_path_factory.mktemp("prefect"))
    child.start()
    try:
        child.wait_until_healthy()
        yield child
    finally:
        child.stop()


def ask(server: ServerChild, path: str) -> list[dict[str, Any]]:
    with httpx.Client(trust_env=False, base_url=server.api_url) as client:
        answer = client.post(path, json={}).raise_for_status().json()
    assert isinstance(answer, list)
    return answer


@pytest.fixture(scope="module")
def hard_night(server: ServerChild, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One source recovers, one stays away, one breaks on fetching, one on reading, one is in order."""
    return drive(
        tmp_path_factory.mktemp("hard") / "night", "stages.needs_work = at_once", PREFECT_API_URL=server.api_url
    )


def test_only_a_transient_failure_is_fetched_again(hard_night: Run) -> None:
    assert hard_night.seen["tries"] == {"baik": 1, "cacat": 1, "ganjil": 1, "lambat": 3, "putus": 4}


def test_one_sources_failure_never_stops_anothers(hard_night: Run) -> None:
    assert hard_night.code == 3
    assert hard_night.seen["read"] == ["baik", "cacat", "ganjil", "lambat", "putus"]
    assert hard_night.seen["outcome"]["sources"] == 5


def test_each_stage_and_source_gets_one_line(hard_night: Run) -> None:
    lines = hard_night.printed.splitlines()
    assert "ambil   baik: berkas bawaan" in lines
    assert "ambil   lambat: berkas bawaan" in lines
    assert "baca    baik: 1.234 baris diterima, 5 dikarantina" in lines
    assert "terbit  r-1" in lines
    (away,) = [line for line in lines if line.startswith("ambil   putus: tidak terjangkau")]
    assert "4 kali dicoba (tidak menjawab)" in away
    assert len(lines) == 11


def test_an_error_of_the_program_is_a_sentence_and_its_traceback_is_in_the_log(hard_night: Run) -> None:
    assert "Traceback" not in hard_night.printed
    assert "secret detail" not in hard_night.printed
    assert "baca    ganjil: ditolak. Kesalahan program (ZeroDivisionError)" in hard_night.printed
    assert "ambil   cacat: ditolak. Kesalahan program (KeyError)" in hard_night.printed
    assert "ZeroDivisionError: secret detail" in hard_night.log


def test_the_server_shows_names_an_operator_can_read(hard_night: Run, server: ServerChild) -> None:
    assert hard_night.code == 3
    runs = {run["name"]: run["state"]["name"] for run in ask(server, "/task_runs/filter")}
    assert {"ambil baik", "baca baik", "terbitkan"} <= set(runs)
    # Runs that another test of this server had scheduled keep the names that the scheduler gave them.
    nights = [night for night in ask(server, "/flow_runs/filter") if not night["auto_scheduled"]]
    assert all(night["name"].startswith("malam 20") for night in nights)
    assert "Perlu perhatian" in {night["state"]["name"] for night in nights}


def test_the_summary_is_an_artifact(hard_night: Run, server: ServerChild) -> None:
    assert hard_night.code == 3
    kept = [item for item in ask(server, "/artifacts/filter") if item["key"] == "ringkasan-malam"]
    assert any("Terbit dengan catatan" in item["data"] for item in kept)


def test_every_night_is_in_the_ledger(hard_night: Run) -> None:
    (line,) = hard_night.ledger
    assert line["trigger"] == "command"
    assert line["exit_code"] == 3
    assert line["started_at"] < line["finished_at"]


def test_nothing_new_reads_nothing_and_imports_nothing_heavy(server: ServerChild, tmp_path: Path) -> None:
    scenario = """
    stages.needs_work = lambda settings: False
    stages.list_sources = lambda settings: ["baik"]
    """
    run = drive(tmp_path, scenario, PREFECT_API_URL=server.api_url)
    assert run.code == 0
    assert run.seen["read"] == []
    assert not {"great_expectations", "pandas", "prefect.server.api.server"} & set(run.seen["modules"])
    assert "terbit  tidak ada yang berubah, rilis tetap r-1" in run.printed


def test_a_night_that_breaks_off_says_so_and_publishes_nothing(server: ServerChild, tmp_path: Path) -> None:
    scenario = """
    def publish(settings, fetched, read):
        raise ValueError("secret detail")
    stages.publish = publish
    stages.list_sources = lambda settings: ["baik"]
    """
    run = drive(tmp_path, scenario, PREFECT_API_URL=server.api_url, MOJORAYA_LANG="en")
    assert run.code == 1
    assert run.seen["outcome"]["problems_en"] == [
        "An error of the program (ValueError); the details are in data/prefect/run.log."
    ]
    assert "Traceback" not in run.printed
    assert "ValueError: secret detail" in run.log
    assert run.ledger[0]["exit_code"] == 1
    assert "FAILED" in {night["state"]["type"] for night in ask(server, "/flow_runs/filter")}


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    run = drive(
        tmp_path,
        "stages.needs_work = lambda settings: False",
        PREFECT_API_URL="http://127.0.0.1:9/api",
        PREFECT_CLIENT_MAX_RETRIES="0",
    )
    assert run.code == 1
    assert "http://127.0.0.1:9/api" in run.seen["outcome"]["problems_id"][0]
    assert run.printed == ""
    assert run.ledger[0]["exit_code"] == 1


def mojoraya(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # As in an office: a proxy for everything, a home that may not be written to, no server configured.
    proxied = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    few = copy_sources(data.parent / "sources", ["kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan"])
    ours = {"MOJORAYA_DATA": str(data), "MOJORAYA_SOURCES": str(few), "HOME": str(data.parent / "nowhere")}
    environment = os.environ | proxied | ours
    environment.pop("PREFECT_API_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_the_real_flow_publishes_once_and_then_finds_nothing_new(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = mojoraya(data, "run")
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stderr == ""
    release = (data / "current").resolve()
    second = mojoraya(data, "run")
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stderr == ""
    assert "tidak ada yang berubah" in second.stdout
    assert not any(line.startswith("baca ") for line in second.stdout.splitlines())
    assert (data / "current").resolve() == release
    assert read_records(data / "prefect") == []
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_the_night_quickly_without_a_traceback(tmp_path: Path) -> None:
    environment = os.environ | {"MOJORAYA_DATA": str(tmp_path / "data")}
    environment.pop("PREFECT_API_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "run"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in complaints
    assert read_records(tmp_path / "data" / "prefect") == []


def test_prefect_yaml_declares_the_same_deployment(server: ServerChild, tmp_path: Path) -> None:
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    environment = os.environ | server.environment() | {"PREFECT_HOME": str(tmp_path)}
    for arguments in (["work-pool", "create", "--type", "process", "mojoraya"], ["deploy", "--all"]):
        subprocess.run([*prefect, *arguments], cwd=PROJECT, env=environment, check=True, capture_output=True)
    (deployment,) = ask(server, "/deployments/filter")
    assert (deployment["name"], deployment["entrypoint"]) == ("malam", "flows/nightly.py:nightly")
    schedule = deployment["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 1 * * *", "Asia/Jakarta")


# Three nights that the schedule wanted while nobody served; then one that ran since.
LATE = """
import asyncio, json, os, sys
from datetime import UTC, datetime, timedelta
from catalog.settings import load_settings
from flows import ledger
from flows.outcome import NightOutcome
from flows.serve import collapse_late, nightly_deployment
from prefect.client.orchestration import get_client
from prefect.client.schemas.sorting import FlowRunSort
from prefect.flow_engine import run_flow
from flows.nightly import nightly

settings, now = load_settings(), datetime.now(UTC)

async def late_runs():
    number = await nightly_deployment("0 1 * * *", "Asia/Jakarta", "id").aapply()
    async with get_client() as client:
        asked = {"start_time": (now - timedelta(days=3)).isoformat(), "end_time": now.isoformat(), "min_runs": 3}
        await client.request("POST", "/deployments/{id}/schedule", path_params={"id": number}, json=asked)
    return number, await collapse_late(number, "id"), await collapse_late(number, "id")

async def all_runs():
    async with get_client() as client:
        found = await client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_ASC)
        return [run for run in found if run.deployment_id == number]

number, cancelled, again = asyncio.run(late_runs())
ledger.append_run(settings, NightOutcome(0, "r-1", True, "", ""), now, now, "command")
newest = asyncio.run(all_runs())[-1]
run_flow(nightly, flow_run=newest, parameters={"lang": "id"}, return_type="state")
runs = asyncio.run(all_runs())
states = [[run.auto_scheduled, run.state.name, run.state.message] for run in runs]
print(json.dumps({"cancelled": [cancelled, again], "states": states}))
"""


def test_nights_missed_become_one_and_one_that_another_night_did_ends_at_once(
    server: ServerChild, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE],
        cwd=PROJECT,
        env=os.environ
        | server.environment()
        | {"MOJORAYA_DATA": str(tmp_path), "PREFECT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    line, seen = done.stdout.strip().splitlines()[-2:]
    assert line.startswith("malam   digabung dengan malam ")
    told = json.loads(seen)
    assert told["cancelled"] == [2, 0]
    assert [(scheduled, name) for scheduled, name, _ in told["states"]] == [
        (True, "Cancelled"),
        (True, "Cancelled"),
        (True, "Digabung"),
    ]
    assert told["states"][0][2].startswith("waktunya lewat")
    assert told["states"][2][2].startswith("digabung dengan malam ")
    assert len((tmp_path / "runs.jsonl").read_text("utf-8").splitlines()) == 1
