"""The sheets of figures: a domain's newest figures with five years behind them, industries, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from catalog.codes import load_codes
from dashboard.meeting_tables import Place, Row, Tables, change_of, described, read
from dashboard.workbook_cells import Book, Cell, Column, Sheet
from dashboard.workbook_words import Words, both, form

YEARS = 5
# Widths are made for A4 across: some 200 characters print at two thirds of their size.
NARROW = 9.0
FIGURES = (
    Column("Indikator", "Indicator", 28),
    Column("Wilayah", "Region", 16),
    Column("Satuan", "Unit", 13),
    Column("Tahun", "Year", 6),
    Column("Nilai", "Value", NARROW),
    Column("Perubahan setahun", "Change in a year", 12),
    Column("Status", "Status", 11),
    Column("Cara", "Method", 14),
    Column("Bukti terlemah", "Weakest evidence", 13),
    Column("Sumber", "Source", 12),
    Column("Keterangan", "Remarks", 32),
)
SECTORS = (
    Column("Wilayah", "Region", 16),
    Column("Tahun", "Year", 6),
    Column("Kode", "Code", 6),
    Column("Lapangan usaha", "Industry", 42),
    Column("PDRB ADHK 2010, juta rupiah", "GRDP at 2010 prices, million rupiah", 16),
    Column("Andil, persen", "Share, percent", 10),
    Column("Pertumbuhan, persen", "Growth, percent", 12),
    Column("Sumbangan, poin persen", "Contribution, percentage points", 13),
    Column("Status", "Status", 11),
    Column("Cara", "Method", 14),
    Column("Bukti terlemah", "Weakest evidence", 13),
    Column("Keterangan", "Remarks", 32),
)
CHANGES = (
    Column("Indikator", "Indicator", 28),
    Column("Wilayah", "Region", 18),
    Column("Periode", "Period", 8),
    Column("Rincian", "Breakdown", 22),
    Column("Jenis", "Kind", 11),
    Column("Sebelum", "Before", 15),
    Column("Sekarang", "Now", 15),
    Column("Satuan", "Unit", 13),
    Column("Status sebelum", "Status before", 12),
    Column("Status sekarang", "Status now", 12),
    Column("Alasan", "Reason", 22),
)
NOTHING_CHANGED = (
    "Tidak ada yang berubah dibanding rilis sebelumnya, atau ini rilis yang pertama. / "
    "Nothing changed against the release before, or this is the first release."
)
NO_INDUSTRIES = "Tidak ada PDRB menurut lapangan usaha dalam rilis ini: / There is no GRDP by industry in this release:"
DECIMALS = {"grdp_constant_2010": 0, "share": 2, "growth": 2, "contribution": 2}


def domain_sheet(book: Book, name: str, title: str, domain: str, tables: Tables, words: Words) -> None:
    """The wide indicators of a domain: per agglomeration, its members and their province, one row each."""
    items = [item for item in tables.indicators if item["domain"] == domain and item["wide"]]
    years = _last_years(items, tables)
    wide = _width(items, tables)
    fixed = [replace(column, width=wide) if column.width == NARROW else column for column in FIGURES]
    columns = [*fixed, *(Column(str(year), str(year), wide) for year in years)]
    words.used.clear()
    sheet = Sheet(book, name, title, _notices(words, tables), columns)
    for group in tables.groups:
        for item in items:
            for place in group:
                sheet.row(_figures(item, place, tables, words, years))
    _legend(sheet, words)
    sheet.finish(frozen=2, footer=words.terms.notice.joint.id)


def _last_years(items: Sequence[Row], tables: Tables) -> list[int]:
    """The five years up to the newest in which any place shown has a figure; none without figures."""
    wanted = {item["id"] for item in items}
    shown = {place.code for group in tables.groups for place in group}
    known = [
        year
        for (indicator, code), rows in tables.figures.items()
        if indicator in wanted and code in shown
        for year, row in rows.items()
        if row["value"] is not None
    ]
    return list(range(max(known) - YEARS + 1, max(known) + 1)) if known else []


def _width(items: Sequence[Row], tables: Tables) -> float:
    """How wide a column must be for the longest number of a sheet with its marks; a narrower one prints as ####."""
    shown = {place.code for group in tables.groups for place in group}
    numbers = [
        len(f"{row['value']:,.{item['decimals']}f}")
        for item in items
        for code in shown
        for row in tables.years(item["id"], code).values()
        if row["value"] is not None
    ]
    return max([NARROW, *(length + 2.0 for length in numbers)])


