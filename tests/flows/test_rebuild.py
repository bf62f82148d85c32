"""A release is a function of the log: rebuilt without caches it is the same, and it can be had as of any day."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from support.office import Office, quiet

from catalog.settings import Settings
from cli.main import main
from flows import stages
from flows.rebuild import as_of_folder, rebuild, rebuild_as_of
from sources.store import Acceptance, SnapshotStore

CITY, YEARS = "3576", range(2015, 2025)
CONTRACT = """
id = "{id}"
title = {{ id = "Kemiskinan", en = "Poverty" }}
publisher = "BPS"
owner = "BPS"
publication = "Tabel"
evidence = "publication"
edition = "{edition}"
{published}
format = {{}}
measures = [{{ indicator = "poverty_rate", unit = "percent", precision = [{{ decimals = 2 }}] }}]
expect = {{ regions = ["35.76"], first_year = {first_year} }}
columns = [
  {{ header = ["kode"], role = "region_code", scheme = "bps" }},
  {{ header = ["tahun"], role = "period" }},
  {{ header = ["nilai"], role = "value", measure = "poverty_rate" }},
]
[connector]
kind = "file"
path = "{id}.csv"
"""
CORRECTION = """
[[correction]]
indicator = "poverty_rate"
region = "35.76"
period = "2020"
reported = "6.24"
right = "6.42"
reason = { id = "angka tertukar", en = "digits exchanged" }
told = "BPS"
told_on = 2026-11-21
"""
BESIDE = {"changes.parquet", "meta_freshness.parquet"}
Row = tuple[str, int, str]
TRUE: list[Row] = [(CITY, year, f"{7.24 - (year - 2015) * 0.2:.2f}") for year in YEARS]
EDITIONS: dict[str, Callable[[], list[Row]]] = {
    "as it was": lambda: TRUE,
    "a revision": lambda: [(code, year, "5.71" if year == 2022 else value) for code, year, value in TRUE],
    "another revision": lambda: [(code, year, "5.69" if year >= 2022 else value) for code, year, value in TRUE],
    "one year more": lambda: [*TRUE, (CITY, 2025, "5.20")],
    "one year less": lambda: TRUE[:-1],
    "half of it": lambda: TRUE[:4],
    "a tenth of it": lambda: [(code, year, f"{float(value) / 10:.2f}") for code, year, value in TRUE],
    "one impossible rate": lambda: [(code, year, "624.0" if year == 2020 else value) for code, year, value in TRUE],
    "an unknown region": lambda: [*TRUE, ("9999", 2024, "5.00")],
}


def csv(rows: list[Row], header: str = "kode,tahun,nilai") -> str:
    return "\n".join([header, *(f"{code},{year},{value}" for code, year, value in rows)]) + "\n"


def content(release: Path) -> dict[str, str]:
    """Hashes of the parquet files that know neither the release before nor how the last fetches ended."""
    files = sorted(path for path in release.glob("*.parquet") if path.name not in BESIDE)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


class Years(RuleBasedStateMachine):
    """Publishers, operators and owners of contracts do what they do; nights run in between."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.office = Office(Settings(data=self.folder / "data", sources=self.folder / "sources"))
        self.day = date(2026, 1, 1)
        self.today, stages.today = stages.today, lambda _settings: self.day
        self.declared = {"satu": {"edition": "replaces"}, "dua": {"edition": "adds"}}
        self.office.settings.sources.mkdir()

    @initialize()
    def begin(self) -> None:
        for source in self.declared:
            self.declare(source)
            self.write(source, csv(TRUE))
        self.night()

    def declare(self, source: str, **other: str) -> None:
        self.declared[source].update(other)
        text = CONTRACT.format(**{"id": source, "published": "", "first_year": "2015", **self.declared[source]})
        (self.office.settings.sources / f"{source}.toml").write_text(text, "utf-8")

    def write(self, source: str, text: str) -> None:
        (self.office.settings.sources / f"{source}.csv").write_text(text, "utf-8")

    @rule(days=st.integers(0, 3))
    def night(self, days: int = 1) -> None:
        self.day += timedelta(days=days)
        self.office.run()

    @rule(source=st.sampled_from(["satu", "dua"]), edition=st.sampled_from(sorted(EDITIONS)))
    def publisher_sends(self, source: str, edition: str) -> None:
        self.write(source, csv(EDITIONS[edition]()))
        self.night()

    @rule(source=st.sampled_from(["satu", "dua"]))
    def publisher_renames_a_column(self, source: str) -> None:
        self.write(source, csv(TRUE, "kode,thn,nilai"))
        self.night()

    @rule(source=st.sampled_from(["satu", "dua"]), year=st.sampled_from(["2015", "2017"]))
    def contract_starts_later(self, source: str, year: str) -> None:
        self.declare(source, first_year=year)

    @rule(source=st.sampled_from(["satu", "dua"]), stated=st.sampled_from(["2025-12-01", "2026-01-02"]))
    def contract_states_a_date(self, source: str, stated: str) -> None:
        self.declare(source, published=f"published = {stated}")

    @rule(source=st.sampled_from(["satu", "dua"]), wanted=st.booleans())
    def correction_is_declared_or_lifted(self, source: str, wanted: bool) -> None:
        path = self.office.settings.sources / f"{source}.corrections.toml"
        if wanted:
            path.write_text(CORRECTION, "utf-8")
        else:
            path.unlink(missing_ok=True)

    @precondition(lambda self: SnapshotStore(self.office.settings.data).log_path.exists())
    @rule(source=st.sampled_from(["satu", "dua"]))
    def operator_accepts_the_newest(self, source: str) -> None:
        store = SnapshotStore(self.office.settings.data)
        newest = store.entries_of(source)[-1]
        store.accept(Acceptance(source, newest.sha256, "dikonfirmasi", self.day))

    def teardown(self) -> None:
        try:
            if not self.office.settings.data.exists():
                return
            run = self.office.run()
            if run.release is None:
                # Contracts that no kept file satisfies any more publish nothing, by either way.
                assert rebuild(self.office.settings, quiet).release is None
                return
            found = content((self.office.settings.data / "current").resolve())
            shutil.rmtree(self.office.settings.data / "releases")
            again = rebuild(self.office.settings, quiet)
            assert again.release == run.release
            assert content((self.office.settings.data / "current").resolve()) == found
        finally:
            stages.today = self.today
            shutil.rmtree(self.folder)


