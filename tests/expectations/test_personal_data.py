"""Personal data are found wherever they stand; codes and figures of regional statistics are not taken for them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.privacy import PROVINCES, FalseAlarms, Finding, may_be_personal, personal_data, shown

NIK = "3516015203980001"


@st.composite
def niks(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1930, 1, 1), date(2026, 1, 1)))
    day = born.day + (40 if draw(st.booleans()) else 0)
    region = f"{draw(st.sampled_from(sorted(PROVINCES)))}{draw(st.integers(1, 79)):02}{draw(st.integers(1, 60)):02}"
    return f"{region}{day:02}{born:%m%y}{draw(st.integers(1, 9999)):04}"


FIGURES = st.one_of(
    st.integers(0, 10**14).map(str),
    st.integers(0, 10**14).map(lambda value: f"{value:,}".replace(",", ".")),
    st.decimals(0, 10**9, places=2).map(lambda value: str(value).replace(".", ",")),
    st.floats(0, 1e12).map(repr),
    st.sampled_from(["...", "-", "NA", "5,77*", "9,80 r", "1.234.567,89", "", "9.80%"]),
)
CODES = st.one_of(
    st.from_regex(r"35\.(16|76)(\.\d{2}(\.[12]\d{3})?)?", fullmatch=True),
    st.from_regex(r"35(16|76)(\d{3}(\d{3})?)?", fullmatch=True),
    st.sampled_from(["Kota Mojokerto", "KAB. MOJOKERTO", "nama_kelurahan", "2015", "2024-07", "sector=A"]),
)
TABLES = st.lists(st.lists(st.one_of(FIGURES, CODES), min_size=4, max_size=4), min_size=1, max_size=6)


def csv(rows: list[list[str]]) -> str:
    return "".join(";".join(row) + "\n" for row in [["kode", "wilayah", "tahun", "nilai"], *rows])


@settings(deadline=None)
@given(TABLES)
def test_codes_and_figures_are_never_taken_for_personal_data(rows: list[list[str]]) -> None:
    assert personal_data(csv(rows), delimiter=";") == []


WRITTEN = [
    lambda nik: nik,
    lambda nik: f"'{nik}",
    lambda nik: f'"{nik}"',
    lambda nik: f"{nik[:4]} {nik[4:8]} {nik[8:12]} {nik[12:]}",
    lambda nik: f"{nik[:6]}.{nik[6:12]}.{nik[12:]}",
    lambda nik: f"{nik[:6]}-{nik[6:12]}-{nik[12:]}",
    lambda nik: f"{nik}.0",
    lambda nik: f"a.n. Siti NIK {nik} hadir",
    lambda nik: f"No 12 {nik[:6]} {nik[6:]}",
    lambda nik: f"{nik}/{nik}",
]


@settings(deadline=None)
@given(TABLES, niks(), st.data())
def test_a_planted_nik_is_found_in_every_column_and_spelling(
    rows: list[list[str]], nik: str, data: st.DataObject
) -> None:
    line, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 3))
    rows[line][column] = data.draw(st.sampled_from(WRITTEN))(nik)
    found = personal_data(csv(rows), delimiter=";")
    assert Finding(line + 2, column + 1, "nik") in found
    assert nik not in repr(found)


@settings(deadline=None)
@given(niks())
def test_a_nik_is_found_through_the_wrong_delimiter_too(nik: str) -> None:
    found = personal_data(f"kode;nilai\n35.16;{nik};x\n", delimiter=",")
    assert [(item.line, item.kind) for item in found] == [(2, "nik")]


@pytest.mark.parametrize(
    "number",
    [
        "3516013203980001",  # the 32nd
        "3516017203980001",  # the 32nd, of a woman
        "3516013002980001",  # 30 February
        "3516011213980001",  # month 13
        "2016011203980001",  # no such province
        "3500011203980001",  # no such regency
        "3516001203980001",  # no such subdistrict
        "3516011203980000",  # no serial
        "35160112039800011",  # 17 digits
        "0.3516011203980001",  # a fraction
        "35.16011203980001",  # a decimal
    ],
)
def test_sixteen_digits_that_cannot_be_a_nik_pass(number: str) -> None:
    assert personal_data(f"kode;nilai\nx;{number}\n", delimiter=";") == []


@pytest.mark.parametrize(
    "text", ["351601**********", "351601xxxxxx0001", "3,51601E+15", "3.51601e15", "3516015203980001,00"]
)
def test_a_nik_masked_or_mangled_by_a_spreadsheet_is_still_found(text: str) -> None:
    assert [item.kind for item in personal_data(f"a;b\n{text};1\n", delimiter=";")] == ["nik"]


@pytest.mark.parametrize(
    "text", ["081234567890", "0812-3456-7890", "+62 812 3456 7890", "WA 6281234567890", "+6281234567890"]
)
def test_a_mobile_number_is_found(text: str) -> None:
    assert [item.kind for item in personal_data(f"a;b\n1;{text}\n", delimiter=";")] == ["phone"]


@pytest.mark.parametrize("text", ["6281234567890", "0,812345678901", "62.812.345.678", "0811", "2018 2019 2020 2021"])
def test_amounts_and_years_are_no_mobile_numbers(text: str) -> None:
    assert personal_data(f"a;b\n1;{text}\n", delimiter=";") == []


def test_a_private_mailbox_is_found_and_an_office_mailbox_passes() -> None:
    assert personal_data("a;b\n1;Sumber: bps3576@bps.go.id\n", delimiter=";") == []
    assert [item.kind for item in personal_data("a;b\n1;siti.aminah@gmail.com\n", delimiter=";")] == ["email"]


@pytest.mark.parametrize(
    "name", ["NIK", "No. KK", "no_kk", "Alamat", "Tgl. Lahir", "nama_ibu", "Nama", "NAMA LENGKAP", "No HP"]
)
def test_the_header_of_a_table_by_name_is_found(name: str) -> None:
    assert personal_data(f"no;{name};nilai\n1;x;2\n", delimiter=";") == [Finding(1, 2, "header")]


@pytest.mark.parametrize(
    "name",
    [
        "nama_kelurahan",
        "nama_wilayah",
        "Nama Kabupaten/Kota",
        "nama_kabupaten_kota",
        "nama_provinsi",
        "Unik",
        "alamat_puskesmas",
    ],
)
def test_the_name_of_a_place_or_building_is_no_personal_header(name: str) -> None:
    assert personal_data(f"no;{name};nilai\n1;x;2\n", delimiter=";") == []


def test_a_header_below_a_title_is_found() -> None:
    assert personal_data("Daftar penerima;;\n;;\nno;nik;nama\n", delimiter=";") == [
        Finding(3, 2, "header"),
        Finding(3, 3, "header"),
    ]


def test_the_line_is_the_physical_one_after_a_cell_of_two_lines() -> None:
    assert personal_data(f'a;b\n"dua\nbaris";1\n{NIK};2\n', delimiter=";") == [Finding(4, 1, "nik")]


def test_a_table_too_broken_for_its_dialect_is_searched_all_the_same() -> None:
    text = "a;b\n" + '"' + "x" * 200_000 + f"\n{NIK};2\n"
    assert personal_data(text, delimiter=";") != []


def test_the_list_of_findings_ends_at_its_limit() -> None:
    assert len(personal_data(f"a\n{NIK}\n" * 50, limit=10)) == 10


@settings(deadline=None)
@given(niks())
def test_a_text_with_a_nik_is_never_shown(nik: str) -> None:
    assert nik not in shown(f"NIK {nik}", "id")
    assert may_be_personal(f"{nik[:8]} {nik[8:]}")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_what_is_shown_is_one_short_line(text: str) -> None:
    line = shown(text, "id")
    assert len(line) <= 60
    assert len(line.splitlines()) <= 1


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_can_be_searched(data: bytes) -> None:
    assert isinstance(personal_data(data), list)


PHONE = "081234567890"
TITLE = "Daftar;;\n"


def alarms(**kinds: str) -> FalseAlarms:
    return FalseAlarms({name: frozenset({kind}) for name, kind in kinds.items()}, 0, 1, ("Sumber",))


def test_an_allowed_kind_passes_in_its_column_and_nowhere_else() -> None:
    table = f"kode;nilai;ket\n{PHONE};1;x\n1;{PHONE};x\n{NIK};1;{PHONE}\n"
    found = personal_data(table, delimiter=";", allowed=alarms(kode="phone"))
    assert found == [Finding(3, 2, "phone"), Finding(4, 1, "nik"), Finding(4, 3, "phone")]


def test_another_kind_in_the_same_cell_is_still_found() -> None:
    found = personal_data(f"kode;nilai\n{PHONE} {NIK};1\n", delimiter=";", allowed=alarms(kode="phone"))
    assert found == [Finding(2, 1, "nik")]


@pytest.mark.parametrize(
    "table",
    [
        f"kode;nilai\nSumber: {PHONE};1\n",  # a note
        f"kode;nilai\n{PHONE}\n",  # no row of the table
        f"kode {PHONE};nilai\n1;2\n",  # the header itself
        f"{PHONE};1\nkode;nilai\n",  # above the header
        f"kode;kode\n{PHONE};2\n",  # a header text that names two columns
        f"lain;nilai\n{PHONE};2\n",  # another file
    ],
)
def test_an_allowance_speaks_of_the_rows_of_one_column_only(table: str) -> None:
    allowed = FalseAlarms({"kode": frozenset({"phone"})}, 0, 1, ("Sumber",))
    assert [item.kind for item in personal_data(table, delimiter=";", allowed=allowed)] == ["phone"]


def test_an_allowance_finds_its_column_under_titles_and_stacked_headers() -> None:
    table = f"{TITLE}Rincian;;\nKode  SIPD;Nilai;\n{PHONE};1;\n;{PHONE};\n"
    allowed = FalseAlarms({"Kode SIPD": frozenset({"phone"})}, first=1, height=2)
    assert personal_data(table, delimiter=";", allowed=allowed) == [Finding(5, 2, "phone")]


CALLS = FalseAlarms({}, first=0, height=1, texts=frozenset({"nomor", "kanal", "jenis"}))


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("nomor,kanal,jenis\n1,WhatsApp,pengaduan\n2,telepon,iseng\n", []),
        ("nomor,kanal,jenis\n1,WhatsApp,pengaduan\nnama,alamat,jenis\n", [3, 3]),
        ("nomor,nama,jenis\n1,x,pengaduan\n", [1]),
        ("daftar,,\n1,WhatsApp,pengaduan\n", [2]),
    ],
)
def test_below_the_declared_header_a_single_word_is_a_value(table: str, lines: list[int]) -> None:
    assert [item.line for item in personal_data(table, allowed=CALLS)] == lines
