"""What a record is: typed models of records.toml, one per type (evaluation, activity, call, facility).

A record is one row of an office's own list. Only the fields declared here are ever kept of it, and they never leave
the writer's own warehouse; what is published are aggregates.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from catalog.models import Code, Level
from catalog.strict import Bilingual, Declared

FILE = "records.toml"
FieldType = Literal["text", "integer", "number", "date", "datetime", "code", "region", "year"]
NUMERIC = ("integer", "number", "year")


class RecordField(Declared):
    """One field of a record: its type, whether it must be filled, and what it may hold.

    `codes` are those of a code, `levels` those of a region, `min` and `max` bound a number in `unit`; `part_of` names
    the number that this one is a part of.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: FieldType
    label: Bilingual
    required: bool = False
    codes: list[Code] = []
    levels: list[Level] = []
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str = ""
    part_of: str | None = None

    @model_validator(mode="after")
    def _keys_suit_the_type(self) -> RecordField:
        suits = {"codes": self.type == "code", "levels": self.type == "region", "part_of": self.type == "number"}
        for key, fits in suits.items():
            if getattr(self, key) and not fits:
                raise ValueError(f"field '{self.name}': '{key}' is no key of a field of type '{self.type}'")
        for key, wanted in (("codes", self.type == "code"), ("levels", self.type == "region")):
            if wanted and not getattr(self, key):
                raise ValueError(f"field '{self.name}': a field of type '{self.type}' needs the key '{key}'")
        if (self.min is not None or self.max is not None) and self.type not in NUMERIC:
            raise ValueError(f"field '{self.name}': only numbers have 'min' and 'max', not type '{self.type}'")
        return self

    def codes_by_text(self) -> dict[str, str]:
        """Every text that stands for a code, the code itself included, in lower case."""
        return {text.casefold(): item.code for item in self.codes for text in (item.code, *item.texts)}


class Apart(Declared):
    """How far `second` may lie from `first`: numbers in their unit, days for dates, minutes for times."""

    first: str
    second: str
    min: int | None = None
    max: int | None = None
    label: Bilingual

    @property
    def name(self) -> str:
        """Tells the pairs of one record type apart."""
        return f"{self.first}__{self.second}"


class RecordType(Declared):
    """One type of record.

    `key` identifies a record; `year` is the field whose year the region's code must be in force in.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Bilingual
    key: list[str] = Field(min_length=1)
    year: str
    fields: list[RecordField] = Field(alias="field", min_length=1)
    apart: list[Apart] = []

    @model_validator(mode="after")
    def _names_are_fields(self) -> RecordType:
        if len(self.by_name) != len(self.fields):
            raise ValueError("a field is declared twice")
        for where, name in self._named():
            if name not in self.by_name:
                raise ValueError(f"{where} names '{name}', which is no field")
        for name in self.key:
            if not self.by_name[name].required:
                raise ValueError(f"the key names '{name}', so it must be required")
        if self.by_name[self.year].type not in {"year", "date", "datetime"}:
            raise ValueError(f"'{self.year}' holds no year")
        if sum(field.type == "region" for field in self.fields) != 1:
            raise ValueError("a record has one field of type 'region'")
        return self

    def _named(self) -> Iterator[tuple[str, str]]:
        yield from (("key", name) for name in self.key)
        yield "year", self.year
        yield from (("apart", name) for pair in self.apart for name in (pair.first, pair.second))
        yield from (("part_of", field.part_of) for field in self.fields if field.part_of)

    @cached_property
    def by_name(self) -> dict[str, RecordField]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def region(self) -> RecordField:
        """The field that names the region."""
        return next(field for field in self.fields if field.type == "region")

    def parts_of(self, name: str) -> list[str]:
        """The fields that are parts of the number `name`, in declared order."""
        return [field.name for field in self.fields if field.part_of == name]
