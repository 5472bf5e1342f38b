"""Draws curves and heat maps: one Altair definition for both widths, as inline SVG whose colours are CSS variables."""

import math
from io import StringIO
from typing import TYPE_CHECKING, Any

from outweigh.dashboard.axes import Axis
from outweigh.dashboard.charts import Range
from outweigh.dashboard.curves import Curve, Curves, Frame, HeatMap, Point, end_heights, x_range, y_axis
from outweigh.dashboard.drawing import colour, data, inline, shape, told
from outweigh.dashboard.words import elided

if TYPE_CHECKING:
    import altair as alt

_LETTER = 6.6  # pixels of a letter of 12 px
_CELL = 44  # pixels of a square's height


def curves_svg(figure: Curves, frame: Frame) -> str:
    """Curves with the interval of every point, as an SVG element that is hidden from screen readers."""
    import altair as alt

    places, log = x_range(figure, frame)
    axis = y_axis(figure, frame)
    x, y = axis_x(places, figure.x_title), axis_y(axis)
    layers: list[alt.Chart | alt.LayerChart] = []
    if figure.upright:
        layers += _upright(figure.upright, log, axis, (x, y))
    for curve in figure.curves:
        layers += _curve(curve, log, axis, (x, y))
    layers += _ends(figure, frame, log, axis, (x, y))
    width = frame.plot(titled=figure.titled)
    chart = alt.layer(*layers, width=width, height=frame.height, title=heading(figure.y_title, frame.left))
    return finished(chart, frame, (frame.left, frame.ended if figure.titled else frame.right))


def finished(chart: "alt.LayerChart | alt.FacetChart", frame: Frame, room: tuple[int, int], kind: str = "") -> str:
    """The chart with its room for words, as SVG."""
    import altair as alt

    padding = {"left": room[0], "right": room[1], "top": frame.top, "bottom": frame.bottom}
    whole = (
        chart.properties(padding=padding, autosize=alt.AutoSizeParams(type="none"))
        .configure(background="transparent", aria=False)
        .configure_view(stroke=None)
    )
    out = StringIO()
    whole.save(out, format="svg")
    return inline(out.getvalue(), f"{frame.name}{kind}")


def heading(text: str, left: int) -> "alt.TitleParams":
    """What stands above the upright axis."""
    import altair as alt

    return alt.TitleParams(
        text, anchor="start", frame="group", dx=-left, fontSize=12, fontWeight="normal", color="var(--muted)", offset=10
    )


_AXIS: dict[str, Any] = {
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "titleColor": "var(--muted)",
    "titlePadding": 10,
    "labelFontSize": 12,
    "labelColor": "var(--muted)",
    "labelPadding": 6,
    "labelFlush": False,
    "labelBound": False,
    "labelOverlap": False,
    "gridColor": "var(--grid)",
    "domain": False,
    "ticks": False,
}


def axis_x(places: Range, title: str) -> "alt.X":
    """The axis across, whose rows have their place in `x`."""
    import altair as alt

    axis = alt.Axis(**{**_AXIS, "grid": False}, values=list(places.ticks), labelExpr=told(places), title=title)
    return alt.X("x:Q", scale=alt.Scale(domain=[places.low, places.high], nice=False, zero=False), axis=axis)


def axis_y(found: Axis) -> "alt.Y":
    """The upright axis, whose rows have their place in `y`."""
    import altair as alt

    places = found.range
    axis = alt.Axis(**_AXIS, values=list(places.ticks), labelExpr=told(places), title=None)
    return alt.Y("y:Q", scale=alt.Scale(domain=[places.low, places.high], nice=False, zero=False), axis=axis)


Axes = tuple["alt.X", "alt.Y"]


def _curve(curve: Curve, log: bool, axis: Axis, axes: Axes) -> "list[alt.Chart]":
    """Intervals, the line through the figures, and the model's symbols: hollow on a faint line."""
    import altair as alt

    rows = [_row(point, log, axis) for point in sorted(curve.points, key=lambda each: each.x)]
    tint = colour(curve.series)
    base = alt.Chart(data(rows))
    dash = [5, 4] if curve.faint else [1, 0]
    bars = base.mark_rule(strokeWidth=6, strokeCap="round", strokeOpacity=0.3, color=tint)
    line = base.mark_line(strokeWidth=1.4 if curve.faint else 2, strokeDash=dash, color=tint)
    fill = "var(--surface)" if curve.faint else tint
    symbols = base.mark_point(
        shape=shape(curve.series), size=44 if curve.faint else 62, fill=fill, stroke=tint, opacity=1, strokeWidth=1.6
    )
    low = axes[1].copy()
    low.shorthand = "low:Q"
    return [bars.encode(axes[0], low, y2="high:Q"), line.encode(*axes), symbols.encode(*axes)]


def _row(point: Point, log: bool, axis: Axis) -> dict[str, float]:
    low, high = axis.span(point.low, point.high)
    return {"x": _place(point.x, log), "y": axis.at(point.y), "low": low, "high": high}


