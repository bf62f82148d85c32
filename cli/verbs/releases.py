"""`mojoraya releases`: the whole releases on the shelf, newest first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "daftar rilis / list the releases"
COLUMNS = {
    "id": ("rilis", "terkini", "dibuat", "induk", "angka", "folder"),
    "en": ("release", "current", "built_at", "parent", "figures", "folder"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """A listing."""
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One row per release; 1 when there is none."""
    from cli.current import release_or_complain
    from warehouse.shelf import list_releases

    current = release_or_complain(settings)
    rows = [
        (
            item.id,
            "*" if current is not None and item.path.resolve() == current else "",
            item.built_at,
            item.parent,
            item.counts.get("core.observation"),
            str(item.path),
        )
        for item in list_releases(settings.data)
    ]
    show(COLUMNS[settings.lang], rows, args)
    return 0 if current is not None else 1
