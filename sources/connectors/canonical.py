"""Answers of an API as the bytes of a CSV file: the same figures always give the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence

from sources.connectors.interface import Answer
from sources.connectors.refusals import Reply


def canonical_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8, comma, line feeds, quotes only where needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def answer_of(reply: Reply) -> Answer:
    """What lineage keeps of a raw answer."""
    return Answer(reply.url, hashlib.sha256(reply.body).hexdigest(), len(reply.body))
