"""How large a zipped workbook becomes, found out without unpacking it into memory; bombs are refused."""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from catalog.formats import WorkbookFormat
from transforms.mismatch import ContractMismatch, mismatch
from transforms.sheet_size import SheetSize

ZIP = b"PK\x03\x04"
LOCAL_HEADER = 30
CHUNK = 1 << 20
OVERLAP = 256
MEMBERS = 2000
# Bytes of text in all cells together, were each as long as the longest text that they share.
MOST_SHOWN = 2 << 30
NOTES = re.compile(r"^xl/(comments|threadedComments|drawings|charts)[^_]*\.(xml|vml)$")
TAG = re.compile(r"<[^>]*>")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    UnicodeDecodeError,
    expat.ExpatError,
    LookupError,
)
# A sheet under another name than that of XML would be read all the same, and counted by nobody.
SHEET = re.compile(rb"sheetData|<(?:\w+:)?sst[\s>]|table:table")
# Excel's binary workbook: another format than those that a contract can name.
BINARY = "xl/workbook.bin"
REPEATED = re.compile(rb"""number-(columns|rows)-repeated\s*=\s*["']([0-9]+)["']""")
ODS_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)\b([^>]*?)(/?)>")


def check_unpacked(data: bytes, form: WorkbookFormat) -> None:
    """Refuse a zipped workbook that grows beyond the contract's limits; raises `ContractMismatch`."""
    if not data.startswith(ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS or sum(item.file_size for item in members) > form.max_unpacked:
                raise _too_large(form)
            if BINARY in archive.namelist():
                raise zipfile.BadZipFile(BINARY)
            sizes = [_check_member(data, item, form) for item in members]
        shown = max((size.longest for size in sizes), default=0) * sum(size.shared for size in sizes)
        if sum(size.cells for size in sizes) > form.max_cells or shown > MOST_SHOWN:
            raise _too_large(form)
    except BROKEN:
        raise mismatch(
            "workbook",
            None,
            "arsip buku kerja rusak. Simpan ulang dari aplikasi lembar kerja, lalu kirim lagi.",
            "the workbook's archive is damaged. Save it again from the spreadsheet program and send it anew.",
        ) from None


def notes_of(data: bytes) -> list[str]:
    """The texts of comments and drawings of a zipped workbook: on no sheet, but in the file."""
    if not data.startswith(ZIP):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [item for item in archive.infolist() if NOTES.search(item.filename)]
        pieces = (b"".join(_inflated(data, item)).decode("utf-8", "replace") for item in members)
        texts = [" ".join(html.unescape(text).split()) for piece in pieces for text in TAG.split(piece)]
    return [text for text in texts if text]


def _check_member(data: bytes, item: zipfile.ZipInfo, form: WorkbookFormat) -> SheetSize:
    size = 0
    tail, content = b"", bytearray()
    counted = SheetSize()
    is_xml = item.filename.endswith((".xml", ".rels"))
    for chunk in _inflated(data, item):
        size += len(chunk)
        if size > min(item.file_size, form.max_unpacked):
            raise _too_large(form)
        if is_xml:
            counted.feed(chunk)
        elif SHEET.search(tail + chunk):
            raise zipfile.BadZipFile(item.filename)
        tail = chunk[-OVERLAP:]
        if item.filename == "content.xml":
            content += chunk
    if is_xml and size:
        counted.feed(b"", last=True)
    if max(counted.cells, _ods_cells(bytes(content))) > form.max_cells:
        raise _too_large(form)
    if size + counted.spaces > form.max_unpacked:
        raise _too_large(form)
    return counted


def _inflated(data: bytes, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of a member, whatever size it claims."""
    names = struct.unpack("<HH", data[item.header_offset + 26 : item.header_offset + LOCAL_HEADER])
    start = item.header_offset + LOCAL_HEADER + sum(names)
    packed = data[start : start + item.compress_size]
    if item.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if item.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(item.compress_type)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while packed and not inflater.eof:
        chunk = inflater.decompress(packed, CHUNK)
        packed = inflater.unconsumed_tail
        yield chunk


def _ods_cells(content: bytes) -> int:
    """Cells of the largest rectangle that an ODS sheet lays out, empty tails left aside."""
    height = width = row_width = filled = rows = 0
    for tag, attributes, closed in ODS_TAG.findall(content):
        times = {name: int(count) for name, count in REPEATED.findall(attributes)}
        if tag == b"table-row":
            rows, row_width = rows + times.get(b"rows", 1), 0
            continue
        row_width += times.get(b"columns", 1)
        if not closed or b"value" in attributes:
            filled = max(filled, row_width)
            height, width = rows, max(width, row_width)
    return height * width


def _too_large(form: WorkbookFormat) -> ContractMismatch:
    return mismatch(
        "too_large",
        None,
        f"buku kerja ini membengkak melewati batas saat dibuka ({form.max_unpacked} bita atau {form.max_cells} sel). "
        "Hapus lembar dan sel kosong yang berformat, lalu kirim ulang.",
        f"the workbook grows beyond the limit when opened ({form.max_unpacked} bytes or {form.max_cells} cells). "
        "Remove spare sheets and formatted empty cells and send it again.",
    )
