"""Guessing what each column of an undescribed file means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from catalog.load import Catalog
from transforms.draft_table import Sight, is_figure, year_of
from transforms.grid import collapsed
from transforms.places import PlaceReader

ASK = "TANYA"
CODE = re.compile(r"[0-9]{2}(?:[0-9]{2}|\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?|[0-9]{5}|[0-9]{8})?")
PLACE_WORDS = re.compile(r"(?i)kabupaten|kota\b|wilayah|kelurahan|kecamatan|provinsi|desa|daerah")
PERIOD_WORDS = re.compile(r"(?i)^(tahun|thn|year|periode(_update)?)$")
PART_WORDS = re.compile(r"(?i)^(semester|triwulan|bulan)$")
LONG = 8
UNIT_WORDS = re.compile(r"(?i)^(satuan|unit)$")
ORDER_WORDS = re.compile(r"(?i)^(no|no\.|id|id_index|nomor|_id)$")
MOST = 0.8
FEW = 20
UNITS = (
    (r"ribu rp|ribu rupiah", "thousand_rupiah_per_person"),
    (r"juta rp|juta rupiah", "million_rupiah"),
    (r"mil[iy]ar", "billion_rupiah"),
    (r"rupiah/kapita/bulan|\(rp\)", "rupiah_per_person_month"),
    (r"\(ribu\)|ribu jiwa|ribu orang", "thousand_persons"),
    (r"persen|percent|%|distribusi", "percent"),
    (r"jiwa|orang|penduduk|kelamin", "person"),
    (r"indeks", "index"),
)


@dataclass
class Columns:
    """The `[[columns]]` and `[[measures]]` of a draft, each with what is to be said about it."""

    columns: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    measures: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    values: list[int] = field(default_factory=list)
    years: dict[int, int] = field(default_factory=dict)
    label_at: int | None = None
    place_at: int | None = None
    code_at: int | None = None
    measure_of: dict[int, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)


def guess_columns(sight: Sight, catalog: Catalog) -> Columns:
    """Roles of all columns, left to right."""
    found = Columns()
    width = len(sight.header[0])
    at = 0
    while at < width:
        run = _year_run(sight, at)
        if run:
            _add_years(found, sight, run)
            at += len(run)
            continue
        _add_one(found, sight, at, catalog)
        at += 1
    return found


def _header(sight: Sight, at: int) -> list[str]:
    return [row[at] for row in sight.header]


def _title(sight: Sight, at: int) -> str:
    """The texts of a column's header, those of merged cells to the left included."""
    parts = []
    for row in sight.header:
        filled = [cell for cell in row[1 : at + 1] if cell]
        parts.append(row[at] or (filled[-1] if filled and at else ""))
    return " ".join(part for part in parts if part and not year_of(part))


def _year(sight: Sight, at: int) -> tuple[int, str, int] | None:
    for level, row in enumerate(sight.header):
        found = year_of(row[at])
        if found:
            return found[0], found[1], level
    return None


def _year_run(sight: Sight, start: int) -> list[int]:
    """Columns from `start` on whose headers name years under one label."""
    run: list[int] = []
    for at in range(start, len(sight.header[0])):
        found = _year(sight, at)
        others = [row[at] for row in sight.header if not year_of(row[at])]
        if found is None or (run and any(others) and others != _others(sight, start)):
            break
        run.append(at)
    return run


def _others(sight: Sight, at: int) -> list[str]:
    return [row[at] for row in sight.header if not year_of(row[at])]


def _add_years(found: Columns, sight: Sight, run: list[int]) -> None:
    named = [_year(sight, at) for at in run]
    years = [item[0] for item in named if item]
    found.values += run
    found.years.update(zip(run, years, strict=True))
    for item in named:
        if item and item[1]:
            found.marks[item[1]] = "P"
    key = _measure(found, sight, run[0])
    found.measure_of.update(dict.fromkeys(run, key))
    named_by = {} if found.label_at is not None else {"measure": key}
    steps = {later - earlier for earlier, later in pairwise(years)}
    if len(steps) > 1 or not steps <= {1, -1}:
        for at, year in zip(run, years, strict=True):
            column = {"header": _header(sight, at), "role": "value", **named_by, "period": year}
            found.columns.append((column, "Tahun-tahun ini tidak berurutan, jadi ditulis satu per satu."))
        return
    level = named[0][2] if named[0] else 0
    header = _header(sight, run[0])
    header[level] = "{year}"
    span: dict[str, Any] = {"first": min(years)}
    if steps == {-1}:
        span["order"] = "descending"
    column = {"header": header, "role": "value", **named_by, "years": span}
    found.columns.append((column, f"Tahun {years[0]} sampai {years[-1]}, satu kolom per tahun."))


def _measure(found: Columns, sight: Sight, at: int, *, label: str = "") -> str:
    """The measure of a value column; columns under one title share it."""
    title = label or _title(sight, at) or "nilai"
    for key, (measure, _) in found.measures.items():
        if measure["title"] == title:
            return key
    key = f"ukuran_{len(found.measures) + 1}"
    found.measures[key] = ({"key": key, "title": title}, f"TANYA: indikator apa '{title}'?")
    return key


def unit_in(title: str) -> str:
    """The unit that a title names, or the placeholder of a question."""
    return next((name for pattern, name in UNITS if re.search(pattern, title.casefold())), ASK)


