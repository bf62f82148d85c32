"""What a release holds and what it does not, by indicator, region and year, as Markdown from its parquet alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

DOMAINS = ("poverty", "economy", "services")
HEAD = """# Coverage

Generated from a release of the bundled sources by `make docs`; a test holds it against the release. Years are those
with a value; what is missing is missing, and nothing is filled in. "n of m" counts the other kab/kota of East Java and
Kota Cimahi with a value in at least one year. Breakdowns are listed where an indicator has no total of its own.
"""


def render(release: Path) -> str:
    """The coverage page of a release directory."""
    values = pq.read_table(release / "joint_indicator_value.parquet")
    values = values.filter(pc.and_(pc.is_null(values["superseded_at"]), pc.is_valid(values["value"])))
    regions = _regions(release)
    peers = sum(1 for role in regions.values() if role == "peer")
    found = _years(values.select(["indicator", "region_code", "year", "breakdown"]).to_pylist())
    return "\n".join([HEAD, *(_section(domain, release, found, regions, peers) for domain in DOMAINS)])


Found = dict[str, dict[str, set[int]]]


def _regions(release: Path) -> dict[str, str]:
    table = pq.read_table(release / "core_region.parquet", columns=["code", "region_role"]).to_pylist()
    return {row["code"]: row["region_role"] for row in table if row["region_role"]}


def _years(rows: Iterable[dict[str, object]]) -> Found:
    """Years with a value by indicator and region; breakdowns count where there is no total."""
    totals: Found = {}
    parts: Found = {}
    for row in rows:
        target = totals if row["breakdown"] == "_T" else parts
        years = target.setdefault(str(row["indicator"]), {}).setdefault(str(row["region_code"]), set())
        years.add(int(str(row["year"])))
    for indicator, by_region in parts.items():
        if indicator not in totals:
            totals[indicator] = by_region
    return totals


def _section(domain: str, release: Path, found: Found, regions: dict[str, str], peers: int) -> str:
    columns = ["id", "label_id", "label_en", "domain"]
    indicators = pq.read_table(release / "core_indicator.parquet", columns=columns).to_pylist()
    shown = [code for role in ("agglomeration", "member", "province") for code in _of_role(regions, role)]
    lines = [
        f"\n## {domain}\n",
        "| indicator | " + " | ".join(shown) + " | peers |",
        "|--|" + "--|" * (len(shown) + 1),
    ]
    for item in sorted((row for row in indicators if row["domain"] == domain), key=lambda row: row["id"]):
        by_region = found.get(item["id"], {})
        cells = [spans(by_region.get(code, set())) for code in shown]
        others = {code: years for code, years in by_region.items() if regions.get(code) == "peer"}
        together = set().union(*others.values()) if others else set()
        cells.append(f"{len(others)} of {peers}: {spans(together)}" if others else "-")
        label = f"`{item['id']}`<br>{item['label_id']} / {item['label_en']}"
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _of_role(regions: dict[str, str], role: str) -> list[str]:
    return sorted(code for code, part in regions.items() if part == role)


def spans(years: set[int]) -> str:
    """Years as runs: 2004-2015, 2017-2025; a dash when there are none."""
    if not years:
        return "-"
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