def _figures(item: Row, place: Place, tables: Tables, words: Words, years: Sequence[int]) -> Iterable[Cell]:
    """One indicator at one place: newest figure, what it is, and the years behind it."""
    rows, newest = tables.years(item["id"], place.code), tables.newest(item["id"], place.code)
    absent, decimals, terms = words.absent(item["id"], place), item["decimals"], words.terms
    yield Cell(f"{item['label_id']}\n{item['label_en']}", "strong" if place.joint else "text")
    yield Cell(place.name, "strong" if place.joint else "text")
    yield Cell(_told(item["unit_label_id"], item["unit_label_en"]))
    yield Cell(newest["year"] if newest else None, "number", "0")
    yield words.figure(newest, decimals, absent)
    if newest is None or newest["value"] is None:
        yield from (Cell(None) for _ in range(4))
        remarks = [words.missing(item["id"], newest["null_reason"] if newest else absent)]
    else:
        change = change_of(rows, newest["year"])
        yield Cell(change.value, "number", form(decimals, signed=True))
        yield Cell(both(terms.status_of(newest["obs_status"])))
        yield Cell(both(terms.method_of(newest["method"], newest["exactness"])))
        yield Cell(both(terms.evidence_of(newest["evidence"])))
        remarks = [newest["notice"]] if newest["notice"] else []
        if change.value is None:
            remarks.append(f"perubahan tidak dihitung / no change computed: {words.reason(change.reason)}")
        elif item["survey"]:
            remarks.append(f"perubahan {terms.notice.untested.id} / change {terms.notice.untested.en}")
    yield Cell(words.sources(newest["source"] if newest else None))
    shown = [row for row in (newest, *(rows.get(year) for year in years)) if row is not None]
    if any(row["synthetic"] for row in shown):
        remarks.insert(0, both(terms.notice.synthetic))
    yield Cell("; ".join(remarks), "quiet")
    yield from (words.figure(rows.get(year), decimals, absent) for year in years)


def sector_sheet(book: Book, name: str, title: str, rows: Sequence[Row], tables: Tables, words: Words) -> None:
    """GRDP by industry in the newest year of each place that has it, with share, growth and contribution."""
    words.used.clear()
    sheet = Sheet(book, name, title, _notices(words, tables), SECTORS)
    shown = [place for group in tables.groups for place in group]
    for place in dict.fromkeys(shown):
        own = [row for row in rows if row["region_code"] == place.code]
        years = [row["year"] for row in own if row["grdp_constant_2010"] is not None]
        for row in own:
            if row["year"] == max(years, default=None):
                sheet.row(_sector(row, place, words))
    if sheet.next == sheet.head + 1:
        sheet.row([Cell(f"{NO_INDUSTRIES} {words.reason(None)}.", "notice")])
    _legend(sheet, words)
    sheet.finish(frozen=4, footer=words.terms.notice.joint.id)


def _sector(row: Row, place: Place, words: Words) -> Iterable[Cell]:
    terms = words.terms
    base = "grdp_constant_2010"
    yield Cell(place.name, "strong" if place.joint else "text")
    yield Cell(row["year"], "number", "0")
    yield Cell(row["sector"])
    yield Cell(_told(row["sector_label_id"], row["sector_label_en"]))
    status = terms.status.get(row[f"{base}_status"] or "")
    marks = (status.mark if status else "") + (terms.synthetic_mark.mark if row["synthetic"] else "")
    for measure, decimals in DECIMALS.items():
        value = row[measure]
        if value is None:
            yield Cell(words.mark(row[f"{measure}_null_reason"]), "mark")
        else:
            yield Cell(value, "number", form(decimals, marks))
    yield Cell(both(terms.status_of(row[f"{base}_status"])))
    yield Cell(both(terms.method_of(row[f"{base}_method"], None)))
    yield Cell(both(terms.evidence_of(row[f"{base}_evidence"])))
    example = [both(terms.notice.synthetic)] if row["synthetic"] else []
    yield Cell("; ".join([*example, *([row["notice"]] if row["notice"] else [])]) or None, "quiet")


