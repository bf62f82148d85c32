"""checks.html: what a data owner reads of the verdicts on their files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.checks import render_checks

HELD = {
    "source": "kota-mojokerto-kemiskinan", "snapshot": "0" * 64, "file": "kemiskinan.csv", "row_id": 3,
    "source_line": 4, "source_column": "2023", "raw": "<b>1O5</b>", "rule": "value_readable", "severity": "critical",
    "message_id": 'baris 4, kolom "2023": tertulis "1O5"; tulis angka.',
    "message_en": 'line 4, column "2023": "1O5" was found; write a number.',
}  # fmt: skip


@pytest.fixture
def troubled(small_night: Path, tmp_path: Path) -> Path:
    """A copy of a small release in which a figure is held back, a check failed and another crashed."""
    folder = tmp_path / "release"
    shutil.copytree((small_night / "data" / "current").resolve(), folder)
    rewrite(folder / "meta_quarantine.parquet", lambda _rows: [HELD])

    def spoil(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        owned = [row for row in rows if row["source"] == HELD["source"]]
        failed = {
            "outcome": "failed",
            "failed": 1,
            "message_id": "Angka terbaca: 1 tidak.",
            "message_en": "One is not.",
        }
        owned[0].update(failed, severity="critical")
        owned[1].update(outcome="crashed", severity="warning", message_id="Aturan gagal.", message_en="It crashed.")
        return rows

    rewrite(folder / "meta_check.parquet", spoil)
    return folder


def rewrite(path: Path, change: Any) -> None:
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), path)


def test_a_figure_held_back_is_told_with_its_place_and_cannot_run(troubled: Path) -> None:
    page = render_checks(troubled)
    section = page.split('id="h-tertahan"')[1].split("</section>")[0]
    assert "kemiskinan.csv" in section
    assert ">4</td>" in section
    assert "2023" in section
    assert "&lt;b&gt;1O5&lt;/b&gt;" in section
    assert "<b>1O5" not in page
    assert "write a number." in section


def test_findings_come_first_and_the_gravest_before_the_others(troubled: Path) -> None:
    page = render_checks(troubled)
    assert "2 dengan temuan, 1 angka dikarantina" in page
    findings = page.split('id="h-temuan"')[1].split("</section>")[0]
    assert findings.index("Angka terbaca: 1 tidak.") < findings.index("Aturan gagal.")
    opened = re.findall(r"<details[^>]* open><summary>(.*?)</summary>", page)
    assert len(opened) == 1
    assert "kota-mojokerto-kemiskinan" in opened[0]


def test_every_check_of_the_release_is_on_the_page_in_both_languages(small_night: Path) -> None:
    release = (small_night / "data" / "current").resolve()
    rows = pq.read_table(release / "meta_check.parquet").to_pylist()
    page = (release / "checks.html").read_text("utf-8")
    assert page.count("<li>") == len(rows)
    assert page == render_checks(release)
    assert "Semua pemeriksaan lolos." in page
    assert "Every check passed." in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
