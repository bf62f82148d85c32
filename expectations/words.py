"""Numbers, lists and places in an operator's language, as BPS prints them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.models import Region

LEVELS = {
    "nation": ("Indonesia", "Indonesia"),
    "province": ("Provinsi", "Province"),
    "regency": ("Kabupaten", "Kabupaten"),
    "city": ("Kota", "Kota"),
    "subdistrict": ("Kecamatan", "Kecamatan"),
    "village": ("Desa", "Desa"),
    "urban_village": ("Kelurahan", "Kelurahan"),
    "agglomeration": ("Gabungan", "Agglomeration"),
}
LEVEL_ORDER = ["nation", "province", "city", "regency", "subdistrict", "urban_village", "village"]


def number(value: Decimal | float, lang: str) -> str:
    """A number without needless zeros: 112.860,5 in Indonesian, 112,860.5 in English."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{exact:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(share: float, lang: str) -> str:
    """A share as a percentage with at most one decimal."""
    return f"{number(Decimal(str(round(share * 100, 1))), lang)} {'percent' if lang == 'en' else 'persen'}"


def header_text(header: Sequence[str]) -> str:
    """A column's header as one text, its rows from top to bottom."""
    return " / ".join(filter(None, header))


def listing(items: Sequence[str], lang: str, *, word: str = "", most: int = 4) -> str:
    """Items joined for reading: the first few, then how many more; `word` is "and" unless "or" is asked."""
    joint = {"id": "atau" if word == "or" else "dan", "en": word or "and"}[lang]
    if len(items) > most:
        more = len(items) - most
        rest = f"{more} lainnya" if lang == "id" else f"{more} more"
        return f"{', '.join(items[:most])} {joint} {rest}"
    if len(items) < 2:  # noqa: PLR2004
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def place_question(regions: Sequence[Region], lang: str) -> str:
    """The places a bare name may mean, as a question: "Kota (35.76) atau Kabupaten (35.16)?"."""
    ordered = sorted(regions, key=lambda region: (LEVEL_ORDER.index(region.level), region.code))
    kinds = [LEVELS[region.level][0 if lang == "id" else 1] for region in ordered]
    named = len(set(kinds)) < len(kinds)
    texts = [
        f"{region.name} ({region.code})" if named else f"{kind} ({region.code})"
        for kind, region in zip(kinds, ordered, strict=True)
    ]
    return listing(texts, lang, word="or") + "?"
