"""Words for the codes in published tables and the notices that go with figures: the typed model of terms.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors

HERE = Path(__file__).resolve().parent
FILE = HERE / "terms.toml"


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

    status: dict[str, Mark]
    break_mark: Mark
    synthetic_mark: Mark
    method: dict[str, Bilingual]
    exactness: dict[str, Bilingual]
    evidence: dict[str, Bilingual]
    change_kind: dict[str, Bilingual]
    change_reason: dict[str, Bilingual]
    difference_unit: dict[str, Bilingual]
    notice: Notice
    notes: list[Bilingual] = Field(alias="note", min_length=1)

    def status_of(self, code: str | None) -> Bilingual:
        """A status in words; a code that has none stands for itself."""
        found = self.status.get(code or "")
        return found.label if found else _itself(code)

    def method_of(self, method: str | None, exactness: str | None) -> Bilingual:
        """How a value came about, and whether that is less than exact."""
        label, less = self.method.get(method or "", _itself(method)), self.exactness.get(exactness or "")
        return Bilingual(id=f"{label.id} ({less.id})", en=f"{label.en} ({less.en})") if less else label

    def evidence_of(self, code: str | None) -> Bilingual:
        """Evidence in words; a code that has none stands for itself."""
        return self.evidence.get(code or "", _itself(code))


def _itself(code: str | None) -> Bilingual:
    return Bilingual(id=code or "-", en=code or "-")


@cache
def load_terms(path: Path = FILE) -> Terms:
    """Read terms.toml; raises `DeclarationError` naming the key at fault."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as TOML: {error}") from None
    with explain_errors(path.name, Terms):
        return Terms.model_validate(values)
