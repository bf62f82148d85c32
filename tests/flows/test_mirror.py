"""A mirror shows one whole release at every instant, holds nothing that must stay, and keeps no more than asked."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.mirrors import Broken, Watched, few_files, hashes_of, in_memory, other_page, put_in_force, read_whole
from support.office import Office

from flows.mirror import mirror, read_pointer
from flows.mirror_night import problems
from flows.mirror_refusals import PublishRefused
from flows.mirror_store import Store, open_store
from sources.store import SnapshotStore

FEW = 5
NEXT, AFTER = "2026-12-01-0123456789ab", "2026-12-02-ba9876543210"


@pytest.fixture
def data(office: Office) -> Path:
    return office.settings.data


def sent_in_order(office: Office, store: Store) -> list[str]:
    watched = Watched(store)
    mirror(office.settings, watched)
    return watched.writes


def test_a_mirror_holds_the_release_and_the_pointer_is_written_last(office: Office, data: Path) -> None:
    store = in_memory()
    writes = sent_in_order(office, store)
    release, found = read_whole(store)
    assert release == (data / "current").resolve().name
    assert found == hashes_of(data)
    assert writes.index("current.json") == len(writes) - 1
    kinds = [name.split("/")[0] for name in writes]
    assert kinds == sorted(kinds, key=["snapshots", "releases", "current.json"].index)
    assert [name for name in writes if name.startswith("snapshots/")][-1] == "snapshots/log.jsonl"


def test_a_second_publication_sends_nothing(office: Office) -> None:
    store = in_memory()
    first = mirror(office.settings, store)
    assert sent_in_order(office, store) == []
    again = mirror(office.settings, store)
    assert (again.moved, again.sent, again.copied, again.snapshots.sent) == (False, 0, 0, 0)
    assert again.present == first.sent
    assert again.pointer == first.pointer


def test_of_a_new_release_only_what_changed_is_sent(office: Office, data: Path) -> None:
    store = in_memory()
    mirror(office.settings, store)
    put_in_force(data, release_id=NEXT, change=other_page("lain"))
    found = mirror(office.settings, store)
    # The page, what tells the id, and the sums of both.
    assert (found.sent, found.snapshots.sent) == (3, 0)
    assert found.copied == len(hashes_of(data)) - 3
    assert read_whole(store) == (NEXT, hashes_of(data))


def test_a_release_made_anew_under_its_id_leaves_the_one_that_is_being_read(office: Office, data: Path) -> None:
    store = in_memory()
    first = mirror(office.settings, store).pointer
    put_in_force(data, change=other_page("halaman lain, angka sama"))
    second = mirror(office.settings, store).pointer
    assert first.release == second.release
    assert first.folder != second.folder
    page = store.read(f"{first.folder}/index.html")
    assert page is not None
    assert page != store.read(f"{second.folder}/index.html")
    assert [item.folder for item in second.earlier] == [first.folder]


def test_whatever_write_breaks_readers_see_the_old_release_and_the_next_publication_completes(
    office: Office, data: Path
) -> None:
    old = put_in_force(data, change=few_files)
    before, first = hashes_of(data), in_memory()
    mirror(office.settings, first)
    put_in_force(data, release_id=NEXT, change=other_page("lain"))
    after = hashes_of(data)
    trial = copy_of(first)
    writes = sent_in_order(office, trial)
    assert len(writes) == len(after) + 1 == FEW + 1
    for number in range(len(writes)):
        store = copy_of(first)
        with pytest.raises(Broken):
            mirror(office.settings, Watched(store, breaks_at=number))
        assert read_whole(store) == (old, before)
        mirror(office.settings, store)
        assert read_whole(store) == (NEXT, after)


def test_whatever_write_of_a_first_publication_breaks_there_is_no_pointer_until_all_is_there(
    office: Office, data: Path
) -> None:
    put_in_force(data, change=few_files)
    for number in range(len(sent_in_order(office, in_memory()))):
        store = in_memory()
        with pytest.raises(Broken):
            mirror(office.settings, Watched(store, breaks_at=number))
        assert read_pointer(store) is None
        mirror(office.settings, store)
        read_whole(store)


def copy_of(store: Store) -> Store:
    there = in_memory()
    for name, data in store.fs.cat(store.fs.find(store.root)).items():
        there.fs.pipe_file(name.replace(store.root, there.root, 1), data)
    return there


def test_readers_see_one_whole_release_while_others_are_published(office: Office, data: Path, tmp_path: Path) -> None:
    (tmp_path / "berbagi").mkdir()
    store = open_store(f"file://{tmp_path / 'berbagi'}")
    mirror(office.settings, store)
    seen: list[tuple[str, str]] = []
    faults: list[BaseException] = []
    done = threading.Event()

    def reading() -> None:
        try:
            while not done.is_set():
                release, found = read_whole(store)
                seen.append((release, found["index.html"]))
        except BaseException as error:  # noqa: BLE001  told by the test
            faults.append(error)

    readers = [threading.Thread(target=reading) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(6):
        put_in_force(data, release_id=(NEXT, AFTER)[number % 2], change=other_page(f"halaman {number}"))
        mirror(office.settings, store, keep=2)
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(set(seen)) > 2


def test_a_night_that_takes_the_release_away_while_it_is_sent_changes_nothing(office: Office, data: Path) -> None:
    class Taken(Store):
        def put(self, name: str, file: Path | bytes) -> None:
            shutil.rmtree(data / "releases", ignore_errors=True)
            super().put(name, file)

    expected, store = hashes_of(data), in_memory()
    mirror(office.settings, Taken(store.fs, store.root, store.url))
    assert read_whole(store)[1] == expected


def test_what_is_damaged_on_its_way_is_not_pointed_at(office: Office, data: Path) -> None:
    class Garbling(Store):
        def put(self, name: str, file: Path | bytes) -> None:
            garbled = not isinstance(file, bytes) and name.endswith("joint_poverty.parquet")
            super().put(name, file.read_bytes()[::-1] if garbled and isinstance(file, Path) else file)

    store = in_memory()
    with pytest.raises(PublishRefused, match=r"joint_poverty\.parquet at .* is not what was sent"):
        mirror(office.settings, Garbling(store.fs, store.root, store.url))
    assert read_pointer(store) is None
    mirror(office.settings, store)
    assert read_whole(store)[1] == hashes_of(data)


def test_what_was_damaged_in_the_store_is_mended(office: Office, data: Path) -> None:
    store = in_memory()
    folder = mirror(office.settings, store).pointer.folder
    store.put(f"{folder}/index.html", b"rusak")
    store.fs.rm(f"{store.root}/{folder}/CITATION.txt")
    assert mirror(office.settings, store).sent == 2
    assert read_whole(store)[1] == hashes_of(data)


def test_a_pointer_that_cannot_be_read_is_written_anew(office: Office, data: Path) -> None:
    store = in_memory()
    mirror(office.settings, store)
    for spoilt in (b"{", b"[]", b'{"release": "x", "folder": "../../data"}'):
        store.place("current.json", spoilt)
        assert mirror(office.settings, store).moved
        assert read_whole(store)[1] == hashes_of(data)


def test_another_publisher_who_takes_the_folder_away_is_made_good(office: Office, data: Path) -> None:
    class Emptied(Store):
        def place(self, name: str, data: bytes) -> None:
            super().place(name, data)
            self.fs.rm([path for path in self.fs.find(self.root) if "joint_" in path])

    store = in_memory()
    mirror(office.settings, Emptied(store.fs, store.root, store.url))
    assert read_whole(store)[1] == hashes_of(data)


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"rusak")])
def test_a_damaged_release_is_not_published(office: Office, data: Path, spoil: Callable[[Path], None]) -> None:
    spoil(data / "current" / "joint_poverty.parquet")
    store = in_memory()
    with pytest.raises(PublishRefused, match=r"is not whole \(joint_poverty\.parquet\).*mojoraya rebuild"):
        mirror(office.settings, store)
    assert read_pointer(store) is None


def test_a_lost_file_of_a_publisher_is_told_and_the_release_published_all_the_same(office: Office, data: Path) -> None:
    kept = SnapshotStore(data)
    entry = kept.entries()[0]
    kept.path_of(entry).unlink()
    store = in_memory()
    found = mirror(office.settings, store)
    assert found.snapshots.damaged == (f"{entry.source} {entry.sha256[:12]}",)
    assert read_whole(store)[1] == hashes_of(data)


def folders(store: Store) -> set[str]:
    return {name.split("/")[0] for name in store.listing("releases")}


def test_old_releases_go_after_a_day_and_never_the_one_in_force_or_the_one_before(office: Office, data: Path) -> None:
    store, now = in_memory(), datetime.now(UTC)
    store.put("releases/bukan-rilis/berkas", b"orang lain")
    store.put("releases/2025-01-01-0123456789ab-0123456789ab/separuh", b"tak pernah selesai")
    published = []
    for number in range(4):
        put_in_force(data, release_id=f"2026-12-0{number + 1}-0123456789ab")
        published.append(mirror(office.settings, store, keep=2, now=now).pointer.folder.partition("/")[2])
    half = "2025-01-01-0123456789ab-0123456789ab"
    assert folders(store) == {*published, half, "bukan-rilis"}
    found = mirror(office.settings, store, keep=1, now=now + timedelta(hours=25))
    assert folders(store) == {*published[2:], "bukan-rilis"}
    assert {name.partition("/")[2] for name in found.removed} == {*published[:2], half}
    read_whole(store)


def test_a_reader_has_a_day_to_finish_what_was_in_force_when_it_began(office: Office, data: Path) -> None:
    store, now = in_memory(), datetime.now(UTC)
    long_ago = mirror(office.settings, store, now=now).pointer.folder
    later = now + timedelta(days=40)
    for number, hours in enumerate((0, 1, 2, 23)):
        put_in_force(data, release_id=f"2026-12-0{number + 1}-0123456789ab")
        mirror(office.settings, store, keep=2, now=later + timedelta(hours=hours))
        assert store.listing(long_ago)
    put_in_force(data, release_id=AFTER)
    assert mirror(office.settings, store, keep=2, now=later + timedelta(hours=24.5)).removed == (long_ago,)


def test_going_back_points_at_the_folder_that_is_there(office: Office, data: Path) -> None:
    store = in_memory()
    old = (data / "current").resolve().name
    first = mirror(office.settings, store).pointer
    put_in_force(data, release_id=NEXT)
    second = mirror(office.settings, store).pointer
    (data / "current").unlink()
    (data / "current").symlink_to(f"releases/{old}")
    back = mirror(office.settings, store)
    assert (back.sent, back.copied, back.pointer.folder) == (0, 0, first.folder)
    assert [item.folder for item in back.pointer.earlier] == [second.folder]
    put_in_force(data, release_id=AFTER)
    # The one before is the one that stood before, however long ago it was sent.
    found = mirror(office.settings, store, keep=2, now=datetime.now(UTC) + timedelta(hours=25))
    assert found.removed == (second.folder,)
    assert folders(store) == {found.pointer.folder.partition("/")[2], first.folder.partition("/")[2]}


def test_what_cannot_be_removed_is_told_and_the_release_stands(office: Office, data: Path) -> None:
    class Frozen(Store):
        def remove(self, folder: str) -> None:
            with self._told():
                raise PermissionError(13, folder)

    store = in_memory()
    store.put("releases/2025-01-01-0123456789ab-0123456789ab/separuh", b"")
    frozen, later = Frozen(store.fs, store.root, store.url), datetime.now(UTC) + timedelta(hours=25)
    for number in range(3):
        put_in_force(data, release_id=f"2026-12-0{number + 1}-0123456789ab")
        found = mirror(office.settings, frozen, keep=2, now=later)
    assert found.unfinished is not None
    assert found.removed == ()
    assert problems(found)[0].en.startswith(
        "The release is published, but looking it over and removing old ones was not finished."
    )
    assert read_whole(store)[1] == hashes_of(data)
