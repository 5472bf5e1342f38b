"""The median of repeat times, as sure as such a series allows, and when it is narrow enough to stop.

Neighbouring repeats resemble each other and machines drift, so n repeats are worth fewer independent ones. How many is
taken three ways, and the least counts:

* a first-order autoregression of the ranks: (1 - r)/(1 + r), r Spearman's correlation of neighbours, less its bias in
  short series (Kendall 1954);
* the spread of the share below the median between ten blocks of neighbours, and between five: what drifts slowly, or
  hangs together for longer than a repeat, shows there. Student's t for as many blocks.

The interval lies between the order statistics for so many values. Where the repeats come from three starts of the model
or more it also holds what starts differ by (`stats/starts.py`), which makes one by itself where too little is
independent. Whoever looks often and stops as soon as it is narrow will catch it when it is narrow by chance, so a look
comes only at planned counts and asks for 97.5 % instead of 95 %; `benchmarks/precision.py --simulate` prints what both
leave of the 95 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from outweigh.stats.intervals import LEVEL
from outweigh.stats.quantiles import Quantile, blocks, interval, least, worth
from outweigh.stats.starts import leading, quantile
from outweigh.stats.steady import alike, outliers, warmup

WANTED = 0.01
LEAST = 20  # repeats before the first look
GROWTH = 1.5
LOOK_LEVEL = 0.975
_BLOCKS = (5, 10)
_FEWEST = 3  # repeats in a block: fewer say nothing that neighbours do not


@dataclass(frozen=True)
class Look:
    """A series of repeat times so far: its median after the warm-up, and whether that is narrow enough.

    `warmups` leading repeats are left out. `outliers` are places in the whole series after the warm-up, all of them
    counted in the median.
    """

    median: Quantile
    warmups: int
    outliers: tuple[int, ...]
    narrow: bool


def looks(least: int = LEAST) -> Iterator[int]:
    """The numbers of repeats at which to look, without end: 20, 30, 45, 68, ..."""
    count = least
    while True:
        yield count
        count = ceil(count * GROWTH)


def look(
    times: Sequence[float],
    *,
    starts: Sequence[int] = (),
    wanted: float = WANTED,
    least: int = LEAST,
    planned: bool = False,
) -> Look:
    """Judge the repeats so far, each with the number of its start. ValueError for no times or one that is not finite.

    `planned` is for a number of repeats that was fixed beforehand: nobody looked, and the interval is the plain one.
    So it is below `least`, where nobody has looked yet. Warm-up is looked for in the first start alone: a change of
    level between two starts is none.
    """
    dropped = warmup(times[: leading(starts, len(times))])
    settled = list(times)[dropped:]
    level = LEVEL if planned or len(times) < least else LOOK_LEVEL
    found = median(settled, starts=starts[dropped:], level=level)
    reached = found.reached
    narrow = reached is not None and reached <= wanted and len(times) >= least
    return Look(found, dropped, tuple(dropped + place for place in outliers(settled)), narrow)


def median(
    times: Sequence[float], *, starts: Sequence[int] = (), level: float = LEVEL, ratios: bool = True
) -> Quantile:
    """The median of times in the order in which they were taken. `starts` and `ratios` as in `stats/starts.py`."""
    found = interval(times, 0.5, effective=effective(times, level=level), level=level, method="series-order")
    if found.low is None and len(times) < least(0.5, level):
        return found
    return quantile(found, times, 0.5, starts, ratios=ratios, level=level)


def effective(times: Sequence[float], *, level: float = LEVEL) -> float:
    """How many independent times these are worth for their median. ValueError as `interval`."""
    count = len(times)
    like = alike(times)
    found = [count * (1 - like) / (1 + like)]
    found += [worth(times, 0.5, blocks(count, most), level=level) for most in _BLOCKS if count >= _FEWEST * most]
    return min(found)
