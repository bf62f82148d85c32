"""One read-only SQL question to a release, with every way out of the database closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.published import FILE

Answer = tuple[list[str], list[tuple[Any, ...]]]
# A question needs neither calls nor settings.
QUESTIONS = ("SELECT", "EXPLAIN")
# DuckDB 1.5.6 ends the whole process when it may not write the log that such a function asked for (2026-11-21).
SWITCHES = re.compile(
    r"\b(enable_logging|disable_logging|truncate_duckdb_logs|checkpoint|force_checkpoint)\b", re.IGNORECASE
)
CONFIG: dict[str, Any] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
}


class QueryError(ValueError):
    """The question cannot be answered; the message is DuckDB's, in one sentence."""


def query(directory: Path, sql: str) -> Answer:
    """Column names and rows of one SQL question to the release in `directory`.

    Tables are named with their schema (joint.poverty). Files, networks, other databases and settings are out of
    reach. Raises `QueryError`.
    """
    with reader(directory) as ask:
        return ask(sql)


@contextmanager
def reader(directory: Path) -> Iterator[Callable[[str], Answer]]:
    """What answers several questions to one release, each as `query` does; opened once."""
    try:
        con = duckdb.connect(str(directory / FILE), read_only=True, config=CONFIG)
    except duckdb.Error as error:
        raise QueryError(_sentence(error)) from None
    try:
        yield lambda sql: _answer(con, sql)
    finally:
        con.close()


def _answer(con: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    try:
        statements = con.extract_statements(sql)
        if len(statements) != 1:
            raise QueryError(f"one statement at a time, please: found {len(statements)}")
        if statements[0].type.name not in QUESTIONS:
            raise QueryError(f"the release is read-only: a {statements[0].type.name} statement is not a question")
        switch = SWITCHES.search(sql)
        if switch:
            raise QueryError(f"the release is read-only: {switch.group()} is not for questions")
        result = con.execute(statements[0])
        return [column[0] for column in result.description or []], result.fetchall()
    except duckdb.Error as error:
        raise QueryError(_sentence(error)) from None


def _sentence(error: duckdb.Error) -> str:
    """DuckDB's message without the picture of the line that follows it."""
    told = str(error).split("\nLINE ")[0]
    return " ".join(told.split())
