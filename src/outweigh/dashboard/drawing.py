"""Draws charts: one Altair definition for both widths, as inline SVG whose colours are CSS variables."""

import json
from io import StringIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from outweigh.dashboard.charts import SHAPES, Figure, Layout, Range
from outweigh.dashboard.plans import Plan, Symbol, Word, planned, symbols, words

if TYPE_CHECKING:
    import altair as alt

_SVG = "http://www.w3.org/2000/svg"
_KEPT = {
    *("d", "transform", "viewBox", "x", "y", "x1", "x2", "y1", "y2"),
    *(
        "fill",
        "fill-opacity",
        "opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-dasharray",
        "stroke-opacity",
    ),
    *("text-anchor", "font-size", "font-weight"),
}


def colour(series: int) -> str:
    """The CSS variable of a model's colour; 0 is the grey of "too many to tell apart"."""
    return f"var(--m{series})"


def shape(series: int) -> str:
    """The Vega name of a model's shape."""
    return SHAPES[(series - 1) % len(SHAPES)] if series else SHAPES[0]


def svg(figure: Figure, layout: Layout) -> str:
    """The figure as an SVG element, hidden from screen readers: the sentence beside it speaks for it."""
    import altair as alt

    plan = planned(figure, layout)
    chart = (
        alt.layer(*_backdrop(plan), *_totals(plan), *_raw(plan), *_intervals(plan), *_words(plan))
        .properties(
            width=layout.plot,
            height=plan.height,
            padding=plan.padding,
            autosize=alt.AutoSizeParams(type="none"),
        )
        .configure(background="transparent", aria=False)
        .configure_view(stroke=None)
    )
    out = StringIO()
    chart.save(out, format="svg")
    return inline(out.getvalue(), layout.name)


def data(values: list[dict[str, Any]]) -> "alt.InlineData":
    """Rows given in the chart itself."""
    import altair as alt

    return alt.InlineData(values=values)


def _x(plan: Plan, field: str) -> "alt.X":
    """The one axis that all layers share."""
    import altair as alt

    said = "datum.value" if not plan.figure.ends else "(datum.value > 0 ? '+' : '') + datum.value"
    said = told(plan.range) if plan.range.labels else f"replace({said}, '-', '\N{MINUS SIGN}')"
    return alt.X(
        f"{field}:Q",
        scale=alt.Scale(domain=[plan.range.low, plan.range.high], nice=False, zero=False),
        axis=alt.Axis(
            values=list(plan.range.ticks),
            labelExpr=said,
            title=plan.figure.axis,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=10,
            titleColor="var(--muted)",
            labelFontSize=12,
            labelColor="var(--muted)",
            labelFlush=False,
            labelBound=False,
            labelOverlap=False,
            labelPadding=6,
            gridColor="var(--grid)",
            domain=False,
            ticks=False,
        ),
    )


def _y(field: str) -> "alt.Y":
    """A row's place in pixels, as planned."""
    import altair as alt

    return alt.Y(f"{field}:Q", scale=None, axis=None)


def told(axis: Range) -> str:
    """A Vega expression for the label of each tick."""
    return f"{json.dumps(axis.labels, ensure_ascii=False)}[indexof({json.dumps(axis.ticks)}, datum.value)]"


def _tint(field: str = "colour") -> dict[str, Any]:
    """Colours are said by the data, as CSS variables; so there is no legend to merge or to lose."""
    import altair as alt

    return {"color": alt.Color(f"{field}:N", scale=None, legend=None)}


def _backdrop(plan: Plan) -> "list[alt.Chart]":
    """Tie shades, lines between rows, chance levels and zero."""
    import altair as alt

    edges = {"from": plan.at(-plan.layout.left - plan.layout.edge)}
    edges |= {"to": plan.at(plan.layout.plot + plan.layout.edge + plan.layout.right)}
    room = plan.at(7) - plan.at(0)  # the round ends of the bars
    shades = [
        {"from": place.row.shade[0] - room, "to": place.row.shade[1] + room, "y": top, "y2": bottom}
        for place in plan.places
        if place.row.shade
        for top, bottom in place.shades
    ]
    lines = [edges | {"y": place.bottom} for place in plan.places[:-1]]
    upright = [
        {"from": place.row.chance, "y": place.behind[0], "y2": place.behind[1]}
        for place in plan.places
        if place.row.chance is not None
    ]
    zero = [{"from": 0, "y": 0, "y2": plan.height}] if plan.figure.ends else []
    x, y, y2 = _x(plan, "from"), _y("y"), alt.Y2("y2:Q")
    return [
        alt.Chart(data(shades)).mark_rect(cornerRadius=6, color="var(--tie-strong)").encode(x, y, x2="to:Q", y2=y2),
        alt.Chart(data(lines)).mark_rule(color="var(--line)").encode(x, y, x2="to:Q"),
        alt.Chart(data(upright)).mark_rule(color="var(--muted)", strokeDash=[2, 2]).encode(x, y, y2=y2),
        alt.Chart(data(zero)).mark_rule(color="var(--muted)", strokeWidth=1.5).encode(x, y, y2=y2),
    ]


