"""What others read a release with: data package, parquet metadata, SDMX, citations, by their own readers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from pysdmx.io import get_datasets, read_sdmx
from support.office import Office

from catalog.load import Catalog
from warehouse import sdmx
from warehouse.model import load_model
from warehouse.sdmx_model import load_sdmx
from warehouse.shelf import ReleaseInfo, current_release

pytestmark = pytest.mark.xdist_group("release")


@pytest.fixture(scope="module")
def published(whole: Office) -> ReleaseInfo:
    release = current_release(whole.settings.data)
    assert release is not None
    return release


def ask(release: ReleaseInfo, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(release.path / "mojoraya.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_data_package_validates_and_lists_every_parquet_file(published: ReleaseInfo) -> None:
    package = json.loads((published.path / "datapackage.json").read_text("utf-8"))
    report = Package.validate_descriptor(package)
    assert report.valid, report.flatten(["type", "note"])
    assert {item["path"] for item in package["resources"]} == {path.name for path in published.path.glob("*.parquet")}


def test_a_data_package_without_its_resources_would_not_validate(published: ReleaseInfo) -> None:
    package = json.loads((published.path / "datapackage.json").read_text("utf-8"))
    assert not Package.validate_descriptor({**package, "resources": [{"name": "a b"}]}).valid


def test_every_column_of_every_file_says_what_it_is(published: ReleaseInfo, catalog: Catalog) -> None:
    for path in sorted(published.path.glob("*.parquet")):
        schema = pq.read_schema(path)
        told = json.loads((schema.metadata or {})[b"columns"])
        assert list(told) == schema.names, path.name
        for field in schema:
            metadata = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
            metadata.pop("PARQUET:field_id", None)
            assert metadata == told[field.name]
            assert {"label_id", "label_en", "description"} <= set(metadata)
            assert " | " in metadata["description"]
    rate = json.loads(pq.read_schema(published.path / "joint_poverty.parquet").metadata[b"columns"])["poverty_rate"]
    assert rate["indicator"] == "poverty_rate"
    assert rate["unit"] == "percent"
    assert rate["description"].startswith(catalog.indicators["poverty_rate"].definition.id)


def test_duckdb_reads_the_metadata_of_a_parquet_file(published: ReleaseInfo) -> None:
    question = "SELECT value FROM parquet_kv_metadata(?) WHERE key = 'columns'::BLOB"
    found = duckdb.execute(question, [str(published.path / "joint_poverty.parquet")]).fetchall()
    assert json.loads(found[0][0])["poverty_rate"]["unit"] == "percent"


def test_parquet_files_are_compressed_and_have_real_types(published: ReleaseInfo) -> None:
    for path in published.path.glob("*.parquet"):
        file = pq.ParquetFile(path)
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        columns = [group.column(number) for group in groups for number in range(group.num_columns)]
        assert {column.compression for column in columns if column.num_values} <= {"ZSTD"}, path.name
    kinds = {field.name: str(field.type) for field in pq.read_schema(published.path / "core_observation.parquet")}
    assert kinds["vintage"] == "date32[day]"
    assert kinds["value"] == "decimal128(24, 6)"
    assert kinds["obs_status"].startswith("dictionary<")


def test_the_codes_of_breakdowns_are_those_that_figures_use(published: ReleaseInfo) -> None:
    used = ask(published, "SELECT DISTINCT breakdown FROM core.observation WHERE breakdown <> '_T'")
    pairs = {tuple(part.split("=")) for (text,) in used for part in text.split(";")}
    assert pairs <= set(ask(published, "SELECT dimension, code FROM core.breakdown"))


@pytest.fixture(scope="module")
def structures(published: ReleaseInfo) -> Any:
    return read_sdmx(published.path / "sdmx_structure.json")


def test_the_sdmx_structures_validate_and_read_back(structures: Any, catalog: Catalog) -> None:
    lists = {item.id: {code.id: code.name for code in item.items} for item in structures.get_codelists()}
    assert set(lists["CL_INDICATOR"]) == set(catalog.indicators)
    assert lists["CL_AREA"]["35_76"] == "Kota Mojokerto"
    assert lists["CL_AREA"]["mojokerto-raya"] == "Mojokerto Raya"
    assert "MN" in lists["CL_SECTOR"]
    assert {item.id for item in structures.get_dataflows()} == {"OBSERVATION", "JOINT"}


@pytest.mark.parametrize("name", ["sdmx_observation.csv", "sdmx_joint.csv"])
def test_sdmx_csv_reads_back_and_uses_only_codes_of_its_lists(
    published: ReleaseInfo, structures: Any, name: str
) -> None:
    found = get_datasets(published.path / name, published.path / "sdmx_structure.json")[0]
    lists = {item.id: {code.id for code in item.items} for item in structures.get_codelists()}
    coded = {item.id: item.local_codes.id for item in found.structure.components if item.local_codes}
    assert {"REF_AREA", "INDICATOR", "SECTOR", "SEX", "OBS_STATUS"} <= set(coded)
    for column, codelist in coded.items():
        assert set(found.data[column]) - {""} <= lists[codelist], column
    assert list(found.data.columns) == [item.id for item in found.structure.components]


def test_a_very_large_release_exports_the_figures_of_the_regions_with_a_part_in_the_joint_tables(
    published: ReleaseInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdmx, "MOST", 3)
    flow = next(flow for flow in load_sdmx().flows if flow.id == "OBSERVATION")
    areas = {row["REF_AREA"] for row in csv.DictReader(io.StringIO(sdmx.flow_csv(flow, published.path)))}
    playing = ask(published, "SELECT replace(code, '.', '_') FROM core.region WHERE region_role IS NOT NULL")
    everywhere = {row["REF_AREA"] for row in rows_of(published.path / "sdmx_observation.csv")}
    assert areas == everywhere & {code for (code,) in playing}
    assert areas


def test_sdmx_csv_holds_every_figure_in_force_and_no_other(published: ReleaseInfo) -> None:
    told = sorted(
        (row["INDICATOR"], row["REF_AREA"].replace("_", "."), row["TIME_PERIOD"], row["SOURCE"], row["OBS_VALUE"])
        for row in rows_of(published.path / "sdmx_observation.csv")
    )
    kept = ask(
        published,
        "SELECT indicator, region_code, period, source, value FROM core.observation WHERE superseded_at IS NULL",
    )
    plain = sorted((*key, "" if value is None else f"{value.normalize():f}") for *key, value in kept)
    assert told == plain


def test_sdmx_says_what_kind_of_missing_a_missing_value_is(published: ReleaseInfo) -> None:
    rows = rows_of(published.path / "sdmx_joint.csv")
    empty = {row["OBS_STATUS"] for row in rows if not row["OBS_VALUE"]}
    assert "O" in empty
    assert empty <= {"O", "M", "Q"}
    assert {row["OBS_STATUS"] for row in rows if row["OBS_VALUE"]} <= {"A", "P", "E", "U"}
    (raya,) = [
        row for row in rows
        if (row["REF_AREA"], row["INDICATOR"], row["TIME_PERIOD"]) == ("mojokerto-raya", "poverty_rate", "2023")
    ]  # fmt: skip
    assert float(raya["OBS_VALUE"]) == pytest.approx(9.3839, abs=1e-4)
    assert "bukan angka resmi BPS" in raya["COMMENT_OBS"]


def test_every_source_says_how_to_cite_it_and_examples_are_not_to_be_cited(published: ReleaseInfo) -> None:
    text = (published.path / "CITATION.txt").read_text("utf-8")
    for source, publisher, synthetic in ask(
        published,
        "SELECT source, publisher, synthetic FROM core.source WHERE source IN (SELECT source FROM core.snapshot)",
    ):
        paragraph = text.split(f"[{source}]")[1].split("\n\n")[0]
        assert publisher in paragraph
        assert ("jangan dikutip" in paragraph) == synthetic
    assert published.id in text


def test_every_declared_table_is_in_the_release_in_one_form_or_the_other(published: ReleaseInfo) -> None:
    listed = {f"{schema}.{name}" for schema, name in ask(
        published, "SELECT table_schema, table_name FROM information_schema.tables"
    )}  # fmt: skip
    assert {table.full_name for table in load_model().tables} <= listed
