from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.records import records_with

from catalog.classification import Scheme
from catalog.contract import Contract, RecordsContract, load_contract
from catalog.load import Catalog, load_catalog
from catalog.records import RecordType
from catalog.strict import DeclarationError
from flows.declared import check_records

PROJECT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = PROJECT / "sources" / "contoh" / "contoh-evaluasi-kota-mojokerto.toml"
REQUIRED = ("region_code", "data_year", "evaluation_year", "pemerintahan", "kewilayahan", "kemasyarakatan")
SCHEME = {"values": {"scheme": "permendagri_81_2015"}}
BANDED = load_catalog().schemes


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str, str], Path]:
    """The example's contract with one text exchanged for another."""

    def make(old: str, new: str) -> Path:
        text = EXAMPLE.read_text("utf-8")
        assert old in text
        path = tmp_path / EXAMPLE.name
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return make


def test_a_contract_of_records_shares_what_every_dataset_says(catalog: Catalog) -> None:
    contract = load_contract(EXAMPLE).contract
    assert isinstance(contract, RecordsContract)
    check_records(EXAMPLE.name, contract, catalog)
    assert (contract.record, contract.synthetic, contract.bundled) == ("evaluation", True, True)
    shared = {"id", "title", "publisher", "owner", "publication", "evidence", "synthetic", "edition", "rhythm", "marks"}
    assert shared <= set(RecordsContract.model_fields) & set(Contract.model_fields)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "records"', 'kind = "record"', """'record'; it is one of "figures" | "records\""""),
        ('record = "evaluation"', 'records = "evaluation"', "'records'; did you mean 'record'?"),
        ('role = "parent_name"', 'role = "parent"', "parent_name"),
        ('field = "pemerintahan"', "", "role 'field' needs the key 'field'"),
        ('field = "kewilayahan"', 'field = "pemerintahan"', "'pemerintahan' stands in two places"),
        ('role = "region_name"', 'role = "ignore"\nscheme = "bps"', "'scheme' is a key of columns of role 'field'"),
        ("[rows]\n", '[marks]\nnil = ["-"]\n\n[rows]\n', "no mark for nil"),
        ("[rows]\n", '[rows]\ntotals = { "Jumlah" = "35.76" }\n', "left aside"),
        ("bundled = true", 'bundled = true\n[[measures]]\nindicator = "population"', "measures"),
    ],
)
def test_a_fault_in_a_contract_of_records_is_named(
    copied: Callable[[str, str], Path], old: str, new: str, told: str
) -> None:
    with pytest.raises(DeclarationError) as found:
        load_contract(copied(old, new))
    assert told in str(found.value)


def test_parents_without_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="needs one of role 'region_name'"):
        records_with("region_code", "parent_name")


@pytest.mark.parametrize(
    ("fields", "changes", "told"),
    [
        ((*REQUIRED, "totals_printed"), SCHEME, "did you mean 'total_printed'?"),
        (REQUIRED, {}, "no column holds the field 'scheme'"),
        (REQUIRED[1:], SCHEME, "no column holds the field 'region_code'"),
        (REQUIRED, {"values": {"skema": "permendagri_81_2015"}}, "'skema' is no field"),
        (REQUIRED, {**SCHEME, "record": "evaluasi"}, "'evaluasi'; declare it"),
        (REQUIRED, {**SCHEME, "expect": {"within": ["35.99"], "first_year": 2015}}, "'35.99'"),
    ],
)
def test_a_contract_must_fit_its_record_type(
    catalog: Catalog, fields: tuple[str, ...], changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeclarationError) as found:
        check_records("catatan.toml", records_with(*fields, **changes), catalog)
    assert told in str(found.value)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ({"field": "region_code"}, "needs the key 'scheme'"),
        ({"field": "data_year", "pattern": "%Y"}, "no key for a field of type 'year'"),
        ({"field": "class_official", "codes": {"Maju": "maju"}}, "'maju'"),
    ],
)
def test_a_column_must_fit_its_field(catalog: Catalog, column: dict[str, Any], told: str) -> None:
    contract = records_with(columns=[{"header": ["Kolom"], "role": "field", **column}], **SCHEME)
    with pytest.raises(DeclarationError) as found:
        check_records("catatan.toml", contract, catalog)
    assert told in str(found.value)


