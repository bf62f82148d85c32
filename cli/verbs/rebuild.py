"""`mojoraya rebuild [--as-of DATE]`: the release again from the snapshot log, without any cache."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "susun ulang rilis dari catatan berkas / build the release again from the snapshot log"
WORDS = {
    "id": {
        "date": "Tanggal '{given}' tidak dikenal. Tulis tahun-bulan-hari, misalnya 2026-03-01.",
        "as_of": "Rilis menurut catatan sampai {day}; rilis yang berlaku tidak berubah. Untuk bertanya kepadanya:",
    },
    "en": {
        "date": "'{given}' is not a date. Write year-month-day, 2026-03-01 say.",
        "as_of": "The release by the log up to {day}; the release in force has not changed. To ask it questions:",
    },
}


def add(parser: argparse.ArgumentParser) -> None:
    """The day whose knowledge counts."""
    parser.add_argument(
        "--as-of", default=None, metavar="DATE", help="hanya yang tercatat sampai tanggal ini / only what the log held"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Rebuild and print the summary of what stands; 2 for a date that cannot be read."""
    from flows.rebuild import as_of_folder, rebuild, rebuild_as_of

    words = WORDS[settings.lang]
    if args.as_of is None:
        outcome = rebuild(settings, lambda line: print(line, flush=True))
        print("\n" + outcome.summary(settings.lang))
        return outcome.exit_code
    try:
        day = date.fromisoformat(args.as_of)
    except ValueError:
        print(words["date"].format(given=args.as_of), file=sys.stderr)
        return 2
    outcome = rebuild_as_of(settings, day, lambda line: print(line, flush=True))
    print("\n" + outcome.summary(settings.lang))
    if outcome.release:
        print("\n" + words["as_of"].format(day=day.isoformat()))
        print(f'  mojoraya sql "SELECT ..." --data {as_of_folder(settings, day)}')
    return outcome.exit_code
