"""One night with records: read, judged, kept in the writer's warehouse, and published only as the joint tables."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from support.office import PROJECT, Office, copy_sources, quiet

from catalog.settings import Settings
from cli.main import main
from flows.outcome import NightOutcome
from flows.rebuild import rebuild

pytestmark = pytest.mark.xdist_group("records")
SOURCE, FIGURES = "contoh-evaluasi-kota-mojokerto", "kota-mojokerto-kemiskinan"
REPORTER, WRITTEN = "Suparno bin Kromodimejo", "seratus lima puluh"
ASPECT = "77.125"
Night = tuple[Office, NightOutcome]


def spoilt(folder: Path) -> None:
    """The example with one aspect, with reporters in a column that the contract ignores, and with one bad row."""
    path = next(folder.rglob(f"{SOURCE}.csv"))
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8")), delimiter=";"))
    rows[0] += ["Pelapor", "PKK"]
    for row in rows[1:]:
        row += [REPORTER, ASPECT.replace(".", ",")]
    bad = next(row for row in rows if row[0] == "2024" and row[4] == "Meri")
    bad[7] = WRITTEN
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    contract = path.with_suffix(".toml")
    columns = '[[columns]]\nheader = ["Pelapor"]\nrole = "ignore"\n\n[[columns]]\nheader = ["PKK"]\nrole = "field"\n'
    told = contract.read_text("utf-8").replace("[values]", columns + 'field = "kemasyarakatan_pkk"\n\n[values]')
    contract.write_text(told, "utf-8")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("records")
    sources = copy_sources(folder / "sources", (SOURCE, FIGURES))
    spoilt(sources)
    office = Office(Settings(data=folder / "data", sources=sources))
    return office, office.run()


def texts_of(database: Path) -> dict[str, str]:
    """Every row of every table of a DuckDB file, as text by the table's name."""
    with duckdb.connect(str(database), read_only=True) as con:
        tables = con.execute("SELECT table_schema || '.' || table_name FROM information_schema.tables").fetchall()
        return {name: str(con.execute(f"SELECT * FROM {name}").fetchall()) for (name,) in tables}


def test_a_bad_record_is_quarantined_and_the_others_stand(night: Night) -> None:
    office, outcome = night
    assert outcome.exit_code == 3
    assert outcome.quarantined == 1
    held = office.sql("SELECT source, source_line, source_column, raw, rule, message_id FROM meta.quarantine")
    assert [row[:5] for row in held] == [(SOURCE, 52, "Kemasyarakatan", "", "record_readable")]
    assert 'Baris 52, kolom "Kemasyarakatan"' in held[0][5]
    assert "angka seperti" in outcome.summary_id
    count = "SELECT count(total), count(*) FILTER (null_reason = 'quarantined') FROM joint.kelurahan_evaluation"
    assert office.sql(f"{count} WHERE government = '35.76'") == [(53, 1)]


def test_the_sheet_for_the_owner_says_what_is_written_and_no_published_file_does(night: Night) -> None:
    office, _ = night
    sheet = (office.settings.data / "feedback" / f"{SOURCE}.csv").read_text("utf-8-sig")
    assert WRITTEN in sheet
    assert "Meri" not in sheet
    release = (office.settings.data / "current").resolve()
    for path in release.iterdir():
        assert WRITTEN.encode() not in path.read_bytes(), path.name
    assert not [name for name, text in texts_of(release / "mojoraya.duckdb").items() if WRITTEN in text]


def test_of_a_column_that_is_ignored_nothing_is_kept_beyond_the_file_itself(night: Night) -> None:
    office, _ = night
    kept = [path for path in office.settings.data.rglob("*") if path.is_file() and "prefect" not in path.parts]
    holding = {
        path.relative_to(office.settings.data).parts[0] for path in kept if REPORTER.encode() in path.read_bytes()
    }
    assert holding == {"snapshots"}
    for text in texts_of(office.settings.data / "warehouse.duckdb").values():
        assert REPORTER not in text


def test_records_stand_in_the_writers_warehouse_and_in_no_published_file(night: Night) -> None:
    office, _ = night
    own = texts_of(office.settings.data / "warehouse.duckdb")
    assert {name for name in own if name.startswith("records.")} == {
        "records.activity", "records.call", "records.evaluation", "records.facility",
    }  # fmt: skip
    assert ASPECT in own["records.evaluation"]
    release = (office.settings.data / "current").resolve()
    shown = texts_of(release / "mojoraya.duckdb")
    assert not [name for name in shown if name.startswith("records.")]
    assert not [name for name, text in shown.items() if ASPECT in text]
    assert not [path.name for path in release.iterdir() if "record" in path.name]


def test_every_row_made_of_an_example_says_so(night: Night) -> None:
    office, _ = night
    rows = "SELECT count(*), count(*) FILTER (synthetic AND notice LIKE '%contoh%') FROM joint.kelurahan_evaluation"
    assert office.sql(f"{rows} WHERE total IS NOT NULL") == [(53, 53)]
    assert office.sql(f"SELECT synthetic FROM core.source WHERE source = '{SOURCE}'") == [(True,)]
    assert office.sql("SELECT count(*) FROM joint.indicator_value WHERE synthetic") == [(0,)]
    assert office.sql("SELECT count(*) FROM core.observation WHERE synthetic") == [(0,)]


