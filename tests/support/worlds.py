"""Small worlds of figures in which joint rules meet every fault: gaps, noughts, other sources, breaks."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from catalog.load import Catalog
from catalog.models import Agglomeration, Code, Indicator, Precedence
from catalog.strict import Bilingual
from transforms.values import EVIDENCE_ORDER, STATUS_ORDER, Source

Row = dict[str, Any]
DAY = date(2026, 11, 21)
REGIONS = ("35.07", "35.16", "35.73", "35.76", "35.79")
YEARS = (2019, 2020, 2022)
# Rates and years lie between 1 and 60; everything else counts something.
RATES = {
    "poverty_rate", "labour_force_participation", "open_unemployment_rate", "gini_ratio", "life_expectancy_sp2010",
    "expected_years_schooling", "mean_years_schooling", "hdi_sp2010", "health_insurance", "grdp_growth",
}  # fmt: skip
COUNTS = {
    "poor_population", "survey_population", "poverty_line", "employed", "unemployed", "labour_force", "population",
    "grdp_constant_2010", "adjusted_expenditure",
}  # fmt: skip
PRINTED = sorted((RATES | COUNTS) - {"survey_population", "labour_force", "grdp_growth", "grdp_constant_2010"})
SOURCES = {
    "first": Source("one", "publication", rank=10),
    "second": Source("one", "press_quote", rank=20),
    "third": Source("another", "inferred", synthetic=True, rank=30),
}
FAULTS = (
    "absent", "gap", "nought", "second", "third", "break", "status", "evidence", "coarse", "held", "rival", "synthetic",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class World:
    """What is declared, the rows of core.observation, and the keys that wait in quarantine."""

    catalog: Catalog
    figures: list[Row]
    waiting: list[Row]
    told: str = ""

    def __repr__(self) -> str:
        return self.told


def declared(catalog: Catalog, applies: str | None, order: int, *, precedence: bool) -> Catalog:
    """The catalog with few indicators of all rules, three places, and a total made from two codes."""
    chosen = {name: catalog.indicators[name] for name in catalog.indicators if name in RATES | COUNTS}
    people = chosen["population"].model_copy(update={"total_from": "sex"})
    idle = chosen["open_unemployment_rate"]
    turned = idle.model_copy(update={"rules": idle.rules[order:] + idle.rules[:order]})
    chosen |= {"population": people, "open_unemployment_rate": turned}
    if applies:
        chosen[applies] = chosen[applies].model_copy(update={"applies_to": ["regency"]})
    two = catalog.breakdowns["sector"].model_copy(update={"codes": catalog.breakdowns["sector"].codes[:3]})
    label = Bilingual(id="uji", en="test")
    places = {
        key: Agglomeration(id=key, label=label, members=members, peers=[], province="35")
        for key, members in (
            ("malang-raya", ["35.79", "35.07", "35.73"]),
            ("mojokerto-raya", ["35.76", "35.16"]),
            ("wide-raya", ["35.16", "35.07"]),
        )
    }
    order_of = [{"source": "second", "first": 2020, "last": 2021}, {"source": "first"}]
    series = {"indicators": ["poverty_rate", "employed"], "regions": ["*"], "order": order_of, "reason": label}
    return replace(
        catalog,
        indicators=chosen,
        agglomerations=places,
        breakdowns={**catalog.breakdowns, "sector": two},
        precedence=(Precedence.model_validate(series),) if precedence else (),
    )


def keys(catalog: Catalog) -> list[tuple[str, str, int, str]]:
    """All keys that figures of a world may have."""
    codes: list[Code] = [code for code in catalog.breakdowns["sector"].codes if code.code != "_T"]
    lines = [(name, "_T") for name in PRINTED if name != "population"]
    lines += [("population", f"sex={code.code}") for code in catalog.breakdowns["sex"].codes if code.code != "_T"]
    lines += [("grdp_constant_2010", f"sector={code.code}") for code in codes]
    lines += [("population", "_T")]
    return [(name, region, year, breakdown) for name, breakdown in lines for region in REGIONS for year in YEARS]


def figure(key: tuple[str, str, int, str], indicator: Indicator, chance: random.Random) -> Row:
    """A published figure, rounded to its last digit."""
    name, region, year, breakdown = key
    step = Decimal(1).scaleb(-indicator.decimals)
    low, high = (1, 60) if name in RATES else (100, 90_000)
    value = (Decimal(chance.uniform(low, high)) / step).to_integral_value() * step
    return {
        "indicator": name, "region_code": region, "year": year, "breakdown": breakdown, "value": value,
        "rounding_step": step, "obs_status": "A", "break_flag": False, "source": "first", "evidence": "publication",
        "synthetic": False, "vintage": date(2026, 1, chance.randint(1, 9)),
        "observation_id": f"{name}-{region}-{year}-{breakdown}",
    }  # fmt: skip


def spoilt(row: Row, fault: str, chance: random.Random) -> list[Row]:
    """The figure with one fault; nothing, or beside another, where the fault is of that kind."""
    changes: dict[str, Row] = {
        "gap": {"value": None, "obs_status": "M"},
        "nought": {"value": Decimal(0)},
        "second": {"source": "second"},
        "third": {"source": "third"},
        "break": {"break_flag": True},
        "status": {"obs_status": chance.choice(STATUS_ORDER)},
        "evidence": {"evidence": chance.choice(EVIDENCE_ORDER)},
        "coarse": {"rounding_step": Decimal(1000)},
        "synthetic": {"synthetic": True},
    }
    if fault in changes:
        return [{**row, **changes[fault]}]
    other = {**row, "source": chance.choice(["second", "third"]), "observation_id": row["observation_id"] + "-other"}
    return [row, other] if fault == "rival" else []


@st.composite
def worlds(draw: st.DrawFn, catalog: Catalog) -> World:
    """Worlds of the same keys with some faults each."""
    applies = draw(st.sampled_from([None, "poor_population", "employed", "population"]))
    small = declared(catalog, applies, draw(st.integers(0, 1)), precedence=draw(st.booleans()))
    wanted = keys(small)
    chance = random.Random(draw(st.integers(0, 10**6)))  # noqa: S311 - the same seed must make the same world
    # A fault meets one key, or all keys of its indicator in that year.
    faults: dict[tuple[str, str, int, str], str] = {}
    met = st.tuples(st.sampled_from(wanted), st.sampled_from(FAULTS), st.booleans())
    for key, fault, spread in draw(st.lists(met, max_size=25)):
        faults |= {each: fault for each in wanted if each == key or (spread and (each[0], each[2]) == (key[0], key[2]))}
    totals = draw(st.booleans())
    figures: list[Row] = []
    waiting: list[Row] = []
    for key in wanted:
        row, fault = figure(key, small.indicators[key[0]], chance), faults.get(key, "")
        if key[0] == "population" and key[3] == "_T" and not totals:
            continue
        figures += spoilt(row, fault, chance) if fault else [row]
        waiting += [row] if fault == "held" else []
    told = f"{applies} does not apply to cities; totals: {totals}; faults: {faults}"
    return World(small, figures, waiting, told)
