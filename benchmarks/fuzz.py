"""Texts that nobody wrote: contracts, numbers, periods and SQL changed at random must end in a value or in a sentence.

`python benchmarks/fuzz.py --minutes 10` gives each target that long; with --atheris its coverage leads the way (`make
fuzz` installs it into build/fuzz; without it the texts are chosen at random). `--release DIR` is the release that the
SQL goes to, data/current by default. Exit: 1 when a text ended in anything but a value or a named refusal; the text is
printed.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Self

from catalog.contract import Marks, contract_paths, load_contract
from catalog.formats import CsvFormat
from catalog.strict import DeclarationError
from transforms.numbers import NumberReader
from transforms.periods import read_year
from warehouse.query import QueryError, query

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 4000
# What coverage is looked at in; DuckDB itself is C++, out of sight.
OURS = ("catalog.", "transforms.", "warehouse.query", "warehouse.asking")
SIGNS = [*"\"'[]{}=#,.\\\n\t -+*()0123456789eE%;:_", "\x00", "\u2028", "\ufeff", "\u00a0", "\u0661", "\uff1d", "🐚"]
VALUES = [
    "", "0", "-1", "1e999", "nan", "true", "[]", "{}", '""', "'x'", "2026-13-45", "99999999999999999999999", '"../x"',
    "[[[]]]", "{a={a={}}}", '"\\u0000"', '["a", 1]', "1979-05-27T07:32:00Z",
]  # fmt: skip
SQL = [
    "SELECT * FROM joint.poverty WHERE year > 2015 ORDER BY poverty_rate DESC LIMIT 5",
    "FROM joint.series('poverty_rate', '35.76')",
    "SELECT region_code, count(*) FROM core.observation GROUP BY ALL HAVING count(*) > 1",
    "WITH a AS (SELECT 1 AS b) SELECT b, sum(b) OVER () FROM a UNION ALL SELECT 2, 3",
    "COPY joint.poverty TO 'berkas.csv'",
    "SELECT CAST('2023' AS INTEGER), DATE '2023-01-01' + INTERVAL 1 YEAR, [1, 2], {'a': 'b'}",
    "PRAGMA version; SET threads = 1; CALL checkpoint()",
    "SELECT * FROM read_csv('berkas.csv'), glob('*'), duckdb_settings()",
]
WORDS = sorted(
    {word for text in SQL for word in text.split()} | {"ATTACH", "EXPLAIN", "PIVOT", "LATERAL", "?", "$1", "::"}
)


@cache
def declared() -> list[str]:
    """The texts of the bundled contracts."""
    return [path.read_text("utf-8") for path in contract_paths(ROOT / "sources")]


def changed(text: str, chance: random.Random, words: list[str]) -> str:
    """`text` with a few pieces cut out, doubled, exchanged or replaced."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        to = min(at + chance.randint(0, 12), len(text))
        piece = chance.choice(["", text[at:to] * 2, chance.choice(SIGNS), chance.choice(words)])
        text = text[:at] + piece + text[to:]
    return text


def a_contract(chance: random.Random) -> str:
    """A bundled contract with changed signs, or with other values behind some of its keys."""
    text = chance.choice(declared())
    if chance.random() < 0.4:
        return changed(text, chance, VALUES)
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        key, mark, _ = lines[at].partition(" = ")
        lines[at] = chance.choice([f"{key}{mark}{chance.choice(VALUES)}", "", f"{lines[at]}\n{lines[at]}"])
    return "\n".join(lines)


def a_cell(chance: random.Random) -> str:
    """What could stand where a number or a year is expected."""
    seed = chance.choice(["5,77", "1.234.567", "2023-03", "-", "12 345,6 *", "-0", "2023", "1e5", "..."])
    return changed(seed, chance, VALUES)


def a_question(chance: random.Random) -> str:
    """An SQL statement with changed words and signs."""
    return changed(chance.choice(SQL), chance, WORDS)


