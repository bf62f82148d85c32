"""What is costly to make is made by one of the test workers; the others take a copy."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of this worker's own as `make` fills it; the other workers wait for the one that makes it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = factory.mktemp(name)
        make(folder)
        return folder
    made = factory.getbasetemp().parent / name
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            aside = factory.mktemp(f"{name}-aside")
            make(aside)
            aside.rename(made)
    return Path(shutil.copytree(made, factory.mktemp(name) / "copy", symlinks=True))
