"""What a release carries besides its tables, each file made by a function of the release directory."""

from __future__ import annotations

from dashboard.page import render
from warehouse.citation import CITATION_FILE, citation
from warehouse.release import Extras
from warehouse.sdmx import SDMX_FILES

EXTRAS: Extras = {"index.html": render, CITATION_FILE: citation, **SDMX_FILES}
