"""The small parts of the page: safe JSON, texts that stand once, packed rows, words, charts."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.load import Catalog
from catalog.strict import Bilingual
from dashboard import about, charts
from dashboard.changes import changes
from dashboard.encode import Once, script_json
from dashboard.headline import change
from dashboard.prepared import prepared
from dashboard.tables import Tables, plain
from dashboard.villages import packed
from dashboard.words import both, breakdown, table, word

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_json_in_a_script_is_the_same_json_and_cannot_end_the_script(value: object) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json(float("nan"))


def test_a_text_stands_once() -> None:
    once = Once()
    assert [once.of(item) for item in ("a", "b", "a", None, ("x", 1), ("x", 1))] == [0, 1, 0, -1, 2, 2]
    assert once.items == ["a", "b", ["x", 1]]


def test_values_are_written_as_short_as_they_are_exact() -> None:
    told = [plain(value) for value in (Decimal("5.770000"), Decimal(7650), 3.0, 3.5, date(2026, 1, 2), None)]
    assert told == [5.77, 7650, 3, 3.5, "2026-01-02", None]
    assert isinstance(told[1], int)


def test_packed_rows_come_back() -> None:
    rows = [
        {"name": "a", "units": 1, "text": "x; y", "synthetic": True},
        {"name": None, "units": None, "text": None, "synthetic": False},
        {"name": "a", "units": 2, "text": "y", "synthetic": False},
    ]
    made = packed(rows, ["name", "units", "synthetic", "absent"])
    assert made["name"] == {"t": ["a"], "p": [0, -1, 0]}
    assert made["units"] == [1, None, 2]
    assert made["synthetic"] == [1, 0, 0]
    assert (made["n"], made["example"], made["absent"]) == (3, 1, 0)


def test_markup_in_a_text_is_text() -> None:
    assert both(Bilingual(id="<b>", en="&")) == '<span lang="id">&lt;b&gt;</span><span lang="en">&amp;</span>'


def test_a_cell_sorts_by_its_value_and_a_missing_number_comes_last() -> None:
    made = table(
        "t", [("name", False), ("value", True)], [[("b", "<b"), ("1,5", 1.5)], [("a", None), ("-", None)]], "x"
    )
    assert '<th scope="row" data-v="&lt;b">b</th><td class="number" data-v="1.5">1,5</td>' in made
    assert '<th scope="row">a</th><td class="number" data-v="">-</td>' in made


def test_a_breakdown_is_told_in_words_and_an_unknown_one_by_its_key(catalog: Catalog) -> None:
    assert breakdown(catalog, "sector=C").id == "Industri pengolahan"
    assert breakdown(catalog, "facility=X;sex=F").en.startswith("facility=X, ")
    assert word("status", "Z").id == "Z"


def test_changes_of_records_are_told_once_in_both_languages_and_examples_are_marked(
    catalog: Catalog, tmp_path: Path
) -> None:
    first = {"region_code": "35.76", "period": "2025", "breakdown": "_T", "kind": "changed", "reason": "revision"}
    texts = [
        {**first, "indicator": "profile.problems_id", "old_text": "<lama>", "new_text": "baru"},
        {**first, "indicator": "profile.problems_en", "old_text": "<old>", "new_text": "new"},
        {**first, "indicator": "delivery.verdict", "old_text": "behind", "breakdown": "example=yes"},
        {**first, "indicator": "poverty_rate", "old": 5.0, "new": 6.25, "new_status": "P"},
    ]
    names = sorted({name for line in texts for name in line})
    pq.write_table(pa.table({name: [line.get(name) for line in texts] for name in names}), tmp_path / "changes.parquet")
    found = changes(Tables(tmp_path), catalog)
    assert "berubah</span>" in found
    assert found.count("<tr>") == 1 + 3
    assert found.index("poverty_rate") < found.index("delivery.verdict") < found.index("profile.problems")
    assert '<span lang="id">&lt;lama&gt;</span><span lang="en">&lt;old&gt;</span>' in found
    assert '<span lang="id">6,25</span><span lang="en">6.25</span>' in found
    assert '<span lang="id">tertinggal</span><span lang="en">behind</span>' in found
    assert found.count("badge synthetic") == 1


PERCENT = {"unit": "percent", "survey": True}
PERSONS = {"unit": "person", "survey": False}


def row(value: float, year: int, *, broken: bool = False) -> dict[str, object]:
    return {"value": value, "year": year, "break_flag": broken}


@pytest.mark.parametrize(
    ("item", "now", "before", "told"),
    [
        (PERCENT, row(8.4, 2025), row(9, 2024), "▼ turun 0,60 poin persen dari 2024; belum diuji signifikansinya"),
        (PERSONS, row(110, 2025), row(100, 2024), "▲ naik 10,00 persen dari 2024"),
        (PERSONS, row(100, 2025), row(100, 2024), "= tetap dari 2024"),
        (PERCENT, row(8.4, 2025), None, "perubahan tidak dihitung: tahun sebelumnya tidak ada"),
        (PERSONS, row(5, 2020, broken=True), row(4, 2019), "perubahan tidak dihitung: seri terputus pada tahun ini"),
    ],
)
def test_a_change_is_told_with_its_doubts(
    item: dict[str, object], now: dict[str, object], before: dict[str, object] | None, told: str
) -> None:
    assert change(item, now, before).id == told


def test_every_state_of_a_source_has_its_place_and_words() -> None:
    states = ["new", "unchanged", "bundled", "refused", "unreachable", "not_run"]
    placed = [state for _, known in about.STATES.values() for state in known]
    assert sorted(placed) == sorted(states)
    assert all(word("freshness", state).id != state.replace("_", " ") for state in states)


def test_charts_agree_with_their_schema_and_tell_regions_apart_without_colour() -> None:
    regions = ("mojokerto-raya", "35.76", "35.16", "35.71", "35.75", "32.77", "35")
    made = charts.specifications(regions, checked=True)
    assert made == charts.specifications(regions)
    scales = {item["name"]: item for item in made["series"]["scales"]}
    signs = list(zip(map(str, scales["strokeDash"]["range"]), scales["shape"]["range"], strict=True))
    assert len(set(signs)) == len(regions)
    assert scales["y"]["zero"] is False
    assert all(scale.get("zero") is not True for scale in made["series"]["scales"])


def test_what_no_figure_changes_is_kept_and_a_spoilt_cache_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "library", lambda: "made")
    monkeypatch.setattr(charts, "specifications", lambda regions: {"series": {"of": list(regions)}})
    made = prepared(["a", "b"], tmp_path)
    assert made == {"library": "made", "specs": {"series": {"of": ["a", "b"]}}}
    monkeypatch.setattr(charts, "library", lambda: "made again")
    assert prepared(["a", "b"], tmp_path) == made
    (tmp_path / "page-0123456789abcdef.77").touch()
    assert prepared(["a"], tmp_path)["library"] == "made again", "other regions have other charts"
    assert prepared(["a", "b"], tmp_path)["library"] == "made again"
    (kept,) = tmp_path.iterdir()
    kept.write_text(kept.read_text("utf-8")[:20], "utf-8")
    assert prepared(["a", "b"], tmp_path)["library"] == "made again"
    assert prepared(["a", "b"], kept / "no-folder")["library"] == "made again"


def test_the_chart_library_is_inlined_without_anything_to_fetch() -> None:
    library = charts.library()
    assert "</script" not in library.lower()
    assert "<!--" not in library
    assert len(library) < 800_000
