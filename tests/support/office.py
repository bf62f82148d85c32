"""An office: a data folder and a folder of sources that a test may spoil, and the nights run on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.settings import Settings
from flows.night import night
from flows.outcome import NightOutcome
from warehouse.query import query

PROJECT = Path(__file__).resolve().parent.parent.parent


def quiet(_line: str) -> None:
    """A night without an audience."""


@dataclass
class Office:
    """A data folder and a folder of sources that a test may spoil, and the nights run on them."""

    settings: Settings

    def run(self) -> NightOutcome:
        return night(self.settings, quiet)

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        return query((self.settings.data / "current").resolve(), text)[1]

    def file(self, source: str) -> Path:
        return next(self.settings.sources.rglob(f"{source}.csv"))

    def edit(self, source: str, change: Callable[[str], str]) -> None:
        path = self.file(source)
        path.write_bytes(change(path.read_bytes().decode("utf-8")).encode("utf-8"))


def copy_sources(target: Path) -> Path:
    shutil.copytree(PROJECT / "sources", target, ignore=shutil.ignore_patterns("*.py", "__pycache__", "connectors"))
    return target
