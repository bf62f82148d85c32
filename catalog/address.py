"""Addresses that are printed, kept and written into units: none may hold a password or a token."""

from __future__ import annotations

# These write the account behind an "@" in the address.
ACCOUNTS = ("az", "abfs", "abfss")


def holds_secret(url: str) -> bool:
    """Whether an address has a password before its host, or a query or fragment, where tokens travel."""
    scheme, mark, rest = url.strip().partition("://")
    user = (rest if mark else scheme).partition("/")[0].rpartition("@")[0]
    return bool(user and (":" in user or scheme not in ACCOUNTS)) or "?" in rest or "#" in rest
