"""An explanation as prose, in the language and number form of its reader; it adds nothing that the JSON lacks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from catalog.load import Catalog
from catalog.words import day, number
from warehouse import explain_words as words

Told = dict[str, Any]
SHORT = 12
MANY = 10_000


def tell(found: Told, catalog: Catalog, lang: str) -> str:
    """The whole text: headline, what to know about the value, inputs down to cells, other sources, findings."""
    return "\n".join(_Teller(found, catalog, lang).lines())


class _Teller:
    """Writes one explanation; sources are numbered as they come up and listed at the end."""

    def __init__(self, found: Told, catalog: Catalog, lang: str) -> None:
        self._found = found
        self._catalog = catalog
        self._lang = lang
        self._sources: dict[tuple[str, str], Told] = {}

    def lines(self) -> Iterator[str]:
        """All lines in order."""
        yield self._title()
        yield self._headline()
        yield ""
        yield from self._facts()
        yield from self._inputs()
        yield from self._candidates()
        yield from self._findings()
        yield from self._source_list()

    def _say(self, indonesian: str, english: str) -> str:
        return english if self._lang == "en" else indonesian

    def _title(self) -> str:
        found = self._found
        parts = words.breakdown_in_words(found["breakdown"], self._catalog, self._lang)
        measure = words.MEASURES.get(found["measure"], {}).get(self._lang)
        name = ", ".join(part for part in (found["indicator_label"], parts, measure) if part)
        return f"{name}: {found['region_name']} ({found['region']}), {found['period']}"

    def _headline(self) -> str:
        found = self._found
        if found["value"] is None:
            return self._say("Tidak ada angka: ", "No figure: ") + self._reason(found["null_reason"]) + "."
        value = f"{self._value(found)} {found['unit_label']}".rstrip()
        if found["formula"] is None:
            return f"{value}: {self._reason(found['null_reason'])}."
        doubt = "; ".join(filter(None, [self._rounding(), self._sampling()]))
        method = words.method_in_words(
            found["method"] or "", found["exactness"] or "", found["formula_kind"], self._lang
        )
        plain = found["method"] in {None, "official"} and " x " not in found["formula"]
        method = "" if found["method"] is None else f", {method}"
        return (
            value + (f" ({doubt})" if doubt else "") + ("" if plain else f"{self._sign()}{found['formula']}") + method
        )

    def _sign(self) -> str:
        """A number equals its formula; a verdict follows from one."""
        return ": " if isinstance(self._found["value"], str) else " = "

    def _value(self, told: Told) -> str:
        if told["value"] is None:
            return "-"
        if isinstance(told["value"], str):
            return words.VERDICTS[told["value"]][self._lang]
        return number(told["value"], self._lang, told["decimals"])

    def _rounding(self) -> str:
        found = self._found
        if found["rounding_low"] is None or found["rounding_low"] == found["rounding_high"]:
            return ""
        ends = near_ends(found["rounding_low"], found["rounding_high"], found["decimals"] + 1)
        places = max(-_exponent(end) for end in ends)
        low, high = (number(end, self._lang, max(places, 0)) for end in ends)
        return self._say(f"{low} sampai {high} karena pembulatan", f"{low} to {high} from rounding")

    def _sampling(self) -> str:
        found = self._found
        of_survey = found["survey"] and found["measure"] == "value"
        return words.UNTESTED[self._lang] if of_survey and found["sampling_se"] is None else ""

    def _reason(self, reason: str | None) -> str:
        known = self._catalog.reasons.get(reason or "")
        return known.label.get(self._lang) if known else str(reason)

    def _facts(self) -> Iterator[str]:
        found, say = self._found, self._say
        status = words.STATUSES.get(found["obs_status"], {}).get(self._lang, "")
        yield f"{say('Status', 'Status'):<{SHORT}}{found['obs_status']} ({status})"
        if found["coverage"] and found["method"] != "official":
            have, _, of = found["coverage"].partition("/")
            yield f"{say('Cakupan', 'Coverage'):<{SHORT}}" + say(f"{have} dari {of} masukan", f"{have} of {of} inputs")
        if found["evidence"]:
            weakest = words.EVIDENCE.get(found["evidence"], {}).get(self._lang, found["evidence"])
            mark = "" if found["method"] in {None, "official"} else say("terlemah: ", "weakest: ")
            yield f"{say('Bukti', 'Evidence'):<{SHORT}}{mark}{weakest}"
        yield f"{say('Waktu acuan', 'Reference'):<{SHORT}}{found['reference']}"
        for note in self._notes():
            yield f"{say('Catatan', 'Note'):<{SHORT}}{note}"
        yield from self._history()

    def _notes(self) -> Iterator[str]:
        found = self._found
        if found["remark"]:
            yield found["remark"]
        if found["notice"]:
            yield found["notice"]
        if found["declared"]:
            yield self._document(found["declared"])
        if found["synthetic"]:
            yield words.SYNTHETIC[self._lang]
        if found["rule_reason"]:
            yield found["rule_reason"]
        if found["survey"]:
            yield words.SURVEY[self._lang]
        if found["break_flag"]:
            yield self._break()
        if not found["in_joint"] and found["value"] is not None:
            yield self._say(
                "angka terbitan ini tidak masuk tabel gabungan", "this published figure is in no joint table"
            )

    def _document(self, declared: Told) -> str:
        """Who set a target, and where we read it."""
        title = declared["title_en" if self._lang == "en" else "title_id"]
        evidence = words.EVIDENCE.get(declared["evidence"], {}).get(self._lang, declared["evidence"])
        evidence = words.SYNTHETIC[self._lang] if declared["synthetic"] else evidence
        target = number(declared["target"], self._lang)
        return f"{self._say('target', 'target')} {target}: {title}; {declared['publication']} ({evidence})"

    def _break(self) -> str:
        """What breaks: the catalog's words where it still declares the break, else the bare fact."""
        indicator = self._catalog.indicators.get(self._found["indicator"])
        known = indicator.breaks_at(int(self._found["period"][:4]), self._found["region"]) if indicator else None
        bare = self._say("seri terputus pada tahun ini", "the series breaks in this year")
        return f"{bare}: {known.what.get(self._lang)}" if known else bare

    def _history(self) -> Iterator[str]:
        """Since when the value is known, and what it was before."""
        label = self._say("Riwayat", "History")
        if self._found["value"] is None and len(self._found["vintages"]) == 1:
            return
        for number_of, item in enumerate(self._found["vintages"]):
            value = self._value({**self._found, "value": item["value"]})
            since = self._span(item)
            yield f"{label if number_of == 0 else '':<{SHORT}}{value}: {since}"

    def _span(self, item: Told) -> str:
        since = self._say("diketahui sejak ", "known since ") + self._day(item["vintage"])
        if item["superseded_at"] is None:
            return since
        why = words.CLOSED.get(item.get("closed_reason") or "", {}).get(self._lang)
        return (
            since + self._say(", sampai ", ", until ") + self._day(item["superseded_at"]) + (f" ({why})" if why else "")
        )

    def _day(self, text: str) -> str:
        return day(date.fromisoformat(text), self._lang)

    def _inputs(self) -> Iterator[str]:
        if not self._found["inputs"]:
            return
        yield ""
        yield self._say("Masukan, sampai ke selnya:", "Inputs, down to their cells:")
        for item in self._found["inputs"]:
            yield from self._input(item, 1)

    def _input(self, item: Told, depth: int) -> Iterator[str]:
        pad = "  " * depth
        role = words.ROLES.get(item["role"], {}).get(self._lang, item["role"])
        name = self._name(item)
        if item["value"] is None:
            reason = self._reason(item["null_reason"])
            yield f"{pad}- {role}: {name} = {self._say('kosong', 'missing')} ({reason})"
        else:
            formula = f" = {item['formula']}" if item["formula"] else ""
            yield f"{pad}- {role}: {name} = {self._value(item)} {item['unit_label']}{formula}"
        if item.get("implied"):
            yield f"{pad}  {self._implied(item['implied'])}"
        for inner in item["inputs"]:
            yield from self._input(inner, depth + 1)
        if not item["inputs"]:
            for cell in item["cells"]:
                yield f"{pad}  {self._cell(cell)}"
                yield from self._revisions(cell, pad)

    def _implied(self, found: Told) -> str:
        """A denominator that nobody prints: whole persons, and more digits for what is counted in thousands."""
        people = number(found["value"], self._lang, 0 if found["value"] >= MANY else 4)
        return f"{self._say('pembagi tersirat', 'implied denominator')}: {people} = {found['formula']}"

    def _cell(self, cell: Told) -> str:
        """Where a figure stands: "[1] baris 9, kolom 'Nilai', tertulis "7,65"; ribu jiwa x 1.000 = jiwa"."""
        say = self._say
        line, column = cell["line"], cell["column"]
        place = say(f"baris {line}, kolom '{column}'", f"line {line}, column '{column}'")
        if cell["cell"]:
            sheet, address = cell["sheet"], cell["cell"]
            place = say(f"lembar '{sheet}', sel {address}, ", f"sheet '{sheet}', cell {address}, ") + place
        done = f"; {words.done_in_words(cell['done'], self._catalog, self._lang)}" if cell["done"] else ""
        return f'[{self._source(cell)}] {place}, {say("tertulis", "reads")} "{cell["raw"]}"{done}'

    def _revisions(self, cell: Told, pad: str) -> Iterator[str]:
        if len(cell["vintages"]) > 1:
            for item in cell["vintages"]:
                value = "-" if item["value"] is None else number(item["value"], self._lang)
                yield f"{pad}    {value}: {self._span(item)}"

    def _source(self, cell: Told) -> int:
        """The number under which a source's file is listed."""
        key = (cell["source"], cell["snapshot"])
        self._sources.setdefault(key, cell)
        return list(self._sources).index(key) + 1

    def _candidates(self) -> Iterator[str]:
        """Figure by figure: what each source prints, which one is used, and why."""
        listed = self._found["candidates"]
        if all(item["used"] for item in listed):
            return
        yield ""
        yield self._say("Semua sumber untuk angka yang sama:", "All sources for the same figure:")
        names = ("indicator", "region", "period", "breakdown")
        for _, group in groupby(listed, key=lambda item: [item[name] for name in names]):
            items = sorted(group, key=lambda item: not item["used"])
            yield f"  - {self._name(items[0])}"
            for item in items:
                yield f"      {self._candidate(item)}"
            for why in dict.fromkeys(item["why"] for item in items):
                yield f"      {why}"

    def _name(self, item: Told) -> str:
        indicator = self._catalog.indicators.get(item["indicator"])
        label = indicator.label.get(self._lang) if indicator else item["indicator"]
        parts = words.breakdown_in_words(item["breakdown"], self._catalog, self._lang)
        return ", ".join(part for part in (label, parts, item["region_name"], item["period"]) if part)

    def _candidate(self, item: Told) -> str:
        value = "-" if item["value"] is None else number(item["value"], self._lang)
        mark = self._say("dipakai", "used") if item["used"] else self._say("tidak dipakai", "not used")
        apart = self._say("; berbeda melebihi pembulatan", "; differs beyond rounding") if item["differs"] else ""
        return f"{mark}: {value}, {item['source']}{apart}, {self._cell(item)}"

    def _findings(self) -> Iterator[str]:
        yield ""
        if not self._found["findings"]:
            yield self._say("Temuan pemeriksaan: tidak ada.", "Findings of checks: none.")
            return
        yield self._say("Temuan pemeriksaan:", "Findings of checks:")
        for item in self._found["findings"]:
            yield f"  - {item['message'] or item['rule']} ({words.SEVERITIES[item['severity']][self._lang]})"

    def _source_list(self) -> Iterator[str]:
        if not self._sources:
            return
        say = self._say
        yield ""
        yield say("Berkas:", "Files:")
        for place, cell in enumerate(self._sources.values(), start=1):
            yield f"  [{place}] {cell['source']}, {cell['publisher']}: {cell['publication']}"
            yield f"      {say('bukti', 'evidence')}: {self._evidence(cell)}"
            published = cell["published"]
            stated = (
                say("terbit ", "published ") + self._day(published)
                if published
                else say("tanggal terbit tidak dinyatakan", "date of publication not stated")
            )
            seen = say("pertama terlihat ", "first seen ") + self._day(cell["first_seen"])
            yield f"      {cell['file']}, {stated}, {seen}"
            yield f"      sha256 {cell['snapshot']}"

    def _evidence(self, cell: Told) -> str:
        """What stands behind a file, plainly: whose copy it is, and whether we typed it."""
        note = cell["evidence_note_en" if self._lang == "en" else "evidence_note_id"]
        kind = words.EVIDENCE.get(cell["evidence"], {}).get(self._lang, cell["evidence"])
        parts = [str(kind)]
        if cell["transcribed"]:
            parts.insert(0, words.TRANSCRIBED[self._lang])
        if cell["synthetic"]:
            parts.append(words.SYNTHETIC[self._lang])
        return ", ".join(parts) + (f". {note}" if note else "")


def near_ends(low: float, high: float, decimals: int) -> tuple[float, float]:
    """The ends of a range to the nearest `decimals`.

    The release rounds them outward, so that a stored 9.3785 stands for a little more and becomes 9.379.
    """
    scale = Decimal(10) ** decimals
    half = Decimal("0.5")
    up = math.floor(Decimal(str(low)) * scale + half)
    down = math.ceil(Decimal(str(high)) * scale - half)
    return float(up / scale), float(down / scale)


def _exponent(value: float) -> int:
    """The place of the last decimal: -2 for 5.77."""
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
