"""Renamed columns of published tables: renames.toml, and the former name as a column of the same values."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version as installed_version

from pydantic import Field, model_validator

from catalog.strict import Declared, explain_errors
from warehouse.model import HERE, Column

RENAMES = HERE / "renames.toml"
Version = tuple[int, int]
# How many minor versions a former name lives on beside the new one.
KEPT = 2


def _parsed(text: str) -> Version:
    major, minor, *_ = (int(part) for part in text.split("."))
    return major, minor


@cache
def version() -> Version:
    """Major and minor version of the product."""
    return _parsed(installed_version("mojoraya"))


class Rename(Declared):
    """A column of `table` that is called `new` since one version and `old`, too, until another."""

    table: str
    old: str
    new: str
    since: str = Field(pattern=r"^\d+\.\d+$")
    until: str = Field(pattern=r"^\d+\.\d+$")

    @model_validator(mode="after")
    def _readers_have_time(self) -> Rename:
        since, until = _parsed(self.since), _parsed(self.until)
        if until[0] == since[0] and until[1] < since[1] + KEPT:
            raise ValueError(f"{self.table}.{self.old}: a former name is kept for at least {KEPT} minor versions")
        if until < since:
            raise ValueError(f"{self.table}.{self.old}: it ends before it begins")
        return self

    def is_published(self, now: Version) -> bool:
        """Whether a product of version `now` still shows the former name."""
        return now < _parsed(self.until)

    def alias(self, column: Column) -> Column:
        """The former name as a column that shows the values of `column`, the one by its new name."""
        told = {
            "id": f"Nama lama dari {self.new}, ditiadakan mulai versi {self.until}",
            "en": f"Former name of {self.new}, gone from version {self.until}",
        }
        return column.model_copy(update={"name": self.old, "alias_of": self.new, "definition": None, **told})


class Renames(Declared):
    """renames.toml as a whole."""

    renames: list[Rename] = Field(alias="rename", default=[])


@cache
def load_renames() -> tuple[Rename, ...]:
    """Read renames.toml; raises `catalog.strict.DeclarationError` with one sentence per fault."""
    with explain_errors(RENAMES.name, Renames):
        return tuple(Renames.model_validate(tomllib.loads(RENAMES.read_text("utf-8"))).renames)


def renames_by_table(renames: Iterable[Rename]) -> dict[str, dict[str, Rename]]:
    """Renames by table and former name."""
    found: dict[str, dict[str, Rename]] = {}
    for rename in renames:
        found.setdefault(rename.table, {})[rename.old] = rename
    return found
