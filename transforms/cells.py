"""Every text of a file that is no CSV, hidden sheets included: what the door looks through before bytes are kept."""

from __future__ import annotations

from catalog.formats import CsvFormat, Format, WorkbookFormat
from transforms.grid import as_csv
from transforms.html_table import all_tables, outside_text
from transforms.unpacking import notes_of
from transforms.workbook import all_sheets


def cells_of(data: bytes, form: Format) -> list[str] | None:
    """One comma-separated text per sheet or table, then one of what stands beside cells; None for CSV.

    Beside cells stand sheet names, comments and drawings of a workbook, and the text around the tables of a page.
    A CSV file's bytes are its text. Raises `ContractMismatch` when the file cannot be opened within the limits.
    """
    if isinstance(form, CsvFormat):
        return None
    if isinstance(form, WorkbookFormat):
        sheets = all_sheets(data, form)
        texts = [as_csv(sheet.rows) for sheet in sheets]
        beside = [*(sheet.sheet or "" for sheet in sheets), *notes_of(data)]
    else:
        texts = [as_csv(table) for table in all_tables(data, form)]
        beside = [outside_text(data, form)]
    return [*texts, as_csv([[text] for text in beside])] if any(map(str.strip, texts)) else texts
