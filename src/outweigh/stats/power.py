"""How small a gap a paired comparison of this size would notice."""

from collections.abc import Sequence
from math import sqrt

from outweigh.stats.units import units

POWER = 0.8
ALPHA = 0.05
# An exact sign test at 5 % needs six units that all differ one way; where eight are expected, at least six turn up 81 %
# of the time (Poisson). So no comparison is planned on fewer than eight.
LEAST_MOVED = 8


def detectable(standard_error: float, *, power: float = POWER, alpha: float = ALPHA) -> float:
    """The true gap that a two-sided test notices with this power: z[1 - alpha/2] + z[power] standard errors."""
    from scipy.stats import norm

    return float(norm.ppf(1 - alpha / 2) + norm.ppf(power)) * standard_error


def beyond(standard_error: float, *, power: float = POWER) -> float:
    """How far a gap must lie beyond a border to be seen beyond it with this power: z[power] standard errors."""
    from scipy.stats import norm

    return float(norm.ppf(power)) * standard_error


def cautious(variance: float, moved: int, *, prior: float) -> float:
    """A variance of the mean difference that is fit for planning, from units of which `moved` differ.

    With fewer than eight it is scaled up as if eight did; with none, `prior` (the variance if eight did) stands in.
    """
    if moved == 0:
        return prior
    return variance * max(1.0, LEAST_MOVED / moved)


def minimum_detectable(
    differences: Sequence[float],
    *,
    clusters: Sequence[str | None] | None = None,
    power: float = POWER,
    alpha: float = ALPHA,
) -> float:
    """The smallest true mean gap that a paired comparison like this one notices, before correction for multiplicity.

    The differences' spread is taken around 0, as it would be were the models equal but no more alike. At most the
    largest gap that scores of this kind can have (1 if no difference exceeds 1).
    """
    parts = units(differences, clusters)
    span = max(1.0, *(abs(value) for value in differences))
    moved = int((parts.sums != 0).sum())
    prior = LEAST_MOVED * span**2 / len(parts.sums) ** 2
    error = sqrt(cautious(parts.variance_if_equal, moved, prior=prior))
    return min(span, detectable(error, power=power, alpha=alpha))


def planned_minimum_detectable(
    count: int, discordance: float = 0.5, *, power: float = POWER, alpha: float = ALPHA
) -> float:
    """What `count` right-or-wrong samples will show before any is asked: "with 60 samples, a gap of 26 points".

    `discordance` is the expected share of samples that only one model gets right; 0.5 is what two
    unrelated models come to that are each right half the time.
    """
    if count < 1:
        raise ValueError("a comparison needs at least one sample")
    return min(1.0, detectable(sqrt(discordance / count), power=power, alpha=alpha))
