"""Contracts and files of records for tests: a column per field, under the field's own name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.contract import RecordsContract

NAMES = {"region_name": "Kelurahan", "parent_name": "Kecamatan", "ignore": "Pelapor"}


def records_with(*fields: str, record: str = "evaluation", **changes: Any) -> RecordsContract:
    """A contract with a column for each field; a role of `NAMES` stands for a column of that role."""
    columns: list[dict[str, Any]] = [
        {"header": [NAMES[name]], "role": name}
        if name in NAMES
        else {
            "header": [name],
            "role": "field",
            "field": name,
            **({"scheme": "kemendagri"} if "region" in name else {}),
        }
        for name in fields
    ]
    values = {
        "id": "catatan",
        "kind": "records",
        "record": record,
        "title": {"id": "Catatan", "en": "Records"},
        "publisher": "Kantor",
        "owner": "Bagian Pemerintahan",
        "publication": "Daftar kantor",
        "evidence": "publication",
        "edition": "replaces",
        "connector": {"kind": "file", "path": "catatan.csv"},
        "format": {"decimal": ","},
        "columns": columns,
        "expect": {"within": ["35.76", "35.16"], "first_year": 2015},
    }
    return RecordsContract.model_validate({**values, **changes})


def file_of(contract: RecordsContract, rows: Sequence[Mapping[str, str]]) -> bytes:
    """A file in the contract's layout; rows by header, what a row leaves out is empty."""
    headers = [column.header[0] for column in contract.columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
