"""Where a key or token comes from: an environment variable, or else a block of a keeper of secrets."""

from __future__ import annotations

from catalog.strict import Bilingual
from sources.connectors.failures import AuthError
from sources.connectors.interface import Outside
from sources.connectors.secrecy import remember


def find_key(variable: str, block: str | None, outside: Outside) -> str:
    """The key in `variable`, or else in `block`; from here on it is hidden everywhere. Raises `AuthError`."""
    value = outside.environ.get(variable, "").strip()
    if not value and block and outside.secret_block:
        value = outside.secret_block(block).strip()
    remember(value)
    place_id = f"variabel lingkungan {variable}" + (f" atau blok Secret Prefect '{block}'" if block else "")
    place_en = f"the variable {variable}" + (f" or the Prefect Secret block '{block}'" if block else "")
    if not value:
        raise AuthError(
            Bilingual(
                id=f"kunci penerbit belum ada. Isi {place_id}.",
                en=f"there is no key for the publisher. Set {place_en}.",
            )
        )
    if not (value.isascii() and value.isprintable()):
        raise AuthError(
            Bilingual(
                id=f"kunci di {place_id} berisi ganti baris atau huruf asing. Salin ulang kuncinya.",
                en=f"the key in {place_en} holds a line break or a foreign letter. Copy it again.",
            )
        )
    return value
