"""The headline figures: cards at the top, and the one-sheet summary for a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from catalog.load import Catalog
from catalog.strict import Bilingual
from dashboard.tables import Row, Tables
from dashboard.words import both, example, figure, pair, reason, say, ui, word

ARROWS = {"up": "▲", "down": "▼", "same": "="}


class Newest:
    """The newest figures of totals by indicator and region, and how they changed on the year before."""

    def __init__(self, tables: Tables) -> None:
        self._by_year: dict[tuple[str, str], dict[int, Row]] = {}
        for row in tables.values:
            if row["breakdown"] == "_T":
                self._by_year.setdefault((row["indicator"], row["region_code"]), {})[row["year"]] = row

    def of(self, indicator: str, region: str, year: int | None = None) -> Row | None:
        """The newest figure (of `year`, if given); the newest empty row where there is none."""
        rows = self._by_year.get((indicator, region), {})
        if year is not None:
            return rows.get(year)
        return max(rows.values(), key=lambda row: (row["value"] is not None, row["year"]), default=None)

    def before(self, row: Row) -> Row | None:
        """The same figure a year earlier, None where it has no value."""
        found = self.of(row["indicator"], row["region_code"], row["year"] - 1)
        return found if found is not None and found["value"] is not None else None


def change(item: Row, row: Row, before: Row | None) -> Bilingual:
    """The change on the year before in words; of survey figures it is said that it is not tested."""
    if row["break_flag"]:
        return word("text", "change_broken")
    if before is None:
        return word("text", "no_change_known")
    points = item["unit"] == "percent"
    moved = row["value"] - before["value"]
    if not points and before["value"]:
        moved = 100 * moved / before["value"]
    moved = round(moved, 2)
    unit = word("unit", "percentage_points") if points else Bilingual(id="persen", en="percent")
    return Bilingual(**{lang: _moved(moved, unit.get(lang), before["year"], item, lang) for lang in ("id", "en")})


def _moved(moved: float, unit: str, since: int, item: Row, lang: str) -> str:
    """A change of `moved` percent or points since a year, with an arrow and its doubt."""
    way = "up" if moved > 0 else "down" if moved < 0 else "same"
    size = f" {figure(abs(moved), 2).get(lang)} {unit}" if moved else ""
    doubt = f"; {word('text', 'untested').get(lang)}" if item["survey"] else ""
    return f"{ARROWS[way]} {word('text', way).get(lang)}{size} {word('text', 'from_year').get(lang)} {since}{doubt}"


def standing(row: Row) -> Bilingual:
    """Status and method in one line, and what weakens the figure."""
    parts = [word("status", row["obs_status"]), word("method", row["method"])]
    if row["exactness"] in {"approximate", "estimate"}:
        parts.append(word("exactness", row["exactness"]))
    if row["break_flag"]:
        parts.append(word("text", "broken"))
    return Bilingual(id=", ".join(item.id for item in parts), en=", ".join(item.en for item in parts))


def cards(tables: Tables, catalog: Catalog, headline: Sequence[str], newest: Newest) -> str:
    """By agglomeration, one card per headline figure with its members' figures of the same year."""
    places = tables.of_role("agglomeration")
    known = [tables.indicators[name] for name in headline if name in tables.indicators]
    return "\n".join(
        (f"<h3>{escape(region['name'])}</h3>\n" if len(places) > 1 else "")
        + '<div class="cards">\n'
        + "\n".join(_card(tables, catalog, item, newest, region) for item in known)
        + "\n</div>"
        for region in places
    )


def _card(tables: Tables, catalog: Catalog, item: Row, newest: Newest, region: Row) -> str:
    row = newest.of(item["id"], region["code"])
    title = both(pair(item, "label"))
    if row is None or row["value"] is None:
        why = both(reason(catalog, row["null_reason"] if row else "not_in_sources"))
        return f'<article class="card"><h3>{title}</h3><p class="big">-</p><p class="small">{why}</p></article>'
    unit = both(pair(item, "unit_label"))
    code = escape(f"{item['id']}|{region['code']}|{row['year']}", quote=True)
    members = "".join(_member(item, newest, member, row["year"]) for member in tables.members_of(region))
    return (
        f'<article class="card"><h3>{title}</h3>'
        f'<p class="big">{both(figure(row["value"], item["decimals"]))} <span class="unit">{unit}</span></p>'
        f'<p class="year">{row["year"]}{example(synthetic=row["synthetic"])}</p>'
        f'<p class="change">{both(change(item, row, newest.before(row)))}</p>'
        f'<p class="small">{both(standing(row))}<br>{ui("joint")}</p>'
        f'<dl class="members">{members}</dl>'
        f'<p class="act"><button type="button" class="link" data-explain="{code}">{ui("explain")}'
        f'<span class="hidden">: {title}</span></button></p></article>'
    )