def _intervals(plan: Plan) -> "list[alt.LayerChart | alt.Chart]":
    """Every interval as a bar, and its estimate as the model's symbol; a tie's symbol is hollow."""
    import altair as alt

    bars = [
        {"from": mark.low, "to": mark.high, "y": y, "colour": colour(mark.series)}
        for place in plan.places
        for mark, y in zip(place.row.marks, place.heights, strict=True)
    ]
    points = [
        Symbol(mark.value, y, mark.series, mark.open)
        for place in plan.places
        for mark, y in zip(place.row.marks, place.heights, strict=True)
    ]
    bar = alt.Chart(data(bars)).mark_rule(
        strokeWidth=4 if plan.figure.dense else 6, strokeCap="round", strokeOpacity=0.45
    )
    return [
        bar.encode(_x(plan, "from"), _y("y"), x2="to:Q", **_tint()),
        *_symbols(plan, points, 44 if plan.figure.dense else 74),
        *_symbols(plan, symbols(plan), 62),
    ]


def _raw(plan: Plan) -> "list[alt.Chart]":
    """Raw values as small dots, those out of line as rings."""
    import altair as alt

    dots = [
        {"x": dot.x, "y": y, "colour": colour(dot.series), "far": dot.far}
        for place in plan.places
        for dot, y in place.dotted
    ]
    plain = alt.Chart(data([each for each in dots if not each["far"]])).mark_circle(size=13, opacity=0.5)
    rings = alt.Chart(data([each for each in dots if each["far"]])).mark_point(
        size=34, opacity=1, strokeWidth=1.4, filled=False
    )
    x, y = _x(plan, "x"), _y("y")
    return [plain.encode(x, y, **_tint()), rings.encode(x, y, **_tint())] if dots else []


def _totals(plan: Plan) -> "list[alt.Chart]":
    """Stretches: solid in the model's colour, or an outline beside it."""
    import altair as alt

    bars = [
        {"from": bar.low, "to": bar.high, "y": top, "y2": bottom, "colour": colour(bar.series), "shade": bar.shade}
        | {"beside": bar.beside}
        for place in plan.places
        for bar, top, bottom in place.barred
    ]
    solid = alt.Chart(data([each for each in bars if not each["beside"]])).mark_rect(cornerRadius=2)
    outline = alt.Chart(data([each for each in bars if each["beside"]])).mark_rect(
        cornerRadius=2, color="var(--sunk)", stroke="var(--border)"
    )
    x, y, ends = _x(plan, "from"), _y("y"), {"x2": "to:Q", "y2": alt.Y2("y2:Q")}
    shade = alt.FillOpacity("shade:Q", scale=None, legend=None)
    return [solid.encode(x, y, fillOpacity=shade, **ends, **_tint()), outline.encode(x, y, **ends)] if bars else []


def _symbols(plan: Plan, points: list[Symbol], size: int) -> "list[alt.Chart]":
    """Symbols of models: on their intervals, and beside words that are about them."""
    import altair as alt

    values = [
        {"x": point.x, "y": point.y, "shape": shape(point.series), "colour": colour(point.series)}
        | {"fill": "var(--surface)" if point.open else colour(point.series)}
        for point in points
    ]
    return [
        alt.Chart(data(values))
        .mark_point(size=size, opacity=1, strokeWidth=1.8)
        .encode(
            _x(plan, "x"),
            _y("y"),
            shape=alt.Shape("shape:N", scale=None, legend=None),
            fill=alt.Fill("fill:N", scale=None, legend=None),
            stroke=alt.Stroke("colour:N", scale=None, legend=None),
        )
    ]


def _words(plan: Plan) -> "list[alt.Chart]":
    """Titles, notes and asides, one layer for each way of setting them."""
    import altair as alt

    styles: dict[tuple[str, int, int, str], list[Word]] = {}
    for word in words(plan):
        styles.setdefault((word.align, word.weight, word.size, word.ink), []).append(word)
    return [
        alt.Chart(data([{"x": word.x, "y": word.y, "text": word.printable} for word in group]))
        .mark_text(**_style(group[0]), baseline="middle")
        .encode(_x(plan, "x"), _y("y"), text="text:N")
        for group in styles.values()
    ]


def _style(word: Word) -> dict[str, Any]:
    """How a word is set."""
    return {"align": word.align, "fontWeight": word.weight, "fontSize": word.size, "color": word.ink}


def inline(text: str, kind: str) -> str:
    """The drawing alone: no size, no font, no classes, no roles, none of Vega's empty frames."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("class") in ("background", "foreground"):
                parent.remove(child)
    for element in root.iter():
        for name in set(element.attrib) - _KEPT:
            del element.attrib[name]
    root.set("class", f"plot {kind}")
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return ElementTree.tostring(root, encoding="unicode")
