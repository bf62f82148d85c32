"""Which snapshots of a source stand: the accepted editions in order, and what is held back of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from catalog.contract import AnyContract
from catalog.records import RecordType
from expectations.verdict import RowFailure, failures_from_arrow
from flows.staging import Judged
from transforms.tidy import to_pandas
from warehouse.fold import Edition

Standing = dict[str, list[Judged]]


def accepted(judged: Iterable[Judged]) -> list[Judged]:
    """The accepted snapshots in log order; the same bytes again after a refused file taught nothing new."""
    found: list[Judged] = []
    for item in judged:
        if item.refused is None and not (found and found[-1].entry.sha256 == item.entry.sha256):
            found.append(item)
    return found


def in_force(items: Iterable[Judged]) -> Judged | None:
    """The last accepted snapshot of a source."""
    return next(reversed(accepted(items)), None)


def failures_of(item: Judged) -> list[RowFailure]:
    """The row failures of a staged snapshot; none when it could not be read at all."""
    path = item.folder / "failures.parquet"
    return failures_from_arrow(pq.read_table(path)) if path.is_file() else []


def editions(judged: list[Judged], contract: AnyContract) -> list[Edition]:
    """The accepted snapshots of a source as the fold takes them.

    The last statement about a snapshot's date of publication wins. A re-issue under an unchanged stated date
    was not known before it was first seen, so its vintage is that day.
    """
    stated = {item.entry.sha256: item.entry.published for item in judged}
    found: list[Edition] = []
    taken: dict[date, str] = {}
    for item in accepted(judged):
        published = stated[item.entry.sha256]
        reissue = published is not None and taken.get(published, item.entry.sha256) != item.entry.sha256
        if published is not None:
            taken.setdefault(published, item.entry.sha256)
        vintage = item.entry.first_seen if published is None or reissue else published
        found.append(_edition(item, contract, published, vintage))
    return found


def _edition(item: Judged, contract: AnyContract, published: date | None, vintage: date) -> Edition:
    return Edition(
        source=contract.id,
        snapshot=item.entry.sha256,
        tidy=item.folder / "tidy.parquet",
        failures=item.folder / "failures.parquet",
        position=item.position,
        first_seen=item.entry.first_seen,
        published=published,
        vintage=vintage,
        replaces=contract.edition == "replaces",
        has_quarantine=item.quarantined > 0,
        file=contract.connector.file_of(item.entry.url),
        publication=contract.publication,
        evidence=contract.evidence,
        synthetic=contract.synthetic,
        bytes=item.entry.bytes,
    )


def quarantined_keys(judged: Standing) -> pd.DataFrame:
    """The keys that wait in quarantine in the editions in force, as far as they can be read at all."""
    columns = ["indicator", "region_code", "year", "breakdown", "source"]
    frames = []
    for source, items in judged.items():
        last = in_force(items)
        if last is not None and last.quarantined:
            held = {item.row_id for item in failures_of(last) if item.severity == "critical"}
            tidy = to_pandas(pq.read_table(last.folder / "tidy.parquet"))
            frames.append(tidy[tidy["row_id"].isin(held)].assign(source=source)[columns].dropna())
    return pd.concat(frames) if frames else pd.DataFrame(columns=columns)


def waiting_records(judged: Iterable[list[Judged]], kind: RecordType) -> set[tuple[Any, ...]]:
    """The keys of the records of one type that wait in quarantine in the editions in force, where they can be read."""
    found: set[tuple[Any, ...]] = set()
    for items in judged:
        last = in_force(items)
        if last is not None and last.quarantined:
            held = {item.row_id for item in failures_of(last) if item.severity == "critical"}
            rows = pq.read_table(last.folder / "tidy.parquet", columns=["row_id", *kind.key]).to_pylist()
            found |= {tuple(row[name] for name in kind.key) for row in rows if row["row_id"] in held}
    return found
