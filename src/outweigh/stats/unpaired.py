"""Two models that share no sample: their means, each with its own interval, are all there is to compare."""

from dataclasses import dataclass
from math import copysign, sqrt

from outweigh.stats import power

_Z = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Mean:
    """A score's mean with its 95 % interval, from so many samples."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Unpaired:
    """The first mean less the second. `count` is that of the model with fewer samples."""

    value: float
    low: float
    high: float
    p_value: float
    count: int
    minimum_detectable: float
    method: str = "unpaired, square-and-add"


def unpaired(first: Mean, second: Mean, *, alpha: float = power.ALPHA) -> Unpaired:
    """The difference of two means as if their errors were independent.

    The interval adds the distances of both intervals' ends as squares (Newcombe 1998, method 10; Zou and Donner 2008),
    so it may be lopsided as they are; the p-value is that of the normal test with the side towards 0, so the two agree
    at the border. Models that answered the same samples err together: theirs is a cautious comparison.
    """
    from scipy.stats import norm

    value = first.value - second.value
    below = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    above = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    reach = below if copysign(1, value) > 0 else above
    return Unpaired(
        value=value,
        low=value - below,
        high=value + above,
        p_value=float(2 * norm.sf(_Z * abs(value) / reach)) if reach else float(value == 0),
        count=min(first.count, second.count),
        minimum_detectable=power.detectable((below + above) / 2 / _Z, alpha=alpha),
    )
