"""What must hold between figures: typed models of identities.toml, each kind a rule that needs no further code."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from catalog.models import Level
from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors

EVERY = "*"
FILE = "identities.toml"
Tolerance: TypeAlias = Literal["exact", "rounding"]


class Known(Declared):
    """Figures that break an identity in the publication itself, and why they stand all the same.

    Everything named must agree; `last` is `first` where it is absent. With `found` the exception holds for this
    one figure only, so that another error in the same place is still caught.
    """

    region: str = EVERY
    first: int
    last: int | None = None
    indicator: str | None = None
    breakdown: str | None = None
    source: str | None = None
    found: Decimal | None = None
    reason: Bilingual


class Reference(Declared):
    """A figure of a parent region that no source of ours holds, and where it can be read."""

    indicator: str
    region: str
    year: int
    value: Decimal
    evidence: Bilingual


class Identity(Declared):
    """What every identity declares.

    A failed one is a finding and stops no release; with `at_door` it is also held against every new edition of a
    source, and there a critical one refuses the edition.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    severity: Literal["critical", "warning"]
    label: Bilingual
    at_door: bool = False
    known: list[Known] = []

    @property
    def needs(self) -> list[str]:
        """The indicators without which the identity cannot be held."""
        return []


class Listed(Identity):
    """An identity held against each of some indicators on its own; "*" stands for all, `apart` leaves some out."""

    indicators: list[str] = Field(min_length=1)
    apart: list[str] = []

    def among(self, known: list[str]) -> list[str]:
        """Those of the catalog's indicators that the identity is held against."""
        wanted = known if EVERY in self.indicators else [name for name in self.indicators if name in known]
        return [name for name in wanted if name not in self.apart]


class Crossing(Identity):
    """An identity between indicators, of one compilation unless `across` lets different sources meet."""

    across: bool = False


class SumOfBreakdown(Identity):
    """The parts of a breakdown add up to the printed total, within one compilation.

    "exact" asks for equality; "rounding" allows half a rounding unit for each part and for the total.
    """

    kind: Literal["sum_of_breakdown"]
    indicator: str
    dimension: str
    tolerance: Tolerance

    @property
    def needs(self) -> list[str]:
        """The indicator that is broken down."""
        return [self.indicator]


class SumOfIndicators(Crossing):
    """An indicator is the sum of others of the same region and year."""

    kind: Literal["sum_of_indicators"]
    total: str
    parts: list[str] = Field(min_length=2)
    tolerance: Tolerance

    @property
    def needs(self) -> list[str]:
        """The total and its parts."""
        return [self.total, *self.parts]


class Ratio(Crossing):
    """`rate` is `scale` x numerator / the sum of `denominator`, within the rounding of all of them."""

    kind: Literal["ratio"]
    rate: str
    numerator: str
    denominator: list[str] = Field(min_length=1)
    scale: float = 100.0

    @property
    def needs(self) -> list[str]:
        """The rate and what it is made of."""
        return [self.rate, self.numerator, *self.denominator]


class ImpliedPopulationMoves(Identity):
    """The population behind a count and its rate moves at most `limit` percent a year, from `first_year` on."""

    kind: Literal["implied_population_moves"]
    count: str
    rate: str
    scale: float = 100.0
    first_year: int
    limit: float = Field(gt=0)

    @property
    def needs(self) -> list[str]:
        """The count and the rate."""
        return [self.count, self.rate]


class Formula(Crossing):
    """A published index agrees with its own components by the published formula, within `tolerance`.

    `components` of "hdi": life expectancy, expected and mean years of schooling, adjusted expenditure.
    """

    kind: Literal["formula"]
    formula: Literal["hdi"]
    indicator: str
    components: list[str] = Field(min_length=4, max_length=4)
    tolerance: float = Field(gt=0)

    @property
    def needs(self) -> list[str]:
        """The index and its components."""
        return [self.indicator, *self.components]


