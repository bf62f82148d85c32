"""A false alarm of the search for personal data: allowed by the contract, and the permission withdrawn again."""

from __future__ import annotations

import pytest
from support.office import Office

from flows import stages
from flows.outcome import NightOutcome
from sources.store import SnapshotStore

LONG = "kabupaten-mojokerto-kemiskinan"
CODE = "081234567890"
MAILBOX = "siti.aminah@example.com"
ALLOWED = """
[[personal_data_allowed]]
column = "id"
kinds = ["phone"]
reason = "nomor baris ekspor, bukan telepon"
"""
RATE = "SELECT value FROM core.observation WHERE source = '{}' AND year = 2015 AND indicator = 'poverty_rate'"


def allow(office: Office, what: str = ALLOWED) -> None:
    path = office.file(LONG).with_suffix(".toml")
    path.write_text(path.read_text("utf-8") + what, "utf-8")


def withdraw(office: Office) -> None:
    path = office.file(LONG).with_suffix(".toml")
    path.write_text(path.read_text("utf-8").replace(ALLOWED, ""), "utf-8")


def plant(office: Office) -> None:
    """A new figure for 2015, in a row whose `id` looks like a mobile number."""
    office.edit(LONG, lambda text: text.replace("\n1,35,", f"\n{CODE},35,", 1).replace("10.57", "10.58", 1))


def told(outcome: NightOutcome) -> str:
    return " ".join([*outcome.problems_id, *outcome.problems_en])


def outcomes(office: Office) -> list[str]:
    return [entry.outcome for entry in SnapshotStore(office.settings.data).entries_of(LONG)]


def newest(office: Office) -> str:
    return SnapshotStore(office.settings.data).entries_of(LONG)[-1].sha256


def rate(office: Office) -> str:
    ((value,),) = office.sql(RATE.format(LONG) + " AND superseded_at IS NULL")
    return f"{value:.2f}"


@pytest.mark.trial
def test_bytes_refused_before_are_taken_the_night_after_the_contract_allows_them(office: Office) -> None:
    plant(office)
    first = office.run()
    assert "Tidak ada salinan yang disimpan." in told(first)
    assert "No copy was kept." in told(first)
    assert (outcomes(office), rate(office)) == (["kept", "refused"], "10.57")
    assert stages.fetch_source(office.settings, LONG).message_id == "", "the release says it already"
    again = office.run().problems_id
    assert again == first.problems_id
    assert len([line for line in again if line.startswith(LONG)]) == 1
    assert outcomes(office) == ["kept", "refused"], "the same refusal is not logged every night"
    allow(office)
    assert office.run().exit_code == 0
    assert (outcomes(office), rate(office)) == (["kept", "refused", "kept"], "10.58")


def test_what_else_stands_in_a_file_of_false_alarms_still_refuses_it_and_is_said(office: Office) -> None:
    plant(office)
    office.edit(LONG, lambda text: text.replace("RIBU JIWA", f"RIBU JIWA {MAILBOX}", 1))
    first = stages.fetch_source(office.settings, LONG)
    assert first.state == "refused"
    assert "nomor telepon" in first.message_id
    assert "alamat surel" in first.message_id
    allow(office)
    second = stages.fetch_source(office.settings, LONG)
    assert second.state == "refused"
    assert "nomor telepon" not in second.message_id
    assert "alamat surel" in second.message_id
    assert MAILBOX not in second.message_id
    assert outcomes(office) == ["kept", "refused", "refused"]


@pytest.mark.trial
def test_a_permission_withdrawn_takes_the_kept_file_out_of_what_is_published(office: Office) -> None:
    plant(office)
    allow(office)
    assert (office.run().exit_code, rate(office)) == (0, "10.58")
    snapshot = newest(office)
    withdraw(office)
    outcome = office.run()
    assert outcome.exit_code == 3
    assert f"hapus data/snapshots/{snapshot[:12]}* dan data/staging" in told(outcome)
    assert f"remove data/snapshots/{snapshot[:12]}* and data/staging" in told(outcome)
    assert CODE not in told(outcome)
    assert rate(office) == "10.57", "the edition before it is in force again"
    assert office.sql(f"SELECT count(*) FROM core.lineage WHERE snapshot = '{snapshot}'") == [(0,)]
    page = (office.settings.data / "feedback" / f"{LONG}.html").read_text("utf-8")
    assert "nomor telepon" in page
    assert "data/snapshots" not in page, "its owner has no data folder"
    (copy,) = (office.settings.data / "snapshots").glob(f"{snapshot}.*")
    copy.unlink()
    fetched = stages.fetch_source(office.settings, LONG)
    assert not copy.exists(), "bytes removed by hand are not written back"
    assert "Tidak ada salinan yang disimpan." in fetched.message_id
    assert outcomes(office) == ["kept", "kept", "refused"]
    allow(office)
    assert office.run().exit_code == 0
    assert (copy.exists(), rate(office)) == (True, "10.58")


@pytest.mark.parametrize("header", ["nik"])
def test_no_permission_lets_a_table_by_name_through(office: Office, header: str) -> None:
    path = office.file(LONG).with_suffix(".toml")
    path.write_text(path.read_text("utf-8").replace('header = ["id"]', f'header = ["{header}"]', 1), "utf-8")
    office.edit(LONG, lambda text: text.replace("id,", f"{header},", 1))
    allow(office, ALLOWED.replace('"id"', f'"{header}"').replace('["phone"]', '["nik", "phone", "email"]'))
    assert "kolom data perorangan" in stages.fetch_source(office.settings, LONG).message_id
    assert outcomes(office) == ["kept", "refused"]
