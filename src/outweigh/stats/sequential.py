"""Evidence that holds whenever one stops looking: bounded means, tested and enclosed by betting.

Waudby-Smith and Ramdas (2024), with Robbins' (1970) mixture of bets instead of a betting strategy. If the mean is m,
one who bets against it, on every alternative q at once, cannot expect to win: the chance that the wealth ever reaches
1/alpha is at most alpha (Ville 1939), however often one looks and for whatever reason one stops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, fsum, log, sqrt
from typing import TYPE_CHECKING

from outweigh.stats import power
from outweigh.stats.intervals import LEVEL, Interval, harness_error
from outweigh.stats.paired import Paired

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

# How the stake is spread over the alternatives q: the density of Beta(shape, shape). Any choice is valid. A score may
# lie anywhere; gaps are mostly small, and with 3 one of 2 points and one of 20 are both noticed early.
SCORES, GAPS = 1, 3
_NODES = 256  # alternatives; two of them are less than two standard errors apart up to 25,000 samples
_STEPS = 50  # of a bisection
_LEAST_P = 1e-4  # of a combined row, which is searched for rather than computed
_EDGE = 1e-12


@dataclass(frozen=True)
class Draws:
    """Independent units in the order in which they came: summed scores between 0 and `sizes`, and numbers of samples.

    A unit is one sample or one cluster. `largest` is the most samples that any unit could have had.
    """

    sums: Floats
    sizes: Floats
    largest: int

    @property
    def count(self) -> int:
        """Samples."""
        return int(self.sizes.sum())

    @property
    def mean(self) -> float:
        """The mean over samples."""
        return fsum(self.sums) / self.count

    def distinct(self) -> tuple[Draws, Floats]:
        """Each kind of unit once, and how often it came."""
        import numpy as np

        kinds, counts = np.unique(np.stack([self.sums, self.sizes]), axis=1, return_counts=True)
        return Draws(kinds[0], kinds[1], self.largest), counts.astype(np.float64)


@dataclass(frozen=True)
class Gaps:
    """Two models' differences on one benchmark or group, as draws of (1 + first - second) / 2."""

    draws: Draws
    wins: int
    losses: int

    @property
    def p_value(self) -> float:
        """Anytime-valid: 1 over the largest wealth that a bet against "no difference" ever had, at most 1."""
        return min(1.0, exp(-max(0.0, float(evidence(self.draws, 0.5, GAPS).max()))))


