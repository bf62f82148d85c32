"""The report of the pollution run as Markdown: totals by reader, every kind, and what no gate can know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pollution_kinds import KINDS, Kind

Counts = Counter[tuple[str, str, str]]
OUTCOMES = ("right", "refused", "wrong")


def report(counts: Counts, readers: Sequence[str], seed: int) -> str:
    """Counts of files by (kind, reader, outcome) as a page."""
    met = [kind for kind in KINDS if any(counts[kind.name, readers[0], what] for what in OUTCOMES)]
    known = [kind for kind in met if kind.verdict != "unknowable"]
    unknown = [kind for kind in met if kind.verdict == "unknowable"]
    lines = [*_opening(counts, known, readers, seed), *_totals(counts, known, readers), ""]
    for family in dict.fromkeys(kind.family for kind in known):
        lines += [f"## {family[0].upper()}{family[1:]}", ""]
        lines += [*_table(counts, [kind for kind in known if kind.family == family], readers), ""]
    if unknown:
        lines += [*_unknowable(), "", *_table(counts, unknown, readers), ""]
    return "\n".join(lines)


def _opening(counts: Counts, known: Sequence[Kind], readers: Sequence[str], seed: int) -> list[str]:
    files = sum(counts[kind.name, readers[0], what] for kind in known for what in OUTCOMES)
    return [
        "# Polluted files: right, refused, silently wrong",
        "",
        "Written by `benchmarks/pollution.py`; do not edit.",
        "",
        (
            f"{files} files of {len(known)} kinds (seed {seed}), made from the bundled sources. Each is offered as the "
            "next edition after the unpolluted one was accepted."
        ),
        "",
        "- **right**: exactly the figures of the unpolluted file.",
        "- **refused**: the file was turned away, or some figures were held back and all that passed are right.",
        "- **wrong**: a figure that passed is false, stands under another key, comes twice, or is lost silently.",
        "",
        (
            "*ours* runs every gate. DuckDB and pandas get our column mapping, region codes and names, and raise on "
            "what cannot be mapped; *dialect stated* also gets delimiter and number style and reads cells as text."
        ),
        "",
    ]


def _totals(counts: Counts, kinds: Sequence[Kind], readers: Sequence[str]) -> list[str]:
    lines = ["| reader | right | refused | silently wrong |", "|---|---:|---:|---:|"]
    for reader in readers:
        cells = [str(sum(counts[kind.name, reader, what] for kind in kinds)) for what in OUTCOMES]
        lines.append(f"| {reader} | {' | '.join(cells)} |")
    return lines


def _table(counts: Counts, kinds: Sequence[Kind], readers: Sequence[str]) -> list[str]:
    lines = [
        "Right / refused / wrong.",
        "",
        f"| kind | files | {' | '.join(readers)} |",
        f"|---|---:|{'---|' * len(readers)}",
    ]
    for kind in kinds:
        files = sum(counts[kind.name, readers[0], what] for what in OUTCOMES)
        cells = [" / ".join(str(counts[kind.name, reader, what]) for what in OUTCOMES) for reader in readers]
        lines.append(f"| {kind.name} | {files} | {' | '.join(cells)} |")
    return lines


def _unknowable() -> list[str]:
    return [
        "## What no gate can know",
        "",
        (
            "A possible figure in its right form at a possible place, different from the last edition: a publisher who "
            "revises a figure writes the same. Such a change is published as a revision, seen in `meta.change` and the "
            "vintages; where the figure was final the night tells it (`final_kept`), and other sources and identities "
            "may contradict it. These files are not in the totals above."
        ),
        "",
        (
            "A source's first edition is held against nothing before it: gates that compare with the last edition "
            "begin with the second. What they find is a refusal that an operator may overrule with `mojoraya accept`."
        ),
    ]
