"""What a chart of intervals holds, whoever draws it: rows, marks, words beside them, and the two layouts."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
_STEPS = (0.5, 1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True)
class Mark:
    """One interval in points; `series` is the model's place among colours and shapes.

    `open` draws a hollow symbol, `shaded` puts the row's shade behind it: both say "tie".
    """

    value: float
    low: float
    high: float
    series: int
    open: bool = False
    shaded: bool = False


@dataclass(frozen=True)
class Aside:
    """The words right of a row, with the symbols of the models that they are about; `brief` on phones."""

    head: str
    more: str = ""
    brief: str = ""
    symbols: tuple[int, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class Dot:
    """One raw value; `shift` pixels aside, so that equal ones do not hide each other. `far` is out of line."""

    x: float
    series: int
    shift: float
    far: bool = False


@dataclass(frozen=True)
class Bar:
    """A stretch from `low` to `high`; `shade` is how solid it is. A `beside` one is an outline on a line of its own."""

    low: float
    high: float
    series: int
    shade: float = 1.0
    beside: bool = False


@dataclass(frozen=True)
class ChartRow:
    """One line of a chart. `shade` spans the intervals that are tied; `chance` is the level of guessing.

    Raw values (`dots`) or totals (`bars`) stand above the marks, which then share one line. `rulers` are words below
    them at every tick of the wide and of the narrow axis, for a row with values of its own there.
    """

    title: str
    marks: tuple[Mark, ...]
    aside: Aside
    note: str = ""
    strong: bool = False
    shade: tuple[float, float] | None = None
    chance: float | None = None
    dots: tuple[Dot, ...] = ()
    bars: tuple[Bar, ...] = ()
    rulers: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    @property
    def filled(self) -> bool:
        """Whether something stands above the marks."""
        return bool(self.dots or self.bars)


@dataclass(frozen=True)
class End:
    """What lies on one side of zero: "Gemma ahead", with the model's symbol if it is one model."""

    said: str
    series: int | None = None


@dataclass(frozen=True)
class Range:
    """The axis: its ends and where its labels stand; `labels` are what they say where that is not the place itself."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A chart of intervals; `ends` (left, right) draws zero and says what its sides mean.

    Without `ranges` (wide, narrow) the axis is one of points over all intervals.
    """

    rows: tuple[ChartRow, ...]
    axis: str
    ends: tuple[End, End] | None = None
    dense: bool = False
    ranges: tuple[Range, Range] | None = None


@dataclass(frozen=True)
class Layout:
    """Widths in pixels: titles stand left of the plot, or above each row if `left` is 0."""

    name: str
    total: int
    left: int
    right: int
    edge: int = 14  # room beside the plot, so that its outer axis labels are whole

    @property
    def plot(self) -> int:
        """Width of the plot itself."""
        return self.total - self.left - self.right - 2 * self.edge

    @property
    def stacked(self) -> bool:
        """Whether titles stand above their rows."""
        return self.left == 0


WIDE = Layout("wide", total=800, left=168, right=216)
PANEL = Layout("wide", total=536, left=140, right=134)  # beside another chart
WIDE_DENSE = Layout("wide", total=980, left=270, right=200)
NARROW = Layout("narrow", total=326, left=0, right=0, edge=10)


def reach(figure: Figure, labels: int) -> Range:
    """An axis over every interval with about `labels` round ticks; neither side of zero is squeezed away."""
    values = [end for row in figure.rows for mark in row.marks for end in (mark.low, mark.high)]
    values += [row.chance for row in figure.rows if row.chance is not None]
    low, high = min(values, default=0.0), max(values, default=100.0)
    if figure.ends:
        low, high = min(low, -0.35 * high, -1.0), max(high, -0.35 * low, 1.0)
    step = next((step for step in _STEPS if (high - low) / step <= labels), 100)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return Range(first * step, last * step, tuple(_ticks(first, last, step)))


def _ticks(first: int, last: int, step: float) -> Iterable[float]:
    """Round values from `first` to `last` steps."""
    return (place * step for place in range(first, last + 1))
