"""What the maps of kecamatan and kelurahan show: published figures of areas, and columns of the joint tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from catalog.boundaries import read_boundaries
from catalog.strict import Bilingual
from dashboard.plan import Measure, Plan, TileMap
from dashboard.tables import Row, Tables, plain, synthetic
from dashboard.words import pair, word

FAST = "cepat_berkembang"


def maps(tables: Tables, plan: Plan, tiles: Sequence[TileMap], boundaries: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """Every map with its areas and all that it can show; `shapes` where a boundary file knows all its areas."""
    features = [feature for path in boundaries for feature in read_boundaries(path)]
    # Of a release with millions of figures those of all areas are found as fast as those of one map.
    rows = tables.observations(sorted({tile.code for item in tiles for tile in item.tiles}))
    return [_map(tables, plan, item, features, rows) for item in tiles]


def _map(
    tables: Tables, plan: Plan, item: TileMap, features: Sequence[Row], published: Sequence[Row]
) -> dict[str, Any]:
    codes = {tile.code for tile in item.tiles}
    own = [row for row in published if row["region_code"] in codes]
    measures = [*_declared(tables, plan, item, codes), *_published(tables, own)]
    shapes = {row["code"]: row["geometry"] for row in features if row["code"] in codes}
    return {
        "id": item.id,
        "label": [item.label.id, item.label.en],
        "areas": [
            [tile.code, tables.regions.get(tile.code, {}).get("name", tile.label.replace("/", "")), tile.label,
             tile.col, tile.row, *_parent(tables, tile.code)]
            for tile in item.tiles
        ],
        "shapes": [[code, shapes[code]] for code in sorted(shapes)] if set(shapes) == codes else [],
        "measures": [found for found in measures if found["values"]],
    }  # fmt: skip


def _parent(tables: Tables, code: str) -> tuple[str, int]:
    """The name of the region around an area, and whether that is a city."""
    parent = tables.regions.get(tables.regions.get(code, {}).get("parent") or "", {})
    return str(parent.get("name", "")), int(parent.get("level") == "city")


def _declared(tables: Tables, plan: Plan, item: TileMap, codes: set[str]) -> Iterable[dict[str, Any]]:
    """The class of each area, then the measures that the plan names."""
    if item.level == "subdistrict":
        yield from _fast(tables, codes)
    else:
        yield from _classes(tables, codes)
    for measure in plan.measure:
        if measure.map == item.id:
            yield from _newest(tables, measure, codes)


def _newest(tables: Tables, measure: Measure, codes: set[str]) -> Iterable[dict[str, Any]]:
    rows = [
        row
        for row in tables.rows(measure.table)
        if row["region_code"] in codes
        and row.get(measure.column) is not None
        and all(row.get(name) == value for name, value in measure.where.items())
    ]
    if rows:
        period = max(str(row.get("period") or row["year"]) for row in rows if _whole(row, rows))
        kept = [row for row in rows if str(row.get("period") or row["year"]) == period]
        yield _told(measure.label, measure.unit, measure.decimals, period, kept, measure.column)


def _whole(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row speaks of the longest period of its table: years before months where a table has both."""
    shortest = min(len(str(item.get("period") or item["year"])) for item in rows)
    return len(str(row.get("period") or row["year"])) == shortest


def _told(
    label: Bilingual, unit: Bilingual, decimals: int, period: str, rows: Sequence[Row], column: str
) -> dict[str, Any]:
    return {
        "label": [label.id, label.en],
        "unit": [unit.id, unit.en],
        "decimals": decimals,
        "period": period,
        "synthetic": int(_example(rows, column)),
        "sources": sorted(
            {name for row in rows for name in (row.get("sources") or row.get("source") or "").split("; ") if name}
        ),
        "values": {row["region_code"]: plain(row[column]) for row in rows},
    }


def _example(rows: Sequence[Row], column: str) -> bool:
    """Whether this column is an example: a row may mix published and example columns."""
    marked = [row for row in rows if row["synthetic"]]
    return any(row.get("synthetic_columns") is None or column in row["synthetic_columns"].split(", ") for row in marked)


def _classes(tables: Tables, codes: set[str]) -> Iterable[dict[str, Any]]:
    rows = [row for row in tables.rows("joint_kelurahan_evaluation") if row["region_code"] in codes and row["class"]]
    if rows:
        year = max(row["data_year"] for row in rows)
        kept = [row for row in rows if row["data_year"] == year]
        label = Bilingual(id="Kelas perkembangan", en="Development class")
        yield {**_told(label, Bilingual(id="", en=""), 0, str(year), kept, "class"), "classes": True}


def _fast(tables: Tables, codes: set[str]) -> Iterable[dict[str, Any]]:
    """The part of all villages of a kecamatan that are classed as fast developing, in percent."""
    rows = [row for row in tables.rows("joint_kelurahan_evaluation_count") if row["region_code"] in codes]
    if not rows:
        return
    year = max(row["data_year"] for row in rows)
    kept = [row for row in rows if row["data_year"] == year and row["class"] == FAST]
    made = []
    for code in sorted({row["region_code"] for row in kept}):
        own = [row for row in kept if row["region_code"] == code]
        units, of = (sum(row[name] for row in own) for name in ("units", "units_in_force"))
        if of:
            sources = "; ".join(sorted({row["sources"] for row in own if row["sources"]}))
            share = round(100 * units / of, 1)
            made.append({"region_code": code, "share": share, "sources": sources, "synthetic": synthetic(own)})
    label = Bilingual(id="Desa dan kelurahan yang tergolong cepat berkembang", en="Villages classed as fast developing")
    yield _told(label, Bilingual(id="persen", en="percent"), 1, str(year), made, "share")


def _published(tables: Tables, published: Sequence[Row]) -> Iterable[dict[str, Any]]:
    """Published totals of the areas, one measure per indicator and year; the source of lowest rank speaks."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in published:
        if row["breakdown"] == "_T" and row["value"] is not None:
            own = found.setdefault((row["indicator"], row["period"]), {})
            other = own.setdefault(row["region_code"], row)
            if other is not row:
                own[row["region_code"]] = min(other, row, key=lambda line: _rank(tables, line))
    for name, period in sorted(found, key=lambda key: (key[0], key[1])):
        indicator = tables.indicators[name]
        rows = [found[name, period][code] for code in sorted(found[name, period])]
        label, unit = pair(indicator, "label"), pair(indicator, "unit_label")
        yield _told(label, unit, indicator["decimals"], period, rows, "value")


def _rank(tables: Tables, row: Row) -> tuple[int, str]:
    return tables.sources.get(row["source"], {}).get("precedence", 0), row["source"]


def class_words() -> dict[str, list[str]]:
    """The classes of an evaluation in both languages, lowest first, then what stands for none."""
    return {code: [word("class", code).id, word("class", code).en] for code in
            ("kurang_berkembang", "berkembang", FAST, "unclassified", "not_evaluated")}  # fmt: skip
