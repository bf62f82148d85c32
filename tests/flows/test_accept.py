"""An operator overrules history, and only history."""

from __future__ import annotations

import shlex

import pytest
from support.office import Office

from cli.main import main
from expectations.rules import Rule, for_owner, load_rules
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


@pytest.mark.trial
def test_a_refusal_over_history_ends_with_the_command_that_overrules_it(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    half(office)
    outcome = office.run()
    assert outcome.exit_code == 3
    newest = SnapshotStore(office.settings.data).entries_of(TABLE)[-1].sha256
    for problems, sentence in (
        (outcome.problems_id, "Bila penerbit membenarkan angkanya: "),
        (outcome.problems_en, "If the publisher confirms the figures: "),
    ):
        (line,) = [line for line in problems if line.startswith(TABLE)]
        command = line.partition(sentence)[2].partition(".")[0]
        verb = shlex.split(command)
        assert verb[:4] == ["mojoraya", "accept", newest[:12], "--reason"]
        assert len(verb) == 5
    for path in (office.settings.data / "feedback").glob(f"{TABLE}.*"):
        text = path.read_text("utf-8")
        assert "lalu kirim ulang." in text
        assert "mojoraya" not in text, "the owner of the file is told what is wrong and no command"
        assert "--reason" not in text
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    assert main([*verb[1:], *where]) == 0, "the command works as it is told"
    outcome = office.run()
    assert (outcome.exit_code, TABLE in str(outcome.problems_id)) == (0, False)
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


def test_a_file_that_is_only_checked_has_no_snapshot_to_accept(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office.file(TABLE)
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]

    def copied(text: str) -> str:
        """The province's figures in the city's row: a copy that the file itself shows."""
        rows = [line.split(",") for line in text.splitlines()]
        (province,) = [row for row in rows if row[0] == "Jawa Timur"]
        for row in rows:
            if row[0] == "Kota Mojokerto":
                row[1:] = province[1:]
        return "\n".join(",".join(row) for row in rows) + "\n"

    office.edit(TABLE, copied)
    assert main(["check", str(path), "--contract", TABLE, *where]) == 1
    shown = capsys.readouterr().out
    assert "province_value_copied" in shown
    assert "mojoraya accept" not in shown


REFUSING = [rule for rule in load_rules().values() if rule.gate == "history" and rule.severity == "critical"]


@pytest.mark.parametrize("rule", REFUSING, ids=lambda rule: rule.id)
def test_every_history_rule_that_refuses_tells_the_operator_and_the_owner_apart(rule: Rule) -> None:
    told = rule.verdict("failed", rule.label, source="uji", snapshot="ab" * 32, failed=1)
    assert "mojoraya accept abababababab --reason" in told.message_id
    assert "mojoraya accept abababababab --reason" in told.message_en
    assert for_owner(told) == rule.label
    assert rule.verdict("passed", rule.label, snapshot="ab" * 32).message_id == rule.label.id