def test_every_unit_in_force_is_counted_evaluated_or_not(night: Night) -> None:
    office, _ = night
    count = (
        "SELECT region_code, unit_type, sum(units), max(units_in_force), sum(units) FILTER (class = 'not_evaluated') "
        "FROM joint.kelurahan_evaluation_count WHERE data_year = 2024 AND level <> 'subdistrict' "
        "GROUP BY ALL ORDER BY ALL"
    )
    assert office.sql(count) == [
        ("35.16", "desa", 299, 299, 299),
        ("35.16", "kelurahan", 5, 5, 5),
        ("35.76", "kelurahan", 18, 18, 1),
        ("mojokerto-raya", "desa", 299, 299, 299),
        ("mojokerto-raya", "kelurahan", 23, 23, 6),
    ]


def test_freshness_and_snapshots_know_the_file_of_records(night: Night) -> None:
    office, _ = night
    fresh = office.sql(f"SELECT state, last_year FROM meta.freshness WHERE source = '{SOURCE}'")
    assert fresh == [("bundled", 2024)]
    assert office.sql(f"SELECT count(*) FROM core.snapshot WHERE source = '{SOURCE}'") == [(1,)]


def test_one_file_of_records_is_checked_without_a_night(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    office, _ = night
    options = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    assert main(["check", str(office.file(SOURCE)), "--contract", SOURCE, *options]) == 3
    out = capsys.readouterr()
    assert "record_readable" in out.out
    assert "Nilai bidang kemasyarakatan tidak terbaca" in out.err
    clean = PROJECT / "sources" / "contoh" / f"{SOURCE}.csv"
    assert main(["check", str(clean), "--contract", str(clean.with_suffix(".toml")), "--observations", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 54
    assert rows[0]["region_code"] == "35.76.01.1003"
    assert main(["sources", "--csv", *options]) == 0
    assert "(evaluation)" in capsys.readouterr().out


def test_a_record_table_is_explained_from_the_release_without_its_records(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(night[0].settings.data), "--sources", str(night[0].settings.sources)]
    assert main(["explain", "kelurahan_evaluation.total", "35.76.01.1003", "2024", "--json", *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["value"] == sum(item["value"] for item in found["inputs"])
    assert (found["synthetic"], found["records"]["type"], found["sources"][0]["source"]) == (True, "evaluation", SOURCE)
    assert main(["explain", "joint.kelurahan_evaluation", "Meri", "2024", "--measure", "total", *options]) == 0
    assert "dikarantina" in capsys.readouterr().out
    assert main(["explain", "joint.kelurahan_evaluation", "35.76", "2024", *options]) == 2
    assert "kelurahan_evaluation.total" in capsys.readouterr().err


def test_the_summary_says_how_many_sources_are_examples(night: Night) -> None:
    assert "Contoh          : 1 sumber, bukan terbitan siapa pun" in night[1].summary_id
    assert "Examples         : 1 sources" in night[1].summary_en


@pytest.mark.trial
def test_an_example_never_becomes_a_real_file_but_gives_way_to_one(
    night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(night[0].settings.data.parent, tmp_path / "office", symlinks=True)
    office = Office(Settings(data=tmp_path / "office" / "data", sources=tmp_path / "office" / "sources"))
    contract = office.file(SOURCE).with_suffix(".toml")
    contract.write_text(contract.read_text("utf-8").replace("synthetic = true", "synthetic = false"), "utf-8")
    outcome = office.run()
    assert outcome.exit_code == 3
    assert "berkas ini contoh" in outcome.summary_id
    assert office.sql("SELECT count(*) FROM joint.kelurahan_evaluation") == [(0,)]

    def real(text: str) -> str:
        lines = [line for line in text.splitlines() if not line.startswith("2022;")]
        return "\n".join(lines).replace("Kranggan;Miji;", "Kranggan;Miji;1") + "\n"

    office.edit(SOURCE, real)
    office.run()
    found = office.sql("SELECT data_year, count(total), bool_or(synthetic) FROM joint.kelurahan_evaluation GROUP BY 1")
    assert sorted(found) == [(2023, 18, False), (2024, 17, False)]
    changes = "SELECT DISTINCT kind, reason FROM meta.change WHERE indicator LIKE 'kelurahan_evaluation.%' ORDER BY ALL"
    assert office.sql(changes) == [("appeared", "new_series")], "nothing stood there before"
    options = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    assert main(["diff", night[1].release or "", "--csv", *options]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    told = {(row["indicator"], row["region_code"], row["period"]): row for row in rows}
    assert told["kelurahan_evaluation.total", "35.76.01.1003", "2022"]["reason"] == "withdrawal"
    miji = told["kelurahan_evaluation.pemerintahan", "35.76.03.1002", "2024"]
    assert (miji["reason"], float(miji["new"]) > float(miji["old"])) == ("example_replaced", True)
    assert ("kelurahan_evaluation.total", "35.76.01.1003", "2024") not in told, "the same number is no change"
    named = [row for row in rows if row["indicator"] == "kelurahan_evaluation.lifted_by" and row["period"] == "2023"]
    assert {(row["reason"], row["old"], row["new_text"]) for row in named} == {("withdrawal", "", "")}
    assert "kewilayahan" in {row["old_text"] for row in named}


def test_a_broken_contract_leaves_its_records_in_force_and_a_rebuild_gives_the_same(
    night: Night, tmp_path: Path
) -> None:
    shutil.copytree(night[0].settings.data.parent, tmp_path / "office", symlinks=True)
    office = Office(Settings(data=tmp_path / "office" / "data", sources=tmp_path / "office" / "sources"))
    again = rebuild(office.settings, quiet)
    assert again.release == night[1].release
    contract = office.file(SOURCE).with_suffix(".toml")
    contract.write_text(contract.read_text("utf-8").replace('record = "evaluation"', 'record = "evaluasi"'), "utf-8")
    broken = office.run()
    assert broken.exit_code == 3
    assert "'evaluasi'" in broken.summary_id
    assert office.sql("SELECT count(total) FROM joint.kelurahan_evaluation") == [(53,)]
