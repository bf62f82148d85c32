"""kill -9 during the first night of a newer version: the older release stands, and the next night ends the update."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.misfortune import leftovers, look
from support.old_data import old_office
from support.zygote import Zygote

from flows.verify import verify_all
from sources.store import SnapshotStore
from warehouse.shelf import list_releases
from warehouse.verify import verify_release

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.trial]
SOURCE = "kota-mojokerto-kemiskinan"
KILLED = -9
FLIPPED = ("warehouse.release", "flip", "return", 1)
# In order; beside the instants of any night those that only an update has.
BOUNDARIES = (
    ("flows.layout", "mark", "return", 1),
    ("sources.store", "SnapshotStore._append", "enter", 1),
    ("flows.stages", "fetch_source", "return", 2),
    ("flows.staging", "write_sums", "enter", 1),
    ("flows.stages", "read_source", "return", 2),
    ("warehouse.release", "write_published", "return", 1),
    ("warehouse.release", "flip", "enter", 1),
    FLIPPED,
    ("warehouse.build", "put_in_place", "enter", 1),
    ("flows.unused", "_remove", "enter", 2),
    ("flows.publish", "prune_releases", "return", 1),
    ("flows.ledger", "append_run", "enter", 1),
)


def test_an_update_killed_at_every_boundary_leaves_the_old_release_and_heals(zygote: Zygote, tmp_path: Path) -> None:
    office = old_office("first-release", tmp_path / "office")
    data, sources = office.settings.data, office.settings.sources
    old = (data / "current").resolve().name
    before = [item.id for item in list_releases(data)]
    # The city sends its file anew, so that there is something to log, too.
    office.edit(SOURCE, lambda text: text + "\n")
    untouched = tmp_path / "untouched"
    shutil.copytree(data, untouched, symlinks=True)
    assert zygote.run(untouched, sources).code == 0
    wanted = look(untouched)
    stands = old
    for boundary in BOUNDARIES:
        ended = zygote.run(data, sources, misfortune={"kill_at": boundary})
        assert ended.code == KILLED, f"{boundary} was not reached: {ended.printed}"
        stands = wanted if boundary == FLIPPED else stands
        current = (data / "current").resolve()
        assert current.name == stands, boundary
        assert verify_release(current) == [], boundary
    assert zygote.run(data, sources).code == 0
    assert look(data) == wanted
    assert {item.id for item in list_releases(data)} == {wanted, *before}
    assert leftovers(data) == []
    assert list(verify_all(office.settings)) == []
    staged = [path for path in (data / "staging").iterdir() if path.is_dir()]
    assert len(staged) == len({(entry.sha256, entry.first_seen) for entry in SnapshotStore(data).entries()})
    assert all((path / "sums.json").is_file() for path in staged)
