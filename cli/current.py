"""The release that readers see, resolved once per command."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from catalog.settings import Settings

NONE = {
    "id": "Belum ada rilis. Jalankan dahulu: mojoraya run",
    "en": "There is no release yet. Run first: mojoraya run",
}

NO_ID = {
    "id": "'{given}' bukan id rilis; bentuknya tanggal dan 12 huruf atau angka. Lihat: mojoraya releases",
    "en": "'{given}' is no release id, which is a date and 12 letters or digits. See: mojoraya releases",
}


def are_ids_or_complain(given: Iterable[str | None], settings: Settings) -> bool:
    """Whether what was typed for releases has the form of their ids; False after saying what has not."""
    from warehouse.shelf import is_release_id

    wrong = [text for text in given if text is not None and not is_release_id(text)]
    for text in wrong:
        print(NO_ID[settings.lang].format(given=text), file=sys.stderr)
    return not wrong


def release_or_complain(settings: Settings) -> Path | None:
    """The folder of the current release, or None after saying what to do."""
    pointer = settings.data / "current"
    if not (pointer / "release.json").is_file():
        print(NONE[settings.lang], file=sys.stderr)
        return None
    return pointer.resolve()
