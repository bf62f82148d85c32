"""`mojoraya backup FOLDER`: copy what cannot be made again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "cadangkan berkas penerbit dan catatannya / back up the publishers' files and their log"
DONE = {
    "id": "Cadangan di {folder}: {files} berkas, {copied} baru disalin. Folder kontrak ({sources}) dan katalog "
    "dicadangkan bersama kodenya.",
    "en": "Backup in {folder}: {files} files, {copied} copied now. The folder of contracts ({sources}) and the catalog "
    "are backed up with the code.",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("folder", help="folder cadangan, boleh yang lama / folder of the backup, an older one too")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 when the backup is whole; 1 when it is not, with the reason."""
    from flows.backup import BackupRefused, back_up
    from flows.lock import NightInProgress

    try:
        found = back_up(settings, Path(args.folder))
    except (BackupRefused, NightInProgress) as error:
        print(error.message.get(settings.lang), file=sys.stderr)
        return 1
    told = DONE[settings.lang]
    print(told.format(folder=args.folder, files=found.files, copied=found.copied, sources=settings.sources))
    return 0
