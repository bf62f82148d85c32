"""What runs on a Dask worker: telling what it is, and reading one source into the staging folder that all share.

It takes path strings and hands back small values; the rows are parquet in the data folder. A worker of another
code or library never writes: folders of staging are named after our code, and its rows might be others.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import pickle
import platform
import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.contract import contract_paths
from catalog.corrections import corrections_path
from catalog.settings import Settings
from flows.code import RELEASING, code_digest
from flows.outcome import ReadOutcome

PRODUCT, PYTHON = "Mojoraya", "Python"
# What decides about rows, verdicts and the bytes of their parquet, and what carries tasks and results.
# fmt: off
LIBRARIES = (
    "pandas", "pyarrow", "numpy", "great-expectations", "pydantic", "python-calamine", "duckdb", "scipy",
    "dask", "distributed", "cloudpickle",
)
# fmt: on
SEEN, WROTE = "seen", "wrote"


@dataclass(frozen=True)
class Paths:
    """The folders of a night as every worker must see them, as text."""

    data: str
    sources: str
    catalog: str

    @classmethod
    def of(cls, settings: Settings) -> Paths:
        """The folders of `settings`."""
        return cls(str(settings.data), str(settings.sources), str(settings.catalog))

    def settings(self) -> Settings:
        """What reading needs to know of the settings; the rest of them stays with the flow."""
        return Settings(data=Path(self.data), sources=Path(self.sources), catalog=Path(self.catalog))


@dataclass(frozen=True)
class View:
    """What a machine sees of the shared folders: their declarations by digest, and whether it can write."""

    seen: bool
    sources: str
    catalog: str
    wrote: bool


@dataclass(frozen=True)
class Answer:
    """How a read ended there: an outcome, or the error it broke off with, or what makes that worker a stranger."""

    outcome: ReadOutcome | None = None
    error: Exception | None = None
    differs: tuple[str, str, str] | None = None


def fingerprint() -> dict[str, str]:
    """What this process reads with: Python, libraries, and our code as it was when the process first asked."""
    found = {PYTHON: ".".join(platform.python_version_tuple()[:2])}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "-"
    return found | {PRODUCT: code_digest(RELEASING)[:12]}


def difference(there: Mapping[str, str], here: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first thing in which two fingerprints differ: its name, how it is there, how it is here."""
    names = [name for name in here if there.get(name) != here[name]]
    return (names[0], there.get(names[0], "-"), here[names[0]]) if names else None


def look_around(paths: Paths, token: str) -> View:
    """What is seen here of the folder of `token`, which the flow has made in staging, and of the declarations."""
    folder = Path(paths.data) / "staging" / token
    try:
        seen = (folder / SEEN).read_text("utf-8") == token
    except OSError:
        return View(seen=False, sources="", catalog="", wrote=False)
    return View(seen, declared_sources(Path(paths.sources)), declared_catalog(Path(paths.catalog)), _write(folder))


def _write(folder: Path) -> bool:
    # A folder with a file in it, as staging holds them: who runs the night must be able to remove it again.
    try:
        own = folder / f"{WROTE}-{secrets.token_hex(8)}"
        own.mkdir()
        (own / WROTE).write_text(folder.name, "utf-8")
    except OSError:
        return False
    return True


def declared_sources(folder: Path) -> str:
    """A digest over the contracts of a folder and their corrections."""
    contracts = contract_paths(folder)
    return _digest(folder, [item for path in contracts for item in (path, corrections_path(path)) if item.exists()])


def declared_catalog(folder: Path) -> str:
    """A digest over the catalog's files."""
    return _digest(folder, sorted([*folder.glob("*.toml"), *folder.glob("*.csv")]))


def _digest(folder: Path, paths: list[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.relative_to(folder)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def read_there(paths: Paths, source: str, expected: Mapping[str, str]) -> Answer:
    """Read one source by its contract and judge its rows, into staging; nothing is written by a stranger."""
    differs = difference(fingerprint(), expected)
    if differs is not None:
        return Answer(differs=differs)
    from flows.stages import read_source

    try:
        return Answer(read_source(paths.settings(), source))
    except Exception as error:  # noqa: BLE001 - told apart from what Dask itself breaks off with
        return Answer(error=portable(error))


def portable(error: Exception) -> Exception:
    """The error with its traceback as a note; what cannot travel becomes a `RuntimeError` that names it."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever a library's error fails with
        told = RuntimeError(f"{type(error).__name__}: {error}")
        for note in error.__notes__:
            told.add_note(note)
        return told
    return error
