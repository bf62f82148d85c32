"""A bundled file taken apart into lines and cells, and put together again: what the polluters work on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from catalog.contract import ContractFile
from catalog.formats import CsvFormat
from transforms.header import PlacedColumn
from transforms.read import read_table

BOM = "\ufeff"
Rows = list[list[str]]


@dataclass(frozen=True)
class Sheet:
    """One bundled file: its bytes, the meaning of its columns, and the position of its data lines among `lines`."""

    source: ContractFile
    data: bytes
    columns: list[PlacedColumn]
    body: list[int]

    @property
    def delimiter(self) -> str:
        """The declared delimiter."""
        form = self.source.contract.format
        if not isinstance(form, CsvFormat):
            raise TypeError("only CSV files are polluted")
        return form.delimiter

    @property
    def decimal(self) -> str:
        """The declared decimal mark."""
        return self.source.contract.format.decimal

    @cached_property
    def text(self) -> str:
        """The text without its byte order mark."""
        return self.data.decode("utf-8-sig")

    @cached_property
    def newline(self) -> str:
        """The line end of the file."""
        return "\r\n" if "\r\n" in self.text else "\n"

    @cached_property
    def lines(self) -> list[str]:
        """Physical lines without their ends; no bundled file breaks a cell over two lines."""
        return self.text.removesuffix(self.newline).split(self.newline)

    @cached_property
    def rows(self) -> Rows:
        """The cells of every line."""
        return [next(csv.reader([line], delimiter=self.delimiter), []) for line in self.lines]

    @cached_property
    def head(self) -> int:
        """How many lines the header has."""
        return self.source.contract.format.header_rows

    @cached_property
    def values(self) -> list[int]:
        """Positions of the columns that hold figures."""
        return self.of_role("value")

    def of_role(self, *roles: str) -> list[int]:
        """Positions of the columns of some role."""
        return [item.number - 1 for item in self.columns if item.column.role in roles]

    def numeric(self, row: Sequence[str]) -> list[int]:
        """Positions of the cells of a row that hold a printed number, not a mark."""
        marks = {*self.source.contract.marks.missing, *self.source.contract.marks.nil}
        return [at for at in self.values if row[at].strip() not in marks and any(sign.isdigit() for sign in row[at])]

    def copy(self) -> Rows:
        """The cells, free to be changed."""
        return [list(row) for row in self.rows]

    def from_lines(self, lines: Sequence[str], newline: str | None = None) -> bytes:
        """The file with other lines, byte order mark and final line end as before."""
        end = newline or self.newline
        tail = end if self.text.endswith(self.newline) else ""
        return self.encoded(end.join(lines) + tail)

    def encoded(self, text: str) -> bytes:
        """Text as bytes, with a byte order mark if the file has one."""
        return ((BOM if self.data.startswith(BOM.encode()) else "") + text).encode("utf-8")

    def from_rows(self, rows: Rows, *, delimiter: str | None = None, quote: str = '"', always: bool = False) -> bytes:
        """The file with other cells; lines whose cells are as before keep their very text."""
        if delimiter is None and quote == '"' and not always:
            known = {tuple(row): line for row, line in zip(self.rows, self.lines, strict=True)}
            return self.from_lines([known.get(tuple(row)) or self.line(row) for row in rows])
        quoting: Literal[0, 1] = csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL
        return self.from_lines([self.line(row, delimiter, quote, quoting) for row in rows])

    def line(
        self, row: Sequence[str], delimiter: str | None = None, quote: str = '"', quoting: Literal[0, 1] = 0
    ) -> str:
        """One line of cells in some dialect, without its end."""
        target = io.StringIO()
        writer = csv.writer(
            target, delimiter=delimiter or self.delimiter, quotechar=quote, quoting=quoting, lineterminator=""
        )
        writer.writerow(row)
        return target.getvalue()


def open_sheet(source: ContractFile) -> Sheet:
    """The bundled file of a contract."""
    data = source.path.with_suffix(".csv").read_bytes()
    table = read_table(data, source.contract)
    return Sheet(source, data, list(table.columns), [line - 1 for line in table.lines.tolist()])