def change_sheet(book: Book, name: str, title: str, release: Path, tables: Tables, words: Words) -> None:
    """What appeared, vanished or changed since the release before, and why; the agglomerations and members first."""
    rows = read(release, "changes")
    regions = read(release, "core_region", ["code", "name", "valid_to"])
    names = {row["code"]: row["name"] for row in regions if row["valid_to"] is None}
    items: dict[str, Row | None] = {row["id"]: row for row in tables.indicators}
    for indicator in sorted({row["indicator"] for row in rows} - set(items)):
        items[indicator] = described(release, indicator)
    shown = dict.fromkeys(place.code for group in tables.groups for place in group)
    turn = {code: number for number, code in enumerate(shown)}
    sheet = Sheet(book, name, title, _notices(words, tables), CHANGES)
    for row in sorted(rows, key=lambda row: turn.get(row["region_code"], len(turn))):
        sheet.row(_change(row, items[row["indicator"]], names.get(row["region_code"]), words))
    if not rows:
        sheet.row([Cell(NOTHING_CHANGED, "notice")])
    sheet.finish(frozen=2, footer=words.terms.notice.joint.id, filtered=bool(rows))


def _change(row: Row, item: Row | None, place: str | None, words: Words) -> Iterable[Cell]:
    terms = words.terms
    kind, why = load_codes()["change_kind"].get(row["kind"]), load_codes()["change_reason"].get(row["reason"])
    yield Cell(f"{item['label_id']}\n{item['label_en']}" if item else row["indicator"])
    yield Cell(place or row["region_code"])
    yield Cell(row["period"])
    yield Cell(words.breakdown(row["breakdown"]))
    yield Cell(both(kind) if kind else row["kind"])
    yield from (_side(row, side, item) for side in ("old", "new"))
    yield Cell(_told(item["unit_label_id"], item["unit_label_en"]) or None if item else None)
    yield Cell(both(terms.status_of(row["old_status"])) if row["old_status"] else None)
    yield Cell(both(terms.status_of(row["new_status"])) if row["new_status"] else None)
    yield Cell(both(why) if why else row["reason"])


def _side(row: Row, side: str, item: Row | None) -> Cell:
    """What stood or stands: a number in the decimals of its indicator, or a text such as a class."""
    if row[side] is None:
        return Cell(row[f"{side}_text"])
    decimals = item["decimals"] if item else None
    return Cell(row[side], "number", "General" if decimals is None else form(decimals))


def _notices(words: Words, tables: Tables) -> list[str]:
    """What stands under the title of every sheet of figures."""
    seen = f"Data yang terlihat sampai / Data seen up to {tables.seen.isoformat()}. " if tables.seen else ""
    status = [f"{item.mark} {both(item.label)}" for item in words.terms.status.values() if item.mark]
    others = [f"{item.mark} {both(item.label)}" for item in (words.terms.break_mark, words.terms.synthetic_mark)]
    sources = f"S1, S2, ...: {both(words.terms.notice.sources)}"
    notes = [both(note) for note in words.terms.notes[:2]]
    return [*notes, f"{seen}{'; '.join(status)}; {sources}", "; ".join(others)]


def _legend(sheet: Sheet, words: Words) -> None:
    """The marks for missing figures that the sheet has used."""
    for mark, label in words.legend(set(words.used)):
        sheet.foot(f"{mark} {label}")


def _told(told: str, english: str) -> str:
    return told if told == english else f"{told} / {english}"
