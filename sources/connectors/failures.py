"""Why a source could not be fetched: one class per cause, transient or terminal, each with what to do about it."""

from __future__ import annotations

from catalog.strict import Bilingual, ToldError
from sources.connectors.secrecy import hide


class SourceFailure(ToldError):
    """A source could not be fetched; `message` says what was found and what to do, and never shows a secret."""

    def __init__(self, message: Bilingual) -> None:
        super().__init__(Bilingual(id=hide(message.id), en=hide(message.en)))


class TransientFailure(SourceFailure):
    """A failure that may pass: trying again can help.

    `retry_after` is how many seconds the publisher asks us to wait; `tries` is how often it was tried, 0 when
    nobody has tried again yet.
    """

    def __init__(self, message: Bilingual, retry_after: float | None = None, tries: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.tries = tries


class TerminalFailure(SourceFailure):
    """A failure that stays until somebody acts: trying again cannot help."""


class NotFound(TerminalFailure):
    """The publisher does not have what the contract names."""


class AuthError(TerminalFailure):
    """The publisher wants a key or token that we do not have, or refuses ours."""


class Blocked(TerminalFailure):
    """A firewall stands before the publisher and answers with a page of its own."""


class BadRequest(TerminalFailure):
    """The publisher does not understand what the contract makes us ask."""


class TooLarge(TerminalFailure):
    """The answer is larger than the contract allows."""


class Untrusted(TerminalFailure):
    """The publisher's certificate cannot be verified."""


class BadRedirect(TerminalFailure):
    """The publisher sends us in circles, or to an address of another kind."""


class RefusedAnswer(TerminalFailure):
    """The publisher answered, and what it sent is not what was asked for."""


class HtmlAnswer(RefusedAnswer):
    """A web page, a login form say, stands where data was asked for."""


class AmbiguousKey(RefusedAnswer):
    """A key of a BPS cell fits two cells of the table."""


class UnmatchedKey(RefusedAnswer):
    """A key of a BPS cell fits no cell of the table."""
