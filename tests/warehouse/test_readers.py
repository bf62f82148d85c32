"""A release opens in the oldest and the newest DuckDB that we promise, from their own files (`make readers`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from warehouse.shelf import ReleaseInfo

PROJECT = Path(__file__).resolve().parent.parent.parent
READERS = PROJECT / "build" / "readers"
QUESTIONS = """
import json, sys
import duckdb
path, questions = sys.argv[1], json.loads(sys.argv[2])
con = duckdb.connect(path, read_only=True)
opened = [con.execute(question).fetchall() for question in questions]
con.close()
con = duckdb.connect()
con.execute(f"ATTACH '{path}' AS release (READ_ONLY)")
con.execute("USE release")
used = [con.execute(question).fetchall() for question in questions]
print(json.dumps([duckdb.__version__, opened, used], default=str))
"""
ASKED = [
    "SELECT region_code, year, poverty_rate FROM joint.poverty WHERE poverty_rate IS NOT NULL ORDER BY ALL",
    "SELECT period, value FROM joint.series('poverty_rate', '35.76')",
    "SELECT region_code, value FROM joint.compare('poverty_rate', 2023)",
    "SELECT count(*) FROM core.as_of('2024-01-01')",
    "SELECT count(*) FROM joint.as_of('2030-01-01')",
    "SELECT comment FROM duckdb_columns() WHERE table_name = 'poverty' AND column_name = 'poverty_rate'",
    "SELECT count(comment) FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal",
]


def answers(reader: str, release: ReleaseInfo) -> list[Any]:
    """Version, answers to a file opened directly, and answers after ATTACH and USE."""
    where = READERS / reader
    if not where.is_dir():
        pytest.skip(f"{where.relative_to(PROJECT)} is not there: make readers")
    command = [sys.executable, "-c", QUESTIONS, str(release.path / "mojoraya.duckdb"), json.dumps(ASKED)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(where)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("reader", "version"), [("duckdb-oldest", "1.2.0"), ("duckdb-newest", "2.")])
def test_a_release_opens_in_other_versions_of_duckdb(release: ReleaseInfo, reader: str, version: str) -> None:
    told, opened, used = answers(reader, release)
    assert told.startswith(version)
    assert opened == used
    assert ["mojokerto-raya", 2023, 9.3839] in opened[0]
    assert [len(rows) for rows in opened[1:3]] == [1, 2]
    assert opened[3] == [[5]]
    assert opened[5][0][0].startswith("Persentase penduduk miskin")
    assert opened[6] == [[4]]
