"""How time grows with the size of the work, and where more load stops paying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.stats.intervals import LEVEL

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

_RESAMPLES = 2000


@dataclass(frozen=True)
class Exponent:
    """Time grows as size to the power of `value`, over the `settings` that were measured."""

    value: float
    low: float
    high: float
    settings: int


def exponents(sizes: Mapping[str, Sequence[float]], times: Sequence[float]) -> dict[str, Exponent]:
    """Least squares of log time against the logarithm of every size, such as batch, prompt and output length.

    One size and time a measurement; those of one setting count once, by their median. What never varied has no
    exponent. The interval is Student's, over settings: it holds as far as time is a power of the sizes. Empty where
    there are not at least two settings more than sizes that varied, or these vary together. ValueError for sizes or
    times that are not above 0, or of different number.
    """
    import numpy as np
    from scipy.special import stdtrit

    columns = {name: np.asarray(values, dtype=np.float64) for name, values in sizes.items()}
    spent = np.asarray(times, dtype=np.float64)
    if any(len(each) != len(spent) or not (each > 0).all() for each in (*columns.values(), spent)):
        raise ValueError("sizes and times must be above 0, and as many of each")
    varied = [name for name, values in columns.items() if len(np.unique(values)) > 1]
    if not varied:
        return {}
    settings, codes = np.unique(np.column_stack([columns[name] for name in varied]), axis=0, return_inverse=True)
    middle = np.array([np.median(spent[codes.ravel() == place]) for place in range(len(settings))])
    design = np.column_stack([np.ones(len(settings)), np.log(settings)])
    freedom = len(settings) - design.shape[1]
    if freedom < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return {}
    found, *_ = np.linalg.lstsq(design, np.log(middle), rcond=None)
    residual = np.log(middle) - design @ found
    spread = np.linalg.inv(design.T @ design) * float(residual @ residual) / freedom
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * np.sqrt(np.diag(spread))
    return {
        name: Exponent(float(value), float(value - wide), float(value + wide), len(settings))
        for name, value, wide in zip(varied, found[1:], reach[1:], strict=True)
    }


@dataclass(frozen=True)
class Load:
    """One load (a batch size, concurrency or rate), with the throughput and latency of each repeat."""

    load: float
    throughput: tuple[float, ...]
    latency: tuple[float, ...]


@dataclass(frozen=True)
class Knee:
    """The load beyond which latency grows faster than throughput; None where it was not seen, and why.

    `low` and `high` are loads that were measured. The highest one of all stands for itself and all beyond.
    """

    load: float | None
    low: float | None
    high: float | None
    reason: str


def knee(loads: Sequence[Load], *, seed: int = 0) -> Knee:
    """Where Kleinrock's power, throughput over latency, is largest (1979): up to there more load pays.

    The power of a load is the geometric mean over its repeats. The interval holds 95 % of the loads at which it is
    largest when the repeats' deviations, in logarithms and of all loads together, are drawn anew; it takes at least
    three repeats of every load. ValueError for figures that are not above 0, or repeats that do not match.
    """
    import numpy as np

    ordered = sorted(loads, key=lambda each: each.load)
    for each in ordered:
        if not each.throughput or len(each.throughput) != len(each.latency):
            raise ValueError("every load needs as many latencies as throughputs, and at least one")
        if min(*each.throughput, *each.latency) <= 0:
            raise ValueError("throughput and latency must be above 0")
    if len(ordered) < 3:
        return Knee(None, None, None, f"a knee shows in at least 3 loads, not {len(ordered)}")
    powers = [np.log(each.throughput) - np.log(each.latency) for each in ordered]
    best = int(np.argmax([power.mean() for power in powers]))
    low, high = _places(powers, seed) if min(map(len, powers)) >= 3 else (None, None)
    ends = [None if place is None else ordered[place].load for place in (low, high)]
    if best == len(ordered) - 1:
        return Knee(None, ends[0], ends[1], "throughput still grows faster than latency at the highest load")
    if best == 0:
        return Knee(None, ends[0], ends[1], "latency grows faster than throughput from the lowest load on")
    return Knee(ordered[best].load, ends[0], ends[1], "throughput over latency is largest here")


def _places(powers: Sequence[Floats], seed: int) -> tuple[int, int]:
    """The first and last place at which the power may be largest."""
    import numpy as np

    # Deviations from a mean of r repeats are short by sqrt((r - 1) / r).
    residuals = np.concatenate([(each - each.mean()) * np.sqrt(len(each) / (len(each) - 1)) for each in powers])
    rng = np.random.default_rng(seed)
    drawn = [each.mean() + rng.choice(residuals, (_RESAMPLES, len(each))).mean(axis=1) for each in powers]
    found = np.argmax(np.column_stack(drawn), axis=1)
    tails = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    low, high = (int(each) for each in np.quantile(found, tails, method="nearest"))
    return low, high
