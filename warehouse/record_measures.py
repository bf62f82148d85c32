"""The measures of the joint tables made of records: record_measures.toml and its typed loader."""

from __future__ import annotations

import tomllib
from functools import cache, cached_property
from pathlib import Path

from pydantic import Field, model_validator

from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors
from transforms.values import TOTAL
from warehouse.model import HERE

FILE = HERE / "record_measures.toml"
EXAMPLE = "example=yes"


class Measure(Declared):
    """One column: how it came about (`kind`), its `formula` over columns, and where it is taken from.

    `of` is the column that says of how many records it is; `published` names columns that are published figures.
    """

    column: str
    kind: str
    formula: str = ""
    of: str = ""
    from_table: str = Field(default="", alias="from")
    as_column: str = Field(default="", alias="as")
    published: str = ""


class RecordTable(Declared):
    """One joint table: the type of its records, and the columns by which a measure of it is asked.

    A change while the column `rule` says something else is one of the rule.
    """

    name: str
    record: str = ""
    period: str
    breakdown: list[str]
    rule: str = ""
    measures: list[Measure] = Field(min_length=1)

    @cached_property
    def by_column(self) -> dict[str, Measure]:
        """The measures by column, in order."""
        return {item.column: item for item in self.measures}


class Kind(Declared):
    """How a measure came about, in words; "{n}" stands for the number of records."""

    id: str
    label: Bilingual


class Word(Declared):
    """A code of the tables in words."""

    code: str
    label: Bilingual


class RecordMeasures(Declared):
    """record_measures.toml as a whole."""

    tables: list[RecordTable] = Field(alias="table", min_length=1)
    kinds: list[Kind] = Field(alias="kind")
    words: list[Word] = Field(default=[], alias="word")

    @model_validator(mode="after")
    def _kinds_are_known(self) -> RecordMeasures:
        for table in self.tables:
            for measure in table.measures:
                if measure.kind not in self.by_kind:
                    raise ValueError(f"{table.name}.{measure.column}: the kind '{measure.kind}' is not declared")
                if (measure.kind == "taken") != bool(measure.from_table):
                    raise ValueError(f"{table.name}.{measure.column}: 'from' belongs to the kind 'taken'")
        return self

    @cached_property
    def by_name(self) -> dict[str, RecordTable]:
        """The tables by name."""
        return {item.name: item for item in self.tables}

    @cached_property
    def by_kind(self) -> dict[str, Bilingual]:
        """The words of each kind."""
        return {item.id: item.label for item in self.kinds}

    @cached_property
    def by_code(self) -> dict[str, Bilingual]:
        """The words of each code."""
        return {item.code: item.label for item in self.words}


@cache
def load_record_measures(path: Path = FILE) -> RecordMeasures:
    """Read record_measures.toml; raises `DeclarationError` naming the key at fault."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as TOML: {error}") from None
    with explain_errors(path.name, RecordMeasures):
        return RecordMeasures.model_validate(values)


def breakdown_of(table: RecordTable, row: dict[str, object]) -> str:
    """How a row is told apart within its region and period: "category=jalan rusak", or `_T`.

    Rows of examples end in `EXAMPLE` in the tables whose rows of either side stand beside each other.
    """
    parts = [f"{name}={row[name]}" for name in sorted(table.breakdown) if row[name] != TOTAL]
    return ";".join([*parts, *([EXAMPLE] * has_sides(table) if row["synthetic"] else [])]) or TOTAL


def has_sides(table: RecordTable) -> bool:
    """Whether real figures and examples have rows of their own in the table."""
    return table.record not in {"", "evaluation"}
