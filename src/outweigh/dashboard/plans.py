"""Lays a figure out in pixels: rows, words and symbols, so that nothing depends on measuring text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from outweigh.dashboard.charts import Aside, Bar, ChartRow, Dot, End, Figure, Layout, Range, reach
from outweigh.dashboard.words import elided, wrapped

_LETTER = 7.0  # pixels of a letter of 13 px in a wide sans; narrower fonts leave room
_BOLD = 8.3
_LINE = 16
_SYMBOL = 16  # pixels that a symbol beside words takes
_BOTTOM = 46
_DOTTED, _BARRED = 60, 52  # pixels of a row with raw values, and with totals
_DOTS, _UNDER_DOTS, _RULER = -15.0, 6.0, 23.0  # from the row's middle
_BAR, _UNDER_BAR, _BESIDE = -12.0, 4.0, 18.0


@dataclass(frozen=True)
class Place:
    """Where one row stands, in pixels from the top; `heights` has one entry a mark."""

    row: ChartRow
    titles: tuple[str, ...]
    top: float
    head: float
    bottom: float
    pitch: int

    @property
    def middle(self) -> float:
        """The middle of the row's marks, below its head."""
        return (self.top + self.head + self.bottom) / 2

    @property
    def heights(self) -> tuple[float, ...]:
        """Where each mark is drawn."""
        if self.row.filled:
            return (self.middle + (_UNDER_BAR if self.row.bars else _UNDER_DOTS),) * len(self.row.marks)
        first = self.middle - (len(self.row.marks) - 1) / 2 * self.pitch
        return tuple(first + self.pitch * index for index in range(len(self.row.marks)))

    @property
    def noted(self) -> bool:
        """Whether a phone's row has its note below its title, because the title alone does not tell it from others."""
        return self.row.filled and bool(self.row.note)

    @property
    def dotted(self) -> Iterator[tuple[Dot, float]]:
        """Raw values with their heights."""
        return ((dot, self.middle + _DOTS + dot.shift) for dot in self.row.dots)

    @property
    def barred(self) -> Iterator[tuple[Bar, float, float]]:
        """Totals with their upper and lower edges."""
        for bar in self.row.bars:
            y, half = self.middle + (_BESIDE if bar.beside else _BAR), 3.5 if bar.beside else 6.5
            yield bar, y - half, y + half

    @property
    def least(self) -> float:
        """Pixels that the marks need, and what stands above them."""
        return _BARRED if self.row.bars else _DOTTED if self.row.dots else self.pitch * len(self.row.marks)

    @property
    def behind(self) -> tuple[float, float]:
        """Upper and lower edge of what lies behind the marks."""
        half = self.pitch * len(self.row.marks) / 2 + 3
        return self.middle - half, self.middle + half

    @property
    def shades(self) -> tuple[tuple[float, float], ...]:
        """Upper and lower edges of the shade: one stretch for each run of marks that share it."""
        runs: list[tuple[float, float]] = []
        for mark, y in zip(self.row.marks, self.heights, strict=True):
            top, bottom = y - self.pitch / 2 - 3, y + self.pitch / 2 + 3
            if mark.shaded and runs and runs[-1][1] > top:
                runs[-1] = (runs[-1][0], bottom)
            elif mark.shaded:
                runs.append((top, bottom))
        return tuple(runs)


