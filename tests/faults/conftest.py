"""One process that has imported everything serves all faults: every night is a fork of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote() as started:
        yield started
