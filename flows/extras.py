"""What a release carries besides its tables, each file made by a function of the release directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalog.load import Catalog
from dashboard.checks import render_checks
from dashboard.meeting import meeting_files
from flows.page import page_of
from warehouse.citation import CITATION_FILE, citation
from warehouse.release import Extras
from warehouse.sdmx import SDMX_FILES


def extras_of(catalog: Catalog, boundaries: Sequence[Path] = (), cache: Path | None = None) -> Extras:
    """The files by name, the page last: it lists the others. Raises `DeclarationError` for a wrong declaration."""
    return {
        CITATION_FILE: citation,
        **SDMX_FILES,
        **meeting_files(catalog),
        "checks.html": render_checks,
        "index.html": page_of(catalog, boundaries, cache),
    }
