"""The summary a planning officer reads at the end of a night, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from catalog.codes import code_label
from catalog.load import load_catalog
from catalog.settings import Settings
from catalog.words import number
from flows.layout import feedback_page
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome
from flows.rollback import as_problem, as_replaced, standing_decision
from sources.store import Rollback
from warehouse.query import as_dicts, reader
from warehouse.shelf import ReleaseInfo, current_release

HEADLINES = ("poverty_rate", "poor_population", "open_unemployment_rate", "grdp_growth", "population")
ATTENTION = 3
# Of one source so many cells are told; all of them stand in the feedback for the owner of the file.
TOLD = 5
Asking = Callable[[str], list[dict[str, Any]]]
CHANGES = "SELECT reason, count(*) AS n FROM meta.change GROUP BY reason ORDER BY n DESC, reason"
# A final figure that was revised stands all the same: it is news for the operator, not a fault to mend.
ALARMS = (
    "SELECT source, message_id, message_en FROM meta.check "
    "WHERE gate = 'history' AND severity = 'warning' AND outcome = 'failed' ORDER BY source, rule"
)
# One cell may hold back many figures; of a refused file the refusal says most.
HELD = (
    "SELECT source, file, message_id, message_en, count(DISTINCT row_id) AS n FROM meta.quarantine "
    "WHERE source NOT IN (SELECT source FROM meta.freshness WHERE refused_snapshot IS NOT NULL) "
    "GROUP BY ALL ORDER BY source, min(source_line), min(row_id), message_id"
)


@dataclass(frozen=True)
class Standing:
    """What a release holds, read back from the release itself."""

    sources: int
    bundled: int
    examples: int
    figures: int
    quarantined: int
    indicators: int
    first_year: int
    last_year: int
    headlines: list[dict[str, Any]]
    stale: list[dict[str, Any]]
    held: list[dict[str, Any]]
    changes: dict[str, int]
    alarms: list[dict[str, Any]]


def night_outcome(
    settings: Settings,
    release: ReleaseInfo,
    fetched: Iterable[FetchOutcome],
    read: Iterable[ReadOutcome],
    *,
    changed: bool,
    chosen: Rollback | None = None,
) -> NightOutcome:
    """How a night ended that leaves `release` in force; `chosen` is the decision that stood when it began."""
    stands = standing(release)
    problems = [*_chosen(settings), *_replaced(chosen, release), *_problems(settings.data, stands, fetched, read)]
    ids, ens = [item[0] for item in problems], [item[1] for item in problems]
    return NightOutcome(
        exit_code=ATTENTION if problems else 0,
        release=release.id,
        changed=changed,
        summary_id=_text(settings, release, stands, ids, "id", changed=changed),
        summary_en=_text(settings, release, stands, ens, "en", changed=changed),
        sources=stands.sources,
        accepted=stands.figures,
        quarantined=stands.quarantined,
        problems_id=ids,
        problems_en=ens,
    )


def standing_outcome(settings: Settings, fetched: Iterable[FetchOutcome]) -> NightOutcome:
    """How a night ended in which nothing was new: the release that stands, and what still needs attention."""
    release = current_release(settings.data)
    if release is None:
        raise LookupError("a night without work needs a release that stands")
    return night_outcome(settings, release, fetched, [], changed=False)


def standing(release: ReleaseInfo) -> Standing:
    """Read what a release holds from its DuckDB file."""
    with reader(release.path) as ask:
        return _standing(lambda sql: as_dicts(ask(sql)))


def _standing(rows_of: Asking) -> Standing:
    sources = rows_of(
        "SELECT count(*) AS n, count(*) FILTER (bundled) AS bundled, count(*) FILTER (synthetic) AS examples "
        "FROM core.source",
    )[0]
    figures = rows_of(
        "SELECT count(*) AS n, count(DISTINCT indicator) AS indicators, min(year) AS first, max(year) AS last "
        "FROM core.observation WHERE superseded_at IS NULL AND value IS NOT NULL",
    )[0]
    return Standing(
        sources=sources["n"],
        bundled=sources["bundled"],
        examples=sources["examples"],
        figures=figures["n"],
        quarantined=rows_of(
            "SELECT count(*) AS n FROM (SELECT DISTINCT source, snapshot, row_id FROM meta.quarantine)"
        )[0]["n"],
        indicators=figures["indicators"],
        first_year=figures["first"],
        last_year=figures["last"],
        headlines=_headlines(rows_of),
        stale=rows_of("SELECT * FROM meta.freshness WHERE refused_snapshot IS NOT NULL ORDER BY source"),
        held=rows_of(HELD),
        changes={row["reason"]: row["n"] for row in rows_of(CHANGES)},
        alarms=rows_of(ALARMS),
    )


def _headlines(rows_of: Asking) -> list[dict[str, Any]]:
    """The newest value of each headline indicator for every agglomeration."""
    found = rows_of(
        "SELECT indicator, region_code, year, value, unit, obs_status, synthetic FROM joint.indicator_value "
        "WHERE region_role = 'agglomeration' AND breakdown = '_T' AND superseded_at IS NULL AND value IS NOT NULL "
        "QUALIFY year = max(year) OVER (PARTITION BY indicator, region_code)",
    )
    found = [row for row in found if row["indicator"] in HEADLINES]
    return sorted(found, key=lambda row: (row["region_code"], HEADLINES.index(row["indicator"])))


def _problems(
    data: Path, stands: Standing, fetched: Iterable[FetchOutcome], read: Iterable[ReadOutcome]
) -> list[tuple[str, str]]:
    """What needs attention, each source's trouble once, by what says most of it.

    A refused file is told by the release, with what stays in force; then comes what fetching could not do; then reads
    that ended in a program error or found nothing to read.
    """
    refused = {row["source"] for row in stands.stale}
    failed = [item for item in fetched if item.state in {"refused", "unreachable"} and item.source not in refused]
    told = refused | {item.source for item in failed}
    return [
        *((f"{item.source}: {item.message_id}", f"{item.source}: {item.message_en}") for item in failed),
        *(
            (f"{item.source}: {item.refused_id}", f"{item.source}: {item.refused_en}")
            for item in read
            if item.refused_id and item.source not in told
        ),
        *(_stale_problem(row, data) for row in stands.stale),
        *_held_problems(stands.held, data),
    ]


def _chosen(settings: Settings) -> list[tuple[str, str]]:
    """An earlier release that stands by an operator's decision is told every night, so that nobody forgets it."""
    decision = standing_decision(settings)
    if decision is None:
        return []
    told = as_problem(decision)
    return [(told.id, told.en)]


