"""A Dask cluster of separate processes, as an office would have one; ours never starts any."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
STARTING_SECONDS = 40.0
# A real flow starts its Prefect server and fetches before anything is read.
FIRST_READ_SECONDS = 90.0


class DaskCluster:
    """A scheduler and its workers, each a process with an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        quiet = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self._start("dask_scheduler", quiet, PROJECT)
        self._await(self.file.exists)

    @property
    def address(self) -> str:
        import json

        return str(json.loads(self.file.read_text("utf-8"))["address"])

    def add_workers(self, number: int, code: Path = PROJECT) -> None:
        """Start workers that import our code from `code`, and wait until the scheduler has them."""
        for _ in range(number):
            own = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
            self.workers.append(self._start("dask_worker", [self.address, *own], code))
        wanted = sum(worker.poll() is None for worker in self.workers)
        with self.client() as client:
            self._await(lambda: len(client.nthreads()) == wanted)

    def _start(self, name: str, arguments: list[str], code: Path) -> subprocess.Popen[bytes]:
        # Nothing of the flow's own environment: no data folder, no Prefect.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "MOJORAYA_"))}
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", f"distributed.cli.{name}", *arguments],
                cwd=self.folder,
                env=kept | {"PYTHONPATH": str(code)},
                stdout=log,
                stderr=log,
            )

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A client that looks on."""
        from distributed import Client

        with Client(self.address, set_as_default=False, timeout=STARTING_SECONDS) as client:  # type: ignore[no-untyped-call]
            yield client

    def read_there(self) -> set[str]:
        """The keys of our tasks that workers have brought to an end."""

        def ended(dask_scheduler: Any) -> set[str]:
            log = dask_scheduler.transition_log
            return {str(entry[0]) for entry in log if entry[2] == "memory" and str(entry[0]).startswith("baca-")}

        with self.client() as client:
            found: set[str] = client.run_on_scheduler(ended)
        return found

    def taken_back(self) -> set[str]:
        """The keys of our tasks that the scheduler took back from a worker that died on them."""

        def lost(dask_scheduler: Any) -> set[str]:
            log = dask_scheduler.transition_log
            return {str(entry[0]) for entry in log if entry[1] == "processing" and entry[2] in {"released", "waiting"}}

        with self.client() as client:
            found: set[str] = client.run_on_scheduler(lost)
        return {key for key in found if key.startswith("baca-")}

    def busy_worker(self) -> int:
        """The process id of a worker as soon as it reads a source."""
        with self.client() as client:

            def busy() -> list[str]:
                running = client.processing()
                return [name for name, keys in running.items() if any(str(key).startswith("baca-") for key in keys)]

            self._await(busy, FIRST_READ_SECONDS)
            pids: dict[str, int] = client.run(os.getpid)
            return pids[busy()[0]]

    @staticmethod
    def _await(what: Any, seconds: float = STARTING_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, f"the cluster did not come so far in {seconds:.0f} s"
            time.sleep(0.02)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()


@contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[DaskCluster]:
    """A cluster of so many workers, whose processes end with the block."""
    folder.mkdir(parents=True)
    cluster = DaskCluster(folder)
    try:
        if workers:
            cluster.add_workers(workers)
        yield cluster
    finally:
        cluster.stop()
