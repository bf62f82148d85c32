"""Words of the page in both languages, and the small pieces of HTML that show one language at a time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from catalog.codes import load_codes
from catalog.load import Catalog
from catalog.strict import Bilingual
from catalog.words import number

HERE = Path(__file__).resolve().parent
Words = dict[str, dict[str, Bilingual]]


@cache
def load_words(path: Path = HERE / "words.toml") -> Words:
    """All words by section and code, those of the catalog's codes included."""
    found = tomllib.loads(path.read_text("utf-8"))
    own = {section: {code: Bilingual(**pair) for code, pair in codes.items()} for section, codes in found.items()}
    return {**load_codes(), **own}


def word(section: str, code: str | None) -> Bilingual:
    """The words for a code; a code without words stands for itself."""
    if code is None:
        return Bilingual(id="-", en="-")
    return load_words()[section].get(code) or Bilingual(id=code.replace("_", " "), en=code.replace("_", " "))


def reason(catalog: Catalog, code: str | None) -> Bilingual:
    """Why a figure is missing."""
    known = catalog.reasons.get(code or "")
    return known.label if known else word("text", "missing") if code is None else Bilingual(id=code, en=code)


def breakdown(catalog: Catalog, key: str) -> Bilingual:
    """A breakdown key in words: "sector=C" is "Industri pengolahan"."""
    if key == "_T":
        return word("text", "total")
    told: list[Bilingual] = []
    for part in key.split(";"):
        dimension, _, code = part.partition("=")
        codes = catalog.breakdowns[dimension].codes if dimension in catalog.breakdowns else []
        told.append(next((item.label for item in codes if item.code == code), Bilingual(id=part, en=part)))
    return Bilingual(id=", ".join(item.id for item in told), en=", ".join(item.en for item in told))


def pair(row: dict[str, Any], name: str) -> Bilingual:
    """The columns `<name>_id` and `<name>_en` of a row."""
    return Bilingual(id=row[f"{name}_id"] or "", en=row[f"{name}_en"] or "")


def both(text: Bilingual) -> str:
    """A text in both languages as HTML; the page shows one at a time."""
    if text.id == text.en:
        return escape(text.id)
    return f'<span lang="id">{escape(text.id)}</span><span lang="en">{escape(text.en)}</span>'


def say(indonesian: str, english: str) -> str:
    """Two texts as HTML."""
    return both(Bilingual(id=indonesian, en=english))


def ui(code: str) -> str:
    """A word of the page itself as HTML."""
    return both(word("text", code))


def figure(value: float, decimals: int) -> Bilingual:
    """A number in the form of each language."""
    return Bilingual(id=number(value, "id", decimals), en=number(value, "en", decimals))


def badge(kind: str, text: Bilingual) -> str:
    """A short standing such as "tercapai", told by its word and its shape, not by colour alone."""
    return f'<span class="badge {escape(kind, quote=True)}">{both(text)}</span>'


def example(*, synthetic: bool) -> str:
    """The mark of an example figure, nothing for a published one."""
    return f" {badge('synthetic', word('text', 'synthetic_mark'))}" if synthetic else ""


Cell = tuple[str, Any]
# A table with this many columns is wider than a telephone: it scrolls beside its first column.
MANY = 5


def table(
    caption: str, heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[Cell]], name: str, *, tall: bool = False
) -> str:
    """A sortable table; a head is HTML and whether numbers stand below it, a cell HTML and what it sorts by."""
    head = "".join(
        f'<th scope="col" aria-sort="none"{_right(right)}><button type="button" class="sort">{text}</button></th>'
        for text, right in heads
    )
    lines = [_line(heads, row) for row in rows]
    kind = "wide tall" if tall else "wide"
    many = " many" if len(heads) >= MANY else ""
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-labelledby="cap-{name}"><table class="sortable{many}">'
        f'<caption id="cap-{name}">{caption}</caption><thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(lines)
        + "\n</tbody></table></div>"
    )


def _line(heads: Sequence[tuple[str, bool]], row: Sequence[Cell]) -> str:
    cells = []
    for place, ((text, key), (_, right)) in enumerate(zip(row, heads, strict=True)):
        # A number that is missing sorts after all others; a text without a key sorts by what it says.
        value = "" if key is None and right else key
        sort = f' data-v="{escape(str(value), quote=True)}"' if value is not None else ""
        tag = 'th scope="row"' if place == 0 else "td"
        cells.append(f"<{tag}{_right(right)}{sort}>{text}</{tag[:2]}>")
    return f"<tr>{''.join(cells)}</tr>"


def _right(right: bool) -> str:
    return ' class="number"' if right else ""


def nothing(text: Bilingual) -> str:
    """Why a section is empty."""
    return f'<p class="empty">{both(text)}</p>'
