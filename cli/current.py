"""The release that readers see, resolved once per command."""

from __future__ import annotations

import sys
from pathlib import Path

from catalog.settings import Settings

NONE = {
    "id": "Belum ada rilis. Jalankan dahulu: mojoraya run",
    "en": "There is no release yet. Run first: mojoraya run",
}


def release_or_complain(settings: Settings) -> Path | None:
    """The folder of the current release, or None after saying what to do."""
    pointer = settings.data / "current"
    if not (pointer / "release.json").is_file():
        print(NONE[settings.lang], file=sys.stderr)
        return None
    return pointer.resolve()
