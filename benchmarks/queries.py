"""What an analyst's ten questions and the table macros cost, in DuckDB's file and over the parquet files, in one run.

    .venv/bin/python benchmarks/queries.py [--rounds 20]

The questions are those of README.md and docs/reading.md, each asked of mojoraya.duckdb of a release of the bundled
sources and of views of the same names over its parquet files; macros exist in the former only, so there the views
carry the same macros. Medians in milliseconds, and the ratio.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from catalog.settings import Settings
from flows.night import night
from warehouse.sqlfiles import load_sql, text

PROJECT = Path(__file__).resolve().parent.parent
QUESTION = re.compile(r"```sql\n(?:-- (?P<title>[^\n]*)\n)?(?P<sql>.*?)```", re.DOTALL)


def questions() -> list[tuple[str, str]]:
    """Title and statement of every question that the README and the page on reading ask."""
    pages = [(PROJECT / name).read_text("utf-8") for name in ("README.md", "docs/reading.md")]
    found = [match for page in pages for match in QUESTION.finditer(page)]
    return [(match["title"] or match["sql"].split("\n")[0][:60], match["sql"]) for match in found]


def over_parquet(release: Path) -> duckdb.DuckDBPyConnection:
    """Views over the parquet files by the names of the tables; what has no file is left out."""
    con = duckdb.connect()
    for schema in ("core", "joint", "meta"):
        con.execute(f"CREATE SCHEMA {schema}")
    for path in sorted(release.glob("*.parquet")):
        name = "meta.change" if path.stem == "changes" else path.stem.replace("_", ".", 1)
        con.execute(f"CREATE VIEW {name} AS FROM read_parquet({text(str(path))})")
    con.execute(load_sql("macros"))
    return con


def median(con: duckdb.DuckDBPyConnection, sql: str, rounds: int) -> float:
    """Median wall milliseconds of asking and fetching."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        con.execute(sql).fetchall()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def main() -> None:
    """Make a release, ask both sides, and print a line per question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        night(settings, lambda _line: None)
        release = (settings.data / "current").resolve()
        with duckdb.connect(str(release / "mojoraya.duckdb"), read_only=True) as own, over_parquet(release) as files:
            print(f"{'duckdb ms':>10} {'parquet ms':>10} {'ratio':>6}  question")
            for title, sql in questions():
                one, other = median(own, sql, rounds), median(files, sql, rounds)
                print(f"{one:10.1f} {other:10.1f} {other / one:6.1f}  {title}")


if __name__ == "__main__":
    main()
