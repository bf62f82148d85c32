"""An office: a data folder and a folder of sources that a test may spoil, and the nights run on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import contract_paths
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

    def real_run(self, errors: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """`mojoraya run` with its own Prefect server, in a process of its own; what it prints can be read."""
        arguments = ["run", "--data", str(self.settings.data), "--sources", str(self.settings.sources)]
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=PROJECT,
            env={name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        return query((self.settings.data / "current").resolve(), text)[1]

    def file(self, source: str) -> Path:
        return next(self.settings.sources.rglob(f"{source}.csv"))

    def edit(self, source: str, change: Callable[[str], str]) -> None:
        path = self.file(source)
        path.write_bytes(change(path.read_bytes().decode("utf-8")).encode("utf-8"))


def copy_sources(target: Path, names: Sequence[str] | None = None) -> Path:
    """A copy of the bundled contracts and their files, all of them or the named ones."""
    for path in contract_paths(PROJECT / "sources"):
        if names is None or path.stem in names:
            folder = target / path.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            for file in path.parent.glob(f"{path.stem}.*"):
                shutil.copy2(file, folder / file.name)
    return target
