"""Judging joint.kelurahan_evaluation and its counts: sums hold, no unit is lost, and what is doubtful is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from catalog.load import Catalog
from catalog.strict import Bilingual
from expectations.messages import crash_message, figure, values_passed
from expectations.rules import fill
from expectations.suites import evaluation_suite
from expectations.validation import Found, validate
from expectations.verdict import Check
from expectations.words import number

Rows = Sequence[Mapping[str, Any]]
OF_ROWS = (
    "evaluation_total", "evaluation_gap_has_reason", "evaluation_class_differs", "evaluation_total_printed",
    "evaluation_form_filled",
)  # fmt: skip
DOUBTS = ("field_not_filled", "filling_artefact")
# What doubles lose in a sum of points with six decimals.
ROUNDING = 1e-6
NAN = float("nan")


def judge_evaluation(rows: Rows, counts: Rows, catalog: Catalog) -> list[Check]:
    """Hold the rules on evaluations against their rows and counts; any failed critical one stops a release."""
    fields = {item.id: item.fields for item in catalog.schemes}
    plan = evaluation_suite()
    views = (
        (evaluation_view(rows, fields), [item for item in plan if item.rule.id in OF_ROWS]),
        (count_view(counts, catalog), [item for item in plan if item.rule.id not in OF_ROWS]),
    )
    return [_check(found, view) for view, part in views for found in validate(view, part)]


def evaluation_view(rows: Rows, fields: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Per evaluated unit how far total and printed total are from the sum of the fields, and what is doubtful."""
    return pd.DataFrame(
        [_row_view(row, [row.get(name) for name in fields[row["scheme"]]]) for row in rows],
        columns=[
            "key", "found", "expected", "printed", "beyond_total", "beyond_printed", "class_or_reason",
            "class_differs", "class_official", "class_computed", "doubtful", "warnings",
        ],
    )  # fmt: skip


def _row_view(row: Mapping[str, Any], points: Sequence[float | None]) -> dict[str, Any]:
    known = [value for value in points if value is not None]
    total, printed = row.get("total"), row.get("total_printed")
    added = sum(known) if len(known) == len(points) and known else NAN
    return {
        "key": f"{row['region_name']} ({row['region_code']}), {row['data_year']}",
        "found": total,
        "expected": added,
        "printed": printed,
        "beyond_total": NAN if total is None else abs(total - added) - ROUNDING,
        "beyond_printed": NAN if printed is None else abs(printed - added) - ROUNDING,
        "class_or_reason": row.get("class") or row.get("null_reason"),
        "class_differs": NAN if row.get("class_differs") is None else float(row["class_differs"]),
        "class_official": row.get("class_official"),
        "class_computed": row.get("class_computed"),
        "doubtful": NAN if total is None else float(any(text in (row.get("warnings") or "") for text in DOUBTS)),
        "warnings": row.get("warnings"),
    }


def count_view(counts: Rows, catalog: Catalog) -> pd.DataFrame:
    """Per count how far its group's classes are from the units in force, and it from the regions below."""
    added: dict[tuple[Any, ...], int] = defaultdict(int)
    below: dict[tuple[Any, ...], int] = defaultdict(int)
    above = {code: [group.id] for group in catalog.agglomerations.values() for code in group.members}
    for row in counts:
        group = (row["scheme"], row["data_year"], row["unit_type"])
        added[group, row["region_code"]] += row["units"]
        region = catalog.regions_by_code.get(row["region_code"])
        parents = above.get(row["region_code"], [region.parent] if region and region.level == "subdistrict" else [])
        for parent in parents:
            below[group, row["class"], parent] += row["units"]
    found = []
    for row in counts:
        group = (row["scheme"], row["data_year"], row["unit_type"])
        units, children = added[group, row["region_code"]], below.get((group, row["class"], row["region_code"]))
        found.append(
            {
                "key": f"{row['region_name']} ({row['region_code']}), {row['unit_type']}, {row['data_year']}",
                "found": units,
                "expected": row["units_in_force"],
                "units": row["units"],
                "children": NAN if children is None else children,
                "beyond_units": float(abs(units - row["units_in_force"])),
                "beyond_children": NAN if children is None else float(abs(row["units"] - children)),
            }
        )
    return pd.DataFrame(
        found, columns=["key", "found", "expected", "units", "children", "beyond_units", "beyond_children"]
    )


def _check(found: Found, view: pd.DataFrame) -> Check:
    return found.planned.rule.verdict(
        found.outcome, _message(found, view), evaluated=found.evaluated, failed=found.failed
    )


def _message(found: Found, view: pd.DataFrame) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "passed":
        return values_passed(rule, found.evaluated)
    row = view.iloc[min(found.rows)]
    sentence = fill(rule.message, {"key": str(row["key"]), **_values(rule.id, row)})
    more = found.failed - 1
    if not more:
        return sentence
    return Bilingual(
        id=f"{sentence.id} Masih ada {number(more, 'id')} lainnya.",
        en=f"{sentence.en} {number(more, 'en')} more like it.",
    )


def _values(rule: str, row: pd.Series) -> dict[str, Bilingual | str | int]:
    texts = {"evaluation_class_differs": ("class_official", "class_computed"), "evaluation_form_filled": ("warnings",)}
    if rule in texts:
        return dict(zip(("found", "expected"), (str(row[name]) for name in texts[rule]), strict=False))
    columns = {
        "evaluation_total": ("found", "expected"),
        "evaluation_total_printed": ("printed", "expected"),
        "evaluation_counts": ("found", "expected"),
        "evaluation_rolls_up": ("units", "children"),
    }.get(rule, ())
    return dict(zip(("found", "expected"), (figure(float(row[name])) for name in columns), strict=False))
