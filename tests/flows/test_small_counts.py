"""Small counts are nowhere in a release: not in a table, not in a vintage, not in a message, not in the bytes."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.office import Office, copy_sources
from support.search import everything, footers, forms, plain_files

from catalog.settings import Settings
from cli.main import main
from flows.outcome import NightOutcome
from flows.stages import inputs_digest
from warehouse.verify import verify_release

# One worker makes the two nights that most of these read.
pytestmark = pytest.mark.xdist_group("clinic")
PROJECT = Path(__file__).resolve().parent.parent.parent
HEALTH = "dinkes-kota-mojokerto-balita"
FACILITIES = "bps-jatim-sarana-kesehatan"
KRANGGAN = "35.76.03"
VILLAGES = [f"{KRANGGAN}.{number}" for number in range(1001, 1007)]
MERI, JAGALAN = VILLAGES[2], VILLAGES[3]
# Planted figures. The first stands beside the three of Meri as the only other number of its kecamatan, so it must be
# hidden as well; the second takes its place in a later edition, and the third waits in quarantine.
FIRST, SECOND, HELD_BACK = 918273645, 736451928, 827364519
# What need not be hidden: the kecamatan's total in either edition.
SHOWN = (FIRST + 3, SECOND + 3)

INDICATORS = """
[[indicator]]
id = "stunted_children"
label = { id = "Balita stunting", en = "Stunted children" }
unit = "person"
decimals = 0
derived_decimals = 0
bounds = { min = 0, basis = "meaning" }
definition = { id = "Balita stunting menurut penimbangan", en = "Stunted children by weighing" }
producer = "Dinas Kesehatan"
method_version = "uji"
reference = { id = "Februari", en = "February" }
estimation_level = "village"
sensitive = true
wide = false
rules = [{ kind = "sum" }]

[[indicator]]
id = "weighed_children"
label = { id = "Balita ditimbang", en = "Weighed children" }
unit = "person"
decimals = 0
derived_decimals = 0
bounds = { min = 0, basis = "meaning" }
definition = { id = "Balita yang ditimbang", en = "Children weighed" }
producer = "Dinas Kesehatan"
method_version = "uji"
reference = { id = "Februari", en = "February" }
estimation_level = "village"
wide = false
rules = [{ kind = "sum" }]

[[indicator]]
id = "stunting_by_weighing"
label = { id = "Prevalensi stunting menurut penimbangan", en = "Stunting by weighing" }
unit = "percent"
decimals = 2
derived_decimals = 4
bounds = { min = 0, basis = "meaning" }
definition = { id = "Balita stunting per balita ditimbang", en = "Stunted per weighed children" }
producer = "Dinas Kesehatan"
method_version = "uji"
reference = { id = "Februari", en = "February" }
estimation_level = "village"
wide = false
derive = { kind = "ratio_of", numerator = "stunted_children", denominator = "weighed_children" }
rules = [{ kind = "ratio_of_sums", numerator = "stunted_children", denominator = "weighed_children" }]
"""

CONTRACT = f"""
id = "{HEALTH}"
title = {{ id = "Balita menurut kelurahan", en = "Children by kelurahan" }}
publisher = "Dinas Kesehatan"
owner = "Dinas Kesehatan"
publication = "laporan penimbangan"
evidence = "publication"
edition = "replaces"
precedence = 30

[connector]
kind = "file"
path = "{HEALTH}.csv"
bundled = true

[format]
encoding = "utf-8"
delimiter = ";"
decimal = ","
thousands = "."

[[columns]]
header = ["kode"]
role = "region_code"
scheme = "kemendagri"

[[columns]]
header = ["tahun"]
role = "period"

[[columns]]
header = ["stunting"]
role = "value"
measure = "stunted_children"

[[columns]]
header = ["ditimbang"]
role = "value"
measure = "weighed_children"

[[columns]]
header = ["persen"]
role = "value"
measure = "stunting_by_weighing"

[[measures]]
indicator = "stunted_children"
unit = "person"
precision = [{{ decimals = 0, step = "0" }}]

[[measures]]
indicator = "weighed_children"
unit = "person"
precision = [{{ decimals = 0, step = "0" }}]

