"""What a publisher's file looks like: one contract (TOML) per dataset, typed and strict."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from catalog.connector import Connector, FileConnector
from catalog.corrections import Correction, corrections_path, load_corrections
from catalog.formats import CsvFormat, Format
from catalog.models import Level
from catalog.strict import Bilingual, DeclarationError, Declared, digest_of, explain_errors, fault, not_read

Evidence = Literal["publication", "third_party_copy", "press_quote", "inferred"]
Status = Literal["A", "P", "E", "Q", "M"]
Rhythm = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
KINDS = ("figures", "records")
RecordRole = Literal["field", "region_name", "parent_name", "constant", "ignore"]
Role = Literal["region_code", "region_name", "period", "measure", "breakdown", "unit", "value", "constant", "ignore"]


class YearsHeader(Declared):
    """A run of columns, one per year: consecutive, in one order, none twice.

    `first` is the earliest year, wherever it stands; `last` open means "so far".
    """

    first: int
    last: int | None = None
    order: Literal["ascending", "descending"] = "ascending"
    repeats: list[int] = Field(default=[], description="years whose figures truly equal an earlier year's everywhere")


class HeadedColumn(Declared):
    """What every column has: its header texts, and the text that every row must hold in a `constant` one."""

    header: list[str] = Field(min_length=1)
    constant: str | None = None

    def bears(self, text: str) -> bool:
        """Whether `text` is one of the header texts of this column, a year of its run included."""
        return any(
            re.fullmatch(re.escape(header).replace(r"\{year\}", "[0-9]{4}"), text) for header in self.header if header
        )


class Column(HeadedColumn):
    """One column of the file, or with `years` a run of columns under one label.

    `header` gives the text of every header row, top to bottom; in a run of years the cell that holds the
    year is written "{year}". A value column names its `measure`, unless a column of role `measure` does.
    """

    role: Role
    measure: str | None = None
    dimension: str | None = None
    code: str | None = None
    codes: dict[str, str] = Field(default={}, description="this file's texts for codes of the dimension")
    scheme: Literal["bps", "kemendagri"] | None = None
    years: YearsHeader | None = None
    period: int | None = None

    @model_validator(mode="after")
    def _role_has_what_it_needs(self) -> Column:
        needs = {"region_code": "scheme", "breakdown": "dimension", "constant": "constant"}
        key = needs.get(self.role)
        if key and getattr(self, key) is None:
            raise fault("role_needs", role=self.role, key=key)
        if self.years and not any("{year}" in text for text in self.header):
            raise fault("years_need_year")
        return self


class RecordColumn(HeadedColumn):
    """One column of a file of records: the field it holds, or what it says of the region.

    A region stands as a code (a field column with `scheme`), or as a name, with the name of its kecamatan beside it
    where several have that name. `pattern` is how dates and times are written (strptime); ISO 8601 without it.
    """

    role: RecordRole
    field: str | None = None
    scheme: Literal["bps", "kemendagri"] | None = None
    codes: dict[str, str] = Field(default={}, description="this file's texts for codes of the field")
    pattern: str | None = None

    @model_validator(mode="after")
    def _role_has_what_it_needs(self) -> RecordColumn:
        needs = {"field": "field", "constant": "constant"}
        key = needs.get(self.role)
        if key and getattr(self, key) is None:
            raise fault("role_needs", role=self.role, key=key)
        for name in ("field", "scheme", "codes", "pattern"):
            if self.role != "field" and getattr(self, name):
                raise fault("key_of_field", key=name, role=self.role)
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
    section: str | None = Field(default=None, description="the section row under which the label stands")
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


class Section(Declared):
    """A row that only names what the rows below it are, until the next section row; see `Measure.section`."""

    text: str
    breakdown: dict[str, str] = {}


class Rows(Declared):
    """Which rows are not figures, what total rows stand for, and how many rows to expect.

    Rows are known by the text of their first filled cell: notes at the foot by how they begin, totals and
    sections by the whole of it. A total stands for a region (its code), or is left aside ("skip").
    """

    footer: list[str] = []
    totals: dict[str, str] = {}
    sections: list[Section] = []
    keep: Literal["all", "expected"] = Field(
        default="all", description="expected: rows of regions that the contract does not expect are left aside"
    )
    at_least: int = Field(default=1, ge=1)


class AllowedPersonalData(Declared):
    """A false alarm of the door: what looks like these kinds passes in the one column under this header text.

    The header of a table by name (nik, alamat, tgl_lahir) is no kind: nothing lets such a table pass.
    """

    column: str = Field(min_length=1, description="the header text as in the file; it must name one column")
    kinds: list[Literal["nik", "phone", "email"]] = Field(min_length=1)
    reason: str = Field(min_length=10, description="why this is no personal data")


class Limits(Declared):
    """From when on a file speaks, and how much of it may fail before the whole file is refused."""

    first_year: int
    max_quarantine: float = Field(default=0.1, ge=0, le=1)
    min_share_of_last: float = Field(default=0.8, gt=0, le=1)


class Expect(Limits):
    """What the file must cover, and how much of it may fail before the whole file is refused."""

    regions: list[str] = Field(min_length=1)
    complete: bool = True


class RecordExpect(Limits):
    """What records may speak of: regions `within` these, and how much may fail before the file is refused."""

    within: list[str] = Field(min_length=1)


class Dataset(Declared):
    """What contracts of both kinds share: one dataset of one publisher; its `id` is the source everywhere."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
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
    rhythm: Rhythm | None = Field(default=None, description="how often the publisher brings out something new")
    connector: Connector
    format: Format
    columns: Sequence[HeadedColumn] = Field(min_length=1)
    marks: Marks = Marks()
    rows: Rows = Rows()
    personal_data_allowed: list[AllowedPersonalData] = []

    @field_validator("format", mode="before")
    @classmethod
    def _csv_unless_said(cls, value: object) -> object:
        return {"kind": CsvFormat.model_fields["kind"].default, **value} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _false_alarms_name_a_column(self) -> Self:
        allowed = [item.column for item in self.personal_data_allowed]
        for text in allowed:
            bearers = [column for column in self.columns if column.bears(text)]
            if len(bearers) != 1:
                raise fault("allowed_names_one", text=text, count=len(bearers))
        if len(set(allowed)) < len(allowed):
            raise fault("allowed_twice")
        return self

    @model_validator(mode="after")
    def _headers_have_one_height(self) -> Self:
        rows = self.format.header_rows
        for column in self.columns:
            if len(column.header) != rows:
                raise fault("header_height", header=column.header, count=len(column.header), rows=rows)
        if self.bundled and self.rhythm:
            raise fault("bundled_rhythm")
        return self

    @cached_property
    def digest(self) -> str:
        """Changes with anything the contract declares."""
        return digest_of(self)

    @property
    def bundled(self) -> bool:
        """Whether the file ships with the project; such a source has no rhythm and never goes stale."""
        return isinstance(self.connector, FileConnector) and self.connector.bundled


