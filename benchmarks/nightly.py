"""How long a night takes beside an empty Prefect flow, all in one run, as ratios.

    .venv/bin/python benchmarks/nightly.py [--rounds 3]

Each round runs, one after another and each in a fresh process: an empty flow on Prefect's own temporary server, the
import of Great Expectations, a first `mojoraya run`, a run with nothing new, a run with one changed source, and
`mojoraya --help`; then the flow and the runs again on a Prefect server that is already there. The median of each is
printed with its ratio to the empty flow of its kind. Aims: first run at most 1.1, nothing new at most 0.8, --help under
0.3 s.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PROJECT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("mojoraya"))
EMPTY_FLOW = "from prefect import flow\n\n@flow\ndef empty():\n    pass\n\nempty()\n"
EMPTY, LIVE = "empty Prefect flow", ", live server"
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
    alone = nights(folder / "alone", "")
    alone["import great_expectations"] = timed([sys.executable, "-c", "import great_expectations"])
    alone["mojoraya --help"] = timed([COMMAND, "--help"])
    with live_server(folder / "server") as address:
        return alone | nights(folder / "live", LIVE, PREFECT_API_URL=address)


def nights(folder: Path, kind: str, **variables: str) -> dict[str, float]:
    """An empty flow and our three nights."""
    sources, data = folder / "sources", folder / "data"
    shutil.copytree(PROJECT / "sources", sources, ignore=shutil.ignore_patterns("*.py", "__pycache__", "connectors"))
    ours = {"MOJORAYA_DATA": str(data), "MOJORAYA_SOURCES": str(sources), **variables}
    home = str(folder / "prefect")
    times = {
        f"{EMPTY}{kind}": timed([sys.executable, "-c", EMPTY_FLOW], PREFECT_HOME=home, **variables),
        f"first run{kind}": timed([COMMAND, "run"], **ours),
        f"nothing new{kind}": timed([COMMAND, "run"], **ours),
    }
    changed = next(sources.rglob(CHANGED))
    changed.write_bytes(changed.read_bytes().replace(b"5,05", b"5,06"))
    times[f"one changed source{kind}"] = timed([COMMAND, "run"], **ours)
    return times


@contextmanager
def live_server(home: Path) -> Iterator[str]:
    """The API's address of a Prefect server on loopback, there until the block ends."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    home.mkdir(parents=True)
    variables = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    asked = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(asked, env=os.environ | variables, stdout=log, stderr=log)
    try:
        address, end = f"http://127.0.0.1:{port}/api", time.monotonic() + 120
        while not healthy(address):
            if time.monotonic() > end or server.poll() is not None:
                raise SystemExit(f"no Prefect server came up:\n{(home / 'log').read_text('utf-8')}")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def healthy(address: str) -> bool:
    """Whether a Prefect server answers."""
    try:
        return httpx.get(f"{address}/health", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = []
    for _ in range(parser.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(Path(folder)))
    medians = {name: statistics.median(item[name] for item in rounds) for name in rounds[0]}
    print(f"{'case':<34}{'seconds':>9}{'ratio':>8}   ({len(rounds)} rounds, medians)")
    for name, seconds in medians.items():
        empty = medians[f"{EMPTY}{LIVE}" if name.endswith(LIVE) else EMPTY]
        print(f"{name:<34}{seconds:>9.2f}{seconds / empty:>8.2f}")


if __name__ == "__main__":
    main()
