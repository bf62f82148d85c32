"""The release's front page: one HTML file that needs no other file and no network, from the release's parquet alone.

It holds no time of building: the same release gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from catalog.load import DOMAINS, Catalog, load_catalog
from catalog.strict import Bilingual
from catalog.words import day
from dashboard import about, headline, standing
from dashboard.changes import changes
from dashboard.encode import Once, script_json
from dashboard.figures import NOTHING_TOLD, Explaining, Figures, indicator_list
from dashboard.places import class_words, maps
from dashboard.plan import load_plan, load_tiles
from dashboard.prepared import prepared
from dashboard.tables import Tables
from dashboard.villages import records
from dashboard.words import both, example, load_words, pair, reason, say

WEB = Path(__file__).resolve().parent / "web"
SCRIPTS = ("core", "chart", "explain", "series", "maps", "peers", "villages", "services", "start")
# Words that the script shows; the others stand in the HTML already.
SPOKEN = ("status", "method", "exactness", "evidence", "role", "delivery", "class", "basis", "domain", "level", "text")
SLOT = re.compile(r"<!--(\w+)-->")


def render(
    release: Path,
    catalog: Catalog | None = None,
    explaining: Explaining = NOTHING_TOLD,
    boundaries: Sequence[Path] = (),
    cache: Path | None = None,
) -> str:
    """The page of the release in the directory `release`, self-contained, as HTML.

    Without `explaining` an explanation lists its inputs without their formula. `boundaries` are GeoJSON files: a map
    whose areas they all hold is drawn with them instead of tiles. `cache` is a folder that may keep what no figure
    changes.

    Raises `DeclarationError` when a boundary file cannot be used.
    """
    catalog = catalog or load_catalog()
    tables, plan = Tables(release), load_plan()
    newest = headline.Newest(tables)
    parts = prepared([row["code"] for row in tables.shown], cache)
    slots = {
        "title": escape(_title(tables).id),
        "heading": both(_title(tables)),
        "release": _release_line(tables),
        "examples": _examples(tables),
        "cards": headline.cards(tables, catalog, plan.headline, newest),
        "sheet": headline.sheet(tables, catalog, plan.headline, newest),
        "targets": standing.targets(tables, catalog),
        "freshness": about.freshness(tables),
        "changes": changes(tables, catalog),
        "checks": about.checks(tables),
        "dictionary": about.dictionary(tables),
        "files": "\n".join(_files(release)),
        "style": (WEB / "page.css").read_text("utf-8"),
        "vega": parts["library"],
        "script": "\n".join((WEB / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
        "data": script_json({**payload(tables, catalog, explaining, boundaries), "specs": parts["specs"]}),
    }
    template = (WEB / "page.html").read_text("utf-8")
    return SLOT.sub(lambda found: slots[found[1]], template)


def payload(
    tables: Tables, catalog: Catalog, explaining: Explaining = NOTHING_TOLD, boundaries: Sequence[Path] = ()
) -> dict[str, Any]:
    """All that the page's script draws and explains, as plain values; `web/*.js` read them."""
    plan, tiles, reasons = load_plan(), load_tiles(), Once()
    areas = maps(tables, plan, tiles, boundaries)
    peers = standing.peers(tables, reasons)
    words = load_words()
    return {
        "release": tables.release_id,
        "regions": [[row["code"], row["name"], row["region_role"]] for row in tables.shown],
        "domains": list(DOMAINS),
        "indicators": indicator_list(tables),
        "featured": plan.featured,
        "figures": Figures(tables, catalog, explaining).payload(),
        "peers": peers,
        "reasons": [[text.id, text.en] for text in (reason(catalog, code) for code in reasons.items)],
        "gaps": {code: [item.label.id, item.label.en] for code, item in catalog.reasons.items()},
        "maps": areas,
        "classes": class_words(),
        "records": records(tables),
        "titles": {name: [row["title_id"], row["title_en"]] for name, row in tables.sources.items()},
        "words": {name: {code: [text.id, text.en] for code, text in words[name].items()} for name in SPOKEN},
    }


def _title(tables: Tables) -> Bilingual:
    names = ", ".join(row["name"] for row in tables.of_role("agglomeration"))
    return Bilingual(id=f"Indikator {names}", en=f"Indicators of {names}")


def _release_line(tables: Tables) -> str:
    seen = tables.seen_to
    known = Bilingual(id=day(seen, "id"), en=day(seen, "en")) if seen else Bilingual(id="-", en="-")
    told = say("Data yang terlihat sampai", "Data seen up to")
    return f'{told} {both(known)}. {say("Rilis", "Release")} <span class="release">{escape(tables.release_id)}</span>'


def _examples(tables: Tables) -> str:
    """Which sources are examples: said once at the top, and again at every figure."""
    rows = [row for row in tables.sources.values() if row["synthetic"]]
    if not rows:
        return ""
    names = "".join(f"<li>{both(pair(row, 'title'))}</li>" for row in sorted(rows, key=lambda row: str(row["source"])))
    count = len(rows)
    told = say(
        f"{count} sumber berisi angka contoh yang tidak diterbitkan siapa pun; setiap angka darinya bertanda",
        f"{count} sources hold example figures that nobody published; every figure from them is marked",
    )
    mark = example(synthetic=True)
    return f'<details class="notice synthetic"><summary>{told} {mark}</summary><ul>{names}</ul></details>'


def _files(release: Path) -> Iterable[str]:
    """Links to the release's files; those that are written after the page are named too."""
    later = {"SHA256SUMS", "index.html"}
    for name in sorted({path.name for path in release.iterdir()} | later):
        yield f'<li><a href="{escape(name, quote=True)}">{escape(name)}</a></li>'
