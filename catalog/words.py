"""Numbers and dates in the language of the reader: 1.234,56 in Indonesian, 1,234.56 in English; harmless texts."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),  # noqa: SIM905
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
}
# Characters at which spreadsheets begin a formula, the wide ones of East Asian settings too (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SWAP = str.maketrans(",.", ".,")


def number(value: Decimal | float, lang: str, decimals: int | None = None) -> str:
    """A number with thousands marks, to `decimals` places, or with just the decimals that it has."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if decimals is not None:
        text = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):,f}"
    else:
        text = f"{exact:,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if lang == "en" else text.translate(_SWAP)


def day(value: date, lang: str) -> str:
    """A date in words: 21 November 2026."""
    return f"{value.day} {MONTHS[lang][value.month - 1]} {value.year}"


def harmless(cell: str) -> str:
    """A text that a spreadsheet shows as text when it opens a CSV, whatever it begins with."""
    return f"'{cell}" if cell.lstrip(" \u00a0\ufeff").startswith(FORMULA) else cell