def _replaced(chosen: Rollback | None, stands: ReleaseInfo) -> list[tuple[str, str]]:
    """A choice that another content has ended is told once."""
    if chosen is None or chosen.release == stands.id:
        return []
    told = as_replaced(chosen, stands.id)
    return [(told.id, told.en)]


def _stale_problem(row: dict[str, Any], data: Path) -> tuple[str, str]:
    since, page = row["first_seen"], feedback_page(data, row["source"])
    stays_id = f"Angka dari berkas tanggal {since} tetap dipakai." if since else "Belum ada angka dari sumber ini."
    stays_en = f"The figures of the file of {since} stay in use." if since else "There are no figures of it yet."
    return (
        f"{row['source']}: berkas terbaru ditolak: {row['reason_id']} {stays_id} Untuk pemilik data: {page}",
        f"{row['source']}: the newest file was refused: {row['reason_en']} {stays_en} For the data owner: {page}",
    )


def _held_problems(held: list[dict[str, Any]], data: Path) -> Iterator[tuple[str, str]]:
    """The first cells of each source that hold figures back, and where all of them are listed."""
    for source, found in groupby(held, lambda row: row["source"]):
        rows, page = list(found), feedback_page(data, source)
        # One left over takes no more room than the line that would stand for it.
        told = rows if len(rows) == TOLD + 1 else rows[:TOLD]
        more = len(rows) - len(told)
        yield from map(_held_problem, told)
        if more:
            yield (
                f"{source}: dan {number(more, 'id')} temuan lain. Untuk pemilik data: {page}",
                f"{source}: and {number(more, 'en')} more findings. For the data owner: {page}",
            )


