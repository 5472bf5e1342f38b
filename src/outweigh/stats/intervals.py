"""Scores -> their mean with a 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from outweigh.stats.units import Units, units

LEVEL = 0.95
_NOISE = 1e-12  # a spread below this share of the scores' size is rounding, not evidence


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % interval. `standard_error` is lm-evaluation-harness's: None for n < 2."""

    value: float
    low: float
    high: float
    standard_error: float | None
    count: int
    method: str


def estimate(values: Sequence[float], *, binary: bool, clusters: Sequence[str | None] | None = None) -> Interval:
    """The mean of `values` (one a sample; 0 or 1 if `binary`).

    `method` is "wilson" (binary), "t" (Student), "cluster-t" (two samples share a cluster), or "cluster-wilson"
    where the clusters show no spread. Scores that show no spread never get an interval of no width.
    ValueError for no scores, a score that is not finite, or a binary score other than 0 and 1.
    """
    parts = units(values, clusters)
    if binary and not set(values) <= {0, 1}:
        raise ValueError("binary scores must be 0 or 1")
    spread = sqrt(parts.variance or 0.0)
    flat = spread <= _NOISE * max(1.0, *(abs(value) for value in values))
    if flat or (binary and not parts.clustered):
        low, high = _bounded(values, parts)
        method = "cluster-wilson" if parts.clustered else "wilson"
    else:
        low, high = _student(parts, spread)
        method = "cluster-t" if parts.clustered else "t"
        if binary:
            low, high = max(low, 0.0), min(high, 1.0)
    return Interval(
        value=parts.mean,
        low=min(low, parts.mean),
        high=max(high, parts.mean),
        standard_error=harness_error(values, parts.mean),
        count=parts.count,
        method=method,
    )


def harness_error(values: Sequence[float], mean: float) -> float | None:
    """Sample standard deviation (n - 1) over sqrt(n), as lm-evaluation-harness's `mean_stderr`; clusters ignored."""
    count = len(values)
    if count < 2:
        return None
    return sqrt(fsum((value - mean) ** 2 for value in values) / (count - 1)) / sqrt(count)


def _student(parts: Units, spread: float) -> tuple[float, float]:
    """Student's t with one degree of freedom fewer than there are units."""
    from scipy.stats import t

    reach = float(t.ppf((1 + LEVEL) / 2, len(parts.sums) - 1)) * spread
    return parts.mean - reach, parts.mean + reach


def _bounded(values: Sequence[float], parts: Units) -> tuple[float, float]:
    """Wilson's interval for as many trials as there are units, on the scale that the scores live on.

    For scores between two bounds it is cautious: none with the same mean vary more than the two bounds themselves do.
    """
    from statsmodels.stats.proportion import proportion_confint

    bottom, top = _scale(values)
    count = len(parts.sums)
    share = (parts.mean - bottom) / (top - bottom)
    low, high = proportion_confint(share * count, count, alpha=1 - LEVEL, method="wilson")
    return bottom + float(low) * (top - bottom), bottom + float(high) * (top - bottom)


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """The narrowest usual scale of a score that holds all of them."""
    least, most = min(values), max(values)
    for bottom, top in ((0.0, 1.0), (-1.0, 1.0), (0.0, 100.0), (-100.0, 100.0)):
        if bottom <= least and most <= top:
            return bottom, top
    reach = max(abs(least), abs(most))
    return -reach, reach
