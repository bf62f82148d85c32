"""`mojoraya verify [RELEASE ...]`: are the kept files and the releases whole?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "periksa keutuhan berkas dan rilis / check that files and releases are whole"
COLUMNS = {"id": ("apa", "masalah", "yang dilakukan"), "en": ("what", "fault", "what to do")}
WHOLE = {
    "id": "Semuanya utuh: {snapshots} berkas penerbit, {releases} rilis.",
    "en": "Everything is whole: {snapshots} publishers' files, {releases} releases.",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Which releases; all of them by default."""
    parser.add_argument("release", nargs="*", help="id rilis; bawaan: semuanya / release ids; all by default")
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 when everything is whole, 1 with a line per fault, 2 for what is no release id."""
    from cli.current import are_ids_or_complain
    from flows.verify import verify_all
    from sources.store import SnapshotStore
    from warehouse.shelf import list_releases

    if not are_ids_or_complain(args.release, settings):
        return 2
    named = args.release or None
    faults = list(verify_all(settings, named))
    if faults or args.json or args.csv:
        rows = [(item.what, item.fault, item.remedy.get(settings.lang)) for item in faults]
        show(COLUMNS[settings.lang], rows, args)
        return 1 if faults else 0
    kept = {entry.sha256 for entry in SnapshotStore(settings.data).entries() if entry.outcome == "kept"}
    count = len(named) if named else len(list_releases(settings.data))
    print(WHOLE[settings.lang].format(snapshots=len(kept), releases=count))
    return 0
