"""What a chart of curves or a heat map holds, whoever draws it, and how it is laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.dashboard.axes import Axis, measured
from outweigh.dashboard.charts import Range

_GAP = 15.0  # pixels between the titles of two lines
_SPREAD = 4.0  # times the smallest load or length from which these stand by powers


@dataclass(frozen=True)
class Point:
    """A figure with its interval at a load or a length."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """Points of one model; `title` stands at its end, `series` gives colour and shape. A `faint` one is dashed."""

    series: int
    points: tuple[Point, ...]
    title: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Curves:
    """Several curves over one axis of loads or lengths.

    `log` puts values by powers, `upright` marks a load in words, and `reach` are values that the upright axis must hold
    too, so that several charts share it.
    """

    curves: tuple[Curve, ...]
    x_title: str
    y_title: str
    log: bool
    upright: tuple[float, str] | None = None
    reach: tuple[float, ...] = ()

    @property
    def titled(self) -> bool:
        """Whether curves have titles at their ends."""
        return any(curve.title for curve in self.curves)


@dataclass(frozen=True)
class HeatCell:
    """One square: its words, and how far along the ramp of colours it is, 0 to 6."""

    column: int
    row: int
    said: str
    more: str
    level: int


@dataclass(frozen=True)
class HeatMap:
    """Squares in columns and rows."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[HeatCell, ...]
    x_title: str
    y_title: str


@dataclass(frozen=True)
class Frame:
    """Pixels: the whole drawing, the height of its plot, and the room for words on each side."""

    name: str
    total: int
    height: int
    left: int
    right: int
    ended: int  # room on the right if curves have titles
    top: int = 30
    bottom: int = 46

    def plot(self, *, titled: bool = False) -> int:
        """Width of the plot itself."""
        return self.total - self.left - (self.ended if titled else self.right)


WIDE_FRAME = Frame("wide", total=536, height=250, left=52, right=18, ended=92)
NARROW_FRAME = Frame("narrow", total=326, height=210, left=46, right=14, ended=76)


def x_range(figure: Curves, frame: Frame) -> tuple[Range, bool]:
    """The axis of loads or lengths, and whether it goes by powers."""
    values = [point.x for curve in figure.curves for point in curve.points]
    log = min(values) > 0 and max(values) >= _SPREAD * min(values)
    return measured(values, 8 if frame.name == "wide" else 5, log=log), log


def y_axis(figure: Curves, frame: Frame) -> Axis:
    """The upright axis over every interval."""
    values = [end for curve in figure.curves for point in curve.points for end in (point.low, point.high)]
    values += figure.reach
    log = figure.log and min(values) > 0
    return Axis(values, labels=5 if frame.name == "wide" else 4, zero=not log, log=log)


def end_heights(wanted: Sequence[float], height: float, columns: Sequence[float]) -> list[float]:
    """Where the titles of curves stand: by their ends, but never on another that ends in the same column."""
    placed = list(wanted)
    for column in set(columns):
        order = sorted((each for each in range(len(wanted)) if columns[each] == column), key=lambda each: wanted[each])
        least, most = float("-inf"), height
        for index in order:
            placed[index] = max(placed[index], least)
            least = placed[index] + _GAP
        for index in reversed(order):
            placed[index] = min(placed[index], most)
            most = placed[index] - _GAP
    return placed
