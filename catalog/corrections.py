"""Known errors of publishers, corrected by declaration: <contract id>.corrections.toml beside the contract."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from pydantic import Field

from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors


class Correction(Declared):
    """One cell that a publisher got wrong: where it stands, what it says, what it should say, and why.

    `reported` is what the file prints; it is the guard: once the publisher prints something else, the correction
    no longer applies and the night says so. `told` and `told_on` say who was told of the error, and when.
    """

    indicator: str
    region: str
    period: str = Field(pattern=r"^[0-9]{4}$")
    breakdown: str = "_T"
    reported: str
    right: str
    reason: Bilingual
    told: str = ""
    told_on: date | None = None


class Corrections(Declared):
    """The corrections of one contract."""

    correction: list[Correction] = Field(min_length=1)


def corrections_path(contract: Path) -> Path:
    """Where the corrections of a contract file stand."""
    return contract.with_name(f"{contract.stem}.corrections.toml")


def load_corrections(contract: Path) -> list[Correction]:
    """The corrections of a contract file, none when it has no such file; raises `DeclarationError`."""
    path = corrections_path(contract)
    if not path.is_file():
        return []
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(
            f"{path.name}: not readable as TOML: {error}", f"{path.name}: tidak terbaca sebagai TOML: {error}"
        ) from None
    found: list[Correction] = []
    with explain_errors(path.name, Corrections):
        found += Corrections.model_validate(values).correction
    return found
