"""At the door: what can be known of bytes before they are kept. Says nothing about the figures inside."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from catalog.contract import AnyContract
from catalog.corrections import Correction
from catalog.formats import CsvFormat
from catalog.strict import Bilingual
from expectations.privacy import FalseAlarms, Finding, decode, personal_data
from expectations.rules import Rule, fill, load_rules, rules_of, with_operator
from expectations.verdict import Check, Outcome, refusal
from expectations.words import listing, number

# Columns that a contract declares to hold names of places, whatever their header.
NAMES = ("region_name", "parent_name")
MARKUP = re.compile(
    r"(?is)\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|script|table|div)\b"
)
KINDS = {
    "nik": Bilingual(id="nomor mirip NIK atau No. KK", en="numbers like NIK or No. KK"),
    "phone": Bilingual(id="nomor telepon", en="phone numbers"),
    "email": Bilingual(id="alamat surel", en="e-mail addresses"),
    "header": Bilingual(id="kolom data perorangan", en="columns of data on persons"),
}


@dataclass(frozen=True)
class DoorRefusal(Check):
    """A refusal at the door; `keeps_bytes` says whether the file may be kept for study."""

    keeps_bytes: bool = True


def judge_bytes(
    data: bytes, contract: AnyContract, snapshot: str | None = None, cells: Sequence[str] | None = None
) -> DoorRefusal | None:
    """The first reason to turn the bytes away, or None. Never repeats personal data.

    `cells` are the sheets or tables of a file that is no CSV, each as comma-separated text.
    """
    check = refusal(judge_door(data, contract, snapshot, cells))
    if check is None:
        return None
    keeps = load_rules()[check.rule].keeps_bytes and not _findings(_texts(data, contract, cells), contract)
    return _refused(check, keeps_bytes=keeps)


def unopened(message: Bilingual, contract: AnyContract, snapshot: str | None = None) -> DoorRefusal:
    """The refusal of a file that cannot be opened: nobody can say that it holds no personal data."""
    return _refused(contract_refusal(message, contract, snapshot), keeps_bytes=False)


def _refused(check: Check, *, keeps_bytes: bool) -> DoorRefusal:
    values = {item.name: getattr(check, item.name) for item in fields(Check)}
    return DoorRefusal(**values, keeps_bytes=keeps_bytes)


def judge_door(
    data: bytes, contract: AnyContract, snapshot: str | None = None, cells: Sequence[str] | None = None
) -> list[Check]:
    """The verdicts of the door in declared order, up to and including the first refusal."""
    checks: list[Check] = []
    texts = _texts(data, contract, cells) if len(data) <= contract.format.max_bytes else [""]
    for rule in rules_of("door"):
        problem = _problem(rule, data, texts, contract)
        outcome: Outcome = "failed" if problem else "passed"
        message, failed = problem or rule.label, int(problem is not None)
        checks.append(rule.verdict(outcome, message, source=contract.id, snapshot=snapshot, failed=failed))
        if problem:
            break
    return checks


def contract_refusal(message: Bilingual, contract: AnyContract, snapshot: str | None) -> Check:
    """The verdict on a file that is not laid out as its contract says; `message` is the reader's."""
    rule = load_rules()["as_contract"]
    return rule.verdict(
        "failed", fill(rule.message, {"found": message}), source=contract.id, snapshot=snapshot, failed=1
    )


def contract_passed(contract: AnyContract, snapshot: str | None, left_aside: int = 0) -> Check:
    """The verdict on a file that could be read by its contract; rows left aside as declared are counted."""
    rule = load_rules()["as_contract"]
    message = rule.label
    if left_aside:
        message = Bilingual(
            id=f"{message.id}; {left_aside} baris dikesampingkan seperti dinyatakan di [rows] kontrak.",
            en=f"{message.en}; {left_aside} rows were left aside as [rows] of the contract declares.",
        )
    return rule.verdict("passed", message, source=contract.id, snapshot=snapshot)


def corrections_check(obsolete: Sequence[Correction], contract: AnyContract, snapshot: str | None) -> Check:
    """The verdict on a contract's corrections; it names the first that no longer finds what it corrects."""
    rule = load_rules()["corrections_apply"]
    if not obsolete:
        return rule.verdict("passed", rule.label, source=contract.id, snapshot=snapshot)
    first = obsolete[0]
    values: dict[str, Bilingual | str | int] = {
        "found": f"{first.indicator} {first.region} {first.period}",
        "raw": first.reported,
    }
    message = fill(rule.message, values)
    return rule.verdict("failed", message, source=contract.id, snapshot=snapshot, failed=len(obsolete))


def _texts(data: bytes, contract: AnyContract, cells: Sequence[str] | None) -> list[str]:
    """What can be looked through: the text of a CSV file, else the cells of every sheet or table."""
    form = contract.format
    return [decode(data, form.encoding)] if isinstance(form, CsvFormat) else list(cells or [])


