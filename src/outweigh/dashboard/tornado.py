"""The chart of what moves a sum of money: each uncertain input alone, from its low to its high end."""

from collections.abc import Sequence
from decimal import Decimal

from outweigh.dashboard.axes import Axis, number
from outweigh.dashboard.charts import Aside, ChartRow, Figure, Mark
from outweigh.dashboard.measured_page import Panel
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.units import cash, cash_span
from outweigh.records import Amount, Swing

_SWINGS = 8
_HINT = "Each input alone, from its low to its high end; symbol: all at likely values."


def tornado(swings: Sequence[Swing], middle: Amount, what: str) -> Panel | None:
    """What each input moves `what` by, the widest first; None where none moves it."""
    moving = [(swing, ends) for swing in swings if (ends := _moved(swing))][:_SWINGS]
    if not moving:
        return None
    values = [float(middle.value), *(end for _, ends in moving for end in ends)]
    ranges = (Axis(values, labels=3, log=False).range,) * 2
    rows = tuple(
        ChartRow(
            input_name(swing.input),
            (Mark(float(middle.value), *ends, 1),),
            Aside(cash_span(*ends), f"from {number(swing.low)} to {number(swing.high)}"),
        )
        for swing, ends in moving
    )
    title = f"What moves the {what}"
    figure = Figure(rows, f"{what.capitalize()}, {middle.currency}", ranges=ranges)
    widest, (low, high) = moving[0]
    most = input_name(widest.input)
    sentence = f"The {what} moves most with “{most}”: from {cash(low)} to {cash(high)} {middle.currency}."
    chart = drawn(figure, "tornado", sentence, _table(swings, title, what, middle.currency), beside=True)
    return Panel(title, _HINT, chart)


def input_name(path: str) -> str:
    """An input's path in words: "hardware.price_per_hour (desk)" is "hardware, price per hour (desk)"."""
    name, bracket, owner = path.partition(" (")
    return name.replace(".", ", ").replace("_", " ") + bracket + owner


def _moved(swing: Swing) -> tuple[float, float] | None:
    if swing.at_low is None or swing.at_high is None or swing.at_low == swing.at_high:
        return None
    low, high = sorted((float(swing.at_low), float(swing.at_high)))
    return low, high


def _table(swings: Sequence[Swing], title: str, what: str, currency: str) -> Table:
    rows = tuple(
        (input_name(each.input), f"{each.low:.6g}", f"{each.high:.6g}", *(map(_end, (each.at_low, each.at_high))))
        for each in swings
    )
    ends = (f"{what.capitalize()} at the {end} end, {currency}" for end in ("low", "high"))
    return Table(f"{title}, one input at a time", ("Input", "From", "To", *ends), rows, frozenset({1, 2, 3, 4}))


def _end(value: Decimal | None) -> str:
    return "no machines are enough" if value is None else cash(float(value))
