"""`mojoraya releases`: the whole releases on the shelf, newest first, and the tags that keep some for good."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "daftar rilis / list the releases"
COLUMNS = {
    "id": ("rilis", "terkini", "dibuat", "induk", "angka", "folder", "tag"),
    "en": ("release", "current", "built_at", "parent", "figures", "folder", "tag"),
}
WORDS = {
    "id": {
        "tagged": "Rilis {release} diberi tag '{name}' dan tidak akan dihapus; terbuka juga lewat data/tags/{name}.",
        "untagged": "Tag '{name}' dihapus.",
        "no_tag": "Tidak ada tag '{name}'.",
        "bad_tag": "'{name}' bukan tag: hanya huruf, angka, titik, garis bawah, dan tanda hubung.",
        "no_release": "Tidak ada rilis itu. Lihat: mojoraya releases",
    },
    "en": {
        "tagged": "The release {release} has the tag '{name}' and is kept for good; data/tags/{name} opens it too.",
        "untagged": "The tag '{name}' is gone.",
        "no_tag": "There is no tag '{name}'.",
        "bad_tag": "'{name}' is no tag: letters, digits, points, underscores and hyphens only.",
        "no_release": "There is no such release. See: mojoraya releases",
    },
}


def add(parser: argparse.ArgumentParser) -> None:
    """A listing, or a tag set or taken away."""
    parser.add_argument("release", nargs="?", help="id rilis untuk --tag; bawaan: terkini / release to tag; current")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--tag", metavar="NAME", help="beri tag, agar disimpan selamanya / tag it, to keep it for good")
    group.add_argument("--untag", metavar="NAME", help="hapus tag / take a tag away")
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One row per release; 1 when there is none, 2 for a tag that cannot be."""
    from cli.current import release_or_complain
    from warehouse.shelf import list_releases, tags

    if args.tag or args.untag:
        return _tag(args, settings)
    named: dict[str, list[str]] = {}
    for name, release_id in tags(settings.data).items():
        named.setdefault(release_id, []).append(name)
    current = release_or_complain(settings)
    rows = [
        (
            item.id,
            "*" if current is not None and item.path.resolve() == current else "",
            item.built_at,
            item.parent,
            item.counts.get("core.observation"),
            str(item.path),
            ", ".join(named.get(item.id, [])),
        )
        for item in list_releases(settings.data)
    ]
    show(COLUMNS[settings.lang], rows, args)
    return 0 if current is not None else 1


def _tag(args: argparse.Namespace, settings: Settings) -> int:
    from cli.current import are_ids_or_complain
    from warehouse.shelf import ReleaseMissing, current_release, tag_release, untag_release

    words, name = WORDS[settings.lang], args.tag or args.untag
    if args.untag:
        done = untag_release(settings.data, name)
        print(words["untagged" if done else "no_tag"].format(name=name), file=sys.stdout if done else sys.stderr)
        return 0 if done else 2
    if not are_ids_or_complain([args.release], settings):
        return 2
    current = current_release(settings.data)
    chosen = args.release or (current.id if current else "")
    try:
        tag_release(settings.data, name, chosen)
    except ReleaseMissing:
        print(words["no_release"], file=sys.stderr)
        return 2
    except ValueError:
        print(words["bad_tag"].format(name=name), file=sys.stderr)
        return 2
    print(words["tagged"].format(release=chosen, name=name))
    return 0
