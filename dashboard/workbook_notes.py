"""The sheet of notes: how to read the workbook, what indicators mean, where series break, where figures are from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.meeting_tables import Row, Tables
from dashboard.workbook_cells import Book, Cell, Column, Sheet
from dashboard.workbook_words import Words, both

NOTES = (
    Column("Perihal", "Subject", 30),
    Column("Rincian", "Detail", 20),
    Column("Keterangan", "In Indonesian", 52),
    Column("Dalam bahasa Inggris", "In English", 52),
    Column("Penerbit atau wilayah", "Publisher or regions", 22),
    Column("Acuan atau bukti", "Reference or evidence", 30),
)


def notes_sheet(book: Book, name: str, title: str, sources: Sequence[Row], tables: Tables, words: Words) -> None:
    """Notices, marks, definitions, breaks, and the sources with publication and evidence."""
    sheet = Sheet(book, name, title, [both(words.terms.notice.joint)], NOTES)
    for number, note in enumerate(words.terms.notes, start=1):
        sheet.row([Cell(f"Catatan {number} / Note {number}", "strong"), Cell(None), Cell(note.id), Cell(note.en)])
    sheet.section("Tanda / Marks")
    for row in _marks(words):
        sheet.row(row)
    sheet.section("Definisi indikator / Definitions of indicators")
    for item in tables.indicators:
        sheet.row(_definition(item))
    sheet.section("Putusnya seri / Breaks in series")
    for row in _breaks(tables, words):
        sheet.row(row)
    sheet.section("Sumber / Sources")
    for source in sources:
        sheet.row(_source(source, words))
    sheet.finish(frozen=1, footer=words.terms.notice.joint.id, filtered=False)


def _marks(words: Words) -> Iterable[list[Cell]]:
    """Marks behind numbers, and marks in place of numbers."""
    terms = words.terms
    signs = [*(item for item in terms.status.values() if item.mark), terms.break_mark, terms.synthetic_mark]
    for item in signs:
        yield [
            Cell("Tanda di belakang angka / Behind a number"),
            _short(item.mark),
            *_both(item.label.id, item.label.en),
        ]
    for code, reason in words.catalog.reasons.items():
        told = _both(reason.label.id, reason.label.en)
        yield [Cell("Tanda angka kosong / For a missing figure"), _short(words.mark(code)), *told]


def _short(text: str) -> Cell:
    return Cell(text, "strong")


def _both(told: str, english: str) -> tuple[Cell, Cell]:
    return Cell(told), Cell(english)


def _definition(item: Row) -> Iterable[Cell]:
    symbol = f" ({item['symbol']})" if item["symbol"] else ""
    yield Cell(f"{item['label_id']}{symbol}\n{item['label_en']}", "strong")
    yield Cell(f"{item['unit_label_id']} / {item['unit_label_en']}\n{item['id']}")
    yield from _both(item["definition_id"], item["definition_en"])
    yield Cell(item["producer"])
    yield Cell(f"{item['reference_id']} / {item['reference_en']}\n{item['method_version']}")


def _breaks(tables: Tables, words: Words) -> Iterable[list[Cell]]:
    """The declared breaks of the indicators in the release; regions by name, none meaning all."""
    regions = words.catalog.regions_by_code
    for row in tables.indicators:
        item = words.catalog.indicators.get(row["id"])
        for found in item.breaks if item else []:
            names = ", ".join(regions[code].name for code in found.regions) or "semua wilayah / all regions"
            told = _both(found.what.id, found.what.en)
            yield [Cell(f"{row['label_id']}\n{row['label_en']}", "strong"), _year(found.year), *told, Cell(names)]


def _year(year: int) -> Cell:
    return Cell(year, "number", "0")


def _source(row: Row, words: Words) -> Iterable[Cell]:
    example = f"{both(words.terms.notice.synthetic)}\n" if row["synthetic"] else ""
    note = [row[name] for name in ("evidence_note_id", "evidence_note_en") if row[name]]
    yield Cell(f"{words.source(row['source'])}  {row['source']}", "strong")
    yield Cell(f"{example}{both(words.terms.evidence_of(row['evidence']))}")
    yield Cell(f"{row['title_id']}\n{row['publication']}")
    yield Cell(row["title_en"])
    yield Cell(row["publisher"])
    yield Cell("\n".join(note) or None, "quiet")
