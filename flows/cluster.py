"""Reading on an existing Dask cluster, through prefect-dask: the fold, the warehouse and the lock stay here.

A source is a Prefect task of this process, which waits for a worker of the cluster. Workers thus need neither
Prefect's server nor its keys: a task run on a worker fails where the server is out of its reach, and our own
listens on loopback. What the cluster leaves undone is read here, so that the night ends with its release.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from catalog.settings import Settings
from catalog.strict import Bilingual
from flows import cluster_words as words
from flows.cluster_words import SCHEDULER, SOME, ClusterFault
from flows.outcome import ReadOutcome
from flows.there import (
    SEEN,
    Answer,
    Paths,
    View,
    declared_catalog,
    declared_sources,
    difference,
    fingerprint,
    look_around,
    read_there,
)

if TYPE_CHECKING:
    from prefect_dask.client import PrefectDaskClient

CONNECT_SECONDS = 10.0
# A worker may only just have been started, and the first question makes it import us.
ANSWER_SECONDS = 30.0
WORKERS_SECONDS = 10.0
# A nanny brings a killed worker back within a few seconds.
WORKERLESS_SECONDS = 20.0
WATCH_SECONDS = 2.0
POLL_SECONDS = 0.1
# As many as a night without a cluster reads side by side.
HERE = 4
WIDEST = 128
ADDRESS = re.compile(r"((?:tcp|tls)://)?(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})/?")
T = TypeVar("T")


def required_address(settings: Settings) -> str:
    """The scheduler's address; raises `DeclarationError` when there is none, or none of a scheduler, or no Dask."""
    if not settings.dask_scheduler:
        raise words.no_address()
    found = ADDRESS.fullmatch(settings.dask_scheduler.strip())
    if found is None:
        raise words.bad_address(settings.dask_scheduler)
    from importlib.util import find_spec

    if find_spec("prefect_dask") is None:
        raise words.not_installed()
    return f"{found[1] or 'tcp://'}{found[2]}:{found[3]}"


def check_choice(settings: Settings) -> None:
    """Refuse, before a night begins, a choice of task runner that cannot work; raises `DeclarationError`."""
    if settings.task_runner == "dask":
        required_address(settings)


class Cluster:
    """A cluster that was found fit to read for a night."""

    def __init__(self, client: PrefectDaskClient, address: str, settings: Settings, threads: int) -> None:
        self._client = client
        self._address = address
        self._paths = Paths.of(settings)
        self._expected = fingerprint()
        self._here = threading.Semaphore(HERE)
        self._ended = threading.Event()
        self._gone: Bilingual | None = None
        self.settings = settings
        self.width = min(threads + HERE, WIDEST)
        self.told: dict[str, Bilingual] = {}

    def read(self, source: str, here: Callable[[Settings, str], ReadOutcome]) -> ReadOutcome:
        """Read one source on a worker, and by `here` when the cluster does not bring it to an end.

        Raises what reading itself broke off with, there or here.
        """
        try:
            answer = self._await(source)
        except ClusterFault as fault:
            self.told[source] = fault.message
            with self._here:
                return here(self.settings, source)
        if answer.error is not None:
            raise answer.error
        assert answer.outcome is not None  # noqa: S101 - an answer is one of the three
        return answer.outcome

    def _await(self, source: str) -> Answer:
        key = f"baca-{source}-{secrets.token_hex(8)}"
        try:
            future = self._client.submit(  # type: ignore[no-untyped-call]
                read_there, self._paths, source, self._expected, key=key, pure=False
            )
            while not future.done() and self._gone is None:
                time.sleep(POLL_SECONDS)
            # A task that is not done when its cluster is gone breaks off here.
            answer = future.result(timeout=ANSWER_SECONDS if self._gone is None else 0)
        except Exception as error:
            logging.getLogger("mojoraya").exception("The cluster did not finish %s", source)
            raise ClusterFault(self._gone or words.dropped(source, type(error).__name__)) from error
        if not isinstance(answer, Answer):
            raise ClusterFault(words.dropped(source, type(answer).__name__))
        if answer.differs is not None:
            raise ClusterFault(words.stranger(source, answer.differs))
        return answer

    def watch(self) -> None:
        """Notice when the scheduler is gone, or all its workers for some time: Dask itself would wait for ever."""
        seen = time.monotonic()
        while not self._ended.wait(WATCH_SECONDS):
            try:
                workers = ask(self._client, self._client.nthreads, ANSWER_SECONDS)
            except Exception:  # noqa: BLE001 - whatever its connection fails with
                workers = None
            if workers:
                seen = time.monotonic()
            if workers is None or time.monotonic() - seen > WORKERLESS_SECONDS:
                self._gone = words.lost(self._address)
                return

    def leave(self) -> None:
        """End the watch."""
        self._ended.set()


