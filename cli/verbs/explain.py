"""`mojoraya explain INDICATOR REGION PERIOD`: why a figure is what it is, down to the publisher's cells."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "jelaskan satu angka sampai ke sel sumbernya / explain one figure down to its cells"
OLDER = {
    "id": "Rilis ini dibuat sebelum rilis dapat dijelaskan. Jalankan dahulu: mojoraya run",
    "en": "This release is older than explaining. Run first: mojoraya run",
}


def add(parser: argparse.ArgumentParser) -> None:
    """What is asked about, and the form of the answer."""
    parser.add_argument(
        "indicator",
        help="id indikator, atau tabel.kolom / indicator id, or table.column: service_complaints.complaints",
    )
    parser.add_argument("region", help="35.76, 'kota mojokerto', mojokerto-raya")
    parser.add_argument("period", help="tahun, triwulan, bulan / year, quarter, month: 2023, 2025-Q2, 2025-04")
    parser.add_argument("--breakdown", default="_T", help="rincian / breakdown, e.g. sector=C, category=sampah")
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
    from warehouse.record_asking import record_key
    from warehouse.record_book import RecordBook
    from warehouse.record_explain import explain_record
    from warehouse.record_telling import tell_record
    from warehouse.telling import tell

    release = release_or_complain(settings)
    if release is None:
        return 1
    catalog = load_catalog(settings.catalog)
    try:
        book = load_book(release, args.region)
    except OlderRelease:
        print(OLDER[settings.lang], file=sys.stderr)
        return 1
    except QueryError as error:
        print(error.message.get(settings.lang), file=sys.stderr)
        return 1
    records = RecordBook(release, book)
    asked = record_key(records, catalog, args.indicator, args.region, args.period, args.breakdown, args.measure)
    if asked is not None:
        told = explain_record(records, asked, catalog, settings.lang)
        _show(told, tell_record(told, catalog, settings.lang), as_json=args.json)
        return 0
    measure = measure_of(args.measure)
    key = key_of(book, catalog, args.indicator, args.region, args.period, args.breakdown)
    try:
        found = explain(book, key, measure, settings.lang, catalog)
    except NothingToExplain:
        raise nothing(book, key, measure) from None
    _show(found, tell(found, catalog, settings.lang), as_json=args.json)
    return 0


def _show(found: dict[str, Any], text: str, *, as_json: bool) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else text)
