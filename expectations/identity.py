"""Judging identities: what must hold between figures of all sources in force, and between joint values.

A failed identity is a finding for meta.check and stops no release; exceptions that the catalog explains are told
with it, so that nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from catalog.identities import EVERY, AnyIdentity, Known, Listed, MembersNotSwapped, SameFigureTwoSources
from catalog.load import Catalog
from catalog.strict import Bilingual
from expectations.enough import LARGE, judge_large
from expectations.figures import COLUMNS, DOUBLE, JOINT, coded, figures_of, joint_figures, spelt
from expectations.identity_rows import Figures, rows_of
from expectations.messages import both, comparisons_passed, crash_message, figure, figure_name, region_name
from expectations.rules import fill
from expectations.suites import Planned, identity_suite
from expectations.validation import Found
from expectations.verdict import Check
from expectations.words import listing, number

# Small figures are told with at most so many decimals, those from BIG on with two.
SHOWN, BIG = 4, 1000
# A sentence lists a few more that failed and says how many there are.
NAMED = 10
COUNT = "count"
JOINT_TABLE = Bilingual(id="tabel gabungan", en="joint table")


@dataclass
class Compared:
    """The comparisons of a set of identities: one frame as `counted` gives it, what crashed, what is excused."""

    rows: pd.DataFrame
    crashed: dict[str, str] = field(default_factory=dict)
    excused: dict[str, list[Known]] = field(default_factory=dict)


def judge_identities(
    observations: pd.DataFrame,
    catalog: Catalog,
    families: Mapping[str, str] | None = None,
    joint: pd.DataFrame | None = None,
    apart: Iterable[Compared] = (),
) -> list[Check]:
    """Hold the catalog's identities against the observations in force of all sources, and against joint values.

    `observations` has the columns of core.observation, `joint` those of joint.indicator_value; `families` maps a
    source to its compilation. `apart` are what `compare_alone` found of further observations, of indicators of which no
    identity by name speaks and which one source alone has. One check per identity, in declared order; one whose
    indicators the catalog does not have is told as information. Never raises for an identity.
    """
    figures = figures_of(observations, families or {})
    if joint is not None:
        figures = pd.concat([figures, joint_figures(joint)], ignore_index=True)
    held = [item for item in catalog.identities if not _absent(item, catalog)]
    compared = compare(held, figures, catalog)
    more = list(apart)
    frames = [frame for frame in (compared.rows, *(item.rows for item in more)) if len(frame)]
    compared.rows = pd.concat(frames, ignore_index=True) if frames else compared.rows
    for item in more:
        compared.crashed |= item.crashed
        for name, needed in item.excused.items():
            told = compared.excused.setdefault(name, [])
            told += [one for one in needed if one not in told]
    checks = {check.rule: check for check in verdicts(compared, identity_suite(held), catalog)}
    return [checks[item.id] if item.id in checks else _skipped(item, catalog) for item in catalog.identities]


def compare_alone(observations: pd.DataFrame, catalog: Catalog, families: Mapping[str, str]) -> Compared:
    """Hold observations of one source against the identities of every indicator that were not held at the door.

    Those between sources have nothing to compare, and those by name are left to `judge_identities`.
    """
    between_sources = (MembersNotSwapped, SameFigureTwoSources)
    alone = [item for item in catalog.identities if isinstance(item, Listed) and not item.at_door]
    alone = [item for item in alone if not isinstance(item, between_sources) and not _absent(item, catalog)]
    return compare(alone, figures_of(observations, families, coded), catalog)


def compare(identities: Iterable[AnyIdentity], figures: pd.DataFrame, catalog: Catalog) -> Compared:
    """The comparisons of all identities, those that the catalog excuses not asked."""
    found = Compared(pd.DataFrame(columns=["identity", *COLUMNS, COUNT]))
    frames = []
    held = Figures(figures)
    for item in identities:
        try:
            rows = rows_of(item, held, catalog)
        except Exception as error:  # noqa: BLE001  a broken identity must not take the others down
            found.crashed[item.id] = f"{type(error).__name__}: {error}"
            continue
        found.excused[item.id] = excuse(rows, item.known)
        frames.append(counted(rows, item.id))
    if frames:
        found.rows = pd.concat(frames, ignore_index=True)
    return found


def counted(rows: pd.DataFrame, identity: str, large: int = LARGE) -> pd.DataFrame:
    """Comparisons with columns `identity` and `COUNT`: how many of them a row stands for.

    Of more than `large` comparisons those stay that do not hold. All others of an indicator are told by the one that
    came nearest to its limit: if that one holds, they do.
    """
    rows = rows.assign(identity=identity)
    rows[COUNT] = 1
    if len(rows) <= large:
        return rows
    beyond, of = rows["beyond"].to_numpy(dtype="float64"), pd.factorize(rows["indicator"])[0]
    held = np.flatnonzero(beyond <= 0)
    by_indicator = held[np.lexsort((beyond[held], of[held]))]
    nearest = by_indicator[np.append(np.diff(of[by_indicator]) != 0, True)[: len(held)]]
    rows[COUNT] = np.where(beyond > 0, 1, np.bincount(of[held], minlength=int(of.max(initial=-1)) + 1)[of])
    return spelt(rows.iloc[np.union1d(np.flatnonzero(beyond > 0), nearest)])


def excuse(rows: pd.DataFrame, known: Sequence[Known]) -> list[Known]:
    """Take the comparisons that known exceptions explain out of judgement; gives the exceptions that were needed."""
    needed: list[Known] = []
    if not (rows["beyond"] > 0).any():
        return needed
    for item in known:
        meant = (rows["beyond"] > 0) & rows["year"].between(item.first, item.last or item.first)
        meant &= (rows["region"] == item.region) | (item.region == EVERY)
        for column in ("indicator", "breakdown", "source"):
            wanted = getattr(item, column)
            meant &= wanted is None or rows[column] == wanted
        if item.found is not None:
            meant &= (rows["found"] - float(item.found)).abs() <= DOUBLE * rows["found"].abs()
        if meant.any():
            rows.loc[meant, "beyond"] = float("nan")
            needed.append(item)
    return needed


def verdicts(
    compared: Compared,
    plan: Sequence[Planned],
    catalog: Catalog,
    *,
    source: str | None = None,
    snapshot: str | None = None,
) -> list[Check]:
    """One check per planned rule, in the order of the plan; each sentence tells the first fault and how many more.

    A rule that found nothing to compare passes with nothing evaluated: there is nothing to hold it against.
    """
    codes, names = pd.factorize(compared.rows["identity"])
    turn = {item.rule.id: number for number, item in enumerate(plan)}
    order = np.array([turn.get(name, len(turn)) for name in names], np.int64)[codes]
    rows = compared.rows.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    comparing = set(rows["identity"].unique())
    asked = [planned for planned in plan if planned.rule.id in comparing]
    found, _ = judge_large(rows.astype({"beyond": "float64"}), asked, lambda some: some.reset_index(drop=True))
    compared_with = rows[rows["beyond"].notna()].groupby("identity")[COUNT].sum().to_dict()
    # Of one that crashed nothing was judged, however many rows there are.
    answers = {
        item.planned.key: item
        if item.outcome == "crashed"
        else replace(item, evaluated=int(compared_with.get(item.planned.rule.id, 0)))
        for item in found
    }
    checks = []
    for planned in plan:
        answer, rule = answers.get(planned.key) or Found(planned, "passed", 0, 0), planned.rule
        if rule.id in compared.crashed:
            answer = replace(answer, outcome="crashed", crash=compared.crashed[rule.id])
        message = _message(answer, rows, catalog, compared.excused.get(rule.id, []))
        checks.append(
            rule.verdict(
                answer.outcome,
                message,
                source=source,
                snapshot=snapshot,
                evaluated=answer.evaluated,
                failed=answer.failed,
            )
        )
    return checks


def _absent(identity: AnyIdentity, catalog: Catalog) -> list[str]:
    """The indicators that keep an identity from being held, because the catalog does not have them."""
    if isinstance(identity, Listed):
        return [] if identity.among(list(catalog.indicators)) else identity.indicators
    return [name for name in identity.needs if name not in catalog.indicators]


def _skipped(identity: AnyIdentity, catalog: Catalog) -> Check:
    names = ", ".join(_absent(identity, catalog))
    message = Bilingual(
        id=f"{identity.label.id}: tidak diperiksa, karena katalog tidak memuat indikator {names}.",
        en=f"{identity.label.en}: not held, because the catalog does not have the indicator {names}.",
    )
    rule = identity_suite([identity])[0].rule.model_copy(update={"severity": "info"})
    return rule.verdict("passed", message, evaluated=0)


def _message(found: Found, rows: pd.DataFrame, catalog: Catalog, excused: Sequence[Known]) -> Bilingual:
    rule = found.planned.rule
    if found.outcome == "crashed":
        return crash_message(rule, found.crash)
    told = _failed(found, rows, catalog) if found.outcome == "failed" else _passed(found)
    if not excused:
        return told
    return both(
        lambda lang: " ".join(
            [
                told.get(lang),
                {"id": "Pengecualian yang diketahui:", "en": "Known exceptions:"}[lang],
                *(f"{_when(item)}: {item.reason.get(lang)}" for item in excused),
            ]
        )
    )


def _when(known: Known) -> str:
    place = "" if known.region == EVERY else f"{known.region}, "
    return f"{place}{known.first}" + (f"-{known.last}" if known.last else "")


def _passed(found: Found) -> Bilingual:
    label, count = found.planned.rule.label, found.evaluated
    if not count:
        return Bilingual(
            id=f"{label.id}: belum ada angka untuk diperiksa.", en=f"{label.en}: there are no figures to check yet."
        )
    return comparisons_passed(found.planned.rule, count)


def _failed(found: Found, rows: pd.DataFrame, catalog: Catalog) -> Bilingual:
    rule, faults = found.planned.rule, rows.iloc[sorted(found.rows)]
    first = faults.iloc[0]
    other = str(first["other"])
    sentence = fill(
        rule.template(other if other in rule.variants else None),
        {
            "rule": rule.label,
            "key": _key(first, catalog),
            "found": figure(_shown(first["found"])),
            "expected": both(lambda lang: _span(first, lang)),
            "share": figure(_moved(first)),
            "source": _source(str(first["source"])),
            "other": _other(other, catalog),
        },
    )
    if len(faults) == 1:
        return sentence
    others = faults.iloc[1:].drop_duplicates(["indicator", "region", "period", "breakdown"])
    names = [_key(row, catalog) for _, row in others.head(NAMED).iterrows()]
    unnamed = [""] * (len(others) - len(names))
    more = {"id": "Gagal pula:", "en": "Failed as well:"}
    return both(
        lambda lang: (
            f"{sentence.get(lang)} {more[lang]} {listing([*(name.get(lang) for name in names), *unnamed], lang)}."
        )
    )


def _key(row: pd.Series, catalog: Catalog) -> Bilingual:
    region, breakdown = (row[name] if isinstance(row[name], str) else None for name in ("region", "breakdown"))
    return figure_name(catalog, str(row["indicator"]), region, str(row["period"]), breakdown)


def _span(row: pd.Series, lang: str) -> str:
    low, high = (number(_shown(row[name]), lang) for name in ("low", "high"))
    return low if low == high else f"{low} {'sampai' if lang == 'id' else 'to'} {high}"


def _shown(value: float) -> float:
    """A figure with as many decimals as its size bears, so that 1,116,115.26 is told to the unit."""
    return round(float(value), SHOWN if abs(value) < BIG else 2)


def _moved(row: pd.Series) -> float:
    """By how many percent the figure differs from what it was held against."""
    return round(100 * (float(row["found"]) / float(row["low"]) - 1), 2) if row["low"] else 0.0


def _source(source: str) -> Bilingual:
    return JOINT_TABLE if source == JOINT else Bilingual(id=source, en=source)


def _other(name: str, catalog: Catalog) -> Bilingual:
    """What a figure was held against, in words: an indicator, a region, or a source."""
    if name in catalog.indicators:
        return catalog.indicators[name].label
    return region_name(catalog, name) if name in catalog.regions_by_code else _source(name)
