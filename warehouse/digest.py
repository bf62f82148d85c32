"""A digest of a table's logical content: names, types and sorted values, whatever library wrote them.

Every column is hashed on its own, as canonical little-endian buffers: which rows are empty (one byte a row), then
the values, empty ones as zero; texts as lengths and UTF-8 bytes; texts declared as dictionaries as codes in order
of first appearance, then the distinct texts. Batches of any size give the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.appearing import appearing
from warehouse.codes import codes_of

VERSION = "mojoraya-content-1"


class ColumnDigest:
    """The running digest of one column."""

    def __init__(self, field: pa.Field[Any]) -> None:
        self.name: str = field.name
        self.kind = _kind(field.type)
        self._dictionary = pa.types.is_dictionary(field.type)
        self._parts = [hashlib.sha256() for _ in range(3)]
        self._codes: dict[str, int] = {}

    def update(self, values: Any) -> None:
        """Add the next values of the column, an Arrow array, in row order."""
        validity, first, second = self._parts
        validity.update(np.asarray(values.is_valid()).astype(np.uint8).tobytes())
        if self._dictionary:
            first.update(self._code_numbers(values))
        elif pa.types.is_string(values.type):
            filled = values.fill_null("") if values.null_count else values
            first.update(np.asarray(pc.binary_length(filled)).astype("<i4").tobytes())
            second.update(_text_bytes(filled))
        else:
            first.update(_fixed_bytes(values))

    def hexdigest(self) -> str:
        """The digest over everything seen so far, as 64 hex digits."""
        validity, first, second = self._parts
        whole = hashlib.sha256(f"{self.name}\0{self.kind}\0".encode())
        for part in (validity, first, second):
            whole.update(part.digest())
        texts = [code.encode("utf-8") for code in self._codes]
        whole.update(b"".join([len(text).to_bytes(8, "little") + text for text in texts]))
        return whole.hexdigest()

    def _code_numbers(self, values: Any) -> bytes:
        """Codes in order of first appearance; -1 where empty."""
        encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        if len(encoded.dictionary) == 1 and len(encoded) and not encoded.null_count:
            # Most columns of a large source say the same on every row.
            code = self._codes.setdefault(encoded.dictionary[0].as_py(), len(self._codes))
            return code.to_bytes(4, "little") * len(encoded)
        codes = codes_of(encoded)
        first, turns = appearing(codes, len(encoded.dictionary))
        used = codes[first]
        words = encoded.dictionary.take(pa.array(used)).to_pylist()
        turns[used] = [self._codes.setdefault(word, len(self._codes)) for word in words]
        found: bytes = turns[codes].astype("<i4").tobytes()
        return found


class TableDigest:
    """The running digest of one table."""

    def __init__(self, name: str, schema: pa.Schema) -> None:
        self.name = name
        self.rows = 0
        self._columns = [ColumnDigest(field) for field in schema]

    def update(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Add the next rows, in the table's order."""
        self.rows += batch.num_rows
        for column, values in zip(self._columns, batch.columns, strict=True):
            for chunk in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
                column.update(chunk)

    def hexdigest(self) -> str:
        """The digest over name, row count and columns in order, as 64 hex digits."""
        whole = hashlib.sha256(f"{VERSION}\0{self.name}\0{self.rows}\0".encode())
        for column in self._columns:
            whole.update(bytes.fromhex(column.hexdigest()))
        return whole.hexdigest()


def digest_batches(name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> TableDigest:
    """The digest of a table that arrives in batches of any size."""
    found = TableDigest(name, schema)
    for batch in batches:
        found.update(batch)
    return found


def content_digest(tables: Mapping[str, str]) -> str:
    """The digest over the digests of all content tables, by name."""
    whole = hashlib.sha256(f"{VERSION}\0".encode())
    for name in sorted(tables):
        whole.update(f"{name}\0".encode() + bytes.fromhex(tables[name]))
    return whole.hexdigest()


def _kind(kind: pa.DataType) -> str:
    return f"dictionary<{kind.value_type}>" if pa.types.is_dictionary(kind) else str(kind)


def _text_bytes(values: Any) -> bytes:
    """The UTF-8 bytes of all texts, one after the other."""
    _, offsets, data = values.buffers()
    if len(values) == 0 or data is None:
        return b""
    ends = np.frombuffer(offsets, dtype="<i4", count=len(values) + 1, offset=4 * values.offset)
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])])


def _fixed_bytes(values: Any) -> bytes:
    """Values of a fixed width, little-endian, empty ones as zero, minus zero as zero."""
    if pa.types.is_boolean(values.type):
        return np.asarray(pc.fill_null(values, pa.scalar(value=False))).astype(np.uint8).tobytes()
    if pa.types.is_floating(values.type):
        return (np.asarray(values.fill_null(0.0)).astype("<f8") + 0.0).tobytes()
    width = values.type.byte_width
    start, count = values.offset * width, len(values) * width
    raw = np.frombuffer(values.buffers()[1], dtype=np.uint8, count=count, offset=start)
    if not values.null_count:
        return raw.tobytes()
    known = np.repeat(np.asarray(values.is_valid()), width)
    return np.where(known, raw, 0).astype(np.uint8).tobytes()
