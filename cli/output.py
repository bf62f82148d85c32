"""Listings: a table for people, --csv for spreadsheets and programs, --json for programs.

A text from a publisher's file must not run when somebody opens the CSV in a spreadsheet, so one that begins like a
formula stands behind an apostrophe; numbers stay numbers. --json gives every text exactly.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.words import harmless

Row = Sequence[Any]


def add_format(parser: argparse.ArgumentParser) -> None:
    """The two options that every listing takes."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--csv", action="store_true", help="keluaran CSV / CSV output")
    group.add_argument("--json", action="store_true", help="keluaran JSON / JSON output")


def show(columns: Sequence[str], rows: Iterable[Row], args: argparse.Namespace) -> None:
    """Print rows in the form that the options ask for."""
    if args.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([harmless(name) for name in columns])
        writer.writerows([_cell(value) for value in row] for row in rows)
    elif args.json:
        found = [dict(zip(columns, map(plain, row), strict=True)) for row in rows]
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print_table(columns, rows)


def plain(value: Any) -> Any:
    """A value as JSON and CSV know it: dates as ISO text, exact decimals without needless zeros."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def _cell(value: Any) -> Any:
    """A value in a CSV: a text, or what has texts within, as one that cannot run."""
    found = plain(value)
    return found if found is None or isinstance(found, int | float) else harmless(str(found))


def text(value: Any) -> str:
    """A value in a cell of a table; a missing one is an empty cell."""
    if value is None:
        return ""
    return str(plain(value)).replace("\n", " ")


def print_table(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """An aligned table; numbers to the right."""
    cells = [[text(value) for value in row] for row in rows]
    numeric = [
        bool(cells) and all(_is_number(row[number]) or not row[number] for row in cells)
        for number in range(len(columns))
    ]
    widths = [max([len(name), *(len(row[number]) for row in cells)]) for number, name in enumerate(columns)]
    for row in [list(columns), ["-" * width for width in widths], *cells]:
        parts = [
            part.rjust(width) if right else part.ljust(width)
            for part, width, right in zip(row, widths, numeric, strict=True)
        ]
        print("  ".join(parts).rstrip())


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
