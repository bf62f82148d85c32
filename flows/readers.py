"""Processes that read beside this one, forked before it has threads: what is imported they have at once.

Reading is a function of a snapshot, its contract, the catalog and the code, and its result is a folder of parquet; so
nothing is shared and nothing is sent back. Whatever such a process does not finish, the night reads itself.
"""

from __future__ import annotations

import gc
import importlib
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

from catalog.settings import Settings
from catalog.strict import DeclarationError
from flows.declared import load_contracts
from flows.survivors import die_with_parent

LOG = logging.getLogger(__name__)
# Each may take some hundred megabytes, and the service has three gigabytes for the night.
MOST = 4
# What reading and publishing import: 5 s of work.
WARM = ("great_expectations", "expectations.judge", "transforms.read", "flows.publish")


class Readers:
    """Processes, one a core up to `MOST`, that wait for sources to read; they end with the one that forked them."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self.pool = pool
        self._begun: dict[str, Future[int]] = {}

    @classmethod
    def warm(cls, settings: Settings) -> Readers | None:
        """Import and declare what reading and publishing need, then fork them: what is here they have too."""
        for name in WARM:
            importlib.import_module(name)
        # What cannot be read is told by the night itself.
        with suppress(DeclarationError):
            load_contracts(settings)
        gc.freeze()
        return cls.forked()

    @classmethod
    def forked(cls) -> Readers | None:
        """Fork them from this process as it stands; None where that is of no use or not safe.

        Call it from the main thread, before other threads hold locks that a copy of this process would wait for.
        """
        cores = os.cpu_count() or 1
        if sys.platform != "linux" or cores == 1:
            return None
        context = multiprocessing.get_context("fork")
        try:
            pool = ProcessPoolExecutor(min(cores, MOST), context, initializer=begin, initargs=(os.getpid(),))
            # All of them are forked with the first piece of work, in the thread that gives it.
            pool.submit(os.getpid)
        except OSError:
            LOG.warning("no processes to read beside this one", exc_info=True)
            return None
        return cls(pool)

    def also(self, work: Callable[..., object], *given: object) -> None:
        """Have something else done by them; what becomes of it is not asked for."""
        with suppress(BrokenProcessPool):
            self.pool.submit(work, *given)

    def begin(self, settings: Settings, source: str) -> None:
        """Have a source read meanwhile, if any of its files is new: while other sources are fetched."""
        from flows.reading import unread

        if unread(settings, [source]):
            self.submit(settings, source)

    def settle(self, source: str) -> None:
        """Wait for a source that was begun; never raises for what became of it."""
        if source in self._begun:
            self._begun[source].exception()

    def read(self, settings: Settings, source: str) -> None:
        """Let one of them read a source into staging, and wait for it; never raises for what became of it."""
        self.submit(settings, source)
        self.settle(source)

    def submit(self, settings: Settings, source: str) -> Future[int] | None:
        """Have a source read, once; None when these processes were ended."""
        from flows.reading import read_one

        try:
            if source not in self._begun:
                self._begun[source] = self.pool.submit(read_one, settings, source)
        except BrokenProcessPool:
            LOG.warning("a process that read was ended; the night reads the rest itself")
            return None
        return self._begun[source]

    def stop(self) -> None:
        """Let them go; what they have not begun is dropped."""
        self.pool.shutdown(wait=True, cancel_futures=True)


def begin(parent: int) -> None:
    """What every forked process does first: it ends with its parent, and leaves the terminal and Ctrl-C to that one."""
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What breaks here breaks again in the night's own process, which logs it.
    logging.captureWarnings(capture=True)
    logging.getLogger().addHandler(logging.NullHandler())
