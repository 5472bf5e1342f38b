"""What a chart of two quantities holds, whoever draws it: models with their intervals both ways, and their front."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.dashboard.axes import Axis
from outweigh.dashboard.curves import Frame
from outweigh.dashboard.words import elided

_ROUND = 48  # corners of an ellipse
_LETTER, _LINE, _BESIDE = 7.0, 14.0, 11.0  # pixels of a letter of 12 px, of a line, and from a symbol to its name
_DROPS = (-9.0, 10.0, -23.0, 24.0)


@dataclass(frozen=True)
class Cloud:
    """One model: its figures, the 95 % interval of each, its name where it is said, and whether it is on the front."""

    series: int
    x: float
    y: float
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]
    title: str = ""
    front: bool = False


@dataclass(frozen=True)
class Clouds:
    """Models by a worth (upward, more is better) and a cost (to the right is more, less is better).

    `more` is for another worth in place of the cost.
    """

    clouds: tuple[Cloud, ...]
    x_title: str
    y_title: str
    more: bool = False


WIDE_CLOUDS = Frame("wide", total=536, height=300, left=52, right=24, ended=24)
NARROW_CLOUDS = Frame("narrow", total=326, height=260, left=46, right=14, ended=14)


def axes(figure: Clouds, frame: Frame) -> tuple[Axis, Axis]:
    """Both axes, over every interval; costs that differ much go by powers."""
    wide = frame.name == "wide"
    across = [end for each in figure.clouds for end in (*each.x_ends, each.x)]
    upright = [end for each in figure.clouds for end in (*each.y_ends, each.y)]
    return Axis(across, labels=6 if wide else 4), Axis(upright, labels=6 if wide else 5, log=False)


def ellipse(cloud: Cloud, x: Axis, y: Axis) -> list[tuple[float, float]]:
    """Corners, in places, around both intervals; each quarter reaches as far as its side of the interval."""
    left, right = x.span(*cloud.x_ends)
    low, high = y.span(*cloud.y_ends)
    across, upright = x.at(cloud.x), y.at(cloud.y)
    corners = []
    for step in range(_ROUND):
        turn = 2 * math.pi * step / _ROUND
        wide = right - across if math.cos(turn) > 0 else across - left
        tall = high - upright if math.sin(turn) > 0 else upright - low
        corners.append((across + wide * math.cos(turn), upright + tall * math.sin(turn)))
    return corners


def steps(clouds: Sequence[Cloud], *, more: bool = False) -> list[tuple[float, float]]:
    """The front as a staircase from the model furthest left to the one furthest right."""
    front = sorted((each for each in clouds if each.front), key=lambda each: (each.x, each.y))
    corners: list[tuple[float, float]] = []
    for each in front:
        if corners:
            x, y = corners[-1]
            corners.append((x, each.y) if more else (each.x, y))
        corners.append((each.x, each.y))
    return corners


@dataclass(frozen=True)
class Label:
    """A model's name beside its symbol: left or right of it, and so many pixels below."""

    cloud: Cloud
    text: str
    left: bool
    drop: float


def labels(figure: Clouds, frame: Frame) -> list[Label]:
    """The names, on the side with more room; one that would stand on another moves up or down, or is left out."""
    x, y = axes(figure, frame)
    taken: list[tuple[float, float, float]] = []
    found = []
    for cloud in (each for each in figure.clouds if each.title):
        across = (x.at(cloud.x) - x.range.low) / (x.range.high - x.range.low)
        upright = (y.at(cloud.y) - y.range.low) / (y.range.high - y.range.low)
        left = across > 0.5
        room = (across if left else 1 - across) * frame.plot() - _BESIDE
        text = elided(cloud.title, max(int(room / _LETTER), 8))
        start = across * frame.plot() + (-_BESIDE - len(text) * _LETTER if left else _BESIDE)
        for drop in _DROPS:
            box = (start, start + len(text) * _LETTER, (1 - upright) * frame.height + drop)
            if not any(_meet(box, other) for other in taken):
                taken.append(box)
                found.append(Label(cloud, text, left, drop))
                break
    return found


def _meet(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether two lines of text (begin, end, height) stand on each other."""
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < _LINE