_UNPRINTABLE = re.compile(r"[^\t\n\r -\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


@dataclass(frozen=True)
class Word:
    """One line of text; `x` is in axis units, `y` in pixels."""

    x: float
    y: float
    text: str
    align: Literal["left", "right", "center"] = "left"
    weight: Literal[400, 500, 600] = 400
    size: int = 13
    ink: str = "var(--ink)"

    @property
    def printable(self) -> str:
        """The text without characters that an SVG cannot hold; names of models are anybody's words."""
        return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", self.text)


@dataclass(frozen=True)
class Symbol:
    """A model's symbol; `x` is in axis units, `y` in pixels."""

    x: float
    y: float
    series: int
    open: bool = False


@dataclass(frozen=True)
class Plan:
    """A figure laid out: everything that a layer needs to know."""

    figure: Figure
    layout: Layout
    range: Range
    places: tuple[Place, ...]

    @property
    def height(self) -> float:
        """Height of all rows, in pixels."""
        return self.places[-1].bottom if self.places else 0.0

    @property
    def padding(self) -> dict[str, float]:
        """Room around the plot for words."""
        layout = self.layout
        sides = {"left": layout.left + layout.edge, "right": layout.right + layout.edge}
        lines = 0 if not self.figure.ends else 2 if layout.stacked else 1
        return sides | {"top": 6.0 + 22 * lines, "bottom": float(_BOTTOM)}

    def at(self, pixel: float) -> float:
        """The axis value at a pixel of the plot; words beside the plot lie beyond the axis."""
        return self.range.low + pixel / self.layout.plot * (self.range.high - self.range.low)

    def pixel(self, value: float) -> float:
        """The pixel of an axis value."""
        return (value - self.range.low) / (self.range.high - self.range.low) * self.layout.plot


def planned(figure: Figure, layout: Layout) -> Plan:
    """Give every row its place."""
    pitch = 9 if figure.dense else 14
    places: list[Place] = []
    top = 0.0
    for row in figure.rows:
        beside = max(150, _BOLD * len(row.aside.brief or row.aside.head)) if row.filled else 150
        room = layout.total - beside if layout.stacked else layout.left - 10
        titles = tuple(wrapped(row.title, int(room / _LETTER)))
        lines = max(len(titles) + bool(row.note), 1 + bool(row.aside.more))
        gap = 6 if figure.dense else 18
        above = len(titles) + (row.filled and bool(row.note))
        head = float(_LINE * above + gap / 2) if layout.stacked else 0.0
        tall = 0 if layout.stacked else _LINE * lines + gap
        place = Place(row, titles, top, head, top, pitch)
        bottom = top + head + max(place.least + (12 if layout.stacked or not figure.dense else 8), tall)
        places.append(replace(place, bottom=bottom))
        top = bottom
    axis = figure.ranges[layout.stacked] if figure.ranges else reach(figure, 5 if layout.stacked else 7)
    return Plan(figure, layout, axis, tuple(places))


def words(plan: Plan) -> Iterator[Word]:
    """Every line of text in the figure."""
    for place in plan.places:
        yield from _stacked(plan, place) if plan.layout.stacked else _beside(plan, place)
        if place.row.rulers:
            said = place.row.rulers[plan.layout.stacked]
            for tick, text in zip(plan.range.ticks, said, strict=True):
                yield Word(tick, place.middle + _RULER, text, "center", size=10, ink="var(--muted)")
    if plan.figure.ends:
        for index, end in enumerate(plan.figure.ends):
            yield _end_word(plan, end, index)


def symbols(plan: Plan) -> list[Symbol]:
    """Every symbol that stands beside words."""
    layout = plan.layout
    found: list[Symbol] = []
    for place in plan.places:
        aside = place.row.aside
        for index, series in enumerate(aside.symbols):
            if layout.stacked:
                x = layout.plot + layout.edge - 6 - _SYMBOL * (len(aside.symbols) - 1 - index)
                found.append(Symbol(plan.at(x), _title_y(place), series))
            else:
                x = layout.plot + layout.edge + 17 + _SYMBOL * index
                found.append(Symbol(plan.at(x), _aside_y(place), series))
    for index, end in enumerate(plan.figure.ends or ()):
        if end.series is not None:
            found.append(Symbol(plan.at(_end_x(plan, index, 0)), _end_y(plan, index), end.series))
    return found


def _beside(plan: Plan, place: Place) -> Iterator[Word]:
    """A wide row: title and note on the left, aside on the right."""
    row, layout = place.row, plan.layout
    left = plan.at(-layout.left - layout.edge)
    first = place.middle - _LINE * (len(place.titles) + bool(row.note) - 1) / 2
    for index, title in enumerate(place.titles):
        yield Word(left, first + _LINE * index, title, weight=600 if row.strong else 500)
    if row.note:
        y = first + _LINE * len(place.titles)
        yield Word(left, y, row.note, size=12, ink="var(--muted)")
    aside = row.aside
    start = layout.plot + layout.edge + 12
    right = plan.at(start + _SYMBOL * len(aside.symbols))
    room = int((layout.right - 14 - _SYMBOL * len(aside.symbols)) / (_BOLD if aside.strong else _LETTER))
    yield _spoken(aside, Word(right, _aside_y(place), elided(aside.head, room)))
    if aside.more:
        y = _aside_y(place) + _LINE
        yield Word(plan.at(start), y, aside.more, size=12, ink="var(--muted)")


def _stacked(plan: Plan, place: Place) -> Iterator[Word]:
    """A phone's row: title and brief aside above the marks."""
    row, layout = place.row, plan.layout
    for index, title in enumerate(place.titles):
        y = _title_y(place) + _LINE * index
        yield Word(plan.at(-layout.edge), y, title, weight=600 if row.strong else 500)
    if place.noted:
        y = _title_y(place) + _LINE * len(place.titles)
        yield Word(plan.at(-layout.edge), y, row.note, size=12, ink="var(--muted)")
    aside = row.aside
    right = plan.at(layout.plot + layout.edge - _SYMBOL * len(aside.symbols))
    yield _spoken(aside, Word(right, _title_y(place), aside.brief or aside.head, align="right"))


def _spoken(aside: Aside, word: Word) -> Word:
    """An aside's words: strong for a winner, muted for a tie."""
    return replace(word, weight=600) if aside.strong else replace(word, ink="var(--muted)")


def _title_y(place: Place) -> float:
    """The first title line of a phone's row."""
    return place.top + place.head - _LINE * (len(place.titles) + place.noted - 1) - 7


def _aside_y(place: Place) -> float:
    """The first line of a wide row's aside."""
    return place.middle - (_LINE / 2 if place.row.aside.more else 0)


def _end_y(plan: Plan, index: int) -> float:
    """What a side of zero means stands above the plot; on phones each side has its own line."""
    return -34.0 + 20 * index if plan.layout.stacked else -14.0


def _end_x(plan: Plan, index: int, offset: float) -> float:
    """Pixels: outward from zero, or from the chart's own edges on phones."""
    sign = 1 if index else -1
    if not plan.layout.stacked:
        return plan.pixel(0) + sign * (14 + offset)
    edge = plan.layout.plot + plan.layout.edge - 7 if index else 7 - plan.layout.edge
    return edge - sign * offset


def _end_word(plan: Plan, end: End, index: int) -> Word:
    """The words of one side of zero, with an arrow that points there."""
    offset = 0 if end.series is None else 11
    x = plan.at(_end_x(plan, index, offset))
    outward = bool(index) != plan.layout.stacked
    room = plan.layout.total - 60 if plan.layout.stacked else _outside(plan, index)
    said = elided(end.said, int(room / _LETTER))
    text = f"{said} →" if index else f"← {said}"
    return Word(x, _end_y(plan, index), text, "left" if outward else "right", 500, 12, "var(--muted)")


def _outside(plan: Plan, index: int) -> float:
    """Pixels from zero to the chart's edge on one side."""
    layout = plan.layout
    if index:
        return layout.plot - plan.pixel(0) + layout.right - 40
    return plan.pixel(0) + layout.left - 40
