"""Draws models by two quantities, with an ellipse for what is not sure and a staircase for the front."""

from typing import TYPE_CHECKING

from outweigh.dashboard.axes import Axis
from outweigh.dashboard.clouds import Cloud, Clouds, Label, axes, ellipse, labels, steps
from outweigh.dashboard.curves import Frame
from outweigh.dashboard.drawing import colour, data, shape
from outweigh.dashboard.drawing_curves import axis_x, axis_y, finished, heading

if TYPE_CHECKING:
    import altair as alt


def clouds_svg(figure: Clouds, frame: Frame) -> str:
    """The chart as an SVG element that is hidden from screen readers."""
    import altair as alt

    x, y = axes(figure, frame)
    both = (axis_x(x.range, figure.x_title), axis_y(y))
    layers = [_front(figure, (x, y), both)]
    for cloud in sorted(figure.clouds, key=lambda each: each.front):
        layers += _cloud(cloud, (x, y), both)
    layers += [_title(label, (x, y), both) for label in labels(figure, frame)]
    chart = alt.layer(*layers, width=frame.plot(), height=frame.height, title=heading(figure.y_title, frame.left))
    return finished(chart, frame, (frame.left, frame.right))


Axes = tuple["alt.X", "alt.Y"]


def _front(figure: Clouds, places: tuple[Axis, Axis], both: Axes) -> "alt.Chart":
    import altair as alt

    x, y = places
    corners = steps(figure.clouds, more=figure.more)
    rows = [{"x": x.at(across), "y": y.at(up), "place": at} for at, (across, up) in enumerate(corners)]
    line = alt.Chart(data(rows)).mark_line(color="var(--muted)", strokeDash=[4, 3], strokeWidth=1.4)
    drawn: alt.Chart = line.encode(*both, order="place:Q")
    return drawn


def _cloud(cloud: Cloud, places: tuple[Axis, Axis], both: Axes) -> "list[alt.Chart]":
    import altair as alt

    x, y = places
    tint = colour(cloud.series)
    corners = [{"x": across, "y": up, "place": at} for at, (across, up) in enumerate(ellipse(cloud, x, y))]
    around = alt.Chart(data(corners)).mark_line(
        interpolate="linear-closed", fill=tint, fillOpacity=0.16, stroke=tint, strokeOpacity=0.5, strokeWidth=1
    )
    middle = alt.Chart(data([{"x": x.at(cloud.x), "y": y.at(cloud.y)}])).mark_point(
        shape=shape(cloud.series), size=70, opacity=1, strokeWidth=1.6, stroke=tint,
        fill=tint if cloud.front else "var(--surface)",
    )  # fmt: skip
    return [around.encode(*both, order="place:Q"), middle.encode(*both)]


def _title(label: Label, places: tuple[Axis, Axis], both: Axes) -> "alt.Chart":
    """A name beside its symbol."""
    import altair as alt

    x, y = places
    words = alt.Chart(data([{"x": x.at(label.cloud.x), "y": y.at(label.cloud.y)}])).mark_text(
        text=label.text, align="right" if label.left else "left", dx=-11 if label.left else 11, dy=label.drop,
        baseline="middle", fontSize=12, fontWeight=500, color="var(--ink)",
    )  # fmt: skip
    drawn: alt.Chart = words.encode(*both)
    return drawn
