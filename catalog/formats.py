"""The kinds of file that a contract can describe: one typed model per kind, told apart by `kind`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from catalog.strict import Declared, fault

Encoding = Literal["utf-8", "utf-8-sig", "cp1252", "utf-16"]
Mend = Literal["misplaced_space"]


class TableFormat(Declared):
    """What every kind of file has: a style of numbers, header rows, and a limit of size."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " "] = ""
    trailing_zeros: Literal["kept", "dropped"] = Field(
        default="kept", description="dropped: 4.5 stands for 4.50, as numeric cells and some exports print it"
    )
    mends: list[Mend] = Field(default=[], description="faults of writing that are mended, each told in lineage")
    header_rows: int = Field(default=1, ge=1, le=6)
    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0)

    @model_validator(mode="after")
    def _marks_differ(self) -> TableFormat:
        if self.thousands and self.thousands == self.decimal:
            raise fault("same_marks")
        if "misplaced_space" in self.mends and self.thousands != " ":
            raise fault("mend_needs_space")
        return self


class CsvFormat(TableFormat):
    """The dialect, stated and never guessed at run time."""

    kind: Literal["csv"] = "csv"
    encoding: Encoding = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)


class WorkbookFormat(TableFormat):
    """A sheet of an XLSX, XLS or ODS workbook; the header begins on row `first_row` of the sheet."""

    kind: Literal["workbook"]
    sheet: str = Field(default="only", min_length=1, description="a sheet's name, or 'only' for the one there is")
    first_row: int = Field(default=1, ge=1)
    trailing_zeros: Literal["kept", "dropped"] = "dropped"
    max_bytes: int = Field(default=16 * 1024 * 1024, gt=0)
    max_unpacked: int = Field(default=256 * 1024 * 1024, gt=0, description="bytes after decompression")
    max_cells: int = Field(default=2_000_000, gt=0, description="cells of all sheets, empty ones included")


class HtmlFormat(TableFormat):
    """Tables of an HTML page, as the `.xls` that some sites write.

    `tables` names tables by number, in the order in which they begin on the page, nested ones included: the
    tables of one list stand side by side, and the lists stand below each other.
    """

    kind: Literal["html"]
    encoding: Encoding = "utf-8"
    tables: list[list[Annotated[int, Field(ge=1)]]] = Field(default=[[1]], min_length=1)
    first_row: int = Field(default=1, ge=1)
    max_bytes: int = Field(default=16 * 1024 * 1024, gt=0)
    max_cells: int = Field(default=500_000, gt=0)

    @model_validator(mode="after")
    def _names_a_table(self) -> HtmlFormat:
        if not all(self.tables):
            raise fault("empty_tables")
        return self


Format = Annotated[CsvFormat | WorkbookFormat | HtmlFormat, Field(discriminator="kind")]
