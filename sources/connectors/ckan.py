"""CKAN portals: a dataset's newest resource by format, then its own file or the datastore's dump, page by page."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin

from catalog.connector import CkanConnector
from catalog.contract import ContractFile
from catalog.strict import Bilingual
from sources.connectors.canonical import answer_of
from sources.connectors.failures import BadRequest, NotFound, RefusedAnswer, TransientFailure
from sources.connectors.http import download, suffix_of
from sources.connectors.interface import Answer, Delivery, Outside, Seen, Unchanged
from sources.connectors.keys import find_key
from sources.connectors.refusals import Reply, explain, page_instead
from sources.connectors.retry import attempt
from sources.connectors.web import Secret, Web

# Media types that portals write where a format is asked for.
FORMATS = {
    "vnd.ms-excel": "xls",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "vnd.oasis.opendocument.spreadsheet": "ods",
    "tab-separated-values": "tsv",
}
BOM = b"\xef\xbb\xbf"


def deliver(
    connector: CkanConnector, contract_file: ContractFile, last: Seen | None, outside: Outside
) -> Delivery | Unchanged:
    """Find the resource and fetch it; raises a `SourceFailure`."""
    contract = contract_file.contract
    base = connector.base_url.rstrip("/") + "/"
    token = find_key(connector.token_env, None, outside) if connector.token_env else ""
    secret = Secret("Authorization", token, "header") if token else None
    with Web(connector, contract_file.folder, contract.format.max_bytes, outside, secret=secret, home=base) as web:
        resource, asked = _resource(web, base, connector)
        if connector.via == "datastore":
            url = f"{base}datastore/dump/{resource.get('id')}"
            dump = attempt(lambda: _dump(web, url, connector.page_rows), outside, web.until)
            return replace(dump, last_modified=_date(resource) or None, answers=(asked, *dump.answers))
        address = _address(base, resource)
        found = download(web, address, contract, last)
        if isinstance(found, Unchanged):
            return found
        return replace(found, suffix=suffix_of(address, connector.format), answers=(asked,))


def _resource(web: Web, base: str, connector: CkanConnector) -> tuple[dict[str, Any], Answer]:
    """The resource to fetch, and the answer that named it."""
    if connector.resource:
        result, reply = _action(web, base, "resource_show", connector.resource)
        return result, answer_of(reply)
    package, reply = _action(web, base, "package_show", str(connector.dataset))
    listed = [item for item in package.get("resources") or [] if isinstance(item, dict)]
    resources = [item for item in listed if item.get("state", "active") == "active"]
    found = [item for item in resources if _format(item) == connector.format]
    if found:
        return max(found, key=_date), answer_of(reply)
    there = ", ".join(sorted({_format(item) or "?" for item in resources})) or "-"
    raise NotFound(
        Bilingual(
            id=f"dataset {connector.dataset} tidak punya berkas {connector.format} (adanya: {there}). "
            "Perbaiki connector.format, atau tanyakan kepada pemiliknya.",
            en=f"the dataset {connector.dataset} has no {connector.format} file (there are: {there}). "
            "Mend connector.format, or ask its owner.",
        )
    )


def _action(web: Web, base: str, name: str, identity: str) -> tuple[dict[str, Any], Reply]:
    """The result of an action; raises `BadRequest` for an answer 200 that says it failed."""
    reply = web.get(f"{base}api/3/action/{name}", {"id": identity})
    body = reply.json()
    result = body.get("result") if isinstance(body, dict) and body.get("success") is True else None
    if isinstance(result, dict):
        return result, reply
    raise BadRequest(
        Bilingual(
            id=f"{reply.host} menjawab {name} tanpa hasil{explain(reply)}. Apakah base_url menunjuk portal CKAN?",
            en=f"{reply.host} answered {name} without a result{explain(reply)}. Does base_url point to a CKAN portal?",
        )
    )


def _format(resource: dict[str, Any]) -> str:
    """The format of a resource: the ending of its file, or else the free text that somebody typed."""
    ending = suffix_of(str(resource.get("url") or ""), "")
    if ending:
        return ending
    text = str(resource.get("format") or "").strip().lower().lstrip(".").rpartition("/")[2]
    return FORMATS.get(text, text)


def _address(base: str, resource: dict[str, Any]) -> str:
    """Where a resource's file is: a whole address, or the rest of one on the portal itself."""
    typed = str(resource.get("url") or "").strip()
    try:
        return urljoin(base, typed)
    except ValueError:
        # Free text again; asking for it fails with a sentence that shows it.
        return typed


def _date(resource: dict[str, Any]) -> str:
    """When a resource last changed; `last_modified` is null where only the link was edited."""
    return str(resource.get("last_modified") or resource.get("metadata_modified") or resource.get("created") or "")


@dataclass
class _Pages:
    """The pages of a dump so far: one header, the rows as they were sent, and the row ids met."""

    header: bytes = b""
    rows: list[bytes] = field(default_factory=list)
    count: int = 0
    ids: set[str] = field(default_factory=set)


def _dump(web: Web, url: str, page_rows: int) -> Delivery:
    """All pages of a dump under one header; the end is the first empty page, whatever count was promised."""
    pages, answers, more = _Pages(), [], True
    while more:
        # The server may give fewer rows than asked for: the next page begins after those that came.
        window = {"format": "csv", "sort": "_id", "limit": str(page_rows), "offset": str(pages.count)}
        reply = web.get(url, window)
        answers.append(answer_of(reply))
        if reply.is_page:
            raise page_instead(reply)
        more = _add_page(pages, reply)
    return Delivery(b"".join([pages.header, *pages.rows]), url, "csv", answers=tuple(answers))


def _add_page(pages: _Pages, reply: Reply) -> bool:
    """Append the rows of a page; False when it has none. Raises when the table moved between two pages."""
    header, _, rows = reply.body.removeprefix(BOM).partition(b"\n")
    found = [row for row in csv.reader(io.StringIO(rows.decode("utf-8", "replace"), newline="")) if row]
    if not found and (pages.header or not header):
        return False
    if pages.header and header + b"\n" != pages.header:
        raise RefusedAnswer(
            Bilingual(
                id=f"{reply.host} mengganti judul kolom di tengah tabel. Jalankan lagi; bila tetap, laporkan.",
                en=f"{reply.host} changed the header within the table. Run again; if it stays, report it.",
            )
        )
    pages.header = header + b"\n"
    ids = {row[0] for row in found} if header.split(b",")[0].strip(b'"\r') == b"_id" else set()
    if ids and (len(ids) != len(found) or ids & pages.ids):
        raise TransientFailure(
            Bilingual(
                id=f"tabel di {reply.host} berubah selagi dibaca: ada baris yang terkirim dua kali",
                en=f"the table at {reply.host} changed while it was read: a row was sent twice",
            )
        )
    pages.rows.append(rows if rows.endswith(b"\n") or not rows else rows + b"\n")
    pages.count += len(found)
    pages.ids |= ids
    return bool(found)