def _member(item: Row, newest: Newest, region: Row, year: int) -> str:
    row = newest.of(item["id"], region["code"], year)
    shown = "-" if row is None or row["value"] is None else both(figure(row["value"], item["decimals"]))
    return f"<div><dt>{escape(region['name'])}</dt><dd>{shown}</dd></div>"


def sheet(tables: Tables, catalog: Catalog, headline: Sequence[str], newest: Newest) -> str:
    """The one-sheet summary: headline figures of each agglomeration and its members, with status and sources."""
    known = [tables.indicators[name] for name in headline if name in tables.indicators]
    places = [[region, *tables.members_of(region)] for region in tables.of_role("agglomeration")]
    used = sorted({name for regions in places for name in _sources_behind(known, newest, regions)})
    listed = "".join(f"<li>{_source(tables.sources[name])}</li>" for name in used if name in tables.sources)
    return (
        "".join(_sheet_table(catalog, known, newest, regions) for regions in places)
        + f'<h3>{say("Sumber angka di atas", "Sources of the figures above")}</h3><ul class="sources">{listed}</ul>'
    )


def _sheet_table(catalog: Catalog, known: Sequence[Row], newest: Newest, regions: Sequence[Row]) -> str:
    heads = "".join(f'<th scope="col" class="number">{escape(region["name"])}</th>' for region in regions)
    lines = "".join(_sheet_line(catalog, item, newest, regions) for item in known)
    last = say("Perubahan angka kawasan; status; cara", "Change of the joint figure; status; method")
    return (
        f'<table><thead><tr><th scope="col">{ui("indicator")}</th><th scope="col" class="number">{ui("year")}</th>'
        f'{heads}<th scope="col">{last}</th></tr></thead><tbody>{lines}</tbody></table>'
    )


def _sheet_line(catalog: Catalog, item: Row, newest: Newest, regions: Sequence[Row]) -> str:
    label, unit = both(pair(item, "label")), both(pair(item, "unit_label"))
    row = newest.of(item["id"], regions[0]["code"])
    if row is None or row["value"] is None:
        why = both(reason(catalog, row["null_reason"] if row else "not_in_sources"))
        return f'<tr><th scope="row">{label}</th><td></td><td colspan="{len(regions) + 1}">{why}</td></tr>'
    cells = []
    for region in regions:
        found = newest.of(item["id"], region["code"], row["year"])
        value = None if found is None else found["value"]
        cells.append(f'<td class="number">{"-" if value is None else both(figure(value, item["decimals"]))}</td>')
    note = f"{both(change(item, row, newest.before(row)))}; {both(standing(row))}{example(synthetic=row['synthetic'])}"
    return (
        f'<tr><th scope="row">{label} <span class="unit">({unit})</span></th>'
        f'<td class="number">{row["year"]}</td>{"".join(cells)}<td>{note}</td></tr>'
    )


def _sources_behind(known: Sequence[Row], newest: Newest, regions: Sequence[Row]) -> Iterable[str]:
    """The sources that the members' figures of the summary come from."""
    for item in known:
        joint = newest.of(item["id"], regions[0]["code"])
        for region in regions[1:]:
            row = newest.of(item["id"], region["code"], joint["year"]) if joint else None
            if row is not None and row["source"]:
                yield from row["source"].split("; ")


def _source(row: Row) -> str:
    evidence, mark = both(word("evidence", row["evidence"])), example(synthetic=row["synthetic"])
    return f"{both(pair(row, 'title'))} ({escape(row['publisher'])}; {evidence}){mark}"
