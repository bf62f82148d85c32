"""What a publisher's file looks like: one contract (TOML) per dataset, typed and strict."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from catalog.connector import Connector, FileConnector
from catalog.strict import Bilingual, DeclarationError, Declared, digest_of, explain_errors

Evidence = Literal["publication", "third_party_copy", "press_quote", "inferred"]
Status = Literal["A", "P", "E", "Q", "M"]
Rhythm = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
Role = Literal["region_code", "region_name", "period", "measure", "breakdown", "unit", "value", "constant", "ignore"]


class CsvFormat(Declared):
    """The dialect, stated and never guessed at run time."""

    kind: Literal["csv"] = "csv"
    encoding: Literal["utf-8", "utf-8-sig", "cp1252", "utf-16"] = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " "] = ""
    header_rows: int = Field(default=1, ge=1, le=6)
    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0)

    @model_validator(mode="after")
    def _marks_differ(self) -> CsvFormat:
        if self.thousands and self.thousands == self.decimal:
            raise ValueError("'thousands' and 'decimal' are the same character")
        return self


class YearsHeader(Declared):
    """A run of columns, one per year: consecutive, ascending, none twice; `last` open means "so far"."""

    first: int
    last: int | None = None


class Column(Declared):
    """One column of the file, or with `years` a run of columns under one label.

    `header` gives the text of every header row, top to bottom; in a run of years the cell that holds the
    year is written "{year}". A value column names its `measure`, unless a column of role `measure` does.
    """

    header: list[str] = Field(min_length=1)
    role: Role
    measure: str | None = None
    dimension: str | None = None
    code: str | None = None
    scheme: Literal["bps", "kemendagri"] | None = None
    years: YearsHeader | None = None
    period: int | None = None
    constant: str | None = None

    @model_validator(mode="after")
    def _role_has_what_it_needs(self) -> Column:
        needs = {"region_code": "scheme", "breakdown": "dimension", "constant": "constant"}
        key = needs.get(self.role)
        if key and getattr(self, key) is None:
            raise ValueError(f"a column of role '{self.role}' needs the key '{key}'")
        if self.years and not any("{year}" in text for text in self.header):
            raise ValueError("a run of years needs '{year}' in its header")
        return self


class Precision(Declared):
    """How finely a figure is printed from year `first` on: `decimals`, or a coarser `step`."""

    first: int | None = None
    last: int | None = None
    decimals: int = Field(ge=0, le=6)
    step: Decimal | None = Field(
        default=None, ge=0, description="rounding step in the published unit; 0 for an exact count"
    )


class Measure(Declared):
    """An indicator as this file prints it: its label, unit and precision."""

    indicator: str
    unit: str
    key: str = Field(default="", description="name within the contract; the indicator's id by default")
    label: str | None = None
    unit_text: str | None = None
    breakdown: dict[str, str] = {}
    precision: list[Precision] = Field(min_length=1)

    @property
    def name(self) -> str:
        """What columns call this measure."""
        return self.key or self.indicator

    def precision_in(self, year: int) -> Precision | None:
        """The declared precision of `year`, or None when the contract says nothing about it."""
        for item in self.precision:
            if (item.first or 0) <= year <= (item.last or 9999):
                return item
        return None


class Marks(Declared):
    """Texts that are not numbers: `missing` cells, and status marks glued to a cell or a year header."""

    missing: list[str] = []
    nil: list[str] = []
    status: dict[str, Status] = {}
    footnote: list[str] = []


class Rows(Declared):
    """Which rows are not figures: notes at the foot (by how they begin), and how many rows to expect."""

    footer: list[str] = []
    at_least: int = Field(default=1, ge=1)


class Expect(Declared):
    """What the file must cover, and how much of it may fail before the whole file is refused."""

    regions: list[str] = Field(min_length=1)
    complete: bool = True
    first_year: int
    max_quarantine: float = Field(default=0.1, ge=0, le=1)
    min_share_of_last: float = Field(default=0.8, gt=0, le=1)


class Contract(Declared):
    """One dataset of one publisher; its `id` is the source everywhere."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["figures"] = "figures"
    title: Bilingual
    publisher: str
    owner: str
    publication: str
    evidence: Evidence
    evidence_note: Bilingual | None = None
    synthetic: bool = False
    edition: Literal["replaces", "adds"]
    published: date | None = None
    first_seen: date | None = None
    precedence: int = Field(default=50, ge=0, description="lower speaks first where the catalog says nothing")
    family: str = Field(default="", description="tables of one compilation, which a ratio may combine; default: id")
    region: str | None = None
    rhythm: Rhythm | None = Field(default=None, description="how often the publisher brings out something new")
    connector: Connector
    format: CsvFormat
    columns: list[Column] = Field(min_length=1)
    measures: list[Measure] = Field(min_length=1)
    marks: Marks = Marks()
    rows: Rows = Rows()
    expect: Expect

    @model_validator(mode="after")
    def _columns_hang_together(self) -> Contract:
        rows = self.format.header_rows
        for column in self.columns:
            if len(column.header) != rows:
                raise ValueError(
                    f"column {column.header}: {len(column.header)} header texts, but header_rows is {rows}"
                )
            if column.measure and column.measure not in self.measures_by_name:
                raise ValueError(f"column {column.header}: no [[measures]] entry for '{column.measure}'")
        roles = {column.role for column in self.columns}
        if "value" not in roles:
            raise ValueError("no column has the role 'value'")
        if self.region is None and not roles & {"region_code", "region_name"}:
            raise ValueError("no column names the region, and the contract has no 'region'")
        if self.bundled and self.rhythm:
            raise ValueError("a bundled file has no rhythm: it changes only with the project")
        return self

    @cached_property
    def measures_by_name(self) -> dict[str, Measure]:
        """The measures by their name within the contract."""
        return {measure.name: measure for measure in self.measures}

    @cached_property
    def digest(self) -> str:
        """Changes with anything the contract declares."""
        return digest_of(self)

    @property
    def compilation(self) -> str:
        """The family whose tables may meet in one ratio or growth rate."""
        return self.family or self.id

    @property
    def bundled(self) -> bool:
        """Whether the file ships with the project; such a source has no rhythm and never goes stale."""
        return isinstance(self.connector, FileConnector) and self.connector.bundled

    @property
    def indicators(self) -> list[str]:
        """Ids of the indicators in the file, sorted."""
        return sorted({measure.indicator for measure in self.measures})


