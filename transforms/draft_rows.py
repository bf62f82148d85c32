"""Guessing which rows of an undescribed file are notes, sections and totals, and which regions it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from catalog.load import Catalog
from transforms.draft_columns import Columns
from transforms.draft_table import Sight, is_figure
from transforms.grid import collapsed
from transforms.places import PlaceReader

TOTAL = re.compile(r"(?i)(jumlah|total|rata-rata|indonesia|kecamatan|kota|kabupaten|provinsi|jawa timur)\b")
NOTE = 24
VILLAGES = ("village", "urban_village")


@dataclass
class Rows:
    """What `[rows]` and `[expect]` of a draft say, and the notes to them."""

    footer: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    regions: list[str] = field(default_factory=list)
    outside: int = 0
    bare_name: str | None = None
    data: list[list[str]] = field(default_factory=list)
    under: list[str | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def guess_rows(sight: Sight, columns: Columns, catalog: Catalog) -> Rows:
    """Sort the rows below the header, and find the regions of the catalog among them."""
    found = Rows()
    last = max((at for at, row in enumerate(sight.rows) if _has_figures(row, columns)), default=-1)
    for row in sight.rows[last + 1 :]:
        text = next((cell for cell in row if cell), "")
        if text and text[:NOTE] not in found.footer:
            found.footer.append(text[:NOTE])
    for row in sight.rows[: last + 1]:
        label = collapsed(next((cell for cell in row if cell), ""))
        if label and not _has_figures(row, columns) and sum(map(bool, row)) == 1:
            found.sections.append(label)
        else:
            found.data.append(row)
            found.under.append(found.sections[-1] if found.sections else None)
    if columns.code_at is not None or columns.place_at is not None:
        _regions(found, columns, catalog)
    return found


def _has_figures(row: list[str], columns: Columns) -> bool:
    return any(is_figure(row[at]) for at in columns.values)


def _regions(found: Rows, columns: Columns, catalog: Catalog) -> None:
    at = columns.place_at
    names = [row[at] for row in found.data] if at is not None else []
    city = _villages_of(names, catalog)
    if columns.code_at is not None:
        codes = [row[columns.code_at] for row in found.data]
        current = catalog.regions_by_code
        by_bps = {region.bps_code: region.code for region in current.values()}
        places = [by_bps.get(code) or (code if code in current else None) for code in codes]
    elif city:
        places = _village_places(found, names, city, catalog)
    else:
        places = _upper_places(found, names, catalog)
    found.regions = sorted({place for place in places if place})
    found.outside = sum(1 for place in places if place is None)


def _upper_places(found: Rows, names: list[str], catalog: Catalog) -> list[str | None]:
    reader = PlaceReader(catalog, [])
    if any(reader.by_name(name).problem == "ambiguous" for name in names):
        found.bare_name = "regency"
        doubtful = [name for name in names if reader.by_name(name).problem == "ambiguous"]
        found.notes.append(f"TANYA: {doubtful[:3]} tanpa jenis wilayah: kabupaten atau kota?")
    return [PlaceReader(catalog, [], found.bare_name).by_name(name).code for name in names]


def _villages_of(names: list[str], catalog: Catalog) -> str | None:
    """The government whose desa and kelurahan most of the names are, if any."""
    best, most = None, len(names) / 2
    for government in ("35.76", "35.16"):
        below = [code for code, item in catalog.regions_by_code.items() if code.startswith(f"{government}.")]
        reader = PlaceReader(catalog, [code for code in below if catalog.regions_by_code[code].level in VILLAGES])
        count = sum(1 for name in names if any(item.level in VILLAGES for item in reader.candidates(name)))
        if count > most:
            best, most = government, count
    return best


def _village_places(found: Rows, names: list[str], government: str, catalog: Catalog) -> list[str | None]:
    """Kelurahan by their bare names; rows of a kecamatan or of the government itself are totals, left aside."""
    regions = catalog.regions_by_code
    below = [code for code in regions if code.startswith(f"{government}.") and regions[code].level in VILLAGES]
    reader = PlaceReader(catalog, below)
    places: list[str | None] = []
    for name in names:
        place = reader.by_name(name).code
        if TOTAL.match(name) and (place is None or regions[place].level not in VILLAGES):
            found.totals[collapsed(name)] = "skip"
        else:
            places.append(place)
    if found.totals:
        found.notes.append('Baris jumlah dikesampingkan; tulis kode wilayah sebagai ganti "skip" bila mau dimuat.')
    return places
