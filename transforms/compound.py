"""Whether the container of an `.xls` is whole, found out before it is parsed.

The reader ends the whole process on some broken containers and tables of strings (calamine 0.9, measured by changing
single bytes, 2026-11), so sectors, records and sizes are walked through here first. The container is OLE2
(MS-CFB), its one stream of interest holds records of BIFF5 or BIFF8 (MS-XLS).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from catalog.formats import WorkbookFormat
from transforms.mismatch import ContractMismatch, mismatch

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END, LAST_SECTOR = 0xFFFFFFFE, 0xFFFFFFFA
# Streams shorter than this stand in the small sectors of a store of their own.
SMALL_STREAM, SMALL_SECTOR, ENTRY = 4096, 64, 128
STREAMS = {"Workbook", "Book", "WORKBOOK", "BOOK"}
ROOT = 5
BEGINS, ENDS, LOCKED, SIZES, SHEET, STRINGS = {0x0009, 0x0209, 0x0409, 0x0809}, 0x000A, 0x002F, 0x0200, 0x0085, 0x00FC
CELLS = {0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0x0406}
MOST_COLUMNS = 256
SHORTEST_TEXT = 3


def check_compound(data: bytes, form: WorkbookFormat) -> None:
    """Refuse an `.xls` whose container or records are not whole, or too large; raises `ContractMismatch`."""
    if not data.startswith(OLE2):
        return
    try:
        stream = _workbook(data)
        if stream is not None:
            _check_records(stream, form)
    except ContractMismatch:
        raise
    except (struct.error, ValueError):
        raise mismatch(
            "workbook",
            None,
            "buku kerja XLS ini rusak atau terpotong. Unduh atau kirim ulang yang utuh, sebaiknya sebagai .xlsx.",
            "the XLS workbook is damaged or cut off. Download it or send the whole file again, best as .xlsx.",
        ) from None


class _Container:
    """The sectors of a file and the chains that lead through them; raises `ValueError` where one leads astray."""

    def __init__(self, data: bytes) -> None:
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in {9, 12} or struct.unpack_from("<H", data, 32)[0] != 6:  # noqa: PLR2004
            raise ValueError("sector size")
        self._data, self._size = data, 1 << shift
        listed = list(struct.unpack_from("<109I", data, 76))
        more, count = struct.unpack_from("<II", data, 68)
        for _ in range(count):
            *entries, more = self._numbers(self._sector(more))
            listed += entries
        tables = [number for number in listed if number < LAST_SECTOR]
        self._next = [number for table in tables for number in self._numbers(self._sector(table))]

    def chain(self, start: int) -> bytes:
        """The bytes of all sectors from `start` on; a chain that runs in a circle is refused."""
        sectors = list(_follow(start, self._next))
        return b"".join(map(self._sector, sectors))

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        if begin >= len(self._data):
            raise ValueError("a sector is missing")
        # Some programs leave the last sector short; records that it should hold are missed later.
        return self._data[begin : begin + self._size].ljust(self._size, b"\0")

    def _numbers(self, sector: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(sector) // 4}I", sector)


def _follow(start: int, following: list[int]) -> Iterator[int]:
    for _ in range(len(following) + 1):
        if start == END:
            return
        if start >= len(following):
            raise ValueError("a chain leads out of the file")
        yield start
        start = following[start]
    raise ValueError("a chain runs in a circle")


def _workbook(data: bytes) -> bytes | None:
    """The stream of records; None when the container holds another thing, such as an encrypted workbook."""
    container = _Container(data)
    directory = container.chain(struct.unpack_from("<I", data, 48)[0])
    entries = [directory[at : at + ENTRY] for at in range(0, len(directory), ENTRY)]
    if not entries or entries[0][66] != ROOT:
        raise ValueError("no root")
    small_table = container.chain(struct.unpack_from("<I", data, 60)[0])
    small_next = list(struct.unpack(f"<{len(small_table) // 4}I", small_table))
    root_start = struct.unpack_from("<I", entries[0], 116)[0]
    store = container.chain(root_start) if small_next else b""
    for entry in entries:
        length = struct.unpack_from("<H", entry, 64)[0]
        if entry[: max(length - 2, 0)].decode("utf-16-le", "replace") not in STREAMS:
            continue
        start, size = struct.unpack_from("<II", entry, 116)
        if size < SMALL_STREAM:
            pieces = [store[at * SMALL_SECTOR : (at + 1) * SMALL_SECTOR] for at in _follow(start, small_next)]
            found = b"".join(pieces)
        else:
            found = container.chain(start)
        if len(found) < size:
            raise ValueError("the stream is cut off")
        return found[:size]
    return None


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Place, kind and body of every record; raises `ValueError` when one is longer than what is left."""
    at, end = 0, len(stream.rstrip(b"\0"))
    while at < end:
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if len(body) < length:
            raise ValueError("a record is cut off")
        yield at, kind, body
        at += 4 + length


def _check_records(stream: bytes, form: WorkbookFormat) -> None:
    begins, sheets, depth, height, width = set(), [], 0, 0, 0
    for at, kind, body in _records(stream):
        if kind == LOCKED:
            return
        if kind in BEGINS:
            begins.add(at)
            depth, height, width = depth + 1, 0, 0
        elif kind == ENDS:
            depth -= 1
        elif kind == SHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == STRINGS and struct.unpack_from("<I", body, 4)[0] * SHORTEST_TEXT > len(stream):
            raise ValueError("more texts than fit")
        elif kind == SIZES or kind in CELLS:
            rows, columns = _extent(kind, body)
            height, width = max(height, rows), max(width, columns)
            _check_size(height, width, form)
    if depth != 0 or not sheets or not set(sheets) <= begins:
        raise ValueError("a sheet is missing or does not end")


def _check_size(height: int, width: int, form: WorkbookFormat) -> None:
    if width > MOST_COLUMNS:
        raise ValueError("a column that a sheet does not have")
    if height * width > form.max_cells:
        raise _too_large(form)


def _extent(kind: int, body: bytes) -> tuple[int, int]:
    """How far down and to the right a record reaches."""
    if kind != SIZES:
        row, column, _ = struct.unpack_from("<HHH", body)
        return row + 1, column + 1
    first_row, rows, first_column, columns = struct.unpack_from("<IIHH" if len(body) >= 14 else "<HHHH", body)  # noqa: PLR2004
    if first_row > rows or first_column > columns:
        raise ValueError("a sheet that ends before it begins")
    return rows, columns


def _too_large(form: WorkbookFormat) -> ValueError:
    return mismatch(
        "too_large",
        None,
        f"buku kerja ini menyebut lebih dari {form.max_cells} sel. Hapus sel kosong yang berformat, lalu kirim ulang.",
        f"the workbook names more than {form.max_cells} cells. Remove formatted empty cells and send it again.",
    )
