"""Reading by columns gives what reading cell by cell gives: for every bundled file, and for files made awkward."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import scalar_tidy
from support.office import PROJECT

from catalog.contract import Contract, ContractFile, contract_paths, load_contract
from catalog.load import Catalog, load_catalog
from transforms import read
from transforms.coded import Coded, combined
from transforms.figures import decimals_of, millionths_of
from transforms.mismatch import ContractMismatch
from transforms.plain_csv import plain_csv
from transforms.read import Table, read_table
from transforms.tidy import tidy

LONG = "bps-jatim-persentase-penduduk-miskin"
SOURCE = load_contract(next(path for path in contract_paths(PROJECT / "sources") if path.stem == LONG))
assert isinstance(SOURCE.contract, Contract)
CONTRACT: Contract = SOURCE.contract
CATALOG = load_catalog()
LINES = (SOURCE.folder / CONTRACT.connector.path).read_text("utf-8").splitlines()


def data_of(item: ContractFile) -> bytes:
    return (item.folder / item.contract.connector.path).read_bytes()


def by_columns(data: bytes, contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Table:
    with monkeypatch.context() as patch:
        patch.setattr(read, "plain_csv", lambda found, by: plain_csv(found, by, large=0))
        return read_table(data, contract)


def outcome(data: bytes, contract: Contract, monkeypatch: pytest.MonkeyPatch | None) -> object:
    """The cells of a file with their lines, or the sentence that refuses it."""
    try:
        table = by_columns(data, contract, monkeypatch) if monkeypatch else read_table(data, contract)
    except ContractMismatch as error:
        return error.message
    return table.columns, table.lines.tolist(), table.rows


def test_every_bundled_file_reads_alike_cell_by_cell_and_by_columns(
    contracts: dict[str, ContractFile], catalog: Catalog
) -> None:
    for item in contracts.values():
        assert isinstance(item.contract, Contract)
        table = read_table(data_of(item), item.contract)
        expected = scalar_tidy.tidy(table, item.contract, catalog)
        pd.testing.assert_frame_equal(tidy(table, item.contract, catalog), expected, obj=item.contract.id)


def test_plain_files_are_read_by_columns_and_the_others_are_not(
    contracts: dict[str, ContractFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = set()
    for name, item in contracts.items():
        assert isinstance(item.contract, Contract)
        data = data_of(item)
        assert outcome(data, item.contract, monkeypatch) == outcome(data, item.contract, None), name
        if plain_csv(data, item.contract, large=0):
            plain.add(name)
            assert b'"' not in data
    assert LONG in plain
    assert len(plain) > 20


PIECES = st.sampled_from(
    [*LINES[1:6], "", ";", ",", ";;;", " ", '"', '""', "Sumber: BPS", "\r", "a\rb", "\u00a0", "\u2003x", "\ufeff",
     "\x00", "3576,Kota Mojokerto", "35.76;x;2023;1", "-", "...", "\t", "\u0085", "\u3000", "é", "1e5", "-0", "\x1f"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8), st.integers(0, len(LINES)), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_spoilt_file_has_the_same_cells_or_the_same_sentence_both_ways(
    pieces: list[str], at: int, end: str, last: bool
) -> None:
    text = end.join([*LINES[:at], *pieces, *LINES[at:]]) + (end if last else "")
    patch = pytest.MonkeyPatch()
    assert outcome(text.encode(), CONTRACT, patch) == outcome(text.encode(), CONTRACT, None)


def spoilt_cells(texts: list[str]) -> bytes:
    """The bundled file with the figures of its first rows replaced."""
    header, *rows = LINES
    kept = [row.rpartition(",")[0] for row in rows[: len(texts)]]
    spoilt = [f"{row},{text}" for row, text in zip(kept, texts, strict=True)]
    return "\n".join([header, *spoilt, *rows[len(texts) :]]).encode()


NUMBERS = st.one_of(
    st.decimals(-(10**12), 10**12, places=2).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(-10, 10, places=9).map(str),
    st.sampled_from(
        ["-", "...", "", "5.77*", "5,77", "1.234.567", "-0", "0.0", "00012.30", "n.a", "1e3", "+5", "٣", " 7 "]
    ),
)


@given(
    st.lists(NUMBERS, min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["percent", "thousand_persons", "hectare", "rupiah"]),
)
def test_any_text_in_the_place_of_a_figure_means_the_same_both_ways(texts: list[str], dropped: bool, unit: str) -> None:
    form = CONTRACT.format.model_copy(update={"trailing_zeros": "dropped" if dropped else "kept"})
    measures = [item.model_copy(update={"unit": unit}) for item in CONTRACT.measures]
    contract = CONTRACT.model_copy(update={"format": form, "measures": measures})
    try:
        table = read_table(spoilt_cells(texts), contract)
    except ContractMismatch:
        return
    expected = scalar_tidy.tidy(table, contract, CATALOG)
    pd.testing.assert_frame_equal(tidy(table, contract, CATALOG), expected)


@given(st.lists(st.integers(-(2**62), 2**62) | st.none()))
def test_millionths_and_decimals_are_the_same_numbers(numbers: list[int | None]) -> None:
    known = np.array([number is not None for number in numbers], bool)
    array = decimals_of(np.array([number or 0 for number in numbers], np.int64), known)
    array.validate(full=True)
    assert [None if value is None else int(value.scaleb(6)) for value in array.to_pylist()] == numbers
    again = millionths_of(array)
    assert again is not None
    assert again.tolist() == [number or 0 for number in numbers]


def test_a_value_too_large_for_64_bits_is_told() -> None:
    assert millionths_of(pa.array([Decimal(10**17)], pa.decimal128(24, 6))) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.none() | st.booleans())))
def test_combined_columns_are_the_tuples_of_their_values(rows: list[tuple[int, str, bool | None]]) -> None:
    columns = [Coded.of([row[at] for row in rows]) for at in range(3)]
    whole = combined(columns)
    assert whole.values() == rows
    assert len(set(whole.words)) == len(whole.words) == len(set(rows))


@given(st.lists(st.sampled_from(["a", "b", "", None]), min_size=1, max_size=6), st.lists(st.integers(0, 5)))
def test_a_column_of_codes_is_its_texts_in_either_form(words: list[str | None], codes: list[int]) -> None:
    column = Coded(np.array([code % len(words) for code in codes], np.int32), words)
    found = column.dictionary()
    assert found.to_pylist() == column.arrow(pa.string()).to_pylist() == column.values()
    assert sorted(found.dictionary.to_pylist()) == sorted({word for word in words if word is not None})
