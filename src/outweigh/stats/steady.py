"""Where a series of times settles, and which of its values are out of line."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING

from outweigh.stats.quantiles import ranks

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

_FEWEST = 20  # times in which a change of level can be seen
_ALPHA = 0.001
_WIDE = 3.5  # robust standard deviations: Iglewicz and Hoaglin (1993)
_TO_SIGMA = 1.4826  # a normal distribution's standard deviation over its median absolute deviation
_MOST_ALIKE = 0.97  # beyond this a series says nothing of its own level


def warmup(times: Sequence[float]) -> int:
    """How many leading ones of `times` to leave out: at most half, and none of a series that is steady.

    First go those that are each out of line with all that follow: a cold start. Then, as long as the rest changes its
    level (Pettitt 1979, at 0.1 %, by ranks and for as many independent times as neighbours leave), what lies before the
    change goes too. A series that still changes in its second half drifts: no warm-up, and nothing of it is hidden.
    """
    cold = cut = _cold(times)
    while (place := _change(times[cut:])) is not None:
        cut += place
        if cut > len(times) // 2:
            return cold
    return cut


def alike(times: Sequence[float]) -> float:
    """How much neighbours resemble each other, 0 to 0.97: Spearman's correlation, less its bias (Kendall 1954)."""
    count, order = len(times), ranks(times)
    spread = float((order**2).sum())
    if spread == 0:
        return 0.0
    seen = float((order[1:] * order[:-1]).sum()) / spread
    return min(max(seen + (1 + 3 * seen) / count, 0.0), _MOST_ALIKE)


def outliers(times: Sequence[float]) -> tuple[int, ...]:
    """Places of times further from the median than 3.5 robust standard deviations (1.4826 times the median absolute
    deviation). They are for showing and counting: no figure leaves them out.
    """
    import numpy as np

    series = np.asarray(times, dtype=np.float64)
    if not len(series):
        return ()
    return tuple(int(place) for place in np.flatnonzero(np.abs(series - np.median(series)) > _reach(series)))


def _reach(series: Floats) -> float:
    import numpy as np

    return _WIDE * _TO_SIGMA * float(np.median(np.abs(series - np.median(series))))


def _change(times: Sequence[float]) -> int | None:
    """After how many times the level changes; None if there is no telling."""
    import numpy as np

    count = len(times)
    if count < _FEWEST:
        return None
    sums = np.abs(2 * np.cumsum(ranks(times))[:-1])
    place = int(np.argmax(sums)) + 1
    after = alike(times[place:])
    exponent = 6 * float(sums[place - 1]) ** 2 / (count**3 + count**2) * (1 - after) / (1 + after)
    return place if 2 * exp(-exponent) < _ALPHA else None


def _cold(times: Sequence[float]) -> int:
    """How many leading times are each out of line with all that follow."""
    import numpy as np

    series = np.asarray(times, dtype=np.float64)
    cut = 0
    while cut < len(series) // 2 and len(series) - cut > 3:
        rest = series[cut + 1 :]
        if abs(series[cut] - np.median(rest)) <= _reach(rest):
            break
        cut += 1
    return cut
