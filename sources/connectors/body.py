"""The body of an answer, whole or not at all: size limit while it arrives, gzip undone, a cut one noticed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import httpx

from catalog.strict import Bilingual
from sources.connectors.failures import RefusedAnswer, TooLarge, TransientFailure


def read_body(response: httpx.Response, limit: int, check_time: Callable[[], None]) -> bytes:
    """The body of a streamed response, decoded.

    Raises `TooLarge` beyond `limit` bytes (decoded ones too: a small archive can hold a large file),
    `TransientFailure` when it was cut off; `check_time` is called at every piece and may raise.
    """
    if int(response.headers.get("content-length") or 0) > limit:
        raise too_large(limit)
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    pieces = response.iter_raw()
    if coding in {"gzip", "x-gzip"}:
        pieces = _gunzip(pieces, limit)
    elif coding not in {"identity", ""}:
        raise RefusedAnswer(
            Bilingual(
                id=f"jawaban dikemas sebagai '{coding}' yang tidak diminta. Laporkan kepada pengelola portal.",
                en=f"the answer is packed as '{coding}', which was not asked for. Tell the portal's keeper.",
            )
        )
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > limit:
            raise too_large(limit)
        check_time()
    return bytes(found)


def too_large(limit: int) -> TooLarge:
    """The failure of an answer beyond `limit` bytes."""
    return TooLarge(
        Bilingual(
            id=f"jawaban melebihi batas {limit} bita. Periksa alamatnya, atau naikkan format.max_bytes di kontrak.",
            en=f"the answer is beyond the limit of {limit} bytes. Check the address, or raise format.max_bytes.",
        )
    )


def _gunzip(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    # Done here because the library's own decoder takes a stream that was cut off for a whole one.
    unpack = zlib.decompressobj(wbits=31)
    empty = True
    try:
        for piece in pieces:
            rest, empty = piece, False
            while rest:
                yield unpack.decompress(rest, limit + 1)
                rest = unpack.unconsumed_tail
                if unpack.eof:
                    rest = unpack.unused_data
                    unpack = zlib.decompressobj(wbits=31) if rest else unpack
        whole = unpack.eof or empty
    except zlib.error:
        whole = False
    if not whole:
        raise TransientFailure(
            Bilingual(
                id="jawaban terpotong: kemasan gzip-nya tidak utuh.",
                en="the answer was cut off: its gzip is not whole.",
            )
        )
