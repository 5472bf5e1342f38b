"""Two models on the same samples: the mean difference, its 95 % interval and a p-value; one benchmark or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import TYPE_CHECKING

from outweigh.stats import power, resampling
from outweigh.stats.intervals import LEVEL
from outweigh.stats.units import units

if TYPE_CHECKING:
    from outweigh.stats.units import Floats, Units

RESAMPLES = 10_000
_ROUNDING = 1e-9  # two numbers this close, relatively, are the same number


@dataclass(frozen=True)
class Paired:
    """The first model's mean less the second's. `wins` counts samples with the higher score for the first."""

    value: float
    low: float
    high: float
    p_value: float
    count: int
    wins: int
    losses: int
    draws: int
    minimum_detectable: float
    method: str


@dataclass(frozen=True)
class Part:
    """One benchmark's share of a comparison, drawn once and combined as often as wanted.

    `deviations`, `flips` and `phantoms` are random replicates (see `resampling` and `_interval`); `span` is the largest
    gap that is possible.
    """

    differences: Units
    wins: int
    losses: int
    binary: bool
    span: float
    deviations: Floats
    flips: Floats
    phantoms: Floats


def paired(
    first: Sequence[float],
    second: Sequence[float],
    *,
    binary: bool,
    clusters: Sequence[str | None] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Paired:
    """Compare two models' scores, sample by sample: the interval by bootstrap, the p-value by a test of its own.

    The test is McNemar's exact one for binary scores without shared clusters, else sign flips (resolution
    1 / (resamples + 1)). The two may disagree at the border; a verdict goes by the p-value. ValueError if the lengths
    differ or there is no sample.
    """
    drawn = part(first, second, binary=binary, clusters=clusters, seed=seed, resamples=resamples)
    return combine([drawn], [1.0])


def part(
    first: Sequence[float],
    second: Sequence[float],
    *,
    binary: bool,
    clusters: Sequence[str | None] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Part:
    """Draw one benchmark's replicates. Benchmarks that are combined need different seeds and equal `resamples`."""
    import numpy as np

    gaps = [one - other for one, other in zip(first, second, strict=True)]
    differences = units(gaps, clusters)
    largest = max(abs(score) for score in (*first, *second))
    inside = min(*first, *second) >= 0 and largest <= 1
    rng = np.random.default_rng(seed)
    flips = resampling.flips(differences, rng, resamples)
    lone = len(differences.sums) == 1  # has no spread to resample, so its own size stands in
    return Part(
        differences=differences,
        wins=sum(1 for gap in gaps if gap > 0),
        losses=sum(1 for gap in gaps if gap < 0),
        binary=binary,
        span=1.0 if inside else 2 * largest,
        deviations=flips * np.sign(differences.mean) if lone else resampling.bootstrap(differences, rng, resamples),
        flips=flips,
        phantoms=np.subtract(rng.poisson(1, resamples), rng.poisson(1, resamples), dtype=np.float64),
    )


def combine(parts: Sequence[Part], weights: Sequence[float], *, alpha: float = power.ALPHA) -> Paired:
    """The weighted sum of several benchmarks' mean differences; each was resampled within itself (stratified)."""
    value = fsum(weight * item.differences.mean for item, weight in zip(parts, weights, strict=True))
    low, high = _interval(parts, weights)
    span = fsum(weight * item.span for item, weight in zip(parts, weights, strict=True))
    count = sum(item.differences.count for item in parts)
    wins, losses = sum(item.wins for item in parts), sum(item.losses for item in parts)
    exact = _is_exact(parts, weights)
    return Paired(
        value=value,
        low=min(value, max(value + low, -span)),
        high=max(value, min(value + high, span)),
        p_value=_mcnemar(wins, losses) if exact else _sign_flip(parts, weights, value),
        count=count,
        wins=wins,
        losses=losses,
        draws=count - wins - losses,
        minimum_detectable=min(span, power.detectable(_error(parts, weights), alpha=alpha)),
        method="paired bootstrap, " + ("exact McNemar" if exact else "sign flips"),
    )


def _interval(parts: Sequence[Part], weights: Sequence[float]) -> tuple[float, float]:
    """How far the interval reaches below and above the difference.

    Two phantom units join the bootstrap, one for each model, each as large as those that differ are typically: Bonett
    and Price (2012). Without them a comparison of which few samples differ would be far too sure of itself.
    """
    import numpy as np

    deviations = sum(weight * item.deviations for item, weight in zip(parts, weights, strict=True))
    phantoms = _typical(parts, weights) * parts[0].phantoms
    # Both signs, so that exchanging the models mirrors the interval.
    both = np.concatenate([deviations + phantoms, deviations - phantoms])
    low, high = np.quantile(both, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _typical(parts: Sequence[Part], weights: Sequence[float]) -> float:
    """What one unit that differs typically adds to the difference; if none does, what one could add.

    Typical is the root of the mean square, each unit counted by its own square: where few samples of a small benchmark
    weigh most, theirs is the size that matters.
    """
    import numpy as np

    shares = np.concatenate(
        [weight * item.differences.sums / item.differences.count for item, weight in zip(parts, weights, strict=True)]
    )
    if not shares.any():
        shares = np.concatenate(
            [
                np.full(len(item.differences.sums), weight * item.span / len(item.differences.sums))
                for item, weight in zip(parts, weights, strict=True)
            ]
        )
    squares = (shares / np.abs(shares).max()) ** 2  # scaled, so that the smallest do not vanish
    return float(np.abs(shares).max() * np.sqrt((squares**2).sum() / squares.sum()))


def _is_exact(parts: Sequence[Part], weights: Sequence[float]) -> bool:
    """True if every sample is binary, independent, and counts the same: the test is then McNemar's over all."""
    if not all(item.binary and not item.differences.clustered for item in parts):
        return False
    shares = [weight / item.differences.count for item, weight in zip(parts, weights, strict=True)]
    return max(shares) - min(shares) <= _ROUNDING * max(shares)


def _mcnemar(wins: int, losses: int) -> float:
    from statsmodels.stats.contingency_tables import mcnemar

    return float(mcnemar([[0, wins], [losses, 0]], exact=True).pvalue)


def _sign_flip(parts: Sequence[Part], weights: Sequence[float], value: float) -> float:
    """Share of replicates at least as far from 0, the data counted as one of them (Phipson and Smyth 2010)."""
    import numpy as np

    flips = sum(weight * item.flips for item, weight in zip(parts, weights, strict=True))
    extreme = int((np.abs(flips) >= abs(value) * (1 - _ROUNDING)).sum())
    return (extreme + 1) / (np.size(flips) + 1)


def _error(parts: Sequence[Part], weights: Sequence[float]) -> float:
    """The standard error of the difference, as cautious as planning needs."""
    moved = sum(int((item.differences.sums != 0).sum()) for item in parts)
    total = sum(len(item.differences.sums) for item in parts)
    variance = prior = 0.0
    for item, weight in zip(parts, weights, strict=True):
        variance += weight**2 * item.differences.variance_if_equal
        prior += weight**2 * item.span**2 * power.LEAST_MOVED / total / len(item.differences.sums)
    return sqrt(power.cautious(variance, moved, prior=prior))
