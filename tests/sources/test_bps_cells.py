"""Cells of BPS tables: keys are generated and matched whole; what fits two cells, or none, is an error."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.bps_cells import Cell, Table, labels_of, read_table
from sources.connectors.failures import AmbiguousKey, RefusedAnswer, UnmatchedKey
from sources.connectors.refusals import plain_text

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "31_bps_webapi_garis_kemiskinan_2025.json"


def named(ids: Any) -> dict[str, str]:
    return {str(identity): f"nama {identity}" for identity in ids}


def table(var: int, vervar: Any, turvar: Any, tahun: Any, turtahun: Any, content: dict[str, Any]) -> Table:
    return Table(str(var), "Persen", named(vervar), named(turvar), named(tahun), named(turtahun), content)


@pytest.mark.parametrize(("ids", "key"), [((1, 1804, 0, 117, 0), "1180401170"), ((7315, 31, 0, 99, 0), "7315310990")])
def test_the_keys_that_were_seen_are_read(ids: tuple[int, int, int, int, int], key: str) -> None:
    vervar, var, turvar, tahun, turtahun = ids
    read = table(var, [vervar, 9999], [turvar], [tahun, 118], [turtahun], {key: "1.5"}).values()
    assert read == {Cell(str(vervar), str(turvar), str(tahun), str(turtahun)): "1.5"}


@pytest.mark.parametrize(("var", "key"), [(1, "11101170"), (11, "111101170")])
def test_a_key_that_fits_two_cells_is_an_error(var: int, key: str) -> None:
    with pytest.raises(AmbiguousKey, match=f"'{key}' fits 2 cells.*Narrow turvar"):
        table(var, [1, 11], [0, 10], [117], [0], {key: "5"}).values()


def test_a_table_that_could_be_ambiguous_is_read_as_long_as_no_such_key_is_in_it() -> None:
    read = table(1, [1, 11], [0, 10], [117], [0], {"1101170": "5"}).values()
    assert read == {Cell("1", "0", "117", "0"): "5"}


@pytest.mark.parametrize("key", ["35763101171", "3576310117", "", "x", "0357631011700"])
def test_a_key_that_fits_no_cell_is_an_error(key: str) -> None:
    with pytest.raises(UnmatchedKey, match="fits none of the dimensions"):
        table(31, [3516, 3576], [0], [117], [0], {key: "5"}).values()


def test_a_missing_january_does_not_take_octobers_value() -> None:
    """The official client matches prefixes: key(10) begins with key(1)."""
    months = range(1, 14)
    content = {f"357631012{month}": str(month) for month in months if month != 1}
    read = table(31, [3576], [0], [12], months, content).values()
    assert {cell.turtahun: value for cell, value in read.items()} == {str(month): str(month) for month in months[1:]}


ids = st.integers(0, 9999).map(str)
dimension = st.lists(ids, min_size=1, max_size=5, unique=True)


@given(st.integers(1, 2499), dimension, dimension, dimension, dimension, st.data())
def test_keys_are_read_back_as_the_cells_they_were_made_of_or_called_ambiguous(
    var: int, vervar: list[str], turvar: list[str], tahun: list[str], turtahun: list[str], data: st.DataObject
) -> None:
    empty = table(var, vervar, turvar, tahun, turtahun, {})
    keys = {cell: f"{cell.vervar}{var}{cell.turvar}{cell.tahun}{cell.turtahun}" for cell in empty.cells()}
    filled = data.draw(st.sets(st.sampled_from(sorted(keys)), min_size=1))
    full = table(var, vervar, turvar, tahun, turtahun, {keys[cell]: str(cell) for cell in filled})
    times = Counter(keys.values())
    if any(times[keys[cell]] > 1 for cell in filled):
        with pytest.raises(AmbiguousKey):
            full.values()
    else:
        assert full.values() == {cell: str(cell) for cell in filled}


@given(dimension, dimension, st.text("0123456789", max_size=14))
def test_a_key_is_matched_as_if_all_cells_had_been_written_out(vervar: list[str], turvar: list[str], key: str) -> None:
    one = table(31, vervar, turvar, ["117"], ["0"], {key: "5"})
    fitting = [cell for cell in one.cells() if f"{cell.vervar}31{cell.turvar}{cell.tahun}{cell.turtahun}" == key]
    if len(fitting) == 1:
        assert one.values() == {fitting[0]: "5"}
    else:
        with pytest.raises(AmbiguousKey if fitting else UnmatchedKey):
            one.values()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("<b>ACEH</b>", "ACEH"),
        ("&lt;b&gt;INDONESIA&lt;/b&gt;", "INDONESIA"),
        ("Laki-laki &amp; Perempuan", "Laki-laki & Perempuan"),
        ("Umur < 15 <br/>tahun", "Umur < 15 tahun"),
        (" Kota\u00a0\u00a0Mojokerto\n", "Kota Mojokerto"),
    ],
)
def test_labels_are_plain_text(sent: str, read: str) -> None:
    assert plain_text(sent) == read


@pytest.mark.parametrize("key", ["val", "kode_ver_id", "vervar_id"])
def test_every_spelling_of_the_id_of_a_row_is_read(key: str) -> None:
    assert labels_of([{key: 3576, "vervar": "Kota Mojokerto"}], "vervar") == {"3576": "Kota Mojokerto"}


@pytest.mark.parametrize(
    "items", [[{"label": "tanpa id"}], ["x"], [{"val": 1, "label": "a"}, {"val": 1, "label": "b"}]]
)
def test_a_dimension_that_is_not_ids_with_labels_is_refused(items: list[Any]) -> None:
    with pytest.raises(RefusedAnswer, match="is not made of single ids and labels"):
        labels_of(items, "vervar")


def test_an_answer_for_another_table_is_refused() -> None:
    body = {"data-availability": "available", "var": [{"val": "32", "label": "x"}], "datacontent": {}}
    with pytest.raises(RefusedAnswer, match="answered for table 32 where 31"):
        read_table(body, 31)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="../shared/samples is not beside this clone")
def test_a_real_answer_of_bps_is_read() -> None:
    body = json.loads(SAMPLE.read_bytes(), parse_float=str, parse_int=str)
    read = read_table(body, 624)
    assert read is not None
    values = read.values()
    assert len(values) == len(body["datacontent"])
    (cell,) = [cell for cell in values if cell.vervar == "3576"]
    assert values[cell] == body["datacontent"]["357662401250"]
    assert (read.vervar["1100"], read.tahun[cell.tahun], read.unit) == ("ACEH", "2025", "Rupiah/kapita/bulan")
