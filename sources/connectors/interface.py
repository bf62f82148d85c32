"""What a connector is given and what it gives: what we last saw, and the publisher's bytes with provenance."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import environ

from catalog.strict import Bilingual


@dataclass(frozen=True)
class Seen:
    """What we last saw of a source, and still hold."""

    sha256: str
    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Answer:
    """One raw answer of an API, of which a delivery was put together; its address never holds a key."""

    url: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Delivery:
    """Bytes with where they came from: a file as it was sent, or the answers of an API rendered as CSV.

    `notes` are for the operator: what was odd about a delivery that was taken all the same.
    """

    data: bytes
    url: str
    suffix: str
    etag: str | None = None
    last_modified: str | None = None
    answers: tuple[Answer, ...] = ()
    notes: tuple[Bilingual, ...] = ()


@dataclass(frozen=True)
class Unchanged:
    """The publisher says that what we last saw still stands."""

    url: str


class Pace:
    """Keeps requests to one host apart, over all sources and threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def wait(self, host: str, pause: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Sleep until `pause` seconds after the last request to `host`."""
        with self._lock:
            now = clock()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + pause
        if turn > now:
            sleep(turn - now)


@dataclass(frozen=True)
class Outside:
    """The world as connectors see it: clock, patience, chance, environment and the keeper of secrets."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    chance: Callable[[], float] = random.SystemRandom().random
    environ: Mapping[str, str] = field(default_factory=lambda: environ)
    secret_block: Callable[[str], str] | None = None
    pace: Pace = field(default_factory=Pace)
