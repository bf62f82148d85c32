"""The words of an explanation, Indonesian and English."""

from __future__ import annotations

import re

from catalog.load import Catalog
from catalog.words import number

Pair = dict[str, str]

METHODS: dict[tuple[str, str], Pair] = {
    ("official", "published"): {"id": "angka terbitan", "en": "published figure"},
    ("sum", "exact"): {"id": "jumlah, tepat dari angka terbitan", "en": "sum, exact from published figures"},
    ("ratio_of_sums", "exact"): {
        "id": "rasio jumlah, selaras dengan jumlah terbitan",
        "en": "ratio of sums, consistent with the published counts",
    },
    ("weighted_mean", "exact"): {
        "id": "rata-rata tertimbang, tepat: penimbangnya pembagi angka itu sendiri",
        "en": "weighted mean, exact: its weight is the denominator behind the figure itself",
    },
    ("weighted_mean", "approximate"): {
        "id": "rata-rata tertimbang, pendekatan: penimbangnya bukan pembagi yang sebenarnya",
        "en": "weighted mean, approximate: its weight is not the true denominator",
    },
    ("recomputed", "exact"): {
        "id": "dihitung dari angka terbitan menurut rumusnya",
        "en": "computed by formula from published figures",
    },
    ("recomputed", "estimate"): {
        "id": "dihitung ulang dari komponen gabungan, perkiraan",
        "en": "recomputed from joint components, an estimate",
    },
}
GROWTH: Pair = {"id": "pertumbuhan dari jumlah para anggota", "en": "growth of the members' sum"}
ROLES: dict[str, Pair] = {
    "published": {"id": "terbitan", "en": "published"},
    "part": {"id": "bagian", "en": "part"},
    "numerator": {"id": "pembilang", "en": "numerator"},
    "denominator": {"id": "pembagi", "en": "denominator"},
    "rate_behind_denominator": {"id": "persentase di balik pembagi", "en": "rate behind the denominator"},
    "value": {"id": "nilai anggota", "en": "member's value"},
    "weight": {"id": "penimbang", "en": "weight"},
    "component": {"id": "komponen", "en": "component"},
    "level": {"id": "tahun ini", "en": "this year"},
    "level_before": {"id": "tahun sebelumnya", "en": "year before"},
    "total_before": {"id": "total tahun sebelumnya", "en": "total of the year before"},
    "member": {"id": "anggota", "en": "member"},
    "actual": {"id": "realisasi", "en": "actual"},
    "baseline": {"id": "tahun awal", "en": "baseline"},
    "own": {"id": "wilayah ini", "en": "this region"},
    "compared": {"id": "pembanding", "en": "compared with"},
}
EVIDENCE: dict[str, Pair] = {
    "publication": {"id": "publikasi penerbit", "en": "the publisher's own publication"},
    "third_party_copy": {"id": "salinan pihak ketiga", "en": "a third party's copy"},
    "press_quote": {"id": "kutipan pers", "en": "a quotation in the press"},
    "inferred": {"id": "disimpulkan dari angka lain", "en": "inferred from other figures"},
}
TRANSCRIBED: Pair = {"id": "transkripsi kami", "en": "our transcription"}
SYNTHETIC: Pair = {"id": "angka contoh, tidak diterbitkan siapa pun", "en": "example figures that nobody published"}
STATUSES: dict[str, Pair] = {
    "A": {"id": "tetap", "en": "normal"},
    "P": {"id": "sementara", "en": "provisional"},
    "E": {"id": "perkiraan", "en": "estimated"},
    "Q": {"id": "diragukan", "en": "doubtful"},
    "M": {"id": "kosong", "en": "missing"},
}
MEASURES: dict[str, Pair] = {
    "share": {"id": "andil dalam total", "en": "share of the total"},
    "growth": {"id": "pertumbuhan terhadap tahun sebelumnya", "en": "growth on the previous year"},
    "contribution": {"id": "sumbangan terhadap pertumbuhan total", "en": "contribution to the growth of the total"},
}
UNITS: dict[str, Pair] = {"percentage_points": {"id": "poin persen", "en": "percentage points"}}
CLOSED: dict[str, Pair] = {
    "revised": {"id": "direvisi", "en": "revised"},
    "withdrawn": {"id": "ditarik", "en": "withdrawn"},
}
SURVEY: Pair = {
    "id": "angka survei; signifikansi bedanya dengan tahun atau wilayah lain tidak diuji",
    "en": "a survey figure; whether it differs significantly from another year or region is not tested",
}
UNTESTED: Pair = {"id": "kesalahan sampling tidak diterbitkan", "en": "sampling error not published"}

# What core.lineage.done says, for readers of Indonesian.
DONE_ID = (
    (re.compile(r"^mark '(.*)' read as not available$"), r"tanda '\1' dibaca tidak tersedia"),
    (re.compile(r"^status (\w) from the mark on the year header$"), r"status \1 dari tanda pada judul tahun"),
    (
        re.compile(r"^trailing zeros put back: (\d+) decimals, (\d+) printed$"),
        r"nol di belakang dikembalikan: \1 desimal, tercetak \2",
    ),
    (re.compile(r"^misplaced space: '(.*)' read as (.*)$"), r"spasi salah tempat: '\1' dibaca \2"),
    (re.compile(r"^corrected from (.*?) to (.*?): (.*)$"), r"dikoreksi dari \1 menjadi \2: \3"),
)
CONVERTED = re.compile(r"^(\w+) x ([0-9.E+-]+) = (\w+)$")


def method_in_words(method: str, exactness: str, kind: str | None, lang: str) -> str:
    """How a value came about, and how exact that is."""
    if kind == "growth" and method == "ratio_of_sums":
        return GROWTH[lang]
    known = METHODS.get((method, exactness))
    return known[lang] if known else f"{method}, {exactness}"


def done_in_words(done: str, catalog: Catalog, lang: str) -> str:
    """What was done to a cell, step by step: "ribu jiwa x 1.000 = jiwa"."""
    return "; ".join(_step(step, catalog, lang) for step in done.split("; "))


def _step(step: str, catalog: Catalog, lang: str) -> str:
    converted = CONVERTED.match(step)
    if converted:
        unit, factor, canonical = converted.groups()
        names = [catalog.units[name].label.get(lang) if name in catalog.units else name for name in (unit, canonical)]
        return f"{names[0]} x {number(float(factor), lang)} = {names[1]}"
    for pattern, words in DONE_ID if lang == "id" else ():
        if pattern.match(step):
            return pattern.sub(words, step)
    return step


def breakdown_in_words(breakdown: str, catalog: Catalog, lang: str) -> str:
    """A breakdown key as its labels: "sector=C" is "Industri pengolahan"; empty for the total."""
    if breakdown == "_T":
        return ""
    labels = []
    for part in breakdown.split(";"):
        dimension, _, code = part.partition("=")
        codes = catalog.breakdowns[dimension].codes if dimension in catalog.breakdowns else []
        labels.append(next((item.label.get(lang) for item in codes if item.code == code), part))
    return ", ".join(labels)
