"""What joint values cost beside a bare SQL aggregation of the same observations, in one run, as a ratio.

    .venv/bin/python benchmarks/joint.py [--rounds 5]

All published figures of the bundled sources, the catalog's agglomeration and six more of East Java. Ours: precedence,
every rule with its rounding range, status, method and reasons, the long table and the narrow table of inputs. Bare: one
GROUP BY over the same rows that adds up members per agglomeration, indicator, year and breakdown, and nothing else.
Aims: at most 10 times the bare aggregation, and under a second on two cores.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from catalog.contract import Contract
from catalog.load import Catalog, load_catalog
from catalog.models import Agglomeration
from catalog.settings import Settings
from catalog.strict import Bilingual
from flows.declared import load_contracts
from flows.night import night
from flows.publish import joint_sources
from transforms.joint_frames import joint_tables
from transforms.joint_history import Moment, history

MORE = {
    "Kediri Raya": ["35.06", "35.71"],
    "Malang Raya": ["35.07", "35.73", "35.79"],
    "Blitar Raya": ["35.05", "35.72"],
    "Madiun Raya": ["35.19", "35.77"],
    "Pasuruan Raya": ["35.14", "35.75"],
    "Surabaya Raya": ["35.15", "35.25", "35.78"],
}
BARE = """
    CREATE OR REPLACE TEMP TABLE bare AS
    SELECT m.agglomeration, o.indicator, o.year, o.breakdown, sum(o.value::DOUBLE) AS value, count(*) AS members
    FROM observation AS o JOIN member AS m USING (region_code)
    GROUP BY ALL ORDER BY ALL
"""
DAY = date(2026, 11, 21)


def seven(catalog: Catalog) -> Catalog:
    """The catalog with six more agglomerations, declared and nothing else."""
    more = {}
    for name, members in MORE.items():
        key = name.lower().replace(" ", "-")
        label = Bilingual(id=name, en=name)
        more[key] = Agglomeration(id=key, label=label, members=members, peers=[], province="35")
    return replace(catalog, agglomerations={**catalog.agglomerations, **more})


def timed(action: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def main() -> None:
    """Make a release, take its observations, and time both ways in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        night(settings, lambda _line: None)
        with duckdb.connect(str((settings.data / "current").resolve() / "mojoraya.duckdb"), read_only=True) as con:
            found = con.execute("SELECT * FROM core.observation WHERE superseded_at IS NULL").to_arrow_table()
        declared = {source: item.contract for source, item in load_contracts(settings)[0].items()}
    contracts = {source: item for source, item in declared.items() if isinstance(item, Contract)}
    catalog, sources = seven(load_catalog()), joint_sources(contracts)
    waiting = pd.DataFrame(columns=["indicator", "region_code", "year", "breakdown", "source"])
    members = [(place.id, code) for place in catalog.agglomerations.values() for code in place.members]
    rows: dict[str, int] = {}

    def ours() -> None:
        values, inputs = history([Moment(DAY, joint_tables(found, waiting, catalog, sources, DAY))])
        rows.update(values=len(values), inputs=len(inputs))

    with duckdb.connect() as con:
        con.register("observation", found)
        con.execute("CREATE TABLE member (agglomeration VARCHAR, region_code VARCHAR)")
        con.executemany("INSERT INTO member VALUES (?, ?)", members)
        pairs = [(timed(lambda: con.execute(BARE)), timed(ours)) for _ in range(rounds)]
    bare, own = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{len(found):,} observations, {len(catalog.agglomerations)} agglomerations, {rounds} rounds, medians")
    print(f"bare SQL aggregation          {bare:7.3f} s")
    print(f"joint values with ranges      {own:7.3f} s   {own / bare:5.1f} times   ({rows['values']:,} values,")
    print(f"                                              {rows['inputs']:,} inputs with their way back)")


if __name__ == "__main__":
    main()
