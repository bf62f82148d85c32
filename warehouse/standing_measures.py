"""Measures of targets and of ranks: each with its formula, over the joint values that it compares."""

from __future__ import annotations

from typing import Any

from transforms.values import TOTAL
from warehouse.book import Book, Key, Row
from warehouse.expression import Compare, Expression, Minus, Num, Over, add, times
from warehouse.formula import Term, term_of
from warehouse.measures import Figure

TARGETS = (
    "target", "target_low", "target_high", "actual", "baseline_value", "gap", "pace_so_far", "pace_needed",
    "projected", "achievement", "verdict",
)  # fmt: skip
PEERS = ("rank", "percentile", "better", "tied", "comparable")
# Digits that joint.target and joint.peer keep beside those of their indicator.
PACE_DIGITS, PERCENT_DIGITS = 2, 2
ONE, HUNDRED = Num(1), Num(100)


def target_measure(book: Book, key: Key, measure: str) -> Figure | None:
    """A measure of joint.target for the target year `key.period`.

    Where several documents set a target for that year, a breakdown of "document=ID" says which is meant; without
    one it is the first by id.
    """
    rows = book.targets.get((key.indicator, key.region, key.period), [])
    found = [row for row in rows if key.breakdown in {TOTAL, f"document={row['document']}"}]
    if not found or (found[0][measure] is None and found[0]["null_reason"] is None):
        return None
    return _target(book, key, measure, found[0])


def _target(book: Book, key: Key, measure: str, row: Row) -> Figure:
    key = key._replace(breakdown=f"document={row['document']}")
    took = {role: term for role, year in (("actual", "actual_year"), ("baseline", "baseline_year"))
            if (term := _of_year(book, key, role, row[year]))}  # fmt: skip
    indicator = book.indicators[key.indicator]
    decimals = int(indicator["decimals"])
    paces = measure in {"pace_so_far", "pace_needed"}
    return Figure(
        key,
        measure,
        row[measure],
        _target_unit(measure, str(row["unit"])),
        PERCENT_DIGITS if measure == "achievement" else decimals + (PACE_DIGITS if paces else 0),
        int(indicator["derived_decimals"]) + PACE_DIGITS,
        None if measure.startswith("target") else "recomputed",
        {
            "exactness": "exact",
            "obs_status": row["actual_status"] or "M",
            "evidence": row["evidence"] if measure.startswith("target") else row["actual_evidence"],
            "synthetic": row["synthetic"],
            "notice": row["notice"],
        },
        null_reason=row["null_reason"] if row[measure] in {None, "no_data"} else None,
        shown=_target_shown(measure, row, {role: _num(term) for role, term in took.items()}),
        took=tuple(term for role, term in took.items() if role in _TOOK.get(measure, ("actual",))),
        remark=_target_remark(row),
        declared=_declared(row),
    )


# What each measure takes; the others take the actual alone.
_TOOK = {
    "target": (), "target_low": (), "target_high": (), "baseline_value": ("baseline",),
    "pace_so_far": ("actual", "baseline"), "projected": ("actual", "baseline"), "verdict": ("actual", "baseline"),
}  # fmt: skip


def _of_year(book: Book, key: Key, role: str, year: int | None) -> Term | None:
    return None if year is None else term_of(book, role, Key(key.indicator, key.region, str(year)), rounded=True)


def _num(term: Term) -> Num:
    return Num(term.number, None, term.least)


def _target_unit(measure: str, unit: str) -> str:
    if measure == "achievement":
        return "percent"
    if measure == "verdict":
        return ""
    change = "percentage_points" if unit == "percent" else unit
    if measure in {"pace_so_far", "pace_needed"}:
        return f"{change}_per_year"
    return change if measure == "gap" else unit


def _target_shown(measure: str, row: Row, had: dict[str, Num]) -> Expression | None:
    """The formula of a measure with its numbers; None where the row has no such value."""
    if row[measure] is None or (measure == "verdict" and row["null_reason"]):
        return None
    if measure.startswith("target"):
        return Num(row[measure])
    if measure in {"actual", "baseline_value"}:
        return had[measure.removesuffix("_value")]
    actual, target = had["actual"], Num(row["target"])
    left = Num(row["year"] - row["actual_year"])
    if measure == "achievement":
        return _achievement(row, actual)
    plain: dict[str, Expression] = {"gap": Minus(actual, target), "pace_needed": Over(Minus(target, actual), left)}
    return plain[measure] if measure in plain else _with_pace(measure, row, actual, had.get("baseline"), left)


