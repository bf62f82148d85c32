"""A file at an address; asked for only if it has changed since we last saw it."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath

from catalog.connector import HttpConnector
from catalog.contract import AnyContract, ContractFile
from catalog.strict import Bilingual
from sources.connectors.failures import RefusedAnswer
from sources.connectors.interface import Delivery, Outside, Seen, Unchanged
from sources.connectors.refusals import Reply, page_instead
from sources.connectors.web import Web

SUFFIXES = {"csv", "tsv", "txt", "xlsx", "xls", "ods", "json", "html"}


def deliver(
    connector: HttpConnector, contract_file: ContractFile, last: Seen | None, outside: Outside
) -> Delivery | Unchanged:
    """Fetch the file at the contract's address; raises a `SourceFailure`."""
    contract = contract_file.contract
    with Web(connector, contract_file.folder, contract.format.max_bytes, outside) as web:
        return download(web, connector.url, contract, last)


def download(web: Web, url: str, contract: AnyContract, last: Seen | None) -> Delivery | Unchanged:
    """A file as it was sent, or `Unchanged` when the publisher says so; the address of lineage is `url` itself.

    Where a redirect ends is not kept: such addresses expire, and may carry the publisher's own keys.
    """
    conditions = _conditions(url, last)
    reply = web.get(url, headers=conditions)
    if reply.status == HTTPStatus.NOT_MODIFIED:
        if not conditions:
            raise _unasked(reply)
        return Unchanged(url)
    if contract.format.kind != "html" and reply.is_page:
        raise page_instead(reply)
    return Delivery(
        data=reply.body,
        url=url,
        suffix=suffix_of(url, contract.format.kind),
        etag=reply.headers.get("etag"),
        last_modified=reply.headers.get("last-modified"),
    )


def _conditions(url: str, last: Seen | None) -> dict[str, str]:
    """What makes a request conditional; nothing when we last saw another address."""
    if last is None or last.url != url:
        return {}
    named = {"If-None-Match": last.etag, "If-Modified-Since": last.last_modified}
    return {name: value for name, value in named.items() if value}


def suffix_of(url: str, default: str) -> str:
    """The ending of the name in an address, when it is one that a table can have."""
    path = url.partition("#")[0].partition("?")[0].strip()
    ending = PurePosixPath(path).suffix.lstrip(".").lower()
    return ending if ending in SUFFIXES else default


def _unasked(reply: Reply) -> RefusedAnswer:
    return RefusedAnswer(
        Bilingual(
            id=f"{reply.host} menjawab 'tidak berubah' (304), padahal kami belum punya berkasnya. Laporkan.",
            en=f"{reply.host} answered 'not modified' (304), though we have no copy of the file. Report it.",
        )
    )
