"""Joint tables one value at a time, in plain Python: the oracle that the columnar engine is held against."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.load import Catalog
from catalog.models import Agglomeration, Growth, Indicator, RatioOf, RatioOfSums, Recomputed, Rule, Sum, WeightedMean
from support import scalar_rules as rules
from support.scalar_rules import Value, missing
from transforms.joint_frames import DERIVED_NOTICE, NOTICE
from transforms.joint_places import applies, roles
from transforms.values import TOTAL, Source

Row = dict[str, Any]
Book = dict[tuple[str, str], dict[tuple[str, int], Value]]
KEY = ("indicator", "region_code", "period", "breakdown")
WATCHED = ("value", "rounding_low", "rounding_high", "obs_status", "method", "null_reason", "break_flag", "source")


def scalar_tables(
    observations: Sequence[Row], waiting: Sequence[Row], catalog: Catalog, sources: Mapping[str, Source], day: date
) -> tuple[list[Row], list[Row]]:
    """The rows of joint.indicator_value and joint.indicator_input of one moment."""
    part = roles(catalog)
    observations, waiting = ([row for row in rows if row["region_code"] in part] for rows in (observations, waiting))
    book: Book = defaultdict(dict)
    for value in _read(observations, waiting, catalog, sources, day):
        book[value.indicator, value.breakdown][value.region, value.year] = value
    for indicator in catalog.indicators.values():
        _add_totals(book, indicator, catalog)
    for indicator in catalog.indicators.values():
        _add_derived(book, indicator)
    for indicator in catalog.indicators.values():
        _add_not_applicable(book, indicator, catalog)
    late = (Growth, Recomputed)
    ordered = sorted(
        catalog.indicators.values(), key=lambda item: any(isinstance(rule, late) for rule in item.rules)
    )  # fmt: skip
    for place in catalog.agglomerations.values():
        for indicator in ordered:
            _add_joint(book, indicator, place, catalog)
    values = [value for series in book.values() for value in series.values()]
    values.sort(key=lambda value: (value.indicator, value.region, value.year, value.breakdown))
    inputs = [row for value in values for row in _input_rows(value)]
    inputs.sort(key=lambda row: tuple(str(row[name]) for name in (*KEY, *list(row)[5:10])))
    return [_row(value, catalog, part[value.region]) for value in values], inputs


def _read(
    observations: Sequence[Row], waiting: Sequence[Row], catalog: Catalog, sources: Mapping[str, Source], day: date
) -> Iterator[Value]:
    present: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in observations:
        present[row["indicator"], row["region_code"]].add(row["source"])
    spoken = [row["source"] == speaker(row, present, catalog, sources) for row in observations]
    for row, speaks in zip(observations, spoken, strict=True):
        if not speaks:
            yield _gap(row, "not_in_preferred_source", sources, day)
    for row in waiting:
        yield _gap(row, "quarantined", sources, day)
    for row, speaks in zip(observations, spoken, strict=True):
        if speaks:
            yield _published(row, sources)


def speaker(
    row: Row, present: Mapping[tuple[str, str], set[str]], catalog: Catalog, sources: Mapping[str, Source]
) -> str | None:
    """The source that speaks for the series and year of a row."""
    names = present[row["indicator"], row["region_code"]]
    for region in (row["region_code"], "*"):
        for series in catalog.precedence[::-1]:
            if row["indicator"] in series.indicators and region in series.regions:
                order = [turn for turn in series.order if turn.source in names]
                for turn in order:
                    if (turn.first or 0) <= row["year"] <= (turn.last or 9999):
                        return turn.source
                return None if order else _lowest(names, sources)
    return _lowest(names, sources)


def _lowest(names: set[str], sources: Mapping[str, Source]) -> str:
    return min(names, key=lambda name: (sources[name].rank, name))


def _gap(row: Row, reason: str, sources: Mapping[str, Source], day: date) -> Value:
    item = sources[row["source"]]
    return Value(
        indicator=row["indicator"], region=row["region_code"], year=row["year"], breakdown=row["breakdown"],
        value=None, low=math.nan, high=math.nan, status="M", method="", exactness="", coverage="0/1",
        source=row["source"], family=item.family, evidence=item.evidence, synthetic=item.synthetic, vintage=day,
        null_reason=reason,
    )  # fmt: skip


def _published(row: Row, sources: Mapping[str, Source]) -> Value:
    number, half = row["value"], Decimal(row["rounding_step"] or 0) / 2
    known = number is not None
    return Value(
        indicator=row["indicator"], region=row["region_code"], year=row["year"], breakdown=row["breakdown"],
        value=float(number) if known else None,
        low=float(number - half) if known else math.nan,
        high=float(number + half) if known else math.nan,
        status=row["obs_status"],
        method="official" if known else "", exactness="published" if known else "",
        coverage="1/1" if known else "0/1",
        source=row["source"], family=sources[row["source"]].family, evidence=row["evidence"],
        synthetic=row["synthetic"], vintage=row["vintage"], break_flag=row["break_flag"],
        null_reason=None if known else "published_as_missing",
        observation_id=row["observation_id"],
    )  # fmt: skip


def _add_totals(book: Book, indicator: Indicator, catalog: Catalog) -> None:
    if indicator.total_from is None:
        return
    codes = [code.code for code in catalog.breakdowns[indicator.total_from].codes if code.code != TOTAL]
    parts = [book.get((indicator.id, f"{indicator.total_from}={code}"), {}) for code in codes]
    for key in {key for series in parts for key in series}:
        if not rules.known([book[indicator.id, TOTAL].get(key)]):
            found = [series.get(key) for series in parts]
            like = next(value for value in found if value is not None)._replace(breakdown=TOTAL)
            book[indicator.id, TOTAL][key] = rules.total(like, found, reason="part_missing")


def _add_derived(book: Book, indicator: Indicator) -> None:
    rule = indicator.derive
    if rule is None:
        return
    if isinstance(rule, Growth):
        names = [rule.of]
    else:
        names = [rule.numerator, rule.denominator] if isinstance(rule, RatioOf) else rule.parts
    levels = [book.get((name, TOTAL), {}) for name in names]
    own = book[indicator.id, TOTAL]
    for region, year in {key for level in (levels[:1] if isinstance(rule, RatioOf) else levels) for key in level}:
        found = [level.get((region, year)) for level in levels]
        like = next(value for value in found if value is not None)._replace(indicator=indicator.id)
        if isinstance(rule, Growth):
            made = rules.growth(like, found[0], levels[0].get((region, year - 1)), method="recomputed")
        elif isinstance(rule, RatioOf):
            made = rules.quotient(like, found[0], found[1], rule.scale)
        else:
            made = rules.total(like, found, reason="part_missing")
        before = own.get((region, year))
        if before is None or (before.value is None and made.value is not None):
            own[region, year] = made


def _add_not_applicable(book: Book, indicator: Indicator, catalog: Catalog) -> None:
    outside = [code for code in roles(catalog) if not applies(indicator, code, catalog)]
    for (name, _), series in book.items():
        if name == indicator.id:
            likes = {year: value for (_, year), value in sorted(series.items())}
            for year, like in likes.items():
                for code in outside:
                    series.setdefault((code, year), missing(like, "not_applicable", region=code, source=""))


def _add_joint(book: Book, indicator: Indicator, place: Agglomeration, catalog: Catalog) -> None:
    members = [code for code in place.members if applies(indicator, code, catalog)]
    for name, breakdown in list(book):
        series = book[name, breakdown]
        if name == indicator.id:
            for year in {year for region, year in series if region in members}:
                like = next(series[code, year] for code in members if (code, year) in series)
                like = like._replace(region=place.id)
                tried = [_apply(book, rule, like, place.id, sorted(members)) for rule in indicator.rules]
                series[place.id, year] = next((value for value in tried if value.value is not None), tried[0])


def _apply(book: Book, rule: Rule, like: Value, place: str, codes: list[str]) -> Value:
    def members(indicator: str, breakdown: str = like.breakdown) -> list[Value | None]:
        return [book.get((indicator, breakdown), {}).get((code, like.year)) for code in codes]

    def own(indicator: str, year: int = like.year) -> Value | None:
        return book.get((indicator, like.breakdown), {}).get((place, year))

    if isinstance(rule, Sum):
        return rules.total(like, members(like.indicator), reason="member_missing")
    if isinstance(rule, RatioOfSums) and rule.denominator == "implied":
        return rules.pooled_rate(like, members(rule.numerator), members(like.indicator))
    if isinstance(rule, RatioOfSums):
        return rules.ratio_of_totals(like, members(rule.numerator), members(rule.denominator), rule.scale)
    if isinstance(rule, WeightedMean):
        weights = list(zip(*(members(name, TOTAL) for name in rule.weights), strict=True))
        return rules.weighted_mean(like, members(like.indicator), weights, exactness=rule.exactness)
    if isinstance(rule, Recomputed):
        return rules.human_development(like, [own(name) for name in rule.components])
    if isinstance(rule, Growth):
        made = rules.growth(like, own(rule.of), own(rule.of, like.year - 1), method="ratio_of_sums")
    else:
        made = missing(like, "not_aggregable")
    return made


def _row(value: Value, catalog: Catalog, role: str) -> Row:
    indicator, known = catalog.indicators[value.indicator], value.value is not None
    digits = indicator.derived_decimals if known and value.method != "official" else None
    notice = NOTICE if role == "agglomeration" else (None if digits is None else DERIVED_NOTICE)
    return {
        "indicator": value.indicator, "region_code": value.region, "region_role": role, "period": str(value.year),
        "year": value.year, "breakdown": value.breakdown,
        "value": value.value if digits is None else round(value.number, digits) + 0.0,
        "unit": indicator.unit,
        "rounding_low": outward_end(value.low, digits, math.floor) if known else None,
        "rounding_high": outward_end(value.high, digits, math.ceil) if known else None,
        "sampling_se": None, "sampling_se_reason": "not_published" if indicator.survey else "not_a_survey",
        "obs_status": value.status, "break_flag": value.break_flag, "method": value.method or None,
        "exactness": value.exactness or None, "coverage": value.coverage or None, "null_reason": value.null_reason,
        "source": value.source, "evidence": value.evidence, "synthetic": value.synthetic, "notice": notice,
        "vintage": value.vintage, "superseded_at": None,
    }  # fmt: skip


def outward_end(end: float, digits: int | None, outward: Callable[[float], int]) -> float:
    if digits is None:
        return end
    scale = 10.0**digits
    return float(outward(round(end * scale, 6))) / scale


def _input_rows(value: Value) -> list[Row]:
    return [
        {
            "indicator": value.indicator, "region_code": value.region, "period": str(value.year),
            "breakdown": value.breakdown, "vintage": value.vintage, "role": item.role,
            "input_indicator": item.indicator, "input_region": item.region, "input_period": str(item.year),
            "input_breakdown": item.breakdown, "value": item.value, "observation_id": item.observation_id,
        }
        for item in value.inputs
    ]  # fmt: skip


def scalar_history(moments: Sequence[tuple[date, tuple[list[Row], list[Row]]]]) -> tuple[list[Row], list[Row]]:
    """The rows over all moments: every run of equal values opens one row, with the inputs of its first moment."""
    values: list[Row] = []
    inputs: list[Row] = []
    opened: dict[tuple[Any, ...], Row] = {}
    for day, (rows, behind) in moments:
        now = {tuple(row[name] for name in KEY): row for row in rows}
        for key, row in list(opened.items()):
            if key not in now or any(row[name] != now[key][name] for name in WATCHED):
                row["superseded_at"] = day
                del opened[key]
        new = now.keys() - opened.keys()
        opened |= {key: {**now[key], "vintage": day} for key in new}
        values += [opened[key] for key in new]
        inputs += [{**row, "vintage": day} for row in behind if tuple(row[name] for name in KEY) in new]
    order = (*KEY, "vintage")
    values.sort(key=lambda row: tuple(row[name] for name in order))
    inputs.sort(key=lambda row: tuple(row[name] for name in (*order, *list(row)[5:10])))
    return values, inputs