[[measures]]
indicator = "stunting_by_weighing"
unit = "percent"
precision = [{{ decimals = 2, step = "0.01" }}]

[marks]
missing = ["-"]

[expect]
regions = [{", ".join(f'"{code}"' for code in (KRANGGAN, *VILLAGES))}]
first_year = 2024
max_quarantine = 0.5
min_share_of_last = 0.1
"""


def table(planted: int) -> str:
    """A kecamatan with two kelurahan that have cases; one of them is outside the file's cover, so it is held back."""
    counts = {**dict.fromkeys(VILLAGES, 0), MERI: 3, JAGALAN: planted}
    weighed = {MERI: 57, **{code: 2_000_000_000 for code in counts if code != MERI}}
    rows = [(code, count, weighed[code]) for code, count in counts.items()]
    rows += [(KRANGGAN, sum(counts.values()), sum(weighed.values())), ("35.76.02.1001", HELD_BACK, 2_000_000_000)]
    lines = [f"{code};2024;{dotted(count)};{dotted(people)};{percent(count, people)}" for code, count, people in rows]
    return "kode;tahun;stunting;ditimbang;persen\n" + "".join(f"{line}\n" for line in lines)


def percent(count: int, people: int) -> str:
    return f"{100 * count / people:.2f}".replace(".", ",")


