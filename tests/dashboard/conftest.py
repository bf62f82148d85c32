from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.office import Office

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', flags=re.DOTALL)


def data_of(page: str) -> dict[str, Any]:
    """What a page's script draws and explains."""
    found = DATA.search(page)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture(scope="session")
def release(whole: Office) -> Path:
    """The release of all bundled sources."""
    return (whole.settings.data / "current").resolve()


@pytest.fixture(scope="session")
def page(release: Path) -> str:
    """Its page, as the night wrote it."""
    return (release / "index.html").read_text("utf-8")


@pytest.fixture(scope="session")
def data(page: str) -> dict[str, Any]:
    """The data inside that page."""
    return data_of(page)


@pytest.fixture(scope="session")
def small_page(small_night: Path) -> str:
    """The page of an office with three sources."""
    return (small_night / "data" / "current" / "index.html").read_text("utf-8")
