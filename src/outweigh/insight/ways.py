"""The ways in which several benchmarks become one score, and how far they order models alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
    Z: aggregates.z_scores,
}


@dataclass(frozen=True)
class Ways:
    """Every average of the models that have all benchmarks; `whole` says which models those are.

    `values` and `errors` are the scores that the averages were made of, `areas` those of the benchmarks. What is asked
    of some models alone is computed for these.
    """

    values: Floats
    errors: Floats
    areas: Sequence[str]
    whole: Places
    scores: Mapping[str, Floats]
    z: Aggregate

    def win_rate_errors(self, of: Places) -> Floats:
        """The errors of win rates, for models that have all benchmarks."""
        return aggregates.win_rate_errors(self.values, self.errors, of)

    def z_scores_by_area(self, of: Places) -> Mapping[str, Aggregate]:
        """The z-scores in each area, for models that have all benchmarks."""
        return aggregates.z_scores_by_area(self.values, self.errors, self.areas, of)

    def ranks(self, of: Places) -> dict[str, Places]:
        """The ranks by each average, for models that have all benchmarks."""
        return {way: places(score, of) for way, score in self.scores.items()}


def ways(values: Floats, errors: Floats, areas: Sequence[str], published: Floats) -> Ways | None:
    """Every average; None where there is nothing to average or nobody to compare with.

    `published` are the leaderboard's rescaled scores, NaN where it has none.
    """
    import numpy as np

    whole = np.flatnonzero(~np.isnan(values).any(axis=1))
    if values.shape[1] < 2 or len(whole) < 2:
        return None
    if len(whole) < len(values):
        values, errors, published = (np.asfortranarray(each[whole]) for each in (values, errors, published))
    z = aggregates.z_scores(values, errors, areas)
    scores = {MEAN: values.mean(axis=1), WIN_RATE: aggregates.win_rates(values), Z: z.values}
    if not np.isnan(published).any():
        scores[PUBLISHED] = published.mean(axis=1)
    return Ways(values, errors, areas, whole, scores, z)


def places(scores: Floats, of: Places) -> Places:
    """The ranks of the models at `of`: one more than there are better ones."""
    import numpy as np

    return np.asarray(1 + len(scores) - np.searchsorted(np.sort(scores), scores[of], "right"))


def agreements(found: Ways | None, by: str) -> tuple[Agreement, ...]:
    """Kendall's tau of the order by one average with those by each other, where not all models are alike."""
    if found is None:
        return ()
    from scipy.stats import kendalltau

    varied = [way for way, score in found.scores.items() if score.min() < score.max()]
    return tuple(
        Agreement(first=by, second=other, tau=float(kendalltau(found.scores[by], found.scores[other]).statistic))
        for other in varied
        if by in varied and other != by
    )
