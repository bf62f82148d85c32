"""The golden night: control values, determinism, and what must come back after it was deleted."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from support.office import Office, quiet

from catalog.load import Catalog
from catalog.settings import Settings
from flows import stages
from flows.night import night
from flows.outcome import NightOutcome

# These know when a release was built; DuckDB's file is verified by reading it back.
OF_THE_BUILD = {"mojoraya.duckdb", "release.json", "SHA256SUMS"}


def exact_files(release: Path) -> dict[str, str]:
    """Hashes of every file of a release whose bytes follow from the inputs: tables, page, workbooks, exports."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in release.iterdir()}
    return {name: digest for name, digest in found.items() if name not in OF_THE_BUILD}


def parquet_hashes(release: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in release.glob("*.parquet")}


@pytest.mark.xdist_group("release")
def test_the_first_night_is_in_order(first_night: tuple[Path, NightOutcome]) -> None:
    _, outcome = first_night
    assert outcome.exit_code == 0, outcome.problems_id
    assert outcome.quarantined == 0
    assert outcome.changed


CONTROL = [
    ("poverty", "35.76", 2023, "poverty_rate", 5.77, 0),
    ("poverty", "35.76", 2023, "poor_population", 7650, 0),
    ("poverty", "35.16", 2024, "poverty_rate", 9.37, 0),
    ("poverty", "35.16", 2024, "poor_population", 108720, 0),
    ("poverty", "mojokerto-raya", 2023, "poverty_rate", 9.384, 0.005),
    ("poverty", "mojokerto-raya", 2023, "poor_population", 120510, 0),
    ("poverty", "mojokerto-raya", 2019, "poverty_rate", 9.27, 0.006),
    ("poverty", "mojokerto-raya", 2020, "poverty_rate", 10.12, 0.006),
    ("poverty", "mojokerto-raya", 2021, "poverty_rate", 10.18, 0.006),
    ("poverty", "mojokerto-raya", 2022, "poverty_rate", 9.32, 0.006),
    ("poverty", "mojokerto-raya", 2024, "poverty_rate", 8.98, 0.006),
    ("poverty", "mojokerto-raya", 2025, "poverty_rate", 8.40, 0.006),
    ("poverty", "mojokerto-raya", 2025, "poor_population", 109440, 0),
    ("economy", "35.76", 2021, "open_unemployment_rate", 6.87, 0),
    ("economy", "mojokerto-raya", 2024, "grdp_constant_2010", 76214430, 20),
    ("economy", "mojokerto-raya", 2020, "grdp_growth", -1.31, 0.006),
    ("economy", "mojokerto-raya", 2023, "grdp_growth", 4.97, 0.006),
    ("economy", "mojokerto-raya", 2024, "grdp_growth", 5.29, 0.006),
    ("economy", "mojokerto-raya", 2023, "open_unemployment_rate", 4.672, 0.0006),
    ("economy", "mojokerto-raya", 2024, "open_unemployment_rate", 3.857, 0.0006),
    ("economy", "mojokerto-raya", 2025, "open_unemployment_rate", 3.608, 0.0006),
    ("economy", "mojokerto-raya", 2021, "open_unemployment_rate", 5.67, 0.006),
    ("economy", "mojokerto-raya", 2022, "open_unemployment_rate", 4.85, 0.006),
    ("economy", "mojokerto-raya", 2023, "grdp_per_capita_constant", 56480, 5),
    ("poverty", "35.76", 2023, "hdi_lf_sp2020", 80.90, 0),
    ("poverty", "35.76", 2023, "hdi_sp2010", 80.07, 0),
    ("services", "35.76", 2023, "stunting_survey", 11.0, 0),
    ("services", "35.76", 2023, "stunting_weighing", 2.04, 0),
]


@pytest.mark.xdist_group("release")
@pytest.mark.parametrize(("table", "region", "year", "column", "value", "within"), CONTROL)
def test_the_release_shows_the_control_value(
    whole: Office, table: str, region: str, year: int, column: str, value: float, within: float
) -> None:
    found = whole.sql(f"SELECT {column} FROM joint.{table} WHERE region_code = '{region}' AND year = {year}")
    assert found[0][0] == pytest.approx(value, abs=within or 1e-9)


@pytest.mark.xdist_group("release")
def test_output_of_2024_is_provisional_and_its_unit_inferred(whole: Office) -> None:
    found = whole.sql(
        "SELECT grdp_constant_2010_status, grdp_constant_2010_evidence, grdp_constant_2010_method FROM joint.economy "
        "WHERE region_code = 'mojokerto-raya' AND year = 2024"
    )
    assert found == [("P", "inferred", "sum")]


def test_the_same_inputs_give_the_same_bytes_elsewhere_and_on_another_day(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "today", lambda _settings: date(2031, 5, 4))
    settings = Settings(
        data=tmp_path / "else where" / "data",
        sources=shutil.copytree(office.settings.sources, tmp_path / "else where" / "sources"),
    )
    outcome = night(settings, quiet)
    here = (office.settings.data / "current").resolve()
    assert outcome.release == here.name
    assert exact_files((settings.data / "current").resolve()) == exact_files(here)


