"""Two complaints about health in one kelurahan are nowhere in a release; those about roads stand as they are."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.office import Office, copy_sources
from support.search import everything, footers, forms, plain_files

from catalog.settings import Settings
from cli.main import main
from flows.outcome import NightOutcome
from transforms.suppression_complaints import EMPTIED
from warehouse.changes import changes_between

# One worker makes the night that all of these read.
pytestmark = pytest.mark.xdist_group("hotline")
CALLS, FIGURES = "contoh-pengaduan", ("kota-mojokerto-kemiskinan", "kota-mojokerto-penduduk-kelurahan")
FEW, OTHERS = "35.76.01.1003", ("35.76.01.1004", "35.76.01.1005", "35.76.02.1001", "35.76.02.1003", "35.76.03.1001")
# Minutes until the two small complaints were answered: their median, which goes with the count that it is of.
PLANTED = 918273645
TABLE = "joint_service_complaints.parquet"
Night = tuple[Office, NightOutcome]


def calls() -> list[str]:
    """Complaints about health: six a month in each of five kelurahan, and two in February in another."""
    lines = []
    for month in range(1, 5):
        for place in OTHERS:
            for number in range(6):
                came = datetime(2025, month, 3 + number, 8)  # noqa: DTZ001  # the file has no time zone
                lines.append(line(f"S{month}-{place}-{number}", place, came, came + timedelta(minutes=5)))
    for number in range(2):
        came = datetime(2025, 2, 10 + number, 8)  # noqa: DTZ001  # as above
        lines.append(line(f"S-few-{number}", FEW, came, came + timedelta(minutes=PLANTED)))
    return lines


def line(number: str, place: str, came: datetime, answered: datetime) -> str:
    times = ",".join(f"{time:%Y-%m-%d %H:%M}" for time in (came, answered))
    return f"{number},telepon,pengaduan,Kesehatan,{place},{times},,"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("hotline")
    sources = copy_sources(folder / "sources", (CALLS, *FIGURES))
    path = next(sources.rglob(f"{CALLS}.csv"))
    path.write_text(path.read_text("utf-8") + "".join(f"{row}\n" for row in calls()), "utf-8")
    office = Office(Settings(data=folder / "data", sources=sources))
    return office, office.run()


@pytest.fixture
def release(night: Night) -> Path:
    return (night[0].settings.data / "current").resolve()


def writer(night: Night, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(night[0].settings.data / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_the_planted_number_is_in_the_writers_warehouse_alone(night: Night, release: Path, tmp_path: Path) -> None:
    assert night[1].exit_code == 0
    kept = f"SELECT count(*) FROM joint.service_complaints WHERE median_answer_minutes = {PLANTED}"
    assert writer(night, kept)[0][0] >= 1
    for where, column, value in everything(release):
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            assert int(value) != PLANTED, f"{where}.{column}"
        assert not (isinstance(value, str) and str(PLANTED) in value), f"{where}.{column}"
    for path in plain_files(release, tmp_path):
        held = path.read_bytes()
        assert not [form for form in forms(PLANTED) if form in held], path.name
    assert not [end for end in footers(release) if str(PLANTED) in end]


def test_the_small_count_and_all_that_would_tell_it_are_empty(night: Night) -> None:
    office, _ = night
    columns = ", ".join(EMPTIED)
    told = f"SELECT {columns} FROM joint.service_complaints WHERE region_code = '{FEW}' AND period = '2025-02'"
    for category in ("Kesehatan", "_T"):
        assert office.sql(f"{told} AND category = '{category}'") == [(None,) * len(EMPTIED)]
    status = "SELECT DISTINCT obs_status, null_reason FROM joint.service_complaints WHERE complaints IS NULL"
    assert office.sql(status) == [("Q", "suppressed")]
    alone = (
        "SELECT count(*) FROM joint.service_complaints WHERE complaints IS NULL AND category = 'Kesehatan' "
        "AND level = 'urban_village' AND period = '2025-02'"
    )
    assert office.sql(alone)[0][0] > 1, "the kecamatan less its other kelurahan would tell it"


def test_zeros_and_harmless_categories_are_published_as_they_are(night: Night) -> None:
    office, _ = night
    harmless = (
        "SELECT * EXCLUDE (source) FROM joint.service_complaints WHERE category NOT IN ('_T', 'Kesehatan') ORDER BY ALL"
    )
    assert office.sql(harmless) == writer(night, harmless)
    zeros = (
        "SELECT count(*) FROM joint.service_complaints WHERE category = 'Kesehatan' AND complaints = 0 "
        f"AND region_code = '{FEW}'"
    )
    assert office.sql(zeros)[0][0] >= 7


def test_the_profile_says_no_more_than_the_complaints(night: Night) -> None:
    office, _ = night
    profile = (
        "SELECT p.complaints IS NULL, p.complaints_per_1000 IS NULL, p.backlog IS NULL, p.complaints_null_reason, "
        "c.complaints IS NULL FROM joint.kelurahan_profile AS p JOIN joint.service_complaints AS c "
        f"ON c.region_code = p.region_code AND c.period = '2025' AND c.category = '_T' WHERE p.region_code = '{FEW}'"
    )
    assert office.sql(profile) == [(True, True, True, "suppressed", True)]


def test_the_verdict_counts_and_explain_says_suppressed(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    office, outcome = night
    rows = office.sql("SELECT outcome, evaluated, failed FROM meta.check WHERE rule = 'small_counts'")
    assert [(row[0], row[1] > 3, row[2]) for row in rows] == [("passed", True, 0)]
    options = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    asked = ["explain", "service_complaints.complaints", FEW, "2025-02", "--breakdown", "category=Kesehatan"]
    assert main([*asked, "--json", *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["value"], found["null_reason"], found["obs_status"]) == (None, "suppressed", "Q")
    assert found["records"]["count"] is None
    assert main([*asked, *options]) == 0
    assert "dirahasiakan" in capsys.readouterr().out
    assert str(PLANTED) not in outcome.summary_id + outcome.summary_en


def test_a_count_that_a_release_showed_is_told_as_suppressed_without_its_number(release: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(release, older)
    table = pq.read_table(older / TABLE)
    rows = table.to_pylist()
    for row in rows:
        if (row["region_code"], row["period"], row["category"]) == (FEW, "2025-02", "Kesehatan"):
            row |= {"complaints": 77, "null_reason": None, "obs_status": "A"}
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), older / TABLE)
    assert [
        (row["indicator"], row["breakdown"], row["kind"], row["old"], row["new"], row["reason"], row["new_status"])
        for row in changes_between(older, release)
    ] == [
        ("service_complaints.complaints", "category=Kesehatan;example=yes", "vanished", None, None, "suppressed", "Q")
    ]
