"""`mojoraya quarantine`: what is held back, where it stands, why, since when, and whose it is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "daftar angka yang dikarantina / list what is in quarantine"
COLUMNS = {
    "id": ("sumber", "berkas", "baris", "kolom", "isi", "aturan", "sejak", "pemilik", "alasan"),
    "en": ("source", "file", "line", "column", "raw", "rule", "since", "owner", "reason"),
}
QUERY = """
    SELECT q.source, q.file, q.source_line, q.source_column, q.raw, q.rule,
           coalesce(s.first_seen, f.refused_first_seen) AS since, o.owner, q.message_{lang}
    FROM meta.quarantine AS q
    LEFT JOIN (SELECT source, snapshot, min(first_seen) AS first_seen FROM core.snapshot GROUP BY ALL) AS s
        USING (source, snapshot)
    LEFT JOIN meta.freshness AS f ON f.source = q.source
    LEFT JOIN core.source AS o ON o.source = q.source
    ORDER BY q.source, q.source_line, q.source_column, q.rule
"""
NOTHING = {"id": "Tidak ada angka yang dikarantina.", "en": "Nothing is in quarantine."}


def add(parser: argparse.ArgumentParser) -> None:
    """A listing."""
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One row per figure held back in the current release; 3 when there is any."""
    from cli.current import release_or_complain
    from warehouse.query import query

    release = release_or_complain(settings)
    if release is None:
        return 1
    _, rows = query(release, QUERY.format(lang=settings.lang))
    if not rows and not (args.csv or args.json):
        print(NOTHING[settings.lang])
        return 0
    show(COLUMNS[settings.lang], rows, args)
    return 3 if rows else 0
