"""Draws charts in both widths."""

from outweigh.dashboard import drawing
from outweigh.dashboard.charts import NARROW, PANEL, WIDE, Figure
from outweigh.dashboard.clouds import NARROW_CLOUDS, WIDE_CLOUDS, Clouds
from outweigh.dashboard.curves import NARROW_FRAME, WIDE_FRAME, Curves, Frame, HeatMap
from outweigh.dashboard.drawing_clouds import clouds_svg
from outweigh.dashboard.drawing_curves import curves_svg, heat_svg
from outweigh.dashboard.report_page import Chart, Table


def drawn(
    figure: Figure | Curves | HeatMap | Clouds, name: str, said: str, data: Table, *, beside: bool = False
) -> Chart:
    """A figure in both widths, with the sentence that stands for it and the table of its numbers.

    `beside` is for one of intervals that shares its line with another chart; the others always can.
    """
    from markupsafe import Markup

    if isinstance(figure, Figure):
        wide, narrow = drawing.svg(figure, PANEL if beside else WIDE), drawing.svg(figure, NARROW)
    elif isinstance(figure, Clouds):
        wide, narrow = clouds_svg(figure, WIDE_CLOUDS), clouds_svg(figure, NARROW_CLOUDS)
    else:
        wide, narrow = _framed(figure, WIDE_FRAME), _framed(figure, NARROW_FRAME)
    return Chart(name, said, said, Markup(wide), Markup(narrow), data)


def _framed(figure: Curves | HeatMap, frame: Frame) -> str:
    return curves_svg(figure, frame) if isinstance(figure, Curves) else heat_svg(figure, frame)
