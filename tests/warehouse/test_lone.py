"""A source's only edition is folded by columns: the files are, byte for byte, those that the fold itself gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_samples import CITY, FAULTS, REGENCY, Figure, day, edition

import warehouse.parquet
import warehouse.shard
import warehouse.stream
from catalog.load import Catalog
from warehouse.arrow import schema_of
from warehouse.codes import as_encoded
from warehouse.columns import published_tables
from warehouse.fold import Edition, FoldError
from warehouse.model import Column
from warehouse.parquet import reads_back, write_batches
from warehouse.shard import SHARDED, write_shard

NARROW = {"figure.parquet", "trait.parquet", "edition.parquet"}
VALUES = st.sampled_from(["0", "-0.01", "5.77", "1132.5", "999999999999.999999", "123456789012345678.5", None])
FIGURES = st.builds(
    Figure,
    value=VALUES,
    region=st.sampled_from([CITY, REGENCY, "35", "35.16.01.2001"]),
    period=st.sampled_from(["2019", "2020", "2021-03", "2021"]),
    indicator=st.sampled_from(["poverty_rate", "population", "life_expectancy_sp2010"]),
    breakdown=st.sampled_from(["_T", "sex=F", "sex=M"]),
    status=st.sampled_from(["A", "E", "P"]),
    step=st.sampled_from(["0.01", "1"]),
    mark=st.sampled_from([None, "...", "n.a."]),
)


def whole(figure: Figure) -> Figure:
    """The figure as a gate lets it through: a number, or the mark of a gap."""
    if figure.mark is not None:
        return Figure(**{**vars(figure), "value": None})
    return Figure(**{**vars(figure), "value": figure.value or "1"})


def key(figure: Figure) -> tuple[str | None, ...]:
    return figure.indicator, figure.region, figure.period, figure.breakdown


def files(folder: Path, one: Edition, catalog: Catalog) -> dict[str, bytes]:
    folder.mkdir()
    write_shard(folder, [one], catalog)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in NARROW}


def narrow(folder: Path) -> list[dict[str, Any]]:
    """The rows of the narrow files, put together again."""
    return (
        duckdb.sql(f"""
            SELECT * EXCLUDE (trait, edition) FROM '{folder}/figure.parquet'
            JOIN '{folder}/trait.parquet' USING (trait) JOIN '{folder}/edition.parquet' USING (edition)
            ORDER BY indicator, region_code, period, breakdown
        """)
        .to_arrow_table()
        .to_pylist()
    )


def both_ways(folder: Path, one: Edition, catalog: Catalog) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What is written by columns, which must be possible, and what the fold gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse.shard, "fold", None)
        ours = files(folder / "columns", one, catalog)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse.shard, "fold_lone", lambda *_: None)
        return ours, files(folder / "fold", one, catalog)


@settings(max_examples=25)
@given(
    figures=st.lists(FIGURES.map(whole), max_size=14, unique_by=key),
    held=st.lists(st.tuples(st.integers(0, 13), st.sampled_from(["critical", "warning"])), max_size=3),
    published=st.none() | st.just(date(2024, 2, 29)),
    group=st.integers(1, 5),
)
def test_the_files_are_those_of_the_fold(
    figures: list[Figure],
    held: list[tuple[int, str]],
    published: date | None,
    group: int,
    catalog: Catalog,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("lone")
    one = edition(
        folder, figures, failures=held, vintage=day(3), published=published, publication="Angka “2024”, résumé"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse.stream, "ROW_GROUP", group)
        ours, theirs = both_ways(folder, one, catalog)
    assert ours == theirs
    assert narrow(folder / "columns") == narrow(folder / "fold")


def test_the_narrow_rows_say_what_both_tables_say(catalog: Catalog, tmp_path: Path) -> None:
    figures = [Figure("5.77"), Figure("9.80", REGENCY), Figure(None, "35", mark="...")]
    files(tmp_path / "lone", edition(tmp_path, figures), catalog)
    lineage = pq.read_table(tmp_path / "lone" / "core_lineage.parquet").to_pylist()
    cells = {row["observation_id"]: row for row in lineage}
    observations = pq.read_table(tmp_path / "lone" / "core_observation.parquet").to_pylist()
    assert narrow(tmp_path / "lone") == [{**row, **cells[row["observation_id"]]} for row in observations]
    assert len(pq.read_table(tmp_path / "lone" / "trait.parquet")) == 2
    assert len(pq.read_table(tmp_path / "lone" / "edition.parquet")) == 1


def test_quarantined_rows_are_none_of_it_and_breaks_are_flagged(catalog: Catalog, tmp_path: Path) -> None:
    figures = [
        Figure("105.00"), Figure("9.80", REGENCY), Figure(None, "35", mark="..."),
        *(Figure("1", period=str(year), indicator="population") for year in (2019, 2020, 2021)),
    ]  # fmt: skip
    one = edition(tmp_path, figures, failures=[(0, "critical"), (1, "warning")])
    files(tmp_path / "lone", one, catalog)
    rows = pq.read_table(tmp_path / "lone" / "core_observation.parquet").to_pylist()
    told = [(row["indicator"], row["region_code"], row["year"], row["break_flag"]) for row in rows]
    assert told == [
        ("population", CITY, 2019, False),
        ("population", CITY, 2020, True),
        ("population", CITY, 2021, False),
        ("poverty_rate", "35", 2023, False),
        ("poverty_rate", REGENCY, 2023, False),
    ]


def test_a_renamed_column_stands_under_both_names_either_way(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = Column(
        name="amount", type="DECIMAL(24,6)", id="Nama lama", en="Former name", nullable=True, alias_of="value"
    )
    tables = published_tables(catalog)
    renamed = tables["core.observation"].model_copy(update={"aliases": {3: former}})
    monkeypatch.setattr(warehouse.shard, "published_tables", lambda _: {**tables, "core.observation": renamed})
    ours, theirs = both_ways(tmp_path, edition(tmp_path, [Figure("5.77"), Figure("9.80", REGENCY)]), catalog)
    assert ours == theirs
    rows = pq.read_table(tmp_path / "columns" / "core_observation.parquet").to_pylist()
    assert [row["amount"] for row in rows] == [row["value"] for row in rows] == [Decimal("9.80"), Decimal("5.77")]
    assert narrow(tmp_path / "columns") == narrow(tmp_path / "fold")
    assert "amount" not in narrow(tmp_path / "columns")[0]


@pytest.mark.parametrize(("figures", "told"), FAULTS)
def test_a_fault_that_no_gate_stopped_is_told_as_the_fold_tells_it(
    catalog: Catalog, tmp_path: Path, figures: list[Figure], told: str
) -> None:
    with pytest.raises(FoldError) as error:
        files(tmp_path / "lone", edition(tmp_path, figures), catalog)
    assert told in str(error.value)


def test_figures_of_one_line_in_columns_of_one_name_stand_in_the_order_of_the_fold(
    catalog: Catalog, tmp_path: Path
) -> None:
    """Their order is that of their ids: the fold puts them so, whoever asks."""
    one = edition(tmp_path, [Figure("5.77"), Figure("9.80", REGENCY), Figure("1.23", "35")])
    rows = pq.read_table(one.tidy)
    line = rows.schema.get_field_index("source_line")
    pq.write_table(rows.set_column(line, "source_line", pa.array([2, 2, 2], pa.int64())), one.tidy)
    files(tmp_path / "lone", one, catalog)
    ids = pq.read_table(tmp_path / "lone" / "core_lineage.parquet")["observation_id"].to_pylist()
    assert ids == sorted(ids)
    assert len(ids) == 3


@given(words=st.lists(st.none() | st.sampled_from(["a", "b", "c", ""]), max_size=12), cut=st.integers(0, 12))
def test_codes_of_a_part_are_as_if_its_texts_were_encoded(words: list[str | None], cut: int) -> None:
    part = pa.array(words, pa.string()).dictionary_encode()[cut:]
    ours, theirs = as_encoded(part), pa.array(words[cut:], pa.string()).dictionary_encode()
    assert ours.indices.to_pylist() == theirs.indices.to_pylist()
    assert ours.dictionary.to_pylist() == theirs.dictionary.to_pylist()


def test_all_tables_of_a_shard_are_folded_by_columns(catalog: Catalog, tmp_path: Path) -> None:
    written = files(tmp_path / "lone", edition(tmp_path, [Figure("5.77")]), catalog)
    assert set(written) == {"shard.json", *(f"{name.replace('.', '_')}.parquet" for name in SHARDED)}
    assert {path.name for path in (tmp_path / "lone").iterdir()} == {*written, *NARROW}


def test_a_file_that_does_not_give_back_its_rows_is_none(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read back is held against what was written, side by side, or by digest where that is not at hand."""
    table = published_tables(catalog)["core.lineage"].published()
    rows = [
        {column.name: f"a{number % 2}" if column.type == "VARCHAR" else number for column in table.columns}
        for number in range(3)
    ]
    rows[2]["observation_id"] = "a2"
    [batch] = pa.Table.from_pylist(rows, schema=schema_of(table)).to_batches()
    [other] = pa.Table.from_pylist(rows[::-1], schema=schema_of(table)).to_batches()
    written = write_batches(table, tmp_path / "rows.parquet", [batch])
    elsewhere = write_batches(table, tmp_path / "other.parquet", [other])
    for at_hand in ([], [batch], [other], [batch, batch]):
        assert reads_back(tmp_path / "rows.parquet", written, at_hand)
    for at_hand in ([], [batch], [batch, batch]):
        assert not reads_back(tmp_path / "other.parquet", written, at_hand)
    assert not reads_back(tmp_path / "rows.parquet", elsewhere)
    monkeypatch.setattr(warehouse.parquet, "read_digest", None)
    assert reads_back(tmp_path / "rows.parquet", written, [batch])
