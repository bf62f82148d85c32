"""`mojoraya status`: the last night, the release that stands, and the state of every source."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cli.output import print_table

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.settings import Settings

HELP = "keadaan: malam terakhir, rilis, kesegaran sumber / last night, release, freshness"
STATES = {
    "bundled": {"id": "berkas bawaan, tidak pernah usang", "en": "bundled file, never stale"},
    "new": {"id": "edisi baru diterima", "en": "new edition taken"},
    "unchanged": {"id": "penerbit belum mengubahnya", "en": "the publisher has not changed it"},
    "refused": {
        "id": "berkas terbaru kami tolak, memakai yang lama",
        "en": "we refused the newest file, the older stands",
    },
    "unreachable": {
        "id": "penerbit tidak terjangkau, memakai yang lama",
        "en": "publisher not reached, the older stands",
    },
    "not_run": {"id": "kami belum menjalankannya", "en": "we did not run"},
}
MISSED = {
    "id": "Perhatian      : malam {due} belum dijalankan; hidupkan mojoraya serve, atau ketik mojoraya run",
    "en": "Attention      : the night of {due} was not run; start mojoraya serve, or type mojoraya run",
}
PUBLISHED = {
    "id": "Cermin         : {url}, rilis {release} sejak {since}",
    "en": "Mirror         : {url}, release {release} since {since}",
}
BEHIND = {"id": "; belum rilis yang berlaku", "en": "; not yet the release in force"}
TRIGGERS = {
    "command": {"id": "perintah", "en": "command"},
    "schedule": {"id": "jadwal", "en": "schedule"},
    "rebuild": {"id": "susun ulang", "en": "rebuild"},
    "deployment": {"id": "deployment", "en": "deployment"},
}


def add(parser: argparse.ArgumentParser) -> None:
    """Text, or --json for monitoring."""
    parser.add_argument("--json", action="store_true", help="keluaran JSON / JSON output")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the state; the exit code is the last night's (0, 3 or 1), at least 3 when a night did not run on time.

    It is 1 when nothing ever ran.
    """
    found = state(settings, datetime.now(UTC))
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    else:
        _print(found, settings)
    return int(found["exit_code"])


def state(settings: Settings, now: datetime) -> dict[str, Any]:
    """Last night, current release and sources as plain values; the shape of --json."""
    from flows.freshness import missed_night, next_night
    from flows.ledger import runs
    from flows.mirror_night import last_published
    from warehouse.shelf import current_release

    nights = runs(settings)
    last = {name: value for name, value in nights[-1].items() if name != "fetched"} if nights else None
    release = current_release(settings.data)
    begun = [night["started_at"] for night in nights if night["trigger"] != "rebuild"]
    missed = missed_night(settings, begun[-1] if begun else None, now)
    code = last["exit_code"] if last else 1
    return {
        "exit_code": code or (3 if missed else 0),
        "nights": len(nights),
        "last_night": last,
        "missed_night": missed,
        "release": release.id if release else None,
        "release_path": str(release.path) if release else None,
        "release_built_at": release.built_at.isoformat() if release else None,
        "release_age_hours": round((now - release.built_at).total_seconds() / 3600, 1) if release else None,
        "schedule": {"cron": settings.cron, "timezone": settings.timezone},
        "next_night": next_night(settings, now),
        "quarantined": last["quarantined"] if last else 0,
        "disk": _disk(settings),
        "published": last_published(settings.data),
        "sources": _sources(settings, release.path, missed=missed is not None) if release else [],
    }


def _disk(settings: Settings) -> dict[str, int]:
    """Bytes that the data folder takes, in all and for what cannot be made again, and bytes that are free there."""
    from shutil import disk_usage

    from warehouse.disk import used_bytes

    return {
        "used": used_bytes(settings.data),
        "snapshots": used_bytes(settings.data / "snapshots"),
        "free": disk_usage(settings.data).free if settings.data.is_dir() else 0,
    }


