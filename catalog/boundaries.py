"""Boundary files that an office sets for its own maps; the project ships none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalog.strict import DeclarationError

CODE_KEYS = ("kemendagri_code", "code", "kode")
Area = dict[str, Any]


def read_boundaries(path: Path) -> list[Area]:
    """The areas of a GeoJSON file, each with its Kemendagri code and its geometry.

    Raises `DeclarationError` when the file cannot be read or holds no area with a code.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        features = [_feature(item) for item in found["features"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DeclarationError(
            f"boundaries: {path.name} is not readable as GeoJSON with `features`: {error}",
            f"boundaries: {path.name} tidak terbaca sebagai GeoJSON yang memuat `features`: {error}",
        ) from None
    known = [item for item in features if item is not None]
    if not known:
        keys = ", ".join(CODE_KEYS)
        raise DeclarationError(
            f"boundaries: no area of {path.name} is a polygon with a Kemendagri code ({keys}) in its properties",
            f"boundaries: {path.name} tidak memuat poligon dengan kode Kemendagri ({keys}) di properties",
        )
    return known


def _feature(item: Area) -> Area | None:
    """One area; None for a feature without code or area."""
    code = next((str(item["properties"][name]) for name in CODE_KEYS if item["properties"].get(name)), None)
    geometry = item["geometry"]
    if code is None or geometry is None or geometry["type"] not in {"Polygon", "MultiPolygon"}:
        return None
    return {"code": code, "geometry": {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"])}}


def rounded(part: Any) -> Any:
    """Coordinates to five decimals, about a metre: more would only make the page heavy."""
    return [rounded(item) for item in part] if isinstance(part, list) else round(float(part), 5)
