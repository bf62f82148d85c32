"""Each bad input on a copy of a bundled source: one clear sentence, exit 3, the others published, nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.office import Office

LONG = "kabupaten-mojokerto-kemiskinan"
WIDE = "kota-mojokerto-kemiskinan"


def without_column(name: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        rows = [line.split(",") for line in text.splitlines()]
        at = rows[0].index(name)
        return "\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows) + "\n"

    return change


def replaced(old: str, new: str, count: int = -1) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return change


REFUSED = {
    "a missing column": (LONG, without_column("satuan"), "satuan"),
    "a renamed column": (LONG, replaced("tahun", "thn", 1), "thn"),
    "a wrong delimiter": (LONG, replaced(",", ";"), "pemisah"),
    "an empty file": (WIDE, lambda _text: "", "kosong"),
    "a web page": (WIDE, lambda _text: "<!DOCTYPE html>\n<html><body>Silakan masuk</body></html>\n", "HTML"),
    "a truncated file": (WIDE, lambda text: text[: text.rindex(",") - 6], "terpotong"),
    "an extra column": (LONG, lambda text: "\n".join(f"{line},x" for line in text.splitlines()) + "\n", "'x'"),
}
QUARANTINED = {
    "text in a number": (WIDE, replaced("5,77", "lima koma tujuh"), "lima koma tujuh"),
    "105 percent poor": (WIDE, replaced("5,77", "105,00"), "105"),
    "the year 2203": (LONG, replaced(",2023", ",2203"), "2203"),
    "the same row twice": (LONG, lambda text: text + text.splitlines()[-1] + "\n", ""),
    "an unknown region": (LONG, replaced("3516,KABUPATEN MOJOKERTO", "3599,KABUPATEN MOJOKERTO", 1), "3599"),
    "a bare MOJOKERTO": (WIDE, replaced("Kota Mojokerto", "MOJOKERTO", 1), "Kota (35.76) atau Kabupaten (35.16)?"),
}


TABLE = "bps-jatim-persentase-penduduk-miskin"


def rows_of(text: str) -> tuple[list[str], list[str]]:
    """The header and note lines of a wide table, and its data lines, by whether they hold figures."""
    lines = text.splitlines()
    data = [line for line in lines if sum(cell.replace(".", "").isdigit() for cell in line.split(",")) > 10]
    return [line for line in lines if line not in data], data


def shifted_row(text: str) -> str:
    """One region's figures moved a column to the right, the last one pushed out."""
    _, data = rows_of(text)
    cells = data[5].split(",")
    return text.replace(data[5], ",".join([cells[0], "", *cells[1:-1]]), 1)


