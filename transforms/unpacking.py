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

ZIP = b"PK\x03\x04"
LOCAL_HEADER = 30
CHUNK = 1 << 20
OVERLAP = 256
MEMBERS = 2000
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
# Any place that a sheet names; a reader lays out every cell up to the furthest one.
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
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
            for item in members:
                _check_member(data, item, form)
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


def _check_member(data: bytes, item: zipfile.ZipInfo, form: WorkbookFormat) -> None:
    sheet = "worksheets/" in item.filename
    height = width = size = 0
    tail, content = b"", bytearray()
    parser = _well_formed() if item.filename.endswith((".xml", ".rels")) else None
    for chunk in _inflated(data, item):
        size += len(chunk)
        if size > min(item.file_size, form.max_unpacked):
            raise _too_large(form)
        if parser:
            parser.Parse(chunk, False)  # noqa: FBT003
        if sheet:
            for column, row in PLACE.findall(tail + chunk):
                height, width = max(height, int(row)), max(width, _number(column))
            tail = chunk[-OVERLAP:]
        elif item.filename == "content.xml":
            content += chunk
    if parser and size:
        parser.Parse(b"", True)  # noqa: FBT003
    if height * max(width, 1) > form.max_cells or _ods_cells(bytes(content)) > form.max_cells:
        raise _too_large(form)


def _well_formed() -> expat.XMLParserType:
    """A check of the XML that takes nothing from it: the reader waits for ever for a tag that never closes.

    Measured with calamine 0.9 on a broken ODS (2026-11). A document type has no place in a workbook, and
    entities that grow come with one.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_declared: object) -> None:
    raise expat.ExpatError("a workbook declares no document type")


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


def _number(letters: bytes) -> int:
    """The number of a column from its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


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
