"""Every published table as declared data: tables.toml, widened by the catalog's indicators."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from catalog.load import Catalog
from catalog.models import Domain, Indicator
from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors

HERE = Path(__file__).resolve().parent
TABLES = HERE / "tables.toml"

SqlType = Literal["VARCHAR", "BIGINT", "INTEGER", "BOOLEAN", "DATE", "DOUBLE", "DECIMAL(24,6)", "TIMESTAMP"]


class Column(Declared):
    """One column: name, DuckDB type, what it means in both languages, unit and indicator where it has one."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: SqlType
    id: str = Field(min_length=3)
    en: str = Field(min_length=3)
    unit: str | None = None
    indicator: str | None = None
    nullable: bool = False
    dictionary: bool = False
    decimals: int | None = Field(default=None, ge=0, le=8)
    definition: Bilingual | None = None
    alias_of: str | None = None

    @property
    def description(self) -> str:
        """What the column holds in both languages: the indicator's definition where it has one, else its comment."""
        return f"{self.definition.id} | {self.definition.en}" if self.definition else self.comment

    @property
    def comment(self) -> str:
        """The bilingual comment: Indonesian, a bar, English."""
        return f"{self.id} | {self.en}"


class WideColumn(Declared):
    """One of the columns that every wide indicator gets; "{label}" stands for the indicator's label."""

    suffix: str
    type: SqlType
    id: str
    en: str
    dictionary: bool = False

    def of(self, indicator: Indicator) -> Column:
        """The column for `indicator`."""
        return Column(
            name=f"{indicator.id}{self.suffix}",
            type=self.type,
            id=self.id.format(label=indicator.label.id),
            en=self.en.format(label=indicator.label.en),
            unit=None if self.suffix else indicator.unit,
            indicator=indicator.id,
            nullable=True,
            dictionary=self.dictionary,
            definition=None if self.suffix else indicator.definition,
        )


class Table(Declared):
    """One published table; `key` is its sort order and, where `unique`, identifies a row."""

    schema_name: Literal["core", "joint", "meta"] = Field(alias="schema")
    name: str
    comment: Bilingual
    key: list[str] = Field(min_length=1)
    columns: list[Column] = Field(min_length=1)
    content: bool = False
    parquet: bool = True
    unique: bool = True
    wide: Domain | None = None
    file_name: str | None = None
    aliases: dict[int, Column] = {}

    @model_validator(mode="after")
    def _key_is_of_columns(self) -> Table:
        names = self.names
        if len(set(names)) != len(names):
            raise ValueError(f"{self.full_name}: a column is declared twice")
        missing = [name for name in self.key if name not in names]
        if missing:
            raise ValueError(f"{self.full_name}: the key names '{missing[0]}', which is no column")
        return self

    @property
    def full_name(self) -> str:
        """Schema and name, as SQL says it."""
        return f"{self.schema_name}.{self.name}"

    @property
    def file(self) -> str:
        """The table's parquet file in a release."""
        return self.file_name or f"{self.schema_name}_{self.name}.parquet"

    @property
    def names(self) -> list[str]:
        """The columns' names in order."""
        return [column.name for column in self.columns]

    def published(self) -> Table:
        """The table as a release shows it: former names of renamed columns stand where they stood before."""
        columns = list(self.columns)
        for place, alias in sorted(self.aliases.items()):
            columns.insert(place, alias)
        return self.model_copy(update={"columns": columns, "aliases": {}})

    @property
    def order(self) -> list[str]:
        """The columns that put rows in one order only: the key, and the rest where the key is not unique."""
        return self.key if self.unique else [*self.key, *(name for name in self.names if name not in self.key)]


class Commented(Declared):
    """A schema or a table macro with its bilingual comment."""

    name: str
    schema_name: str = Field(default="", alias="schema")
    id: str
    en: str


class Model(Declared):
    """tables.toml as a whole."""

    schemas: list[Commented] = Field(alias="schema")
    macros: list[Commented] = Field(alias="macro")
    wide_columns: list[WideColumn] = Field(alias="wide_column")
    tables: list[Table] = Field(alias="table")


@dataclass(frozen=True)
class WideTable:
    """A wide table's fixed columns and its indicators, before columns.csv puts them in order."""

    table: Table
    added: dict[str, Column]


@cache
def load_model(path: Path = TABLES) -> Model:
    """Read tables.toml; raises `DeclarationError` with one sentence per fault."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as TOML: {error}") from None
    with explain_errors(path.name, Model):
        return Model.model_validate(values)


def wide_tables(catalog: Catalog, model: Model | None = None) -> list[WideTable]:
    """The wide tables with the columns that the catalog's wide indicators ask for."""
    model = model or load_model()
    return [
        WideTable(
            table=table,
            added={
                column.name: column
                for indicator in catalog.in_domain(table.wide)
                if indicator.wide
                for column in (part.of(indicator) for part in model.wide_columns)
            },
        )
        for table in model.tables
        if table.wide
    ]
