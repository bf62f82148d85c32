"""The files of a release for a meeting and for the walidata, by name, each a function of the release directory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from catalog.load import Catalog
from dashboard.headlines import load_headlines
from dashboard.satu_data import satu_data_json
from dashboard.satu_data_sheet import satu_data_workbook
from dashboard.summary_text import summary_text
from dashboard.workbook import workbook


def meeting_files(catalog: Catalog) -> dict[str, Callable[[Path], str | bytes]]:
    """What to write beside the tables; raises `DeclarationError` for a wrong headlines.toml before any building."""
    headlines = load_headlines(catalog.indicators)
    return {
        "ringkasan.xlsx": partial(workbook, catalog=catalog),
        "ringkasan.txt": partial(summary_text, catalog=catalog, headlines=headlines),
        "satu-data.json": partial(satu_data_json, catalog=catalog),
        "satu-data.xlsx": partial(satu_data_workbook, catalog=catalog),
    }
