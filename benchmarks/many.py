"""What a night costs with many small sources: a first night and one with nothing new, in one run, as ratios.

    .venv/bin/python benchmarks/many.py [--sources 120 480 1920] [--report docs/many.md]

Every source is a file of 800 figures under a contract of its own (bulk_office.py): a province of 38 governments that
give forty-six tables each has some 1,750. Each night runs in a process of its own; times are without imports. Cost
should grow as the number of sources does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk_office import make_many  # noqa: E402

NIGHTS = {"first": "first night", "nothing": "nothing new"}
Measured = dict[str, float]


def measured(root: Path) -> Measured:
    """Seconds of a night over the sources in `root`, in a process of its own."""
    asked = [sys.executable, str(ROOT / "benchmarks" / "bulk.py"), "--way", "first", "--root", str(root)]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stderr[-2000:] or ended.stdout[-2000:])
    found: Measured = json.loads(ended.stdout.splitlines()[-1])
    return found


def nights(sources: int, folder: Path) -> dict[str, Measured]:
    """A first night over so many sources, and one after it."""
    office = make_many(folder / str(sources), sources)
    found = {}
    for night, name in NIGHTS.items():
        found[night] = measured(office.root)
        print(f"{sources:6} sources, {name:<12}{found[night]['seconds']:8.1f} s", flush=True)
    return found


def table(found: dict[int, dict[str, Measured]]) -> str:
    """The measurements as a table in Markdown, each beside that of so many times fewer sources."""
    lines = ["| sources | first night, seconds | nothing new, seconds | largest process |", "|--:|--:|--:|--:|"]
    for sources, told in found.items():
        size = max(one["megabytes"] for one in told.values()) / 1024
        seconds = " | ".join(f"{told[night]['seconds']:.1f}" for night in NIGHTS)
        lines.append(f"| {sources:,} | {seconds} | {size:.1f} GB |")
    for few, many in pairwise(found):
        grown = " and ".join(
            f"{found[many][night]['seconds'] / found[few][night]['seconds']:.1f} ({name})"
            for night, name in NIGHTS.items()
        )
        lines.append(f"\n{many / few:.0f} times {few:,} sources took {grown} times as long.")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print; with --report also write the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sources", type=int, nargs="+", default=[120, 480, 1920])
    asked.add_argument("--report", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="mojoraya-many-") as folder:
        told = table({sources: nights(sources, Path(folder)) for sources in given.sources})
    print(told)
    if given.report:
        given.report.write_text(told, "utf-8")


if __name__ == "__main__":
    main()
