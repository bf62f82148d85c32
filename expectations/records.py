"""Judging a file of records: row by row by its record type, as a table, and against the last accepted file.

Messages say place, rule and what to do, but never what a record says: verdicts are published, records are not. The
printed text stands in the failure itself, for the sheet that goes back to the file's owner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from catalog.contract import RecordsContract
from catalog.load import Catalog
from catalog.records import Apart, RecordField, RecordType
from catalog.strict import Bilingual
from expectations.messages import both, crash_message, figure, region_name
from expectations.privacy import repeatable, shown
from expectations.rules import Rule, fill, placeholders
from expectations.suites import Planned, record_history_suite, record_suite, record_table_suite
from expectations.validation import Found, validate
from expectations.verdict import Check, Judgement, PreviousEdition, RowFailure
from expectations.words import header_text, listing, number, percent

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
Values = dict[str, Bilingual | str | int]
MINUTE = 60.0
NUMBERS = ("integer", "number", "year")


def judge_records(
    rows: pa.Table,
    texts: Sequence[Mapping[str, str]],
    contract: RecordsContract,
    catalog: Catalog,
    snapshot: str,
    first_seen: date,
) -> Judgement:
    """Hold the row rules against typed records and their printed `texts`; failures come in file order."""
    kind = catalog.records[contract.record]
    records = rows.to_pylist()
    view = record_view(records, texts, kind)
    words = _Words(contract, kind, catalog, records, texts)
    checks: list[Check] = []
    failures: list[RowFailure] = []
    for found in validate(view, record_suite(contract, kind, first_seen)):
        turned_down = [words.failure(found.planned, position) for position in found.rows]
        failures += turned_down
        checks.append(_check(found, _row_message(found, turned_down, kind), contract, snapshot))
    failures.sort(key=lambda item: item.row_id)
    return Judgement(checks, failures)


def judge_record_table(
    rows: pa.Table,
    failures: Iterable[RowFailure],
    contract: RecordsContract,
    snapshot: str,
    previous: PreviousEdition | None = None,
) -> list[Check]:
    """Hold the table rules, and with `previous` the history rule, against the records of a file."""
    critical = [item for item in failures if item.severity == "critical"]
    held = {item.row_id for item in critical}
    lines, ids = rows["source_line"].to_pylist(), rows["row_id"].to_pylist()
    view = pd.DataFrame({"source_line": lines, "quarantined": [float(item in held) for item in ids]})
    checks = []
    for found in validate(view, record_table_suite(contract)):
        values = _table_values(found, critical, contract)
        checks.append(_check(found, _said(found, values), contract, snapshot))
    if previous is not None:
        checks += _judge_history(len(ids), previous, contract, snapshot)
    return checks


def record_view(records: Sequence[Row], texts: Sequence[Mapping[str, str]], kind: RecordType) -> pd.DataFrame:
    """What the rules look at: per field its value, its printed text, and the text that could not be read.

    Columns `<field>`, `<field>__given`, `<field>__unread`, `<number>__parts` (how far it is from the sum of its
    parts) and `<first>__<second>` (how far apart a pair is); an unknown code stands as it is printed.
    """
    columns: dict[str, Any] = {
        "year": [_number(row["year"]) for row in records],
        "region_problem": [row["region_problem"] for row in records],
        "key__whole": [_whole_key(row, kind) for row in records],
    }
    for field in kind.fields:
        given = [text.get(field.name) for text in texts]
        values = [row[field.name] for row in records]
        columns[f"{field.name}__given"] = given
        columns[f"{field.name}__unread"] = [
            text if value is None else None for text, value in zip(given, values, strict=True)
        ]
        columns[field.name] = [_plain(field, value, text) for value, text in zip(values, given, strict=True)]
        parts = kind.parts_of(field.name)
        if parts:
            columns[f"{field.name}__parts"] = [_beyond_parts(row, field.name, parts) for row in records]
    for pair in kind.apart:
        columns[pair.name] = [_apart(row, pair) for row in records]
    texts_only = {name for name, values in columns.items() if not _numeric(name, kind)}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=object if name in texts_only else "float64") for name, values in columns.items()}
    )


def _whole_key(row: Row, kind: RecordType) -> str | None:
    """What identifies the record, as one text; None where a part of it is missing, which is another rule's matter."""
    parts = [row[name] for name in kind.key]
    return None if any(part is None for part in parts) else "|".join(map(str, parts))


