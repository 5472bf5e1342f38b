"""Random replicates of a mean difference: bootstrap and sign flips, in bounded memory and the same for a seed."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from outweigh.stats.units import Floats, Units

_CELLS = 2_000_000  # numbers drawn at once
_REPEATED = 8  # how often values must repeat, on average, for drawing their counts to be the faster way


def bootstrap(differences: Units, rng: np.random.Generator, resamples: int) -> Floats:
    """Replicates of the mean difference less the difference itself, units drawn with replacement.

    Clusters are linearised: a cluster of other size changes the sum, not the count. Stretched by sqrt(G/(G-1)), which
    a resample of G units lacks; exchanging the models changes the signs alone.
    """
    import numpy as np

    residuals = np.sort(differences.residuals)
    mirrored = -residuals[::-1]
    sides = zip((differences.mean, *residuals), (-differences.mean, *mirrored), strict=True)
    sign = next((1.0 if one > other else -1.0 for one, other in sides if one != other), 1.0)
    groups = len(residuals)
    sums = _drawn(residuals if sign > 0 else mirrored, rng, resamples)
    return sums * (sign / differences.count * sqrt(groups / max(1, groups - 1)))


def flips(differences: Units, rng: np.random.Generator, resamples: int) -> Floats:
    """Replicates of the mean difference if each unit's had no direction: every sign is a coin's."""
    import numpy as np

    sizes: Floats = np.abs(differences.sums)
    values, counts = np.unique(sizes[sizes > 0], return_counts=True)
    if len(values) <= min(len(sizes) // _REPEATED, _CELLS // resamples):
        heads = rng.binomial(counts, 0.5, size=(resamples, len(values)))
        return (2.0 * heads - counts) @ values / differences.count
    magnitudes = np.repeat(values, counts)
    blocks = [
        (2.0 * rng.integers(0, 2, (rows, len(magnitudes)), dtype=np.int8) - 1.0) @ magnitudes
        for rows in _blocks(resamples, len(magnitudes))
    ]
    return np.concatenate(blocks) / differences.count


def _drawn(values: Floats, rng: np.random.Generator, resamples: int) -> Floats:
    """Sums of as many draws from `values`, with replacement, as there are values."""
    import numpy as np

    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= min(len(values) // _REPEATED, _CELLS // resamples):
        return rng.multinomial(len(values), counts / len(values), size=resamples) @ distinct
    blocks = [
        values[rng.integers(0, len(values), (rows, len(values)))].sum(axis=1)
        for rows in _blocks(resamples, len(values))
    ]
    return np.concatenate(blocks)


def _blocks(resamples: int, width: int) -> list[int]:
    """How many replicates to draw at a time."""
    rows = max(1, _CELLS // max(1, width))
    whole, rest = divmod(resamples, rows)
    return [rows] * whole + [rest] * (rest > 0)
