"""What a machine can refuse: room, the right to write, open files, time; two nights at once; damage on the disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from support.misfortune import leftovers, look
from support.office import Office
from support.zygote import Zygote

from flows.declared import load_contracts
from flows.lock import night_lock
from flows.machine import machine_fault
from flows.stages import judge_source
from flows.verify import verify_all

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.trial]
SOURCE = "kota-mojokerto-kemiskinan"
MOUNT, UMOUNT = shutil.which("mount") or "/bin/mount", shutil.which("umount") or "/bin/umount"
STANDS = "Rilis terakhir, bila ada, tetap berlaku."


def revise(office: Office, new: str = "5,78") -> None:
    office.edit(SOURCE, lambda text: text.replace("5,77", new))


def size_of(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


@pytest.fixture
def small_disk(office: Office, tmp_path: Path) -> Iterator[Path]:
    """The data folder of the office on a disk of its own, a tmpfs; its size and rights are the test's to change."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run([MOUNT, "-t", "tmpfs", "tmpfs", str(disk)], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a tmpfs; a limit on the size of files is tested instead")
    try:
        shutil.copytree(office.settings.data, disk / "data", symlinks=True)
        yield disk
    finally:
        subprocess.run([UMOUNT, "-l", str(disk)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run([MOUNT, "-o", f"remount,{options}", str(disk)], check=True)


def test_a_full_disk_is_a_sentence_and_the_release_stands(office: Office, zygote: Zygote, small_disk: Path) -> None:
    data, sources = small_disk / "data", office.settings.sources
    first = look(data)
    revise(office)
    # From no room at all to nearly enough: at the log, and in the release.
    for room in (0, 5_000_000):
        remount(small_disk, f"size={(size_of(small_disk) + room) // 4096 * 4096}")
        ended = zygote.run(data, sources)
        assert ended.code == 1, ended.printed
        assert "Diska folder data penuh. Kosongkan ruang" in ended.printed
        assert STANDS in ended.printed
        assert "Traceback" not in ended.printed
        assert look(data) == first
    remount(small_disk, "size=1g")
    assert zygote.run(data, sources).code == 0
    assert look(data) != first
    assert leftovers(data) == []


def test_a_disk_that_is_read_only_is_a_sentence(office: Office, zygote: Zygote, small_disk: Path) -> None:
    data = small_disk / "data"
    revise(office)
    remount(small_disk, "ro")
    ended = zygote.run(data, office.settings.sources)
    assert ended.code == 1
    assert "Folder data tidak dapat ditulis." in ended.printed
    assert "Traceback" not in ended.printed
    command = subprocess.run(
        [sys.executable, "-m", "cli.main", "run", "--data", str(data), "--sources", str(office.settings.sources)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert command.returncode == 1
    assert command.stderr.startswith("Folder data tidak dapat ditulis.")
    assert "Traceback" not in command.stderr


@pytest.mark.parametrize(
    ("misfortune", "said"),
    [({"largest": 100_000}, "Diska folder data penuh."), ({"files": 12}, "Terlalu banyak berkas terbuka")],
)
def test_a_limit_of_the_machine_is_a_sentence(
    office: Office, zygote: Zygote, misfortune: dict[str, int], said: str
) -> None:
    data, first = office.settings.data, look(office.settings.data)
    revise(office)
    ended = zygote.run(data, office.settings.sources, misfortune=misfortune)
    assert (ended.code, look(data)) == (1, first), ended.printed
    assert said in ended.printed
    assert STANDS in ended.printed
    assert "Traceback" not in ended.printed


def test_a_second_night_says_who_runs(office: Office, zygote: Zygote) -> None:
    with night_lock(office.settings.data):
        second = zygote.run(office.settings.data, office.settings.sources)
    assert second.code == 1
    assert f"Proses {os.getpid()} sedang menjalankan malam di folder data ini sejak" in second.printed


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(bytes(data))


def test_damage_is_found_and_made_anew_from_the_snapshots(office: Office, zygote: Zygote) -> None:
    data = office.settings.data
    first, current = look(data), (data / "current").resolve()
    staged = next(path for path in sorted((data / "staging").rglob("tidy.parquet")))
    table = next(path for path in sorted((data / "staging").rglob("table-*.json")) if path.parent != staged.parent)
    for path in (staged, table, data / "warehouse.duckdb", current / "joint_poverty.parquet"):
        flip(path)
    found = {fault.what for fault in verify_all(office.settings)}
    assert found == {f"staging/{path.parent.name[:12]}" for path in (staged, table)} | {"warehouse.duckdb", first}
    # A night reads nothing that is damaged, even before anybody looks.
    contracts, _ = load_contracts(office.settings)
    assert all(judge_source(office.settings, item)[-1].refused is None for item in contracts.values())
    assert {fault.what for fault in verify_all(office.settings)} == {"warehouse.duckdb", first}
    assert zygote.run(data, office.settings.sources, do="rebuild").code == 0
    assert list(verify_all(office.settings)) == []
    assert look(data) == first


def test_a_damaged_snapshot_is_named_and_a_bundled_one_comes_back(office: Office, zygote: Zygote) -> None:
    data, first = office.settings.data, look(office.settings.data)
    snapshot = next(iter(sorted((data / "snapshots").glob("*.csv"))))
    flip(snapshot)
    (fault,) = verify_all(office.settings)
    assert snapshot.stem[:12] in fault.what
    assert zygote.run(data, office.settings.sources).code == 0
    assert list(verify_all(office.settings)) == []
    assert look(data) == first


def test_what_a_name_or_a_pointer_leads_to_is_on_the_disk_before_it_and_no_reader_is_in_the_way(
    office: Office, zygote: Zygote, tmp_path: Path
) -> None:
    data, log, first = office.settings.data, tmp_path / "order", look(office.settings.data)
    revise(office)
    # An analyst holds the file open for the whole night, and the clock has gone back by a year.
    with duckdb.connect(str((data / "current").resolve() / "mojoraya.duckdb"), read_only=True) as analyst:
        assert zygote.run(data, office.settings.sources, misfortune={"record": str(log), "clock": 400}).code == 0
        assert analyst.execute("SELECT release_id FROM meta.release").fetchone() == (first,)
    steps = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    release = look(data)
    (rate,) = office.sql("SELECT poverty_rate FROM joint.poverty WHERE region_code = '35.76' AND year = 2023")[0]
    assert str(rate) == "5.78", "what came last into the log stands, whatever the clock said"

    def at(*wanted: str) -> int:
        return next(n for n, step in enumerate(steps) if all(any(word in part for part in step) for word in wanted))

    kept = next(step[2] for step in steps if step[0] == "rename" and step[2].startswith("snapshots/"))
    renamed = at("rename", kept)
    named = steps.index(
        ["rename", next(s[1] for s in steps if s[2:] == [f"releases/{release}"]), f"releases/{release}"]
    )
    aside = steps[named][1]
    synced = {step[1] for step in steps[:named] if step[0] == "sync"}
    files = {f"{aside}/{path.name}" for path in (data / "releases" / release).iterdir()}
    pointer = next(n for n, step in enumerate(steps) if step[0] == "rename" and step[2] == "current")
    assert at("sync", f".{Path(kept).name}") < renamed < at("sync", "snapshots/log.jsonl")
    assert ["sync", "snapshots"] in steps[renamed : at("sync", "snapshots/log.jsonl")]
    assert files | {aside} <= synced, "every file, and the directory that names them"
    assert ["sync", "releases"] in steps[named:pointer], "the new name is durable before the pointer moves"
    assert steps[pointer + 1][0] == "sync"
    assert named < pointer


def test_an_error_that_is_not_the_machines_is_not_called_so() -> None:
    assert machine_fault(ValueError("no space left on device")) is None
    assert machine_fault(FileNotFoundError(2, "no such file")) is None
    assert machine_fault(duckdb.IOException("IO Error: No space left on device")) is not None
