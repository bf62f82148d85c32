"""Ranks: where a government and its agglomeration stand among the regions of the province and among named peers.

A figure is held only against figures of the same indicator, year and breakdown. The agglomeration is no region of
BPS: among the province's kabupaten and kota it is shown at the place it would take, its members staying in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.models import Agglomeration, Indicator
from transforms.joint_frames import NOTICE
from transforms.values import EVIDENCE_ORDER, TOTAL, joined

# A place among fewer regions says nothing; the region itself is counted, and all others must not be its own members.
FEWEST = 3
PERCENTILE_DIGITS = 2
WOULD_NOTICE = "peringkat andai kawasan ini satu daerah / the place it would take if it were one region"
SIZE_NOTICE = "jumlah, peringkatnya mengikuti ukuran wilayah / a count, its rank follows the size of the region"
SURVEY_NOTICE = "signifikansi selisih tidak diuji / significance of differences not tested"


@dataclass(frozen=True, slots=True)
class Figure:
    """What joint.indicator_value says of one region in one year."""

    region_role: str
    value: float | None
    null_reason: str | None
    source: str | None
    evidence: str
    synthetic: bool


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
    compared = {name: scopes(group, catalog) for name, group in catalog.agglomerations.items()}
    return [
        {**key, "indicator": name, "year": year, **_row(catalog.indicators[name], region, figures, listed, group)}
        for (name, year), figures in sorted(_by_year(values, catalog).items())
        for group in catalog.agglomerations.values()
        for scope, listed in compared[group.id].items()
        for key in [{"agglomeration": group.id, "scope": scope}]
        for region in (*group.members, group.id)
        if region in figures
    ]


def _by_year(values: pd.DataFrame, catalog: Catalog) -> dict[tuple[str, int], dict[str, Figure]]:
    """The totals of wide indicators by indicator and year, then by region."""
    wide = [name for name, item in catalog.indicators.items() if item.wide]
    chosen = values[(values["breakdown"] == TOTAL) & values["indicator"].isin(wide)]
    names = [item.name for item in fields(Figure)]
    plain = chosen[names].astype(object).where(chosen[names].notna(), None)
    found: dict[tuple[str, int], dict[str, Figure]] = defaultdict(dict)
    for name, year, region, *rest in zip(
        chosen["indicator"], chosen["year"], chosen["region_code"], *(plain[name] for name in names), strict=True
    ):
        found[str(name), int(year)][str(region)] = Figure(*rest)
    return found


def scopes(group: Agglomeration, catalog: Catalog) -> dict[str, list[str]]:
    """The regions that an agglomeration and its members are held against, by scope."""
    inside = [
        region.code
        for region in catalog.regions_by_code.values()
        if region.parent == group.province and region.level in {"regency", "city"}
    ]
    return {"province": sorted(inside), "peers": sorted(group.peers)}


def _row(
    indicator: Indicator, region: str, figures: Mapping[str, Figure], listed: Sequence[str], group: Agglomeration
) -> dict[str, Any]:
    own = figures[region]
    lowest_first = indicator.direction == "lower_is_better"
    others = {code: value for code in listed if code != region and (value := _value(figures.get(code))) is not None}
    outside = sum(1 for code in others if code not in group.members)
    found = None
    if own.value is not None and outside >= FEWEST - 1:
        found = place(own.value, list(others.values()), lowest_first=lowest_first)
    ranked = [*(figures[code] for code in others), own] if found else [own]
    return {
        "region_code": region,
        "region_role": own.region_role,
        "breakdown": TOTAL,
        "direction": indicator.direction,
        "first_is": "lowest" if lowest_first else "highest",
        "value": own.value,
        "rank": found.rank if found else None,
        "percentile": round(found.percentile, PERCENTILE_DIGITS) + 0.0 if found else None,
        "better": found.better if found else None,
        "tied": found.tied if found else None,
        "comparable": len(others) + int(own.value is not None),
        "listed": len({*listed, region}),
        "null_reason": None if found else own.null_reason or "too_few_regions",
        "sources": joined(part for text in {item.source for item in ranked} for part in (text or "").split("; "))
        or None,
        "evidence": max((item.evidence for item in ranked), key=EVIDENCE_ORDER.index),
        "synthetic": any(item.synthetic for item in ranked),
        "notice": _notice(indicator, own.region_role),
    }


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def _notice(indicator: Indicator, role: str) -> str | None:
    parts = (
        (role == "agglomeration", f"{NOTICE}; {WOULD_NOTICE}"),
        (indicator.rules[0].kind == "sum", SIZE_NOTICE),
        (indicator.survey, SURVEY_NOTICE),
    )
    return "; ".join(text for holds, text in parts if holds) or None