class Contract(Dataset):
    """A dataset of figures: every value cell is one figure of one indicator."""

    kind: Literal["figures"] = "figures"
    family: str = Field(default="", description="tables of one compilation, which a ratio may combine; default: id")
    region: str | None = None
    bare_name: Level | None = Field(default=None, description="the level that a name shared by two levels means")
    columns: list[Column] = Field(min_length=1)
    measures: list[Measure] = Field(min_length=1)
    expect: Expect

    @model_validator(mode="after")
    def _labels_are_told_apart(self) -> Contract:
        sections = {item.text for item in self.rows.sections}
        seen: set[tuple[str | None, str]] = set()
        for measure in self.measures:
            if measure.section is not None and measure.section not in sections:
                raise fault("section_unknown", name=measure.name, section=measure.section)
            if measure.label is not None and (measure.section, measure.label) in seen:
                raise fault("label_twice", label=measure.label)
            if measure.label is not None:
                seen.add((measure.section, measure.label))
        return self

    @model_validator(mode="after")
    def _columns_hang_together(self) -> Contract:
        for column in self.columns:
            if column.measure and column.measure not in self.measures_by_name:
                raise fault("measure_unknown", header=column.header, measure=column.measure)
        roles = {column.role for column in self.columns}
        if "value" not in roles:
            raise fault("no_value")
        if self.region is None and not roles & {"region_code", "region_name"}:
            raise fault("no_region")
        return self

    @cached_property
    def measures_by_name(self) -> dict[str, Measure]:
        """The measures by their name within the contract."""
        return {measure.name: measure for measure in self.measures}

    @property
    def printed(self) -> list[Column]:
        """The columns as whoever reads a table knows them."""
        return self.columns

    @property
    def compilation(self) -> str:
        """The family whose tables may meet in one ratio or growth rate."""
        return self.family or self.id

    @property
    def indicators(self) -> list[str]:
        """Ids of the indicators in the file, sorted."""
        return sorted({measure.indicator for measure in self.measures})


