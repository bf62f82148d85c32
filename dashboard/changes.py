"""What the figures of a release say otherwise than those of the release before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import Any

from catalog.load import Catalog
from catalog.strict import Bilingual
from catalog.words import number
from dashboard.tables import Row, Tables
from dashboard.words import both, breakdown, example, figure, load_words, nothing, pair, say, table, ui, word

MOST = 300
KINDS = ("changed", "appeared", "vanished")
# How a change tells that its figure is an example.
EXAMPLE = "example=yes"
NONE = Bilingual(
    id="Tidak ada angka yang berubah, atau ini rilis pertama sehingga belum ada pembandingnya.",
    en="No figure changed, or this is the first release and has none before it.",
)


def changes(tables: Tables, catalog: Catalog) -> str:
    """A table of the changes: those of indicators first, then those of an office's records; the first of very many."""
    rows = list(_in_both_languages(tables.rows("changes")))
    if not rows:
        return nothing(NONE)
    counted = Counter(row["kind"] for row in rows)
    kinds = [name for name in KINDS if counted[name]] + sorted(set(counted) - set(KINDS))
    summary = ", ".join(f"{both(word('change_kind', name))}: {counted[name]}" for name in kinds)
    order = ("indicator", "region_code", "period", "breakdown")
    rows.sort(key=lambda row: ("." in row["indicator"], kinds.index(row["kind"]), *(row[name] or "" for name in order)))
    heads = [
        (ui("indicator"), False), (ui("region"), False), (ui("period"), False), (say("Jenis", "Kind"), False),
        (say("Sebelumnya", "Before"), True), (say("Sekarang", "Now"), True), (say("Alasan", "Reason"), False),
    ]  # fmt: skip
    caption = say("Perubahan terhadap rilis sebelumnya", "Changes against the release before")
    shown = table(caption, heads, [_line(tables, catalog, row) for row in rows[:MOST]], "changes", tall=True)
    rest = len(rows) - MOST
    more = say(f"{rest} baris lainnya ada di changes.parquet.", f"{rest} more rows stand in changes.parquet.")
    return f"<p>{summary}</p>{shown}" + (f"<p>{more}</p>" if rest > 0 else "")


def _in_both_languages(rows: list[Row]) -> Iterable[Row]:
    """The rows; a text that has a column for each language is one change with both texts."""
    twins = {_key(row, row["indicator"]): row for row in rows if row["indicator"].endswith("_en")}
    for row in rows:
        name = str(row["indicator"])
        if "." in name and name.endswith("_id"):
            twin = twins.pop(_key(row, f"{name.removesuffix('_id')}_en"), row)
            texts = {f"{side}_text_en": twin[f"{side}_text"] for side in ("old", "new")}
            yield {**row, "indicator": name.removesuffix("_id"), **texts}
        elif not ("." in name and name.endswith("_en")):
            yield row
    yield from twins.values()


def _key(row: Row, name: str) -> tuple[str, str, str, str]:
    return name, row["region_code"], row["period"], row["breakdown"]


def _line(tables: Tables, catalog: Catalog, row: Row) -> list[tuple[str, Any]]:
    item = tables.indicators.get(row["indicator"])
    label = both(pair(item, "label")) if item else both(_column(tables, row["indicator"]))
    parts = [part for part in (row["breakdown"] or "").split(";") if part not in {"", "_T", EXAMPLE}]
    if parts:
        label += f": {both(breakdown(catalog, ';'.join(parts)))}"
    label += example(synthetic=_is_example(tables, row))
    region = tables.regions.get(row["region_code"])
    return [
        (label, item["label_id"] if item else row["indicator"]),
        (escape(region["name"] if region else row["region_code"]), row["region_code"]),
        (escape(row["period"]), row["period"]),
        (both(word("change_kind", row["kind"])), row["kind"]),
        (_side(item, row, "old"), row["old"]),
        (_side(item, row, "new"), row["new"]),
        (both(word("change_reason", row["reason"])), row["reason"]),
    ]


def _column(tables: Tables, name: str) -> Bilingual:
    """The label of a column "table.column" of an office's records, without its language."""
    place, _, column = name.partition(".")
    found = tables.label(f"joint_{place}", column) or tables.label(f"joint_{place}", f"{column}_id")
    if found is None:
        return Bilingual(id=name, en=name)
    return Bilingual(id=found.id.partition(", dalam bahasa")[0], en=found.en.partition(", in Indonesian")[0])


def _is_example(tables: Tables, row: Row) -> bool:
    """Whether a change speaks of an example: it says so itself, or its row of the records does."""
    if EXAMPLE in (row["breakdown"] or "").split(";"):
        return True
    place, dot, _ = row["indicator"].partition(".")
    return bool(dot) and any(found.get("synthetic") for found in tables.rows(f"joint_{place}"))


def _side(item: Row | None, row: Row, side: str) -> str:
    """One side of a change: its number in both forms with a status that weakens it, or its text."""
    value, text = row[side], row.get(f"{side}_text")
    if value is None:
        english = row.get(f"{side}_text_en") or text
        return f'<span class="why">{both(_told(text, english))}</span>' if text else "-"
    shown = figure(value, item["decimals"]) if item else Bilingual(id=number(value, "id"), en=number(value, "en"))
    status = row.get(f"{side}_status")
    weak = "" if status in {None, "A"} else f' <span class="unit">({both(word("status", status))})</span>'
    return both(shown) + weak


def _told(text: str, english: str | None) -> Bilingual:
    """A text of a record; a class or a verdict in words."""
    words = load_words()
    known = next((words[name][text] for name in ("class", "delivery", "verdict") if text in words[name]), None)
    return known or Bilingual(id=text, en=english or text)
