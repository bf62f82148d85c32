from __future__ import annotations

import dataclasses

import pandas as pd

from catalog.load import Catalog
from catalog.models import Precedence
from transforms.precedence import choose


def frame(rows: list[tuple[str, str, int, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["indicator", "region_code", "year", "source"])


def used(rows: list[tuple[str, str, int, str]], catalog: Catalog, ranks: dict[str, int]) -> list[tuple[int, str]]:
    found = choose(frame(rows), catalog, ranks).used
    return sorted(zip(found["year"].tolist(), found["source"].tolist(), strict=True))


def declared(catalog: Catalog, order: list[dict[str, object]]) -> Catalog:
    series = Precedence.model_validate(
        {
            "indicators": ["poverty_rate"],
            "regions": ["35.76"],
            "order": order,
            "reason": {"id": "uji", "en": "test"},
        }
    )
    return dataclasses.replace(catalog, precedence=(series,))


ROWS = [("poverty_rate", "35.76", year, source) for year in (2013, 2014, 2015, 2016) for source in ("own", "table")]


def test_a_series_takes_each_year_from_the_source_whose_turn_it_is(catalog: Catalog) -> None:
    order = [{"source": "own", "first": 2015}, {"source": "table"}]
    found = used(ROWS, declared(catalog, order), {})
    assert found == [(2013, "table"), (2014, "table"), (2015, "own"), (2016, "own")]


def test_a_gap_in_the_preferred_source_is_never_filled_cell_by_cell(catalog: Catalog) -> None:
    order = [{"source": "own", "first": 2015}, {"source": "table"}]
    rows = [row for row in ROWS if row[2:] != (2016, "own")]
    assert (2016, "table") not in used(rows, declared(catalog, order), {})


def test_a_whole_source_steps_in_when_the_preferred_one_has_nothing(catalog: Catalog) -> None:
    order = [{"source": "own", "first": 2015}, {"source": "table"}]
    rows = [row for row in ROWS if row[3] == "table"]
    assert [source for _, source in used(rows, declared(catalog, order), {})] == ["table"] * 4


def test_without_a_declared_order_the_lower_rank_speaks_for_the_whole_series(catalog: Catalog) -> None:
    bare = dataclasses.replace(catalog, precedence=())
    assert {source for _, source in used(ROWS, bare, {"own": 10, "table": 30})} == {"own"}
    assert {source for _, source in used(ROWS, bare, {"own": 30, "table": 10})} == {"table"}
