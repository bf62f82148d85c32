"""`mojoraya accept SNAPSHOT --reason ...`: a file that history rules refuse is right after all."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "terima berkas yang ditolak aturan riwayat / accept a file that history rules refuse"
SHORTEST = 8
WORDS = {
    "id": {
        "short": f"Sebutkan sedikitnya {SHORTEST} digit pertama dari SHA-256 berkasnya.",
        "none": "Tidak ada berkas {given} di catatan. Lihat: mojoraya status",
        "not_refused": "Berkas {given} tidak sedang ditolak oleh aturan riwayat; tidak ada yang dicatat.",
        "done": "Dicatat: {source} {sha256} diterima. Berlaku pada malam berikutnya: mojoraya run",
    },
    "en": {
        "short": f"Give at least the first {SHORTEST} digits of the file's SHA-256.",
        "none": "There is no file {given} in the log. See: mojoraya status",
        "not_refused": "The file {given} is not refused by a history rule at present; nothing was logged.",
        "done": "Logged: {source} {sha256} is accepted. It counts from the next night on: mojoraya run",
    },
}


def add(parser: argparse.ArgumentParser) -> None:
    """Which snapshot, and why."""
    parser.add_argument("snapshot", help="awal SHA-256 berkas / beginning of the file's SHA-256")
    parser.add_argument("--reason", required=True, help="alasannya / the reason, kept in the log")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Log the decision; 2 when the snapshot is unknown or no history rule refuses it."""
    from flows.declared import load_contracts
    from flows.stages import judge_source, today
    from sources.store import Acceptance, SnapshotStore

    words, given = WORDS[settings.lang], args.snapshot.lower()
    store = SnapshotStore(settings.data)
    found = {(entry.source, entry.sha256) for entry in store.entries() if entry.sha256.startswith(given)}
    if len(given) < SHORTEST or len(found) != 1:
        print((words["short"] if len(given) < SHORTEST else words["none"]).format(given=given), file=sys.stderr)
        return 2
    source, sha256 = found.pop()
    contracts, _ = load_contracts(settings)
    judged = judge_source(settings, contracts[source]) if source in contracts else []
    refused = [item.refused for item in judged if item.entry.sha256 == sha256 and item.refused is not None]
    if not refused or refused[-1].gate != "history":
        print(words["not_refused"].format(given=given), file=sys.stderr)
        return 2
    store.accept(Acceptance(source, sha256, args.reason, today(settings)))
    print(words["done"].format(source=source, sha256=sha256[:12]))
    return 0