class RecordsContract(Dataset):
    """A dataset of records: every row is one record of the type `record` (catalog/records.toml).

    Columns that hold no declared field are `ignore`d: of them nothing is kept beyond the file itself. `values` gives
    fields that are the same for the whole file and stand in no column.
    """

    kind: Literal["records"]
    record: str
    columns: list[RecordColumn] = Field(min_length=1)
    values: dict[str, str] = {}
    expect: RecordExpect

    @model_validator(mode="after")
    def _fields_stand_once(self) -> RecordsContract:
        named = [*(column.field for column in self.columns if column.field), *self.values]
        for name in named:
            if named.count(name) > 1:
                raise fault("field_twice", name=name)
        for role in ("region_name", "parent_name"):
            if sum(column.role == role for column in self.columns) > 1:
                raise fault("role_twice", role=role)
        roles = {column.role for column in self.columns}
        if "parent_name" in roles and "region_name" not in roles:
            raise fault("parent_alone")
        return self

    @model_validator(mode="after")
    def _marks_and_rows_suit_records(self) -> RecordsContract:
        if self.marks.status or self.marks.nil:
            raise fault("record_marks")
        if self.rows.sections or self.rows.keep != "all" or set(self.rows.totals.values()) - {"skip"}:
            raise fault("record_rows")
        return self

    @cached_property
    def printed(self) -> list[Column]:
        """The columns as whoever reads a table knows them: fields are values, names and what is ignored are not."""
        roles: dict[str, Role] = {"field": "value", "constant": "constant"}
        return [
            Column(header=column.header, role=roles.get(column.role, "ignore"), constant=column.constant)
            for column in self.columns
        ]

    @property
    def indicators(self) -> list[str]:
        """A record holds no figure of an indicator."""
        return []


AnyContract = Contract | RecordsContract


class ContractFile(Declared):
    """A contract with the folder it stands in, so that its connector can find files beside it."""

    contract: Contract | RecordsContract
    path: Path
    corrections: list[Correction] = []

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
    contract = _load(path, stat.st_mtime_ns, stat.st_size)
    corrections = load_corrections(path)
    if corrections and isinstance(contract, RecordsContract):
        name = corrections_path(path).name
        raise DeclarationError(
            f"{name}: records are not corrected here; ask {contract.owner} to mend the file itself, and remove {name}",
            f"{name}: catatan tidak dikoreksi di sini; minta {contract.owner} memperbaiki berkasnya, dan hapus {name}",
        )
    return ContractFile(contract=contract, path=path, corrections=corrections)


def _unreadable(path: Path, error: Exception) -> DeclarationError:
    if isinstance(error, OSError):
        return not_read(path, error)
    return DeclarationError(
        f"{path.name}: not readable as TOML: {error}", f"{path.name}: tidak terbaca sebagai TOML: {error}"
    )


def _unknown_kind(path: Path, kind: object) -> DeclarationError:
    known = " | ".join(f'"{name}"' for name in KINDS)
    return DeclarationError(
        f"{path.name}: kind is the unknown '{kind}'; it is one of {known}",
        f"{path.name}: kind berisi '{kind}' yang tidak dikenal; pilihannya {known}",
    )


@cache
def _load(path: Path, _time: int, _size: int) -> AnyContract:
    """Stages ask for every contract many times a night; a file is read again only when it changed."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    model: type[AnyContract] = RecordsContract if values.get("kind") == "records" else Contract
    if values.get("kind", "figures") not in KINDS:
        raise _unknown_kind(path, values["kind"])
    with explain_errors(path.name, model):
        contract: AnyContract = model.model_validate(values)
    if contract.id != path.stem:
        raise DeclarationError(
            f"{path.name}: id is '{contract.id}', but the file is named '{path.stem}'",
            f"{path.name}: id-nya '{contract.id}', tetapi nama berkasnya '{path.stem}'",
        )
    return contract


def contract_paths(sources: Path) -> list[Path]:
    """Every contract under a folder of sources, sorted by name; corrections are not contracts."""
    found = (path for path in sources.rglob("*.toml") if not path.name.endswith(".corrections.toml"))
    return sorted(found, key=lambda path: path.stem)
