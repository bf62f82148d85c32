"""Personal data planted in every kind of file and place: afterwards it stands nowhere under data/ and in no output."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.office import Office, copy_sources
from support.portal_server import FakeBps, FakeDump, Portal, Response, ckan_result, jatim_pages, page
from support.sheets import MAIN, OFFICE, packed, sheet_xml, xlsx

from cli.main import main
from flows import stages
from flows.night import night
from sources.connectors import Outside
from sources.store import SnapshotStore

LONG = "kabupaten-mojokerto-kemiskinan"
WIDE = "kota-mojokerto-kemiskinan"
RATE = "bps-jatim-persentase-penduduk-miskin"
COUNT = "bps-jatim-jumlah-penduduk-miskin"
JOBLESS = "bps-jatim-tingkat-pengangguran-terbuka"
GRDP = "bps-mojokerto-pdrb-adhk"
KEY = "kunci-bps-uji"
# One value for each place, so that one that is found says where it came from.
NIK, KK, REMARK, QUOTED, SPLIT = (f"3516014508{number}0001" for number in range(10, 15))
SCIENTIFIC, SHARED, HIDDEN, PAGE_CELL, AROUND = (f"3576024107{number}0002" for number in range(10, 15))
CKAN, JATIM, BPS, TITLE, COMMENT = (f"3516055203{number}0003" for number in range(10, 15))
PHONE, FOOTER_PHONE, MAILBOX, LOGIN = "081233344455", "081266677788", "siti.aminah@example.com", "budi@example.org"
PERSON, STREET = "Siti Aminah binti Karso", "Jalan Gajah Mada Gang Buntu 12"
NUMBERS = (
    NIK, KK, REMARK, QUOTED, SPLIT, SCIENTIFIC, SHARED, HIDDEN, PAGE_CELL, AROUND, CKAN, JATIM, BPS, TITLE, COMMENT,
    PHONE, FOOTER_PHONE,
)  # fmt: skip
TEXTS = (MAILBOX, LOGIN, PERSON, STREET)
# A number may come back split or in scientific notation, whatever it was written as.
FORMS = [
    *(re.compile("[ .'-]?".join(number).encode()) for number in NUMBERS),
    *(re.compile(f"{number[0]}[.,]{number[1:12]}".encode()) for number in NUMBERS if len(number) == 16),
    *(re.compile(re.escape(text).encode()) for text in TEXTS),
]
HEAD = """id = "{name}"
title = {{ id = "Uji {name}", en = "Trial {name}" }}
publisher = "BPS"
owner = "BPS"
publication = "Tabel"
evidence = "publication"
edition = "replaces"
region = "35.76"
measures = [{{ indicator = "poverty_gap", unit = "index", precision = [{{ decimals = 2 }}] }}]
expect = {{ regions = ["35.76"], first_year = 2015 }}
columns = [
  {{ header = ["tahun"], role = "period" }},
  {{ header = ["nilai"], role = "value", measure = "poverty_gap" }},
]
format = {form}
[connector]
{connector}
"""
ROWS: list[list[Any]] = [["tahun", "nilai"], [2023, "0.75"]]


def squeezed(number: str) -> str:
    return f"{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}"


def scientific(number: str) -> str:
    return f"{number[0]}.{number[1:]}E+15"


def with_shared_strings(rows: list[list[Any]], text: str) -> bytes:
    """A workbook whose last cell is a shared string, and whose author is named in its properties."""
    files = unzipped(xlsx({"Data": rows}))
    cell = '<c r="C1" t="s"><v>0</v></c></row>'
    files["xl/worksheets/sheet1.xml"] = sheet_xml(rows).replace("</row>", cell, 1).encode()
    files["xl/sharedStrings.xml"] = f"<sst {MAIN}><si><t>{text}</t></si></sst>".encode()
    kind = f"{OFFICE}/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Id="s" Type="{kind}" Target="sharedStrings.xml"/>'
    links = files["xl/_rels/workbook.xml.rels"].decode().replace("</Relationships>", f"{link}</Relationships>")
    files["xl/_rels/workbook.xml.rels"] = links.encode()
    return packed(files)


def with_part(name: str, text: str) -> bytes:
    """A sound workbook with one more part."""
    return packed({**unzipped(xlsx({"Data": ROWS})), name: f"<part><t>{text}</t></part>"})


def unzipped(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


HTML = "<html><body>{around}<table><tr><td>tahun<td>nilai<tr><td>2023<td>{cell}</table></body></html>"
FILES: dict[str, tuple[str, bytes]] = {
    "buku-teks": ('{ kind = "workbook" }', with_shared_strings(ROWS, f"NIK {SHARED}")),
    "buku-lembar": ('{ kind = "workbook" }', xlsx({"Data": ROWS, "Lain": [["no"], [int(HIDDEN)]]}, hidden=["Lain"])),
    "buku-komentar": ('{ kind = "workbook" }', with_part("xl/comments1.xml", f"hubungi {COMMENT}")),
    "buku-judul": ('{ kind = "workbook", sheet = "Data" }', xlsx({"Data": ROWS, f"a {TITLE}": [["x"]]})),
    "laman-sel": ('{ kind = "html" }', HTML.format(around="", cell=squeezed(PAGE_CELL)).encode()),
    "laman-luar": ('{ kind = "html" }', HTML.format(around=f"<p>Petugas {AROUND}</p>", cell="0.75").encode()),
    "nominatif": ("{}", f"nik,nama,alamat,nilai\n{NIK},{PERSON},{STREET},1\n".encode()),
}
EDITS: dict[str, Callable[[str], str]] = {
    LONG: lambda text: text.replace("JAWA TIMUR", f"JAWA TIMUR a.n. Siti NIK {REMARK} hadir", 1),
    WIDE: lambda text: text.replace("Wilayah", f"Wilayah No. KK {KK}", 1),
    RATE: lambda text: f"# dibuat oleh {MAILBOX}\n{text}",
    COUNT: lambda text: f"{text}Sumber: tanya {FOOTER_PHONE}\n",
    JOBLESS: lambda text: text.replace("Kota Mojokerto", f"Kota Mojokerto {scientific(SCIENTIFIC)}", 1),
    GRDP: lambda text: re.sub(r"(\n[^\n;,]+)", rf"\1 {squeezed(SPLIT)}", text, count=1),
}


def declare(office: Office, name: str, connector: str, form: str = "{}") -> None:
    folder = office.settings.sources / "uji"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(HEAD.format(name=name, form=form, connector=connector), "utf-8")


def from_portals(office: Office, portal: Portal) -> list[str]:
    """A source for each connector, each with a value of its own."""
    text = f'tahun,nilai\n2023,"\'{QUOTED}"\n2022,{PHONE}\n'.encode()
    portal.answers("/a.csv", Response(text))
    portal.answers("/b.csv", page(f"<html><title>Masuk sebagai {LOGIN}</title></html>".encode()))
    shown = {"id": "r1", "format": "CSV", "state": "active", "url": "a.csv", "datastore_active": True}
    portal.answers("/api/3/action/package_show", ckan_result({"resources": [shown], "id": "d"}))
    portal.answers("/api/3/action/resource_show", ckan_result(shown))
    portal.route("/datastore/dump/r1", FakeDump(["_id", "tahun", "nilai"], [[1, 2023, CKAN]]))
    record = {"id": 1, "tahun": 2023, "nilai": squeezed(JATIM)}
    portal.route("/api/cleaned-bigdata/dinsos/kemiskinan", jatim_pages([record]))
    portal.route("/list", FakeBps(KEY, 1, {117: "2017"}, {3576: f"Kota {BPS}"}, {(3576, 0, 117, 0): 5.77}))
    base = f'base_url = "{portal.url}"'
    declare(office, "lewat-http", f'kind = "http"\nurl = "{portal.url}/a.csv"')
    declare(office, "lewat-login", f'kind = "http"\nurl = "{portal.url}/b.csv"')
    declare(office, "lewat-ckan", f'kind = "ckan"\n{base}\nresource = "r1"\nvia = "datastore"')
    bps = f'kind = "bps"\n{base}\ndomain = "3576"\nvar = 1\nyears = {{ first = 2017 }}'
    declare(office, "lewat-bps", bps)
    jatim = f'kind = "jatim"\nbase_url = "{portal.url}/api/"\nschema_name = "dinsos"\ntable = "kemiskinan"'
    declare(office, "lewat-jatim", jatim)
    return ["lewat-http", "lewat-login", "lewat-ckan", "lewat-bps", "lewat-jatim"]


@dataclass
class Sent:
    """An office before a night on planted files, and its sources that portals give."""

    office: Office
    live: list[str]


@pytest.fixture
def sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("BPS_API_KEY", KEY)
    monkeypatch.setattr(stages, "OUTSIDE", Outside(sleep=lambda _seconds: None))
    copy_sources(office.settings.sources, [COUNT, JOBLESS, GRDP])
    for source, change in EDITS.items():
        office.edit(source, change)
    with Portal() as portal:
        live = from_portals(office, portal)
        for name, (form, data) in FILES.items():
            declare(office, name, f'kind = "file"\npath = "{name}.dat"', form)
            (office.settings.sources / "uji" / f"{name}.dat").write_bytes(data)
        declare(office, "buku-penulis", 'kind = "file"\npath = "buku-penulis.xlsx"', '{ kind = "workbook" }')
        author = with_part("docProps/core.xml", "Budi Operator")
        (office.settings.sources / "uji" / "buku-penulis.xlsx").write_bytes(author)
        yield Sent(office, live)


def texts_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte that is kept: files as they are, archives unpacked, and all text of parquet and DuckDB tables."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data, name = path.read_bytes(), str(path.relative_to(folder))
        yield name, data
        yield f"{name} (utf-16)", data.replace(b"\x00", b"")
        if data.startswith(b"PK\x03\x04"):
            yield from ((f"{name}!{part}", bytes(inner)) for part, inner in unzipped(data).items())  # type: ignore[arg-type]
        elif path.suffix == ".parquet":
            rows = duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall()
            yield f"{name} (rows)", repr(rows).encode()
        elif path.suffix == ".duckdb":
            yield from tables_of(path, name)


def tables_of(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(path), read_only=True) as con:
        listed = con.sql("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, table in listed:
            rows = con.sql(f'SELECT * FROM "{schema}"."{table}"').fetchall()
            yield f"{name}:{schema}.{table}", repr(rows).encode()


def leaks(texts: Iterator[tuple[str, bytes]]) -> list[str]:
    return [f"{name}: {form.pattern!r}" for name, data in texts for form in FORMS if form.search(data)]


def test_planted_personal_data_stand_nowhere_after_the_night(sent: Sent, capfd: pytest.CaptureFixture[str]) -> None:
    office = sent.office
    outcome = night(office.settings)
    assert outcome.exit_code == 3
    said = "".join(capfd.readouterr()) + outcome.summary_id + outcome.summary_en
    problems = [*outcome.problems_id, *outcome.problems_en]
    outcomes = {entry.source: entry for entry in SnapshotStore(office.settings.data).entries()}
    held = [*EDITS, *FILES, *(name for name in sent.live if name != "lewat-login")]
    assert {name: outcomes[name].rule for name in held} == dict.fromkeys(held, "no_personal_data")
    assert [name for name in held if not any(line.startswith(f"{name}:") for line in problems)] == []
    assert "lewat-login" not in outcomes
    assert "Masuk sebagai (disembunyikan)" in said
    assert outcomes["buku-penulis"].outcome == "kept", "the author of a workbook is no data"
    assert leaks(iter([("said", said.encode())])) == []
    kept = list(texts_under(office.settings.data))
    assert any(name.startswith("feedback/") for name, _ in kept)
    assert any(":core.observation" in name for name, _ in kept)
    assert leaks(iter(kept)) == []


def test_the_search_itself_finds_what_was_planted(sent: Sent) -> None:
    """Every value is found in the files as they were sent, so that finding none afterwards says something."""
    files = list(texts_under(sent.office.settings.sources))
    here = [number for number in NUMBERS if number not in {QUOTED, PHONE, CKAN, JATIM, BPS}]
    for text in (*here, MAILBOX, PERSON, STREET):
        forms = [form for form in FORMS if form.search(text.encode()) or form.search(scientific(text).encode())]
        assert forms
        assert any(form.search(data) for form in forms for _, data in files), text


def test_neither_check_nor_draft_repeats_it(sent: Sent, capfd: pytest.CaptureFixture[str]) -> None:
    office = sent.office
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    for source in (*EDITS, *FILES):
        path = office.file(source) if source in EDITS else office.settings.sources / "uji" / f"{source}.dat"
        capfd.readouterr()
        for lang in ("id", "en"):
            assert main(["check", str(path), "--contract", source, "--lang", lang, *where]) == 1
            assert main(["check", str(path), "--contract", source, "--observations", "--lang", lang, *where]) == 1
            assert main(["draft", str(path), "--lang", lang, *where]) == 1
        said = "".join(capfd.readouterr())
        assert (said.count("data pribadi"), said.count("personal data")) == (2, 2), source
        assert leaks(iter([("said", said.encode())])) == []


def test_sixteen_digits_that_cannot_be_a_nik_are_held_back_without_being_repeated(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    impossible = "3516014513990001"
    office.edit(LONG, lambda text: text.replace("10.57", impossible, 1))
    outcome = office.run()
    assert outcome.exit_code == 3
    said = "".join(capfd.readouterr()) + json.dumps([outcome.problems_id, outcome.problems_en, outcome.summary_id])
    shown = [
        item
        for item in texts_under(office.settings.data)
        if item[0].startswith(("feedback/", "runs.jsonl", "releases/"))
    ]
    assert any(name.startswith("feedback/") for name, _ in shown)
    assert [name for name, data in [("said", said.encode()), *shown] if impossible.encode() in data] == []
