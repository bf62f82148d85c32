"""CSV by a stated dialect: harmless differences read right, anything doubtful is refused with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.contract import Contract, ContractFile
from catalog.formats import CsvFormat
from catalog.load import Catalog, load_catalog
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.strict_csv import csv_grid
from transforms.tidy import tidy

PLAIN = CsvFormat()
HEADER = "kode,nama,2023\n"
WIDE, LONG = "bps-jatim-tingkat-pengangguran-terbuka", "kabupaten-mojokerto-kemiskinan"
KEY = ["indicator", "region_code", "period", "breakdown"]
SIGNS = ['"', ",", ";", "\t", "\n", "\r", "\x00", "\x1a", "\ufeff", "\u2028", "\\", '""', '","', "\n\n"]


def rule_of(text: str) -> tuple[str, int | None]:
    with pytest.raises(ContractMismatch) as caught:
        csv_grid(text.encode(), PLAIN)
    return caught.value.rule, caught.value.line


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()) + "\n",
        lambda text: text.replace(",", " , "),
    ],
    ids=["a byte order mark", "CRLF", "no final line end", "all cells quoted", "blanks around cells"],
)
def test_harmless_differences_are_read_as_the_same_rows(change: object) -> None:
    text = HEADER + "3576,Kota Mojokerto,5.77\n3516,Kabupaten Mojokerto,9.80\n"
    assert callable(change)
    assert csv_grid(change(text).encode(), PLAIN).rows == csv_grid(text.encode(), PLAIN).rows


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ('3576,Kota "Mojokerto,5.77', "quotes"),
        ('3576,Kota "Raya" Mojokerto,5.77', "quotes"),
        ('3576,"Kota Mojokerto,5.77', "quotes"),
        ('3576,"Kota" Mojokerto,5.77', "quotes"),
        (r'3576,"Kota \"Raya\"",5.77', "quotes"),
        ('3576, "Kota Mojokerto",5.77', "quotes"),
        ('3576,"Kota\nMojokerto",5.77', "line_end"),
        ("3576,Kota\x00,5.77", "unseen"),
        ("3576,Kota\x1a,5.77", "unseen"),
        ("\ufeff3576,Kota,5.77", "unseen"),
        ("3576,Kota\u2028,5.77", "unseen"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_line(row: str, rule: str) -> None:
    assert rule_of(f"{HEADER}{row}\n") == (rule, 2)


def test_a_doubled_quote_in_a_quoted_cell_is_one_quote() -> None:
    rows = csv_grid(f'{HEADER}3576,"Kota ""Onde-onde""",5.77\n'.encode(), PLAIN).rows
    assert rows[1] == ["3576", 'Kota "Onde-onde"', "5.77"]


def test_a_line_end_in_a_quoted_header_cell_is_part_of_the_header() -> None:
    grid = csv_grid(b'kode,"Kabupaten/\nKota",2023\n3576,Kota Mojokerto,5.77\n', PLAIN)
    assert (grid.lines, grid.rows[0][1]) == ([1, 3], "Kabupaten/\nKota")


def test_a_quote_that_joins_two_rows_never_gives_one_row_the_figures_of_the_other() -> None:
    rows = '3576,Kota Mojokerto,"5.77\n3516,Kabupaten Mojokerto,9.80"\n'
    assert rule_of(HEADER + rows) == ("line_end", 2)


def test_a_figure_in_a_row_that_begins_like_a_note_is_not_dropped(contracts: dict[str, ContractFile]) -> None:
    source = contracts["bps-jatim-gini-rasio"]
    data = source.path.with_suffix(".csv").read_bytes().replace(b"Sumber", b"", 1).rstrip()
    with pytest.raises(ContractMismatch):
        read_table(data + b"\nSumberjati\tDesa Sumberjati\t0,365\n", source.contract)


def figures(data: bytes, contract: Contract, catalog: Catalog) -> set[tuple[object, ...]] | None:
    """The figures of a file, or None when it or any of its cells would be held back."""
    try:
        frame = tidy(read_table(data, contract), contract, catalog)
    except ContractMismatch:
        return None
    unread = frame["value"].isna() & frame["missing_mark"].isna()
    odd = (frame["decimals"] != frame["decimals_declared"]) & frame["value"].notna()
    if unread.any() or odd.any() or frame[KEY].isna().any().any() or frame.duplicated(KEY).any():
        return None
    if frame["source_line"].nunique() < contract.rows.at_least or not frame["unit_ok"].all():
        return None
    return set(frame[[*KEY, "value", "missing_mark"]].astype(object).astype(str).itertuples(index=False, name=None))


@pytest.mark.parametrize("name", [WIDE, LONG])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_one_structural_change_is_refused_or_changes_no_figure(name: str, data: st.DataObject) -> None:
    source, catalog = SOURCES[name], load_catalog()
    original = source.path.with_suffix(".csv").read_text("utf-8")
    at = data.draw(st.integers(0, len(original)))
    sign = data.draw(st.sampled_from(SIGNS))
    cut = data.draw(st.booleans()) and at < len(original) and original[at] in '",;\r\n'
    spoiled = original[:at] + ("" if cut else sign) + original[at + cut :]
    found = figures(spoiled.encode(), source.contract, catalog)
    assert found is None or found == figures(original.encode(), source.contract, catalog)


@pytest.fixture(autouse=True)
def _sources(contracts: dict[str, ContractFile]) -> None:
    SOURCES.update({name: contracts[name] for name in (WIDE, LONG)})


SOURCES: dict[str, ContractFile] = {}