def _problem(rule: Rule, data: bytes, texts: Sequence[str], contract: AnyContract) -> Bilingual | None:
    """What is wrong by one rule of the door, or None."""
    if rule.id == "size_limit":
        return _too_large(rule, len(data), contract.format.max_bytes)
    if rule.id == "not_empty":
        return None if any(text.strip(" ,\t\r\n\x00\ufeff") for text in texts) else rule.message
    if rule.id == "no_personal_data":
        return _personal(texts, contract)
    if not isinstance(contract.format, CsvFormat):
        return None
    if rule.id == "not_html":
        return rule.message if MARKUP.match(texts[0][:4096]) else None
    return _truncated(rule, texts[0], contract, contract.format)


def _too_large(rule: Rule, size: int, limit: int) -> Bilingual | None:
    if size <= limit:
        return None
    found = Bilingual(id=number(size, "id"), en=number(size, "en"))
    return fill(rule.message, {"found": found, "expected": Bilingual(id=number(limit, "id"), en=number(limit, "en"))})


def _findings(texts: Iterable[str], contract: AnyContract) -> list[Finding]:
    names = [name for column in contract.columns if column.role in NAMES for name in column.header]
    form = contract.format
    delimiter, quote = (form.delimiter, form.quote) if isinstance(form, CsvFormat) else (",", '"')
    allowed = _false_alarms(contract)
    found = (personal_data(text, delimiter=delimiter, quote=quote, declared=names, allowed=allowed) for text in texts)
    return [finding for findings in found for finding in findings]


def _false_alarms(contract: AnyContract) -> FalseAlarms:
    """What the contract lets pass, in the form of its file."""
    form = contract.format
    return FalseAlarms(
        {item.column: frozenset(item.kinds) for item in contract.personal_data_allowed},
        first=0 if isinstance(form, CsvFormat) else form.first_row - 1,
        height=form.header_rows,
        notes=tuple(contract.rows.footer),
        texts=frozenset(" ".join(text.split()) for column in contract.columns for text in column.header),
    )


def told_of_copy(refused: Check, kept: str = "") -> Check:
    """A refusal over personal data that also says what became of the bytes; any other verdict as it is.

    `kept` is the snapshot that was kept when the contract still allowed what stands in it.
    """
    rule = load_rules()["no_personal_data"]
    if refused.rule != rule.id:
        return refused
    found = Bilingual(id=refused.message_id, en=refused.message_en)
    none = fill(rule.template("copy_none"), {"found": found})
    message = with_operator(found, "copy_kept", kept) if kept else none
    return replace(refused, message_id=message.id, message_en=message.en)


def _personal(texts: Iterable[str], contract: AnyContract) -> Bilingual | None:
    findings = _findings(texts, contract)
    return personal_sentence(findings) if findings else None


def personal_sentence(findings: list[Finding]) -> Bilingual:
    """What was found and where, never what it is."""
    rule = load_rules()["no_personal_data"]
    kinds = [kind for kind in KINDS if any(finding.kind == kind for finding in findings)]
    found = {lang: listing([KINDS[kind].get(lang) for kind in kinds], lang) for lang in ("id", "en")}
    return fill(rule.message, {"found": Bilingual(**found), "places": _places(findings)})


def _places(findings: list[Finding]) -> Bilingual:
    """Lines and columns of the findings; columns by number, since a header may itself be personal."""
    return Bilingual(
        id=listing([f"baris {item.line} kolom ke-{item.column}" for item in findings], "id"),
        en=listing([f"line {item.line} column {item.column}" for item in findings], "en"),
    )


def _truncated(rule: Rule, text: str, contract: AnyContract, form: CsvFormat) -> Bilingual | None:
    """Only what can be known: a quote never closed, or no line end and fewer fields than the header."""
    if text.count(form.quote) % 2:
        line = _unclosed(text, form)
        if line is not None:
            return fill(rule.template("quote"), {"line": line})
    if text.endswith(("\n", "\r")):
        return None
    width, last, line = 0, [""], 1
    for start, row in _parsed(text, form):
        width, last, line = width or len(row), row, start
    beginning = next((cell.strip() for cell in last if cell.strip()), "")
    note = any(beginning.startswith(text) for text in contract.rows.footer)
    if note or line <= form.header_rows or len(last) >= width:
        return None
    return fill(rule.message, {"line": line, "found": len(last), "expected": width})


def _parsed(text: str, form: CsvFormat) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins, as far as they can be read."""
    reader = _reader(text, form, strict=False)
    start = 1
    with contextlib.suppress(csv.Error):
        for row in reader:
            yield start, row
            start = reader.line_num + 1


def _unclosed(text: str, form: CsvFormat) -> int | None:
    """The last line, when its quote runs to the end of the file; a quote left open earlier is no sign of a cut."""
    reader = _reader(text, form, strict=True)
    start = 1
    try:
        for _ in reader:
            start = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error) and start == len(text.splitlines()):
            return start
    return None


def _reader(text: str, form: CsvFormat, *, strict: bool) -> Any:
    source = io.StringIO(text, newline="")
    return csv.reader(source, delimiter=form.delimiter, quotechar=form.quote, strict=strict)
