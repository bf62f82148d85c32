"""What looks wrong in an undescribed file: copies of columns, a city with villages, a name that says otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from catalog.contract import AnyContract
from catalog.load import Catalog
from transforms.draft_columns import Columns
from transforms.draft_table import Sight
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.repeats import ROWS, VALUES

YEARS = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")


def warnings(sight: Sight, columns: Columns, catalog: Catalog, name: str) -> list[str]:
    """One sentence per suspicion, in Indonesian, the gravest first."""
    return [
        *_repeats(sight, columns),
        *_villages(sight, columns, catalog),
        *_twice(sight, columns),
        *_name(sight, name),
    ]


def same_layout(data: bytes, known: Iterable[AnyContract]) -> list[str]:
    """The contracts by which the file could be read as it is: its own, or that of a table it is mistaken for."""
    told = []
    for contract in known:
        try:
            table = read_table(data, contract)
        except ContractMismatch:
            continue
        if table.rows:
            told.append(
                f"PERINGATAN: susunannya sama dengan kontrak '{contract.id}' ({contract.title.id}): berkas itu juga, "
                "salinannya, atau tabel lain?"
            )
    return told


def _repeats(sight: Sight, columns: Columns) -> list[str]:
    told = []
    years = Counter(columns.years.values())
    told += [f"PERINGATAN: tahun {year} ada di {count} kolom." for year, count in years.items() if count > 1]
    seen: dict[tuple[str, ...], int] = {}
    for at in columns.values:
        cells = tuple(row[at] for row in sight.rows)
        if len(cells) < ROWS or len(set(cells)) < VALUES:
            continue
        before = seen.setdefault(cells, at)
        if before != at:
            names = [columns.years.get(number) or sight.header[-1][number] for number in (before, at)]
            told.append(f"PERINGATAN: kolom {names[1]} sama persis dengan kolom {names[0]} di semua baris: salinan?")
    return told


def _villages(sight: Sight, columns: Columns, catalog: Catalog) -> list[str]:
    """A city has kelurahan; one with more than a few desa was given those of its regency."""
    if columns.code_at is None:
        return []
    cities = {item.bps_code: item.name for item in catalog.regions if item.level == "city"}
    regencies = {
        item.name.removeprefix("Kabupaten "): item.bps_code for item in catalog.regions if item.level == "regency"
    }
    there = {row[columns.code_at] for row in sight.rows}
    told = []
    for code in sorted(there & cities.keys()):
        rows = [row for row in sight.rows if row[columns.code_at] == code]
        other = regencies.get(cities[code].removeprefix("Kota "))
        if other and other not in there and any(cell.casefold() == "desa" for row in rows for cell in row):
            told.append(
                f"PERINGATAN: {cities[code]} ({code}) punya baris DESA, sedangkan kabupaten senama ({other}) tidak "
                "ada: data kabupaten tampaknya ditulis dengan kode kota."
            )
    return told


def _twice(sight: Sight, columns: Columns) -> list[str]:
    keys = [at for at in range(len(sight.header[0])) if _is_key(columns, at)]
    counted = Counter(tuple(row[at] for at in keys) for row in sight.rows)
    again = [key for key, count in counted.items() if count > 1 and any(key)]
    if columns.place_at is None or columns.years or not again:
        return []
    return [f"PERINGATAN: {len(again)} kunci tertulis lebih dari sekali, misalnya {' / '.join(again[0])}."]


def _is_key(columns: Columns, at: int) -> bool:
    return at < len(columns.columns) and columns.columns[at][0]["role"] in {
        "region_code", "region_name", "period", "breakdown", "measure",
    }  # fmt: skip


def _name(sight: Sight, name: str) -> list[str]:
    told = []
    if re.search(r"\([0-9]+\)", name):
        told.append("PERINGATAN: nama berkas berisi nomor salinan, misalnya (1): benarkah ini unduhan terbaru?")
    said = {int(year) for year in YEARS.findall(name)}
    inside = {int(year) for row in [*sight.header, *sight.rows] for cell in row for year in YEARS.findall(cell[:40])}
    if said and inside and not said & inside:
        told.append(f"PERINGATAN: nama berkas menyebut {sorted(said)}, isinya {sorted(inside)[-3:]}.")
    title = " ".join([*sight.titles, *(cell for row in sight.header for cell in row)]).casefold()
    for word, other in (("kota", "kabupaten"), ("kabupaten", "kota")):
        if re.search(rf"{word}\s*_?mojokerto", name.casefold()) and f"{other} mojokerto" in title:
            told.append(f"PERINGATAN: nama berkas menyebut {word} Mojokerto, judulnya {other} Mojokerto.")
    return told
