"""Connectors: one small module each, behind one interface."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from catalog.connector import BpsConnector, CkanConnector, FileConnector, HttpConnector
from catalog.contract import ContractFile
from catalog.strict import Bilingual
from sources.connectors.failures import RefusedAnswer, SourceFailure, TerminalFailure, TransientFailure
from sources.connectors.interface import Answer, Delivery, Outside, Seen, Unchanged

__all__ = [
    "Answer",
    "Delivery",
    "Outside",
    "RefusedAnswer",
    "Seen",
    "SourceFailure",
    "TerminalFailure",
    "TransientFailure",
    "Unchanged",
    "deliver",
]

SILENT_CHANGE = Bilingual(
    id="Isinya berubah, padahal tanggal ubahnya di penerbit tetap sama.",
    en="The content has changed, but the publisher's date of last change has not.",
)


def deliver(
    contract_file: ContractFile, last: Seen | None = None, outside: Outside | None = None
) -> Delivery | Unchanged:
    """Fetch a source by the connector that its contract names.

    `last` is what we last saw of it and still hold. Raises `TransientFailure` when another try may help and
    `TerminalFailure` when somebody must act first.
    """
    answer = _deliver(contract_file, last, outside or Outside())
    if isinstance(answer, Delivery) and last is not None and _changed_in_silence(answer, last):
        return replace(answer, notes=(*answer.notes, SILENT_CHANGE))
    return answer


def _deliver(contract_file: ContractFile, last: Seen | None, outside: Outside) -> Delivery | Unchanged:
    # Imported where needed: a project of bundled files wants no HTTP library.
    connector = contract_file.contract.connector
    if isinstance(connector, FileConnector):
        from sources.connectors.file import deliver as deliver_file

        return deliver_file(connector, contract_file, last, outside)
    if isinstance(connector, HttpConnector):
        from sources.connectors.http import deliver as deliver_http

        return deliver_http(connector, contract_file, last, outside)
    if isinstance(connector, CkanConnector):
        from sources.connectors.ckan import deliver as deliver_ckan

        return deliver_ckan(connector, contract_file, last, outside)
    if isinstance(connector, BpsConnector):
        from sources.connectors.bps import deliver as deliver_bps

        return deliver_bps(connector, contract_file, outside)
    from sources.connectors.jatim import deliver as deliver_jatim

    return deliver_jatim(connector, contract_file, outside)


def _changed_in_silence(answer: Delivery, last: Seen) -> bool:
    same_date = answer.last_modified is not None and answer.last_modified == last.last_modified
    return same_date and hashlib.sha256(answer.data).hexdigest() != last.sha256
