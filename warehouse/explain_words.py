"""The words of an explanation, Indonesian and English."""

from __future__ import annotations

import re

from catalog.codes import by_language
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
ROLES = by_language("role")
EVIDENCE = by_language("evidence")
TRANSCRIBED: Pair = {"id": "transkripsi kami", "en": "our transcription"}
SYNTHETIC: Pair = {"id": "angka contoh, tidak diterbitkan siapa pun", "en": "example figures that nobody published"}
STATUSES = by_language("status")
MEASURES: dict[str, Pair] = {
    "share": {"id": "andil dalam total", "en": "share of the total"},
    "growth": {"id": "pertumbuhan terhadap tahun sebelumnya", "en": "growth on the previous year"},
    "contribution": {"id": "sumbangan terhadap pertumbuhan total", "en": "contribution to the growth of the total"},
    "target": {"id": "target", "en": "target"},
    "target_low": {"id": "ujung bawah target", "en": "lower end of the target"},
    "target_high": {"id": "ujung atas target", "en": "upper end of the target"},
    "actual": {"id": "realisasi terhadap target", "en": "actual held against the target"},
    "baseline_value": {"id": "angka tahun awal", "en": "figure of the baseline year"},
    "gap": {"id": "selisih realisasi dan target", "en": "gap between actual and target"},
    "pace_so_far": {"id": "laju selama ini", "en": "pace so far"},
    "pace_needed": {"id": "laju yang diperlukan", "en": "pace needed"},
    "projected": {"id": "angka bila laju berlanjut, bukan ramalan", "en": "figure at the pace so far, no forecast"},
    "achievement": {"id": "capaian", "en": "achievement"},
    "verdict": {"id": "putusan target", "en": "verdict on the target"},
    "rank": {"id": "peringkat", "en": "rank"},
    "percentile": {
        "id": "persen wilayah lain yang diungguli",
        "en": "percent of the other regions that it is ahead of",
    },
    "better": {"id": "banyaknya wilayah yang lebih dahulu", "en": "how many regions stand ahead"},
    "tied": {"id": "banyaknya wilayah yang sama", "en": "how many regions tie"},
    "comparable": {"id": "banyaknya wilayah sebanding", "en": "how many regions compare"},
}
YEARLY = "_per_year"
UNITS: dict[str, Pair] = {
    "percentage_points": {"id": "poin persen", "en": "percentage points"},
    "regions": {"id": "wilayah", "en": "regions"},
    "": {"id": "", "en": ""},
    YEARLY: {"id": "per tahun", "en": "a year"},
}
SCOPES: dict[str, Pair] = {
    "scope=province": {
        "id": "di antara kabupaten/kota seprovinsi",
        "en": "among the kabupaten and kota of the province",
    },
    "scope=peers": {"id": "di antara kota pembanding", "en": "among the named peers"},
}
VERDICTS = by_language("verdict")
CLOSED: dict[str, Pair] = {
    "revised": {"id": "direvisi", "en": "revised"},
    "withdrawn": {"id": "ditarik", "en": "withdrawn"},
}
SEVERITIES = by_language("severity")
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
    if breakdown in SCOPES:
        return SCOPES[breakdown][lang]
    labels = []
    for part in breakdown.split(";"):
        dimension, _, code = part.partition("=")
        codes = catalog.breakdowns[dimension].codes if dimension in catalog.breakdowns else []
        labels.append(next((item.label.get(lang) for item in codes if item.code == code), part))
    return ", ".join(labels)
