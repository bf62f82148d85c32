"""What somebody typed, as a key of the release; what cannot be meant is answered with the nearest that can."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from catalog.load import Catalog
from catalog.strict import DeclarationError
from transforms.places import PlaceReader, normal
from transforms.values import TOTAL
from warehouse.book import Book, Key
from warehouse.measure_list import MEASURES
from warehouse.measures import Figure

PERIOD = re.compile(r"([0-9]{4})(?:-(?:[0-9]{2}|Q[1-4]))?")
FEW = 5


class NotUnderstood(DeclarationError):
    """The question names something that the release does not have, or may mean two things."""


def key_of(book: Book, catalog: Catalog, indicator: str, region: str, period: str, breakdown: str = TOTAL) -> Key:
    """The key that is asked for; raises `NotUnderstood` with one sentence and the nearest known names.

    A region is a Kemendagri code, a name with its kind ("kota mojokerto") or an agglomeration; a month or quarter
    of an annual indicator means its year.
    """
    known = _indicator(book, indicator)
    place = region_of(book, catalog, region)
    found = PERIOD.fullmatch(period.strip())
    if found is None:
        raise NotUnderstood(
            f"'{period}' is no period; write a year such as 2023",
            f"'{period}' bukan periode; tulis tahun, misalnya 2023",
        )
    return Key(known, place, found.group(1), breakdown)


def measure_of(measure: str) -> str:
    """A known measure; raises `NotUnderstood` naming the nearest."""
    if measure in MEASURES:
        return measure
    raise unknown("measure", "ukuran", measure, difflib.get_close_matches(measure, MEASURES, n=1) or list(MEASURES))


def _indicator(book: Book, text: str) -> str:
    name = text.strip().lower()
    if name in book.indicators:
        return name
    near = difflib.get_close_matches(name, book.indicators, n=3)
    for about in (("id", "label_id", "label_en"), ("definition_id", "definition_en")):
        near += [
            code
            for code, row in book.indicators.items()
            for word in re.findall(r"\w{4,}", name)
            if word in " ".join(row[column] for column in about).lower()
        ]
    if not near:
        raise NotUnderstood(
            f"unknown indicator '{text}'; they are listed by: mojoraya indicators",
            f"indikator '{text}' tidak dikenal; daftarnya: mojoraya indicators",
        )
    raise unknown("indicator", "indikator", text, list(dict.fromkeys(near))[:FEW])


def region_of(book: Book, catalog: Catalog, text: str) -> str:
    """The code of a region that was typed as code or name; raises `NotUnderstood`."""
    wanted = text.strip()
    if wanted in book.regions:
        return wanted
    for code, row in book.regions.items():
        if row["level"] == "agglomeration" and normal(wanted) in {normal(code), normal(row["name"])}:
            return code
    reader = PlaceReader(catalog, book.regions)
    place = reader.by_name(wanted)
    if place.code in book.regions:
        return str(place.code)
    by_bps = [code for code, row in book.regions.items() if row["bps_code"] == wanted]
    if by_bps:
        return by_bps[0]
    if place.problem == "ambiguous":
        options = [f"{item.name} ({item.code})" for item in reader.candidates(wanted)]
        options.sort(key=lambda item: not item.startswith("Kota"))
        raise NotUnderstood(
            f"'{text}' may mean several regions: {either(options, 'or')}?",
            f"'{text}' dapat berarti beberapa wilayah: {either(options, 'atau')}?",
        )
    raise unknown("region", "wilayah", text, _near_regions(book, wanted))


def _near_regions(book: Book, wanted: str) -> list[str]:
    """Names and codes that look like what was typed; without any, the regions of the joint tables."""
    names = {normal(row["name"]): f"{row['name']} ({code})" for code, row in reversed(book.regions.items())}
    near = [names[name] for name in difflib.get_close_matches(normal(wanted), names, n=3)]
    near = near or [
        f"{book.regions[code]['name']} ({code})" for code in difflib.get_close_matches(wanted, book.regions, n=2)
    ]
    central = [
        f"{row['name']} ({code})"
        for code, row in book.regions.items()
        if row["region_role"] in {"agglomeration", "member"}
    ]
    return near or central


def nothing(book: Book, key: Key, measure: str) -> NotUnderstood:
    """Why there is nothing to explain: the series, breakdown or year is not there, and what is."""
    years = _years(book, key, measure)
    what = f"{key.indicator} {key.region}" + ("" if key.breakdown == TOTAL else f" {key.breakdown}")
    what += "" if measure == "value" else f" {measure}"
    if years:
        return NotUnderstood(
            f"{what}: nothing for {key.period}; there is {_runs(years)}",
            f"{what}: tidak ada untuk {key.period}; yang ada {_runs(years)}",
        )
    offers = _offers(book, key, measure)
    if offers:
        near = sorted(difflib.get_close_matches(key.breakdown, offers, n=FEW, cutoff=0.3)) or offers[:FEW]
        return NotUnderstood(
            f"{what}: not there; there is --breakdown {either(near, 'or')}",
            f"{what}: tidak ada; yang ada --breakdown {either(near, 'atau')}",
        )
    if measure != "value":
        return NotUnderstood(f"{what}: there is no such measure", f"{what}: ukuran itu tidak ada")
    regions = sorted({item.region for item in _keys(book) if item.indicator == key.indicator})
    near = difflib.get_close_matches(key.region, regions, n=FEW, cutoff=0.4) or regions[:FEW]
    return NotUnderstood(
        f"{what}: no source has this indicator for the region; there is {either(near, 'and')}",
        f"{what}: indikator ini tidak ada untuk wilayah itu; yang ada {either(near, 'dan')}",
    )


def _keys(book: Book) -> list[Key]:
    return [*book.figures, *book.observations]


def _years(book: Book, key: Key, measure: str) -> list[int]:
    """The years in which the asked series has a value."""
    found = (_value(book, key._replace(period=period), measure) for period in _periods(book, key))
    return sorted(figure.key.year for figure in found if figure is not None)


def _offers(book: Book, key: Key, measure: str) -> list[str]:
    """The breakdowns under which the asked measure has a value in any year."""
    listed = {item.breakdown for item in _keys(book) if item[:2] == key[:2]}
    for name, standing in (("document", book.targets), ("scope", book.peers)):
        listed |= {f"{name}={row[name]}" for series, rows in standing.items() if series[:2] == key[:2] for row in rows}
    asked = (key._replace(period=period, breakdown=name) for period in _periods(book, key) for name in listed)
    found = {item.breakdown for item in asked if item.breakdown != key.breakdown and _value(book, item, measure)}
    return sorted(found)


def _periods(book: Book, key: Key) -> set[str]:
    """All periods in which anything stands of an indicator in a region."""
    named = [*_keys(book), *(Key(*series) for series in (*book.targets, *book.peers))]
    return {item.period for item in named if item[:2] == key[:2]}


def _value(book: Book, key: Key, measure: str) -> Figure | None:
    """The figure under a key, when it has a value."""
    figure = MEASURES[measure](book, key, measure)
    return figure if figure is not None and figure.value is not None else None


def _runs(years: list[int]) -> str:
    """Years as runs: 2004-2021, 2023."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def either(options: Iterable[str], word: str) -> str:
    """Options as a sentence lists them: "a, b or c"."""
    listed = list(options)
    return f" {word} ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))


def unknown(english: str, indonesian: str, text: str, near: list[str]) -> NotUnderstood:
    """What is said of a name that nobody knows."""
    return NotUnderstood(
        f"unknown {english} '{text}'; did you mean {either(near, 'or')}?",
        f"{indonesian} '{text}' tidak dikenal; maksudnya {either(near, 'atau')}?",
    )