def test_the_release_comes_back_after_warehouse_staging_and_releases_were_deleted(office: Office) -> None:
    here = (office.settings.data / "current").resolve()
    hashes = parquet_hashes(here)
    (office.settings.data / "warehouse.duckdb").unlink()
    shutil.rmtree(office.settings.data / "staging")
    shutil.rmtree(office.settings.data / "releases")
    (office.settings.data / "current").unlink()
    outcome = office.run()
    assert outcome.release == here.name
    assert parquet_hashes(here) == hashes


def test_a_second_night_says_that_nothing_changed_and_keeps_the_release(office: Office) -> None:
    before = (office.settings.data / "current").resolve()
    outcome = office.run()
    assert (outcome.exit_code, outcome.changed, outcome.release) == (0, False, before.name)
    assert "Tidak ada yang berubah" in outcome.summary_id
    assert not stages.needs_work(office.settings)


def test_a_revision_is_dated_by_the_day_it_was_seen_and_the_old_figure_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "today", lambda _settings: date(2027, 2, 3))
    office.edit("kota-mojokerto-kemiskinan", lambda text: text.replace("5,05", "5,06"))
    outcome = office.run()
    assert outcome.exit_code == 0
    assert outcome.changed
    where = "indicator = 'poverty_rate' AND region_code = '35.76' AND period = '2025'"
    rows = office.sql(
        f"SELECT CAST(value AS DOUBLE), vintage, superseded_at FROM core.observation WHERE {where} "
        "AND source = 'kota-mojokerto-kemiskinan' ORDER BY vintage"
    )
    assert rows == [(5.05, date(2026, 11, 21), date(2027, 2, 3)), (5.06, date(2027, 2, 3), None)]
    known = "SELECT value FROM joint.as_of(DATE '{}') WHERE " + where + " AND breakdown = '_T'"
    assert office.sql(known.format("2026-12-31")) == [(5.05,)]
    assert office.sql(known.format("2027-02-03")) == [(5.06,)]
    change = office.sql(f"SELECT kind, old, new FROM meta.change WHERE {where}")
    assert change == [("changed", 5.05, 5.06)]


def test_every_night_is_in_the_ledger(office: Office) -> None:
    office.run()
    lines = [json.loads(line) for line in (office.settings.data / "runs.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 2
    assert {line["trigger"] for line in lines} == {"command"}
    assert all(line["release"] for line in lines)


@pytest.mark.xdist_group("release")
def test_there_is_a_row_for_every_region_and_year_and_every_gap_has_its_reason(whole: Office) -> None:
    for table, column in (("poverty", "poverty_rate"), ("economy", "grdp_growth"), ("services", "population")):
        rows, regions, years, first, last = whole.sql(
            "SELECT count(*), count(DISTINCT region_code), count(DISTINCT year), min(year), max(year) "
            f"FROM joint.{table}"
        )[0]
        assert rows == regions * years
        assert years == last - first + 1
        assert regions >= 41, "38 kab/kota, the province, a peer outside and the agglomeration"
        silent = f"SELECT count(*) FROM joint.{table} WHERE ({column} IS NULL) <> ({column}_null_reason IS NOT NULL)"
        assert whole.sql(silent) == [(0,)]


@pytest.mark.xdist_group("release")
def test_unemployment_is_never_a_mean_of_rates_and_2016_is_empty(whole: Office) -> None:
    found = whole.sql(
        "SELECT open_unemployment_rate, open_unemployment_rate_null_reason FROM joint.economy "
        "WHERE region_code = 'mojokerto-raya' AND year = 2016"
    )
    assert found[0][0] is None
    assert found[0][1]


def test_one_night_at_a_time_and_the_second_says_who_runs(office: Office) -> None:
    from flows.lock import night_lock

    with night_lock(office.settings.data):
        outcome = office.run()
    assert outcome.exit_code == 1
    assert "sejak" in outcome.summary_id
    assert office.run().exit_code == 0, "the lock is gone with its holder"


@pytest.mark.xdist_group("release")
def test_every_identity_is_held_in_a_release_and_the_published_figures_pass(whole: Office, catalog: Catalog) -> None:
    rows = whole.sql("SELECT rule, outcome FROM meta.check WHERE gate = 'identity'")
    assert {row[0] for row in rows} == {item.id for item in catalog.identities}
    assert [row for row in rows if row[1] != "passed"] == []


def test_a_folder_without_contracts_is_named_and_not_blamed_on_the_sources(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", sources=tmp_path / "salah")
    outcome = night(settings, quiet)
    assert outcome.exit_code == 1
    told = outcome.summary("id")
    assert f"Tidak ada kontrak yang terbaca di folder {tmp_path / 'salah'}" in told
    assert "MOJORAYA_SOURCES" in told
    assert "Rilis terakhir, bila ada, tetap berlaku." in told
    assert not (settings.data / "current").exists()
