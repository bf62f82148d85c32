"""What somebody asked of a table made of records, as a key of the release; else the nearest that can be meant."""

from __future__ import annotations

import difflib

from catalog.load import Catalog
from transforms.values import TOTAL
from warehouse.asking import FEW, NotUnderstood, either, region_of, unknown
from warehouse.record_book import RecordBook, RecordKey, plain
from warehouse.record_measures import RecordTable, breakdown_of, load_record_measures


def record_key(
    book: RecordBook, catalog: Catalog, indicator: str, region: str, period: str, breakdown: str, measure: str
) -> RecordKey | None:
    """The measure that is asked for as "table.column", or as the table and its `measure`; None for an indicator.

    Without a breakdown it is the row of all categories or programmes, or the only one there is; real figures go
    before examples. Raises `NotUnderstood` with one sentence and what there is.
    """
    tables = load_record_measures().by_name
    name, _, column = indicator.strip().lower().removeprefix("joint.").partition(".")
    if name not in tables:
        return None
    table = tables[name]
    column = column or ("" if measure == "value" else measure)
    if column not in table.by_column:
        raise _no_column(table, column)
    known = {row["region_code"] for row in book.rows(f"joint.{name}")}
    place = region if region in known else region_of(book.book, catalog, region)
    rows = book.at(table, place, period.strip())
    if not rows:
        raise _no_period(book, table, place, period)
    offers = list(dict.fromkeys(breakdown_of(table, row) for row in rows))
    found = [offer for offer in offers if breakdown in {offer, plain(offer)}]
    if not found and breakdown == TOTAL and len({plain(offer) for offer in offers}) == 1:
        found = offers
    if not found:
        raise _no_breakdown(f"{name}.{column} {place} {period}", breakdown, offers)
    return RecordKey(name, column, place, period.strip(), found[0])


def _no_column(table: RecordTable, column: str) -> NotUnderstood:
    near = difflib.get_close_matches(column, table.by_column, n=FEW) or list(table.by_column)
    if column:
        return unknown("measure", "ukuran", f"{table.name}.{column}", [f"{table.name}.{name}" for name in near])
    listed = [f"{table.name}.{name}" for name in table.by_column]
    return NotUnderstood(
        f"which measure of joint.{table.name}? There is {either(listed, 'and')}",
        f"ukuran joint.{table.name} yang mana? Yang ada {either(listed, 'dan')}",
    )


def _no_period(book: RecordBook, table: RecordTable, region: str, period: str) -> NotUnderstood:
    there = sorted({str(row[table.period]) for row in book.rows(f"joint.{table.name}") if row["region_code"] == region})
    if there:
        return NotUnderstood(
            f"joint.{table.name} {region}: nothing for {period}; there is {', '.join(there)}",
            f"joint.{table.name} {region}: tidak ada untuk {period}; yang ada {', '.join(there)}",
        )
    regions = sorted({row["region_code"] for row in book.rows(f"joint.{table.name}")})
    if not regions:
        return NotUnderstood(
            f"joint.{table.name} is empty: no records are in force", f"joint.{table.name} kosong: belum ada catatan"
        )
    near = difflib.get_close_matches(region, regions, n=FEW, cutoff=0.4) or regions[:FEW]
    return NotUnderstood(
        f"joint.{table.name}: nothing on {region}; there is {either(near, 'and')}",
        f"joint.{table.name}: tidak ada untuk {region}; yang ada {either(near, 'dan')}",
    )


def _no_breakdown(what: str, breakdown: str, offers: list[str]) -> NotUnderstood:
    near = difflib.get_close_matches(breakdown, offers, n=FEW, cutoff=0.3) or offers[:FEW]
    return NotUnderstood(
        f"{what}: there is --breakdown {either([repr(offer) for offer in near], 'or')}",
        f"{what}: yang ada --breakdown {either([repr(offer) for offer in near], 'atau')}",
    )
