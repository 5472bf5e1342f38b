"""Quantiles of times, with 95 % intervals that assume no distribution; what is not independent counts for less."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import TYPE_CHECKING

from outweigh.stats.intervals import LEVEL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats


_NEARER = 3


@dataclass(frozen=True)
class Quantile:
    """A quantile with its interval. `low` and `high` are None where no two-sided interval exists for so few values.

    `effective` says how many independent values `count` of them are worth; `needed` how many values like these an
    interval takes at least, None where that cannot be told.
    """

    value: float
    low: float | None
    high: float | None
    count: int
    effective: float
    needed: int | None
    method: str

    @property
    def reached(self) -> float | None:
        """Half the interval's width over the value; None without an interval."""
        if self.low is None or self.high is None or self.value <= 0:
            return None
        return (self.high - self.low) / 2 / self.value


def point(values: Sequence[float] | Floats, share: float) -> float:
    """The quantile with `share` of the values below it: Hyndman and Fan's seventh definition, numpy's own."""
    import numpy as np

    return float(np.quantile(_finite(values), share))


def least(share: float, level: float = LEVEL) -> int:
    """How many independent values a two-sided interval of this quantile takes: 6 for the median, 368 for p99."""
    return ceil(_least(share, level))


def interval(
    values: Sequence[float],
    share: float,
    *,
    effective: float | None = None,
    level: float = LEVEL,
    method: str = "order",
) -> Quantile:
    """A quantile between two order statistics, of fractional rank (Hutson 1999).

    The rank's chance is exact where `effective` is the number of values; a smaller one takes the ranks of so many
    values. ValueError for no value or one that is not finite.
    """
    ordered = in_order(values)
    count = len(ordered)
    independent = min(float(count), effective if effective is not None else float(count))
    tail = (1 - level) / 2
    low = high = None
    if independent >= _least(share, level):
        low, high = (_at(ordered, _rank(share, independent, chance)) for chance in (1 - tail, tail))
    needed = None if independent <= 0 else ceil(least(share, level) * count / independent)
    return Quantile(point(ordered, share), low, high, count, independent, needed, method)


def clustered(values: Sequence[float], share: float, *groupings: Sequence[Hashable], level: float = LEVEL) -> Quantile:
    """A quantile of values of which those in one group are not independent: tokens of a request, requests of a repeat.

    Every grouping gives each value its group; of several, the one counts that leaves least. `needed` counts values.
    """
    whole = min((worth(values, share, each, level=level) for each in groupings), default=float(len(values)))
    shared = any(len(set(each)) < len(values) for each in groupings)
    return interval(values, share, effective=whole, level=level, method="cluster-order" if shared else "order")


def ranks(values: Sequence[float]) -> Floats:
    """Each value's rank, equal ones sharing theirs, less the mean of all."""
    from scipy.stats import rankdata

    found: Floats = rankdata(_finite(values)) - (len(values) + 1) / 2
    return found


def in_order(values: Sequence[float]) -> Floats:
    """The values in ascending order. ValueError for no value or one that is not finite."""
    import numpy as np

    ordered: Floats = np.sort(_finite(values))
    return ordered


def blocks(count: int, most: int) -> list[int]:
    """A group for each of `count` values in time order: at most `most` groups of neighbours, as equal as can be."""
    groups = max(1, min(most, count))
    return [place * groups // count for place in range(count)]


def _least(share: float, level: float) -> float:
    return log((1 - level) / 2) / log(max(share, 1 - share)) - 1e-9


def _finite(values: Sequence[float] | Floats) -> Floats:
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    if array.size == 0 or not np.isfinite(array).all():
        raise ValueError("times must be finite numbers, and at least one")
    return array


def worth(values: Sequence[float], share: float, groups: Sequence[Hashable], *, level: float = LEVEL) -> float:
    """How many independent values these are worth, by the spread between groups of the share below the quantile.

    Kish's design effect (Korn and Graubard 1998), with as many degrees of freedom as groups, less one, count in that
    spread (Satterthwaite 1946). It is never below 1: groups that balance by chance make nobody surer. Far out too few
    values show the spread, so it is taken where the tail is three times as heavy: groups differ more there, not less.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    array = _finite(values)
    count = len(array)
    codes, number = _codes(groups, count)
    if number in (1, count):
        return float(number if number > 1 else 0)
    nearer = min(0.5, _NEARER * min(share, 1 - share))
    nearer = nearer if share < 0.5 else 1 - nearer
    below = (array <= np.quantile(array, nearer)).astype(np.float64)
    squares = np.bincount(codes, weights=below - below.mean(), minlength=number) ** 2
    total = float(squares.sum())
    effect = max(1.0, number / (number - 1) * total / (count * nearer * (1 - nearer)))
    freedom = min(number - 1.0, 2 * total**2 / float((squares**2).sum())) if total else number - 1.0
    return count / effect * float(ndtri((1 + level) / 2) / stdtrit(freedom, (1 + level) / 2)) ** 2


def _codes(groups: Sequence[Hashable], count: int) -> tuple[NDArray[np.intp], int]:
    import numpy as np

    if len(groups) != count:
        raise ValueError(f"{count} values came with {len(groups)} groups")
    numbers: dict[Hashable, int] = {}
    codes = np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.intp)
    return codes, len(numbers)


def _rank(share: float, count: float, chance: float) -> float:
    """The share u of ranks at which an order statistic of `count` values lies below the quantile with this chance.

    The k-th of n values lies below it with the chance I_share(k, n - k + 1), the incomplete beta function, which is
    as good for a k between two whole numbers; u is k/(n + 1).
    """
    from scipy.optimize import brentq
    from scipy.special import betainc

    whole = count + 1

    def gap(place: float) -> float:
        return float(betainc(place * whole, (1 - place) * whole, share)) - chance

    low, high = 1 / whole, count / whole
    if gap(low) <= 0:
        return low
    if gap(high) >= 0:
        return high
    return float(brentq(gap, low, high, xtol=1e-10))


def _at(ordered: Floats, place: float) -> float:
    """The order statistic of rank `place` (n + 1), between two of them by their distance."""
    import numpy as np

    rank = place * (len(ordered) + 1) - 1
    return float(np.interp(rank, np.arange(len(ordered)), ordered))
