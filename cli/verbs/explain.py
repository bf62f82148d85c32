"""`mojoraya explain INDICATOR REGION PERIOD`: why a figure is what it is, down to the publisher's cells."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "jelaskan satu angka sampai ke sel sumbernya / explain one figure down to its cells"
OLDER = {
    "id": "Rilis ini dibuat sebelum rilis dapat dijelaskan. Jalankan dahulu: mojoraya run",
    "en": "This release is older than explaining. Run first: mojoraya run",
}


def add(parser: argparse.ArgumentParser) -> None:
    """What is asked about, and the form of the answer."""
    parser.add_argument("indicator", help="id indikator / indicator id (mojoraya indicators)")
    parser.add_argument("region", help="35.76, 'kota mojokerto', mojokerto-raya")
    parser.add_argument("period", help="tahun / year")
    parser.add_argument("--breakdown", default="_T", help="rincian / breakdown, e.g. sector=C, facility=PUSKESMAS")
    parser.add_argument("--measure", default="value", help="ukuran / measure: value, share, gap, rank, ...")
    parser.add_argument("--json", action="store_true", help="keluaran JSON / JSON output")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the explanation, of a missing figure too; 2 when the question cannot be understood, 1 without a release."""
    from catalog.load import load_catalog
    from cli.current import release_or_complain
    from warehouse.asking import key_of, measure_of, nothing
    from warehouse.book import OlderRelease, load_book
    from warehouse.explain import NothingToExplain, explain
    from warehouse.query import QueryError
    from warehouse.telling import tell

    release = release_or_complain(settings)
    if release is None:
        return 1
    catalog = load_catalog(settings.catalog)
    measure = measure_of(args.measure)
    try:
        book = load_book(release)
    except OlderRelease:
        print(OLDER[settings.lang], file=sys.stderr)
        return 1
    except QueryError as error:
        print(error, file=sys.stderr)
        return 1
    key = key_of(book, catalog, args.indicator, args.region, args.period, args.breakdown)
    try:
        found = explain(book, key, measure, settings.lang, catalog)
    except NothingToExplain:
        raise nothing(book, key, measure) from None
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(tell(found, catalog, settings.lang))
    return 0
