"""The snapshot log: read once, seen at once when it grows, and read anew whatever else becomes of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sources.store
from sources.store import Acceptance, LogEntry, Rollback, SnapshotStore

DAY = date(2026, 11, 22)
Line = dict[str, Any]


def entry(source: str, number: int) -> LogEntry:
    return LogEntry(source, f"{number:064x}", 1, "csv", DAY, "file:a.csv", outcome="refused")


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The lines that were parsed since."""
    lines: list[Line] = []
    said = sources.store._said  # noqa: SLF001

    def noting(values: Line) -> object:
        lines.append(values)
        return said(values)

    monkeypatch.setattr(sources.store, "_said", noting)
    return lines


def test_each_line_is_parsed_once_however_often_it_is_asked_for(tmp_path: Path, parsed: list[Line]) -> None:
    for number in range(20):
        store = SnapshotStore(tmp_path)
        store.keep(entry("a" if number % 2 else "b", number), None)
        assert len(store.entries()) == number + 1
        assert [place for place, _ in store.placed("a")] == list(range(1, number + 1, 2))
        assert [found.source for found in store.entries_of("b")] == ["b"] * (number // 2 + 1)
    assert len(parsed) == 20


def test_decisions_stand_beside_the_entries(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    decided = [Acceptance("a", "0" * 64, "benar", DAY), Rollback("r1", "r2", "keliru", DAY)]
    store.keep(entry("a", 1), None)
    for one in decided:
        store.accept(one)
    store.keep(entry("a", 2), None)
    assert [*store.acceptances(), *store.rollbacks()] == decided
    assert [place for place, _ in store.placed("a")] == [0, 1], "a decision takes no place among the entries"


def test_nobody_changes_the_log_by_what_was_given_out(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.keep(entry("a", 1), None)
    store.entries().clear()
    store.placed("a").clear()
    assert len(store.entries()) == len(store.entries_of("a")) == 1


CHANGES = st.lists(
    st.tuples(st.sampled_from(["append", "torn", "rewrite", "remove"]), st.integers(0, 5)), min_size=1, max_size=12
)


@given(CHANGES)
def test_the_log_is_what_stands_in_the_file_whatever_became_of_it(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int]]
) -> None:
    data = tmp_path_factory.mktemp("log")
    path = SnapshotStore(data).log_path
    for turn, (change, number) in enumerate(changes):
        before = path.read_text("utf-8") if path.exists() else ""
        whole = before[: before.rfind("\n") + 1]
        line = json.dumps({"kind": "snapshot", **plain(entry(f"s{number}", turn))}) + "\n"
        if change == "remove":
            path.unlink(missing_ok=True)
        else:
            written(path, {"append": whole + line, "torn": whole + line[:20], "rewrite": line}[change])
        text = path.read_text("utf-8") if path.exists() else ""
        there = [json.loads(one)["sha256"] for one in text[: text.rfind("\n") + 1].splitlines()]
        assert [found.sha256 for found in SnapshotStore(data).entries()] == there


def plain(one: LogEntry) -> Line:
    return {**vars(one), "first_seen": one.first_seen.isoformat(), "answers": []}


def test_a_line_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.keep(entry("a", 1), None)
    assert len(store.entries()) == 1
    good = store.log_path.read_text("utf-8")
    next_line = good.replace("1", "2", 1)
    written(store.log_path, good + next_line + "{not json}\n")
    with pytest.raises(json.JSONDecodeError):
        store.entries()
    written(store.log_path, good + next_line)
    assert len(store.entries()) == 2
