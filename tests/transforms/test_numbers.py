from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.contract import Marks
from catalog.formats import CsvFormat
from transforms.numbers import NumberReader

INDONESIAN = NumberReader(
    CsvFormat(delimiter=";", decimal=",", thousands="."),
    Marks(missing=["...", "-", "NA"], status={"*": "P", "**": "P", "r": "A", "e": "E"}, footnote=["1)"]),
)


@pytest.mark.parametrize(
    ("raw", "value", "decimals", "status"),
    [
        ("9,80", "9.80", 2, "A"),
        ("1.117.688", "1117688", 0, "A"),
        ("-1,31", "-1.31", 2, "A"),
        ("5,05*", "5.05", 2, "P"),
        ("5,05**", "5.05", 2, "P"),
        ("7,65 1)", "7.65", 2, "A"),
        ("7,65 1)*", "7.65", 2, "P"),
        (" 12,3e", "12.3", 1, "E"),
    ],
)
def test_a_printed_number_keeps_its_decimals_and_its_status(raw: str, value: str, decimals: int, status: str) -> None:
    figure = INDONESIAN.read(raw)
    assert (figure.value, figure.decimals, figure.status) == (Decimal(value), decimals, status)


@pytest.mark.parametrize("raw", ["", "9.8", "1.23.456", "1,2,3", "12 345", "5%", "lima", "1e5", "0x1", "١٢"])
def test_what_is_not_a_number_of_the_dialect_has_no_value(raw: str) -> None:
    figure = INDONESIAN.read(raw)
    assert figure.value is None
    assert figure.missing is None


@pytest.mark.parametrize("mark", ["...", "-", "NA"])
def test_a_missing_mark_is_a_published_gap_and_never_zero(mark: str) -> None:
    figure = INDONESIAN.read(mark)
    assert (figure.value, figure.status, figure.missing) == (None, "M", mark)


def test_nil_is_zero_only_where_the_contract_says_so() -> None:
    reader = NumberReader(CsvFormat(), Marks(nil=["-"]))
    assert reader.read("-").value == 0


@given(
    whole=st.integers(min_value=0, max_value=10**15),
    fraction=st.text("0123456789", max_size=4),
    negative=st.booleans(),
    grouped=st.booleans(),
)
def test_every_number_of_the_dialect_is_read_exactly(
    whole: int, fraction: str, *, negative: bool, grouped: bool
) -> None:
    text = f"{whole:,}".replace(",", ".") if grouped else str(whole)
    printed = ("-" if negative else "") + text + (f",{fraction}" if fraction else "")
    figure = INDONESIAN.read(printed)
    exact = Decimal(f"{'-' if negative else ''}{whole}" + (f".{fraction}" if fraction else ""))
    assert figure.value == exact
    assert figure.decimals == len(fraction)


@given(st.text(max_size=12))
def test_reading_a_cell_never_raises(raw: str) -> None:
    figure = INDONESIAN.read(raw)
    assert figure.value is None or figure.value.is_finite()
