"""Large files are read ahead by processes of their own, one a core: what they find is left in staging.

Reading is a function of a snapshot, its contract, the catalog and the code, and its result is a folder of parquet; so
nothing is shared and nothing is sent back. Whatever such a process does not finish, the night reads itself.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread

from catalog.contract import Contract
from catalog.load import load_catalog
from catalog.settings import Settings
from flows.declared import load_contract_of
from flows.readers import Readers
from flows.staging import Staging
from flows.survivors import process_born
from flows.wording import ahead_line

# To start such processes takes as long as to read so much.
ENOUGH = 100 * 1024 * 1024
PRELOADED = ["flows.staging", "flows.shards", "expectations.judge", "expectations.edition", "great_expectations"]
LOG = logging.getLogger(__name__)


def unread(settings: Settings, sources: Sequence[str]) -> dict[str, int]:
    """The bytes of the new files of each source that has any, largest first."""
    catalog = load_catalog(settings.catalog)
    asked = {source: load_contract_of(settings, source)[0] for source in sources}
    waiting = {source: Staging(settings.data, item, catalog).waiting() for source, item in asked.items() if item}
    return {source: waiting[source] for source in sorted(waiting, key=lambda name: -waiting[name]) if waiting[source]}


def read_ahead(
    settings: Settings,
    waiting: Mapping[str, int],
    report: Callable[[str], None],
    enough: int = ENOUGH,
    readers: Readers | None = None,
) -> int:
    """Read the new files of some sources side by side, if they come to `enough` bytes; how many sources were read.

    `waiting` is what `unread` gives; `readers` are processes that are there already. `report` gets a line before. Never
    raises for a file or a process: the night reads what is not in staging after.
    """
    cores = os.cpu_count() or 1
    if sum(waiting.values()) < enough or cores == 1 or len(waiting) == 1:
        return 0
    report(ahead_line(len(waiting), settings.lang))
    done = 0
    with processes(min(cores, len(waiting)), readers) as there:
        for future in [there.submit(settings, source) for source in waiting]:
            try:
                done += future.result() if future else 0
            except BrokenProcessPool:
                LOG.warning("a process that read ahead was ended; the night reads the rest itself")
                break
    return done


@contextmanager
def processes(number: int, readers: Readers | None) -> Iterator[Readers]:
    """Those that are there, or ones of this while.

    A fork of this process would take its threads' locks along; a server that has imported what is slow to import hands
    on what it has.
    """
    if readers is not None:
        yield readers
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    told = (os.getpid(), process_born(os.getpid()))
    with ProcessPoolExecutor(number, context, initializer=end_together, initargs=told) as pool:
        yield Readers(pool)


def end_together(parent: int, born: str) -> None:
    """End this process soon after the one that asked for it ended, killed or not: its pool would wait for ever."""

    def watch() -> None:
        while process_born(parent) == born:
            time.sleep(0.5)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def read_one(settings: Settings, source: str) -> int:
    """Read one source into staging, and fold it where it is large; 0 when it could not be read."""
    from flows.stages import read_source

    try:
        read_source(settings, source)
        fold_one(settings, source)
    except Exception:
        LOG.warning("reading %s ahead broke off; the night reads it itself", source, exc_info=True)
        return 0
    return 1


def fold_one(settings: Settings, source: str) -> None:
    """Make the shard of a large source, where it is a source of figures and anything of it was accepted."""
    from flows.editions import editions
    from flows.shards import is_large, shard_of
    from flows.stages import judge_source

    catalog = load_catalog(settings.catalog)
    item = load_contract_of(settings, source)[0]
    if item and isinstance(item.contract, Contract):
        found = editions(judge_source(settings, item), item.contract)
        if found and is_large(found, item.contract, catalog):
            shard_of(settings.data, found, item.contract, catalog)
