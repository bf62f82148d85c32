"""One read-only SQL question to a release, with every way out of the database closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb

from catalog.strict import Bilingual, ToldError
from warehouse.published import FILE

Answer = tuple[list[str], list[tuple[Any, ...]]]
# A question needs neither calls nor settings.
QUESTIONS = ("SELECT", "EXPLAIN")
# DuckDB 1.5.6 ends the whole process when it may not write the log that such a function asked for (2026-11-21).
# Profiles are written to a path of one's choice, a text that is run could be put together out of harmless parts, and
# some functions read at an address in memory.
SWITCHES = re.compile(
    r"\b(enable_logging|disable_logging|truncate_duckdb_logs|write_log|checkpoint|force_checkpoint|enable_profiling|"
    r"disable_profiling|query|query_table|json_execute_serialized_sql|arrow_scan|arrow_scan_dumb|pandas_scan|"
    r"python_map_function|seq_scan)\b",
    re.IGNORECASE,
)
# A question must not take the machine from the night: so much memory, nothing put aside on disk, so long, so many rows.
MEMORY = "2GB"
SECONDS = 300.0
MOST_ROWS = 2_000_000
MOST_BYTES = 1 << 30
BATCH = 16_384
CONFIG: dict[str, Any] = {
    "enable_external_access": False,
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
}


# What has a length of its own; to put the two together for every cell takes as long as to look at it.
TEXTS = (str, bytes)


class QueryError(ToldError, ValueError):
    """The question cannot be answered; what DuckDB itself says of it is one sentence, in its own words."""


def query(directory: Path, sql: str, seconds: float = SECONDS) -> Answer:
    """Column names and rows of one SQL question to the release in `directory`.

    Tables are named with their schema (joint.poverty). Files, networks, other databases and settings are out of
    reach. Raises `QueryError`, also for what takes more than `seconds`, 2 GB of memory or two million rows.
    """
    with reader(directory, seconds) as ask:
        return ask(sql)


def as_dicts(answer: Answer) -> list[dict[str, Any]]:
    """The rows of an answer by the names of its columns."""
    columns, rows = answer
    return [dict(zip(columns, row, strict=True)) for row in rows]


@contextmanager
def reader(directory: Path, seconds: float = SECONDS) -> Iterator[Callable[[str], Answer]]:
    """What answers several questions to one release, each as `query` does; opened once."""
    try:
        con = duckdb.connect(str(directory / FILE), read_only=True, config=CONFIG)
    except duckdb.Error as error:
        raise QueryError(_sentence(error)) from None
    try:
        yield lambda sql: _answer(con, sql, seconds)
    finally:
        con.close()


def _answer(con: duckdb.DuckDBPyConnection, sql: str, seconds: float) -> Answer:
    limit = Timer(seconds, con.interrupt)
    limit.daemon = True
    try:
        limit.start()
        return _rows(con, _question(con, sql))
    except duckdb.InterruptException:
        raise QueryError(
            Bilingual(
                id=f"jawabannya tidak ditemukan dalam {seconds:g} detik: persempit pertanyaannya",
                en=f"the answer was not found within {seconds:g} seconds: ask for less",
            )
        ) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise QueryError(
            Bilingual(
                id=f"jawabannya memerlukan memori lebih dari {CONFIG['memory_limit']}: persempit pertanyaannya",
                en=f"the answer needs more than {CONFIG['memory_limit']} of memory: ask for less",
            )
        ) from None
    except (duckdb.Error, UnicodeError, OverflowError, ValueError) as error:
        raise error if isinstance(error, QueryError) else QueryError(_sentence(error)) from None
    finally:
        limit.cancel()


def _question(con: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The one statement of a text, when it only asks."""
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        raise QueryError(
            Bilingual(
                id=f"satu pernyataan saja setiap kali: ada {len(statements)}",
                en=f"one statement at a time, please: found {len(statements)}",
            )
        )
    if statements[0].type.name not in QUESTIONS:
        raise _no_question(f"a {statements[0].type.name} statement", f"pernyataan {statements[0].type.name}")
    switch = SWITCHES.search(sql)
    if switch:
        raise _no_question(switch.group(), switch.group())
    return statements[0]


def _no_question(english: str, indonesian: str) -> QueryError:
    return QueryError(
        Bilingual(
            id=f"rilis hanya dapat dibaca: {indonesian} bukan pertanyaan",
            en=f"the release is read-only: {english} is not a question",
        )
    )


def _rows(con: duckdb.DuckDBPyConnection, question: duckdb.Statement) -> Answer:
    result = con.execute(question)
    columns = [column[0] for column in result.description or []]
    rows: list[tuple[Any, ...]] = []
    size, wanted = 0, 1
    # The first batches are small: a few long texts can be more than the machine holds.
    while batch := result.fetchmany(wanted):
        rows += batch
        size += sum(len(value) for row in batch for value in row if isinstance(value, TEXTS))
        if len(rows) > MOST_ROWS or size > MOST_BYTES:
            raise QueryError(
                Bilingual(
                    id=f"jawabannya lebih dari {MOST_ROWS} baris atau {MOST_BYTES} bita: persempit pertanyaannya, atau "
                    "baca berkas parquet",
                    en=f"the answer has more than {MOST_ROWS} rows or {MOST_BYTES} bytes: ask for less, or read the "
                    "parquet files",
                )
            )
        wanted = min(wanted * 2, BATCH)
    return columns, rows


def _sentence(error: Exception) -> Bilingual:
    """DuckDB's message without the picture of the line that follows it."""
    told = " ".join(str(error).split("\nLINE ")[0].split())
    return Bilingual(id=told, en=told)
