"""Scores on several benchmarks -> one: the plain mean, the mean win rate, and the mean of z-scores by area.

Each is a value and an error a model; errors of models and of benchmarks count as independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Places = NDArray[np.int64]

_DRAWS = 200
_CELLS = 1_200_000  # numbers drawn at most; beyond, only the model's own error counts
_SEED = 1234


@dataclass(frozen=True)
class Aggregate:
    """One number a model, and its error: half of a 95 % interval over 1.96."""

    values: Floats
    errors: Floats


def mean(values: Floats, errors: Floats) -> Aggregate:
    """The plain mean over benchmarks (columns) of each model (rows)."""
    import numpy as np

    return Aggregate(values.mean(axis=1), np.sqrt((errors**2).sum(axis=1)) / values.shape[1])


def win_rates(values: Floats) -> Floats:
    """The mean over benchmarks of the share of the other models that each one beats, a tie half (HELM 2022).

    NaN for one model alone.
    """
    import numpy as np

    if len(values) < 2:
        return np.full(len(values), np.nan)
    beaten = [_beaten(np.sort(column), column) - 0.5 for column in values.T]
    return np.asarray(np.mean(beaten, axis=0) / (len(values) - 1))


def win_rate_errors(values: Floats, errors: Floats, of: Places) -> Floats:
    """The standard deviation of the win rates at the places `of`, were every benchmark asked anew.

    Scores of all models are drawn around what they are (parametric bootstrap); in large tables, in which what the
    others do averages out, only the model's own score is, by quadrature.
    """
    import numpy as np

    count, benchmarks = values.shape
    if count < 2:
        return np.full(len(of), np.nan)
    if _DRAWS * count * benchmarks <= _CELLS:
        noise = np.random.default_rng(_SEED).standard_normal((_DRAWS, count, benchmarks))
        ranks = np.argsort(np.argsort(values + errors * noise, axis=1), axis=1)
        return np.asarray((ranks.mean(axis=2) / (count - 1)).std(axis=0)[of])
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    weights = weights / weights.sum()
    variance = np.zeros(len(of))
    for column, error in zip(values.T, errors.T, strict=True):
        drawn = column[of, None] + error[of, None] * nodes
        shares = _beaten(np.sort(column), drawn) / (count - 1)
        variance += shares**2 @ weights - (shares @ weights) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)) / benchmarks)


def z_scores(values: Floats, errors: Floats, areas: Sequence[str]) -> tuple[Aggregate, Mapping[str, Aggregate]]:
    """The mean over areas of the mean z-score in each, and those of each; `areas` has one name a benchmark.

    A z-score is the distance from the mean of the models given, in their standard deviations; both count as known. A
    benchmark on which all models are alike counts as 0.
    """
    import numpy as np

    spread = values.std(axis=0)
    spread = np.where(spread > 1e-12, spread, np.inf)
    scaled, wide = (values - values.mean(axis=0)) / spread, errors / spread
    found = {}
    for area in dict.fromkeys(areas):
        places = [place for place, each in enumerate(areas) if each == area]
        found[area] = mean(scaled[:, places], wide[:, places])
    together = [
        np.column_stack(columns) for columns in zip(*((a.values, a.errors) for a in found.values()), strict=True)
    ]
    return mean(together[0], together[1]), found


def _beaten(ordered: Floats, scores: Floats) -> Floats:
    """How many of the ordered scores lie below each, an equal one half."""
    import numpy as np

    return np.asarray((np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")) / 2)
