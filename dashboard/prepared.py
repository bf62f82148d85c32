"""The parts of the page that no figure changes, the Vega library and the charts' specifications, kept between nights.

Making them takes two seconds; they depend on nothing but this room's code, the lock and the regions shown.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from catalog.strict import digest_of

CHARTS = Path(__file__).resolve().parent / "charts.py"


def prepared(regions: Sequence[str], cache: Path | None = None) -> dict[str, Any]:
    """`library`, the Vega library as a script, and `specs`, the specifications by kind; read from `cache` if there.

    What is kept is a cache: a file that is missing, cut off or cannot be written only costs the time.
    """
    made_with = [version(name) for name in ("altair", "vl-convert-python")]
    key = digest_of(made_with, CHARTS.read_text("utf-8"), list(regions))
    path = cache / f"page-{key[:16]}.json" if cache is not None else None
    if path is not None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads(path.read_text("utf-8"))
            return {"library": str(found["library"]), "specs": dict(found["specs"])}
    # Altair is slow to import, and only a page that is written needs it.
    from dashboard.charts import library, specifications

    made = {"library": library(), "specs": specifications(tuple(regions))}
    if path is not None:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(f".{os.getpid()}")
            aside.write_text(json.dumps(made), "utf-8")
            aside.replace(path)
            # What an older version drew its pages with, or was still writing when it was killed.
            for other in path.parent.glob("page-*"):
                if other != path:
                    other.unlink()
    return made