def _held_problem(row: dict[str, Any]) -> tuple[str, str]:
    """The message begins with line and column, so that only the file is missing from it."""
    several = row["n"] > 1
    count_id = f" Karena itu {number(row['n'], 'id')} angka ditahan." if several else ""
    count_en = f" {number(row['n'], 'en')} figures are held back by it." if several else ""
    return (
        f"{row['source']}: dikarantina, {row['file']}. {row['message_id']}{count_id}",
        f"{row['source']}: in quarantine, {row['file']}. {row['message_en']}{count_en}",
    )


def _text(
    settings: Settings, release: ReleaseInfo, stands: Standing, problems: list[str], lang: str, *, changed: bool
) -> str:
    lines = (_lines_en if lang == "en" else _lines_id)(stands, release, changed)
    lines += _headline_lines(settings, stands, lang)
    if changed:
        lines += _news(stands, lang)
    if problems:
        lines += ["", "Needs attention:" if lang == "en" else "Perlu perhatian:"]
        lines += [f"  - {problem}" for problem in problems]
    lines += ["", ("Release: " if lang == "en" else "Rilis: ") + str(release.path)]
    return "\n".join(lines)


def _lines_id(stands: Standing, release: ReleaseInfo, changed: bool) -> list[str]:
    n: Callable[[int], str] = lambda value: number(value, "id")  # noqa: E731
    news = f"Rilis baru {release.id}." if changed else f"Tidak ada yang berubah. Rilis {release.id} tetap berlaku."
    return [
        news,
        f"Sumber dibaca   : {stands.sources} ({stands.bundled} berkas bawaan, bukan portal langsung)",
        *([f"Contoh          : {stands.examples} sumber, bukan terbitan siapa pun"] if stands.examples else []),
        f"Angka diterima  : {n(stands.figures)}; dikarantina: {n(stands.quarantined)}",
        f"Indikator       : {stands.indicators}; tahun {stands.first_year} sampai {stands.last_year}",
    ]


def _lines_en(stands: Standing, release: ReleaseInfo, changed: bool) -> list[str]:
    news = f"New release {release.id}." if changed else f"Nothing changed. Release {release.id} stays in force."
    return [
        news,
        f"Sources read     : {stands.sources} ({stands.bundled} bundled files, not live portals)",
        *([f"Examples         : {stands.examples} sources, published by nobody"] if stands.examples else []),
        f"Figures accepted : {stands.figures:,}; in quarantine: {stands.quarantined:,}",
        f"Indicators       : {stands.indicators}; years {stands.first_year} to {stands.last_year}",
    ]


def _headline_lines(settings: Settings, stands: Standing, lang: str) -> list[str]:
    catalog = load_catalog(settings.catalog)
    lines: list[str] = []
    for place in catalog.agglomerations.values():
        rows = [row for row in stands.headlines if row["region_code"] == place.id]
        if not rows:
            continue
        note = (
            "computed jointly, not an official BPS figure" if lang == "en" else "gabungan hitung, bukan angka resmi BPS"
        )
        lines += ["", f"{place.label.get(lang)} ({note}):"]
        for row in rows:
            indicator = catalog.indicators[row["indicator"]]
            unit = catalog.units[row["unit"]].label.get(lang)
            value = number(row["value"], lang, indicator.decimals)
            mark = _marks(row, lang)
            lines.append(f"  {indicator.label.get(lang)}, {row['year']}: {value} {unit}{mark}")
    return lines


def _news(stands: Standing, lang: str) -> list[str]:
    """What a new release says otherwise than the one before, and what a publisher changed that was final."""
    lines = []
    if stands.changes:
        told = ", ".join(
            f"{code_label('change_reason', reason).get(lang)} {number(n, lang)}" for reason, n in stands.changes.items()
        )
        total = number(sum(stands.changes.values()), lang)
        lines += ["", f"{'Berubah' if lang == 'id' else 'Changed'}: {total} ({told}); mojoraya diff"]
    if stands.alarms:
        lines += ["", "Perlu diketahui:" if lang == "id" else "Worth knowing:"]
        lines += [f"  - {row['source']}: {row[f'message_{lang}']}" for row in stands.alarms]
    return lines


def _marks(row: dict[str, Any], lang: str) -> str:
    marks = []
    if row["obs_status"] == "P":
        marks.append("provisional" if lang == "en" else "sementara")
    if row["synthetic"]:
        marks.append("example, not published" if lang == "en" else "contoh, tidak diterbitkan siapa pun")
    return f" ({', '.join(marks)})" if marks else ""