def _numeric(name: str, kind: RecordType) -> bool:
    field = kind.by_name.get(name)
    return (
        name == "year"
        or name.endswith("__parts")
        or name in {pair.name for pair in kind.apart}
        or (field is not None and field.type in NUMBERS)
    )


def _plain(field: RecordField, value: Any, text: str | None) -> Any:
    if field.type in NUMBERS:
        return _number(value)
    if field.type == "code":
        return value if value is not None else text
    return None if value is None else str(value)


def _number(value: Decimal | int | None) -> float:
    return float("nan") if value is None else float(value)


def _beyond_parts(row: Row, name: str, parts: Sequence[str]) -> float:
    """How far a number is from the sum of its parts; NaN unless all of them are given."""
    values = [row[part] for part in (name, *parts)]
    if any(value is None for value in values):
        return float("nan")
    return float(abs(values[0] - sum(values[1:])))


def _apart(row: Row, pair: Apart) -> float:
    first, second = row[pair.first], row[pair.second]
    if first is None or second is None:
        return float("nan")
    if isinstance(first, datetime):
        return float((second - first).total_seconds() / MINUTE)
    return float((second - first).days) if isinstance(first, date) else float(second - first)


class _Words:
    """Words for the rows of one file of records."""

    def __init__(
        self,
        contract: RecordsContract,
        kind: RecordType,
        catalog: Catalog,
        records: Sequence[Row],
        texts: Sequence[Mapping[str, str]],
    ) -> None:
        self._kind, self._contract, self._catalog = kind, contract, catalog
        self._records, self._texts = records, texts
        self._headers = {column.field: header_text(column.header) for column in contract.columns}
        names = [column for column in contract.columns if column.role == "region_name"]
        for column in names:
            self._headers.setdefault(kind.region.name, header_text(column.header))
        self._lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for row in records:
            self._lines[self._key(row)].append(row["source_line"])

    def failure(self, planned: Planned, position: int) -> RowFailure:
        """The failure of one record."""
        rule, row = planned.rule, self._records[position]
        field = self._field(planned)
        template = rule.template(row["region_problem"] if rule.id == "record_region" else None)
        makers = self._makers(planned, row, field)
        message = fill(template, {name: makers[name]() for name in placeholders(template.id + template.en)})
        raw = repeatable(self._texts[position].get(field) if field else None)
        column = self._headers.get(field, "")
        return RowFailure(
            row_id=row["row_id"],
            source_line=row["source_line"],
            source_column=column,
            raw=raw,
            rule=rule.id,
            severity=rule.severity,
            message_id=message.id,
            message_en=message.en,
            mend_column=column,
            mend_text=raw,
        )

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._kind.key)

    def _field(self, planned: Planned) -> str:
        """The field that a rule speaks of; empty for one on the record as a whole."""
        if planned.rule.id == "record_region":
            return self._kind.region.name
        if planned.rule.id == "record_year":
            return self._kind.year
        if planned.rule.id == "record_apart":
            return planned.field.split("__")[1] if planned.field else ""
        return planned.field or ""

    def _makers(self, planned: Planned, row: Row, field: str) -> dict[str, Callable[[], Bilingual | str | int]]:
        return {
            "place": lambda: self._place(row, field),
            "label": lambda: self._label(planned, field),
            "expected": lambda: both(lambda lang: self._expected(planned, field, lang)),
            "year": lambda: row["year"] or "?",
            "found": lambda: row["region_hint"] or Bilingual(id="lihat katalog wilayah", en="see the list of regions"),
            "lines": lambda: both(lambda lang: listing([str(line) for line in self._lines[self._key(row)]], lang)),
        }

    def _place(self, row: Row, field: str) -> Bilingual:
        column = self._headers.get(field)
        if not column:
            return Bilingual(id=f"Baris {row['source_line']}", en=f"Line {row['source_line']}")
        return Bilingual(
            id=f'Baris {row["source_line"]}, kolom "{shown(column, "id")}"',
            en=f'Line {row["source_line"]}, column "{shown(column, "en")}"',
        )

    def _label(self, planned: Planned, field: str) -> Bilingual:
        if planned.rule.id == "record_apart":
            return next(pair.label for pair in self._kind.apart if pair.name == planned.field)
        if planned.rule.id == "record_key":
            labels = [self._kind.by_name[name].label for name in self._kind.key]
            return both(lambda lang: listing([label.get(lang) for label in labels], lang))
        return self._kind.by_name[field].label

    def _expected(self, planned: Planned, field: str, lang: str) -> str:
        item = self._kind.by_name[field]
        if planned.rule.id == "record_code":
            return listing([f'"{code.label.get(lang)}"' for code in item.codes], lang, word="or")
        if planned.rule.id == "record_region":
            names = [region_name(self._catalog, code) for code in self._contract.expect.within]
            inside = {"id": "desa atau kelurahan di ", "en": "a village or kelurahan of "}[lang]
            return inside + listing([name.get(lang) for name in names], lang, word="or")
        if planned.rule.id == "record_readable":
            return self._form(item, lang)
        return _span(planned.arguments.get("min_value"), planned.arguments.get("max_value"), lang)

    def _form(self, item: RecordField, lang: str) -> str:
        """How a text of the field's type is written in this file."""
        form = self._contract.format
        pattern = next((column.pattern for column in self._contract.columns if column.field == item.name), None)
        dates = {"date": "2024-03-01", "datetime": "2024-03-01 07:30"}
        moment = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M"}
        if item.type in dates:
            example = datetime.fromisoformat(dates[item.type])
            text = example.strftime(pattern or moment[item.type])
            return f"{'waktu seperti' if lang == 'id' else 'a time such as'} {text}"
        if item.type == "year":
            return "tahun empat angka" if lang == "id" else "a year of four digits"
        example_number = f"1{form.thousands}234" + ("" if item.type == "integer" else f"{form.decimal}5")
        return f"{'angka seperti' if lang == 'id' else 'a number such as'} {example_number}"


