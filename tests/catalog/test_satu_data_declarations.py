"""satu_data.toml covers every indicator, and what is wrong in it is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog.load import HERE, Catalog
from catalog.satu_data import FILE, load_satu_data
from catalog.strict import DeclarationError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(HERE / FILE, tmp_path / FILE)
    return tmp_path


def spoil(folder: Path, old: str, new: str) -> None:
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), "utf-8")


def test_every_indicator_is_described(catalog: Catalog) -> None:
    described = [name for entry in catalog.satu_data.entries for name in entry.indicators]
    assert sorted(described) == sorted(catalog.indicators)


def test_every_variable_and_activity_is_used(catalog: Catalog) -> None:
    words = catalog.satu_data
    used = {name for entry in words.entries for name in entry.variables}
    assert {item.id for item in words.variables} <= used
    assert {item.id for item in words.activities} == {entry.activity for entry in words.entries if entry.activity}


def test_every_unit_level_and_rule_has_its_words(catalog: Catalog) -> None:
    words = catalog.satu_data
    for item in catalog.indicators.values():
        assert item.unit in words.measure_by_unit
        assert item.estimation_level in words.level
        assert {rule.kind for rule in item.rules} <= set(words.rule)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '["poor_population"]',
            '["poor_populatio"]',
            "unknown indicator 'poor_populatio'; did you mean 'poor_population'",
        ),
        ('activity = "susenas"', 'activity = "susena"', "unknown activity 'susena'; did you mean 'susenas'"),
        ('"survey_weight"]', '"survey_weigh"]', "unknown variable 'survey_weigh'; did you mean 'survey_weight'"),
        ('["poor_population"]', '["poverty_rate"]', "the indicator 'poverty_rate' is declared 2 times"),
        ('id = "age"', 'id = "population"', "the variable 'population' is an indicator already"),
        (
            "interpretation =",
            "interpretasi =",
            "unknown key 'interpretasi'; did you mean 'interpretation'",
        ),
        ('concept = "Penimbang survei"', 'concept = "Penimbang survei"\nsdsn = "SP55.00.00"', "sdsn"),
        ("composite = true", 'composite = true\nactivity = "susenas"', "neither activity nor variables"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, catalog: Catalog, old: str, new: str, told: str) -> None:
    spoil(folder, old, new)
    with pytest.raises(DeclarationError, match=told):
        load_satu_data(folder, catalog.indicators)


def test_a_code_of_the_standard_is_taken(folder: Path, catalog: Catalog) -> None:
    spoil(folder, 'concept = "Penimbang survei"', 'concept = "Penimbang survei"\nsdsn = "SP00055.00.00"')
    words = load_satu_data(folder, catalog.indicators)
    assert next(item for item in words.variables if item.id == "survey_weight").sdsn == "SP00055.00.00"