def try_contract(text: str) -> None:
    """A changed contract is a contract, or is refused with a sentence; raises whatever else happens."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kota-mojokerto-kemiskinan.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load_contract(path)
        except DeclarationError as error:
            if not error.message.id.strip() or not error.message.en.strip() or "Traceback" in error.message.en:
                raise AssertionError("a refusal without a sentence") from error


def try_cell(text: str) -> None:
    """Any text gives a figure or none, and a year or none; raises whatever else happens."""
    for decimal, thousands in ((",", "."), (".", ","), (",", " "), (".", "")):
        form = CsvFormat(decimal=decimal, thousands=thousands, mends=["misplaced_space"] if thousands == " " else [])
        found = NumberReader(form, Marks(missing=["-"], status={"*": "P"}, footnote=["1)"])).read(text)
        if found.value is not None and not found.value.is_finite():
            raise AssertionError("a figure that is no number")
    read_year(text)


def try_question(release: Path, text: str) -> None:
    """Any text gives rows or a `QueryError`, and no file; raises whatever else happens."""
    before = {*release.iterdir(), *Path().iterdir()}
    try:
        query(release, text, seconds=5)
    except QueryError as error:
        if not str(error).strip():
            raise AssertionError("a refusal without a sentence") from error
    new = {*release.iterdir(), *Path().iterdir()} - before
    if any(path.name.startswith(("berkas", "mojoraya.duckdb")) for path in new):
        raise AssertionError(f"files were written: {sorted(path.name for path in new)}")


Target = tuple[Callable[[random.Random], str], Callable[[str], None]]


def targets(release: Path | None) -> dict[str, Target]:
    """What makes a text and what tries it, by name; SQL only where there is a release."""
    found: dict[str, Target] = {"contract": (a_contract, try_contract), "cell": (a_cell, try_cell)}
    if release is not None:
        found["sql"] = (a_question, lambda text: try_question(release, text))
    return found


def hunt(name: str, target: Target, minutes: float, seed: int) -> int:
    """Try texts for so many minutes; how many ended badly (told at once, one per kind of error)."""
    make, attempt = target
    chance = random.Random(seed)
    until, tried, kinds = time.monotonic() + minutes * 60, 0, set()
    while time.monotonic() < until:
        text = make(chance)
        tried += 1
        try:
            attempt(text)
        except Exception as error:  # noqa: BLE001  this is what is hunted
            kind = f"{type(error).__name__}: {error}"[:80]
            if kind not in kinds:
                print(f"{name}: {kind}\n{text[:LONGEST]!r}", flush=True)
            kinds.add(kind)
    print(f"{name}: {tried} texts in {minutes:g} minutes, {len(kinds)} kinds of trouble", flush=True)
    return len(kinds)


class Led(random.Random):
    """Choices read off given bytes, so that a few changed bytes change few choices; nought when they are used up."""

    def __new__(cls, _data: bytes) -> Self:
        """A generator; the bytes are no seed."""
        return super().__new__(cls)

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data = memoryview(data)

    def random(self) -> float:
        """The next two bytes as a number from 0 to 1."""
        return self.getrandbits(16) / 65536

    def getrandbits(self, count: int, /) -> int:
        """The next bytes as `count` bits."""
        size = (count + 7) // 8
        taken, self._data = self._data[:size], self._data[size:]
        return int.from_bytes(taken, "little") & ((1 << count) - 1)


def hunt_with_atheris(name: str, target: Target, minutes: float) -> None:
    """Let atheris choose the bytes from which a text is made; it ends the process, at the first trouble or in time."""
    import atheris

    make, attempt = target

    def one(data: bytes) -> None:
        # A quarter of the texts are the bytes themselves.
        text = make(Led(data[1:])) if data[:1] and data[0] % 4 else data[1:].decode("utf-8", "replace")
        try:
            attempt(text)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}\n{text[:LONGEST]!r}", flush=True)
            raise

    for module in sorted(name for name in sys.modules if name.startswith(OURS)):
        instrument(atheris, sys.modules[module])
    with tempfile.TemporaryDirectory() as folder:
        limits = [f"-max_total_time={int(minutes * 60)}", "-max_len=512", "-len_control=20", "-timeout=60"]
        # DuckDB may take 2 GB for a question.
        limits += ["-rss_limit_mb=4096", f"-artifact_prefix={folder}/", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *limits], one)
        print(f"{name}: atheris for {minutes:g} minutes", flush=True)
        atheris.Fuzz()


def instrument(atheris: Any, module: ModuleType) -> None:
    """Let atheris see which lines of a module's functions and methods are reached."""
    for owner in (module, *(item for item in vars(module).values() if isinstance(item, type))):
        for item in list(vars(owner).values()):
            if isinstance(item, FunctionType) and item.__module__ == module.__name__:
                atheris.instrument_func(item)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10, help="for each target")
    parser.add_argument("--target", choices=("contract", "cell", "sql"), default=None)
    parser.add_argument("--release", type=Path, default=ROOT / "data" / "current")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--atheris", action="store_true", help="one target, led by coverage")
    args = parser.parse_args()
    release = args.release.resolve() if args.release.exists() else None
    found = targets(release)
    if release is None:
        print(f"sql: skipped, no release in {args.release}; run `mojoraya run` or give --release")
    if args.target:
        found = {name: item for name, item in found.items() if name == args.target}
    if args.atheris and find_spec("atheris") is None:
        print("atheris is not installed here (make fuzz installs it); the texts are chosen at random instead")
    elif args.atheris and args.target:
        hunt_with_atheris(args.target, found[args.target], args.minutes)
    elif args.atheris:
        # It ends the process in which it runs.
        again = [sys.executable, *sys.argv]
        ended = [subprocess.run([*again, "--target", name], check=False).returncode for name in found]
        return int(any(ended))
    return int(sum(hunt(name, target, args.minutes, args.seed) for name, target in found.items()) > 0)


if __name__ == "__main__":
    sys.exit(main())
