"""`mojoraya status`: the last night, the release that stands, and the state of every source."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cli.output import print_table

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "keadaan: malam terakhir, rilis, kesegaran sumber / last night, release, freshness"
STATES = {
    "bundled": {"id": "berkas bawaan, tidak pernah usang", "en": "bundled file, never stale"},
    "current": {"id": "terkini", "en": "current"},
    "refused": {"id": "berkas terbaru ditolak, memakai yang lama", "en": "newest file refused, the older one stands"},
    "not_run": {"id": "belum pernah dibaca", "en": "never read"},
}
TRIGGERS = {
    "command": {"id": "perintah", "en": "command"},
    "schedule": {"id": "jadwal", "en": "schedule"},
    "deployment": {"id": "deployment", "en": "deployment"},
}


def add(parser: argparse.ArgumentParser) -> None:
    """Text, or --json for monitoring."""
    parser.add_argument("--json", action="store_true", help="keluaran JSON / JSON output")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the state; the exit code is the last night's (0, 3 or 1), 1 when nothing ever ran."""
    found = state(settings)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    else:
        _print(found, settings)
    return int(found["exit_code"])


def state(settings: Settings) -> dict[str, Any]:
    """Last night, current release and sources as plain values; the shape of --json."""
    from flows.ledger import runs
    from warehouse.query import query
    from warehouse.shelf import current_release

    nights = runs(settings)
    last = nights[-1] if nights else None
    release = current_release(settings.data)
    sources: list[dict[str, Any]] = []
    if release is not None:
        columns, rows = query(release.path, "SELECT * FROM meta.freshness ORDER BY source")
        sources = [dict(zip(columns, row, strict=True)) for row in rows]
    return {
        "exit_code": last["exit_code"] if last else 1,
        "nights": len(nights),
        "last_night": last,
        "release": release.id if release else None,
        "release_path": str(release.path) if release else None,
        "schedule": {"cron": settings.cron, "timezone": settings.timezone},
        "sources": sources,
    }


def _print(found: dict[str, Any], settings: Settings) -> None:
    lang = settings.lang
    last = found["last_night"]
    if last is None:
        print("Belum pernah dijalankan. Ketik: mojoraya run" if lang == "id" else "Never run. Type: mojoraya run")
        return
    when = datetime.fromisoformat(last["started_at"]).astimezone(ZoneInfo(settings.timezone))
    trigger = TRIGGERS.get(last["trigger"], {"id": last["trigger"], "en": last["trigger"]})[lang]
    words = {
        "id": ("Malam terakhir", "Rilis", "Jadwal", "terbit" if last["release"] else "tidak terbit"),
        "en": ("Last night", "Release", "Schedule", "published" if last["release"] else "nothing published"),
    }[lang]
    print(f"{words[0]:<15}: {when:%Y-%m-%d %H:%M} {settings.timezone}, {trigger}, {words[3]} ({found['exit_code']})")
    print(f"{words[1]:<15}: {found['release'] or '-'}")
    print(f"{words[2]:<15}: {settings.cron} {settings.timezone} (mojoraya serve)")
    print()
    header = ("sumber", "keadaan", "sejak") if lang == "id" else ("source", "state", "since")
    rows = [(row["source"], STATES[row["state"]][lang], row["first_seen"]) for row in found["sources"]]
    print_table(header, rows)
    problems = last["problems_en"] if lang == "en" else last["problems_id"]
    if problems:
        print("\n" + ("Needs attention:" if lang == "en" else "Perlu perhatian:"))
        for problem in problems:
            print(f"  - {problem}")
