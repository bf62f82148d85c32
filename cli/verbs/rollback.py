"""`mojoraya rollback [RELEASE] --reason WHY`: an earlier release stands, until the inputs give another one."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "kembali ke rilis sebelumnya / go back to an earlier release"
DONE = {
    "id": "Rilis {release} sekarang berlaku. Malam yang menghasilkan {instead_of} lagi tidak akan menggantinya; "
    "isi yang lain akan.\nMembatalkannya: mojoraya rollback {instead_of} --reason ...",
    "en": "The release {release} is in force now. A night that gives {instead_of} again will not replace it; "
    "other content will.\nTo undo it: mojoraya rollback {instead_of} --reason ...",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Which release, and why."""
    parser.add_argument("release", nargs="?", help="bawaan: induk rilis terkini / default: the current one's parent")
    parser.add_argument("--reason", required=True, help="alasannya, disimpan di catatan / the reason, kept in the log")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 when it stands; 2 when there is no such whole release, 1 while a night runs."""
    from cli.current import are_ids_or_complain
    from flows.lock import NightInProgress
    from flows.rollback import RollbackRefused, roll_back

    if not are_ids_or_complain([args.release], settings):
        return 2
    try:
        decision = roll_back(settings, args.release, args.reason)
    except RollbackRefused as error:
        print(error.message.get(settings.lang), file=sys.stderr)
        return 2
    except NightInProgress as error:
        print(error.message.get(settings.lang), file=sys.stderr)
        return 1
    print(DONE[settings.lang].format(release=decision.release, instead_of=decision.instead_of or "-"))
    return 0