def _span(low: float | None, high: float | None, lang: str) -> str:
    def said(value: float) -> str:
        return str(int(value)) if value == int(value) else number(value, lang)

    if low is None or high is None:
        words = {"id": ("paling sedikit", "paling banyak"), "en": ("at least", "at most")}[lang]
        return f"{words[0]} {said(low)}" if low is not None else f"{words[1]} {said(high or 0)}"
    return f"{said(low)} {'sampai' if lang == 'id' else 'to'} {said(high)}"


def _check(found: Found, message: Bilingual, contract: RecordsContract, snapshot: str) -> Check:
    return found.planned.rule.verdict(
        found.outcome,
        message,
        source=contract.id,
        snapshot=snapshot,
        field=found.planned.field,
        evaluated=found.evaluated,
        failed=found.failed,
    )


def _row_message(found: Found, failures: list[RowFailure], kind: RecordType) -> Bilingual:
    rule, field = found.planned.rule, kind.by_name.get(found.planned.field or "")
    label = both(lambda lang: f"{rule.label.get(lang)} ({field.label.get(lang)})") if field else rule.label
    if found.outcome != "failed":
        return _said(found, {}, label)
    first = min(failures, key=lambda item: item.row_id)
    count = {lang: f"{number(found.failed, lang)}/{number(found.evaluated, lang)}" for lang in ("id", "en")}
    return Bilingual(
        id=f"{label.id}: {count['id']} catatan tidak lolos. {first.message_id}",
        en=f"{label.en}: {count['en']} records did not pass. {first.message_en}",
    )


def _said(found: Found, values: Values, label: Bilingual | None = None) -> Bilingual:
    rule: Rule = found.planned.rule
    label = label or rule.label
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    if found.outcome == "failed":
        return fill(rule.message, values)
    return Bilingual(
        id=f"{label.id}: {number(found.evaluated, 'id')} catatan diperiksa, semuanya lolos.",
        en=f"{label.en}: {number(found.evaluated, 'en')} records checked, all passed.",
    )


def _table_values(found: Found, critical: list[RowFailure], contract: RecordsContract) -> Values:
    if found.planned.rule.id == "record_enough":
        return {"found": figure(int(found.observed or 0)), "expected": figure(contract.rows.at_least)}
    share, limit = float(found.observed or 0.0), contract.expect.max_quarantine
    first = min(critical, key=lambda item: item.row_id, default=None)
    return {
        "found": figure(len({item.row_id for item in critical})),
        "share": both(lambda lang: percent(share, lang)),
        "expected": both(lambda lang: percent(limit, lang)),
        "first": Bilingual(id=first.message_id, en=first.message_en) if first else "-",
    }


def _judge_history(count: int, previous: PreviousEdition, contract: RecordsContract, snapshot: str) -> list[Check]:
    view = pd.DataFrame({"keys": [count]})
    return [
        _check(
            found,
            _said(
                found,
                {
                    "found": figure(count),
                    "before": figure(previous.keys),
                    "expected": figure(int(found.planned.arguments["min_value"])),
                },
            ),
            contract,
            snapshot,
        )
        for found in validate(view, record_history_suite(contract, previous))
    ]
