"""Periods as publishers write them, normalised to the declared frequency."""

from __future__ import annotations

import re

ANNUAL = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


def read_year(text: str) -> int | None:
    """The year of an annual period; `2023-03` (a reference month) is 2023, the text stays in lineage."""
    found = ANNUAL.fullmatch(text.strip())
    return int(found.group(1)) if found else None