class Order(Crossing):
    """Each indicator is at most the one before it.

    With `moments` three indicators also satisfy second^2 <= first x third, as P0, P1 and P2 do by Cauchy-Schwarz.
    """

    kind: Literal["order"]
    indicators: list[str] = Field(min_length=2)
    moments: bool = False

    @property
    def needs(self) -> list[str]:
        """All indicators of the chain."""
        return self.indicators


class GrowthOfLevels(Identity):
    """Printed growth agrees with the growth of levels of the same compilation.

    The tolerance is the rounding of all three figures and `slack`, for publishers who compute from finer levels.
    """

    kind: Literal["growth"]
    rate: str
    level: str
    slack: float = Field(default=0.0, ge=0)

    @property
    def needs(self) -> list[str]:
        """The growth rate and the level."""
        return [self.rate, self.level]


class ParentValueCopied(Listed):
    """No region repeats the figures of its parent region for `years` years in a row: a row copied from the parent.

    Parents speak through any source that has them, and through `references`.
    """

    kind: Literal["parent_value_copied"]
    years: int = Field(default=3, ge=2)
    references: list[Reference] = []


class CopiedYear(Listed):
    """No year of a table repeats the year before it in (nearly) all of at least `regions` regions."""

    kind: Literal["copied_year"]
    regions: int = Field(default=10, ge=2)
    share: float = Field(default=0.9, gt=0, le=1)


class MovesAtMost(Listed):
    """A figure of one source moves at most `limit` percent from a year to the next, from `first_year` on.

    The limit lies above the largest true move in the data's own history: what passes it is a break or an error.
    """

    kind: Literal["moves_at_most"]
    first_year: int
    limit: float = Field(gt=0)


class ChildrenAddToParent(Listed):
    """The figures of all regions of level `children` under a region of level `parent` add up to its own."""

    kind: Literal["children_add_to_parent"]
    children: list[Level] = Field(min_length=1)
    parent: Level
    tolerance: Tolerance


class MembersNotSwapped(Listed):
    """No source gives a member of an agglomeration the figure that another source gives to its fellow member."""

    kind: Literal["members_not_swapped"]


class SameFigureTwoSources(Listed):
    """Sources that print the same figure agree within their rounding."""

    kind: Literal["same_figure_two_sources"]


AnyIdentity: TypeAlias = Annotated[
    SumOfBreakdown
    | SumOfIndicators
    | Ratio
    | ImpliedPopulationMoves
    | Formula
    | Order
    | GrowthOfLevels
    | ParentValueCopied
    | CopiedYear
    | MovesAtMost
    | ChildrenAddToParent
    | MembersNotSwapped
    | SameFigureTwoSources,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[AnyIdentity] = TypeAdapter(AnyIdentity)


class _Declared(Declared):
    """Carries every kind, so that a wrong key is told with the nearest right one."""

    identity: AnyIdentity


def load_identities(folder: Path) -> tuple[AnyIdentity, ...]:
    """The identities of a catalog folder in declared order; raises `DeclarationError` naming the entry at fault."""
    path = folder / FILE
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{FILE}: not readable as TOML: {error}") from None
    unknown = set(values) - {"identity"}
    if unknown:
        raise DeclarationError(f"{FILE}: unknown table '{min(unknown)}'; did you mean 'identity'?")
    found: dict[str, AnyIdentity] = {}
    for number, item in enumerate(values.get("identity", []), start=1):
        identity = _identity(item, number)
        if identity.id in found:
            raise DeclarationError(f"{FILE}: the identity '{identity.id}' is declared twice")
        found[identity.id] = identity
    return tuple(found.values())


def _identity(item: dict[str, Any], number: int) -> AnyIdentity:
    with explain_errors(f"{FILE}, [[identity]] {item.get('id', number)}", _Declared):
        return _ADAPTER.validate_python(item)
