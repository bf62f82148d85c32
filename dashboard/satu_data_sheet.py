"""satu-data.xlsx: the same metadata as satu-data.json, as sheets for the walidata."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from catalog.load import Catalog
from dashboard.meeting_tables import read
from dashboard.satu_data import NO, YES, MsInd, MsVar, SatuData, Statement, satu_data
from dashboard.workbook_cells import Book, Cell, Column, Sheet, new_book

# Fields that hold sentences need room; the others are words.
WIDE = {"definisi": 48, "interpretasi": 36, "metode_rumus": 40, "putus_seri": 36, "penggabungan": 28}
NARROW = {"kode_sdsn": 12, "komposit": 10, "akses_umum": 10, "satuan": 13, "ukuran": 13, "tipe_data": 10}


def satu_data_workbook(release: Path, catalog: Catalog) -> bytes:
    """The workbook of the metadata, equal bytes for equal releases; lists stand in one cell, a line each."""
    data = satu_data(release, catalog)
    days = [row["first_seen"] for row in read(release, "core_snapshot", ["first_seen"])]
    into = BytesIO()
    with new_book("Metadata Satu Data Indonesia", max(days, default=None), into) as book:
        _statements(book, "MS-Ind", "Metadata statistik indikator (MS-Ind)", MsInd, data.ms_ind, data)
        _statements(book, "MS-Var", "Metadata statistik variabel (MS-Var)", MsVar, data.ms_var, data)
        notes = Sheet(book, "catatan", "Catatan", [data.standar], [Column("Catatan", "Catatan", 120)])
        for note in data.catatan:
            notes.row([Cell(note)])
        notes.finish(frozen=0, footer=data.standar, filtered=False)
    return into.getvalue()


def _statements(
    book: Book, name: str, title: str, model: type[Statement], rows: Sequence[Statement], data: SatuData
) -> None:
    fields = model.model_fields
    columns = [
        Column(item.title or field, item.title or field, WIDE.get(field, NARROW.get(field, 22)))
        for field, item in fields.items()
    ]
    sheet = Sheet(book, name, title, [data.standar], columns)
    for row in rows:
        sheet.row([Cell(in_cell(getattr(row, field)), "text") for field in fields])
    sheet.finish(frozen=3, footer=data.standar)


def in_cell(value: object) -> str:
    """A field as it stands in a cell: yes or no in words, a list a line each."""
    if isinstance(value, bool):
        return YES if value else NO
    return "\n".join(str(item) for item in value) if isinstance(value, list) else str(value)
