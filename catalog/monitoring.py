"""How programmes, facilities and complaints are judged: the typed model of monitoring.toml."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors

FILE = "monitoring.toml"
# The threshold of a category that nobody has declared: what is not known to be harmless is kept.
UNDECLARED_BELOW = 5


class Delivery(Declared):
    """`tolerance_points`: how many percentage points behind the passed part of the year is still in time."""

    tolerance_points: float = Field(default=10.0, ge=0, le=100)


class FacilityTarget(Declared):
    """How many units of a facility each kelurahan or desa is to have."""

    facility: str
    units: int = Field(ge=1)
    label: Bilingual


class Complaints(Declared):
    """Whose population rates are per, in order of preference, and how old its figure may be in years."""

    population: list[str] = []
    population_age: int = Field(default=3, ge=0)


class ComplaintCategory(Declared):
    """A category of complaints: the ways that offices write it, and whether it may point at a person.

    Counts of a `sensitive` one above zero and under `suppress_below` are not published, nor what reveals them.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Bilingual
    texts: list[str] = []
    sensitive: bool = False
    suppress_below: int = Field(default=UNDECLARED_BELOW, ge=2)


class ProfileRule(Declared):
    """A strength or problem of a kelurahan: one column of its profile, and what makes it so.

    A number is `at_least` or `at_most` a bound, a code `equals` a text. "{value}" in the text is the number found,
    "{facility}" the facility of the profile.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    side: Literal["strength", "problem"]
    column: str
    at_least: float | None = None
    at_most: float | None = None
    equals: str | None = None
    text: Bilingual

    @model_validator(mode="after")
    def _compares_one_way(self) -> ProfileRule:
        given = [name for name in ("at_least", "at_most", "equals") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"profile rule '{self.id}' needs one of at_least, at_most and equals, found {len(given)}")
        return self

    def holds(self, found: object) -> bool:
        """Whether a value of the column is a strength or problem; one that is missing is neither."""
        if found is None:
            return False
        if self.equals is not None:
            return found == self.equals
        number = float(str(found))
        return number >= self.at_least if self.at_least is not None else number <= float(self.at_most or 0.0)


class Profile(Declared):
    """Which facility a profile speaks of, and which indicator is the area that its density is by."""

    facility: str = ""
    area: str = ""


class Monitoring(Declared):
    """monitoring.toml as a whole."""

    delivery: Delivery = Delivery()
    facility_targets: list[FacilityTarget] = Field(default=[], alias="facility_target")
    complaints: Complaints = Complaints()
    complaint_categories: list[ComplaintCategory] = Field(default=[], alias="complaint_category")
    profile: Profile = Profile()
    profile_rules: list[ProfileRule] = Field(default=[], alias="profile_rule")

    def target_of(self, facility: str) -> FacilityTarget | None:
        """What each kelurahan is to have of a facility, if anything is declared."""
        return next((item for item in self.facility_targets if item.facility == facility), None)

    @cached_property
    def _thresholds(self) -> dict[str, int]:
        return {
            text.casefold(): item.suppress_below if item.sensitive else 0
            for item in self.complaint_categories
            for text in (item.id, item.label.id, item.label.en, *item.texts)
        }

    def suppress_below(self, category: str) -> int:
        """The least count of a category of complaints that is published, zero apart; 0 where every count is."""
        return self._thresholds.get(" ".join(category.split()).casefold(), UNDECLARED_BELOW)


NOTHING_DECLARED = Monitoring()


def load_monitoring(folder: Path) -> Monitoring:
    """Read monitoring.toml; raises `DeclarationError` naming the key at fault."""
    path = folder / FILE
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{FILE}: not readable as TOML: {error}") from None
    with explain_errors(FILE, Monitoring):
        return Monitoring.model_validate(values)
