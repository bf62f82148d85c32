"""A newer version reads the data folder of an older one, from the first release on; an older one refuses a newer's."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.misfortune import leftovers, look
from support.office import Office, quiet
from support.old_data import old_office

from catalog.settings import Settings
from cli.main import main
from flows import layout
from flows.backup import back_up, restore
from flows.layout import LayoutTooNew
from flows.lock import night_lock
from flows.night import night
from flows.outcome import NightOutcome
from flows.rebuild import rebuild
from flows.rollback import roll_back, standing_decision
from flows.verify import verify_all
from sources.store import SnapshotStore
from warehouse.shelf import current_release, list_releases, tags

pytestmark = [pytest.mark.xdist_group("upgrades"), pytest.mark.trial]
# What an observation is, in every version; its id is a digest that may be made otherwise.
OBSERVED = (
    "indicator, region_code, period, year, breakdown, value, unit, rounding_step, obs_status, break_flag, published, "
    "first_seen, vintage, superseded_at, source, evidence, synthetic, closed_reason"
)
SHELVED = ("first-release", "accepted")


@dataclass
class Upgraded:
    """An office after the first night of this version, and what stood there before."""

    office: Office
    night: NightOutcome
    log: bytes
    releases: list[str]
    observed: set[tuple[Any, ...]]


# The trials take the third: `make test` stays short.
@pytest.fixture(scope="module", params=[*SHELVED, pytest.param("chosen", marks=pytest.mark.trial)])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def upgrade(name: str, folder: Path) -> Upgraded:
    office = old_office(name, folder)
    data = office.settings.data
    log = (data / "snapshots" / "log.jsonl").read_bytes()
    releases = [item.id for item in list_releases(data)]
    observed = observations(data) if releases else set()
    return Upgraded(office, office.run(), log, releases, observed)


def observations(data: Path) -> set[tuple[Any, ...]]:
    with duckdb.connect(str((data / "current").resolve() / "mojoraya.duckdb"), read_only=True) as con:
        rows = con.execute(f"SELECT {OBSERVED} FROM core.observation").fetchall()
    assert len(rows) == len(set(rows)) > 40
    return set(rows)


@pytest.fixture(scope="module")
def upgraded(name: str, tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    return upgrade(name, tmp_path_factory.mktemp(name))


@pytest.fixture
def spoilt(upgraded: Upgraded, tmp_path: Path) -> Upgraded:
    """A copy that a test may change."""
    shutil.copytree(upgraded.office.settings.data.parent, tmp_path / "copy", symlinks=True)
    office = Office(Settings(data=tmp_path / "copy" / "data", sources=tmp_path / "copy" / "sources"))
    return Upgraded(office, upgraded.night, upgraded.log, upgraded.releases, upgraded.observed)


def test_the_first_night_keeps_every_snapshot_and_every_line_of_the_log(upgraded: Upgraded) -> None:
    data = upgraded.office.settings.data
    assert upgraded.night.exit_code == 0, upgraded.night.summary("en")
    # Every source sends what it sent last, so there is nothing to log.
    assert (data / "snapshots" / "log.jsonl").read_bytes() == upgraded.log
    store = SnapshotStore(data)
    assert len(store.entries()) >= 3
    assert all(store.holds(entry) for entry in store.entries())
    assert list(verify_all(upgraded.office.settings)) == []
    assert look(data) == upgraded.night.release


def test_figures_first_seen_vintages_and_closed_rows_are_what_they_were(upgraded: Upgraded) -> None:
    found = observations(upgraded.office.settings.data)
    if upgraded.observed:
        assert found == upgraded.observed
    first = {row[0] for row in upgraded.office.sql("SELECT DISTINCT first_seen FROM core.observation")}
    assert {str(day) for day in first} >= {"2026-11-21"}
    (poor,) = upgraded.office.sql("SELECT poverty_rate FROM joint.poverty WHERE region_code = '35.76' AND year = 2020")[
        0
    ]
    assert str(poor) == "6.24"


def test_a_rebuild_gives_the_same_release_and_history(spoilt: Upgraded) -> None:
    history = observations(spoilt.office.settings.data)
    again = rebuild(spoilt.office.settings, quiet)
    assert (again.release, again.changed) == (spoilt.night.release, False)
    assert list(verify_all(spoilt.office.settings)) == []
    assert observations(spoilt.office.settings.data) == history


def test_nothing_of_the_old_staging_stays(upgraded: Upgraded) -> None:
    data = upgraded.office.settings.data
    staged = [path for path in (data / "staging").iterdir() if path.is_dir()]
    kept = {(entry.source, entry.sha256, entry.first_seen) for entry in SnapshotStore(data).entries()}
    assert len(staged) == len(kept)
    assert all((path / "sums.json").is_file() for path in staged)
    assert len(list((data / "staging").glob("page-*"))) == 1
    assert leftovers(data) == []


def test_old_releases_stay_on_the_shelf_and_can_be_gone_back_to(
    spoilt: Upgraded, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, new = spoilt.office.settings, spoilt.night.release
    where = ["--data", str(settings.data), "--sources", str(settings.sources)]
    assert {item.id for item in list_releases(settings.data)} == {new, *spoilt.releases}
    if not spoilt.releases:
        assert tags(settings.data) == {"musrenbang-2026": "2026-11-21-df958e808c63"}
        assert main(["rollback", "--reason", "x", *where]) == 2
        assert "Tidak ada rilis sebelumnya" in capsys.readouterr().err
        return
    assert main(["verify", *spoilt.releases, *where]) == 0
    assert main(["diff", *where]) == 0
    for release in spoilt.releases:
        assert main(["rollback", release, "--reason", "dibandingkan", *where]) == 0
        assert (settings.data / "current").resolve().name == release
        assert main(["status", *where]) == 0
        assert main(["sql", "SELECT max(poverty_rate) FROM joint.poverty", *where]) == 0
    told = spoilt.office.run()
    assert (told.exit_code, told.release) == (3, spoilt.releases[-1])
    assert "dibandingkan" in told.summary("id")
    roll_back(settings, new, "selesai")
    assert look(settings.data) == new
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_backup_of_an_older_version_is_restored_and_gives_the_same_release(spoilt: Upgraded, tmp_path: Path) -> None:
    old = tmp_path / "cadangan" / "snapshots"
    # A backup of before the layout had a number: the log and the files, as `mojoraya backup` copies them.
    shutil.copytree(spoilt.office.settings.data / "snapshots", old)
    elsewhere = spoilt.office.settings.model_copy(update={"data": tmp_path / "lain"})
    restore(elsewhere, tmp_path / "cadangan")
    assert SnapshotStore(elsewhere.data).entries() == SnapshotStore(spoilt.office.settings.data).entries()
    assert (elsewhere.data / "layout").read_text("utf-8") == f"{layout.LAYOUT}\n"


@pytest.mark.parametrize("name", SHELVED)
def test_questions_to_an_old_release_are_answered_before_the_first_night(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = old_office(name, tmp_path).settings
    where = ["--data", str(settings.data), "--sources", str(settings.sources)]
    stands = current_release(settings.data)
    assert stands is not None
    # These nights are of 2026-11-22: whoever runs this later is told that others are overdue.
    assert main(["status", *where]) in {0, 3}
    for words in (["releases"], ["verify"], ["diff"], ["quarantine"], ["sql", "FROM meta.release"]):
        assert main([*words, *where]) == 0, words
        assert "Traceback" not in "".join(capsys.readouterr())
    assert main(["explain", "poverty_rate", "mojokerto-raya", "2020", *where]) == 1
    assert "dibuat sebelum rilis dapat dijelaskan. Jalankan dahulu: mojoraya run" in capsys.readouterr().err
    assert not (settings.data / "layout").exists(), "looking changes nothing"


def test_a_choice_made_under_an_older_version_is_still_read(tmp_path: Path) -> None:
    settings = old_office("chosen", tmp_path).settings
    (decision,) = SnapshotStore(settings.data).rollbacks()
    assert (decision.release, decision.reason) == ("2026-11-21-df958e808c63", "Angka kota 2025 diperiksa dahulu")
    assert standing_decision(settings) is None, "neither of the two releases is there any more"


# From here on: the other direction.


def state(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("written", ["2\n", "10", '{"layout": 3}', ""])
def test_a_folder_of_a_newer_version_is_refused_in_a_sentence_and_not_touched(
    office: Office, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    settings = office.settings
    (settings.data / "layout").write_text(written, "utf-8")
    before = list(state(settings.data))
    where = ["--data", str(settings.data), "--sources", str(settings.sources)]
    for words in (["run"], ["status"], ["verify"], ["rebuild"], ["sql", "SELECT 1"], ["rollback", "--reason", "x"]):
        assert main([*words, *where]) == 1, words
        said = capsys.readouterr()
        assert "ditulis versi Mojoraya yang lebih baru" in said.err
        assert f"mengenal sampai {layout.LAYOUT}" in said.err
        assert said.out == ""
    assert main(["status", "--lang", "en", *where]) == 1
    assert "was written by a newer version of Mojoraya" in capsys.readouterr().err
    for do in (night, rebuild):
        ended = do(settings, quiet)
        assert (ended.exit_code, ended.release) == (1, None)
        assert "versi Mojoraya yang lebih baru" in ended.summary("id")
    with pytest.raises(LayoutTooNew), night_lock(settings.data):
        pass
    assert list(state(settings.data)) == before


def test_a_backup_of_a_newer_version_is_neither_restored_nor_written_over(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "cadangan"
    back_up(office.settings, folder)
    assert (folder / "layout").read_text("utf-8") == f"{layout.LAYOUT}\n"
    (folder / "layout").write_text("7\n", "utf-8")
    before = list(state(folder))
    for do in (back_up, restore):
        with pytest.raises(LayoutTooNew, match="layout 7"):
            do(office.settings, folder)
    assert list(state(folder)) == before
    elsewhere = office.settings.model_copy(update={"data": tmp_path / "lain"})
    with pytest.raises(LayoutTooNew):
        restore(elsewhere, folder)
    assert not elsewhere.data.exists()


def test_a_night_says_which_layout_it_leaves(office: Office) -> None:
    assert (office.settings.data / "layout").read_text("utf-8") == f"{layout.LAYOUT}\n"
