"""What explaining needs of a release, read once and indexed by key; nothing outside its DuckDB file is opened."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from catalog.strict import Bilingual
from transforms.places import normal
from transforms.values import TOTAL
from warehouse.query import Answer, QueryError, as_dicts, reader
from warehouse.sqlfiles import load_sql, text

Row = dict[str, Any]
# The youngest parts of a release that explaining reads.
NEEDED = {
    "core.indicator.rules_json",
    "core.region.members",
    "core.region.peers",
    "core.precedence.turn",
    "joint.target.gap",
    "joint.peer.rank",
}
Name = TypeVar("Name", bound=Hashable)


class Key(NamedTuple):
    """What a figure is about."""

    indicator: str
    region: str
    period: str
    breakdown: str = TOTAL

    @property
    def year(self) -> int:
        """The year of the period."""
        return int(self.period[:4])


@dataclass(frozen=True)
class Book:
    """A release's tables by key: `figures` are the joint values in force, `history` all of them by vintage."""

    release: str
    indicators: dict[str, Row]
    regions: dict[str, Row]
    sources: dict[str, Row]
    precedence: dict[tuple[str, str], list[Row]]
    figures: dict[Key, Row]
    history: dict[Key, list[Row]]
    inputs: dict[Key, list[Row]]
    observations: dict[Key, list[Row]]
    lineage: dict[str, Row]
    sectors: dict[Key, Row]
    targets: dict[tuple[str, str, str], list[Row]]
    peers: dict[tuple[str, str, str], list[Row]]
    findings: list[Row]
    held: dict[tuple[str, int, str], list[Row]]
    parts: dict[tuple[str, str, str], list[str]]
    memory: dict[Any, Any] = field(default_factory=dict)

    def current(self, key: Key, source: str | None = None) -> list[Row]:
        """The observations of a key in force, of all sources or of one, by source."""
        return [
            row
            for row in self.observations.get(key, ())
            if row["superseded_at"] is None and source in {None, row["source"]}
        ]

    def declared(self, indicator: str) -> Row:
        """The rules of an indicator as the release declares them: `rules`, `derive`, `total_from`."""
        if ("declared", indicator) not in self.memory:
            self.memory["declared", indicator] = json.loads(self.indicators[indicator]["rules_json"])
        found: Row = self.memory["declared", indicator]
        return found

    def spine(self, domain: str) -> tuple[int, int]:
        """The first and last year with a figure of a domain's totals: the years of its wide table."""
        if ("spine", domain) not in self.memory:
            years = [
                key.year
                for key, row in self.figures.items()
                if row["value"] is not None
                and key.breakdown == TOTAL
                and self.indicators[key.indicator]["wide"]
                and self.indicators[key.indicator]["domain"] == domain
            ]
            self.memory["spine", domain] = (min(years, default=0), max(years, default=-1))
        found: tuple[int, int] = self.memory["spine", domain]
        return found

    def members(self, region: str) -> list[str]:
        """The members of an agglomeration, cities first; empty for any other region."""
        listed = self.regions.get(region, {}).get("members")
        return sorted(listed.split(", "), key=lambda code: (self.regions[code]["level"], code)) if listed else []


class OlderRelease(QueryError):
    """The release was made before releases held what explaining needs; the next night makes one that does."""


# Beyond it a release's observations are not all held in memory.
MANY = 300_000


def load_book(release: Path, asked: str = "", many: int = MANY) -> Book:
    """Read the release in the folder `release`.

    Of a release with more than `many` observations only those are read that joint values are explained by, and those
    of regions that `asked`, a code or a name, may mean.
    Raises `QueryError` when it cannot be read, `OlderRelease` when it lacks tables or columns of today's.
    """
    with _opened(release) as ask:
        observations = ask("SELECT count(*) FROM core.observation")[1][0][0]
        if observations <= many:
            return _book(ask, load_sql("whole", table="core.observation"), load_sql("whole", table="core.lineage"))
        regions = _regions(as_dicts(ask(load_sql("whole", table="core.region"))))
        listed = ", ".join(text(code) for code in _meant(regions, asked))
        concerned = load_sql("observations_concerned", asked=f"[{listed}]")
        return _book(ask, concerned, load_sql("lineage_concerned", observations=concerned))


def load_joint_book(release: Path) -> Book:
    """As `load_book`, but only what the formulas of joint values are made of: no observation, target or finding."""
    with _opened(release) as ask:
        return _book(ask, None, None)


