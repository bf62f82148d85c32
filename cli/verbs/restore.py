"""`mojoraya restore FOLDER`: put a backup back; the release is then made again by `mojoraya rebuild`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "pulihkan dari cadangan / restore from a backup"
DONE = {
    "id": "Dipulihkan ke {data}: {files} berkas, {copied} baru disalin. Susun rilisnya: mojoraya rebuild",
    "en": "Restored into {data}: {files} files, {copied} copied now. Make the release: mojoraya rebuild",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("folder", help="folder cadangan / folder of the backup")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 when the data folder holds what the backup holds; 1 when nothing was copied, with the reason."""
    from flows.backup import BackupRefused, restore
    from flows.lock import NightInProgress

    try:
        found = restore(settings, Path(args.folder))
    except (BackupRefused, NightInProgress) as error:
        print(error.message.get(settings.lang), file=sys.stderr)
        return 1
    print(DONE[settings.lang].format(data=settings.data, files=found.files, copied=found.copied))
    return 0
