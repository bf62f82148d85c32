"""Reading on a Dask cluster of separate processes: the same release, and a sentence for every cluster that is unfit."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.dask_cluster import DaskCluster, dask_cluster
from support.office import Office

from catalog.settings import Settings, load_settings
from catalog.strict import DeclarationError
from flows import cluster as clusters
from flows import ledger, stages
from flows.cluster import Cluster, check_view, on_cluster, required_address
from flows.cluster_words import ClusterFault, unlike
from flows.night import night
from flows.outcome import ReadOutcome
from flows.there import Paths, difference, fingerprint, look_around, portable, read_there

PROJECT = Path(__file__).resolve().parent.parent.parent
SOURCE = "kota-mojokerto-kemiskinan"
ROOMS = ("catalog", "sources", "transforms", "expectations", "warehouse", "dashboard", "flows")
real = [pytest.mark.flow, pytest.mark.trial, pytest.mark.xdist_group("dask")]


def marked(test: object) -> object:
    for mark in real:
        test = mark(test)
    return test


def parquet(data: Path) -> dict[str, str]:
    release = (data / "current").resolve()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(release.glob("*.parquet"))}


def unread(office: Office) -> Settings:
    """An office whose staging and releases are gone, so that everything is to be read again."""
    for name in ("staging", "releases"):
        shutil.rmtree(office.settings.data / name)
    (office.settings.data / "current").unlink()
    return office.settings


def by_dask(settings: Settings, address: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    ours = {"MOJORAYA_TASK_RUNNER": "dask", "MOJORAYA_DASK_SCHEDULER": address}
    arguments = ["run", "--data", str(settings.data), "--sources", str(settings.sources)]
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=PROJECT,
        env=kept | ours,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines(printed: str, begin: str = "baca ") -> list[str]:
    return sorted(line for line in printed.splitlines() if line.startswith(begin))


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path / "cluster", 2) as cluster:
        yield cluster


def chosen(settings: Settings, address: str) -> Settings:
    return settings.model_copy(update={"task_runner": "dask", "dask_scheduler": address})


def nobody_there() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@marked
def test_a_night_on_a_cluster_gives_the_release_of_a_plain_night(
    office: Office, small_night: Path, two_workers: DaskCluster
) -> None:
    settings = unread(office)
    process = by_dask(settings, two_workers.address)
    printed, complaints = process.communicate(timeout=120)
    assert process.returncode == 0, printed + complaints
    assert complaints == ""
    assert "catatan" not in printed
    assert (settings.data / "current").resolve().name == (small_night / "data" / "current").resolve().name
    assert parquet(settings.data) == parquet(small_night / "data") != {}
    # Read by workers, all three, and into the folders that a plain night would use.
    assert len(two_workers.read_there()) == 3
    kept = {path.name for path in (settings.data / "staging").iterdir()}
    assert kept == {path.name for path in (small_night / "data" / "staging").iterdir()}


@marked
def test_a_broken_source_and_a_killed_worker_change_nothing_in_what_is_told(
    office: Office, two_workers: DaskCluster, tmp_path: Path
) -> None:
    office.edit(SOURCE, lambda text: text.replace(";", "|"))
    shutil.copytree(office.settings.data.parent, tmp_path / "plain", symlinks=True)
    plain = Settings(data=tmp_path / "plain" / "data", sources=tmp_path / "plain" / "sources")
    shutil.rmtree(plain.data / "staging")
    shutil.rmtree(office.settings.data / "staging")
    told: list[str] = []
    expected = night(plain, told.append)
    process = by_dask(office.settings, two_workers.address)
    os.kill(two_workers.busy_worker(), signal.SIGKILL)
    printed, complaints = process.communicate(timeout=120)
    assert process.returncode == expected.exit_code == 3, printed + complaints
    assert complaints == ""
    assert lines(printed) == lines("\n".join(told))
    assert any(f"{SOURCE}: ditolak" in line for line in lines(printed))
    assert (office.settings.data / "current").resolve().name == (plain.data / "current").resolve().name
    taken, ended = two_workers.taken_back(), two_workers.read_there()
    assert taken
    assert taken <= ended
    assert len(ended) == 3


@marked
def test_a_cluster_that_is_not_there_is_one_sentence_and_the_release_stands(office: Office) -> None:
    address, first = nobody_there(), (office.settings.data / "current").resolve()
    office.edit(SOURCE, lambda text: text.replace("5,77", "5,78"))
    process = by_dask(office.settings, address)
    printed, complaints = process.communicate(timeout=60)
    assert process.returncode == 1, printed + complaints
    assert complaints == ""
    assert f"Tidak ada penjadwal Dask yang menjawab di {address}" in printed
    assert "Traceback" not in printed
    assert (office.settings.data / "current").resolve() == first
    assert ledger.runs(office.settings)[-1]["exit_code"] == 1


@marked
def test_a_scheduler_without_workers_is_told_and_so_is_a_worker_of_another_version(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "WORKERS_SECONDS", 0.5)
    other = tmp_path / "other"
    for room in ROOMS:
        shutil.copytree(PROJECT / room, other / room, ignore=shutil.ignore_patterns("__pycache__", "*.csv", "*.xlsx"))
    (other / "transforms" / "tidy.py").open("a", encoding="utf-8").write("\n# another version\n")
    with dask_cluster(tmp_path / "cluster", 0) as cluster:
        settings = chosen(office.settings, cluster.address)
        with pytest.raises(ClusterFault, match="has no workers"), on_cluster(settings):
            pass
        cluster.add_workers(1, other)
        with pytest.raises(ClusterFault, match=r"The Dask worker tcp:.* has another version of Mojoraya"):
            on_cluster(settings).__enter__()
        # One that joins after the look: it writes nothing, the source is read here, and that is said.
        shutil.rmtree(settings.data / "staging")
        with cluster.client() as client:
            late = Cluster(client, cluster.address, settings, 1)
            seen: list[bool] = []

            def here(settings: Settings, source: str) -> ReadOutcome:
                seen.append((settings.data / "staging").exists())
                return stages.read_source(settings, source)

            assert late.read(SOURCE, here) == stages.read_source(settings, SOURCE)
        assert seen == [False]
        assert "Mojoraya" in late.told[SOURCE].en


@marked
@pytest.mark.parametrize("victim", ["workers", "scheduler"])
def test_what_a_dead_cluster_leaves_undone_is_read_here(
    victim: str, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "WORKERLESS_SECONDS", 0.5)
    monkeypatch.setattr(clusters, "WATCH_SECONDS", 0.2)
    settings = office.settings
    shutil.rmtree(settings.data / "staging")
    with dask_cluster(tmp_path / "cluster", 1) as running, on_cluster(chosen(settings, running.address)) as cluster:
        results: list[ReadOutcome] = []
        reader = threading.Thread(target=lambda: results.append(cluster.read(SOURCE, stages.read_source)))
        reader.start()
        worker = running.busy_worker()
        os.kill(worker if victim == "workers" else running.scheduler.pid, signal.SIGKILL)
        begun = time.monotonic()
        reader.join(timeout=60)
        assert time.monotonic() - begun < 50
    assert results == [stages.read_source(settings, SOURCE)]
    assert results[0].accepted > 0
    assert "read here" in cluster.told[SOURCE].en


def test_a_stranger_writes_nothing(office: Office) -> None:
    shutil.rmtree(office.settings.data / "staging")
    answer = read_there(Paths.of(office.settings), SOURCE, fingerprint() | {"pandas": "2.2.3"})
    assert answer.differs is not None
    assert answer.differs[::2] == ("pandas", "2.2.3")
    assert answer.outcome is None
    assert not (office.settings.data / "staging").exists()


def test_a_worker_reads_what_the_flow_would(whole: Office) -> None:
    for source in (SOURCE, "contoh-pengaduan"):
        answer = read_there(Paths.of(whole.settings), source, fingerprint())
        assert answer.outcome == stages.read_source(whole.settings, source)
        assert answer.error is None


def test_a_difference_is_told_by_name_with_what_to_do() -> None:
    here = fingerprint()
    assert difference(here, here) is None
    for name, words in (("Python", "the same Python"), ("pyarrow", "requirements/lock.txt"), ("Mojoraya", "version")):
        found = difference(here | {name: "0"}, here)
        assert found == (name, "0", here[name])
        assert words in unlike("tcp://10.0.0.5:4000", found).en


def test_a_worker_that_sees_other_folders_is_refused(office: Office, tmp_path: Path) -> None:
    settings, token = office.settings, ".look.tmp"
    folder = settings.data / "staging" / token
    folder.mkdir()
    (folder / "seen").write_text(token, "utf-8")
    view = look_around(Paths.of(settings), token)
    check_view("w", view, settings)
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(ClusterFault, match="cannot write"):
        check_view("w", replace(view, wrote=False), settings)
    elsewhere = settings.model_copy(update={"data": tmp_path / "elsewhere"})
    with pytest.raises(ClusterFault, match=f"does not see the same folder {settings.data}"):
        check_view("w", look_around(Paths.of(elsewhere), token), settings)
    shutil.copytree(settings.sources, tmp_path / "sources")
    contract = next((tmp_path / "sources").rglob(f"{SOURCE}.toml"))
    contract.write_text(contract.read_text("utf-8") + "\n# changed\n", "utf-8")
    old = look_around(Paths.of(settings.model_copy(update={"sources": tmp_path / "sources"})), token)
    with pytest.raises(ClusterFault, match=f"does not see the same folder {settings.sources}"):
        check_view("w", old, settings)


@pytest.mark.parametrize("address", ["", "http://10.0.0.5:8786", "10.0.0.5", "tcp://a b:1", "inproc://x/1", "tcp://:1"])
def test_an_address_of_no_scheduler_is_a_wrong_setting(address: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        required_address(Settings(task_runner="dask", dask_scheduler=address))
    assert "dask" in refused.value.message.id
    assert "tcp://HOST:8786" in refused.value.message.en


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "tls://dask.kantor.go.id:8786", "tcp://[::1]:8786"])
def test_an_address_of_a_scheduler_is_taken_with_or_without_its_scheme(address: str) -> None:
    assert required_address(Settings(task_runner="dask", dask_scheduler=address)) == address
    if address.startswith("tcp"):
        assert required_address(Settings(dask_scheduler=address.removeprefix("tcp://"))) == address


def test_the_scheduler_is_found_in_the_environment_dasks_own_name_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mojoraya.toml"
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://a:1")
    assert load_settings(file).dask_scheduler == "tcp://a:1"
    file.write_text('dask_scheduler = "tcp://b:1"\n', "utf-8")
    assert load_settings(file).dask_scheduler == "tcp://b:1"
    monkeypatch.setenv("MOJORAYA_DASK_SCHEDULER", "tcp://c:1")
    assert load_settings(file).dask_scheduler == "tcp://c:1"
    monkeypatch.setenv("MOJORAYA_TASK_RUNNER", "spark")
    with pytest.raises(DeclarationError, match="task_runner"):
        load_settings(file)


def test_a_choice_without_a_cluster_ends_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    monkeypatch.setenv("MOJORAYA_TASK_RUNNER", "dask")
    for verb in ("run", "serve"):
        assert main([verb, "--data", str(tmp_path / "data")]) == 2
        assert "MOJORAYA_DASK_SCHEDULER" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


class Odd(Exception):
    """An error that does not survive the journey."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def test_an_error_travels_with_its_traceback() -> None:
    for error in (KeyError("x"), Odd("a", "b")):
        try:
            raise error
        except (KeyError, Odd) as raised:
            sent = portable(raised)
        assert "Traceback" in "".join(sent.__notes__)
        assert type(sent) is (KeyError if isinstance(error, KeyError) else RuntimeError)
