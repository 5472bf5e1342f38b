"""What another start of the same model would show: the spread between starts, beside that between repeats.

A process that is started anew lies elsewhere in memory and runs at another speed for as long as it lives (Georges et
al. 2007; Kalibera and Jones 2013), so repeats of one start, however many, say nothing of the next. Starts are
independent of each other: Student's t over their own figures holds what they have in common. With fewer than three
starts an interval stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from outweigh.stats.intervals import LEVEL
from outweigh.stats.quantiles import Quantile, point

if TYPE_CHECKING:
    from outweigh.stats.ratios import Ratio

FEWEST = 3


def leading(starts: Sequence[int], count: int) -> int:
    """How many of `count` repeats in time order belong to the first start: all of them where no start is told."""
    return next((place for place, start in enumerate(starts) if start != starts[0]), count)


def told(count: int) -> str:
    """What so many starts say, in words."""
    if count >= FEWEST:
        return f"of {count} starts: what they differ by is in every interval of a time"
    return f"of {'one start' if count == 1 else f'{count} starts'}: what starts differ by is in no interval"


def method(name: str, starts: Sequence[int]) -> str:
    """What an interval's method is called where these starts are in it."""
    return f"{name}, starts-t" if len(set(starts)) >= FEWEST else name


def across(
    value: float, own: Sequence[float], weights: Sequence[float], *, level: float = LEVEL, ratios: bool = True
) -> tuple[float, float] | None:
    """The interval of a figure that its starts' own figures leave; None for fewer than three of them.

    It is as wide as t times their standard error, to both sides of the figure and of their mean: the median of a few
    starts that differ is a less sure thing than their mean. `weights` are how much of each start is in the figure.
    `ratios` says that differences are shares, so that logarithms are compared unless one figure is not above 0.
    """
    import numpy as np
    from scipy.special import stdtrit

    if len(own) < FEWEST:
        return None
    scaled = ratios and min(value, *own) > 0
    figures = np.log(own) if scaled else np.asarray(own, dtype=np.float64)
    shares = np.asarray(weights, dtype=np.float64) / sum(weights)
    error = float(figures.std(ddof=1)) * sqrt(float((shares**2).sum()))
    reach = float(stdtrit(len(own) - 1, (1 + level) / 2)) * error
    places = (log(value) if scaled else value, float(figures.mean()))
    low, high = min(places) - reach, max(places) + reach
    return (exp(low), exp(high)) if scaled else (low, high)


def quantile(
    found: Quantile, values: Sequence[float], share: float, starts: Sequence[int], *, ratios: bool = True,
    level: float = LEVEL,
) -> Quantile:  # fmt: skip
    """A quantile of values, each from its start if any is told, with the wider of its interval and that of starts."""
    import numpy as np

    if not len(starts):
        return found

    numbers, places = np.unique(starts, return_inverse=True)
    array = np.asarray(values, dtype=np.float64)
    own = [point(array[places == place], share) for place in range(len(numbers))]
    ends = across(found.value, own, np.bincount(places).tolist(), level=level, ratios=ratios)
    if ends is None:
        return found
    low, high = _wider((found.low, found.high), ends)
    return replace(found, low=low, high=high, method=method(found.method, starts))


def total(found: Ratio, tops: Sequence[float], bottoms: Sequence[float], starts: Sequence[int]) -> Ratio:
    """A total over a total, each part from its start, with the wider of its interval and that across starts."""
    import numpy as np

    _, places = np.unique(starts, return_inverse=True)
    above, below = (np.bincount(places, weights=each) for each in (tops, bottoms))
    some = below > 0
    ends = across(found.value, (above[some] / below[some]).tolist(), below[some].tolist())
    if ends is None:
        return found
    low, high = _wider((found.low, found.high), ends)
    return replace(found, low=max(0.0, low), high=high)


def _wider(ends: tuple[float | None, float | None], others: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return others[0] if low is None else min(low, others[0]), others[1] if high is None else max(high, others[1])