class ContractFile(Declared):
    """A contract with the folder it stands in, so that its connector can find files beside it."""

    contract: Contract
    path: Path

    @property
    def folder(self) -> Path:
        """The folder of the contract file."""
        return self.path.parent


def load_contract(path: Path) -> ContractFile:
    """Read one contract; raises `DeclarationError` with one sentence per fault."""
    try:
        stat = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None
    return _load(path, stat.st_mtime_ns, stat.st_size)


def _unreadable(path: Path, error: Exception) -> DeclarationError:
    return DeclarationError(
        f"{path.name}: not readable as TOML: {error}", f"{path.name}: tidak terbaca sebagai TOML: {error}"
    )


@lru_cache(maxsize=1024)
def _load(path: Path, _time: int, _size: int) -> ContractFile:
    """Stages ask for every contract many times a night; a file is read again only when it changed."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    with explain_errors(path.name, Contract):
        contract = Contract.model_validate(values)
    if contract.id != path.stem:
        raise DeclarationError(
            f"{path.name}: id is '{contract.id}', but the file is named '{path.stem}'",
            f"{path.name}: id-nya '{contract.id}', tetapi nama berkasnya '{path.stem}'",
        )
    return ContractFile(contract=contract, path=path)


def contract_paths(sources: Path) -> list[Path]:
    """Every contract under a folder of sources, sorted by name; corrections are not contracts."""
    found = (path for path in sources.rglob("*.toml") if not path.name.endswith(".corrections.toml"))
    return sorted(found, key=lambda path: path.stem)
