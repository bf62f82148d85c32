"""docs/formats.md is held against the typed models of a contract: every key stands there, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from catalog import contract as models
from catalog.formats import CsvFormat, HtmlFormat, TableFormat, WorkbookFormat

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text("utf-8")
SHARED = set(TableFormat.model_fields)
SECTIONS: dict[str, type[BaseModel]] = {
    "Contract": models.Contract,
    "Columns": models.Column,
    "Years": models.YearsHeader,
    "Measures": models.Measure,
    "Precision": models.Precision,
    "Marks": models.Marks,
    "Rows": models.Rows,
    "Sections": models.Section,
    "Personal data allowed": models.AllowedPersonalData,
    "Expect": models.Expect,
    "Record columns": models.RecordColumn,
    "Record expect": models.RecordExpect,
}


def keys(section: str) -> dict[str, str]:
    body = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", body, flags=re.MULTILINE))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_of_a_contract_is_described_with_an_example(section: str) -> None:
    found = keys(section)
    assert set(found) == set(SECTIONS[section].model_fields)
    assert all(example.startswith("`") for example in found.values())


def test_every_key_that_only_records_have_is_described_with_an_example() -> None:
    found = keys("Records")
    shared = set(models.Dataset.model_fields) - {"columns"}
    assert set(found) == set(models.RecordsContract.model_fields) - shared
    assert all(example.startswith("`") for example in found.values())


@pytest.mark.parametrize("kind", [CsvFormat, WorkbookFormat, HtmlFormat])
def test_every_key_of_a_format_is_described_with_an_example(kind: type[TableFormat]) -> None:
    name = kind.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]
    assert set(keys("Format: every kind")) == SHARED
    assert set(keys(f"Format: {name}")) == set(kind.model_fields) - SHARED
    assert all(example.startswith("`") for example in keys(f"Format: {name}").values())
