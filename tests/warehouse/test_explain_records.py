"""Every measure of the tables made of records explains itself from the release, and shows no record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.office import Office

from catalog.load import Catalog
from catalog.strict import DeclarationError
from warehouse.book import load_book
from warehouse.model import load_model
from warehouse.query import query
from warehouse.record_asking import record_key
from warehouse.record_book import RecordBook, RecordKey
from warehouse.record_explain import explain_record
from warehouse.record_measures import RecordMeasures, breakdown_of, load_record_measures
from warehouse.record_telling import tell_record

# One worker makes the release that all of these read.
pytestmark = pytest.mark.xdist_group("release")
Told = dict[str, Any]
# What is said of a row itself, and no measure of it.
ABOUT = {
    "region_code", "region_name", "level", "unit_type", "kecamatan", "kecamatan_name", "government", "kecamatan_break",
    "break_flag", "scheme", "band_version", "evaluation_year", "data_year", "year", "quarter", "period", "programme",
    "facility", "category", "class", "population_indicator", "population_year", "area_indicator", "area_year",
    "delivery_quarter", "change_null_reason", "null_reason", "complaints_null_reason", "obs_status", "source",
    "sources", "evidence", "synthetic", "synthetic_columns", "vintage", "notice",
}  # fmt: skip
# Measures that are a sum or a percentile of records: their formula is their method and how many records there are.
OF_RECORDS = {"sum", "mean", "weighted_mean", "median", "percentile"}
PLAIN = {"stated", "declared", "class", "basis", "warnings", "rules", "published"}


@pytest.fixture(scope="session")
def records(whole: Office) -> RecordBook:
    release = (whole.settings.data / "current").resolve()
    return RecordBook(release, load_book(release))


def every(records: RecordBook) -> Iterator[RecordKey]:
    """The keys of every measure with a value."""
    for table in load_record_measures().tables:
        for row in records.rows(f"joint.{table.name}"):
            where = (row["region_code"], str(row[table.period]), breakdown_of(table, row))
            yield from (RecordKey(table.name, name, *where) for name in table.by_column if row[name] is not None)


@pytest.fixture(scope="session")
def told(records: RecordBook, catalog: Catalog) -> list[Told]:
    return [explain_record(records, key, catalog) for key in every(records)]


def test_every_column_of_a_record_table_is_a_measure_or_about_its_row() -> None:
    declared = load_record_measures().by_name
    tables = {item.name: item for item in load_model().tables if item.full_name.startswith("joint.")}
    walked = {
        "indicator_value",
        "indicator_input",
        "poverty",
        "economy",
        "services",
        "economy_sector",
        "target",
        "peer",
    }
    assert set(declared) == set(tables) - walked
    for name, table in declared.items():
        measures = set(table.by_column)
        assert measures <= set(tables[name].names)
        assert set(tables[name].names) - measures <= ABOUT


def test_the_walk_covers_every_value_that_is_not_null(told: list[Told], whole: Office) -> None:
    release = (whole.settings.data / "current").resolve()
    for table in load_record_measures().tables:
        counts = " + ".join(f"count({name})" for name in table.by_column)
        found = query(release, f"SELECT {counts} FROM joint.{table.name}")[1][0][0]
        assert found == sum(item["indicator"].startswith(f"{table.name}.") for item in told)
        assert found > 100


def test_every_value_is_the_one_of_the_release_with_its_method(records: RecordBook, told: list[Told]) -> None:
    for key, item in zip(every(records), told, strict=True):
        row = records.row_of(key)
        assert row is not None
        assert item["value"] == row[key.column]
        assert item["null_reason"] is None
        assert item["formula"] or item["method"] in OF_RECORDS | PLAIN, key
        if item["method"] in OF_RECORDS:
            assert item["records"]["count"] >= 1
            assert str(item["records"]["count"]) in item["method_label"].replace(".", "")


def worked_out(formula: str) -> float:
    """What a printed formula gives: 1.234,5 is a number, x multiplies."""
    plain = re.sub(r"(?<=[0-9])[.](?=[0-9]{3})", "", formula).replace(",", ".").replace(" x ", " * ")
    assert re.fullmatch(r"[-0-9.()+*/ ]+", plain), formula
    return float(eval(plain, {"__builtins__": {}}))  # noqa: S307  # digits and signs only, see above


def test_every_formula_gives_its_value(told: list[Told]) -> None:
    seen = set()
    for item in told:
        value, formula = item["value"], item["formula"]
        if isinstance(value, float | int) and not isinstance(value, bool) and formula:
            assert worked_out(formula) == pytest.approx(value, abs=0.6e-4), item
            seen.add(item["indicator"])
        elif formula and (found := re.fullmatch(r"([^=<>!]*) (<=|>=|<|>|=|!=) ([^=<>!]*)", formula)):
            left, sign, right = found.groups()
            if re.fullmatch(r"[0-9.,() +*/-]+", left + right):
                assert sign in signs(worked_out(left), worked_out(right)), item
                seen.add(item["indicator"])
    assert {
        "programme_delivery.physical_realisation", "programme_delivery.verdict", "facility_coverage.coverage",
        "service_complaints.complaints_per_1000", "kelurahan_evaluation.rank_kecamatan", "kelurahan_profile.density",
        "kelurahan_evaluation.total", "kelurahan_evaluation.points_to_next",
        "kelurahan_evaluation_count.units_in_force", "kelurahan_evaluation.total_differs",
    } <= seen  # fmt: skip


def signs(left: float, right: float) -> set[str]:
    if left == right:
        return {"<=", ">=", "="}
    return {"<", "<=", "!="} if left < right else {">", ">=", "!="}


def test_a_class_lies_between_the_limits_of_its_band(told: list[Told]) -> None:
    found = [item for item in told if item["indicator"] == "kelurahan_evaluation.class_computed"]
    assert found
    for item in found:
        numbers = [float(part.replace(".", "").replace(",", ".")) for part in item["formula"].split(" <= ")]
        assert numbers == sorted(numbers)
        assert item["band_evidence"] in {"press_quote", "inferred"}


def test_every_measure_names_the_file_of_its_records_or_the_cell_that_it_is_published_in(told: list[Told]) -> None:
    for item in told:
        cells = [cell for part in item["inputs"] for cell in part["cells"]]
        files = [*item["sources"], *cells]
        if not files:
            assert item["indicator"].startswith("kelurahan_evaluation"), item
            assert not item["synthetic"], "units that nobody has evaluated are counted without a file"
        for file in files:
            assert re.fullmatch("[0-9a-f]{64}", file["snapshot"])
            assert all(file[name] for name in ("source", "publisher", "publication", "evidence", "file"))
        assert not {"line", "row", "raw"} & {name for file in item["sources"] for name in file}


def test_published_inputs_are_those_of_the_row(told: list[Told]) -> None:
    seen = 0
    for item in told:
        for part in item["inputs"]:
            if part["cells"]:
                total = sum(cell["value"] for cell in part["cells"])
                assert total == pytest.approx(part["value"]), item
                seen += 1
    assert seen > 1_000


def test_examples_say_so_and_real_figures_beside_them_do_not(told: list[Told]) -> None:
    of = {item["indicator"]: item for item in told if item["region"] == "35.76.01.1003"}
    assert of["service_complaints.complaints"]["synthetic"]
    assert not of["service_complaints.population"]["synthetic"]
    assert not of["kelurahan_profile.density"]["synthetic"]
    assert of["kelurahan_profile.density"]["notice"] is None
    assert of["kelurahan_profile.satisfaction"]["taken_from"]["indicator"] == "service_complaints.satisfaction"


def test_what_is_missing_says_why(records: RecordBook, catalog: Catalog) -> None:
    seen = set()
    for table in load_record_measures().tables:
        for row in records.rows(f"joint.{table.name}"):
            for name in (name for name in table.by_column if row[name] is None):
                where = (row["region_code"], str(row[table.period]), breakdown_of(table, row))
                found = explain_record(records, RecordKey(table.name, name, *where), catalog)
                assert found["null_reason"] in catalog.reasons, found
                assert (found["formula"], found["inputs"]) == (None, [])
                seen.add(found["null_reason"])
            if table.name == "kelurahan_evaluation" and len(seen) > 2:
                break
    assert {"not_evaluated", "part_missing", "not_stated"} <= seen


def test_an_explanation_reads_as_an_analyst_would_say_it(records: RecordBook, catalog: Catalog) -> None:
    key = record_key(records, catalog, "facility_coverage.coverage", "kota mojokerto", "2025", "_T", "value")
    assert key is not None
    text = tell_record(explain_record(records, key, catalog), catalog, "id")
    assert re.search(r"^[0-9,]+ persen = 100 x [0-9]+ / 18, rasio dari jumlah", text, re.MULTILINE)
    assert "angka contoh, tidak diterbitkan siapa pun" in text
    assert "barisnya tidak ditampilkan" in text
    english = tell_record(explain_record(records, key, catalog, "en"), catalog, "en")
    assert "Contoh" not in english.split("Files:")[0]
    assert "example figures that nobody published" in english


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("service_complaints", "35.76", "2025", "_T", "value"), "service_complaints.backlog"),
        (("service_complaints.backlok", "35.76", "2025", "_T", "value"), "service_complaints.backlog"),
        (("service_complaints.backlog", "35.76", "2019", "_T", "value"), "2025-01"),
        (("service_complaints.backlog", "35.76", "2025", "category=sampa", "value"), "category=sampah"),
        (("service_complaints.backlog", "mojokerto", "2025", "_T", "value"), "Kota Mojokerto (35.76)"),
        (("service_complaints.backlog", "35.71", "2025", "_T", "value"), "35.76"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_can(
    records: RecordBook, catalog: Catalog, words: tuple[str, str, str, str, str], said: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        record_key(records, catalog, *words)
    for sentence in (caught.value.message.en, caught.value.message.id):
        assert said in sentence


def test_an_indicator_is_no_table_of_records(records: RecordBook, catalog: Catalog) -> None:
    assert record_key(records, catalog, "poverty_rate", "35.76", "2023", "_T", "value") is None


def test_a_measure_of_an_undeclared_kind_is_refused() -> None:
    kinds = [{"id": "sum", "label": {"id": "jumlah", "en": "sum"}}]
    table = {"name": "x", "period": "year", "breakdown": [], "measures": [{"column": "y", "kind": "median"}]}
    with pytest.raises(ValueError, match="'median' is not declared"):
        RecordMeasures.model_validate({"table": [table], "kind": kinds})
