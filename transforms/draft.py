"""Draft a contract for a file that nobody has described: guesses with their reasons, questions where none will do.

Guessing lives here alone. What is printed is a TOML contract; every guess has a comment, and what the file
cannot say stands as the placeholder TANYA (or year 0) beside its question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from catalog.contract import AnyContract
from catalog.load import Catalog
from transforms.draft_columns import ASK, Columns, guess_columns, unit_in
from transforms.draft_numbers import Numbers, decimals_in, guess_numbers
from transforms.draft_rows import Rows, guess_rows
from transforms.draft_table import Sight, look
from transforms.draft_warnings import YEARS, same_layout, warnings
from transforms.grid import collapsed

Label = tuple[str | None, str]
BEST, MOST = 2, 6
ABBREVIATED = {
    "indeks pembangunan manusia": "ipm",
    "produk domestik regional bruto": "pdrb",
    "tingkat pengangguran terbuka": "tpt pengangguran terbuka",
    "pendapatan asli daerah": "pad",
}
BARE = re.compile(r"[A-Za-z0-9_-]+")


def draft(data: bytes, name: str, catalog: Catalog, sheet: str | None = None, known: Iterable[AnyContract] = ()) -> str:
    """A contract for the bytes of a file called `name`, as TOML text.

    `known` are the contracts there are: a file in the layout of one of them is pointed out.

    Raises `NoDraft` for a file that is no table at all, `ContractMismatch` for one that cannot be opened.
    """
    sight = look(data, sheet)
    columns = guess_columns(sight, catalog)
    rows = guess_rows(sight, columns, catalog)
    numbers = guess_numbers([row[at] for row in rows.data for at in columns.values if row[at]])
    precisions = _precisions(columns, rows, numbers)
    if sight.form.get("kind") != "workbook" and any(len(found) > 1 for found in precisions.values()):
        numbers.form["trailing_zeros"] = "dropped"
        numbers.notes.append("Banyaknya desimal tidak sama: nol di belakang koma hilang, dikembalikan saat dibaca.")
    told = [*same_layout(data, known), *warnings(sight, columns, catalog, name), *sight.notes]
    return "\n".join(
        [
            *_comments(["Rancangan kontrak; tiap TANYA menunggu jawaban orang.", *told]),
            *_head(name, sight, columns, rows),
            *_format(sight, numbers),
            *_columns(columns, name),
            *_measures(columns, precisions, catalog),
            *_marks(columns, rows, numbers),
            *_rows(rows),
            *_expect(columns, rows),
        ]
    )


def _comments(notes: list[str]) -> list[str]:
    return [f"# {collapsed(note)}" for note in notes]


def toml(value: Any) -> str:
    """A value as TOML; texts and keys are quoted as JSON does, which TOML reads the same."""
    if isinstance(value, dict):
        inner = ", ".join(
            f"{key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)} = {toml(item)}"
            for key, item in value.items()
        )
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _table(title: str, values: dict[str, Any]) -> list[str]:
    return ["", title, *(f"{key if BARE.fullmatch(key) else toml(key)} = {toml(item)}" for key, item in values.items())]


def _head(name: str, sight: Sight, columns: Columns, rows: Rows) -> list[str]:
    stem = PurePath(name).stem
    ident = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-")
    ident = ident if ident[:1].isalpha() else f"berkas-{ident}"
    title = max((*sight.titles, *(cell for row in sight.header for cell in row)), key=len, default=stem) or stem
    lines = [
        f"id = {toml(ident)}",
        f"title = {toml({'id': title, 'en': title})}  # TANYA: judul, juga dalam bahasa Inggris",
    ]
    asked = {"publisher": "siapa penerbitnya?", "owner": "siapa walidatanya?", "publication": "terbitan apa?"}
    lines += [f'{key} = "{ASK}"  # TANYA: {what}' for key, what in asked.items()]
    lines += [
        'evidence = "publication"  # TANYA: terbitan asli (publication) atau salinan pihak ketiga (third_party_copy)?'
    ]
    lines += ['edition = "replaces"  # TANYA: berkas baru mengganti semua (replaces) atau menambah (adds)?']
    if columns.code_at is None and columns.place_at is None:
        lines.append(f'region = "{ASK}"  # TANYA: tidak ada kolom wilayah; kota (35.76) atau kabupaten (35.16)?')
    lines += _comments(rows.notes)
    if rows.bare_name:
        lines.append(
            f'# bare_name = "{rows.bare_name}"  # TANYA: nama tanpa jenis berarti kabupaten? Bila ya, hapus tanda #.'
        )
    return [*lines, *_table("[connector]", {"kind": "file", "path": name})]


def _format(sight: Sight, numbers: Numbers) -> list[str]:
    lines = _table("[format]", {**sight.form, **numbers.form})
    return [*lines, *_comments(numbers.notes)]


def _columns(columns: Columns, name: str) -> list[str]:
    dated = bool(columns.years) or any(column["role"] == "period" for column, _ in columns.columns)
    hint = ", ".join(sorted(set(YEARS.findall(name)))) or "tidak tahu"
    lines: list[str] = []
    for column, note in columns.columns:
        values = {key: value for key, value in column.items() if value not in ({}, None)}
        asks = column["role"] == "value" and not dated
        lines += ["", *_comments([note] if note else []), *_table("[[columns]]", values)[1:]]
        if asks:
            lines.append(f"period = 0  # TANYA: tahun berapa? Nama berkas menyebut: {hint}.")
    return lines


def _precisions(columns: Columns, rows: Rows, numbers: Numbers) -> dict[Label, set[int]]:
    """The decimals printed for each measure: of a label under its section, or of columns under one title."""
    cells: dict[Label, list[str]] = {}
    for row, label in zip(rows.data, _labels(columns, rows), strict=True):
        for at in columns.values:
            key = label or (None, columns.measure_of[at])
            cells.setdefault(key, []).append(row[at])
    return {key: decimals_in(found, numbers.form["decimal"]) for key, found in cells.items()}


def _labels(columns: Columns, rows: Rows) -> list[Label | None]:
    """The label of each row, with its section where labels repeat; None when columns name the measure."""
    if columns.label_at is None:
        return [None] * len(rows.data)
    plain = [collapsed(row[columns.label_at]) for row in rows.data]
    repeated = {label for label in plain if plain.count(label) > 1}
    return [(section if label in repeated else None, label) for label, section in zip(plain, rows.under, strict=True)]


def _measures(columns: Columns, precisions: dict[Label, set[int]], catalog: Catalog) -> list[str]:
    lines: list[str] = []
    for number, (label, decimals) in enumerate(precisions.items(), start=1):
        section, text = label
        extra = {"precision": [{"decimals": max(decimals, default=0)}]}
        if columns.label_at is None:
            lines += _one_measure(text, columns.measures[text][0]["title"], extra, catalog)
        else:
            named = {"label": text, **({"section": section} if section else {})}
            lines += _one_measure(f"ukuran_{number}", f"{section or ''} {text}", {**named, **extra}, catalog)
    return lines


def _one_measure(key: str, title: str, extra: dict[str, Any], catalog: Catalog) -> list[str]:
    near = ", ".join(_candidates(title, catalog)) or "lihat mojoraya indicators"
    unit = unit_in(title)
    note = "TANYA: satuannya apa?" if unit == ASK else f"TANYA: benarkah satuannya {unit}?"
    values = {"key": key, "indicator": ASK, "unit": unit, **extra}
    asked = [f"TANYA: indikator apa '{title.strip()}'? Mungkin: {near}.", note]
    return ["", *_comments(asked), *_table("[[measures]]", values)[1:]]


def _candidates(title: str, catalog: Catalog) -> list[str]:
    """Indicators whose Indonesian labels share the most words with a title, all that tie included."""
    words = _words(title)
    shared = {item.id: len(words & _words(item.label.id)) for item in catalog.indicators.values()}
    best = sorted(set(shared.values()) - {0}, reverse=True)[:BEST]
    return [name for count in best for name, found in shared.items() if found == count][:MOST]


def _words(text: str) -> set[str]:
    folded = text.casefold()
    for name, short in ABBREVIATED.items():
        folded = folded.replace(name, short)
    return set(re.findall(r"[a-z]{4,}|\b(?:ipm|tpt|pad)\b", folded))


def _marks(columns: Columns, rows: Rows, numbers: Numbers) -> list[str]:
    blank = any(not row[at] for row in rows.data for at in columns.values)
    missing = [*numbers.missing, *([""] if blank else [])]
    values: dict[str, Any] = {"missing": missing} if missing else {}
    if columns.marks:
        values["status"] = columns.marks
    return _table("[marks]", values) if values else []


def _rows(rows: Rows) -> list[str]:
    values: dict[str, Any] = {"footer": rows.footer} if rows.footer else {}
    if rows.outside and rows.regions:
        values["keep"] = "expected"
    if rows.totals:
        values["totals"] = rows.totals
    lines = _table("[rows]", values) if values else []
    if rows.outside:
        lines += _comments(
            [f"{rows.outside} baris di luar wilayah katalog dikesampingkan (dihitung di hasil periksa)."]
        )
    for section in dict.fromkeys(rows.sections):
        lines += _table("[[rows.sections]]", {"text": section})
    return lines


def _expect(columns: Columns, rows: Rows) -> list[str]:
    first = min(columns.years.values(), default=0)
    lines = _table("[expect]", {"regions": rows.regions or [ASK]})
    note = "  # TANYA: tahun pertama yang mungkin?" if not first else ""
    if not rows.regions and columns.place_at is None and columns.code_at is None:
        lines.append("# TANYA: isi wilayah yang sama dengan 'region'.")
    elif not rows.regions:
        lines.append("# TANYA: tidak satu pun wilayah berkas ini ada di katalog; wilayah mana yang diharapkan?")
    return [*lines, f"first_year = {first}{note}", ""]