@pytest.mark.trial
def test_a_rebuild_gives_the_release_that_the_nights_gave() -> None:
    # A night takes seconds: one history here, more of them with MOJORAYA_HISTORIES=100.
    many = int(os.environ.get("MOJORAYA_HISTORIES", "1"))
    run_state_machine_as_test(Years, settings=hypothesis_settings(max_examples=many, stateful_step_count=5))


@pytest.mark.trial
def test_a_rebuild_as_of_a_day_is_the_release_of_that_day_and_leaves_the_office_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(Settings(data=tmp_path / "data", sources=tmp_path / "sources"))
    office.settings.sources.mkdir()
    text = CONTRACT.format(id="satu", edition="replaces", published="", first_year="2015")
    (office.settings.sources / "satu.toml").write_text(text, "utf-8")
    first = date(2026, 1, 1)
    known: dict[date, str | None] = {}
    for number, edition in enumerate(("as it was", "a revision")):
        day = first + timedelta(days=number)
        monkeypatch.setattr(stages, "today", lambda _settings, day=day: day)
        (office.settings.sources / "satu.csv").write_text(csv(EDITIONS[edition]()), "utf-8")
        known[day] = office.run().release
    assert len(set(known.values())) == 2
    current = (office.settings.data / "current").resolve()
    newest = max(known)
    assert rebuild_as_of(office.settings, newest, quiet).release == known[newest]
    assert (office.settings.data / "current").resolve() == current
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    assert main(["rebuild", "--as-of", "2025-12-31", *where]) == 1, "nothing was known before the first night"
    assert main(["rebuild", "--as-of", "1 Maret", *where]) == 2
    assert main(["rebuild", "--as-of", "2026-01-01", "--lang", "en", *where]) == 0
    told = capsys.readouterr()
    assert known[first] in told.out
    assert str(as_of_folder(office.settings, date(2026, 1, 1))) in told.out
    assert "'1 Maret' tidak dikenal" in told.err
