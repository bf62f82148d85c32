from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.query import CONFIG, QueryError, query
from warehouse.shelf import ReleaseInfo


def test_a_question_is_answered_with_names_and_rows(release: ReleaseInfo) -> None:
    columns, rows = query(
        release.path, "SELECT region_code, poverty_rate FROM joint.poverty WHERE poverty_rate > 9 ORDER BY year DESC"
    )
    assert columns == ["region_code", "poverty_rate"]
    assert rows == [("mojokerto-raya", 9.3839), ("35.16", 10.62)]


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("FROM joint.series('poverty_rate', '35.76')", 1),
        ("FROM joint.compare('poverty_rate', 2023)", 2),
        ("FROM core.as_of('2024-01-01')", 5),
        ("FROM joint.as_of(DATE '2023-12-31')", 0),
    ],
)
def test_table_macros_work_without_further_ado(release: ReleaseInfo, sql: str, count: int) -> None:
    assert len(query(release.path, sql)[1]) == count


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM sniff_csv('{file}')",
        "COPY joint.poverty TO '{out}'",
        "ATTACH '{out}'",
        "EXPORT DATABASE '{out}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "PRAGMA enable_profiling = 'json'",
        "CALL enable_logging(storage = 'file', storage_path = '{out}')",
        "SELECT * FROM enable_logging(storage = 'file', storage_path = '{out}')",
        "FROM query('FROM enable_' || 'logging(storage = ''file'', storage_path = ''{out}'')')",
        "FROM enable_profiling(format = 'json', save_location = '{out}')",
        "SELECT * FROM arrow_scan(NULL, NULL, NULL)",
        "SELECT * FROM duckdb_secrets()",
        "EXPLAIN ANALYZE COPY joint.poverty TO '{out}'",
        "CREATE TABLE joint.other (a INTEGER)",
        "DROP TABLE joint.poverty",
        "UPDATE joint.poverty SET poverty_rate = 0",
        "SELECT * FROM local_frame",
    ],
)
def test_a_question_reaches_nothing_outside_the_release(release: ReleaseInfo, tmp_path: Path, sql: str) -> None:
    file = tmp_path / "secret.txt"
    file.write_text("rahasia", "utf-8")
    local_frame = {"a": [1]}
    with pytest.raises(QueryError) as error:
        query(release.path, sql.format(file=file, out=tmp_path / "out"))
    assert local_frame
    assert "rahasia" not in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT * FROM joint.povrty", "Table with name povrty does not exist"),
        ("SELEC 1", "syntax error at or near"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("", "one statement at a time"),
    ],
)
def test_a_failing_question_says_why_in_one_sentence(release: ReleaseInfo, sql: str, told: str) -> None:
    with pytest.raises(QueryError, match=told) as error:
        query(release.path, sql)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1; SELECT 2", "satu pernyataan saja setiap kali: ada 2"),
        ("CREATE TABLE a (b INTEGER)", "rilis hanya dapat dibaca: pernyataan CREATE bukan pertanyaan"),
        ("SELECT * FROM query('SELECT 1')", "rilis hanya dapat dibaca: query bukan pertanyaan"),
    ],
)
def test_what_is_no_question_is_told_in_indonesian_too(release: ReleaseInfo, sql: str, told: str) -> None:
    with pytest.raises(QueryError) as error:
        query(release.path, sql)
    assert error.value.message.id == told


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT * FROM range(1000000000000)", "more than 2000000 rows"),
        ("SELECT repeat('x', 10000) FROM range(1000000)", "or 20000000 bytes"),
        ("SELECT a, count(*) FROM range(1000000000) t(a) GROUP BY a ORDER BY a", "more than 50MB of memory"),
        ("SELECT count(*) FROM range(1000000000000) t(a) WHERE a % 7 = 1", "not found within 1 seconds"),
    ],
)
def test_a_question_takes_neither_the_memory_nor_the_time_of_the_machine(
    release: ReleaseInfo, monkeypatch: pytest.MonkeyPatch, sql: str, told: str
) -> None:
    """What does not fit into memory is not put aside on disk either: the release stands in a folder of hashed files."""
    monkeypatch.setattr("warehouse.query.MOST_BYTES", 20_000_000)
    monkeypatch.setitem(CONFIG, "memory_limit", "50MB")
    before = sorted(release.path.iterdir())
    with pytest.raises(QueryError, match=told):
        query(release.path, sql, seconds=1 if "1 seconds" in told else 60)
    assert sorted(release.path.iterdir()) == before


def test_a_directory_without_a_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"mojoraya\.duckdb"):
        query(tmp_path, "SELECT 1")
