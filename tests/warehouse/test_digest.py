from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.digest import TableDigest, content_digest

FIELDS: list[tuple[str, pa.DataType]] = [
    ("text", pa.string()),
    ("code", pa.dictionary(pa.int32(), pa.string())),
    ("value", pa.decimal128(24, 6)),
    ("ratio", pa.float64()),
    ("year", pa.int32()),
    ("flag", pa.bool_()),
]
SCHEMA = pa.schema(FIELDS)
ROW = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(max_size=4),
        "code": st.none() | st.sampled_from(["A", "B", "C"]),
        "value": st.none() | st.decimals(-1000, 1000, places=6),
        "ratio": st.none() | st.floats(allow_nan=False),
        "year": st.none() | st.integers(1990, 2030),
        "flag": st.none() | st.booleans(),
    }
)


def batches(rows: list[dict[str, Any]], size: int) -> list[pa.RecordBatch]:
    plain = pa.schema([(name, pa.string() if name == "code" else kind) for name, kind in FIELDS])
    table = pa.Table.from_pylist(rows, schema=plain)
    code = table["code"].combine_chunks().dictionary_encode()
    return table.set_column(1, "code", code).to_batches(max_chunksize=size)


def digest(rows: list[dict[str, Any]], size: int = 1000) -> str:
    found = TableDigest("core.test", SCHEMA)
    for batch in batches(rows, size):
        found.update(batch)
    return found.hexdigest()


@given(rows=st.lists(ROW, max_size=12), size=st.integers(1, 5))
def test_the_digest_does_not_depend_on_batches(rows: list[dict[str, Any]], size: int) -> None:
    assert digest(rows, size) == digest(rows)


@given(rows=st.lists(ROW, min_size=1, max_size=6), data=st.data())
def test_any_other_value_gives_another_digest(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(ROW.filter(lambda row: row != rows[place]))
    assert digest([*rows[:place], other, *rows[place + 1 :]]) != digest(rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"text": ""}, {"text": None}),
        ({"ratio": 0.0}, {"ratio": None}),
        ({"flag": False}, {"flag": None}),
        ({"value": Decimal(0)}, {"value": None}),
        ({"code": "A"}, {"code": None}),
    ],
)
def test_an_empty_value_is_not_a_zero(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert digest([one]) != digest([other])


def test_texts_do_not_run_into_each_other() -> None:
    assert digest([{"text": "ab"}, {"text": "c"}]) != digest([{"text": "a"}, {"text": "bc"}])
    assert digest([{"code": "A"}, {"code": "B"}]) != digest([{"code": "A"}, {"code": "A"}])


def test_minus_zero_is_zero() -> None:
    assert digest([{"ratio": -0.0}]) == digest([{"ratio": 0.0}])


def test_values_behind_an_empty_slot_do_not_show() -> None:
    mask = pa.array([True, False]).buffers()[1]
    found = []
    for hidden in (2, 3):
        values = pa.Array.from_buffers(pa.int32(), 2, [mask, pa.array([1, hidden], pa.int32()).buffers()[1]])
        running = TableDigest("core.test", pa.schema([("year", pa.int32())]))
        running.update(pa.record_batch([values], names=["year"]))
        found.append(running.hexdigest())
    assert found[0] == found[1]


def test_a_word_that_stands_on_no_row_does_not_show() -> None:
    """Neither in a batch without rows nor, alone or with others, in the dictionary of one."""
    rows = [{"code": "A"}, {"code": "A"}]
    whole, other = batches(rows, 2)[0], batches([{"code": "B"}], 1)[0]
    one, plain = TableDigest("t", SCHEMA), TableDigest("t", SCHEMA)
    for batch in (other.slice(0, 0), whole, other.slice(1, 0)):
        one.update(batch)
    plain.update(whole)
    assert one.hexdigest() == plain.hexdigest()


def test_the_digest_stays_what_it_was_when_libraries_change() -> None:
    rows = [
        {"text": "Mojokerto", "code": "A", "value": Decimal("9.80"), "ratio": 9.3839, "year": 2023, "flag": True},
        {"text": None, "code": None, "value": None, "ratio": None, "year": None, "flag": None},
    ]
    assert digest(rows) == "44f51ff4a06bf3714bd0fc4d7f32658f8fe952a75311f6b9fd181b3eb350d059"


def test_the_content_digest_does_not_depend_on_the_order_of_tables() -> None:
    one = {"core.a": "0" * 64, "core.b": "1" * 64}
    assert content_digest(one) == content_digest(dict(reversed(one.items())))
    assert content_digest(one) != content_digest({"core.a": "1" * 64, "core.b": "0" * 64})
