"""Read a sheet of an XLSX, XLS or ODS workbook into rows of text, as it stands on the sheet."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import python_calamine as calamine

from catalog.formats import WorkbookFormat
from transforms.compound import check_compound
from transforms.grid import Grid, trimmed
from transforms.mismatch import ContractMismatch, mismatch
from transforms.unpacking import check_unpacked

# A spreadsheet keeps fifteen digits; what a double has beyond them is noise.
DIGITS = 15
# From here on a double is a whole number, and rounding it to fifteen digits would hide the end of a NIK.
WHOLE = 10**DIGITS
ONLY = "only"
Cell = int | float | str | bool | date | datetime | time | timedelta


def read_workbook(data: bytes, form: WorkbookFormat) -> Grid:
    """The declared sheet from its first header row on; raises `ContractMismatch`."""
    with _opened(data, form) as book:
        grid = _grid(book, _sheet_name(book, form.sheet), form)
    return Grid(grid.lines[form.first_row - 1 :], grid.rows[form.first_row - 1 :], grid.sheet)


def all_sheets(data: bytes, form: WorkbookFormat) -> list[Grid]:
    """Every sheet, hidden ones too, from the first row on; raises `ContractMismatch`."""
    with _opened(data, form) as book:
        return [_grid(book, item.name, form) for item in _worksheets(book)]


def visible_sheets(data: bytes, form: WorkbookFormat) -> list[str]:
    """The names of the sheets that a reader of the workbook sees."""
    with _opened(data, form) as book:
        return _visible(book)


def _opened(data: bytes, form: WorkbookFormat) -> calamine.CalamineWorkbook:
    check_unpacked(data, form)
    check_compound(data, form)
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise mismatch(
            "workbook",
            None,
            "buku kerja ini dikunci kata sandi. Simpan tanpa kata sandi, lalu kirim ulang.",
            "the workbook is locked with a password. Save it without one and send it again.",
        ) from None
    except calamine.CalamineError:
        raise _no_workbook(data) from None
    except BaseException as error:  # noqa: BLE001  a panic of the reader is no Exception
        raise _broken(error) from None


def _broken(error: BaseException) -> BaseException:
    """The refusal of a workbook over which the reader stumbled; any other error as it is."""
    return _no_workbook(b"") if type(error).__name__ == "PanicException" else error


def _no_workbook(data: bytes) -> ContractMismatch:
    if data.lstrip()[:1] == b"<":
        return mismatch(
            "workbook",
            None,
            "isinya halaman HTML walaupun bernama buku kerja. Simpan sebagai .xlsx, atau nyatakan "
            'format.kind = "html" di kontrak.',
            "it is an HTML page, whatever its name says. Save it as .xlsx, or declare "
            'format.kind = "html" in the contract.',
        )
    return mismatch(
        "workbook",
        None,
        "isinya bukan buku kerja XLSX, XLS, atau ODS yang utuh. Simpan ulang dari aplikasi lembar kerja, lalu kirim.",
        "it is not a whole XLSX, XLS or ODS workbook. Save it again from the spreadsheet program and send it.",
    )


def _worksheets(book: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    return [item for item in book.sheets_metadata if item.typ == calamine.SheetTypeEnum.WorkSheet]


def _visible(book: calamine.CalamineWorkbook) -> list[str]:
    return [item.name for item in _worksheets(book) if item.visible == calamine.SheetVisibleEnum.Visible]


def _sheet_name(book: calamine.CalamineWorkbook, wanted: str) -> str:
    visible = _visible(book)
    if wanted == ONLY and len(visible) == 1:
        return visible[0]
    names = ", ".join(f"'{name}'" for name in visible)
    if wanted == ONLY:
        raise mismatch(
            "sheet",
            None,
            f"buku kerja berisi {len(visible)} lembar ({names}), padahal kontrak mengharapkan satu. "
            "Nyatakan format.sheet di kontrak, atau kirim satu lembar saja.",
            f"the workbook has {len(visible)} sheets ({names}) where the contract expects one. "
            "Name format.sheet in the contract, or send one sheet only.",
        )
    if wanted not in [item.name for item in _worksheets(book)]:
        raise mismatch(
            "sheet",
            None,
            f"lembar '{wanted}' tidak ada; yang ada: {names}. Kembalikan nama lembarnya, atau perbarui kontrak.",
            f"there is no sheet '{wanted}' but {names}. Restore the sheet's name, or update the contract.",
        )
    return wanted


def _grid(book: calamine.CalamineWorkbook, name: str, form: WorkbookFormat) -> Grid:
    try:
        sheet = book.get_sheet_by_name(name)
    except calamine.CalamineError:
        raise _no_workbook(b"") from None
    except BaseException as error:  # noqa: BLE001  a panic of the reader is no Exception
        raise _broken(error) from None
    if sheet.total_height * sheet.total_width > form.max_cells:
        raise mismatch(
            "too_large",
            None,
            f"lembar '{name}' berukuran {sheet.total_height} x {sheet.total_width} sel, batasnya {form.max_cells}. "
            "Hapus sel kosong yang berformat, lalu kirim ulang.",
            f"the sheet '{name}' has {sheet.total_height} x {sheet.total_width} cells, the limit is {form.max_cells}. "
            "Remove formatted empty cells and send it again.",
        )
    rows = trimmed([[cell_text(cell, form.decimal) for cell in row] for row in sheet.to_python(skip_empty_area=False)])
    return Grid(list(range(1, len(rows) + 1)), rows, name)


def cell_text(cell: Cell, decimal: str = ".") -> str:
    """A cell as text: numbers in the contract's decimal mark without noise, dates in ISO form."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float) and abs(cell) >= WHOLE and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, int | float):
        plain = format(Decimal(format(cell, f".{DIGITS}g")).normalize(), "f")
        return "0" if plain == "-0" else plain.replace(".", decimal)
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat()
