"""What an operator does beside the nights: go back, keep for good, verify, back up, restore."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.office import Office, quiet

from catalog.settings import Settings
from cli.main import main
from flows.backup import BackupRefused, back_up, restore
from flows.lock import night_lock
from flows.rebuild import rebuild
from flows.rollback import RollbackRefused, instead_of_withdrawn, roll_back, withdrawn
from flows.verify import verify_all
from sources.store import Rollback, SnapshotStore
from warehouse.shelf import ReleaseInfo, current_release, list_releases, prune_releases, tag_release

# One worker makes the second night that several of these start from.
pytestmark = pytest.mark.xdist_group("upkeep")
SOURCE = "kota-mojokerto-kemiskinan"
Verb = Callable[..., int]


@pytest.fixture
def verb(office: Office) -> Verb:
    return verb_of(office)


@pytest.fixture(scope="module")
def second_night(small_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small office after a second night, in which a figure was revised."""
    folder = tmp_path_factory.mktemp("second") / "office"
    shutil.copytree(small_night, folder, symlinks=True)
    office = Office(Settings(data=folder / "data", sources=folder / "sources"))
    revise(office)
    assert office.run().changed
    return folder


@pytest.fixture
def revised(second_night: Path, tmp_path: Path) -> tuple[Office, ReleaseInfo, ReleaseInfo]:
    """A copy of that office, its first release and its second, which is in force."""
    shutil.copytree(second_night, tmp_path / "revised", symlinks=True)
    office = Office(Settings(data=tmp_path / "revised" / "data", sources=tmp_path / "revised" / "sources"))
    second = stands(office)
    (first,) = (item for item in list_releases(office.settings.data) if item.id != second.id)
    return office, first, second


def verb_of(office: Office) -> Verb:
    return lambda *words: main([*words, "--data", str(office.settings.data), "--sources", str(office.settings.sources)])


def stands(office: Office) -> ReleaseInfo:
    found = current_release(office.settings.data)
    assert found is not None
    return found


def revise(office: Office, old: str = "5,77", new: str = "5,78") -> None:
    office.edit(SOURCE, lambda text: text.replace(old, new))


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_a_withdrawn_release_stays_withdrawn_until_the_figures_are_others(
    revised: tuple[Office, ReleaseInfo, ReleaseInfo],
) -> None:
    office, first, second = revised
    assert verb_of(office)("rollback", "--reason", "angka kota salah ketik") == 0
    assert stands(office).id == first.id
    night = office.run()
    assert night.exit_code == 3
    assert f"Rilis {second.id} ditarik" in night.summary("id")
    assert "angka kota salah ketik" in night.summary("id")
    revise(office, "5,78", "5,79")
    third = office.run()
    assert third.release not in {first.id, second.id}
    assert "ditarik" not in third.summary("id")
    assert f"Rilis {first.id}, yang dipilih pada" in third.summary("id"), "that the choice has ended is told once"
    assert third.exit_code == 3
    assert "yang dipilih" not in office.run().summary("id")


def test_a_rollback_can_be_undone_and_names_what_stands(
    revised: tuple[Office, ReleaseInfo, ReleaseInfo], capsys: pytest.CaptureFixture[str]
) -> None:
    office, first, second = revised
    verb = verb_of(office)
    assert verb("rollback", first.id, "--reason", "diperiksa dahulu") == 0
    assert first.id in capsys.readouterr().out
    assert verb("rollback", second.id, "--reason", "ternyata benar") == 0
    assert instead_of_withdrawn(office.settings) == {first.id: second.id}
    assert stands(office).id == second.id