def half_as_long(text: str) -> str:
    _, data = rows_of(text)
    for line in data[len(data) // 2 :]:
        text = text.replace(line + "\n", "", 1).replace(line + "\r\n", "", 1)
    return text


def with_total(text: str) -> str:
    """A total row at the end, under the name of the last region but one: it cannot be told from a region."""
    _, data = rows_of(text)
    return text.replace(data[-1], data[-1] + "\n" + ",".join(["Jumlah", *data[-1].split(",")[1:]]), 1)


def with_footnote(text: str) -> str:
    _, data = rows_of(text)
    return text.replace(data[-1], data[-1] + "\nCat: angka 2025 bersifat sementara", 1)


def years_moved(text: str) -> str:
    """Every figure one year late under an unchanged header."""
    _, data = rows_of(text)
    for line in data:
        cells = line.split(",")
        text = text.replace(line, ",".join([cells[0], cells[1], *cells[1:-1]]), 1)
    return text


def scaled(factor: float, decimals: int, first: int = 1) -> Callable[[str], str]:
    """Every figure of a wide table times a factor, printed as before."""

    def change(text: str) -> str:
        _, data = rows_of(text)
        for line in data:
            cells = line.split(",")
            figures = [f"{float(cell) * factor:.{decimals}f}" if cell[:1].isdigit() else cell for cell in cells[first:]]
            text = text.replace(line, ",".join([*cells[:first], *figures]), 1)
        return text

    return change


def swapped_governments(text: str) -> str:
    return (
        text.replace("Kabupaten Mojokerto", "@")
        .replace("Kota Mojokerto", "Kabupaten Mojokerto")
        .replace("@", "Kota Mojokerto")
    )


def a_year_twice(text: str) -> str:
    """The figures of one year repeated under the next."""
    _, data = rows_of(text)
    for line in data:
        cells = line.split(",")
        cells[-1] = cells[-2]
        text = text.replace(line, ",".join(cells), 1)
    return text


# What a whole table can do wrong although every cell is a good number.
WHOLE_TABLE = {
    "a shifted row": (TABLE, shifted_row),
    "half as long as last time": (TABLE, half_as_long),
    "a total row read as a region": (TABLE, with_total),
    "a footnote read as data": (TABLE, with_footnote),
    "two tables in a file": (LONG, lambda text: text + "\n" + text),
    "a percent as a fraction": (TABLE, scaled(0.01, 2)),
    "city and regency swapped": (TABLE, swapped_governments),
    "years shifted by one": (TABLE, years_moved),
    "a year's column repeated": (TABLE, a_year_twice),
}


def published(office: Office) -> list[tuple[object, ...]]:
    return office.sql(
        "SELECT indicator, region_code, year, breakdown, value FROM joint.indicator_value "
        "WHERE value IS NOT NULL AND superseded_at IS NULL ORDER BY ALL"
    )


def assert_night_with_notes(office: Office, notes: dict[str, str]) -> None:
    """A night after which each named source has a sentence with these words, and no figure is another."""
    before = published(office)
    outcome = office.run()
    assert outcome.exit_code == 3
    for source, words in notes.items():
        told = [line for line in outcome.problems_id if line.startswith(f"{source}:")]
        assert told
        assert any(words in line for line in told), told
    others = [line for line in outcome.problems_id if not line.startswith(tuple(f"{source}:" for source in notes))]
    assert others == [], "the others are in order"
    assert not any("Traceback" in line for line in outcome.problems_id)
    assert published(office) == before, "the last accepted figures stay"


# Publishers go wrong on the same night, so one night is held against a fault in each of several files.
NIGHTS = [
    ("a missing column", "text in a number", "a shifted row"),
    ("a renamed column", "105 percent poor", "half as long as last time"),
    ("a wrong delimiter", "a bare MOJOKERTO", "a total row read as a region"),
    ("an extra column", "an empty file", "a footnote read as data"),
    ("the year 2203", "a web page", "a percent as a fraction"),
    ("an unknown region", "a truncated file", "city and regency swapped"),
    ("two tables in a file", "years shifted by one"),
    ("the same row twice", "a year's column repeated"),
]
FAULTS = {**REFUSED, **QUARANTINED, **{name: (*fault, "") for name, fault in WHOLE_TABLE.items()}}


def test_every_fault_has_its_night() -> None:
    assert sorted(name for night in NIGHTS for name in night) == sorted(FAULTS)


@pytest.mark.parametrize("names", NIGHTS, ids=" and ".join)
def test_what_goes_wrong_in_a_file_is_said_and_changes_no_published_figure(
    office: Office, names: tuple[str, ...]
) -> None:
    faults = [FAULTS[name] for name in names]
    for source, change, _ in faults:
        office.edit(source, change)
    assert_night_with_notes(office, {source: words for source, _, words in faults})
    for name, (source, _, words) in zip(names, faults, strict=True):
        if name in REFUSED:
            state, reason = office.sql(f"SELECT state, reason_id FROM meta.freshness WHERE source = '{source}'")[0]
            assert state == "refused"
            assert words in reason


def test_a_wrong_encoding_is_refused_with_its_line(office: Office) -> None:
    path = office.file(LONG)
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"MOJOKERTO", b"MOJOK\xcbRTO")
    path.write_bytes(b"\n".join(lines))
    assert_night_with_notes(office, {LONG: "baris 3"})


def test_a_missing_file_and_a_broken_contract_stop_only_their_own_sources(office: Office) -> None:
    office.file(WIDE).unlink()
    path = next(office.settings.sources.rglob(f"{LONG}.toml"))
    path.write_text(path.read_text("utf-8").replace("[format]", "[fromat]", 1), "utf-8")
    before = published(office)
    outcome = office.run()
    assert outcome.exit_code == 3
    assert any(WIDE in line for line in outcome.problems_id)
    assert any("fromat" in line and "'format'" in line for line in outcome.problems_id), outcome.problems_id
    assert published(office) == before, "figures stay in force, under the last good contract too"
