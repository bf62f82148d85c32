"""Score bands of village evaluations: typed models of classification.toml, checked to be disjoint and gap-free."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from catalog.strict import Bilingual, Declared

FILE = "classification.toml"
UnitType = Literal["kelurahan", "desa"]
BandEvidence = Literal["publication", "third_party_copy", "press_quote", "inferred"]


class Band(Declared):
    """The whole points `min` to `max` (both included, open at the top) that make a class for one unit type."""

    unit_type: UnitType
    class_id: str = Field(alias="class", pattern=r"^[a-z][a-z0-9_]*$")
    min: int = Field(ge=0)
    max: int | None = None
    band_evidence: BandEvidence
    note: Bilingual | None = None


class Scheme(Declared):
    """One version of one scheme of evaluation: its fields, classes in rising order, bands, and the limit of a jump.

    Between two years a total that moves by `jump` points or more is taken for a matter of filling in the form, not
    of the village.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str
    label: Bilingual
    first_year: int
    last_year: int | None = None
    fields: list[str] = Field(min_length=1)
    classes: list[str] = Field(min_length=2)
    jump: int = Field(gt=0)
    jump_note: Bilingual
    bands: list[Band] = Field(alias="band", min_length=1)

    @model_validator(mode="after")
    def _bands_follow_each_other(self) -> Scheme:
        for unit in sorted({band.unit_type for band in self.bands}):
            fault = next(self._faults(self.bands_of(unit)), None)
            if fault:
                raise ValueError(f"{self.id}, {unit}: {fault}")
        return self

    def _faults(self, bands: list[Band]) -> Iterator[str]:
        if [band.class_id for band in bands] != self.classes:
            yield "the bands are not those of 'classes' in rising order"
        if bands[0].min != 0:
            yield "the lowest band does not begin at 0"
        for lower, upper in pairwise(bands):
            if lower.max is None or upper.min != lower.max + 1:
                yield f"'{upper.class_id}' begins at {upper.min}, but '{lower.class_id}' ends at {lower.max}"
        if bands[-1].max is not None:
            yield "the highest band is not open"

    def bands_of(self, unit_type: str) -> list[Band]:
        """The bands of one unit type, lowest first."""
        return sorted((band for band in self.bands if band.unit_type == unit_type), key=lambda band: band.min)

    def band_of(self, total: Decimal, unit_type: str) -> Band | None:
        """The band of a total; None for one that falls between two bands, or a unit type without bands.

        Bands are stated on whole points: 350.5 lies between 350 and 351 and belongs to neither.
        """
        for band in self.bands_of(unit_type):
            if band.min <= total and (band.max is None or total <= band.max):
                return band
        return None

    def covers(self, year: int) -> bool:
        """Whether this version speaks for the data year."""
        return self.first_year <= year <= (self.last_year or year)
