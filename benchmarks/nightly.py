"""How long a night takes beside an empty Prefect flow, all in one run, as ratios.

    .venv/bin/python benchmarks/nightly.py [--rounds 3]

Each round runs, one after another and each in a fresh process: an empty flow on Prefect's own temporary server, the
import of Great Expectations, a first `mojoraya run`, a run with nothing new, a run with one changed source, and
`mojoraya --help`. The median of each is printed with its ratio to the empty flow. Aims: first run at most 1.1,
nothing new at most 0.8, --help under 0.3 s.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("mojoraya"))
EMPTY_FLOW = "from prefect import flow\n\n@flow\ndef empty():\n    pass\n\nempty()\n"
CHANGED = "kota-mojokerto-kemiskinan.csv"


def timed(command: list[str], **variables: str) -> float:
    """Wall seconds of one process; its failure ends the benchmark with its own words."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "MOJORAYA"))}
    started = time.perf_counter()
    done = subprocess.run(command, env=clean | variables, capture_output=True, text=True, check=False, cwd=PROJECT)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return seconds


def one_round(folder: Path) -> dict[str, float]:
    """Every case once, in the order in which they are reported."""
    sources, data = folder / "sources", folder / "data"
    shutil.copytree(PROJECT / "sources", sources, ignore=shutil.ignore_patterns("*.py", "__pycache__", "connectors"))
    ours = {"MOJORAYA_DATA": str(data), "MOJORAYA_SOURCES": str(sources)}
    times = {
        "empty Prefect flow": timed([sys.executable, "-c", EMPTY_FLOW], PREFECT_HOME=str(folder / "prefect")),
        "import great_expectations": timed([sys.executable, "-c", "import great_expectations"]),
        "first run": timed([COMMAND, "run"], **ours),
        "nothing new": timed([COMMAND, "run"], **ours),
    }
    changed = next(sources.rglob(CHANGED))
    changed.write_bytes(changed.read_bytes().replace(b"5,05", b"5,06"))
    times["one changed source"] = timed([COMMAND, "run"], **ours)
    times["mojoraya --help"] = timed([COMMAND, "--help"])
    return times


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = []
    for _ in range(parser.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(Path(folder)))
    medians = {name: statistics.median(item[name] for item in rounds) for name in rounds[0]}
    print(f"{'case':<28}{'seconds':>9}{'ratio':>8}   ({len(rounds)} rounds, medians)")
    for name, seconds in medians.items():
        print(f"{name:<28}{seconds:>9.2f}{seconds / medians['empty Prefect flow']:>8.2f}")


if __name__ == "__main__":
    main()
