"""A small catalog and contract, and a maker of tidy tables: each test changes only what its claim is about."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from catalog.contract import Contract
from catalog.load import Catalog
from catalog.models import Agglomeration, Breakdown, Indicator, Region, Unit
from expectations.verdict import Check, Judgement

CITY, REGENCY, PROVINCE = "35.76", "35.16", "35"
DECIMAL = pa.decimal128(24, 6)
TYPES = {
    **dict.fromkeys(("row_id", "source_line"), pa.int64()),
    **dict.fromkeys(("column_number", "year", "decimals", "decimals_declared"), pa.int32()),
    **dict.fromkeys(("value", "rounding_step"), DECIMAL),
    "unit_ok": pa.bool_(),
}
COLUMNS = (
    "row_id", "source_line", "source_column", "column_number", "sheet", "cell", "raw", "measure_text", "indicator",
    "region_text", "region_code", "region_problem", "period_text", "period", "year", "breakdown_text", "breakdown",
    "unit_text", "unit", "unit_ok", "value", "decimals", "decimals_declared", "rounding_step", "obs_status",
    "missing_mark", "done",
)  # fmt: skip


def both(text: str) -> dict[str, str]:
    return {"id": f"{text}", "en": f"{text} (en)"}


def indicator(name: str, unit: str, low: float | None, high: float | None, **more: Any) -> Indicator:
    return Indicator.model_validate(
        {
            "id": name,
            "domain": "poverty",
            "label": both(name.replace("_", " ")),
            "unit": unit,
            "decimals": 2,
            "derived_decimals": 4,
            "bounds": {"min": low, "max": high, "basis": "meaning"},
            "definition": both("definition"),
            "producer": "BPS",
            "method_version": "1",
            "reference": both("March"),
            "estimation_level": "regency",
            "rules": [{"kind": "sum"}],
            **more,
        }
    )


def small_catalog() -> Catalog:
    units = [("percent", "persen"), ("person", "jiwa"), ("million_rupiah", "juta rupiah")]
    places = [
        (PROVINCE, "3500", "JAWA TIMUR", "province", None),
        (REGENCY, "3516", "MOJOKERTO", "regency", PROVINCE),
        (CITY, "3576", "MOJOKERTO", "city", PROVINCE),
    ]
    sector = {"id": "sector", "label": both("lapangan usaha")}
    codes = [{"code": code, "label": both(name)} for code, name in (("A", "Pertanian"), ("B", "Tambang"))]
    raya = {"id": "mojokerto-raya", "label": both("Mojokerto Raya"), "members": [REGENCY, CITY], "province": PROVINCE}
    indicators = [
        indicator("poverty_rate", "percent", 0, 100),
        indicator("poor_population", "person", 0, None),
        indicator("grdp", "million_rupiah", None, None, total_from="sector", breakdowns=["sector"]),
    ]
    return Catalog(
        indicators={item.id: item for item in indicators},
        units={name: Unit(id=name, label=both(text), canonical=name) for name, text in units},  # type: ignore[arg-type]
        breakdowns={"sector": Breakdown.model_validate({**sector, "codes": codes})},
        regions=tuple(
            Region(code=code, bps_code=bps, name=name, level=level, parent=parent)  # type: ignore[arg-type]
            for code, bps, name, level, parent in places
        ),
        aliases=(),
        agglomerations={"mojokerto-raya": Agglomeration.model_validate(raya)},
        precedence=(),
    )


def contract_with(**changes: Any) -> Contract:
    expect = {"regions": [CITY, REGENCY], "first_year": 2015, **changes.pop("expect", {})}
    values: dict[str, Any] = {
        "id": "test-source",
        "title": both("Kemiskinan"),
        "publisher": "BPS",
        "owner": "BPS",
        "publication": "Tabel",
        "evidence": "publication",
        "edition": "replaces",
        "connector": {"kind": "file", "path": "test.csv"},
        "format": {"delimiter": ";", "decimal": ","},
        "columns": [
            {"header": ["Wilayah"], "role": "region_name"},
            {"header": ["Tahun"], "role": "period"},
            {"header": ["Persen"], "role": "value", "measure": "poverty_rate"},
        ],
        "measures": [{"indicator": "poverty_rate", "unit": "percent", "precision": [{"decimals": 2}]}],
        "marks": {"missing": ["...", "-"]},
        "expect": expect,
    }
    return Contract.model_validate({**values, **changes})


def figure(**changes: Any) -> dict[str, Any]:
    """A sound row of the tidy table: the city's poverty rate of 2023."""
    row = {
        "source_column": "Persen",
        "column_number": 3,
        "raw": "5,77",
        "indicator": "poverty_rate",
        "region_text": "Kota Mojokerto",
        "region_code": CITY,
        "period_text": "2023",
        "period": "2023",
        "year": 2023,
        "breakdown_text": "",
        "breakdown": "_T",
        "unit": "percent",
        "unit_ok": True,
        "value": Decimal("5.77"),
        "decimals": 2,
        "decimals_declared": 2,
        "rounding_step": Decimal("0.01"),
        "obs_status": "A",
        "done": "",
    }
    return {**row, **changes}


def tidy_table(*rows: dict[str, Any]) -> pd.DataFrame:
    """A tidy table with Arrow types, as the transforms hand it over; lines count from 2."""
    full = [
        {**dict.fromkeys(COLUMNS), "row_id": number, "source_line": number + 2, **row}
        for number, row in enumerate(rows)
    ]
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in COLUMNS])
    frame: pd.DataFrame = pa.Table.from_pylist(full, schema=schema).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


Judge = Callable[..., Judgement]


def by_rule(checks: list[Check]) -> dict[str, Check]:
    return {check.rule: check for check in checks}