def test_corrections_of_records_are_refused_with_what_to_do(copied: Callable[[str, str], Path]) -> None:
    path = copied("synthetic = true", "synthetic = true")
    reason = 'reason = { id = "salah", en = "wrong" }'
    text = f'[[correction]]\nindicator = "a"\nregion = "b"\nperiod = "2022"\nreported = "1"\nright = "2"\n{reason}\n'
    path.with_name(f"{path.stem}.corrections.toml").write_text(text, "utf-8")
    with pytest.raises(DeclarationError, match="mend the file itself"):
        load_contract(path)


@pytest.mark.parametrize("name", ["evaluation", "activity", "call", "facility"])
def test_every_record_type_has_a_key_a_year_and_a_region(catalog: Catalog, name: str) -> None:
    kind = catalog.records[name]
    assert all(kind.by_name[field].required for field in kind.key)
    # Who calls does not always say from where; the government that was called is always known.
    above = {"subdistrict", "city", "regency"} if name == "call" else set()
    assert set(kind.region.levels) == {"urban_village", "village"} | above
    assert all(field.label.id and field.label.en for field in kind.fields)


def test_the_aspects_of_an_evaluation_are_those_of_the_regulation(catalog: Catalog) -> None:
    kind = catalog.records["evaluation"]
    assert [len(kind.parts_of(name)) for name in catalog.schemes[0].fields] == [4, 5, 9]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"key": ["nomor"]}, "key names 'nomor'"),
        ({"year": "programme"}, "holds no year"),
        ({"apart": [{"first": "year", "second": "tahun", "label": {"id": "x", "en": "x"}}]}, "'tahun'"),
    ],
)
def test_a_record_type_that_contradicts_itself_is_refused(change: dict[str, Any], told: str) -> None:
    values = tomllib.loads((PROJECT / "catalog" / "records.toml").read_text("utf-8"))["record"][1]
    assert values["id"] == "activity"
    with pytest.raises(ValidationError, match=told):
        RecordType.model_validate({**values, **change})


def declared_scheme() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "catalog" / "classification.toml").read_text("utf-8"))["scheme"][0]


@pytest.mark.parametrize(
    ("at", "change", "told"),
    [
        (1, {"min": 302}, "begins at 302"),
        (1, {"min": 300}, "begins at 300"),
        (0, {"min": 1}, "does not begin at 0"),
        (2, {"max": 600}, "not open"),
        (1, {"class": "maju"}, "rising order"),
    ],
)
def test_bands_with_a_gap_or_an_overlap_are_refused(at: int, change: dict[str, Any], told: str) -> None:
    values = declared_scheme()
    values["band"][at] |= change
    with pytest.raises(ValidationError, match=told):
        Scheme.model_validate(values)


@pytest.mark.parametrize("unit", ["desa", "kelurahan"])
@given(points=st.lists(st.integers(min_value=0, max_value=2000), min_size=2, max_size=30))
def test_whole_points_always_have_one_class_and_more_points_never_a_lower_one(unit: str, points: list[int]) -> None:
    for scheme in BANDED:
        inside = [
            [band for band in scheme.bands_of(unit) if band.min <= total and (band.max is None or total <= band.max)]
            for total in sorted(points)
        ]
        assert all(len(bands) == 1 for bands in inside)
        ranks = [scheme.classes.index(bands[0].class_id) for bands in inside]
        assert all(lower <= upper for lower, upper in pairwise(ranks))


@given(points=st.integers(min_value=0, max_value=1000), part=st.integers(min_value=1, max_value=999_999))
def test_a_score_between_two_bands_has_no_class_and_any_other_has_one(points: int, part: int) -> None:
    for scheme in BANDED:
        total = points + Decimal(part).scaleb(-6)
        ends = {band.max for band in scheme.bands_of("kelurahan")}
        assert (scheme.band_of(total, "kelurahan") is None) == (points in ends)


def test_the_open_band_of_kelurahan_is_called_inferred(catalog: Catalog) -> None:
    bands = {(band.unit_type, band.class_id): band for band in catalog.schemes[0].bands}
    assert bands["kelurahan", "cepat_berkembang"].min == 351
    inferred = [key for key, band in bands.items() if band.band_evidence == "inferred"]
    assert inferred == [("kelurahan", "cepat_berkembang")]
