"""Patience: how often, how long, and for whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.outside_world import World

from catalog.strict import Bilingual
from sources.connectors.failures import NotFound, TransientFailure
from sources.connectors.interface import Outside, Pace
from sources.connectors.refusals import wait_asked_for
from sources.connectors.retry import LONGEST_WAIT, attempt


def failing(times: int, retry_after: float | None = None) -> list[TransientFailure]:
    return [TransientFailure(Bilingual(id="lagi", en="again"), retry_after) for _ in range(times)]


def work(failures: list[TransientFailure]) -> str:
    if failures:
        raise failures.pop()
    return "done"


def test_work_that_succeeds_is_done_once(world: World) -> None:
    assert attempt(lambda: work([]), world.outside, 9999) == "done"
    assert world.sleeps == []


def test_waits_grow_and_end_after_four_tries(world: World) -> None:
    left = failing(9)
    with pytest.raises(TransientFailure) as failure:
        attempt(lambda: work(left), world.outside, 9999)
    assert (len(left), failure.value.tries, world.sleeps) == (5, 4, [1.5, 4.5, 13.5])


@given(chance=st.floats(0, 1))
def test_jitter_shortens_a_wait_by_half_at_most(chance: float) -> None:
    world = World()
    outside = Outside(clock=lambda: 0.0, sleep=world.sleeps.append, chance=lambda: chance)
    left = failing(1)
    attempt(lambda: work(left), outside, 9999)
    assert 0.75 <= world.sleeps[0] <= 1.5


def test_a_terminal_failure_is_not_tried_again(world: World) -> None:
    def gone() -> None:
        raise NotFound(Bilingual(id="hilang", en="gone"))

    with pytest.raises(NotFound):
        attempt(gone, world.outside, 9999)
    assert world.sleeps == []


def test_a_failure_that_was_met_with_patience_inside_is_not_tried_anew_outside(world: World) -> None:
    left = failing(99)
    with pytest.raises(TransientFailure):
        attempt(lambda: attempt(lambda: work(left), world.outside, 9999), world.outside, 9999)
    assert len(left) == 95


def test_no_wait_ends_beyond_the_deadline(world: World) -> None:
    with pytest.raises(TransientFailure) as failure:
        attempt(lambda: work(failing(1, 50)), world.outside, world.time + 40)
    assert (failure.value.tries, world.sleeps) == (1, [])


def test_a_wait_beyond_what_is_bearable_is_left_to_the_next_night(world: World) -> None:
    with pytest.raises(TransientFailure) as failure:
        attempt(lambda: work(failing(1, LONGEST_WAIT + 1)), world.outside, 9999)
    assert (failure.value.retry_after, world.sleeps) == (LONGEST_WAIT + 1, [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40),
        ("Thu, 01 Jan 1970 00:01:40", 40),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("nanti", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str | None, seconds: float | None) -> None:
    assert wait_asked_for(text, now=60) == seconds


def test_requests_to_one_host_keep_apart_and_other_hosts_do_not_wait(world: World) -> None:
    pace = Pace()
    for host in ("a", "a", "b", "a"):
        pace.wait(host, 0.5, lambda: 0.0, world.sleeps.append)
    assert world.sleeps == [0.5, 1.0]
