"""Keys and tokens: nothing that we write or log ever shows one.

A key travels in the address of a request, because BPS wants it there, and libraries log addresses. So every
value that was ever used as a secret is remembered here, and failures and the loggers of the HTTP libraries
pass their text through `hide`.
"""

from __future__ import annotations

import logging
from urllib.parse import quote, quote_plus

HIDDEN = "***"
LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")

_secrets: set[str] = set()


def remember(value: str) -> None:
    """From now on hide `value`, as it is and as it can stand in an address."""
    _secrets.update(text for text in (value, quote(value), quote(value, safe=""), quote_plus(value)) if text)


def hide(text: str) -> str:
    """`text` without any secret that was ever used."""
    for value in sorted(_secrets, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text


class HideSecrets(logging.Filter):
    """Rewrites a log record so that no handler sees a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, with its text hidden where needed."""
        text = record.getMessage()
        if hide(text) != text:
            record.msg, record.args = hide(text), None
        return True


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(HideSecrets())
