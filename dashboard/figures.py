"""The joint figures with the way back from each: series by indicator, breakdown and region, and their cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.load import Catalog
from dashboard.encode import Once
from dashboard.tables import Row, Tables, plain
from dashboard.words import breakdown, reason, word

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Explaining:
    """What is told beyond the published tables.

    `formulas` are those of derived values by key, with numbers in Indonesian form; `done` tells what was done to a
    cell in a language ("id" or "en").
    """

    formulas: Mapping[Key, str]
    done: Callable[[str, str], str]


NOTHING_TOLD = Explaining({}, lambda text, _: text)
BROKEN, SYNTHETIC = 1, 2


def key_of(row: Row) -> Key:
    """What a value is about: indicator, region, period, breakdown."""
    return row["indicator"], row["region_code"], row["period"], row["breakdown"]


class Figures:
    """Collects what the page's script needs to draw and to explain the joint figures; every text stands once."""

    def __init__(self, tables: Tables, catalog: Catalog, explaining: Explaining) -> None:
        self._tables = tables
        self._catalog = catalog
        self._explaining = explaining
        self._regions = [row["code"] for row in tables.shown]
        self._breakdowns = Once()
        self._reasons = Once()
        self._sources = Once()
        self._texts = Once()
        self._done = Once()
        self._cells = Once()
        self._observations = self._grouped_observations()
        self._by_id = {row["observation_id"]: row for rows in self._observations.values() for row in rows}
        self._lineage = tables.lineage(self._by_id)
        self._inputs = self._grouped_inputs()

    def payload(self) -> dict[str, Any]:
        """Series, cells and the lists that they point into."""
        series = self._series()
        return {
            "series": series,
            "cells": self._cells.items,
            "breakdowns": [[key, *_both(breakdown(self._catalog, key))] for key in self._breakdowns.items],
            "reasons": [_both(reason(self._catalog, code)) for code in self._reasons.items],
            "sources": [self._source(name) for name in self._sources.items],
            "texts": self._texts.items,
            "done": [[self._explaining.done(text, lang) for lang in ("id", "en")] for text in self._done.items],
        }

    def _grouped_observations(self) -> dict[Key, list[Row]]:
        """The published figures in force by key, of the regions that are drawn."""
        found: dict[Key, list[Row]] = defaultdict(list)
        for row in self._tables.observations(self._regions):
            found[key_of(row)].append(row)
        return found

    def _grouped_inputs(self) -> dict[tuple[Any, ...], list[Row]]:
        found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self._tables.rows("joint_indicator_input"):
            found[*key_of(row), row["vintage"]].append(row)
        return found

    def _series(self) -> list[Any]:
        grouped: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self._tables.values:
            if row["period"] == str(row["year"]):
                grouped[row["indicator"], row["breakdown"], row["region_code"]].append(row)
        places = {name: place for place, name in enumerate(self._tables.indicators)}
        order = {code: place for place, code in enumerate(self._regions)}
        names = sorted(grouped, key=lambda name: (places[name[0]], name[1] != "_T", name[1], order[name[2]]))
        return [
            [places[name[0]], self._breakdowns.of(name[1]), order[name[2]],
             [self._row(row) for row in sorted(grouped[name], key=lambda item: item["year"])]]
            for name in names
        ]  # fmt: skip

    def _row(self, row: Row) -> list[Any]:
        """One value as a list that `explain.js` names.

        Year, value, status, method, exactness, flags, evidence, reason, coverage, low, high, source, vintage, formula,
        and cells (role and cell, in turn).
        """
        found = [
            row["year"],
            plain(row["value"]),
            row["obs_status"],
            row["method"] or 0,
            row["exactness"] or 0,
            BROKEN * bool(row["break_flag"]) + SYNTHETIC * bool(row["synthetic"]),
            row["evidence"] or 0,
            self._reasons.of(row["null_reason"]),
            row["coverage"] or 0,
            plain(row["rounding_low"]),
            plain(row["rounding_high"]),
            self._sources.of(row["source"]),
            str(row["vintage"]),
            self._explaining.formulas.get(key_of(row), 0),
            self._cells_of(row),
        ]
        for place in (2, 3, 4, 6, 8, 12):
            found[place] = self._texts.of(found[place]) if found[place] else -1
        return found

    def _cells_of(self, row: Row) -> list[Any]:
        """The cells behind a value with the part of each, then those of other sources for the same figure."""
        own = self._observations.get(key_of(row), [])
        used: list[tuple[str, Row]] = []
        if row["method"] in {None, "official"}:
            used = [("published", item) for item in own if item["source"] == row["source"]]
        for item in self._inputs.get((*key_of(row), row["vintage"]), ()):
            if item["observation_id"] in self._by_id and not (used and used[0][0] == "published"):
                used.append((item["role"], self._by_id[item["observation_id"]]))
        known = {item["observation_id"] for _, item in used}
        used += [("other", item) for item in own if item["observation_id"] not in known]
        return [part for role, item in used for part in (self._texts.of(role), self._cell(item))]

    def _cell(self, row: Row) -> int:
        """A published figure and where it stands.

        Indicator, region, period, breakdown, value, status, source, file, sheet, line, column, cell, raw text, what
        was done, publication, day since which it is known.
        """
        line = self._lineage.get(row["observation_id"], {})
        text = self._texts.of
        return self._cells.of((
            row["indicator"], row["region_code"], row["period"], self._breakdowns.of(row["breakdown"]),
            plain(row["value"]), row["obs_status"], self._sources.of(row["source"]),
            text(line.get("file")), text(line.get("sheet")), line.get("source_line"), text(line.get("source_column")),
            line.get("cell"), line.get("raw"), self._done.of(line.get("done") or None), text(line.get("publication")),
            text(str(row["vintage"])),
        ))  # fmt: skip

    def _source(self, name: str) -> list[Any]:
        row = self._tables.sources.get(name)
        if row is None:
            return [name, name, name, "", "", "", 0, "", ""]
        evidence = word("evidence", row["evidence"])
        return [
            name, row["title_id"], row["title_en"], row["publisher"], evidence.id, evidence.en, int(row["synthetic"]),
            row["evidence_note_id"] or "", row["evidence_note_en"] or "",
        ]  # fmt: skip


def indicator_list(tables: Tables) -> list[list[Any]]:
    """Every indicator: id, domain, labels, units, decimals, whether a survey, reference, unit id, whether a count."""
    return [
        [
            row["id"], row["domain"], row["label_id"], row["label_en"], row["unit_label_id"], row["unit_label_en"],
            row["decimals"], int(row["survey"]), row["reference_id"], row["reference_en"], row["unit"],
            int("sum" in (row["rules"] or "").split(", ")),
        ]
        for row in tables.indicators.values()
    ]  # fmt: skip


def _both(text: Any) -> list[str]:
    return [text.id, text.en]
