"""What a connector gives: the publisher's bytes with their provenance, or a typed failure."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.contract import ContractFile
from catalog.strict import Bilingual


@dataclass(frozen=True)
class Delivery:
    """Bytes as the publisher sent them, with where they came from; never changed on the way."""

    data: bytes
    url: str
    suffix: str
    etag: str | None = None
    last_modified: str | None = None


class SourceFailure(Exception):
    """A source could not be fetched; `message` says what to do about it."""

    def __init__(self, message: Bilingual) -> None:
        self.message = message
        super().__init__(message.en)


class TransientFailure(SourceFailure):
    """A failure that may pass: trying again can help."""


class TerminalFailure(SourceFailure):
    """A failure that stays until somebody acts: trying again cannot help."""


def deliver(contract_file: ContractFile) -> Delivery:
    """Fetch a source by the connector that its contract names; raises `SourceFailure`."""
    from sources.connectors import file

    return file.deliver(contract_file)
