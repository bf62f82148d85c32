"""The `.xls` of Excel 97 that a test writes itself: BIFF8 records in the one stream of an OLE2 container."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Rows = Sequence[Sequence[Any]]
SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
# Smaller streams stand in a store of their own; padding spares us that.
SMALLEST = 4096
PLAIN, DATED = 0, 1
EPOCH = date(1899, 12, 30)


def xls(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook of these sheets; cells are texts, numbers or dates."""
    return ole2(workbook(sheets))


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """The stream: globals with formats, sheet names and shared strings, then one substream per sheet."""
    texts = list(dict.fromkeys(cell for rows in sheets.values() for row in rows for cell in row if _is_text(cell)))
    bodies = [_sheet(rows, texts) for rows in sheets.values()]
    before = _begin(0x0005) + _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, b"\0\0")
    before += b"".join(_record(0x00E0, struct.pack("<HH16x", 0, 14 if kind else 0)) for kind in (PLAIN, DATED))
    after = _record(0x00FC, struct.pack("<II", len(texts), len(texts)) + b"".join(map(_text, texts))) + _end()
    names = [name.encode("latin-1") for name in sheets]
    start = len(before) + sum(4 + 8 + len(name) for name in names) + len(after)
    listed = b""
    for name, body in zip(names, bodies, strict=True):
        listed += _record(0x0085, struct.pack("<IHBB", start, 0, len(name), 0) + name)
        start += len(body)
    return before + listed + after + b"".join(bodies)


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str) and cell != ""


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0, 6))


def _end() -> bytes:
    return _record(0x000A, b"")


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _sheet(rows: Rows, texts: list[str]) -> bytes:
    width = max(map(len, rows), default=0)
    cells = (_cell(line, at, cell, texts) for line, row in enumerate(rows) for at, cell in enumerate(row))
    size = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    return _begin(0x0010) + size + b"".join(cells) + _end()


def _cell(line: int, at: int, cell: Any, texts: list[str]) -> bytes:
    if cell == "":
        return b""
    if isinstance(cell, str):
        return _record(0x00FD, struct.pack("<HHHI", line, at, PLAIN, texts.index(cell)))
    if isinstance(cell, date):
        return _record(0x0203, struct.pack("<HHHd", line, at, DATED, float((cell - EPOCH).days)))
    return _record(0x0203, struct.pack("<HHHd", line, at, PLAIN, float(cell)))


def ole2(stream: bytes) -> bytes:
    """A container whose only stream is `Workbook`: one sector of FAT, one of directory, then the stream."""
    stream = stream.ljust(SMALLEST, b"\0")
    stream += b"\0" * (-len(stream) % SECTOR)
    count = len(stream) // SECTOR
    chain = [FAT, END, *range(3, count + 2), END]
    if len(chain) > SECTOR // 4:
        raise ValueError("the workbook is too large for one sector of FAT")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, SMALLEST, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    fat = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream)) + bytes(256)
    return header + fat + directory + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", FREE, FREE, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