def _sources(settings: Settings, release: Path, *, missed: bool) -> list[dict[str, Any]]:
    """What the release says of each source, brought up to the last night that tried to fetch it."""
    from flows.freshness import attempts, state_of
    from warehouse.query import as_dicts, query

    tried = attempts(settings)
    sources = as_dicts(query(release, "SELECT * FROM meta.freshness ORDER BY source"))
    for row in sources:
        attempt = tried.get(row["source"])
        refused = row["refused_snapshot"] is not None
        row["state"] = state_of(attempt, bundled=row["bundled"], refused=refused, missed=missed)
        row["tried_at"] = attempt.tried_at if attempt else None
        row["state_since"] = attempt.since if attempt else None
        if attempt is not None and not refused:
            row["reason_id"], row["reason_en"] = attempt.message_id or None, attempt.message_en or None
    return sources


def _print(found: dict[str, Any], settings: Settings) -> None:
    lang = settings.lang
    last = found["last_night"]
    if last is None:
        print("Belum pernah dijalankan. Ketik: mojoraya run" if lang == "id" else "Never run. Type: mojoraya run")
        return
    trigger = TRIGGERS.get(last["trigger"], {"id": last["trigger"], "en": last["trigger"]})[lang]
    words = {
        "id": ("Malam terakhir", "Rilis", "Jadwal", "terbit" if last["release"] else "tidak terbit", "Diska"),
        "en": ("Last night", "Release", "Schedule", "published" if last["release"] else "nothing published", "Disk"),
    }[lang]
    when = f"{_here(last['started_at'], settings)} {settings.timezone}"
    print(f"{words[0]:<15}: {when}, {trigger}, {words[3]} ({found['exit_code']})")
    built = _here(found["release_built_at"], settings)
    print(f"{words[1]:<15}: {found['release'] or '-'}" + (f" ({built})" if built else ""))
    due = _here(str(found["next_night"]) if found["next_night"] else None, settings)
    coming = {"id": f"; berikutnya {due}", "en": f"; next {due}"}[lang] if due else ""
    print(f"{words[2]:<15}: {settings.cron} {settings.timezone} (mojoraya serve){coming}")
    print(f"{words[4]:<15}: {_disk_line(found['disk'], lang)}")
    mirrored = found["published"]
    if mirrored:
        since = _here(mirrored["published_at"], settings)
        line = PUBLISHED[lang].format(url=mirrored["url"], release=mirrored["release"], since=since)
        print(line + (BEHIND[lang] if mirrored["release"] != found["release"] else ""))
    if found["missed_night"]:
        print(MISSED[lang].format(due=_here(str(found["missed_night"]), settings)))
    print()
    header = {"id": ("sumber", "keadaan", "berkas sejak", "dicoba"), "en": ("source", "state", "file since", "tried")}
    rows = [
        (row["source"], STATES[row["state"]][lang], row["first_seen"], _here(row["tried_at"], settings))
        for row in found["sources"]
    ]
    print_table(header[lang], rows)
    problems = last["problems_en"] if lang == "en" else last["problems_id"]
    if problems:
        print("\n" + ("Needs attention:" if lang == "en" else "Perlu perhatian:"))
        for problem in problems:
            print(f"  - {problem}")


def _disk_line(disk: dict[str, int], lang: str) -> str:
    """Disk use in megabytes."""
    used, snapshots, free = (f"{disk[name] / 1e6:,.0f} MB" for name in ("used", "snapshots", "free"))
    if lang == "en":
        return f"{used} used, {snapshots} of them publishers' files; {free} free"
    used, snapshots, free = (text.replace(",", ".") for text in (used, snapshots, free))
    return f"terpakai {used}, di antaranya berkas penerbit {snapshots}; sisa {free}"


def _here(moment: str | None, settings: Settings) -> str:
    """A point in time to the minute in the time zone of the settings; empty when there is none."""
    if not moment:
        return ""
    return f"{datetime.fromisoformat(moment).astimezone(ZoneInfo(settings.timezone)):%Y-%m-%d %H:%M}"
