"""Numbers and lists read as BPS prints them, in the operator's language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import Region
from expectations.words import listing, number, percent, place_question


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (Decimal("7650.000000"), "7.650", "7,650"),
        (Decimal("9.800000"), "9,8", "9.8"),
        (Decimal("76214430.5"), "76.214.430,5", "76,214,430.5"),
        (-1.31, "-1,31", "-1.31"),
        (0, "0", "0"),
        (100, "100", "100"),
        (1e16, "10.000.000.000.000.000", "10,000,000,000,000,000"),
    ],
)
def test_a_number_has_the_marks_of_its_language(value: Decimal | float, indonesian: str, english: str) -> None:
    assert (number(value, "id"), number(value, "en")) == (indonesian, english)


def test_a_share_is_told_in_percent() -> None:
    assert (percent(0.125, "id"), percent(1.0, "en")) == ("12,5 persen", "100 percent")


def test_a_long_list_ends_with_how_many_more() -> None:
    assert listing(list("abcdefg"), "id") == "a, b, c, d dan 3 lainnya"
    assert listing(list("abcdefg"), "en") == "a, b, c, d and 3 more"
    assert listing(["a", "b"], "id", word="or") == "a atau b"
    assert listing(["a"], "en") == "a"


def test_places_of_one_kind_are_asked_for_by_name() -> None:
    places = [
        Region(code="35.76.03.1001", bps_code="3576021001", name="Kauman", level="urban_village"),
        Region(code="35.16.01.2001", bps_code="3516010001", name="Kauman Lor", level="urban_village"),
    ]
    assert place_question(places, "id") == "Kauman Lor (35.16.01.2001) atau Kauman (35.76.03.1001)?"
