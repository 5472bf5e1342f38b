"""What a chart of two quantities holds, whoever draws it: models with their intervals both ways, and their front."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.dashboard.axes import Axis
from outweigh.dashboard.curves import Frame

_ROUND = 48  # corners of an ellipse


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
