"""`mojoraya diff [OLD [NEW]]`: every value that appeared, vanished or changed between two releases, and why."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings
    from warehouse.shelf import ReleaseInfo

HELP = "apa yang berubah di antara dua rilis / what changed between two releases"
SHOWN = ("indicator", "region_code", "period", "breakdown", "kind", "old", "new", "old_status", "new_status", "reason")
FIELDS = (*SHOWN, "old_text", "new_text")
COLUMNS = {
    "id": (
        "indikator",
        "wilayah",
        "periode",
        "rincian",
        "jenis",
        "lama",
        "baru",
        "status lama",
        "status baru",
        "alasan",
    ),
    "en": SHOWN,
}
KINDS = {
    "appeared": {"id": "muncul", "en": "appeared"},
    "vanished": {"id": "hilang", "en": "vanished"},
    "changed": {"id": "berubah", "en": "changed"},
}
WORDS = {
    "id": {
        "none": "Tidak ada rilis '{given}', atau lebih dari satu yang cocok. Lihat: mojoraya releases",
        "alone": "Tidak ada rilis sebelumnya untuk dibandingkan. Lihat: mojoraya releases",
        "same": "Dari {old} ke {new}: tidak ada nilai gabungan yang berubah.",
        "count": "Dari {old} ke {new}: {count} nilai gabungan ({reasons}).",
    },
    "en": {
        "none": "There is no release '{given}', or more than one matches. See: mojoraya releases",
        "alone": "There is no earlier release to compare it with. See: mojoraya releases",
        "same": "From {old} to {new}: no joint value has changed.",
        "count": "From {old} to {new}: {count} joint values ({reasons}).",
    },
}


def add(parser: argparse.ArgumentParser) -> None:
    """Which two releases; a listing."""
    parser.add_argument("old", nargs="?", help="rilis lama, bawaan: induk rilis baru / older release")
    parser.add_argument("new", nargs="?", help="rilis baru, bawaan: rilis terkini / newer release")
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One row per change; 1 when there is no release or nothing to compare it with, 2 for an unknown one."""
    from cli.current import release_or_complain
    from warehouse.changes import changes_between
    from warehouse.shelf import ReleaseMissing, list_releases

    current, words = release_or_complain(settings), WORDS[settings.lang]
    if current is None:
        return 1
    shelf = list_releases(settings.data)
    new = _named(args.new or current.name, shelf)
    old = _named(args.old or (new.parent or "" if new else ""), shelf)
    if new is None or (old is None and args.old):
        print(words["none"].format(given=args.new if new is None else args.old), file=sys.stderr)
        return 2
    if old is None:
        print(words["alone"], file=sys.stderr)
        return 1
    try:
        rows = changes_between(old.path, new.path)
    except ReleaseMissing as error:
        print(error, file=sys.stderr)
        return 1
    if args.csv or args.json:
        show(FIELDS, [[row[name] for name in FIELDS] for row in rows], args)
    else:
        _print(rows, old.id, new.id, args, settings.lang)
    return 0


def _named(given: str, shelf: list[ReleaseInfo]) -> ReleaseInfo | None:
    """The one release whose id is, begins or ends with what was given."""
    exact = [item for item in shelf if item.id == given]
    found = exact or [item for item in shelf if given and (item.id.startswith(given) or item.id.endswith(given))]
    return found[0] if len(found) == 1 else None


def _print(rows: list[dict[str, Any]], old: str, new: str, args: argparse.Namespace, lang: str) -> None:
    if not rows:
        print(WORDS[lang]["same"].format(old=old, new=new))
        return
    from catalog.codes import code_label

    counts = Counter(row["reason"] for row in rows)
    reasons = ", ".join(
        f"{code_label('change_reason', name).get(lang)} {count}" for name, count in counts.most_common()
    )
    print(WORDS[lang]["count"].format(old=old, new=new, count=len(rows), reasons=reasons))
    print()
    said = [
        {
            **row,
            "kind": KINDS[row["kind"]][lang],
            "reason": code_label("change_reason", row["reason"]).get(lang),
            **{name: row[name] if row[f"{name}_text"] is None else row[f"{name}_text"] for name in ("old", "new")},
        }
        for row in rows
    ]
    show(COLUMNS[lang], [[row[name] for name in SHOWN] for row in said], args)
