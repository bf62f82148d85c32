"""Words for the codes in published tables and the notices that go with figures: the typed model of terms.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from catalog.codes import code_label, load_codes
from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors

HERE = Path(__file__).resolve().parent
FILE = HERE / "terms.toml"
LESS_THAN_EXACT = ("approximate", "estimate")


class Mark(Declared):
    """A label and the sign that stands for it behind a number."""

    label: Bilingual
    mark: str


class Notice(Declared):
    """What is said with a figure of an agglomeration, a change in a survey figure, an example, a source's number."""

    joint: Bilingual
    untested: Bilingual
    synthetic: Bilingual
    sources: Bilingual


class Terms(Declared):
    """terms.toml as a whole."""

    status_mark: dict[str, str]
    break_mark: Mark
    synthetic_mark: Mark
    difference_unit: dict[str, Bilingual]
    notice: Notice
    notes: list[Bilingual] = Field(alias="note", min_length=1)

    @property
    def status(self) -> dict[str, Mark]:
        """Every status in words, with the sign behind a number; a final figure has none."""
        return {
            code: Mark(label=label, mark=self.status_mark.get(code, ""))
            for code, label in load_codes()["status"].items()
        }

    @property
    def exactness(self) -> dict[str, Bilingual]:
        """What is said of a method that is less than exact."""
        return {code: load_codes()["exactness"][code] for code in LESS_THAN_EXACT}

    def status_of(self, code: str | None) -> Bilingual:
        """A status in words; a code that has none stands for itself."""
        return code_label("status", code)

    def method_of(self, method: str | None, exactness: str | None) -> Bilingual:
        """How a value came about, and whether that is less than exact."""
        label, less = code_label("method", method), self.exactness.get(exactness or "")
        return Bilingual(id=f"{label.id} ({less.id})", en=f"{label.en} ({less.en})") if less else label

    def evidence_of(self, code: str | None) -> Bilingual:
        """Evidence in words; a code that has none stands for itself."""
        return code_label("evidence", code)


@cache
def load_terms(path: Path = FILE) -> Terms:
    """Read terms.toml; raises `DeclarationError` naming the key at fault."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as TOML: {error}") from None
    with explain_errors(path.name, Terms):
        return Terms.model_validate(values)
