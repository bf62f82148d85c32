"""Ranks: where a government and its agglomeration stand among the regions of the province and among named peers.

A figure is held only against figures of the same indicator, year and breakdown. The agglomeration is no region of
BPS: among the province's kabupaten and kota it is shown at the place it would take, its members staying in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.models import Agglomeration, Indicator
from transforms.joint_frames import NOTICE
from transforms.values import EVIDENCE_ORDER, TOTAL, joined

# A place among fewer regions says nothing; the region itself is counted.
FEWEST = 3
PERCENTILE_DIGITS = 2
WOULD_NOTICE = "peringkat andai kawasan ini satu daerah / the place it would take if it were one region"
SIZE_NOTICE = "jumlah, peringkatnya mengikuti ukuran wilayah / a count, its rank follows the size of the region"
SURVEY_NOTICE = "signifikansi selisih tidak diuji / significance of differences not tested"
Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A place among `comparable` regions, itself included: `better` are strictly better, `tied` others equal it.

    Ties share the best place (1, 2, 2, 4).
    """

    comparable: int
    better: int
    tied: int

    @property
    def rank(self) -> int:
        """1 is best."""
        return self.better + 1

    @property
    def percentile(self) -> float:
        """Percent of the other regions that it is ahead of, ties counted half: 100 is best, 0 worst."""
        others = self.comparable - 1
        return 100.0 * (others - self.better - self.tied / 2) / others


def place(value: float, others: Sequence[float], *, lowest_first: bool) -> Place | None:
    """The place of `value` among itself and `others`; None where fewer than `FEWEST` regions are compared."""
    comparable = len(others) + 1
    if comparable < FEWEST:
        return None
    better = sum(1 for other in others if (other < value if lowest_first else other > value))
    return Place(comparable, better, tied=sum(1 for other in others if other == value))


def peer_rows(values: pd.DataFrame, catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of joint.peer from the current rows of joint.indicator_value.

    One for each agglomeration, scope, wide indicator, year and region (its members and itself) that has a row
    there, totals only; one without a place says why.
    """
    wide = [name for name, item in catalog.indicators.items() if item.wide]
    chosen = values[(values["breakdown"] == TOTAL) & values["indicator"].isin(wide)]
    names = ["region_code", "region_role", "value", "null_reason", "source", "evidence", "synthetic"]
    found = []
    for keys, part in chosen.groupby(["indicator", "year"], sort=True):
        records = part[names].to_dict("records")
        figures = {str(row["region_code"]): {str(name): item for name, item in row.items()} for row in records}
        found += list(_of_year(catalog.indicators[str(keys[0])], int(str(keys[1])), figures, catalog))
    return found


def _of_year(
    indicator: Indicator, year: int, figures: Mapping[str, Figures], catalog: Catalog
) -> Iterable[dict[str, Any]]:
    for group in catalog.agglomerations.values():
        for scope, listed in scopes(group, catalog).items():
            for region in (*group.members, group.id):
                if region in figures:
                    key = {"agglomeration": group.id, "scope": scope, "indicator": indicator.id, "year": year}
                    yield {**key, **_row(indicator, region, figures, [code for code in listed if code != region])}


def scopes(group: Agglomeration, catalog: Catalog) -> dict[str, list[str]]:
    """The regions that an agglomeration and its members are held against, by scope."""
    inside = [
        region.code
        for region in catalog.regions_by_code.values()
        if region.parent == group.province and region.level in {"regency", "city"}
    ]
    return {"province": sorted(inside), "peers": sorted(group.peers)}


def _row(indicator: Indicator, region: str, figures: Mapping[str, Figures], listed: list[str]) -> dict[str, Any]:
    own = figures[region]
    lowest_first = indicator.direction == "lower_is_better"
    compared = [figures[code] for code in listed if code in figures and not pd.isna(figures[code]["value"])]
    known = not pd.isna(own["value"])
    others = [float(item["value"]) for item in compared]
    found = place(float(own["value"]), others, lowest_first=lowest_first) if known else None
    ranked = [*compared, own] if found else [own]
    return {
        "region_code": region,
        "region_role": own["region_role"],
        "breakdown": TOTAL,
        "direction": indicator.direction,
        "first_is": "lowest" if lowest_first else "highest",
        "value": float(own["value"]) if known else None,
        "rank": found.rank if found else None,
        "percentile": round(found.percentile, PERCENTILE_DIGITS) + 0.0 if found else None,
        "better": found.better if found else None,
        "tied": found.tied if found else None,
        "comparable": len(others) + int(known),
        "listed": len(listed) + 1,
        "null_reason": None if found else _reason(own, known=known),
        "sources": joined(part for item in ranked for part in str(item["source"] or "").split("; ")) or None,
        "evidence": max((str(item["evidence"]) for item in ranked), key=EVIDENCE_ORDER.index),
        "synthetic": any(bool(item["synthetic"]) for item in ranked),
        "notice": _notice(indicator, str(own["region_role"])),
    }


def _reason(own: Figures, *, known: bool) -> str:
    """Why there is no place: the figure's own reason, else too few to compare it with."""
    return "too_few_regions" if known else str(own["null_reason"])


def _notice(indicator: Indicator, role: str) -> str | None:
    parts = (
        (role == "agglomeration", f"{NOTICE}; {WOULD_NOTICE}"),
        (indicator.rules[0].kind == "sum", SIZE_NOTICE),
        (indicator.survey, SURVEY_NOTICE),
    )
    return "; ".join(text for holds, text in parts if holds) or None
