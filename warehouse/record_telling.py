"""An explanation of a measure of records as prose; it adds nothing that the JSON lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from catalog.load import Catalog
from catalog.words import day, number
from warehouse import explain_words as words
from warehouse.record_explain import words_of

Told = dict[str, Any]
WIDTH = 12
HIDDEN = {
    "id": "catatan di baliknya disamarkan dan hanya ada di gudang data penulis, sehingga barisnya tidak ditampilkan",
    "en": "the records behind it are pseudonymous and stand in the writer's warehouse only; no row of them is shown",
}


def tell_record(found: Told, catalog: Catalog, lang: str) -> str:
    """The whole text: headline, what to know about the value, inputs, files."""
    return "\n".join(_lines(found, catalog, lang))


def _lines(found: Told, catalog: Catalog, lang: str) -> Iterator[str]:
    label = re.split("[:;]", found["indicator_label"])[0]
    parts = (part.partition("=")[::2] for part in found["breakdown"].split(";"))
    about = [words_of(code, lang) or code for name, code in parts if name not in {"_T", "example"}]
    yield f"{', '.join([label, *about])}: {found['region_name']} ({found['region']}), {found['period']}"
    yield _headline(found, catalog, lang)
    yield ""
    yield from _facts(found, lang)
    yield from _inputs(found, lang)
    yield from _files(found, lang)


def _headline(found: Told, catalog: Catalog, lang: str) -> str:
    if found["value"] is None:
        known = catalog.reasons.get(found["null_reason"])
        why = known.label.get(lang) if known else found["null_reason"]
        return ("No figure: " if lang == "en" else "Tidak ada angka: ") + f"{why}."
    value = f"{value_text(found['value'], found['value_label'], lang)} {found['unit_label']}".rstrip()
    sign = ": " if found["value_label"] else " = "
    formula = found["formula"]
    same = formula is None or formula == value.split(" ", maxsplit=1)[0] or formula == found["value_label"]
    return value + ("" if same else f"{sign}{formula}") + f", {found['method_label']}"


def value_text(value: object, label: str | None, lang: str) -> str:
    """A number in the reader's form; a code in words with the code behind it."""
    if label is not None:
        return label if label == str(value) else f"{label} ({value})"
    return number(float(str(value)), lang)


def _facts(found: Told, lang: str) -> Iterator[str]:
    say = _say(lang)
    status = words.STATUSES.get(found["obs_status"], {}).get(lang, "")
    yield f"{'Status':<{WIDTH}}{found['obs_status']} ({status})"
    if found["records"]:
        counted = found["records"]["count"]
        many = "" if counted is None else f": {number(counted, lang)}"
        yield f"{say('Catatan', 'Records'):<{WIDTH}}{found['records']['label']}{many}; {HIDDEN[lang]}"
    if found["evidence"]:
        yield f"{say('Bukti', 'Evidence'):<{WIDTH}}{words.EVIDENCE[found['evidence']][lang]}"
    if found["band_evidence"]:
        yield f"{say('Batas nilai', 'Bands'):<{WIDTH}}{words.EVIDENCE[found['band_evidence']][lang]}"
    if found.get("taken_from"):
        origin = found["taken_from"]
        where = f"{origin['indicator']} {origin['region']} {origin['period']}"
        yield f"{say('Dari', 'From'):<{WIDTH}}{where} --breakdown '{origin['breakdown']}'"
    if found["synthetic"]:
        yield f"{say('Perhatian', 'Note'):<{WIDTH}}{words.SYNTHETIC[lang]}"
    if found["notice"]:
        yield f"{say('Perhatian', 'Note'):<{WIDTH}}{found['notice']}"


def _inputs(found: Told, lang: str) -> Iterator[str]:
    if not found["inputs"]:
        return
    say = _say(lang)
    yield ""
    yield say("Masukan:", "Inputs:")
    for item in found["inputs"]:
        yield f"  - {re.split('[:;]', item['label'])[0]} = {value_text(item['value'], None, lang)}"
        for cell in item["cells"]:
            place = say(
                f"baris {cell['line']}, kolom '{cell['column']}'", f"line {cell['line']}, column '{cell['column']}'"
            )
            reads = say("tertulis", "reads")
            yield f'    {cell["region_name"]}: {cell["publication"]}, {cell["file"]}, {place}, {reads} "{cell["raw"]}"'
            yield f"    sha256 {cell['snapshot']}"


def _files(found: Told, lang: str) -> Iterator[str]:
    if not found["sources"]:
        return
    say = _say(lang)
    yield ""
    yield say("Berkas:", "Files:")
    for item in found["sources"]:
        note = item[f"evidence_note_{lang}"]
        kind = words.EVIDENCE[item["evidence"]][lang]
        example = f", {words.SYNTHETIC[lang]}" if item["synthetic"] else ""
        yield f"  - {item['source']}, {item['publisher']}: {item['publication']}"
        yield f"      {say('bukti', 'evidence')}: {kind}{example}" + (f". {note}" if note else "")
        seen = day(date.fromisoformat(item["first_seen"]), lang)
        yield f"      {item['file']}, {say('pertama terlihat', 'first seen')} {seen}"
        yield f"      sha256 {item['snapshot']}"


def _say(lang: str) -> Callable[[str, str], str]:
    return lambda indonesian, english: english if lang == "en" else indonesian
