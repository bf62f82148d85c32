"""Trying again: the one place where a transient failure is met with patience."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sources.connectors.failures import TransientFailure
from sources.connectors.interface import Outside

ATTEMPTS = 4
FIRST_WAIT = 1.5
FACTOR = 3.0
# A publisher that asks us to come back later than this is left until the next night.
LONGEST_WAIT = 120.0

Result = TypeVar("Result")


def attempt(work: Callable[[], Result], outside: Outside, until: float) -> Result:
    """Do `work`, again after a transient failure, at most four times and never past `until` on the clock.

    Waits grow threefold with jitter (about 1, 3 and 10 seconds); `Retry-After` is honoured when it asks for
    more. The last failure is raised with the number of tries. A failure within `work` that was tried again
    already is not tried anew.
    """
    for tries in range(1, ATTEMPTS + 1):
        try:
            return work()
        except TransientFailure as error:
            failure = error
        if failure.tries:
            raise failure
        wait = max(FIRST_WAIT * FACTOR ** (tries - 1) * (0.5 + outside.chance() / 2), failure.retry_after or 0)
        if tries == ATTEMPTS or wait > LONGEST_WAIT or outside.clock() + wait >= until:
            break
        outside.sleep(wait)
    failure.tries = tries
    raise failure
