"""How the region stands: against its governments' targets, and among its peers."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import Any

from catalog.load import Catalog
from catalog.strict import Bilingual
from dashboard.encode import Once
from dashboard.tables import Row, Tables, codes_in, plain
from dashboard.words import badge, both, example, figure, nothing, pair, reason, say, table, ui, word

NO_TARGETS = Bilingual(
    id="Rilis ini tidak memuat target: belum ada target pemerintah yang dicatat di katalog.",
    en="This release has no targets: none of the governments' targets is in the catalog.",
)


def targets(tables: Tables, catalog: Catalog) -> str:
    """The governments' targets held against the figures, newest year first; examples that nobody set come last."""
    rows = [row for row in tables.rows("joint_target") if row["indicator"] in tables.indicators]
    if not rows:
        return nothing(NO_TARGETS)
    heads = [
        (ui("indicator"), False), (ui("region"), False), (ui("verdict"), False), (say("Target", "Target"), True),
        (say("Realisasi", "Actual"), True), (say("Selisih", "Gap"), True),
        (say("Capaian (persen)", "Achievement (percent)"), True),
        (say("Dokumen dan bukti", "Document and evidence"), False),
    ]  # fmt: skip
    order = ("synthetic", "year", "indicator", "region_code", "document")
    rows = sorted(rows, key=lambda row: tuple(-row[name] if name == "year" else row[name] for name in order))
    caption = say(
        "Target dan putusannya. Putusan membandingkan angka, bukan menguji signifikansi.",
        "Targets and verdicts. A verdict compares figures; it does not test for significance.",
    )
    return table(caption, heads, [_target(tables, catalog, row) for row in rows], "targets")


def _target(tables: Tables, catalog: Catalog, row: Row) -> list[tuple[str, Any]]:
    item = tables.indicators[row["indicator"]]
    digits = item["decimals"]
    label = f'{both(pair(item, "label"))} <span class="unit">({both(pair(item, "unit_label"))})</span>'
    actual = _number(row["actual"], digits)
    if row["actual"] is not None:
        actual += f' <span class="unit">({row["actual_year"]})</span>'
    why = f' <span class="unit">{both(reason(catalog, row["null_reason"]))}</span>' if row["null_reason"] else ""
    document = (
        f"{both(pair(row, 'title'))}; {both(word('evidence', row['evidence']))}{example(synthetic=row['synthetic'])}"
    )
    return [
        (label, item["label_id"]),
        (escape(tables.regions[row["region_code"]]["name"]), row["region_code"]),
        (badge(row["verdict"], word("verdict", row["verdict"])) + why, row["verdict"]),
        (f'{_aim(row, digits)} <span class="unit">({row["year"]})</span>', row["target"]),
        (actual, row["actual"]),
        (_number(row["gap"], digits), row["gap"]),
        (_number(row["achievement"], 1), row["achievement"]),
        (document, row["document"]),
    ]


def _aim(row: Row, digits: int) -> str:
    low, high = row["target_low"], row["target_high"]
    if low is not None and high is not None and low != high:
        return f"{_number(low, digits)} - {_number(high, digits)}"
    return _number(row["target"], digits)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else both(figure(value, digits))


def peers(tables: Tables, reasons: Once) -> dict[str, Any]:
    """Ranks of the region and its members by indicator and year, and the values of all whom they are compared with."""
    names = {name: place for place, name in enumerate(tables.indicators)}
    shown = {row["code"]: place for place, row in enumerate(tables.shown)}
    ranks = [
        [
            names[row["indicator"]], row["year"], int(row["scope"] == "peers"), shown[row["region_code"]],
            plain(row["value"]), row["rank"], row["comparable"], row["tied"], plain(row["percentile"]),
            reasons.of(row["null_reason"]), int(row["first_is"] == "highest"), int(row["synthetic"]),
            shown[row["agglomeration"]],
        ]
        for row in tables.rows("joint_peer")
        if row["breakdown"] == "_T" and row["region_code"] in shown and row["agglomeration"] in shown
    ]  # fmt: skip
    wanted = {row[0] for row in ranks}
    field = tables.of_role("agglomeration", "member", "peer")
    return {
        "places": [
            [shown[row["code"]], [row["code"], *codes_in(row["members"])], codes_in(row["peers"]), row["parent"]]
            for row in tables.of_role("agglomeration")
        ],
        "ranks": ranks,
        "field": [[row["code"], row["name"], row["region_role"]] for row in field],
        "values": _values(tables, [row["code"] for row in field], names, wanted),
    }


def _values(tables: Tables, codes: list[str], names: dict[str, int], wanted: set[int]) -> list[list[Any]]:
    """By indicator and year, the values of all regions in the order of `codes`."""
    places = {code: place for place, code in enumerate(codes)}
    found: dict[tuple[int, int], list[Any]] = defaultdict(lambda: [None] * len(codes))
    for row in tables.totals:
        name = names[row["indicator"]]
        if name in wanted and row["region_code"] in places:
            found[name, row["year"]][places[row["region_code"]]] = plain(row["value"])
    return [[name, year, values] for (name, year), values in sorted(found.items())]
