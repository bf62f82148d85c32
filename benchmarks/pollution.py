"""Spoil the bundled files in every way we know of, and count what each reader makes of them.

    .venv/bin/python benchmarks/pollution.py [--seed 4] [--each 14] [--kind NAME] [--report docs/pollution.md]

Every polluted file follows its unpolluted edition, which was accepted. A reader is right when it gives exactly the
unpolluted figures; it refuses when it turns the file away or holds figures back and lets only right ones through;
it is silently wrong when any figure that it lets through is false, stands under another key, or is lost without a
word. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "benchmarks")]

import pollution_offices  # noqa: E402  its kinds register themselves
import pollution_pollock  # noqa: E402  the same
from polluted_sheet import Sheet, open_sheet  # noqa: E402
from pollution_kinds import KINDS, Kind  # noqa: E402
from pollution_readers import CRASH, Ours, every_reader, names, outcome  # noqa: E402
from pollution_report import Counts, report  # noqa: E402

from catalog.contract import Contract, contract_paths, load_contract  # noqa: E402
from catalog.load import load_catalog  # noqa: E402

ALL_KINDS = (pollution_pollock, pollution_offices)
TRIES = 4


@dataclass(frozen=True)
class Case:
    """One polluted file."""

    kind: str
    source: str
    data: bytes


@dataclass(frozen=True)
class Told:
    """What every reader made of one case; `why` is the rule by which ours refused, if it did."""

    kind: str
    source: str
    outcomes: tuple[str, ...]
    why: str


def sheets() -> list[Sheet]:
    """Every bundled file of figures, in the order of its contract's name."""
    files = (load_contract(path) for path in contract_paths(PROJECT / "sources"))
    return [open_sheet(file) for file in files if isinstance(file.contract, Contract)]


def cases(seed: int, each: int, only: str = "", *, of: frozenset[str] = frozenset()) -> Iterator[Case]:
    """About `each` files of every kind, spread over the bundled files or those of some contracts; all different."""
    bundled = [sheet for sheet in sheets() if not of or sheet.source.contract.id in of]
    for kind in KINDS:
        if only and only not in kind.name:
            continue
        order = Random(f"{seed}/{kind.name}").sample(bundled, len(bundled))
        seen: set[bytes] = set()
        for number in range(each * TRIES):
            sheet = order[number % len(order)]
            data = kind.pollute(sheet, Random(f"{seed}/{kind.name}/{number}"))
            if data is None or data in seen or (data == sheet.data and kind.name != "unpolluted"):
                continue
            seen.add(data)
            yield Case(kind.name, sheet.source.contract.id, data)
            if len(seen) == each:
                break


def told(some: Sequence[Case], *, peers: bool = True) -> list[Told]:
    """Give some cases to every reader, or to ours alone, in this process."""
    catalog = load_catalog()
    by_id = {sheet.source.contract.id: sheet for sheet in sheets()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, truths, found = Ours(folder / "data", catalog), {}, []
        for case in some:
            sheet = by_id[case.source]
            if case.source not in truths:
                truths[case.source] = ours.first(sheet.source, sheet.data)
            reads = dict(every_reader(ours, sheet, case.data, folder / "polluted.csv", catalog, peers=peers))
            outcomes = tuple(outcome(read, truths[case.source]) for read in reads.values())
            why = reads["ours"].refused or ("rows" if reads["ours"].held else "")
            found.append(Told(case.kind, case.source, outcomes, why))
    return found


def in_processes(every: list[Case], processes: int) -> list[Told]:
    """The same over several processes; the order of the answers does not matter to the counts."""
    if processes == 1:
        return told(every)
    ordered = sorted(every, key=lambda case: case.source)
    size = -(-len(ordered) // (processes * 4))
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    with ProcessPoolExecutor(processes) as pool:
        return [item for part in pool.map(told, parts) for item in part]


def counted(found: Sequence[Told]) -> Counts:
    """Files by kind, reader and outcome."""
    pairs = ((item.kind, pair) for item in found for pair in zip(names(), item.outcomes, strict=True))
    return Counter((kind, reader, what) for kind, (reader, what) in pairs)


def chosen(name: str) -> Kind:
    """The kind of that name."""
    return next(kind for kind in KINDS if kind.name == name)


def main() -> int:
    """Run it, write the report, and end with 1 when ours was silently wrong where it could have known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--each", type=int, default=14)
    parser.add_argument("--kind", default="", help="only kinds whose name has this text; no report is written")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--report", type=Path, default=PROJECT / "docs" / "pollution.md")
    asked = parser.parse_args()
    found = in_processes(list(cases(asked.seed, asked.each, asked.kind)), asked.processes)
    text = report(counted(found), names(), asked.seed)
    if asked.kind:
        print(text)
    else:
        asked.report.write_text(text, "utf-8")
    wrong = [item for item in found if item.outcomes[0] == "wrong" and chosen(item.kind).verdict != "unknowable"]
    lost = [item for item in found if item.outcomes[0] != "right" and chosen(item.kind).verdict == "read"]
    crashed = [item for item in found if item.why.startswith(CRASH)]
    for label, items in (("CRASHED", crashed), ("SILENTLY WRONG", wrong), ("could have been read", lost)):
        for (kind, source, why), count in sorted(Counter((i.kind, i.source, i.why) for i in items).items()):
            print(f"{label}: {kind}: {source} {why} ({count})")
    print(f"{len(found)} files, ours silently wrong: {len(wrong)}, crashed: {len(crashed)}")
    return 1 if wrong or crashed else 0


if __name__ == "__main__":
    raise SystemExit(main())
