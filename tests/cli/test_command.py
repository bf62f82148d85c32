from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.office import Office

from cli.main import VERBS, build_parser, main

PROJECT = Path(__file__).resolve().parent.parent.parent
HEAVY = ("pandas", "duckdb", "prefect", "great_expectations", "pydantic")


def test_help_imports_nothing_heavy() -> None:
    code = (
        f"import sys; from cli.main import build_parser; build_parser().format_help(); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert found.stdout.strip() == "[]"


def test_every_verb_is_in_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    for verb in VERBS:
        assert f"`{verb}" in readme, verb


def test_every_option_is_in_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    verbs = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]  # noqa: SLF001
    common = {"--help", "--data", "--sources"}
    for name, parser in verbs.items():  # type: ignore[union-attr]
        for action in parser._actions:  # noqa: SLF001
            for option in action.option_strings:
                if option.startswith("--") and option not in common:
                    assert option in readme, f"{name} {option}"


def test_without_a_verb_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "VERB" in capsys.readouterr().out


def test_without_a_release_the_next_step_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 1", "--data", str(tmp_path)]) == 1
    assert "mojoraya run" in capsys.readouterr().err


def test_an_unknown_setting_is_refused_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mojoraya.toml").write_text('timezon = "Asia/Jakarta"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["indicators"]) == 2
    assert "'timezone'" in capsys.readouterr().err


def test_listings_speak_csv_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["indicators", "--csv", "--lang", "en"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {"poverty_rate", "grdp_growth"} <= {row["indicator"] for row in rows}
    assert main(["sources", "--json", "--lang", "en"]) == 0
    sources = json.loads(capsys.readouterr().out)
    assert "kota-mojokerto-kemiskinan" in {row["source"] for row in sources}


CITY = PROJECT / "sources" / "kota_mojokerto" / "kota-mojokerto-kemiskinan.csv"


def test_check_prints_the_tidy_rows_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", str(CITY), "--contract", "kota-mojokerto-kemiskinan", "--observations", "--csv"])
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    found = {(row["indicator"], row["period"]): row for row in rows}
    assert found["poverty_rate", "2023"]["value"] == "5.77"
    assert found["poor_population", "2023"]["value"] == "7650"
    assert found["poor_population", "2023"]["raw"] == "7,65"


def test_check_says_what_is_wrong_without_loading_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "berkas.csv"
    bad.write_bytes(CITY.read_bytes().replace(b"5,77", b"105,00"))
    data = tmp_path / "data"
    assert main(["check", str(bad), "--contract", "kota-mojokerto-kemiskinan", "--data", str(data)]) == 3
    place = 'berkas.csv: Baris 3, kolom "Persentase Penduduk Miskin (Persen) / 2023": '
    assert capsys.readouterr().err.startswith(place)
    assert not data.exists()


def test_check_holds_a_file_against_the_contract_as_it_stands_now(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A night goes on with the last contract that could be read; whoever mends one is told what is wrong with it."""
    file = office.file("kota-mojokerto-kemiskinan")
    path, where = file.with_suffix(".toml"), ["--data", str(office.settings.data), "--sources", str(file.parent)]
    sound = path.read_text("utf-8")
    for old, new, told in [
        ('role = "value"', 'role = "valeu"', "[[columns]] 2: 'role' harus salah satu dari"),
        ('"percent"', '"persen"', "satuan yang tidak dikenal 'persen'"),
    ]:
        path.write_text(sound.replace(old, new, 1), "utf-8")
        for contract in (path.stem, str(path)):
            assert main(["check", str(file), "--contract", contract, *where]) == 2
            assert told in capsys.readouterr().err
    path.write_text(sound.replace("first_year = 2015", "first_year = 2999"), "utf-8")
    assert main(["check", str(file), "--contract", path.stem, *where]) == 1
    assert "menurut kontrak tahun pertamanya 2999, padahal berkas ini terlihat pada 20" in capsys.readouterr().out
    path.write_text(sound, "utf-8")
    assert main(["check", str(file), "--contract", path.stem, *where]) == 0


@pytest.mark.parametrize(
    "verb", [["draft"], ["check", "--contract", "kota-mojokerto-kemiskinan"]], ids=lambda one: one[0]
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, told in [(tmp_path / "nihil.csv", "berkasnya tidak ada"), (tmp_path, "ini folder, bukan berkas")]:
        assert main([*verb, str(path)]) == 2
        assert capsys.readouterr().err == f"{path}: {told}\n"
    assert main(["check", str(CITY), "--contract", str(tmp_path / "nihil.toml")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'nihil.toml'}: berkasnya tidak ada\n"


@pytest.mark.parametrize("verb", ["run", "status", "releases", "sources", "serve"])
def test_a_file_in_place_of_the_data_folder_is_one_sentence(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "berkas"
    file.write_text("x", "utf-8")
    assert main([verb, "--data", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"data (MOJORAYA_DATA): {file} adalah berkas")


def test_check_suggests_the_contract_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(CITY), "--contract", "kota-mojokerto-kemiskina"]) == 2
    assert "'kota-mojokerto-kemiskinan'" in capsys.readouterr().err
