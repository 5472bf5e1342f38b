"""Draws the charts of measurements in both widths."""

from outweigh.dashboard import drawing
from outweigh.dashboard.charts import NARROW, WIDE, Figure
from outweigh.dashboard.curves import NARROW_FRAME, WIDE_FRAME, Curves, Frame, HeatMap
from outweigh.dashboard.drawing_curves import curves_svg, heat_svg
from outweigh.dashboard.report_page import Chart, Table


def drawn(figure: Figure | Curves | HeatMap, name: str, said: str, data: Table) -> Chart:
    """A figure in both widths, with the sentence that stands for it and the table of its numbers."""
    from markupsafe import Markup

    wide, narrow = (
        (drawing.svg(figure, WIDE), drawing.svg(figure, NARROW))
        if isinstance(figure, Figure)
        else (_framed(figure, WIDE_FRAME), _framed(figure, NARROW_FRAME))
    )
    return Chart(name, said, said, Markup(wide), Markup(narrow), data)


def _framed(figure: Curves | HeatMap, frame: Frame) -> str:
    return curves_svg(figure, frame) if isinstance(figure, Curves) else heat_svg(figure, frame)
