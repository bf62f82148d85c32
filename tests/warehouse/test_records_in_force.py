from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.load import Catalog
from transforms.records import record_schema
from warehouse.fold import Edition
from warehouse.records import records_in_force

FAILURES = pa.schema([("row_id", pa.int64()), ("severity", pa.string())])
Units = dict[str, int]


@pytest.fixture
def edition(catalog: Catalog, tmp_path: Path) -> EditionMaker:
    return EditionMaker(catalog, tmp_path)


class EditionMaker:
    """Editions of a list of facilities: units by kelurahan, some of the rows in quarantine."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.kind = catalog.records["facility"]
        self._folder = folder

    def __call__(self, number: int, units: Units, held: tuple[str, ...] = (), *, replaces: bool = True) -> Edition:
        rows = [
            {
                "row_id": at,
                "source_line": at + 2,
                "region_code": code,
                "facility": "mobil",
                "year": 2024,
                "units": value,
            }
            for at, (code, value) in enumerate(units.items())
        ]
        failures = [{"row_id": at, "severity": "critical"} for at, code in enumerate(units) if code in held]
        failures.append({"row_id": 0, "severity": "warning"})
        tidy, failed = self._folder / f"{number}.parquet", self._folder / f"{number}-failures.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=record_schema(self.kind)), tidy)
        pq.write_table(pa.Table.from_pylist(failures, schema=FAILURES), failed)
        day = date(2025, 1, number)
        return Edition(
            source="kantor",
            snapshot=str(number),
            tidy=tidy,
            failures=failed,
            position=number,
            first_seen=day,
            published=None,
            vintage=day,
            replaces=replaces,
            has_quarantine=bool(held),
            file="mobil.csv",
            publication="Daftar",
            evidence="publication",
            synthetic=False,
            bytes=1,
        )

    def units(self, *editions: Edition) -> dict[str, tuple[int, str]]:
        return {row["region_code"]: (row["units"], row["snapshot"]) for row in records_in_force(editions, self.kind)}


def test_an_edition_that_replaces_withdraws_what_it_does_not_hold(edition: EditionMaker) -> None:
    first, second = edition(1, {"a": 1, "b": 2}), edition(2, {"b": 3})
    assert edition.units(first, second) == {"b": (3, "2")}
    assert edition.units(second, first) == {"b": (3, "2")}


def test_an_edition_that_adds_withdraws_nothing(edition: EditionMaker) -> None:
    added = edition(2, {"b": 3, "c": 4}, replaces=False)
    assert edition.units(edition(1, {"a": 1, "b": 2}), added) == {"a": (1, "1"), "b": (3, "2"), "c": (4, "2")}


def test_a_record_held_back_is_not_a_record_taken_back(edition: EditionMaker) -> None:
    found = edition.units(edition(1, {"a": 1, "b": 2}), edition(2, {"a": 9, "b": 3}, held=("a",)))
    assert found == {"a": (1, "1"), "b": (3, "2")}


def test_a_warning_holds_nothing_back_and_nothing_of_staging_is_kept(edition: EditionMaker) -> None:
    rows = records_in_force([edition(1, {"a": 1})], edition.kind)
    assert [row["units"] for row in rows] == [1]
    assert not {"row_id", "region_problem", "region_hint"} & set(rows[0])