@contextmanager
def on_cluster(settings: Settings) -> Iterator[Cluster]:
    """The cluster of the settings while a night reads on it.

    Raises `DeclarationError` for a wrong setting and `ClusterFault`, within a minute and a half, for a cluster that
    is not there, has no workers, or whose workers are not as this process or do not see its folders.
    """
    address = required_address(settings)
    from prefect_dask.task_runners import DaskTaskRunner

    keep_to_the_log()
    limits: dict[str, Any] = {"timeout": CONNECT_SECONDS}
    with DaskTaskRunner(address=address, client_kwargs=limits) as runner:
        client = connect(runner, address)
        threads = await_workers(client, address)
        check_alike(client, address)
        check_folders(client, address, settings)
        cluster = Cluster(client, address, settings, sum(threads.values()))
        threading.Thread(target=cluster.watch, name="dask-watch", daemon=True).start()
        try:
            yield cluster
        finally:
            cluster.leave()


def keep_to_the_log() -> None:
    """Let Dask's own lines go where Prefect's go, not to the operator's terminal."""
    import distributed

    logger = logging.getLogger(distributed.__name__)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def connect(runner: Any, address: str) -> PrefectDaskClient:
    """The runner's client; raises `ClusterFault` when nobody answers there, or somebody else does."""
    try:
        with warnings.catch_warnings():
            # Versions are compared by ourselves, and told in a sentence.
            warnings.simplefilter("ignore")
            client: PrefectDaskClient = runner.client
    except Exception as error:
        logging.getLogger("mojoraya").warning("No Dask scheduler at %s", address, exc_info=error)
        raise ClusterFault(words.nobody(address)) from error
    return client


def ask(client: PrefectDaskClient, question: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Put a question to the cluster and wait so long for its answer; raises what its connection fails with."""

    async def answer() -> T:
        # Within the client's own loop its methods give something to wait for.
        return await question()

    found: T = client.sync(answer, callback_timeout=seconds)  # type: ignore[no-untyped-call]
    return found


def asked(client: PrefectDaskClient, address: str, question: Callable[[], Awaitable[T]]) -> T:
    """`ask`, a connection that fails or an answer that does not come told as a `ClusterFault`."""
    try:
        return ask(client, question, ANSWER_SECONDS)
    except ImportError:
        raise
    except Exception as error:
        logging.getLogger("mojoraya").warning("The Dask cluster at %s did not answer", address, exc_info=error)
        raise ClusterFault(words.silent(address, ANSWER_SECONDS)) from error


def await_workers(client: PrefectDaskClient, address: str) -> dict[str, int]:
    """Workers by address with their threads; raises `ClusterFault` when none comes within some seconds."""
    deadline = time.monotonic() + WORKERS_SECONDS
    while True:
        found: dict[str, int] = asked(client, address, client.nthreads)
        if found:
            return found
        if time.monotonic() > deadline:
            raise ClusterFault(words.no_workers(address))
        time.sleep(POLL_SECONDS)


def check_alike(client: PrefectDaskClient, address: str) -> None:
    """Refuse a cluster of which a process would read otherwise than this one."""
    here = fingerprint()
    try:
        # It takes the tasks apart before it hands them on.
        answers = {SCHEDULER: asked(client, address, partial(client.run_on_scheduler, fingerprint))}
    except ImportError as error:
        raise ClusterFault(words.without_us(SCHEDULER)) from error
    answers |= asked(client, address, partial(client.run, fingerprint, on_error="return"))
    for who, there in sorted(answers.items()):
        if isinstance(there, ImportError | AttributeError):
            raise ClusterFault(words.without_us(who)) from there
        if isinstance(there, Exception):
            raise ClusterFault(words.silent(address, ANSWER_SECONDS)) from there
        differs = difference(there, here)
        if differs is not None:
            raise ClusterFault(words.unlike(who, differs))


def check_folders(client: PrefectDaskClient, address: str, settings: Settings) -> None:
    """Refuse a cluster of which a worker sees other folders than this process, or cannot write its results."""
    # Named as work in progress: the next night removes it should this one be killed now.
    token = f".{secrets.token_hex(8)}.tmp"
    folder = settings.data / "staging" / token
    folder.mkdir(parents=True)
    try:
        (folder / SEEN).write_text(token, "utf-8")
        look = partial(client.run, look_around, Paths.of(settings), token, on_error="return")
        for who, view in sorted(asked(client, address, look).items()):
            if not isinstance(view, View):
                raise ClusterFault(words.unseen(who, str(settings.sources))) from view
            check_view(who, view, settings)
        owned = len(list(folder.iterdir())) > 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() or not owned:
        raise ClusterFault(words.unwritable(SOME, str(settings.data / "staging")))


def check_view(who: str, view: View, settings: Settings) -> None:
    """Refuse what one worker sees; raises `ClusterFault`."""
    if not view.seen:
        raise ClusterFault(words.unseen(who, str(settings.data)))
    if view.sources != declared_sources(settings.sources):
        raise ClusterFault(words.unseen(who, str(settings.sources)))
    if view.catalog != declared_catalog(settings.catalog):
        raise ClusterFault(words.unseen(who, str(settings.catalog)))
    if not view.wrote:
        raise ClusterFault(words.unwritable(who, str(settings.data / "staging")))