def draws(
    values: Sequence[float], ranks: Sequence[str], largest: int, bounds: tuple[float, float] = (0.0, 1.0)
) -> Draws:
    """Scores as draws in the order of their ranks; samples of equal rank are one unit (see `order.rank`).

    ValueError for no score, a score outside `bounds`, or a unit of more than `largest` samples.
    """
    import numpy as np

    low, high = bounds
    shares = (np.asarray(values, dtype=np.float64) - low) / (high - low)
    if shares.size == 0 or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"scores must be between {low:g} and {high:g}, and at least one")
    _, codes = np.unique(np.asarray(ranks), return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    if sizes.max() > largest:
        raise ValueError(f"a unit has {sizes.max():g} samples, more than the {largest} that were allowed for")
    # Rounded, so that the order in which a cluster's samples are added up moves nothing.
    sums: Floats = np.bincount(codes, weights=shares).astype(np.float64).round(12)
    return Draws(np.minimum(sums, sizes), sizes, largest)


def gaps(first: Sequence[float], second: Sequence[float], ranks: Sequence[str], largest: int) -> Gaps:
    """Two models' scores (0 to 1) on the same samples, paired. ValueError as in `draws`."""
    pairs = list(zip(first, second, strict=True))
    shares = [(1 + one - other) / 2 for one, other in pairs]
    wins, losses = sum(one > other for one, other in pairs), sum(one < other for one, other in pairs)
    return Gaps(draws(shares, ranks, largest), wins, losses)


def evidence(found: Draws, mean: float, shape: int) -> Floats:
    """The logarithm of the wealth after each unit, won by betting against "the mean is `mean`"."""
    import numpy as np

    return _total(np.cumsum(_gains(found, mean, shape), axis=0), shape)


def bounds(found: Draws, shape: int, alpha: float) -> tuple[float, float]:
    """The means that betting has not refuted at level `alpha`: the present interval of a confidence sequence.

    The wealth is log-convex in the mean that is bet against, so these means are an interval; it is at most 1 at the
    mean that was observed, so that one is inside.
    """
    units, counts = found.distinct()
    limit, mean = log(1 / alpha), found.mean

    def refuted(candidate: float) -> bool:
        return float(_total(counts @ _gains(units, candidate, shape), shape)) >= limit

    return _border(refuted, mean, 0.0), _border(refuted, mean, 1.0)


def estimate(
    values: Sequence[float], ranks: Sequence[str], largest: int, limits: tuple[float, float] = (0.0, 1.0)
) -> Interval:
    """The mean of one model's scores, with an interval that holds the truth whenever the run stopped.

    `method` is "betting", or "cluster-betting" where a unit may have several samples.
    """
    found = draws(values, ranks, largest, limits)
    low, high = bounds(found, SCORES, 1 - LEVEL)
    value, width = fsum(values) / len(values), limits[1] - limits[0]
    return Interval(
        value=value,
        low=min(value, limits[0] + width * low),
        high=max(value, limits[0] + width * high),
        standard_error=harness_error(values, value),
        count=len(values),
        method="betting" if largest == 1 else "cluster-betting",
    )


def average(parts: Sequence[Draws], weights: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high) of a weighted mean of several benchmarks: each gets its share of alpha (Bonferroni).

    All intervals then hold at once, so their mean does, whatever made which benchmark stop when.
    """
    ends = [bounds(part, SCORES, (1 - LEVEL) / len(parts)) for part in parts]
    value = fsum(weight * part.mean for part, weight in zip(parts, weights, strict=True))
    low = fsum(weight * end[0] for end, weight in zip(ends, weights, strict=True))
    return value, low, fsum(weight * end[1] for end, weight in zip(ends, weights, strict=True))


def combine(parts: Sequence[Gaps], weights: Sequence[float]) -> Paired:
    """The weighted sum of several benchmarks' mean differences, by Bonferroni as in `average`; of one, the test itself.

    `minimum_detectable` is what one look at this many samples notices with 80 % power: the interval's half-width and
    as many standard errors as that takes.
    """
    value = fsum(weight * (2 * part.draws.mean - 1) for part, weight in zip(parts, weights, strict=True))
    low, high = _reach(parts, weights, 1 - LEVEL)
    wins, losses = sum(part.wins for part in parts), sum(part.losses for part in parts)
    count = sum(part.draws.count for part in parts)
    several = ", Bonferroni" if len(parts) > 1 else ""
    return Paired(
        value=value,
        low=min(value, low),
        high=max(value, high),
        p_value=_combined_p(parts, weights) if len(parts) > 1 else parts[0].p_value,
        count=count,
        wins=wins,
        losses=losses,
        draws=count - wins - losses,
        minimum_detectable=min(fsum(weights), (high - low) / 2 + power.beyond(_error(parts, weights))),
        method=f"paired betting, anytime-valid{several}",
    )


def _reach(parts: Sequence[Gaps], weights: Sequence[float], alpha: float) -> tuple[float, float]:
    ends = [bounds(part.draws, GAPS, alpha / len(parts)) for part in parts]
    low = fsum(weight * (2 * end[0] - 1) for end, weight in zip(ends, weights, strict=True))
    return low, fsum(weight * (2 * end[1] - 1) for end, weight in zip(ends, weights, strict=True))


def _combined_p(parts: Sequence[Gaps], weights: Sequence[float]) -> float:
    """The smallest alpha whose interval leaves out 0, rounded up."""

    def shown(alpha: float) -> bool:
        low, high = _reach(parts, weights, alpha)
        return not low <= 0 <= high

    if shown(_LEAST_P):
        return _LEAST_P
    if not shown(1.0):
        return 1.0
    below, above = log(_LEAST_P), 0.0
    for _ in range(12):
        middle = (below + above) / 2
        below, above = (below, middle) if shown(exp(middle)) else (middle, above)
    return exp(above)


def _error(parts: Sequence[Gaps], weights: Sequence[float]) -> float:
    """The standard error of the difference if there is none."""
    found = [(part.draws, weight / part.draws.count) for part, weight in zip(parts, weights, strict=True)]
    return sqrt(fsum(float(((share * (2 * each.sums - each.sizes)) ** 2).sum()) for each, share in found))


def _total(gains: Floats, shape: int) -> Floats:
    """Log of the wealth in all bets together (the last axis), from what each was multiplied by."""
    import numpy as np

    logs = gains + _bets(shape)[1]
    most = logs.max(axis=-1)
    wealth: Floats = most + np.log(np.exp(logs - most[..., None]).sum(axis=-1))
    return wealth


def _gains(found: Draws, mean: float, shape: int) -> Floats:
    """Log of what each unit multiplies the wealth by (a row), for each bet (a column).

    The bet on alternative q multiplies it by x q/m + (1 - x)(1 - q)/(1 - m) for a sample of score x: 1 on average if
    the mean is m. A cluster is one bet, of which every sample gets 1/`largest` of the stake: 1 on average however its
    samples hang together.
    """
    import numpy as np

    alternatives, _ = _bets(shape)
    good, bad = found.sums[:, None], (found.sizes - found.sums)[:, None]
    odds = good * (alternatives / mean) + bad * ((1 - alternatives) / (1 - mean))
    gains: Floats = np.log((found.largest - found.sizes[:, None] + odds) / found.largest)
    return gains


@lru_cache
def _bets(shape: int) -> tuple[Floats, Floats]:
    """The alternatives q between 0 and 1, and the logarithms of their shares of the stake, which add up to 1.

    Gauss and Legendre's nodes, for which the density of Beta with a whole `shape` is a polynomial.
    """
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    shares = weights * (1 - nodes**2) ** (shape - 1)
    return (1 + nodes) / 2, np.log(shares / shares.sum())


def _border(refuted: Callable[[float], bool], mean: float, end: float) -> float:
    """Where between the observed mean and `end` refutation begins, rounded outwards."""
    inside, outside = min(max(mean, _EDGE), 1 - _EDGE), abs(end - _EDGE)
    if abs(end - mean) <= _EDGE or not refuted(outside):
        return end
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if refuted(middle) else (middle, outside)
    return outside
