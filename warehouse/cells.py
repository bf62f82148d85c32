"""The way back from a figure to its cells, and the other sources that print the same figure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from catalog.identities import Known, Listed
from catalog.load import Catalog
from warehouse.book import Book, Key, Row

CONVERSION = re.compile(r"(?:^|; )\w+ x ([0-9.E+-]+) = \w+")


def cell_of(book: Book, observation: Row) -> dict[str, Any]:
    """One published figure and the cell it stands in: publisher, evidence, kept file, line, column and raw text."""
    asked = ("cell", observation["observation_id"])
    # Found once for a book: a rank names the same cells as those of all it is compared with.
    if asked not in book.memory:
        book.memory[asked] = _cell(book, observation)
    return dict(book.memory[asked])


def _cell(book: Book, observation: Row) -> dict[str, Any]:
    line = book.lineage[observation["observation_id"]]
    source = book.sources[observation["source"]]
    return {
        "indicator": observation["indicator"],
        "region": observation["region_code"],
        "region_name": book.regions[observation["region_code"]]["name"],
        "period": observation["period"],
        "breakdown": observation["breakdown"],
        "value": _plain(observation["value"]),
        "unit": observation["unit"],
        "obs_status": observation["obs_status"],
        "rounding_step": _plain(observation["rounding_step"]),
        "source": observation["source"],
        "publisher": source["publisher"],
        "publication": line["publication"],
        "evidence": observation["evidence"],
        "evidence_note_id": source["evidence_note_id"],
        "evidence_note_en": source["evidence_note_en"],
        "transcribed": source["bundled"],
        "synthetic": observation["synthetic"],
        "snapshot": line["snapshot"],
        "file": line["file"],
        "sheet": line["sheet"],
        "line": line["source_line"],
        "column": line["source_column"],
        "cell": line["cell"],
        "raw": line["raw"],
        "done": line["done"] or None,
        "published": _day(observation["published"]),
        "first_seen": _day(observation["first_seen"]),
        "vintage": _day(observation["vintage"]),
        "vintages": _vintages(book, observation),
        "observation_id": observation["observation_id"],
    }


def _vintages(book: Book, observation: Row) -> list[dict[str, Any]]:
    """Every value that the same source has had for the same key, oldest first."""
    key = Key(observation["indicator"], observation["region_code"], observation["period"], observation["breakdown"])
    stays = [row for row in book.observations[key] if row["source"] == observation["source"]]
    return [
        {
            "value": _plain(row["value"]),
            "obs_status": row["obs_status"],
            "vintage": _day(row["vintage"]),
            "superseded_at": _day(row["superseded_at"]),
            "closed_reason": row["closed_reason"],
            "snapshot": book.lineage[row["observation_id"]]["snapshot"],
        }
        for row in sorted(stays, key=lambda row: (row["vintage"], row["superseded_at"] is None))
    ]


def used_observation(book: Book, key: Key) -> Row | None:
    """The observation that speaks for a published figure, printed gaps included."""
    row = book.figures.get(key)
    if row is None or row["method"] not in {None, "official"}:
        return None
    found = book.current(key, row["source"])
    return found[0] if found else None


def conversion(cell: dict[str, Any]) -> tuple[Decimal, Decimal]:
    """The figure as the publisher prints it, and the factor that turns it into the canonical unit."""
    found = CONVERSION.search(cell["done"] or "")
    factor = Decimal(found.group(1)) if found else Decimal(1)
    return Decimal(str(cell["value"])) / factor, factor


def candidates(book: Book, keys: list[Key], lang: str) -> list[dict[str, Any]]:
    """All sources that print any of the figures `keys`, and why each is used or not.

    The first key is the figure itself; of the others only those are listed that more than one source prints.
    """
    found = []
    for number, key in enumerate(dict.fromkeys(keys)):
        printed = book.current(key)
        if printed and (number == 0 or len(printed) > 1):
            used = used_observation(book, key)
            found += [_candidate(book, row, used, len(printed), lang) for row in printed]
    return found


def _candidate(book: Book, row: Row, used: Row | None, among: int, lang: str) -> dict[str, Any]:
    cell = cell_of(book, row)
    chosen = used is not None and row["observation_id"] == used["observation_id"]
    return {
        **cell,
        "used": chosen,
        "why": _why(book, row, used, among, lang),
        "differs": None if chosen or used is None else _differs(row, used),
    }


def _why(book: Book, row: Row, used: Row | None, among: int, lang: str) -> str:
    chosen = used is not None and row["observation_id"] == used["observation_id"]
    series = (row["indicator"], row["region_code"])
    turns = book.precedence.get(series) or book.precedence.get((row["indicator"], "*"), [])
    speaks = used["source"] if used else None
    if (speaks is None and turns) or any(turn["source"] == speaks for turn in turns):
        reason = str(turns[0]["reason_en" if lang == "en" else "reason_id"])
        return f"{reason} {_turns(turns, lang)}"
    if chosen and among == 1:
        return "the only source that prints it" if lang == "en" else "satu-satunya sumber yang memuatnya"
    if used is None:
        return "not used for this value" if lang == "en" else "tidak dipakai untuk nilai ini"
    rank = book.sources[row["source"]]["precedence"]
    other = book.sources[used["source"]]["precedence"]
    if lang == "en":
        return f"first by default rank ({rank})" if chosen else f"default rank {rank}, after {other} of {speaks}"
    return f"urutan bawaan terdepan ({rank})" if chosen else f"urutan bawaan {rank}, sesudah {other} milik {speaks}"


def _turns(turns: list[Row], lang: str) -> str:
    """The declared order of sources, with their years where these are limited."""
    words = ("Order", "from", "to") if lang == "en" else ("Urutan", "mulai", "sampai")
    told = []
    for turn in turns:
        years = [
            f"{word} {year}"
            for word, year in ((words[1], turn["first_year"]), (words[2], turn["last_year"]))
            if year is not None
        ]
        told.append(turn["source"] + (f" ({' '.join(years)})" if years else ""))
    return f"{words[0]}: {', '.join(told)}."


def _differs(row: Row, used: Row) -> bool:
    """Whether two printed figures differ by more than their rounding allows."""
    if row["value"] is None or used["value"] is None:
        return bool(row["value"] != used["value"])
    room = sum((item["rounding_step"] or Decimal(0)) / 2 for item in (row, used))
    return bool(abs(row["value"] - used["value"]) > room)


def findings(book: Book, indicators: set[str], cells: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Checks that did not pass and concern these indicators or sources, and complaints about these very cells."""
    sources = {cell["source"] for cell in cells}
    failed = [
        row
        for row in book.findings
        if (row["indicator"] in indicators and row["source"] in {None, *sources})
        or (row["indicator"] is None and row["source"] in sources)
    ]
    places = dict.fromkeys((cell["snapshot"], cell["line"], cell["column"]) for cell in cells)
    complaints = [row for place in places for row in book.held.get(place, ())]
    message = "message_en" if lang == "en" else "message_id"
    return [
        {"rule": row["rule"], "severity": row["severity"], "source": row["source"], "message": row[message]}
        for row in [*failed, *complaints]
    ]


def known_exceptions(catalog: Catalog, keys: list[Key], lang: str) -> list[dict[str, Any]]:
    """What is known to be wrong or apart in the publications behind these figures, as the identities declare it."""
    found = []
    for identity in catalog.identities:
        names = identity.among(list(catalog.indicators)) if isinstance(identity, Listed) else identity.needs
        for known in identity.known:
            if any(key.indicator in names and _concerns(known, key) for key in keys):
                told = {"rule": identity.id, "severity": "known", "source": known.source}
                found.append({**told, "message": f"{identity.label.get(lang)}: {known.reason.get(lang)}"})
    return found


def _concerns(known: Known, key: Key) -> bool:
    """Whether a known exception speaks of this figure; one that names no region speaks of none in particular."""
    return (
        known.region == key.region
        and known.first <= key.year <= (known.last or known.first)
        and known.indicator in {None, key.indicator}
        and known.breakdown in {None, key.breakdown}
    )


def _plain(value: Any) -> Any:
    """An exact decimal as JSON knows it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _day(value: Any) -> str | None:
    return None if value is None else str(value)[:10]
