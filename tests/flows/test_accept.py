"""An operator overrules history, and only history."""

from __future__ import annotations

import pytest
from support.office import Office

from cli.main import main
from sources.store import SnapshotStore

TABLE = "bps-jatim-persentase-penduduk-miskin"


def half(office: Office) -> None:
    """The province's table with the figures of its last years cut to a hundredth: refused against history."""

    def change(text: str) -> str:
        lines = text.splitlines()
        cells = [line.split(",") for line in lines]
        for row in cells:
            if row[1][:1].isdigit() and "." in row[1]:
                row[1:] = [f"{float(cell) / 10:.2f}" for cell in row[1:]]
        return "\n".join(",".join(row) for row in cells) + "\n"

    office.edit(TABLE, change)


def test_a_file_that_history_refuses_is_taken_once_an_operator_accepts_it(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    half(office)
    assert office.run().exit_code == 3
    newest = SnapshotStore(office.settings.data).entries_of(TABLE)[-1].sha256
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    assert main(["accept", newest[:12], "--reason", "metode baru, dikonfirmasi BPS", *where]) == 0
    outcome = office.run()
    assert not any("ditolak" in line for line in outcome.problems_id), outcome.problems_id
    assert office.sql(f"SELECT snapshot FROM meta.freshness WHERE source = '{TABLE}'") == [(newest,)]
    capsys.readouterr()


def test_what_no_history_rule_refuses_cannot_be_accepted(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    newest = SnapshotStore(office.settings.data).entries_of(TABLE)[-1].sha256
    assert main(["accept", newest[:12], "--reason", "uji", *where]) == 2
    assert main(["accept", "0" * 12, "--reason", "uji", *where]) == 2
    assert main(["accept", "abc", "--reason", "uji", *where]) == 2
    assert SnapshotStore(office.settings.data).acceptances() == []
    capsys.readouterr()
