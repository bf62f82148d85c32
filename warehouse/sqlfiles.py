"""SQL lives in .sql files beside this module; here they are found and their placeholders filled."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).resolve().parent / "sql"


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.sql").read_text("utf-8"))


def load_sql(name: str, /, **parts: str) -> str:
    """The statement(s) of sql/<name>.sql; `parts` fill its $placeholders and must fill them all."""
    return _template(name).substitute(parts)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def names(columns: list[str]) -> str:
    """Column names as an SQL list."""
    return ", ".join(quoted(column) for column in columns)


def literal_path(path: Path) -> str:
    """A path for DuckDB's readers, which would take brackets, stars and question marks in it for a pattern."""
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))
