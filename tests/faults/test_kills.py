"""kill -9 at every stage boundary of a night: readers see one whole release, the next night heals and ends the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.misfortune import SHORT, leftovers, look
from support.office import Office
from support.zygote import Zygote

from flows import ledger
from flows.verify import verify_all
from sources.store import SnapshotStore

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.trial]
SOURCES = ("kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan")
KILLED = -9
FLIPPED = ("warehouse.release", "flip", "return", 1)


def revise(office: Office) -> None:
    """New editions of two sources, so that the night has something to fetch, to read and to publish."""
    office.edit(SOURCES[0], lambda text: text.replace("5,77", "5,78"))
    office.edit(SOURCES[1], lambda text: text + "\n")


def test_a_night_killed_at_every_boundary_is_never_half_seen_and_heals(
    office: Office, zygote: Zygote, tmp_path: Path
) -> None:
    data, sources = office.settings.data, office.settings.sources
    first = look(data)
    revise(office)
    untouched = tmp_path / "untouched"
    shutil.copytree(data, untouched, symlinks=True)
    assert zygote.run(untouched, sources).code == 0
    wanted = look(untouched)
    assert wanted != first
    # A cut of power can tear the last line of a log, which a kill cannot.
    for log in (data / "runs.jsonl", data / "snapshots" / "log.jsonl"):
        log.write_bytes(log.read_bytes() + b'{"started_at": "20')
    until = tmp_path / "until"
    reader = zygote.start(data, sources, do="read", until=str(until))
    stands = first
    for boundary in SHORT:
        ended = zygote.run(data, sources, misfortune={"kill_at": boundary})
        assert ended.code == KILLED, f"{boundary} was not reached: {ended.printed}"
        stands = wanted if boundary == FLIPPED else stands
        assert (data / "current").resolve().name == stands, boundary
    healed = zygote.run(data, sources)
    assert healed.code == 0, healed.printed
    assert look(data) == wanted
    until.touch()
    seen = zygote.wait(reader)
    assert seen.code == 0, seen.printed
    assert set(json.loads(seen.printed)) == {first, wanted}
    assert leftovers(data) == []
    assert list(verify_all(office.settings)) == []
    assert ledger.runs(office.settings)[-1]["release"] == wanted
    kept = [(entry.source, entry.sha256) for entry in SnapshotStore(data).entries()]
    assert len(kept) == len(set(kept)), "nothing was logged twice"
