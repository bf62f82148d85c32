"""One measure of a table made of records, from the release alone: value, method, formula with numbers, sources.

Records are pseudonymous and stand in the writer's warehouse only, so the way back ends at the file that they came in:
its source, publication and hash, how many records there are, and never a row or a place of a person.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from catalog.load import Catalog
from catalog.words import number
from transforms.values import EVIDENCE_ORDER, TOTAL
from warehouse.book import Book, Key
from warehouse.cells import cell_of
from warehouse.model import Column, load_model
from warehouse.record_book import RecordBook, RecordKey, Row
from warehouse.record_measures import Measure, RecordTable, breakdown_of, load_record_measures

COLUMN = re.compile(r"\{(\w+)\}")
Told = dict[str, Any]


def explain_record(book: RecordBook, key: RecordKey, catalog: Catalog, lang: str = "id") -> Told:
    """All that the release knows of one measure; `key` must name a row of the release.

    Raises `LookupError` when it names none.
    """
    declared = load_record_measures()
    table = declared.by_name[key.table]
    row, measure = book.row_of(key), table.by_column[key.column]
    if row is None:
        raise LookupError(key)
    if measure.kind == "taken":
        origin = _origin(book, measure, row)
        if origin is not None and book.row_of(origin) is not None:
            return _taken(explain_record(book, origin, catalog, lang), key, row, lang)
    return _told(book, key, row, catalog, lang)


def _told(book: RecordBook, key: RecordKey, row: Row, catalog: Catalog, lang: str) -> Told:
    declared = load_record_measures()
    table = declared.by_name[key.table]
    measure, value = table.by_column[key.column], row[key.column]
    count = row[measure.of] if measure.of else 1 if measure.kind == "stated" else None
    inputs = [] if value is None else _inputs(book, table, measure, row, lang)
    files = _files(book, table, measure, row)
    synthetic = _is_synthetic(key.column, row)
    evidence = [item["evidence"] for item in (*files, *(cell for part in inputs for cell in part["cells"]))]
    unit = column_of(key.table, key.column).unit or ""
    method = declared.by_kind[measure.kind].get(lang)
    return {
        "release": book.book.release,
        "indicator": f"{key.table}.{key.column}",
        "indicator_label": label_of(key.table, key.column, lang),
        "region": row["region_code"],
        "region_name": row["region_name"],
        "period": str(row[table.period]),
        "breakdown": breakdown_of(table, row),
        "measure": key.column,
        "value": value,
        "value_label": words_of(value, lang),
        "unit": unit,
        "unit_label": unit_label(unit, catalog, lang),
        "method": measure.kind,
        "method_label": method.format(n="-" if count is None else number(count, lang)),
        "formula": None if value is None else formula_of(book, key, row, lang),
        "records": None if not table.record else {
            "type": table.record, "label": catalog.records[table.record].label.get(lang), "count": count
        },
        "obs_status": row.get("obs_status", "A") if value is not None or row.get("obs_status") == "Q" else "M",
        "null_reason": None if value is not None else _reason(key.column, row),
        "evidence": max(evidence, key=EVIDENCE_ORDER.index) if evidence else None,
        "band_evidence": row.get("band_evidence") if _is_banded(measure, row) else None,
        "synthetic": synthetic,
        "notice": _notice(row, lang, synthetic=synthetic),
        "inputs": inputs,
        "sources": files,
    }  # fmt: skip


def _taken(origin: Told, key: RecordKey, row: Row, lang: str) -> Told:
    """The explanation of a column of the profile: that of the row which it is taken from."""
    method = load_record_measures().by_kind["taken"].get(lang).format(n=origin["indicator"])
    return {
        **origin,
        "indicator": f"{key.table}.{key.column}",
        "indicator_label": label_of(key.table, key.column, lang),
        "period": key.period,
        "breakdown": TOTAL,
        "measure": key.column,
        "value": row[key.column],
        "method_label": f"{method}: {origin['method_label']}",
        "taken_from": {name: origin[name] for name in ("indicator", "region", "period", "breakdown", "value")},
        "synthetic": _is_synthetic(key.column, row),
        "null_reason": origin["null_reason"] if row[key.column] is None else None,
        "notice": _notice(row, lang, synthetic=_is_synthetic(key.column, row)),
    }


def _origin(book: RecordBook, measure: Measure, row: Row) -> RecordKey | None:
    """Where a column of the profile is taken from; None where the table had nothing on the place and year."""
    table = load_record_measures().by_name[measure.from_table]
    column, year = measure.as_column or measure.column, str(row["year"])
    example = "example=yes" if _is_synthetic(measure.column, row) else ""
    told, period = "", year
    if table.name == "programme_delivery":
        if row["delivery_quarter"] is None:
            return None
        period = f"{year}-Q{row['delivery_quarter']}"
    elif table.name == "facility_coverage":
        if row["facility"] is None:
            return None
        told = f"facility={row['facility']}"
    elif table.name == "kelurahan_evaluation":
        evaluated = [item for item in book.at(table, row["region_code"], year) if item["source"]]
        if not evaluated:
            return None
        return RecordKey(table.name, column, row["region_code"], year, breakdown_of(table, evaluated[0]))
    return RecordKey(table.name, column, row["region_code"], period, ";".join(filter(None, (told, example))) or TOTAL)


def _is_synthetic(column: str, row: Row) -> bool:
    """Whether the figure is an example; some tables name the columns that are."""
    named = row.get("synthetic_columns")
    return column in named.split(", ") if named else bool(row["synthetic"])


def _is_banded(measure: Measure, row: Row) -> bool:
    """Whether a class follows from the bands of its scheme."""
    return measure.kind == "band" or (measure.kind in {"class", "basis"} and row["class_basis"] == "computed")


@cache
def column_of(table: str, column: str) -> Column:
    """A column of a joint table as it is declared."""
    columns = next(item.columns for item in load_model().tables if item.full_name == f"joint.{table}")
    return next(item for item in columns if item.name == column)


def label_of(table: str, column: str, lang: str) -> str:
    """The words of a column."""
    found = column_of(table, column)
    return found.en if lang == "en" else found.id


def unit_label(unit: str, catalog: Catalog, lang: str) -> str:
    """The words of a unit."""
    known = catalog.units.get(unit)
    return known.label.get(lang) if known else words_of(unit, lang) or ""


def words_of(value: object, lang: str) -> str | None:
    """A code of the tables in words; other texts as they are, nothing for numbers."""
    known = load_record_measures().by_code.get(str(value))
    return known.get(lang) if known else value if isinstance(value, str) else None


def formula_of(book: RecordBook, key: RecordKey, row: Row, lang: str) -> str | None:
    """The formula of a measure with the numbers of its row put in; None where it has none but its method."""
    table = load_record_measures().by_name[key.table]
    measure = table.by_column[key.column]
    if measure.kind in {"class", "basis"}:
        if row["class_basis"] == "official":
            return words_of(row["class_official"], lang)
        measure = table.by_column["class_computed"]
    template = _verdict(row) if measure.kind == "verdict" else measure.formula
    if template.endswith(" <= {band_max}") and row["band_max"] is None:
        template = template.removesuffix(" <= {band_max}")
    if measure.kind == "compared":
        same = not row[measure.column]
        template = template.replace("?", "=" if same else "!=")
    return COLUMN.sub(lambda found: _number(book, found.group(1), row, lang), template) or None


def _verdict(row: Row) -> str:
    """What decides the verdict on programmes, in the order of the rule."""
    if row["verdict"] == "deviation":
        return "{findings} > 0" if row["findings"] else "{over_realised_without_note} > 0"
    least = min(("physical_realisation", "budget_realisation"), key=lambda name: row[name])
    sign = "<" if row["verdict"] == "behind" else ">="
    return f"{{{least}}} {sign} {{time_elapsed}} - {{tolerance_points}}"


def _number(book: RecordBook, name: str, row: Row, lang: str) -> str:
    value = row[name] if name in row else _elsewhere(book, name, row)
    if isinstance(value, list):
        return " + ".join(number(item, lang) for item in value)
    if isinstance(value, str):
        return str(words_of(value, lang))
    written = number(value, lang)
    return f"({written})" if written.startswith("-") else written


def _elsewhere(book: RecordBook, name: str, row: Row) -> Any:
    """What a formula takes from other rows: who stands ahead, the year before, the classes of a place."""
    if name == "parts":
        same = ("scheme", "data_year", "region_code", "unit_type")
        return [item["units"] for item in book.alike("kelurahan_evaluation_count", row, *same)]
    what, _, rest = name.partition("_")
    if what == "better":
        among = book.alike("kelurahan_evaluation", row, "scheme", "data_year", rest, "unit_type", "synthetic")
        return sum(item["total"] is not None and item["total"] > row["total"] for item in among)
    return round(row[rest] - row[f"change_{rest}"], 6)


def _inputs(book: RecordBook, table: RecordTable, measure: Measure, row: Row, lang: str) -> list[Told]:
    """The columns that a formula takes, and published figures down to their cells."""
    published = set(filter(None, measure.published.split(", ")))
    if measure.kind == "published":
        published = {measure.column}
    names = [name for name in dict.fromkeys(COLUMN.findall(measure.formula)) if name in row and name != measure.column]
    return [
        {
            "role": "published" if name in published else "column",
            "column": name,
            "label": label_of(table.name, name, lang),
            "value": row[name],
            "cells": _cells(book.book, name, row) if name in published else [],
        }
        for name in [*names, *sorted(published - set(names))]
        if row[name] is not None
    ]


def _cells(book: Book, name: str, row: Row) -> list[Told]:
    """The cells of a population or an area: of the place itself, or of the members that it is the sum of."""
    about = "population" if name == "population" else "area"
    indicator, year = row[f"{about}_indicator"], str(row[f"{about}_year"])
    own = book.current(Key(indicator, row["region_code"], year))
    if own:
        same = [item for item in own if item["value"] is not None and float(item["value"]) == row[name]]
        return [cell_of(book, item) for item in (same or own)[:1]]
    listed = [book.current(Key(indicator, member, year)) for member in book.members(row["region_code"])]
    return [cell_of(book, found[0]) for found in listed if found]


def _files(book: RecordBook, table: RecordTable, measure: Measure, row: Row) -> list[Told]:
    """The files that the records behind a row came in; none for what is published elsewhere."""
    if measure.kind == "published" or (not table.record and measure.kind != "rules"):
        return []
    found = []
    for name in filter(None, (row.get("source") or row.get("sources") or "").split("; ")):
        source = book.book.sources[name]
        found += [
            {
                "source": name,
                "publisher": source["publisher"],
                "publication": item["publication"],
                "evidence": item["evidence"],
                "evidence_note_id": source["evidence_note_id"],
                "evidence_note_en": source["evidence_note_en"],
                "synthetic": item["synthetic"],
                "snapshot": item["snapshot"],
                "file": item["file"],
                "published": None if item["published"] is None else str(item["published"]),
                "first_seen": str(item["first_seen"]),
                "vintage": str(item["vintage"]),
            }
            for item in book.snapshots(name)
        ]
    return found


def _reason(column: str, row: Row) -> str:
    """Why a column is empty."""
    if column.startswith("change") and row.get("change_null_reason"):
        return str(row["change_null_reason"])
    told = row.get("complaints_null_reason") if "complaints_null_reason" in row else row.get("null_reason")
    if told == "no_population" and column not in {"population", "complaints_per_1000"}:
        told = None
    return str(told or "not_stated")


def _notice(row: Row, lang: str, *, synthetic: bool) -> str | None:
    """What must be read with a figure, in the reader's language; that of example columns is not for real ones."""
    notice = row.get("notice")
    if notice is None or (row.get("synthetic_columns") and not synthetic):
        return None
    halves = [part.split(" / ") for part in notice.split("; ")]
    return "; ".join(half[-1] if lang == "en" else half[0] for half in halves)