@contextmanager
def _opened(release: Path) -> Iterator[Callable[[str], Answer]]:
    with reader(release) as ask:
        held = {f"{schema}.{table}.{column}" for schema, table, column in ask(load_sql("columns"))[1]}
        if lacking := NEEDED - held:
            names = ", ".join(sorted(lacking))
            raise OlderRelease(Bilingual(id=f"rilis ini tidak memuat {names}", en=f"the release lacks {names}"))
        yield ask


def _book(ask: Callable[[str], Answer], observations: str | None, lineage: str | None) -> Book:
    """The tables by key; what only published figures need stays empty where none of those are asked for."""

    def found_by(sql: str | None) -> list[Row]:
        return as_dicts(ask(sql)) if sql else []

    def rows_of(table: str) -> list[Row]:
        return found_by(load_sql("whole", table=table))

    def rows_besides(table: str) -> list[Row]:
        return rows_of(table) if observations else []

    values = rows_of("joint.indicator_value")
    figures = {_key(row): row for row in values if row["superseded_at"] is None}
    return Book(
        release=str(rows_of("meta.release")[0]["release_id"]),
        indicators=_by(rows_of("core.indicator"), lambda row: str(row["id"])),
        regions=_regions(rows_of("core.region")),
        sources=_by(rows_besides("core.source"), lambda row: str(row["source"])),
        precedence=_grouped(rows_besides("core.precedence"), lambda row: (row["indicator"], row["region_code"])),
        figures=figures,
        history=_grouped(values, _key),
        inputs=_inputs(rows_of("joint.indicator_input"), figures),
        observations=_grouped(found_by(observations), _key),
        lineage=_by(found_by(lineage), lambda row: str(row["observation_id"])),
        sectors=_by(rows_besides("joint.economy_sector"), _sector_key),
        targets=_grouped(rows_besides("joint.target"), _standing_key),
        peers=_grouped(rows_besides("joint.peer"), _standing_key),
        findings=[row for row in rows_besides("meta.check") if row["outcome"] != "passed"],
        held=_grouped(
            rows_besides("meta.quarantine"), lambda row: (row["snapshot"], row["source_line"], row["source_column"])
        ),
        parts=_parts(figures),
    )


def _regions(rows: Iterable[Row]) -> dict[str, Row]:
    """The regions in force, by code."""
    return {row["code"]: row for row in rows if row["valid_to"] is None}


def _meant(regions: dict[str, Row], asked: str) -> list[str]:
    """The regions that a code or name may mean, by code."""
    wanted, name = asked.strip(), normal(asked)
    spelt = {code: normal(row["name"]) for code, row in regions.items()}
    return sorted(
        code
        for code, row in regions.items()
        if wanted in {code, row["bps_code"]} or (name and (name in spelt[code] or spelt[code] in name))
    )


def _key(row: Row) -> Key:
    return Key(row["indicator"], row["region_code"], row["period"], row["breakdown"])


def _sector_key(row: Row) -> Key:
    return Key("grdp_constant_2010", row["region_code"], str(row["year"]), f"sector={row['sector']}")


def _standing_key(row: Row) -> tuple[str, str, str]:
    return row["indicator"], row["region_code"], str(row["year"])


def _by(rows: Iterable[Row], name: Callable[[Row], Name]) -> dict[Name, Row]:
    return {name(row): row for row in rows}


def _grouped(rows: Iterable[Row], name: Callable[[Row], Name]) -> dict[Name, list[Row]]:
    found: dict[Name, list[Row]] = defaultdict(list)
    for row in rows:
        found[name(row)].append(row)
    return dict(found)


def _inputs(rows: Iterable[Row], figures: dict[Key, Row]) -> dict[Key, list[Row]]:
    """The recorded inputs of the joint values in force."""
    kept = (row for row in rows if _key(row) in figures and figures[_key(row)]["vintage"] == row["vintage"])
    return _grouped(kept, _key)


def _parts(figures: Iterable[Key]) -> dict[tuple[str, str, str], list[str]]:
    """The breakdowns by one dimension that stand beside each total."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for key in figures:
        if key.breakdown != TOTAL and ";" not in key.breakdown:
            found[key.indicator, key.region, key.period].append(key.breakdown)
    return {name: sorted(listed) for name, listed in found.items()}
