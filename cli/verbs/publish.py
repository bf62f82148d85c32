"""`mojoraya publish [URL]`: mirror the release in force to an object store."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "cerminkan rilis ke penyimpanan objek / mirror the release to an object store"
ATTENTION, FAILED, USAGE = 3, 1, 2
SENDING = {"id": "kirim   {name}", "en": "send    {name}"}


def add(parser: argparse.ArgumentParser) -> None:
    """Where to, which of the publishers' files, and how many releases stay there."""
    parser.add_argument(
        "url", nargs="?", help="s3://bucket/folder, file:///mnt/...; bawaan / default: MOJORAYA_PUBLISH"
    )
    parser.add_argument(
        "--snapshots",
        choices=("open", "all", "none"),
        help="berkas penerbit: yang sudah terbit (bawaan), semua, tidak ada / publishers' files: open, all, none",
    )
    parser.add_argument("--keep", type=int, metavar="N", help="rilis yang disimpan di sana / releases kept there (3)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 when published, 3 with something to see to, 1 when readers still see what they saw before, 2 when mistyped."""
    from flows.mirror_night import problems, publish_to, told
    from flows.mirror_refusals import PublishRefused

    lang = settings.lang
    given = {"publish_snapshots": args.snapshots, "publish_keep": args.keep}
    chosen = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    if chosen.publish_keep < 2:  # noqa: PLR2004  the one in force and the one before it
        print("--keep: 2 atau lebih / two or more", file=sys.stderr)
        return USAGE
    try:
        found = publish_to(chosen, args.url, lambda name: print(SENDING[lang].format(name=name), flush=True))
    except PublishRefused as refusal:
        print(refusal.message.get(lang), file=sys.stderr)
        return USAGE if refusal.usage else FAILED
    for line in told(found, lang):
        print(line)
    faults = problems(found)
    for fault in faults:
        print(fault.get(lang), file=sys.stderr)
    return ATTENTION if faults else 0