def _with_pace(measure: str, row: Row, actual: Num, baseline: Num | None, left: Num) -> Expression:
    """Pace so far, where it leads, and the verdict that follows: by the actual itself in the target year."""
    reached: Expression = actual
    if baseline is not None and (measure != "verdict" or left.value):
        pace = Over(Minus(actual, baseline), Num(row["actual_year"] - row["baseline_year"]))
        if measure == "pace_so_far":
            return pace
        reached = add([actual, times(pace, left)])
    if measure == "projected":
        return reached
    lower = row["direction"] == "lower_is_better"
    good = row["verdict"] in {"met", "on_track"}
    sign = ("<=" if good else ">") if lower else (">=" if good else "<")
    return Compare(reached, sign, Num(row["target"]))


def _achievement(row: Row, actual: Num) -> Expression:
    """Achievement by its declared formula, against the end of a range that was passed or missed."""
    low, high = row["target_low"], row["target_high"]
    if low is not None and high is not None and low <= actual.value <= high:
        return HUNDRED
    ends = (row["target"], row["target"]) if low is None or high is None else (low, high)
    target = Num(ends[1] if actual.value > ends[1] else ends[0])
    if row["achievement_formula"] == "ratio":
        return Over(times(HUNDRED, actual), target)
    if row["achievement_formula"] == "twice_target":
        return Over(times(HUNDRED, Minus(times(Num(2), target), actual)), target)
    return Over(times(HUNDRED, target), actual)


def _target_remark(row: Row) -> dict[str, str]:
    years = {"id": [f"target tahun {row['year']}"], "en": [f"target for {row['year']}"]}
    for column, indonesian, english in (
        ("actual_year", "realisasi tahun", "actual of"), ("baseline_year", "tahun awal", "baseline of")
    ):  # fmt: skip
        if row[column] is not None:
            years["id"].append(f"{indonesian} {row[column]}")
            years["en"].append(f"{english} {row[column]}")
    return {lang: ", ".join(parts) for lang, parts in years.items()}


def _declared(row: Row) -> dict[str, Any]:
    """The document that sets the target, and where we read it."""
    same = ("document", "title_id", "title_en", "publication", "evidence", "synthetic", "target")
    return {**{name: row[name] for name in same}, "published": str(row["published"]) if row["published"] else None}


def peer_measure(book: Book, key: Key, measure: str) -> Figure | None:
    """A measure of joint.peer; a breakdown of "scope=peers" asks for the named peers, else it is the province."""
    asked = "scope=province" if key.breakdown == TOTAL else key.breakdown
    rows = book.peers.get((key.indicator, key.region, key.period), [])
    row = next((item for item in rows if asked == f"scope={item['scope']}"), None)
    if row is None:
        return None
    own = key._replace(breakdown=row["breakdown"])
    others = [own._replace(region=code) for code in listed(book, row) if code != key.region]
    took = [("own", own), *(("compared", item) for item in others)]
    found = [term for role, item in took if (term := term_of(book, role, item, rounded=True))]
    return Figure(
        key._replace(breakdown=asked),
        measure,
        row[measure],
        {"rank": "", "percentile": "percent"}.get(measure, "regions"),
        PERCENT_DIGITS if measure == "percentile" else 0,
        PERCENT_DIGITS,
        "recomputed",
        {
            "exactness": "exact",
            "obs_status": book.figures[own]["obs_status"],
            "evidence": row["evidence"],
            "synthetic": row["synthetic"],
            "notice": row["notice"],
        },
        null_reason=None if row[measure] is not None else row["null_reason"],
        shown=_peer_shown(measure, row),
        took=tuple(found),
        remark=_peer_remark(row),
    )


def listed(book: Book, row: Row) -> list[str]:
    """The regions that a row of joint.peer is held against, as the release declares them."""
    place = book.regions[row["agglomeration"]]
    if row["scope"] == "peers":
        return str(place["peers"]).split(", ") if place["peers"] else []
    return sorted(
        code
        for code, region in book.regions.items()
        if region["parent"] == place["parent"] and region["level"] in {"regency", "city"}
    )


def _peer_shown(measure: str, row: Row) -> Expression | None:
    if row[measure] is None:
        return None
    if measure == "rank":
        return add([Num(row["better"]), ONE])
    if measure != "percentile":
        return Num(row[measure])
    others = Minus(Num(row["comparable"]), ONE)
    ahead = Minus(Minus(others, Num(row["better"])), Over(Num(row["tied"]), Num(2)))
    return Over(times(HUNDRED, ahead), others)


def _peer_remark(row: Row) -> dict[str, str]:
    first = {"lowest": ("terendah", "lowest"), "highest": ("tertinggi", "highest")}[row["first_is"]]
    if row["rank"] is None:
        few = row["comparable"]
        return {"id": f"{few} wilayah sebanding", "en": f"{few} comparable regions"}
    better, tied, of = row["better"], row["tied"], row["comparable"]
    return {
        "id": f"di antara {of} wilayah; peringkat 1 ialah yang {first[0]}: {better} lebih dahulu, {tied} sama",
        "en": f"among {of} regions; rank 1 is the {first[1]}: {better} stand ahead, {tied} tie",
    }
