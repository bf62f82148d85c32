"""Satu Data Indonesia words about indicators and variables that the catalog does not have: models of satu_data.toml."""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from catalog.strict import DeclarationError, Declared, explain_errors

FILE = "satu_data.toml"
# Two letters, concept, definition and classification, as BPS numbers its statistical standards.
SDSN = r"^(SD|SP|ST|SE|UL)\d{5}\.\d{2}\.\d{2}$"


class Activity(Declared):
    """A statistical activity that produces indicators (kegiatan penghasil)."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str


class Variable(Declared):
    """A variable that indicators are built from and that is no indicator itself; what is left out is not known."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    alias: str | None = None
    concept: str
    definition: str
    selection: str | None = None
    reference_time: str | None = None
    data_type: Literal["numerik", "kategorik"]
    classification: str | None = None
    validation: str | None = None
    question: str | None = None
    public: bool | None = None
    sdsn: str | None = Field(default=None, pattern=SDSN)


class Entry(Declared):
    """What MS-Ind asks of one or more indicators; what is left out is not known.

    A composite is built from other indicators, named by id or, where the catalog does not have them, in words.
    Any other comes from an activity and its `variables` (ids of [[variable]] or of indicators); without any the
    figure is collected as it is.
    """

    indicators: list[str] = Field(min_length=1)
    concept: str
    interpretation: str
    formula: str | None = None
    measure: str | None = None
    activity: str | None = None
    variables: list[str] = []
    composite: bool = False
    components: list[str] = []
    publication: str | None = None
    sdsn: str | None = Field(default=None, pattern=SDSN)

    @model_validator(mode="after")
    def _composite_or_collected(self) -> Entry:
        if self.composite and (not self.components or self.activity or self.variables):
            raise ValueError("a composite names its components, and neither activity nor variables")
        if not self.composite and (self.components or self.publication):
            raise ValueError("only a composite has components and their publication")
        return self


class SatuDataWords(Declared):
    """satu_data.toml as a whole; texts are Indonesian, as the standard is."""

    unavailable: str = "tidak tersedia"
    as_published: str = "tidak tersedia"
    standard: str = ""
    notes: list[str] = []
    measure_by_unit: dict[str, str] = {}
    level: dict[str, str] = {}
    rule: dict[str, str] = {}
    activities: list[Activity] = Field(default=[], alias="activity")
    variables: list[Variable] = Field(default=[], alias="variable")
    entries: list[Entry] = Field(default=[], alias="entry")

    def entry_of(self, indicator: str) -> Entry | None:
        """What is declared about an indicator; None for one that nobody has described yet."""
        return next((item for item in self.entries if indicator in item.indicators), None)

    def variable_of(self, name: str) -> Variable | None:
        """The declared variable of that id, if it is one."""
        return next((item for item in self.variables if item.id == name), None)

    def activity_of(self, entry: Entry | None) -> Activity | None:
        """The activity behind an entry, where it is known."""
        return next((item for item in self.activities if entry is not None and item.id == entry.activity), None)


NOTHING_SAID = SatuDataWords()


def load_satu_data(folder: Path, indicators: Collection[str]) -> SatuDataWords:
    """Read satu_data.toml of a catalog folder; raises `DeclarationError` naming the entry at fault.

    An indicator without an entry is none: its words are then not available.
    """
    try:
        values = tomllib.loads((folder / FILE).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{FILE}: not readable as TOML: {error}") from None
    with explain_errors(FILE, SatuDataWords):
        words = SatuDataWords.model_validate(values)
    faults = list(_faults(words, indicators))
    if faults:
        raise DeclarationError("\n".join(faults))
    return words


def _faults(words: SatuDataWords, indicators: Collection[str]) -> Iterable[str]:
    activities = [item.id for item in words.activities]
    variables = [item.id for item in words.variables]
    named = [name for entry in words.entries for name in entry.indicators]
    for kind, ids in (("activity", activities), ("variable", variables), ("indicator", named)):
        for name, times in Counter(ids).items():
            if times > 1:
                yield f"{FILE}: the {kind} '{name}' is declared {times} times"
    for name in variables:
        if name in indicators:
            yield f"{FILE}: the variable '{name}' is an indicator already; name it without declaring it"
    for entry in words.entries:
        where = f"{FILE}, [[entry]] {entry.indicators[0]}"
        yield from (
            _unknown(where, "indicator", name, indicators) for name in entry.indicators if name not in indicators
        )
        if entry.activity is not None and entry.activity not in activities:
            yield _unknown(where, "activity", entry.activity, activities)
        known = [*variables, *indicators]
        yield from (_unknown(where, "variable", name, known) for name in entry.variables if name not in known)


def _unknown(where: str, kind: str, name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"{where}: unknown {kind} '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")
