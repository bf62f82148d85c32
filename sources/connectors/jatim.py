"""The East Java open-data portal, which is no CKAN: records page by page, as CSV in the first record's order.

The column of the values is named differently in every table, and numbers may be strings: nothing is touched,
the contract says what is what.
"""

from __future__ import annotations

import json
from typing import Any

from catalog.connector import JatimConnector
from catalog.contract import ContractFile
from catalog.strict import Bilingual
from sources.connectors.canonical import answer_of, canonical_csv
from sources.connectors.failures import RefusedAnswer, TransientFailure
from sources.connectors.interface import Answer, Delivery, Outside
from sources.connectors.refusals import Reply, explain
from sources.connectors.retry import attempt
from sources.connectors.web import Web

MOST_PAGES = 10000

Record = dict[str, Any]


def deliver(connector: JatimConnector, contract_file: ContractFile, outside: Outside) -> Delivery:
    """Fetch all records of the contract's table; raises a `SourceFailure`."""
    url = f"{connector.base_url.rstrip('/')}/cleaned-bigdata/{connector.schema_name}/{connector.table}"
    limit = contract_file.contract.format.max_bytes
    with Web(connector, contract_file.folder, limit, outside) as web:
        return attempt(lambda: _collect(web, url, connector.per_page), outside, web.until)


def _collect(web: Web, url: str, per_page: int) -> Delivery:
    records: dict[str, Record] = {}
    answers: list[Answer] = []
    for page in range(1, MOST_PAGES + 1):
        reply = web.get(url, {"per_page": str(per_page), "page": str(page)})
        answers.append(answer_of(reply))
        found = _records(reply)
        fresh = {_identity(record): record for record in found}
        known = fresh.keys() & records.keys()
        if len(fresh) != len(found) or (known and len(known) != len(fresh)):
            raise _moved(reply)
        if not fresh or known:
            # A portal that knows no pages sends the first one again: all there is, unless it was full.
            if known and len(fresh) == per_page:
                raise _no_pages(reply, per_page)
            break
        records.update(fresh)
    return Delivery(_csv(list(records.values()), reply), url, "csv", answers=tuple(answers))


def _records(reply: Reply) -> list[Record]:
    body = reply.json()
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(body, dict) and "data" in body and not data:
        return []
    if isinstance(data, list) and all(isinstance(item, dict) for item in data):
        return data
    raise RefusedAnswer(
        Bilingual(
            id=f"{reply.host} menjawab tanpa daftar 'data'{explain(reply)}. Periksa schema_name dan table di kontrak.",
            en=f"{reply.host} answered without a list 'data'{explain(reply)}. Check schema_name and table.",
        )
    )


def _identity(record: Record) -> str:
    """What tells a record from the others: its id, or else all of it."""
    return str(record["id"]) if record.get("id") is not None else json.dumps(record, sort_keys=True)


def _csv(records: list[Record], reply: Reply) -> bytes:
    if not records:
        return b""
    header = list(records[0])
    for record in records:
        extra = [name for name in record if name not in header]
        if extra:
            raise RefusedAnswer(
                Bilingual(
                    id=f"{reply.host} mengirim baris dengan kolom tambahan ({', '.join(extra)}) yang tidak ada di "
                    "baris pertama. Laporkan kepada pengelola portal.",
                    en=f"{reply.host} sent a row with columns ({', '.join(extra)}) that the first row does not have. "
                    "Tell the portal's keeper.",
                )
            )
    if all(str(record.get("id", "")).isdecimal() for record in records):
        # Databases give rows in any order; a table that only moved is not a new one.
        records = sorted(records, key=lambda record: int(record["id"]))
    return canonical_csv(header, [[_text(record.get(name)) for name in header] for record in records])


def _text(value: Any) -> str:
    """A value as it was sent; JSON's own words for what is no text or number."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _moved(reply: Reply) -> TransientFailure:
    return TransientFailure(
        Bilingual(
            id=f"tabel di {reply.host} berubah selagi dibaca: ada baris yang terkirim dua kali",
            en=f"the table at {reply.host} changed while it was read: a row was sent twice",
        )
    )


def _no_pages(reply: Reply, per_page: int) -> RefusedAnswer:
    return RefusedAnswer(
        Bilingual(
            id=f"{reply.host} mengulang halaman pertama yang penuh ({per_page} baris), jadi sisanya tidak diketahui. "
            "Naikkan per_page di kontrak, paling banyak 300.",
            en=f"{reply.host} repeats a first page that is full ({per_page} rows), so the rest is unknown. Raise "
            "per_page in the contract, 300 at most.",
        )
    )
