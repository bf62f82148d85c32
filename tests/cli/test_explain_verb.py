from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
from support.office import Office

import warehouse.book
from cli.main import main

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")
Said = tuple[int, str, str]


# The book of a release is the same for every question to it; reading it takes a second.
once = functools.cache(warehouse.book.load_book)


@pytest.fixture
def ask(whole: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201  # a function of the words typed
    monkeypatch.setattr(warehouse.book, "load_book", once)

    def asked(*words: str) -> Said:
        code = main(["explain", *words, "--data", str(whole.settings.data)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


def test_a_joint_value_is_explained_down_to_its_cells(ask) -> None:  # noqa: ANN001
    code, out, _ = ask("poverty_rate", "mojokerto-raya", "2023")
    assert code == 0
    assert "9,38 persen (9,379 sampai 9,389 karena pembulatan" in out
    assert "= 100 x (7.650 + 112.860) / (132.582 + 1.151.633)" in out
    assert "sha256 " in out


def test_the_json_holds_what_a_program_needs_of_every_cell(ask) -> None:  # noqa: ANN001
    code, out, _ = ask("poverty_rate", "mojokerto-raya", "2023", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["value"] == 9.3839
    assert (found["method"], found["exactness"], found["coverage"]) == ("ratio_of_sums", "exact", "2/2")
    assert found["sampling_se"] is None
    assert found["sampling_se_reason"] == "not_published"
    assert len(found["inputs"]) == 4
    cell = found["inputs"][0]["cells"][0]
    assert (cell["line"], cell["raw"], cell["file"]) == (3, "7,65", "kota-mojokerto-kemiskinan.csv")
    assert len(cell["snapshot"]) == 64


@pytest.mark.parametrize(
    "region", ["35.76", "3576", "kota mojokerto", "Kota Mojokerto", "KOTA MOJOKERTO", "kotamadya mojokerto"]
)
def test_a_region_goes_by_code_or_by_name_with_its_kind(ask, region: str) -> None:  # noqa: ANN001
    code, out, _ = ask("poverty_rate", region, "2023")
    assert code == 0
    assert "Kota Mojokerto (35.76), 2023" in out


@pytest.mark.parametrize("region", ["mojokerto-raya", "Mojokerto Raya"])
def test_an_agglomeration_goes_by_id_or_by_label(ask, region: str) -> None:  # noqa: ANN001
    assert ask("population", region, "2023")[0] == 0


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("poverty_rate", "mojokerto", "2023"), "Kota Mojokerto (35.76) atau Kabupaten Mojokerto (35.16)?"),
        (("poverty_rat", "35.76", "2023"), "maksudnya poverty_rate"),
        (("pengangguran", "35.76", "2023"), "open_unemployment_rate"),
        (("xyzzy", "35.76", "2023"), "mojoraya indicators"),
        (("poverty_rate", "kota mojokerta", "2023"), "Kota Mojokerto (35.76)"),
        (("poverty_rate", "35.76", "1999"), "yang ada 2004-2025"),
        (("poverty_rate", "35.76", "tahun lalu"), "tulis tahun, misalnya 2023"),
        (("poverty_rate", "35.76.01", "2023"), "indikator ini tidak ada untuk wilayah itu"),
        (("grdp_constant_2010", "35.76", "2020", "--breakdown", "sektor=C"), "sector=C"),
        (("grdp_constant_2010", "35.76", "2020", "--measure", "shares"), "maksudnya share"),
        (("grdp_constant_2010", "35.76", "2020", "--measure", "share"), "--breakdown sector=A"),
        (("poverty_rate", "35.76", "2023", "--measure", "share"), "ukuran itu tidak ada"),
        (("poverty_rate", "35.76", "2024", "--measure", "gap"), "yang ada 2023, 2029"),
        (("poverty_rate", "35.76", "2023", "--measure", "gap", "--breakdown", "document=x"), "document=kota-rkpd-2023"),
        (("poverty_rate", "35.76", "2023", "--measure", "rank", "--breakdown", "scope=kota"), "scope=peers"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_with_the_nearest_known(
    ask,  # noqa: ANN001
    words: tuple[str, ...],
    answer: str,
) -> None:
    code, out, err = ask(*words)
    assert code == 2
    assert out == ""
    assert answer in err
    assert len(err.strip().splitlines()) == 1


def test_a_missing_value_is_an_answer_too(ask) -> None:  # noqa: ANN001
    code, out, _ = ask("open_unemployment_rate", "mojokerto-raya", "2016", "--lang", "en")
    assert code == 0
    assert "No figure: a member's figure is missing" in out


def test_an_industry_is_explained_by_measure(ask) -> None:  # noqa: ANN001
    words = ("grdp_constant_2010", "mojokerto-raya", "2023", "--breakdown", "sector=C", "--measure")
    code, out, _ = ask(*words, "share")
    assert code == 0
    assert "andil dalam total" in out
    assert "karena pembulatan" not in out
    assert json.loads(ask(*words, "contribution", "--json")[1])["unit"] == "percentage_points"


def test_a_target_and_a_rank_are_explained_by_measure(ask) -> None:  # noqa: ANN001
    code, out, _ = ask("poverty_rate", "35.76", "2023", "--measure", "gap")
    assert code == 0
    assert "0,15 poin persen = 5,77 - 5,62" in out
    code, out, _ = ask("poverty_rate", "mojokerto-raya", "2023", "--measure", "rank", "--json")
    found = json.loads(out)
    assert (code, found["value"], found["formula"], found["breakdown"]) == (0, 17, "16 + 1", "scope=province")
    assert sum(part["role"] == "compared" for part in found["inputs"]) == 38


def test_a_release_older_than_explaining_asks_for_a_night(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.book.NEEDED", {"core.indicator.not_yet_there"})
    assert main(["explain", "poverty_rate", "35.76", "2023", "--data", str(office.settings.data)]) == 1
    assert "mojoraya run" in capsys.readouterr().err


def test_without_a_release_the_next_step_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "poverty_rate", "35.76", "2023", "--data", str(tmp_path)]) == 1
    assert "mojoraya run" in capsys.readouterr().err