def _add_one(found: Columns, sight: Sight, at: int, catalog: Catalog) -> None:
    header, title = _header(sight, at), _title(sight, at)
    cells = [row[at] for row in sight.rows if row[at]]
    role, extra, note = _role(found, title, cells, at, catalog)
    if role == "value":
        found.values.append(at)
        sex = {text: code.code for code in catalog.breakdowns["sex"].codes for text in code.texts}.get(title)
        if sex:
            extra = {
                "measure": _measure(found, sight, at, label="menurut jenis kelamin"),
                "dimension": "sex",
                "code": sex,
            }
        else:
            extra = {"measure": _measure(found, sight, at)}
        found.measure_of[at] = extra["measure"]
        if found.label_at is not None:
            del extra["measure"]
        note = 'TANYA: bila kolom ini tidak dimuat, ganti role menjadi "ignore" dan hapus measure.'
    found.columns.append(({"header": header, "role": role, **extra}, note))


def _role(found: Columns, title: str, cells: list[str], at: int, catalog: Catalog) -> tuple[str, dict[str, Any], str]:
    """The role of a column that is no year, what the role needs, and a comment."""
    named = _named_role(found, title, cells, at)
    if named:
        return named
    share = sum(map(is_figure, cells)) / max(len(cells), 1)
    if not cells:
        return "ignore", {}, "Kolom kosong."
    if len(set(cells)) == 1 and share < MOST and len(cells) > 1:
        return "constant", {"constant": cells[0]}, "Isinya sama di semua baris."
    if share >= MOST:
        return "value", {}, ""
    return _text_role(found, title, cells, at, catalog)


def _named_role(found: Columns, title: str, cells: list[str], at: int) -> tuple[str, dict[str, Any], str] | None:
    """The role that a column's own name gives it, if its cells bear it out."""
    distinct = set(cells)
    if ORDER_WORDS.match(title):
        return "ignore", {}, "Nomor urut."
    if UNIT_WORDS.match(title):
        return "unit", {}, f"Satuan per baris: {sorted(distinct)[:3]}."
    if PERIOD_WORDS.match(title) and all(year_of(cell) for cell in distinct):
        return ("period", {}, "Tahun per baris.") if len(title) < LONG else ("ignore", {}, "Tahun pembaruan.")
    if PART_WORDS.match(title):
        return "ignore", {}, f"TANYA: ada {sorted(distinct)} dalam setahun; kirim satu saja (Susenas: Maret)."
    named = "kode" in title.casefold() or "code" in title.casefold()
    if named and cells and all(CODE.fullmatch(cell) or cell == "0" for cell in distinct):
        return _code_role(found, distinct, cells, at)
    return None


def _code_role(found: Columns, distinct: set[str], cells: list[str], at: int) -> tuple[str, dict[str, Any], str]:
    if len(distinct) == 1 and len(cells) > 1:
        return "constant", {"constant": cells[0]}, "Kode yang sama di semua baris."
    if found.code_at is not None:
        return "ignore", {}, "Kode lain."
    found.code_at = at
    scheme = "kemendagri" if any("." in cell for cell in distinct) else "bps"
    return "region_code", {"scheme": scheme}, "TANYA: benarkah penomoran ini?"


def _text_role(
    found: Columns, title: str, cells: list[str], at: int, catalog: Catalog
) -> tuple[str, dict[str, Any], str]:
    if found.place_at is None and (PLACE_WORDS.search(title) or _are_places(cells, catalog)):
        found.place_at = at
        return "region_name", {}, "Nama wilayah."
    for dimension in catalog.breakdowns.values():
        codes = {cell: code_of(cell, dimension.codes_by_text()) for cell in dict.fromkeys(map(collapsed, cells))}
        known = {text: code for text, code in codes.items() if code}
        if len(known) >= MOST * len(codes):
            plain = dimension.codes_by_text()
            own = {text: code for text, code in known.items() if text not in plain}
            return "breakdown", {"dimension": dimension.id, "codes": own}, f"Rincian {dimension.label.id}."
    if at == 0:
        found.label_at = at
        return "measure", {}, "Tiap baris ukuran yang lain: lihat label di [[measures]]."
    if len(set(cells)) <= FEW:
        return "breakdown", {"dimension": ASK}, f'TANYA: rincian apa {sorted(set(cells))[:5]}? Atau role "ignore".'
    return "ignore", {}, "Teks lain."


def _are_places(cells: list[str], catalog: Catalog) -> bool:
    reader = PlaceReader(catalog, [region.code for region in catalog.regions if region.valid_to is None])
    known = sum(1 for cell in cells if reader.candidates(cell))
    return known > len(cells) / 2


def code_of(text: str, codes: dict[str, str]) -> str | None:
    """The code of a text, whatever stands around it: a letter before it, or a translation behind a slash."""
    bare = collapsed(text)
    halves = [bare, bare.partition("/")[0].strip(), re.sub(r"^[A-Z](?:,[A-Z])*\s+", "", bare)]
    folded = {re.sub(r"[^a-z]", "", name.casefold()): code for name, code in codes.items() if len(name) > 1}
    for half in halves:
        code = codes.get(half) or folded.get(re.sub(r"[^a-z]", "", half.casefold()))
        if code:
            return code
    return None
