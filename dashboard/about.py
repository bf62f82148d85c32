"""About the release: freshness of its sources, findings of its checks, and the dictionary of indicators."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

from catalog.load import DOMAINS
from catalog.strict import Bilingual
from catalog.words import day
from dashboard.tables import Row, Tables
from dashboard.words import badge, both, example, nothing, pair, say, table, ui, word

# The four things that can be said of a source with a rhythm, and the fixed copies that have none.
STATES = {
    "current": (Bilingual(id="mutakhir", en="up to date"), ("new", "unchanged")),
    "refused": (Bilingual(id="ditolak", en="refused"), ("refused",)),
    "unreachable": (Bilingual(id="tak terjangkau", en="not reached"), ("unreachable",)),
    "not_run": (Bilingual(id="belum dijalankan", en="not run"), ("not_run",)),
    "bundled": (Bilingual(id="bawaan", en="bundled"), ("bundled",)),
}
# The page of all verdicts, beside this one in a release.
ALL_CHECKS = "checks.html"


def freshness(tables: Tables) -> str:
    """The state of every source: what the last attempt found, and how old what stands is."""
    rows = tables.rows("meta_freshness")
    if not rows:
        return nothing(Bilingual(id="Rilis ini tidak memuat sumber.", en="This release has no sources."))
    counted = Counter(_group(row["state"]) for row in rows)
    summary = " ".join(f"<span>{badge(name, text)} {counted[name]}</span>" for name, (text, _) in STATES.items())
    heads = [
        (ui("source"), False), (say("Keadaan", "State"), False), (say("Tahun terakhir", "Latest year"), True),
        (ui("known_since"), False), (ui("evidence"), False), (ui("remark"), False),
    ]  # fmt: skip
    caption = say(
        "Kesegaran setiap sumber pada saat rilis dibuat", "Freshness of each source when the release was made"
    )
    return f'<p class="states">{summary}</p>' + table(
        caption, heads, [_fresh(tables, row) for row in rows], "freshness", tall=True
    )


def _group(state: str) -> str:
    return next((name for name, (_, states) in STATES.items() if state in states), state)


def _fresh(tables: Tables, row: Row) -> list[tuple[str, Any]]:
    source = tables.sources.get(row["source"])
    name = both(pair(source, "title")) if source else escape(row["source"])
    group = _group(row["state"])
    standing = STATES[group][0] if group in STATES else word("freshness", group)
    known = _day(row["vintage"])
    evidence = both(word("evidence", source["evidence"])) if source else "-"
    why = both(pair(row, "reason")) if row["reason_id"] else ""
    return [
        (
            f"{name}{example(synthetic=bool(source and source['synthetic']))}<br><code>{escape(row['source'])}</code>",
            source["title_id"] if source else row["source"],
        ),
        (f'{badge(group, standing)}<br><span class="unit">{both(word("freshness", row["state"]))}</span>', group),
        (str(row["last_year"] or "-"), row["last_year"] or 0),
        (known, str(row["vintage"] or "")),
        (evidence, None),
        (why, None),
    ]


def _day(value: Any) -> str:
    return "-" if value is None else both(Bilingual(id=day(value, "id"), en=day(value, "en")))


def checks(tables: Tables) -> str:
    """What the checks found: how many ran at each gate, and every one that did not pass."""
    rows = tables.rows("meta_check")
    if not rows:
        return nothing(Bilingual(id="Rilis ini tidak memuat hasil pemeriksaan.", en="This release has no verdicts."))
    counted = Counter((row["gate"], row["outcome"]) for row in rows)
    gates = sorted(
        {gate for gate, _ in counted}, key=lambda gate: -sum(n for (name, _), n in counted.items() if name == gate)
    )
    heads = [(say("Pintu", "Gate"), False), (say("Lolos", "Passed"), True), (say("Tidak lolos", "Did not pass"), True)]
    lines = []
    for gate in gates:
        passed = counted[gate, "passed"]
        others = sum(n for (name, outcome), n in counted.items() if name == gate and outcome != "passed")
        lines.append([(both(word("gate", gate)), gate), (str(passed), passed), (str(others), others)])
    caption = say("Pemeriksaan menurut pintu", "Checks by gate")
    told = say("Semua hasil menurut sumber dan tingkat", "All verdicts by source and severity")
    link = f'<p><a href="{ALL_CHECKS}">{told}</a></p>' if (tables.folder / ALL_CHECKS).is_file() else ""
    return table(caption, heads, lines, "gates") + _findings(tables) + link


def _findings(tables: Tables) -> str:
    failed = [row for row in tables.rows("meta_check") if row["outcome"] != "passed"]
    held = tables.rows("meta_quarantine")
    quarantine = (
        say(f"Angka dikarantina: {len(held)}.", f"Figures in quarantine: {len(held)}.")
        if held
        else say("Tidak ada angka yang dikarantina.", "No figure is in quarantine.")
    )
    if not failed:
        return f"<p>{say('Semua pemeriksaan lolos.', 'Every check passed.')} {quarantine}</p>"
    heads = [
        (say("Tingkat", "Severity"), False), (say("Aturan", "Rule"), False), (ui("source"), False),
        (say("Hasil", "Outcome"), False), (say("Temuan", "Finding"), False),
    ]  # fmt: skip
    order = {"critical": 0, "warning": 1, "info": 2}
    failed.sort(key=lambda row: (order.get(row["severity"], 3), row["rule"], row["check_id"]))
    lines = [
        [
            (badge(row["severity"], word("severity", row["severity"])), order.get(row["severity"], 3)),
            (f"<code>{escape(row['rule'])}</code>", row["rule"]),
            (f"<code>{escape(row['source'] or '-')}</code>", row["source"] or ""),
            (both(word("outcome", row["outcome"])), row["outcome"]),
            (both(pair(row, "message")), None),
        ]
        for row in failed
    ]
    caption = say("Pemeriksaan yang tidak lolos", "Checks that did not pass")
    return f"<p>{quarantine}</p>" + table(caption, heads, lines, "findings")


def dictionary(tables: Tables) -> str:
    """Every indicator with definition, unit, method and sources, by domain."""
    parts = []
    for domain in DOMAINS:
        items = sorted(
            (row for row in tables.indicators.values() if row["domain"] == domain), key=lambda row: row["label_id"]
        )
        entries = "\n".join(_entry(tables, row, tables.sources_of.get(row["id"], [])) for row in items)
        if entries:
            parts.append(f"<h3>{both(word('domain', domain))}</h3>\n{entries}")
    return "\n".join(parts)


def _entry(tables: Tables, row: Row, sources: list[str]) -> str:
    listed = "".join(
        f"<li>{both(pair(tables.sources[name], 'title'))}{example(synthetic=tables.sources[name]['synthetic'])}</li>"
        for name in sources
        if name in tables.sources
    )
    none = say("tidak ada dalam rilis ini", "none in this release")
    rules = ", ".join(both(word("rule", name)) for name in (row["rules"] or "").split(", ") if name)
    facts = [
        (say("Definisi", "Definition"), both(pair(row, "definition"))),
        (ui("unit"), both(pair(row, "unit_label"))),
        (say("Penghasil", "Producer"), escape(row["producer"] or "-")),
        (ui("method"), escape(row["method_version"] or "-")),
        (say("Cara gabungan kawasan", "Joint rule of the region"), rules or "-"),
        (ui("reference"), both(pair(row, "reference"))),
        (ui("sources"), f"<ul>{listed}</ul>" if listed else none),
    ]
    body = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)
    symbol = f" ({escape(row['symbol'])})" if row["symbol"] else ""
    return (
        f'<details class="entry" id="def-{escape(row["id"], quote=True)}"><summary>{both(pair(row, "label"))}{symbol} '
        f"<code>{escape(row['id'])}</code></summary><dl>{body}</dl></details>"
    )
