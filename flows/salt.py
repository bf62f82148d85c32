"""A random text of this data folder, mixed into what a release says of its inputs when a file of theirs is secret.

A digest over a file that is known but for a few small counts tells those counts to who tries them all. It names no
content: releases stay equal on every machine.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from catalog.load import Catalog

FILE = "salt"
BYTES = 32


def salt_of(data: Path, catalog: Catalog) -> str:
    """The salt of a data folder, made on first use; "" while no indicator of the catalog is sensitive."""
    if not any(indicator.sensitive for indicator in catalog.indicators.values()):
        return ""
    path = data / FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        aside.write_text(secrets.token_hex(BYTES), "utf-8")
        aside.replace(path)
    return path.read_text("utf-8")