def _place(value: float, log: bool) -> float:
    return math.log10(value) if log else value


def _upright(upright: tuple[float, str], log: bool, axis: Axis, axes: Axes) -> "list[alt.Chart]":
    """A dashed line at one load, with its words."""
    import altair as alt

    value, said = upright
    base = alt.Chart(data([{"x": _place(value, log), "y": axis.range.low, "high": axis.range.high}]))
    rule = base.mark_rule(color="var(--muted)", strokeDash=[3, 3]).encode(*axes, y2="high:Q")
    top = axes[1].copy()
    top.shorthand = "high:Q"
    words = base.mark_text(dy=-9, fontSize=12, color="var(--muted)", text=said, align="center").encode(axes[0], top)
    return [rule, words]


def _ends(figure: Curves, frame: Frame, log: bool, axis: Axis, axes: Axes) -> "list[alt.Chart]":
    """The title of each curve at its last point."""
    import altair as alt

    titled = [curve for curve in figure.curves if curve.title]
    last = [max(curve.points, key=lambda each: each.x) for curve in titled]
    low, high = axis.range.low, axis.range.high
    wanted = [frame.height * (1 - (axis.at(point.y) - low) / (high - low)) for point in last]
    heights = end_heights(wanted, frame.height, [point.x for point in last])
    room = int((frame.ended - 14) / _LETTER)
    return [
        alt.Chart(data([{"x": _place(point.x, log), "y": axis.at(point.y)}]))
        .mark_text(
            dx=12, dy=height - at, align="left", baseline="middle", fontSize=12, fontWeight=500,
            color="var(--ink)", text=elided(curve.title, room),
        )
        .encode(*axes)
        for curve, point, at, height in zip(titled, last, wanted, heights, strict=True)
    ]  # fmt: skip


def heat_svg(figure: HeatMap, frame: Frame) -> str:
    """A heat map whose squares hold their figures, as an SVG element that is hidden from screen readers."""
    import altair as alt

    left = max(frame.left, 18 + int(_LETTER * max(map(len, figure.rows))))
    width = (frame.total - left - frame.right) / len(figure.columns)
    narrow = width < 46
    rows = [
        {"x": cell.column * width, "x2": (cell.column + 1) * width - 2, "middle": (cell.column + 0.5) * width - 1}
        | {"y": cell.row * _CELL, "y2": (cell.row + 1) * _CELL - 2, "line": (cell.row + 0.5) * _CELL - 1}
        | {"said": cell.said, "more": cell.more, "fill": f"var(--h{cell.level})", "ink": f"var(--t{cell.level})"}
        for cell in figure.cells
    ]
    base = alt.Chart(data(rows))
    fill = alt.Color("fill:N", scale=None, legend=None)
    ink = alt.Color("ink:N", scale=None, legend=None)
    square = base.mark_rect(cornerRadius=3).encode(_pixel_x("x"), _pixel_y("y"), fill, x2="x2:Q", y2="y2:Q")
    middle, line = _pixel_x("middle"), _pixel_y("line")
    said = base.mark_text(fontSize=13, fontWeight=600, dy=0 if narrow else -7, baseline="middle")
    layers = [square, said.encode(middle, line, ink, text="said:N")]
    if not narrow:
        more = base.mark_text(fontSize=11, dy=9, baseline="middle")
        layers.append(more.encode(middle, line, ink, text="more:N"))
    height = _CELL * len(figure.rows)
    layers += _heads(figure, width, height, left)
    plot = frame.total - left - frame.right
    chart = alt.layer(*layers, width=plot, height=height, title=heading(figure.y_title, left))
    return finished(chart, frame, (left, frame.right), " heat")


def _pixel_x(field: str) -> "alt.X":
    import altair as alt

    return alt.X(f"{field}:Q", scale=None, axis=None)


def _pixel_y(field: str) -> "alt.Y":
    import altair as alt

    return alt.Y(f"{field}:Q", scale=None, axis=None)


def _heads(figure: HeatMap, width: float, height: float, left: int) -> "list[alt.Chart]":
    """What each column and row is, and what columns are."""
    import altair as alt

    columns = [{"x": (at + 0.5) * width - 1, "y": height + 12, "said": said} for at, said in enumerate(figure.columns)]
    columns.append({"x": width * len(figure.columns) / 2, "y": height + 34, "said": figure.x_title})
    rows = [{"x": -left, "y": (at + 0.5) * _CELL, "said": said} for at, said in enumerate(figure.rows)]
    style: dict[str, Any] = {"baseline": "middle", "fontSize": 12, "color": "var(--muted)"}
    return [
        alt.Chart(data(values))
        .mark_text(align="center" if values is columns else "left", **style)
        .encode(_pixel_x("x"), _pixel_y("y"), text="said:N")
        for values in (columns, rows)
    ]
