"""Ctrl-C while `mojoraya run` imports what is slow to import."""

from __future__ import annotations

import signal
from contextlib import suppress

import pytest

from flows.run import heeding_interrupts

pytestmark = pytest.mark.usefixtures("ctrl_c")


def test_an_interrupt_that_an_import_swallows_still_ends_the_night() -> None:
    reached = []

    def swallowing() -> None:
        with heeding_interrupts():
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            reached.append("the end of the import")

    with pytest.raises(KeyboardInterrupt):
        swallowing()
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_ends_an_import_at_once() -> None:
    reached = []

    def interrupted() -> None:
        with heeding_interrupts():
            signal.raise_signal(signal.SIGINT)
            reached.append("never")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert reached == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_started_to_ignore_interrupts_goes_on_ignoring_them() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with heeding_interrupts():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
