"""What a release carries besides its tables, each file made by a function of the release directory."""

from __future__ import annotations

from catalog.load import Catalog
from dashboard.meeting import meeting_files
from dashboard.page import render
from warehouse.citation import CITATION_FILE, citation
from warehouse.release import Extras
from warehouse.sdmx import SDMX_FILES


def extras_of(catalog: Catalog) -> Extras:
    """The files by name, the page last: it lists the others. Raises `DeclarationError` for a wrong declaration."""
    return {CITATION_FILE: citation, **SDMX_FILES, **meeting_files(catalog), "index.html": render}
