"""A target that points at nothing or contradicts itself is refused with what to write instead, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog.load import HERE, Catalog, load_catalog
from catalog.strict import DeclarationError

TARGET = """

[[target]]
document = "kota-rkpd-2023"
region = "35.76"
indicator = "mean_years_schooling"
year = 2023
value = 10.9
formula = "ratio"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalog's data files, free to spoil."""
    for path in [*HERE.glob("*.toml"), *HERE.glob("*.csv")]:
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def declare(folder: Path, old: str = "", new: str = "") -> Catalog:
    assert old in TARGET
    with (folder / "targets.toml").open("a", encoding="utf-8") as file:
        file.write(TARGET.replace(old, new, 1))
    return load_catalog(folder)


def test_one_entry_is_all_a_target_needs_and_it_changes_the_release(folder: Path, catalog: Catalog) -> None:
    found = declare(folder)
    assert len(found.targets.targets) == len(catalog.targets.targets) + 1
    assert found.digest != catalog.digest
    assert found.digest_for(found.indicators) == catalog.digest_for(catalog.indicators)


@pytest.mark.parametrize(
    ("old", "new", "english", "indonesian"),
    [
        ('"mean_years_schooling"', '"poverty_rat"', "did you mean 'poverty_rate'?", "maksudnya 'poverty_rate'?"),
        ('"kota-rkpd-2023"', '"kota-rkpd-2032"', "did you mean 'kota-rkpd-2023'?", "maksudnya 'kota-rkpd-2023'?"),
        ('"35.76"', '"35.77"', "did you mean '35.76'?", "maksudnya '35.76'?"),
        ("value = 10.9\n", "", "give 'value' alone, or 'low' and 'high'", "tulis 'value' saja"),
        ("value = 10.9\n", "low = 10.9\n", "give 'value' alone, or 'low' and 'high'", "tulis 'value' saja"),
        ("value = 10.9\n", "low = 11.0\nhigh = 10.9\n", "'low' 11.0 is not below 'high' 10.9", "tidak di bawah"),
        ("value = 10.9\n", "value = -1\n", "outside the indicator's bounds", "di luar batas indikator"),
        ("year = 2023", "year = 2018", "not after the base_year 2018", "tidak sesudah base_year 2018"),
        ('"ratio"', '"inverse"', "is for lower_is_better", "untuk lower_is_better"),
        ('"ratio"', '"ratio"\ndirection = "higher_is_better"', "leave it out", "hapus saja"),
        ('"mean_years_schooling"', '"population"', "give 'direction'", "tulis 'direction'"),
        ('"35.76"', '"mojokerto-raya"', "only come from a 'synthetic' document", "hanya boleh dari dokumen"),
        ("value = 10.9", "valeu = 10.9", "unknown key 'valeu'; did you mean 'value'?", "maksudnya 'value'?"),
        ("[[target]]", "[[targets]]", "did you mean 'target'?", "maksudnya 'target'?"),
    ],
)
def test_a_faulty_target_is_refused_with_what_to_write(
    folder: Path, old: str, new: str, english: str, indonesian: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        declare(folder, old, new)
    assert english in caught.value.message.en
    assert indonesian in caught.value.message.id
    assert "targets.toml" in caught.value.message.en


def test_one_document_sets_a_target_once(folder: Path) -> None:
    declare(folder)
    with pytest.raises(DeclarationError, match=r"35\.76 mean_years_schooling 2023: is set twice by one document"):
        declare(folder)


def test_targets_of_an_agglomeration_are_examples_and_examples_claim_no_publication(catalog: Catalog) -> None:
    for item in catalog.targets.targets:
        document = catalog.targets.documents[item.document]
        assert document.synthetic or item.region not in catalog.agglomerations
    for document in catalog.targets.documents.values():
        assert document.synthetic == (document.evidence == "inferred")
        assert document.synthetic == (document.published is None)
