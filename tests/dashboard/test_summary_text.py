"""ringkasan.txt: ten Indonesian lines for every agglomeration, from the release and headlines.toml alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from meeting_copies import change, copy_tables, values
from support.office import Office

from catalog.load import Catalog
from catalog.strict import DeclarationError
from dashboard.headlines import FILE, load_headlines
from dashboard.summary_text import summary_text

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")


@pytest.fixture(scope="module")
def release(whole: Office) -> Path:
    return (whole.settings.data / "current").resolve()


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    return copy_tables(release, tmp_path / "release")


def test_the_message_has_ten_lines_that_say_what_the_figures_are(release: Path) -> None:
    lines = (release / "ringkasan.txt").read_text("utf-8").splitlines()
    assert len(lines) == 10
    assert lines[0] == (
        "Mojokerto Raya: gabungan hitung, bukan angka resmi BPS; data yang terlihat sampai 21 November 2026."
    )
    assert lines[1] == (
        "Kemiskinan Mojokerto Raya Maret 2025: 8,40 persen, 109.440 jiwa (angka tetap; bukti salinan pihak ketiga); "
        "selisih -0,57 poin persen dari Maret 2024, belum diuji signifikansinya."
    )
    assert lines[-1].startswith("Selisih angka survei belum diuji signifikansinya.")


def test_only_survey_figures_are_untested_and_only_provisional_ones_provisional(release: Path) -> None:
    told = {line.split(" Mojokerto Raya")[0]: line for line in (release / "ringkasan.txt").read_text().splitlines()}
    assert "3,61 persen, 27.183 jiwa" in told["Pengangguran terbuka"]
    assert "Agustus 2024, belum diuji signifikansinya" in told["Pengangguran terbuka"]
    growth = told["Pertumbuhan ekonomi"]
    assert "2024: 5,29 persen" in growth
    assert "angka sementara" in growth
    assert growth.endswith("selisih +0,32 poin persen dari 2023.")


def test_a_change_that_may_not_be_computed_says_why(release: Path) -> None:
    text = (release / "ringkasan.txt").read_text("utf-8")
    assert "selisih dari Maret 2024 tidak dihitung (tahun sebelumnya tidak ada)" in text


def test_equal_releases_give_the_equal_message(release: Path, catalog: Catalog) -> None:
    assert summary_text(release, catalog) == (release / "ringkasan.txt").read_text("utf-8")


def test_no_change_is_told_across_a_break(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(break_flag=True))
    line = summary_text(copy, catalog).splitlines()[1]
    assert "selisih dari Maret 2024 tidak dihitung (seri terputus pada tahun ini" in line


def test_no_change_is_told_between_two_methods(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(method="weighted_mean", exactness="approximate"))
    line = summary_text(copy, catalog).splitlines()[1]
    assert "tidak dihitung (cara hitung lain)" in line
    assert "hitungan pendekatan" in line


def test_a_change_that_rounds_to_nothing_has_no_sign(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(value=8.9781))
    assert "selisih 0,00 poin persen" in summary_text(copy, catalog).splitlines()[1]


def test_an_example_says_so_first(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(synthetic=True))
    assert summary_text(copy, catalog).splitlines()[1].startswith("CONTOH, bukan angka terbitan: Kemiskinan")


def test_a_suppressed_year_gives_way_to_the_one_before_and_is_not_told(copy: Path, catalog: Catalog) -> None:
    change(copy, "joint_indicator_value", values(value=None, obs_status="M", null_reason="suppressed"))
    line = summary_text(copy, catalog).splitlines()[1]
    assert line.startswith("Kemiskinan Mojokerto Raya Maret 2024: 8,98 persen, 116.150 jiwa")
    assert "8,40" not in line


def test_a_companion_that_is_missing_says_why(copy: Path, catalog: Catalog) -> None:
    def hide(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if (row["indicator"], row["year"]) == ("poor_population", 2025):
                row.update(value=None, null_reason="suppressed")

    change(copy, "joint_indicator_value", hide)
    line = summary_text(copy, catalog).splitlines()[1]
    assert "Jumlah penduduk miskin tidak ada (dirahasiakan" in line


def test_another_agglomeration_gets_its_own_ten_lines(copy: Path, catalog: Catalog) -> None:
    def found(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        raya = next(row for row in rows if row["code"] == "mojokerto-raya")
        return [*rows, {**raya, "code": "kediri-raya", "name": "Kediri Raya", "members": "35.06, 35.71"}]

    def counted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        own = [row for row in rows if row["region_code"] == "mojokerto-raya" and row["indicator"] == "population"]
        return [*rows, *({**row, "region_code": "kediri-raya", "value": row["value"] + 1} for row in own)]

    change(copy, "core_region", found)
    change(copy, "joint_indicator_value", counted)
    kediri, mojokerto = summary_text(copy, catalog).rstrip("\n").split("\n\n")
    assert len(kediri.splitlines()) == len(mojokerto.splitlines()) == 10
    assert "Penduduk Kediri Raya 2023: 1.276.931 jiwa" in kediri
    assert "Kemiskinan Kediri Raya: tidak ada angka (tidak ada dalam sumber yang dibaca)." in kediri
    assert "Mojokerto" not in kediri


def test_a_small_office_gets_ten_lines_too(small_night: Path) -> None:
    lines = (small_night / "data" / "current" / "ringkasan.txt").read_text("utf-8").splitlines()
    assert len(lines) == 10
    assert lines[1].startswith("Kemiskinan Mojokerto Raya Maret 2025: 8,40 persen, 109.440 jiwa")
    assert sum("tidak ada angka (tidak ada dalam sumber yang dibaca)" in line for line in lines) >= 5


def test_a_headline_of_an_unknown_indicator_is_refused_with_the_nearest(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "headlines.toml"
    path.write_text(FILE.read_text("utf-8").replace('"poverty_rate"', '"poverty_rat"'), "utf-8")
    with pytest.raises(DeclarationError, match="unknown indicator 'poverty_rat'; did you mean 'poverty_rate'"):
        load_headlines(catalog.indicators, path)


def test_a_ninth_headline_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "headlines.toml"
    one = '\n[[headline]]\ntopic = "Lagi"\nfigures = [{ indicator = "population" }]\n'
    path.write_text(FILE.read_text("utf-8") + one, "utf-8")
    with pytest.raises(DeclarationError, match="at most 8"):
        load_headlines(catalog.indicators, path)
