"""What figures mean: typed models of indicators, units, breakdowns, regions and agglomerations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from catalog.strict import Bilingual, Declared

Domain = Literal["poverty", "economy", "services"]
Level = Literal["nation", "province", "regency", "city", "subdistrict", "village", "urban_village", "agglomeration"]
Direction = Literal["lower_is_better", "higher_is_better", "neutral"]


# Ids and codes go into keys, file names, SQL and pages: none of them can hold a quote, a tag or a way out of a folder.
NAME = r"^[a-z][a-z0-9_]*$"
CODE = r"^[A-Za-z0-9_]+$"
REGION = r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$"
BPS_REGION = r"^([0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10})$"


class Unit(Declared):
    """A unit of measure; `factor` turns a figure in it into the canonical unit `canonical`."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    canonical: str
    factor: Decimal = Decimal(1)


class Code(Declared):
    """One code of a breakdown dimension, with the texts under which publishers print it."""

    code: str = Field(pattern=CODE)
    label: Bilingual
    texts: list[str] = []


class Breakdown(Declared):
    """A breakdown dimension (`sector`, `facility`) and its complete code list."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    codes: list[Code]

    def codes_by_text(self) -> dict[str, str]:
        """Every text that stands for a code, the code itself included."""
        return {text: code.code for code in self.codes for text in (code.code, *code.texts)}


class Bounds(Declared):
    """The range outside which a figure cannot be right, and what says so."""

    min: float | None = None
    max: float | None = None
    basis: Literal["meaning", "history"]


class Break(Declared):
    """The first year of a new definition, base or weighting; nothing is compared across it."""

    year: int
    what: Bilingual
    regions: list[str] = []


class Sum(Declared):
    """Add the members up; exact for counts and for fixed-base volumes."""

    kind: Literal["sum"]


class RatioOfSums(Declared):
    """`scale` x sum of numerators / sum of denominators.

    `denominator` is an indicator, or "implied": each member's numerator / (its own published rate / scale),
    where the publisher prints count and rate but not the population behind them.
    """

    kind: Literal["ratio_of_sums"]
    numerator: str
    denominator: str
    scale: float = 100.0


class Growth(Declared):
    """100 x (level_t / level_{t-1} - 1) of the summed level `of`, within one source and no break."""

    kind: Literal["growth"]
    of: str


class WeightedMean(Declared):
    """Mean of the members' values, weighted by the product of the indicators `weights`.

    "exact" only where the weight is the denominator behind the published value, else "approximate".
    """

    kind: Literal["weighted_mean"]
    weights: list[str] = Field(min_length=1)
    exactness: Literal["exact", "approximate"]


class Recomputed(Declared):
    """A published formula over the agglomeration's own components; an estimate, not an official figure."""

    kind: Literal["recomputed"]
    formula: Literal["hdi"]
    components: list[str] = Field(min_length=1)


class SumOf(Declared):
    """The sum of other indicators of the same region (labour force = employed + unemployed)."""

    kind: Literal["sum_of"]
    parts: list[str] = Field(min_length=2)


class RatioOf(Declared):
    """`scale` x numerator / denominator of the same region, both from one compilation."""

    kind: Literal["ratio_of"]
    numerator: str
    denominator: str
    scale: float = 100.0


class NotAggregable(Declared):
    """No value exists for the agglomeration; `reason` says why."""

    kind: Literal["not_aggregable"]
    reason: Bilingual


Rule = Annotated[Sum | RatioOfSums | Growth | WeightedMean | Recomputed | NotAggregable, Field(discriminator="kind")]
Derivation = Annotated[Growth | SumOf | RatioOf, Field(discriminator="kind")]


class Indicator(Declared):
    """One quantity under one definition; another method, base or denominator is another indicator.

    Counts of a `sensitive` one above zero and under `suppress_below` are not published, nor what reveals them
    (docs/disclosure.md). `already_published` names sources whose publication prints such counts itself, below
    kabupaten and kota too; `cumulative` says that a year counts the years before it in.

    `applies_to` names the levels of region that can have it at all (the village index of a kabupaten, say, for a city
    has no desa); empty means every level. What it does not apply to is neither missing nor zero, and is left out of
    joint values.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    domain: Domain
    label: Bilingual
    symbol: str | None = None
    unit: str
    decimals: int = Field(ge=0, le=6)
    derived_decimals: int = Field(ge=0, le=8)
    bounds: Bounds
    definition: Bilingual
    producer: str
    method_version: str
    reference: Bilingual
    frequency: Literal["A"] = "A"
    estimation_level: Level
    survey: bool = False
    sensitive: bool = False
    suppress_below: int = Field(default=5, ge=2)
    already_published: list[str] = []
    cumulative: bool = False
    direction: Direction = "neutral"
    fixed_base: bool = False
    total_from: str | None = None
    breakdowns: list[str] = []
    derive: Derivation | None = None
    rules: list[Rule] = Field(min_length=1)
    breaks: list[Break] = []
    wide: bool = True
    applies_to: list[Level] = []

    @property
    def is_count(self) -> bool:
        """Whether it counts something, so that its figures add up over regions."""
        return self.unit != "percent" and any(rule.kind == "sum" for rule in self.rules)

    @property
    def numerators(self) -> list[str]:
        """What a rate counts, by its derivation or its joint rules."""
        found = [rule.numerator for rule in self.rules if isinstance(rule, RatioOfSums)]
        return [*([self.derive.numerator] if isinstance(self.derive, RatioOf) else []), *found]

    @model_validator(mode="after")
    def _sensitive_is_a_count_or_a_rate(self) -> Indicator:
        if self.sensitive and not (self.is_count or self.numerators):
            raise ValueError(
                "what is sensitive must be a count (rule 'sum') or name its numerator; else nothing is hidden"
            )
        return self

    def breaks_at(self, year: int, region: str) -> Break | None:
        """The declared break whose first year is `year` in `region`, if any."""
        for item in self.breaks:
            if item.year == year and (not item.regions or region in item.regions):
                return item
        return None


class Region(Declared):
    """A region under one code; `valid_from`/`valid_to` are the years the code is in force (inclusive)."""

    code: str = Field(pattern=REGION)
    bps_code: str = Field(pattern=BPS_REGION)
    name: str
    level: Level
    parent: str | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    instrument: str = ""
    successor: str | None = None


class Agglomeration(Declared):
    """Governments that plan together, and the peers they are held against."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    label: Bilingual
    members: list[str] = Field(min_length=2)
    peers: list[str] = []
    province: str


class SourceYears(Declared):
    """A source's turn within a series: the years it speaks for, both ends included."""

    source: str
    first: int | None = None
    last: int | None = None


class Precedence(Declared):
    """Which source speaks for a series (indicator, region) in which years, and why.

    A year belongs to the first source of `order` whose turn covers it and that has any figure of the series
    at all: a whole source may step in for another, a single cell never does. "*" stands for every region.
    """

    indicators: list[str] = Field(min_length=1)
    regions: list[str] = Field(min_length=1)
    order: list[SourceYears] = Field(min_length=1)
    reason: Bilingual


class Reason(Declared):
    """Why a figure is missing: a code in the tables and its sentence for readers."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Bilingual


class Instrument(Declared):
    """A decree that lists region codes, with the first year its codes apply here."""

    id: str
    year: int
    signed: date | None = None
