"""The release's front page, from its parquet files alone: headline figures, their standing, and what to open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import pyarrow.parquet as pq

from catalog.load import DOMAINS, load_catalog
from catalog.models import Reason

HERE = Path(__file__).resolve().parent
STATUS = {
    "A": ("tetap", "final"),
    "P": ("sementara", "provisional"),
    "E": ("perkiraan", "estimated"),
    "Q": ("diragukan", "doubtful"),
    "M": ("kosong", "missing"),
}
METHOD = {
    "official": ("angka terbitan", "published"),
    "sum": ("jumlah", "sum"),
    "ratio_of_sums": ("rasio jumlah", "ratio of sums"),
    "weighted_mean": ("rata-rata tertimbang", "weighted mean"),
    "recomputed": ("dihitung ulang", "recomputed"),
}
EVIDENCE = {
    "publication": ("publikasi", "publication"),
    "third_party_copy": ("salinan pihak ketiga", "third-party copy"),
    "press_quote": ("kutipan pers", "quoted in the press"),
    "inferred": ("disimpulkan", "inferred"),
}
HEADINGS = (
    ("Indikator", "Indicator", False),
    ("Tahun", "Year", True),
    ("Nilai", "Value", True),
    ("Satuan", "Unit", False),
    ("Status", "Status", False),
    ("Cara", "Method", False),
    ("Bukti terlemah", "Weakest evidence", False),
)
KEY = ["indicator", "region_code", "year", "breakdown"]
SHOWN = ["value", "obs_status", "method", "evidence", "null_reason", "synthetic"]
Row = dict[str, Any]


def render(release: Path) -> str:
    """The page of the release in the directory `release`, self-contained, as HTML; holds no time of building."""
    regions = _rows(release, "core_region")
    listed = (row for row in _rows(release, "core_indicator") if row["wide"])
    indicators = sorted(listed, key=lambda row: (DOMAINS.index(row["domain"]), row["id"]))
    latest = _latest(release)
    places = [row for row in regions if row["region_role"] == "agglomeration"]
    members = [row for row in regions if row["region_role"] == "member"]
    title = "Indikator " + ", ".join(row["name"] for row in places)
    return _template().substitute(
        title=escape(title),
        heading=_both(title, "Indicators of " + ", ".join(row["name"] for row in places)),
        release=_release_line(release),
        notice=_both(
            "Angka kawasan adalah gabungan hitung, bukan angka resmi BPS. Perubahan angka survei belum diuji "
            "signifikansinya.",
            "Figures of an agglomeration are computed jointly; they are not official BPS figures. Changes in "
            "survey figures are not tested for significance.",
        ),
        places="\n".join(_place(row, indicators, latest) for row in [*places, *members]),
        files_heading=_both("Berkas dalam rilis ini", "Files in this release"),
        files="\n".join(_files(release)),
    )


def _template() -> Template:
    return Template((HERE / "page.html").read_text("utf-8"))


def _rows(release: Path, name: str, columns: list[str] | None = None) -> list[Row]:
    return pq.read_table(release / f"{name}.parquet", columns=columns).to_pylist()


def _latest(release: Path) -> dict[tuple[str, str], Row]:
    """The newest total of every (region, indicator) that has a value, or its newest empty row."""
    rows = _rows(release, "joint_indicator_value", [*KEY, "superseded_at", *SHOWN])
    totals = (row for row in rows if row["breakdown"] == "_T" and row["superseded_at"] is None)
    ordered = sorted(totals, key=lambda row: (row["value"] is not None, row["year"]))
    return {(row["region_code"], row["indicator"]): row for row in ordered}


def _release_line(release: Path) -> str:
    days = [row["first_seen"] for row in _rows(release, "core_snapshot")]
    newest = max(days).isoformat() if days else "-"
    return _both(f"Data yang terlihat sampai {newest}", f"Data seen up to {newest}")


def _place(region: Row, indicators: Sequence[Row], latest: dict[tuple[str, str], Row]) -> str:
    """One table of the newest figures of a region."""
    joint = region["region_role"] == "agglomeration"
    caption = (
        _both("Gabungan hitung, bukan angka resmi BPS", "Computed jointly, not official BPS figures")
        if joint
        else _both("Angka terbaru", "Newest figures")
    )
    head = "".join(
        f'<th scope="col"{_number_class(number=number)}>{_both(told, english)}</th>'
        for told, english, number in HEADINGS
    )
    body = "\n".join(_line(item, latest.get((region["code"], item["id"]))) for item in indicators)
    return (
        f'<h2>{escape(region["name"])}</h2>\n<div class="wide"><table><caption>{caption}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _line(indicator: Row, found: Row | None) -> str:
    label = _both(indicator["label_id"], indicator["label_en"])
    if found is None or found["value"] is None:
        why = _reason(found["null_reason"] if found else "not_in_sources")
        return f'<tr><th scope="row">{label}</th><td class="number">-</td><td colspan="5">{why}</td></tr>'
    digits = indicator["decimals"]
    synthetic = _both(" (contoh, bukan angka terbitan)", " (example, not published)") if found["synthetic"] else ""
    cells = [
        ("number", str(found["year"])),
        ("number", _both(_indonesian(found["value"], digits), f"{found['value']:,.{digits}f}") + synthetic),
        ("", _both(indicator["unit_label_id"], indicator["unit_label_en"])),
        ("", _told(STATUS, found["obs_status"])),
        ("", _told(METHOD, found["method"])),
        ("", _told(EVIDENCE, found["evidence"])),
    ]
    body = "".join(f"<td{_number_class(number=bool(kind))}>{text}</td>" for kind, text in cells)
    return f'<tr><th scope="row">{label}</th>{body}</tr>'


def _number_class(*, number: bool) -> str:
    return ' class="number"' if number else ""


def _indonesian(value: float, digits: int) -> str:
    """A number with dots between thousands and a decimal comma."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def _told(words: dict[str, tuple[str, str]], code: str | None) -> str:
    return _both(*words.get(code or "", (code or "-", code or "-")))


def _reason(code: str | None) -> str:
    reason = _reasons().get(code or "")
    return _both(reason.label.id, reason.label.en) if reason else escape(code or "-")


def _both(told: str, english: str) -> str:
    """A text in both languages; the page shows one at a time."""
    return f'<span lang="id">{escape(told)}</span><span lang="en">{escape(english)}</span>'


@cache
def _reasons() -> dict[str, Reason]:
    return load_catalog().reasons


def _files(release: Path) -> Iterable[str]:
    """Links to the release's files; those that are written after the page are named too."""
    later = {"SHA256SUMS", "index.html"}
    for name in sorted({path.name for path in release.iterdir()} | later):
        yield f'<li><a href="{escape(name)}">{escape(name)}</a></li>'
