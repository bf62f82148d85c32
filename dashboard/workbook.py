"""ringkasan.xlsx: a release for a meeting, without macros and formulas, equal bytes for equal releases."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from catalog.load import Catalog
from dashboard.meeting_tables import read, read_tables
from dashboard.terms import load_terms
from dashboard.workbook_cells import new_book
from dashboard.workbook_figures import change_sheet, domain_sheet, sector_sheet
from dashboard.workbook_notes import notes_sheet
from dashboard.workbook_words import Words

# Sheet, title in two languages, domain of the catalog.
DOMAIN_SHEETS = (
    ("kemiskinan", "Kemiskinan dan pembangunan manusia / Poverty and human development", "poverty"),
    ("ekonomi", "Ekonomi, ketenagakerjaan, dan keuangan daerah / Economy, labour and local finance", "economy"),
    ("layanan", "Penduduk dan layanan dasar / Population and basic services", "services"),
)


def workbook(release: Path, catalog: Catalog) -> bytes:
    """The workbook of the release in the directory `release`, from its parquet files and the catalog's words alone."""
    tables, sources = read_tables(release, catalog), read(release, "core_source")
    words = Words(catalog, load_terms(), {row["source"]: number for number, row in enumerate(sources, start=1)})
    names = ", ".join(group[0].name for group in tables.groups)
    into = BytesIO()
    with new_book(f"Ringkasan {names}", tables.seen, into) as book:
        for name, title, domain in DOMAIN_SHEETS:
            domain_sheet(book, name, f"{names}: {title}", domain, tables, words)
        industries = f"{names}: PDRB menurut lapangan usaha / GRDP by industry"
        sector_sheet(book, "sektor", industries, read(release, "joint_economy_sector"), tables, words)
        changed = f"{names}: perubahan sejak rilis sebelumnya / Changes since the release before"
        change_sheet(book, "perubahan", changed, release, tables, words)
        notes = f"{names}: catatan, definisi, dan sumber / Notes, definitions and sources"
        notes_sheet(book, "catatan", notes, sources, tables, words)
    return into.getvalue()
