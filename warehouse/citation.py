"""CITATION.txt: how to cite the release and each of its sources, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from catalog.codes import code_label
from warehouse.shelf import read_release
from warehouse.sqlfiles import literal_path, load_sql

CITATION_FILE = "CITATION.txt"
HEAD = """\
Kutip rilis ini / Cite this release
  Indikator Mojokerto Raya, rilis {id}. Nilai gabungan adalah hitungan, bukan angka resmi BPS.
  Indicators of Mojokerto Raya, release {id}. Joint values are computed, not official BPS figures.
  Isi / content: sha256 {digest}

Kutip penerbit angka aslinya / Cite the publisher of the original figures
"""


def citation(directory: Path) -> str:
    """The text of CITATION.txt of the release in `directory`: one paragraph per source with an accepted edition."""
    release = read_release(directory)
    with duckdb.connect() as con:
        question = load_sql("citation", directory=literal_path(directory).replace("'", "''"))
        found = con.execute(question)
        names = [column[0] for column in found.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    head = HEAD.format(id=release.id, digest=release.content_digest)
    return head + "".join(f"\n{_paragraph(row)}" for row in rows)


def _paragraph(row: dict[str, Any]) -> str:
    when = f"terbit / published {row['published']}" if row["published"] else f"dilihat / seen {row['first_seen']}"
    evidence = code_label("evidence", row["evidence"])
    lines = [
        f"[{row['source']}] {row['publisher']}: {row['publication']}, {when}.",
        f"  {row['title_id']} / {row['title_en']}",
        f"  {evidence.id} / {evidence.en}; berkas / file {row['file']}, sha256 {row['snapshot']}",
    ]
    if row["synthetic"]:
        lines.append("  CONTOH, bukan angka terbitan; jangan dikutip / EXAMPLE, nobody published it; do not cite")
    return "".join(f"{line}\n" for line in lines)
