"""The file connector: one file beside its contract, or the newest finished file of a drop folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.outside_world import Declare, World

from sources.connectors import Delivery, Seen, TerminalFailure, TransientFailure, Unchanged, deliver

NOW = 1_700_000_000.0


@pytest.fixture
def world() -> World:
    return World(time=NOW)


def drop(folder: Path, name: str, age: float, data: bytes = b"a\n1\n") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (NOW - age, NOW - age))
    return path


def taken(answer: Delivery | Unchanged) -> Delivery:
    assert isinstance(answer, Delivery)
    return answer


def test_a_file_beside_the_contract_is_read_as_it_is(declare: Declare, world: World, tmp_path: Path) -> None:
    drop(tmp_path, "a.csv", 0, b"\xef\xbb\xbfkode;nilai\r\n")
    found = taken(deliver(declare({"kind": "file", "path": "a.csv"}), None, world.outside))
    assert (found.data, found.url, found.suffix) == (b"\xef\xbb\xbfkode;nilai\r\n", "file:a.csv", "csv")


def test_a_contract_cannot_reach_outside_its_folder(declare: Declare, world: World) -> None:
    with pytest.raises(TerminalFailure, match="outside its own folder"):
        deliver(declare({"kind": "file", "path": "../a.csv"}), None, world.outside)


def test_a_missing_file_is_terminal_and_says_where_to_put_it(declare: Declare, world: World) -> None:
    with pytest.raises(TerminalFailure, match=r"a\.csv is not in the folder of its contract\. Put it there"):
        deliver(declare({"kind": "file", "path": "a.csv"}), None, world.outside)
    assert world.sleeps == []


def test_the_newest_matching_file_of_a_drop_folder_is_taken(declare: Declare, world: World, tmp_path: Path) -> None:
    drop(tmp_path, "lama.csv", 500, b"old")
    drop(tmp_path, "BARU.CSV", 100, b"new")
    drop(tmp_path, "lain.xlsx", 50, b"other")
    found = taken(deliver(declare({"kind": "file", "pattern": "*.csv"}), None, world.outside))
    assert (found.data, found.url, found.suffix) == (b"new", "file:BARU.CSV", "csv")
    assert found.last_modified == "2023-11-14T22:11:40.000+00:00"


@pytest.mark.parametrize("name", ["b.csv.tmp", "b.csv.part", "b.csv.crdownload", "~$b.csv", ".~lock.b.csv#", ".b.csv"])
def test_what_tools_leave_while_they_write_is_never_taken(
    declare: Declare, world: World, tmp_path: Path, name: str
) -> None:
    drop(tmp_path, "a.csv", 500, b"whole")
    drop(tmp_path, name, 100, b"part")
    assert taken(deliver(declare({"kind": "file", "pattern": "*"}), None, world.outside)).data == b"whole"


def test_a_file_still_being_written_waits_while_the_last_whole_one_is_taken(
    declare: Declare, world: World, tmp_path: Path
) -> None:
    drop(tmp_path, "a.csv", 500, b"whole")
    drop(tmp_path, "b.csv", 3, b"part")
    contract = declare({"kind": "file", "pattern": "*.csv", "settle_seconds": 60})
    found = taken(deliver(contract, None, world.outside))
    assert found.data == b"whole"
    assert "b.csv is newer but still being written" in found.notes[0].en


def test_a_file_dropped_this_second_is_taken_once_it_was_left_alone(
    declare: Declare, world: World, tmp_path: Path
) -> None:
    drop(tmp_path, "a.csv", 0, b"whole")
    assert taken(deliver(declare({"kind": "file", "pattern": "*.csv"}), None, world.outside)).data == b"whole"
    assert world.sleeps == [5]


def test_a_file_that_keeps_growing_is_a_transient_failure(declare: Declare, world: World, tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv", 0)

    def grow(seconds: float) -> None:
        World.sleep(world, seconds)
        os.utime(path, (world.time, world.time))

    world.sleep = grow  # type: ignore[method-assign]
    with pytest.raises(TransientFailure, match="still being written") as failure:
        deliver(declare({"kind": "file", "pattern": "*.csv"}), None, world.outside)
    assert failure.value.tries == 4


def test_a_file_from_the_future_is_not_taken_and_the_clock_is_blamed(
    declare: Declare, world: World, tmp_path: Path
) -> None:
    drop(tmp_path, "a.csv", -1e6)
    with pytest.raises(TransientFailure, match="check the sender's clock"):
        deliver(declare({"kind": "file", "pattern": "*.csv"}), None, world.outside)


def test_a_link_out_of_the_drop_folder_is_not_followed(declare: Declare, world: World, tmp_path: Path) -> None:
    drop(tmp_path, "secret.csv", 500, b"secret")
    (tmp_path / "masuk").mkdir()
    (tmp_path / "masuk" / "a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(TerminalFailure, match="there is no file"):
        deliver(declare({"kind": "file", "folder": "masuk", "pattern": "*.csv"}), None, world.outside)


def test_a_drop_folder_may_stand_elsewhere_when_the_contract_says_so(
    declare: Declare, world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("masuk")
    drop(elsewhere, "a.csv", 500, b"whole")
    contract = declare({"kind": "file", "folder": str(elsewhere), "pattern": "*.csv"})
    found = taken(deliver(contract, None, world.outside))
    assert (found.data, found.url) == (b"whole", "file:a.csv")


def test_an_emptied_drop_folder_is_unchanged_and_one_never_filled_is_a_failure(declare: Declare, world: World) -> None:
    contract = declare({"kind": "file", "pattern": "*.csv"})
    assert deliver(contract, Seen("0" * 64, "file:a.csv"), world.outside) == Unchanged("file:a.csv")
    with pytest.raises(TerminalFailure, match="Put one there"):
        deliver(contract, None, world.outside)


def test_a_drop_folder_that_is_not_there_is_terminal(declare: Declare, world: World) -> None:
    contract = declare({"kind": "file", "folder": "masuk", "pattern": "*.csv"})
    with pytest.raises(TerminalFailure, match=r"masuk cannot be opened.*Create it"):
        deliver(contract, Seen("0" * 64, "file:a.csv"), world.outside)


def test_an_older_file_than_the_last_is_taken_with_a_word_about_it(
    declare: Declare, world: World, tmp_path: Path
) -> None:
    drop(tmp_path, "a.csv", 500)
    last = Seen("0" * 64, "file:b.csv", last_modified="2023-11-14T22:13:00.000+00:00")
    found = taken(deliver(declare({"kind": "file", "pattern": "*.csv"}), last, world.outside))
    assert "older than the file that was taken last" in found.notes[0].en


def test_new_bytes_under_the_same_date_are_taken_with_a_warning(declare: Declare, world: World, tmp_path: Path) -> None:
    drop(tmp_path, "a.csv", 500)
    contract = declare({"kind": "file", "pattern": "*.csv"})
    first = taken(deliver(contract, None, world.outside))
    last = Seen("0" * 64, first.url, last_modified=first.last_modified)
    found = taken(deliver(contract, last, world.outside))
    assert "content has changed" in found.notes[0].en
