"""checks.html: every verdict on the release's data by source and severity, and where what was held back stands.

Written for a data owner: a sentence per check, the line and column of every figure in quarantine. From the release's
parquet alone; the same release gives the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from html import escape
from pathlib import Path

from catalog.strict import Bilingual
from dashboard.tables import Row, Tables
from dashboard.words import Cell, badge, both, nothing, pair, say, table, word

WEB = Path(__file__).resolve().parent / "web"
SLOT = re.compile(r"<!--(\w+)-->")
SEVERITIES = ("critical", "warning", "info")
OUTCOMES = ("passed", "failed", "crashed")
TITLE = Bilingual(id="Pemeriksaan data", en="Checks of the data")
# Checks of no single source: identities among figures, and the joint tables.
ACROSS = Bilingual(id="Antarsumber dan tabel gabungan", en="Across sources, and the joint tables")


def render_checks(release: Path) -> str:
    """The page of checks of the release in the directory `release`, self-contained, as HTML."""
    tables = Tables(release)
    rows = tables.rows("meta_check")
    held = tables.rows("meta_quarantine")
    slots = {
        "title": f"{escape(TITLE.id)} / {escape(TITLE.en)}",
        "heading": both(TITLE),
        "release": _counted(rows, held),
        "notice": say(
            "Yang tidak lolos tidak dihapus: angka lama tetap berlaku sampai penerbit memperbaiki berkasnya.",
            "What did not pass is not lost: the older figure stands until its publisher mends the file.",
        ),
        "summary": _summary(rows),
        "findings": _findings(rows),
        "held": _held(held),
        "sources": _sources(tables, rows),
        "style": (WEB / "page.css").read_text("utf-8"),
        "script": (WEB / "checks.js").read_text("utf-8"),
    }
    return SLOT.sub(lambda found: slots[found[1]], (WEB / "checks.html").read_text("utf-8"))


def _counted(rows: list[Row], held: list[Row]) -> str:
    failed = sum(row["outcome"] != "passed" for row in rows)
    return say(
        f"{len(rows)} pemeriksaan, {failed} dengan temuan, {len(held)} angka dikarantina",
        f"{len(rows)} checks, {failed} with findings, {len(held)} figures in quarantine",
    )


def _summary(rows: list[Row]) -> str:
    """How many checks of each severity came out how."""
    counted = Counter((row["severity"], row["outcome"]) for row in rows)
    heads = [(say("Tingkat", "Severity"), False), *((both(word("outcome", name)), True) for name in OUTCOMES)]
    lines: list[list[Cell]] = [
        [
            (badge(severity, word("severity", severity)), place),
            *((str(counted[severity, outcome]), counted[severity, outcome]) for outcome in OUTCOMES),
        ]
        for place, severity in enumerate(SEVERITIES)
    ]
    return table(say("Pemeriksaan menurut tingkat dan hasil", "Checks by severity and outcome"), heads, lines, "sum")


def _findings(rows: list[Row]) -> str:
    """Every check that did not pass, the gravest first."""
    failed = sorted(
        (row for row in rows if row["outcome"] != "passed"),
        key=lambda row: (SEVERITIES.index(row["severity"]), row["source"] or "", row["check_id"]),
    )
    if not failed:
        return nothing(Bilingual(id="Semua pemeriksaan lolos.", en="Every check passed."))
    heads = [
        (say("Tingkat", "Severity"), False), (say("Sumber", "Source"), False), (say("Temuan", "Finding"), False),
        (say("Diperiksa", "Checked"), True), (say("Tidak lolos", "Did not pass"), True), (say("Aturan", "Rule"), False),
    ]  # fmt: skip
    lines: list[list[Cell]] = [
        [
            (badge(row["severity"], word("severity", row["severity"])), SEVERITIES.index(row["severity"])),
            (_code(row["source"]), row["source"] or ""),
            (both(pair(row, "message")), None),
            (str(row["evaluated"]), row["evaluated"]),
            (str(row["failed"]), row["failed"]),
            (_code(row["rule"]), row["rule"]),
        ]
        for row in failed
    ]
    return table(say("Pemeriksaan dengan temuan", "Checks with findings"), heads, lines, "findings")


def _held(held: list[Row]) -> str:
    """Every figure in quarantine: file, line, column, what stands there, and what to do."""
    if not held:
        return nothing(Bilingual(id="Tidak ada angka yang dikarantina.", en="No figure is in quarantine."))
    heads = [
        (say("Sumber", "Source"), False), (say("Berkas", "File"), False), (say("Baris", "Line"), True),
        (say("Kolom", "Column"), False), (say("Tertulis", "As written"), False), (say("Alasan", "Reason"), False),
    ]  # fmt: skip
    lines: list[list[Cell]] = [
        [
            (_code(row["source"]), row["source"]),
            (escape(row["file"] or "-"), row["file"] or ""),
            (str(row["source_line"] or "-"), row["source_line"] or 0),
            (escape(row["source_column"] or "-"), row["source_column"] or ""),
            (_code(row["raw"]), row["raw"] or ""),
            (both(pair(row, "message")), None),
        ]
        for row in held
    ]
    return table(say("Angka yang dikarantina", "Figures in quarantine"), heads, lines, "held")


def _sources(tables: Tables, rows: list[Row]) -> str:
    """Per source, folded, the sentence of every check; those with findings come first and stand open."""
    titles = {row["source"]: row for row in tables.rows("core_source")}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["source"] or ""].append(row)
    order = sorted(found, key=lambda name: (all(row["outcome"] == "passed" for row in found[name]), name))
    return "\n".join(_source(titles.get(name), name, found[name]) for name in order)


def _source(source: Row | None, name: str, rows: list[Row]) -> str:
    failed = sum(row["outcome"] != "passed" for row in rows)
    title = both(pair(source, "title")) if source else both(ACROSS)
    owner = f'<p class="small">{say("Pemilik data", "Data owner")}: {escape(source["owner"])}</p>' if source else ""
    told = say(f"{len(rows)} pemeriksaan, {failed} temuan", f"{len(rows)} checks, {failed} findings")
    ordered = sorted(rows, key=lambda row: (row["outcome"] == "passed", row["gate"], row["rule"], row["check_id"]))
    lines = "\n".join(f"<li>{_mark(row)} {both(pair(row, 'message'))} {_code(row['rule'])}</li>" for row in ordered)
    label = f" {_code(name)}" if name else ""
    return (
        f'<details class="data"{" open" if failed else ""}><summary>{title}{label}: {told}</summary>{owner}'
        f'<ul class="checks">\n{lines}\n</ul></details>'
    )


def _mark(row: Row) -> str:
    """The outcome by its word; a finding by its severity too."""
    if row["outcome"] == "passed":
        return badge("passed", word("outcome", "passed"))
    return f"{badge(row['severity'], word('severity', row['severity']))} {both(word('outcome', row['outcome']))}"


def _code(text: str | None) -> str:
    return f"<code>{escape(text or '-')}</code>"