def dotted(number: int) -> str:
    """A number as offices here write it."""
    return f"{number:,}".replace(",", ".")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, list[NightOutcome]]:
    """Two nights of an office with stunted children by kelurahan, and facilities that nobody has published yet."""
    folder = tmp_path_factory.mktemp("clinic")
    shutil.copytree(PROJECT / "catalog", folder / "catalog", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    services = folder / "catalog" / "services.toml"
    puskesmas = re.compile(r'(id = "puskesmas"\n)')
    told = puskesmas.sub(r"\1sensitive = true\nsuppress_below = 9\n", services.read_text("utf-8"))
    services.write_text(told + INDICATORS, "utf-8")
    sources = copy_sources(folder / "sources", (FACILITIES, "kota-mojokerto-kemiskinan"))
    (sources / "dinkes").mkdir()
    (sources / "dinkes" / f"{HEALTH}.toml").write_text(CONTRACT, "utf-8")
    contract = next(sources.rglob(f"{FACILITIES}.toml"))
    contract.write_text(contract.read_text("utf-8").replace('"third_party_copy"', '"inferred"'), "utf-8")
    office = Office(Settings(data=folder / "data", sources=sources, catalog=folder / "catalog"))
    nights = []
    for planted in (FIRST, SECOND):
        (sources / "dinkes" / f"{HEALTH}.csv").write_text(table(planted), "utf-8")
        nights.append(office.run())
    return office, nights


@pytest.fixture
def release(clinic: tuple[Office, list[NightOutcome]]) -> Path:
    return (clinic[0].settings.data / "current").resolve()


def test_both_nights_publish_whole_releases(clinic: tuple[Office, list[NightOutcome]], release: Path) -> None:
    office, nights = clinic
    assert [night.exit_code for night in nights] == [3, 3], "published, with one row in quarantine"
    assert verify_release(release) == []
    assert len({night.release for night in nights}) == 2
    closed = f"SELECT count(*) FROM core.observation WHERE source = '{HEALTH}' AND closed_reason = 'revised'"
    assert office.sql(closed) != [(0,)], "the second edition supersedes figures of the first"
    said = "".join(night.summary_id + night.summary_en for night in nights).encode()
    assert not [form for planted in (FIRST, SECOND, HELD_BACK) for form in forms(planted) if form in said]


@pytest.mark.parametrize("planted", [FIRST, SECOND, HELD_BACK])
def test_no_published_cell_holds_a_planted_figure(
    clinic: tuple[Office, list[NightOutcome]], release: Path, planted: int
) -> None:
    texts = {form.decode() for form in forms(planted)[:4]}
    for where, column, value in everything(release):
        if isinstance(value, str):
            assert not [text for text in texts if text in value], f"{where}.{column}"
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            assert int(value) != planted, f"{where}.{column}"
    writer = duckdb.connect(str(clinic[0].settings.data / "warehouse.duckdb"), read_only=True)
    kept = "SELECT count(*) FROM core.observation WHERE value = ?"
    if planted != HELD_BACK:
        assert writer.execute(kept, [planted]).fetchall() == [(1,)], "the writer's own warehouse keeps it"


@pytest.mark.parametrize("planted", [FIRST, SECOND, HELD_BACK])
def test_no_published_byte_tells_a_planted_figure(release: Path, planted: int, tmp_path: Path) -> None:
    for path in plain_files(release, tmp_path):
        held = path.read_bytes()
        assert not [form for form in forms(planted) if form in held], path.name
    assert not [end for end in footers(release) if str(planted) in end]


def test_the_search_finds_what_is_shown(release: Path) -> None:
    """The same search, on the kecamatan's totals that must not be hidden."""
    plain = pa.BufferOutputStream()
    table = pq.read_table(release / "core_observation.parquet")
    pq.write_table(table, plain, compression="none", use_dictionary=False)
    held = plain.getvalue().to_pybytes()
    for total in SHOWN:
        assert any(form in held for form in forms(total))
        assert any(value == total for _, _, value in everything(release) if isinstance(value, Decimal))


def test_rows_of_hidden_figures_stay_with_status_and_reason(clinic: tuple[Office, list[NightOutcome]]) -> None:
    office, _ = clinic
    rows = office.sql(
        "SELECT region_code, indicator, value, obs_status, missing_mark, superseded_at IS NULL FROM core.observation "
        f"WHERE region_code IN ('{MERI}', '{JAGALAN}') AND indicator <> 'weighed_children' ORDER BY ALL"
    )
    assert {row[2:5] for row in rows} == {(None, "Q", "suppressed")}
    assert {(row[0], row[1]) for row in rows} == {
        (code, name) for code in (MERI, JAGALAN) for name in ("stunted_children", "stunting_by_weighing")
    }
    assert {row[5] for row in rows} == {True, False}, "superseded vintages are published tables too"
    shown = office.sql(
        f"SELECT value FROM core.observation WHERE region_code = '{KRANGGAN}' AND indicator LIKE 'stunt%'"
    )
    assert None not in {value for (value,) in shown}


def test_no_id_or_hash_lets_the_few_possible_values_be_tried(clinic: tuple[Office, list[NightOutcome]]) -> None:
    office, _ = clinic
    with duckdb.connect(str(office.settings.data / "warehouse.duckdb"), read_only=True) as writer:
        ids = writer.execute(
            "SELECT observation_id FROM core.observation "
            f"WHERE indicator LIKE 'stunt%' AND region_code IN ('{MERI}', '{JAGALAN}')"
        ).fetchall()
        hashes = writer.execute("SELECT snapshot FROM core.snapshot WHERE source = ?", [HEALTH]).fetchall()
    hidden = {code for (code,) in office.sql("SELECT observation_id FROM core.observation WHERE obs_status = 'Q'")}
    assert hidden
    assert not hidden & {code for (code,) in ids}
    assert len(hashes) == 2
    release = (office.settings.data / "current").resolve()
    told = {str(value) for _, _, value in everything(release) if isinstance(value, str)}
    assert not [text for text in told for (code,) in hashes if code[:12] in text]
    assert hidden <= {code for (code,) in office.sql("SELECT observation_id FROM core.lineage WHERE raw IS NULL")}
    orphans = "SELECT count(*) FROM core.lineage ANTI JOIN core.observation USING (observation_id)"
    assert office.sql(orphans) == [(0,)]
    assert office.sql("SELECT count(*) FROM core.lineage ANTI JOIN core.snapshot USING (snapshot)") == [(0,)]


def test_the_digest_of_the_inputs_cannot_be_computed_from_what_is_public(
    clinic: tuple[Office, list[NightOutcome]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who has every input but the few small counts has no digest to try them on."""
    office, nights = clinic
    assert office.run().release == nights[-1].release, "an idle night stays idle"
    told = office.sql("SELECT json_extract_string(inputs, '$.digest') FROM meta.release")
    assert told == [(inputs_digest(office.settings),)]
    monkeypatch.setattr("flows.stages.salt_of", lambda *_: "")
    assert told != [(inputs_digest(office.settings),)]


def test_joint_and_wide_tables_page_and_ranks_say_suppressed(
    clinic: tuple[Office, list[NightOutcome]], release: Path
) -> None:
    """Seven villages of the city have a puskesmas and 27 of the regency; their sum is told, neither of them is."""
    office, _ = clinic
    where = "WHERE indicator = 'puskesmas' AND year = 2020 AND region_code IN ('35.76', '35.16', 'mojokerto-raya')"
    values = dict(
        office.sql(f"SELECT region_code, (value, obs_status, null_reason) FROM joint.indicator_value {where}")
    )
    assert values["35.76"] == values["35.16"] == (None, "Q", "suppressed")
    assert values["mojokerto-raya"][0] == 34
    columns = "puskesmas, puskesmas_status, puskesmas_method, puskesmas_null_reason"
    wide = office.sql(f"SELECT {columns} FROM joint.services WHERE year = 2020 AND region_code = '35.76'")
    assert wide == [(None, "Q", None, "suppressed")]
    inputs = office.sql(
        "SELECT value FROM joint.indicator_input WHERE indicator = 'puskesmas' AND region_code = 'mojokerto-raya'"
    )
    assert {value for (value,) in inputs} == {None}
    ranks = office.sql(f"SELECT value, rank, null_reason FROM joint.peer {where} AND region_code <> 'mojokerto-raya'")
    assert set(ranks) == {(None, None, "suppressed")}
    assert "dirahasiakan" in (release / "index.html").read_text("utf-8")


def test_explain_sql_and_diff_say_suppressed_and_no_number(
    clinic: tuple[Office, list[NightOutcome]], capsys: pytest.CaptureFixture[str]
) -> None:
    office, nights = clinic
    where = ["--data", str(office.settings.data)]
    assert main(["explain", "puskesmas", "35.76", "2020", *where]) == 0
    told = capsys.readouterr().out
    assert "dirahasiakan" in told
    assert not re.search(r"(?<![\d.,])7 (desa|kelurahan)", told)
    assert main(["explain", "puskesmas", "mojokerto-raya", "2020", "--json", *where]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["value"] == 34
    assert {cell.get("raw") for item in found["inputs"] for cell in item["cells"]} <= {None, ""}
    assert main(["diff", str(nights[0].release), str(nights[1].release), "--csv", *where]) == 0
    capsys.readouterr()


def test_messages_of_the_office_are_not_quoted(clinic: tuple[Office, list[NightOutcome]]) -> None:
    office, _ = clinic
    held = office.sql(f"SELECT DISTINCT raw, message_en FROM meta.quarantine WHERE source = '{HEALTH}'")
    assert held
    assert {raw for raw, _ in held} == {None}
    assert all("suppressed" in message for _, message in held)
    told = office.sql("SELECT outcome, failed, message_id FROM meta.check WHERE rule = 'small_counts'")
    assert [row[:2] for row in told] == [("passed", 0)]


def test_a_release_from_before_a_count_was_sensitive_is_not_quoted_by_the_next(office: Office) -> None:
    folder = office.settings.data.parent
    shutil.copytree(PROJECT / "catalog", folder / "catalog", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.rmtree(office.settings.sources)
    copy_sources(office.settings.sources, (FACILITIES, "kota-mojokerto-kemiskinan"))
    contract = next(office.settings.sources.rglob(f"{FACILITIES}.toml"))
    contract.write_text(contract.read_text("utf-8").replace('"third_party_copy"', '"inferred"'), "utf-8")
    services = folder / "catalog" / "services.toml"
    settings = Settings(data=office.settings.data, sources=office.settings.sources, catalog=folder / "catalog")
    assert Office(settings).run().exit_code == 0
    marked = services.read_text("utf-8").replace(
        'id = "puskesmas"\n', 'id = "puskesmas"\nsensitive = true\nsuppress_below = 9\n'
    )
    services.write_text(marked, "utf-8")
    assert Office(settings).run().exit_code == 0
    rows = office.sql(
        "SELECT old, new, kind, reason FROM meta.change WHERE indicator = 'puskesmas' AND region_code = '35.76'"
    )
    assert set(rows) == {(None, None, "vanished", "suppressed")}
