"""Small editions and joint values for the warehouse's tests: tidy parquet files as the readers write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.tidy import TIDY_SCHEMA
from warehouse.fold import Edition

FAILURES = pa.schema([("row_id", pa.int64()), ("severity", pa.string())])
CITY, REGENCY, RAYA = "35.76", "35.16", "mojokerto-raya"


@dataclass(frozen=True)
class Figure:
    """One figure of a file; `mark` makes it a printed gap."""

    value: str | None
    region: str | None = CITY
    period: str = "2023"
    indicator: str = "poverty_rate"
    breakdown: str = "_T"
    status: str = "A"
    step: str = "0.01"
    mark: str | None = None


# Figures that no gate should let into the fold, and how the fold tells of the first.
FAULTS = [
    ([Figure("5.77"), Figure("5.78")], "line 2, column 'Nilai': the same key twice: poverty_rate, 35.76, 2023, _T"),
    ([Figure("5.77", None)], "line 2, column 'Nilai': no complete key"),
    ([Figure("5.77"), Figure(None, REGENCY)], "line 3, column 'Nilai': neither a number nor"),
]


def day(number: int) -> date:
    return date(2024, 1, number)


def write_tidy(path: Path, figures: Iterable[Figure]) -> Path:
    rows = [_row(number, figure) for number, figure in enumerate(figures)]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=TIDY_SCHEMA), path)
    return path


def _row(number: int, figure: Figure) -> dict[str, Any]:
    return {
        "row_id": number,
        "source_line": number + 2,
        "source_column": "Nilai",
        "column_number": 3,
        "raw": figure.mark or figure.value,
        "indicator": figure.indicator,
        "region_code": figure.region,
        "period": figure.period,
        "year": int(figure.period[:4]),
        "breakdown": figure.breakdown,
        "unit": "percent",
        "unit_ok": True,
        "value": None if figure.value is None else Decimal(figure.value),
        "rounding_step": Decimal(figure.step),
        "obs_status": "M" if figure.mark else figure.status,
        "missing_mark": figure.mark,
        "done": "read as a number",
    }


def write_failures(path: Path, failures: Sequence[tuple[int, str]]) -> Path:
    rows = [{"row_id": row, "severity": severity} for row, severity in failures]
    pq.write_table(pa.Table.from_pylist(rows, schema=FAILURES), path)
    return path


def edition(
    folder: Path,
    figures: Iterable[Figure],
    *,
    vintage: date | None = None,
    position: int = 0,
    failures: Sequence[tuple[int, str]] = (),
    **given: Any,
) -> Edition:
    """An edition with its files in `folder`; a file is named by its position."""
    tidy = write_tidy(folder / f"{position}.tidy.parquet", figures)
    held = write_failures(folder / f"{position}.failures.parquet", failures)
    known = vintage or day(1)
    told: dict[str, Any] = {
        "source": "kota-kemiskinan",
        "snapshot": f"{position:064x}",
        "tidy": tidy,
        "failures": held,
        "position": position,
        "first_seen": known,
        "published": None,
        "vintage": known,
        "replaces": True,
        "has_quarantine": False,
        "file": "kemiskinan.csv",
        "publication": "Kemiskinan Kota Mojokerto",
        "evidence": "publication",
        "synthetic": False,
        "bytes": 100,
    }
    return Edition(**{**told, **given})


def joint_value(indicator: str, region: str, year: int, value: float | None, **given: Any) -> dict[str, Any]:
    """A row of joint.indicator_value."""
    role = {CITY: "member", REGENCY: "member", RAYA: "agglomeration"}.get(region, "peer")
    told: dict[str, Any] = {
        "indicator": indicator,
        "region_code": region,
        "region_role": role,
        "period": str(year),
        "year": year,
        "breakdown": "_T",
        "value": value,
        "unit": "percent",
        "obs_status": "A" if value is not None else "M",
        "break_flag": False,
        "method": ("sum" if region == RAYA else "official") if value is not None else None,
        "null_reason": None if value is not None else "member_missing",
        "source": "sektor",
        "evidence": "publication",
        "synthetic": False,
        "notice": "gabungan hitung, bukan angka resmi BPS" if region == RAYA else None,
        "vintage": day(1),
        "superseded_at": None,
    }
    return {**told, **given}
