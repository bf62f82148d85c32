"""The page as a file: what stands in it, that it needs nothing else, and that it says no more than the release."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from support.office import Office

from catalog.load import load_catalog
from dashboard.plan import load_plan, load_tiles
from dashboard.words import load_words
from flows.page import page_of

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")


def both(indonesian: str, english: str) -> str:
    return f'<span lang="id">{indonesian}</span><span lang="en">{english}</span>'


def figure_of(data: dict[str, Any], indicator: str, region: str, year: int) -> list[Any]:
    """The row of a total in the page's data."""
    places = [row[0] for row in data["indicators"]].index(indicator), [row[0] for row in data["regions"]].index(region)
    found = next(
        rows
        for item, parts, place, rows in data["figures"]["series"]
        if (item, place) == places and data["figures"]["breakdowns"][parts][0] == "_T"
    )
    return next(row for row in found if row[0] == year)


def test_the_headline_shows_the_joint_figure_in_both_languages_and_says_what_it_is(page: str) -> None:
    assert both("8,40", "8.40") in page
    assert both("109.440", "109,440") in page
    assert "gabungan hitung, bukan angka resmi BPS" in page
    assert "▼ turun 0,57 poin persen dari 2024; belum diuji signifikansinya" in page
    assert "▲ naik 0,32 poin persen dari 2023</span>" in page, "growth is no survey figure"


def test_no_change_is_told_across_an_empty_year(page: str) -> None:
    card = page.split("IPM (umur harapan hidup LF SP2020)")[1].split("</article>", maxsplit=1)[0]
    assert "perubahan tidak dihitung: tahun sebelumnya tidak ada" in card


def test_the_page_needs_no_other_file_and_links_only_to_the_release(page: str, release: Path) -> None:
    assert not re.search(r'(src|href)="(https?:)?//', page)
    linked = set(re.findall(r'<li><a href="([^"#]+)"', page))
    assert linked == {path.name for path in release.iterdir()}


def test_the_page_of_the_bundled_release_is_light(page: str) -> None:
    assert len(page.encode()) < 3_000_000


def test_the_same_release_gives_the_same_page(page: str, release: Path) -> None:
    assert page_of(load_catalog())(release) == page


def test_every_joint_figure_of_the_shown_regions_is_explained(data: dict[str, Any], release: Path) -> None:
    shown = {row[0] for row in data["regions"]}
    assert {"mojokerto-raya", "35.76", "35.16", "35.71", "35.75", "32.77", "35"} == shown
    values = pq.read_table(release / "joint_indicator_value.parquet").to_pylist()
    wanted = [row for row in values if row["region_code"] in shown and row["superseded_at"] is None]
    rows = [row for *_, found in data["figures"]["series"] for row in found]
    assert len(rows) == len(wanted)
    derived = [row for row in rows if row[1] is not None and data["figures"]["texts"][row[3]] != "official"]
    assert derived
    assert all(row[13] and row[14] for row in derived), "a formula with its numbers, and the cells behind it"
    official = [row for row in rows if row[1] is not None and data["figures"]["texts"][row[3]] == "official"]
    assert all(row[14] for row in official)


def test_the_explanation_of_a_joint_rate_leads_to_its_cells(data: dict[str, Any]) -> None:
    row = figure_of(data, "poverty_rate", "mojokerto-raya", 2023)
    assert row[13].startswith("100 x (7.650 + 112.860) / ")
    texts, cells = data["figures"]["texts"], data["figures"]["cells"]
    parts = [texts[place] for place in row[14][::2]]
    assert sorted(parts) == ["numerator", "numerator", "rate_behind_denominator", "rate_behind_denominator"]
    city = next(cells[place] for place in row[14][1::2] if cells[place][:3] == ["poor_population", "35.76", "2023"])
    assert (city[4], texts[city[7]], city[9], city[12]) == (7650, "kota-mojokerto-kemiskinan.csv", 3, "7,65")


def test_a_missing_figure_is_missing_with_its_reason(data: dict[str, Any]) -> None:
    row = figure_of(data, "gini_ratio", "mojokerto-raya", 2025)
    assert row[1] is None
    assert data["figures"]["reasons"][row[7]][0] == load_catalog().reasons["not_aggregable"].label.id


def test_what_is_an_example_is_marked_in_every_part(data: dict[str, Any], page: str) -> None:
    assert all(table["example"] == 1 for table in data["records"].values())
    measures = [item for area in data["maps"] for item in area["measures"]]
    marked = {item["label"][1]: item["synthetic"] for item in measures}
    assert marked["Development class"] == 1
    assert marked["Complaints per 1,000 inhabitants"] == 1
    assert marked["Population density"] == 0, "published, though its row of the profile holds examples too"
    targets = page.split('id="cap-targets"')[1].split("</table>", maxsplit=1)[0]
    assert targets.count("Target contoh 2029") == targets.count("badge synthetic")


def test_every_word_is_in_both_languages_and_every_choice_of_the_plan_exists() -> None:
    for section in load_words().values():
        for code, text in section.items():
            assert text.id, code
            assert text.en, code
    catalog, plan = load_catalog(), load_plan()
    featured = [name for names in plan.featured.values() for name in names]
    assert {*plan.headline, *featured} <= set(catalog.indicators)
    assert {item.map for item in plan.measure} <= {item.id for item in load_tiles()}


def test_a_small_office_has_the_same_page_with_empty_sections_saying_why(small_page: str) -> None:
    assert both("9,38", "9.38") not in small_page
    assert "tidak ada dalam sumber yang dibaca" in small_page
    assert "ini rilis pertama" in small_page
    assert "contoh, bukan" not in small_page


def test_names_from_outside_cannot_become_markup(whole: Office, tmp_path: Path) -> None:
    source = (whole.settings.data / "current").resolve()
    for path in source.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    spoilt = pq.read_table(source / "core_region.parquet").to_pandas()
    spoilt["name"] = "</script><img src=x onerror=alert(1)>\u2028"
    (tmp_path / "core_region.parquet").unlink()
    spoilt.to_parquet(tmp_path / "core_region.parquet")
    found = page_of_plain(tmp_path)
    assert "<img" not in found
    assert "\u2028" not in found.split('id="data">')[1].split("</script>")[0]


def page_of_plain(folder: Path) -> str:
    from dashboard.page import render

    return render(folder)