def test_there_is_nothing_to_go_back_to_from_a_first_release(
    office: Office, verb: Verb, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb("rollback", "--reason", "x") == 2
    assert "Tidak ada rilis sebelumnya" in capsys.readouterr().err
    with pytest.raises(RollbackRefused, match="There is no release 2020-01-01-abcdefabcdef"):
        roll_back(office.settings, "2020-01-01-abcdefabcdef", "x")
    with pytest.raises(RollbackRefused, match="in force already"):
        roll_back(office.settings, stands(office).id, "x")


def test_a_broken_release_cannot_be_gone_back_to(revised: tuple[Office, ReleaseInfo, ReleaseInfo]) -> None:
    office, first, _ = revised
    flip_a_byte(first.path / "joint_poverty.parquet")
    with pytest.raises(RollbackRefused, match="is not whole"):
        roll_back(office.settings, None, "x")
    assert SnapshotStore(office.settings.data).rollbacks() == []


def test_a_chain_of_rollbacks_leads_to_its_end() -> None:
    decisions = [Rollback("b", "c", "", date(2026, 1, 1)), Rollback("a", "b", "", date(2026, 1, 2))]
    assert {name: item.release for name, item in withdrawn(decisions).items()} == {"c": "b", "b": "a"}
    undone = [*decisions, Rollback("c", "a", "", date(2026, 1, 3))]
    assert {name: item.release for name, item in withdrawn(undone).items()} == {"b": "a", "a": "c"}


def test_a_tagged_release_and_the_last_of_each_month_are_kept(office: Office, verb: Verb) -> None:
    first = stands(office)
    later = datetime.now(UTC) + timedelta(days=400)
    copies = []
    for number in range(6):
        folder = first.path.with_name(f"2026-0{number + 1}-01-{first.id[-12:]}")
        shutil.copytree(first.path, folder)
        told = json.loads((folder / "release.json").read_text("utf-8"))
        built = datetime(2026, number // 2 + 1, 10 + number, tzinfo=UTC)
        (folder / "release.json").write_text(json.dumps({**told, "id": folder.name, "built_at": built.isoformat()}))
        copies.append(folder.name)
    assert verb("releases", copies[0], "--tag", "musrenbang-2026") == 0
    assert (office.settings.data / "tags" / "musrenbang-2026" / "joint_poverty.parquet").is_file()
    removed = prune_releases(office.settings.data, 2, later, keep_monthly=3)
    # Kept: the newest of November, March and February, the second newest of all, and January's by its tag.
    assert sorted(removed) == [copies[1], copies[2], copies[4]]
    assert {item.id for item in list_releases(office.settings.data)} == {first.id, copies[5], copies[3], copies[0]}
    assert verb("releases", "--untag", "musrenbang-2026") == 0
    assert verb("releases", "--untag", "musrenbang-2026") == 2
    assert prune_releases(office.settings.data, 2, later, keep_monthly=3) == [copies[0]]


def test_a_tag_is_a_plain_name_of_a_release_that_exists(
    office: Office, verb: Verb, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb("releases", "--tag", "../luar") == 2
    assert "bukan tag" in capsys.readouterr().err
    assert verb("releases", "2020-01-01-abcdefabcdef", "--tag", "lama") == 2
    assert "Tidak ada rilis itu" in capsys.readouterr().err
    assert not (office.settings.data / "tags").exists() or not list((office.settings.data / "tags").iterdir())


@pytest.mark.parametrize("words", [("rollback", "--reason", "x"), ("verify",), ("releases", "--tag", "lama")])
@pytest.mark.parametrize("typed", ["../releases", "/", "..", "2026-11-21", "2026-11-21-XYZ", "."])
def test_what_is_no_release_id_is_a_sentence_and_no_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], typed: str
) -> None:
    office = Office(Settings(data=tmp_path / "data", sources=tmp_path / "sources"))
    (tmp_path / "data" / "releases").mkdir(parents=True)
    assert verb_of(office)(words[0], typed, *words[1:]) == 2
    assert f"'{typed}' bukan id rilis" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["releases"]


def test_verify_finds_a_flipped_byte_and_says_what_mends_it(
    office: Office, verb: Verb, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb("verify") == 0
    assert "Semuanya utuh" in capsys.readouterr().out
    before = stands(office)
    flip_a_byte(before.path / "joint_poverty.parquet")
    assert verb("verify") == 1
    told = capsys.readouterr().out
    assert "joint_poverty.parquet" in told
    assert "mojoraya rebuild" in told
    assert rebuild(office.settings, quiet).release == before.id
    assert verb("verify") == 0


def test_verify_tells_a_lost_snapshot_from_a_lost_release(office: Office) -> None:
    store = SnapshotStore(office.settings.data)
    one, other = store.entries()[:2]
    flip_a_byte(store.path_of(one))
    store.path_of(other).unlink()
    faults = {fault.what: fault for fault in verify_all(office.settings)}
    assert faults[f"{one.source} {one.sha256[:12]}"].fault == "its bytes are not those that were kept"
    assert faults[f"{other.source} {other.sha256[:12]}"].fault == "its bytes are missing"
    assert all("restore" in fault.remedy.en for fault in faults.values())


def test_a_backup_gives_the_same_release_on_another_machine(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "cadangan"
    first = back_up(office.settings, folder)
    assert first.copied == first.files
    assert back_up(office.settings, folder).copied == 0
    elsewhere = office.settings.model_copy(update={"data": tmp_path / "lain"})
    assert restore(elsewhere, folder).copied == first.files
    assert rebuild(elsewhere, quiet).release == stands(office).id


def test_a_backup_grows_with_the_log_and_mends_what_was_lost(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "cadangan"
    back_up(office.settings, folder)
    store = SnapshotStore(office.settings.data)
    entry = store.entries()[0]
    store.path_of(entry).unlink()
    with pytest.raises(BackupRefused, match="missing or damaged"):
        back_up(office.settings, folder)
    assert restore(office.settings, folder).copied == 1
    assert store.holds(entry)
    store.accept(Rollback("a", "b", "catatan baru", date(2026, 11, 21)))
    assert back_up(office.settings, folder).copied == 1
    # What is newer here than in the backup is not undone by restoring it.
    store.accept(Rollback("b", "a", "lebih baru", date(2026, 11, 21)))
    restore(office.settings, folder)
    assert [item.reason for item in store.rollbacks()] == ["catatan baru", "lebih baru"]


def test_a_backup_is_not_mixed_with_that_of_another_office(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "cadangan"
    back_up(office.settings, folder)
    log = folder / "snapshots" / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[::-1]))
    with pytest.raises(BackupRefused, match="holds another backup"):
        back_up(office.settings, folder)
    with pytest.raises(BackupRefused, match="does not continue that backup"):
        restore(office.settings, folder)
    with pytest.raises(BackupRefused, match="holds no backup"):
        restore(office.settings, tmp_path / "kosong")
    with pytest.raises(BackupRefused, match="inside the data folder"):
        back_up(office.settings, office.settings.data / "cadangan")


@pytest.mark.parametrize("place", ["a file", "below a file", "nowhere"])
def test_a_backup_that_cannot_be_written_is_a_sentence(
    office: Office, verb: Verb, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "berkas").write_text("x", "utf-8")
    folder = {
        "a file": tmp_path / "berkas",
        "below a file": tmp_path / "berkas" / "cadangan",
        "nowhere": Path("/proc/x"),
    }
    assert verb("backup", str(folder[place])) == 1
    assert capsys.readouterr().err.startswith(f"{folder[place]} tidak dapat ditulis (")
    assert office.run().exit_code == 0


@pytest.mark.parametrize("words", [("backup", "x"), ("restore", "x"), ("rollback", "--reason", "x")])
def test_nothing_is_moved_while_a_night_runs(
    office: Office, verb: Verb, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    folder = tmp_path / "cadangan"
    back_up(office.settings, folder)
    revise(office)
    with night_lock(office.settings.data):
        assert verb(*(str(folder) if word == "x" and words[0] != "rollback" else word for word in words)) == 1
    assert "sedang menjalankan malam" in capsys.readouterr().err


def test_status_tells_disk_use_and_the_next_night(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("status", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["disk"]["used"] > told["disk"]["snapshots"] > 0
    assert told["release_age_hours"] >= 0
    assert datetime.fromisoformat(told["next_night"]) > datetime.now(UTC)
    verb("status")
    plain = capsys.readouterr().out
    assert "berikutnya" in plain
    assert "berkas penerbit" in plain


def test_a_tag_survives_what_retention_removes(office: Office) -> None:
    release = stands(office)
    tag_release(office.settings.data, "satu", release.id)
    tag_release(office.settings.data, "satu", release.id)
    assert (office.settings.data / "tags" / "satu").resolve() == release.path.resolve()
