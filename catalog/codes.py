"""Words for the codes in published tables: status, method, evidence and their like, said once for every reader."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from catalog.strict import Bilingual

CODES = Path(__file__).resolve().parent / "codes.toml"


@cache
def load_codes() -> dict[str, dict[str, Bilingual]]:
    """The words by kind of code (`status`, `method`, `evidence` ...) and code."""
    found = tomllib.loads(CODES.read_text("utf-8"))
    return {kind: {code: Bilingual(**pair) for code, pair in codes.items()} for kind, codes in found.items()}


def code_label(kind: str, code: str | None) -> Bilingual:
    """The words for a code; one without words stands for itself, none at all is a hyphen."""
    if code is None:
        return Bilingual(id="-", en="-")
    return load_codes()[kind].get(code) or Bilingual(id=code, en=code)


def by_language(kind: str) -> dict[str, dict[str, str]]:
    """The words of a kind as plain dictionaries: code to language to text."""
    return {code: {"id": pair.id, "en": pair.en} for code, pair in load_codes()[kind].items()}
