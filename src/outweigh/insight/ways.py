"""The ways in which several benchmarks become one score, and how far they order models alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from outweigh.records import Agreement
from outweigh.stats import aggregates
from outweigh.stats.aggregates import Aggregate

if TYPE_CHECKING:
    from outweigh.stats.aggregates import Places
    from outweigh.stats.units import Floats

MEAN, WIN_RATE, Z = "mean", "win-rate", "z"
PUBLISHED = "published"  # the leaderboard's own mean of rescaled scores: it has no interval, so nothing is ranked by it


def _win_rate(values: Floats, errors: Floats, _: Sequence[str]) -> Aggregate:
    import numpy as np

    found = aggregates.win_rate_errors(values, errors, np.arange(len(values)))
    return Aggregate(aggregates.win_rates(values), found)


WAYS: Mapping[str, Callable[[Floats, Floats, Sequence[str]], Aggregate]] = {
    MEAN: lambda values, errors, _: aggregates.mean(values, errors),
    WIN_RATE: _win_rate,
    Z: lambda values, errors, areas: aggregates.z_scores(values, errors, areas)[0],
}


@dataclass(frozen=True)
class Ways:
    """Every average of the models that have all benchmarks, and their ranks by each.

    `whole` says which models those are; of the others every number is NaN and every rank 0. `values` and `errors` are
    the scores that the averages were made of.
    """

    values: Floats
    errors: Floats
    whole: Places
    scores: Mapping[str, Floats]
    ranks: Mapping[str, Places]
    z: Aggregate
    areas: Mapping[str, Aggregate]

    def win_rate_errors(self, of: Places) -> Floats:
        """The errors of win rates, for models that have all benchmarks."""
        return aggregates.win_rate_errors(self.values, self.errors, of)


def ways(values: Floats, errors: Floats, areas: Sequence[str], published: Floats) -> Ways | None:
    """Every average; None where there is nothing to average or nobody to compare with.

    `published` are the leaderboard's rescaled scores, NaN where it has none.
    """
    import numpy as np

    whole = np.flatnonzero(~np.isnan(values).any(axis=1))
    if values.shape[1] < 2 or len(whole) < 2:
        return None
    values, errors = values[whole], errors[whole]
    z, by_area = aggregates.z_scores(values, errors, areas)
    scores = {MEAN: values.mean(axis=1), WIN_RATE: aggregates.win_rates(values), Z: z.values}
    if not np.isnan(published[whole]).any():
        scores[PUBLISHED] = published[whole].mean(axis=1)
    ranks = {way: places(score) for way, score in scores.items()}
    return Ways(values, errors, whole, scores, ranks, z, by_area)


def places(scores: Floats) -> Places:
    """The rank of each model: one more than there are better ones."""
    import numpy as np

    ordered = np.sort(scores)
    return np.asarray(1 + len(scores) - np.searchsorted(ordered, scores, "right"))


def agreements(found: Ways | None) -> tuple[Agreement, ...]:
    """Kendall's tau of every two orders in which not all models are alike."""
    if found is None:
        return ()
    from scipy.stats import kendalltau

    varied = [way for way, score in found.scores.items() if score.min() < score.max()]
    return tuple(
        Agreement(first=one, second=other, tau=float(kendalltau(found.scores[one], found.scores[other]).statistic))
        for one, other in combinations(varied, 2)
    )
