"""The page's charts as Altair charts over named data, compiled to Vega; one specification serves all of its kind.

Colours are those of Okabe and Ito; dashes and shapes say the same again for who cannot tell colours apart. No axis is
made to start at nought, and a missing value breaks a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import altair as alt
import vl_convert
from altair.utils import schemapi

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#4d4d4d", "#000000")
DASHES = ((1, 0), (1, 0), (1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 4), (10, 4))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
INK, QUIET, LINES = "#1a1f24", "#4c555e", "#d9dee3"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
# Vega calls this function of the page's script, so that an axis speaks the language of the reader.
NUMBER = "mrNumber(datum.value)"
NAMED = "region:N"
# Whole years only: a short series must not show one of them twice.
YEARS = "sequence(ceil(domain('x')[0]), floor(domain('x')[1]) + 1)"


@cache
def library() -> str:
    """The Vega library as one script that sets `window.vega`; the same text for the same vl-convert-python."""
    module = f"/npm/vega@{vl_convert.get_vega_version()}/+esm"
    return vl_convert.javascript_bundle(f'import * as whole from "{module}";window.vega=whole;')


@lru_cache(maxsize=4)
def specifications(regions: tuple[str, ...], *, checked: bool = False) -> dict[str, Any]:
    """Every kind of chart as a Vega specification; `regions` are the codes that may have a line, Raya first.

    Altair holds every part of a chart against its schema when `checked`: a test does, a night need not.
    """
    with schemapi.debug_mode(checked):
        made = {
            "series": series(regions),
            "strip": strip(),
            "tiles": tiles(),
            "bars": bars(),
            "trend": trend(),
            "shapes": areas(),
        }
        return {name: vl_convert.vegalite_to_vega(_finished(chart, checked=checked)) for name, chart in made.items()}


def _finished(chart: Any, *, checked: bool) -> dict[str, Any]:
    """Common looks; marks say nothing to a screen reader, since each figure has a text and a table of its own."""
    done = (
        chart.configure(font=FONT, background="transparent", padding=4, aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=QUIET,
            labelFontSize=11,
            tickColor=LINES,
            domainColor=LINES,
            gridColor="#eceff2",
            titleColor=QUIET,
        )
    )
    found: dict[str, Any] = done.to_dict(validate=checked)
    return found


def _scales(codes: Sequence[str]) -> tuple[alt.Scale, alt.Scale, alt.Scale]:
    """Colour, dash and shape of each code."""
    count = len(codes)
    places = [number % len(COLOURS) for number in range(count)]
    domain = list(codes)
    return (
        alt.Scale(domain=domain, range=[COLOURS[place] for place in places]),
        alt.Scale(domain=domain, range=[list(DASHES[place]) for place in places]),
        alt.Scale(domain=domain, range=[SHAPES[place] for place in places]),
    )


def _lines(x: alt.X, codes: Sequence[str], wide: Sequence[float]) -> Any:
    """Lines that stop at gaps and breaks; hollow points are provisional."""
    colour, dash, shape = _scales(codes)
    rows = alt.Chart(alt.NamedData("rows"))
    y = alt.Y(
        "value:Q", scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(title=None, labelExpr=NUMBER, tickCount=6)
    )
    hue = alt.Color(NAMED, scale=colour, legend=None)
    line = rows.mark_line(strokeJoin="round").encode(
        x=x, y=y, color=hue, detail="segment:N",
        strokeDash=alt.StrokeDash(NAMED, scale=dash, legend=None),
        strokeWidth=alt.StrokeWidth(NAMED, scale=alt.Scale(domain=list(codes), range=list(wide)), legend=None),
    )  # fmt: skip
    points = rows.transform_filter("isValid(datum.value)").encode(
        x=x, y=y, color=hue, shape=alt.Shape(NAMED, scale=shape, legend=None), tooltip="tip:N"
    )
    firm = points.transform_filter("!datum.hollow").mark_point(filled=True, size=34, opacity=1, cursor="pointer")
    loose = points.transform_filter("datum.hollow").mark_point(
        filled=False, fill="white", size=48, opacity=1, strokeWidth=1.8, cursor="pointer"
    )
    return alt.layer(line, firm, loose)


def series(codes: Sequence[str]) -> Any:
    """One indicator over the years by region, data `rows` and `breaks` (year, text)."""
    x = alt.X(
        "year:Q",
        scale=alt.Scale(zero=False, nice=False, padding=8),
        axis=alt.Axis(
            title=None, format="d", values=alt.ExprRef(YEARS), grid=False, labelOverlap=True, labelSeparation=8
        ),
    )
    breaks = alt.Chart(alt.NamedData("breaks")).encode(x=x)
    rule = breaks.mark_rule(strokeDash=[3, 3], color=QUIET)
    text = breaks.mark_text(baseline="bottom", dy=-3, fontSize=10, color=QUIET).encode(y=alt.value(0), text="text:N")
    wide = [3.0, 2.2, 2.2, *[1.3] * max(len(codes) - 3, 0)][: len(codes)]
    return alt.layer(rule, _lines(x, codes, wide), text).properties(width="container", height=210)


def trend() -> Any:
    """Up to four measures over quarters or months, data `rows`."""
    x = alt.X(
        "period:O", sort=None, axis=alt.Axis(title=None, labelAngle=0, grid=False, labelOverlap=True, labelSeparation=6)
    )
    return _lines(x, ("s0", "s1", "s2", "s3"), (2.4, 2.4, 1.6, 1.6)).properties(width="container", height=210)


def strip() -> Any:
    """Regions one below the other by value, data `rows` in the order shown."""
    rows = alt.Chart(alt.NamedData("rows"))
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False, grid=True))
    x = alt.X(
        "value:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, labelExpr=NUMBER, grid=False, orient="top", tickCount=5),
    )
    point = rows.mark_point(filled=True, opacity=1, cursor="pointer").encode(
        x=x, y=y,
        color=alt.Color("colour:N", scale=None),
        shape=alt.Shape("shape:N", scale=None),
        size=alt.Size("size:Q", scale=None),
        tooltip="tip:N",
    )  # fmt: skip
    return alt.layer(point).properties(width="container", height=alt.Step(15))


def tiles() -> Any:
    """A grid of equal squares with name and value, data `rows`."""
    rows = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("col:O", axis=None, scale=alt.Scale(paddingInner=0.05, paddingOuter=0)),
        y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.06, paddingOuter=0)),
    )
    square = rows.mark_rect(cornerRadius=4, strokeWidth=1.5, cursor="pointer").encode(
        fill=alt.Fill("fill:N", scale=None), stroke=alt.Stroke("edge:N", scale=None), tooltip="tip:N"
    )
    ink = alt.Color("ink:N", scale=None)
    small = alt.ExprRef("width < 430 ? 9.5 : 12")
    name = rows.mark_text(dy=-24, baseline="top", fontSize=small, lineHeight=11, lineBreak="/").encode(
        text="label:N", color=ink
    )
    value = rows.mark_text(
        dy=alt.ExprRef("isString(datum.value) ? 4 : 12"),
        baseline=alt.ExprRef("isString(datum.value) ? 'top' : 'middle'"),
        fontSize=alt.ExprRef("isString(datum.value) ? (width < 430 ? 8.5 : 11) : width < 430 ? 11 : 14"),
        fontWeight="bold",
        lineHeight=10,
        lineBreak="/",
    ).encode(text="shown:N", color=ink)
    return alt.layer(square, name, value).properties(width="container", height=alt.Step(60))


def areas() -> Any:
    """Areas by their boundaries, data `shapes` (features with properties) and `names`."""
    shape = (
        alt.Chart(alt.NamedData("shapes"))
        .mark_geoshape(strokeWidth=1, cursor="pointer")
        .encode(
            fill=alt.Fill("properties.fill:N", scale=None),
            stroke=alt.Stroke("properties.edge:N", scale=None),
            tooltip="properties.tip:N",
        )
    )
    return alt.layer(shape).project(type="identity", reflectY=True).properties(width="container", height=420)


def bars() -> Any:
    """Stacked counts by row and class, data `rows`; the counts stand in the bars."""
    rows = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("name:N", sort=None, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=150)),
        order=alt.Order("turn:Q"),
    )
    x = alt.X(
        "units:Q", stack="zero", axis=alt.Axis(title=None, labelExpr=NUMBER, grid=False, tickCount=5, tickMinStep=1)
    )
    bar = rows.mark_bar(stroke="white", strokeWidth=1).encode(
        x=x, fill=alt.Fill("colour:N", scale=None), detail="turn:N", tooltip="tip:N"
    )
    middle = alt.X("units:Q", stack="zero", bandPosition=0.5)
    text = rows.mark_text(fontSize=11).encode(
        x=middle, text="shown:N", detail="turn:N", color=alt.Color("ink:N", scale=None)
    )
    return alt.layer(bar, text).properties(width="container", height=alt.Step(30))
