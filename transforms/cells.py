"""Every cell of a file that is no CSV, hidden sheets included: what the door looks through before bytes are kept."""

from __future__ import annotations

from catalog.contract import Contract
from catalog.formats import CsvFormat, WorkbookFormat
from transforms.grid import as_csv
from transforms.html_table import all_tables
from transforms.workbook import all_sheets


def cells_of(data: bytes, contract: Contract) -> list[str] | None:
    """One comma-separated text per sheet or table; None for CSV, whose bytes are its text.

    Raises `ContractMismatch` when the file cannot be opened within the contract's limits.
    """
    form = contract.format
    if isinstance(form, CsvFormat):
        return None
    if isinstance(form, WorkbookFormat):
        return [as_csv(grid.rows) for grid in all_sheets(data, form)]
    return [as_csv(table) for table in all_tables(data, form)]
