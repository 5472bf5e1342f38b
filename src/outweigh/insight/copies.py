"""Rows of a leaderboard whose scores nearly agree: copies of one model, whatever they are called."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from outweigh.records import Standing

_COPY = 0.4  # points of the raw scale: on no benchmark do two runs of the same weights differ by more
_LIKE = 1.0  # points within which a row without kin is taken for a relative of one with the same architecture
_CHANCE = 0.1  # of the range between the table's lowest and highest scores: below, all models look alike
_FEWEST = 4  # benchmarks that have to agree


def copies(standings: Sequence[Standing]) -> list[tuple[int, int]]:
    """Pairs of rows that agree on every benchmark, but for models at chance, which agree without being copies."""
    from scipy.spatial import cKDTree

    scores = score_matrix(standings)
    able = _able(scores)
    if len(able) < 2:
        return []
    pairs = cKDTree(scores[able]).query_pairs(_COPY, p=np.inf)
    return sorted((int(able[one]), int(able[other])) for one, other in pairs)


def _able(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rows that have every score, most of them above chance."""
    complete = np.flatnonzero(~np.isnan(scores).any(axis=1))
    if scores.shape[1] < _FEWEST or len(complete) < 2:
        return complete[:0]
    low, high = np.percentile(scores[complete], [1, 99], axis=0)
    above: NDArray[np.float64] = ((scores[complete] - low) > _CHANCE * (high - low)).mean(axis=1)
    able: NDArray[np.int64] = complete[above > 0.5]
    return able


def lookalikes(standings: Sequence[Standing], rows: Sequence[int]) -> list[tuple[int, int]]:
    """For each of `rows` the most similar row of its architecture, where no score is further than a point away."""
    from scipy.spatial import cKDTree

    scores = score_matrix(standings)
    able = _able(scores)
    asked = set(rows)
    by_architecture: dict[str | None, list[int]] = {}
    for row in able:
        by_architecture.setdefault(standings[row].architecture, []).append(int(row))
    found = []
    for among in by_architecture.values():
        wanted = [row for row in among if row in asked]
        if len(among) < 2 or not wanted:
            continue
        apart, places = cKDTree(scores[among]).query(scores[wanted], k=2, p=np.inf)
        for row, distances, near in zip(wanted, apart, places, strict=True):
            other, distance = next(
                (among[place], far) for place, far in zip(near, distances, strict=True) if among[place] != row
            )
            if distance <= _LIKE:
                found.append((row, other))
    return found


def nearest(standings: Sequence[Standing], rows: Sequence[int], series: Sequence[str | None]) -> list[tuple[int, int]]:
    """For each of `rows` the other row with the most similar scores; among those of its series, where it has any.

    Nothing where there are too few benchmarks to know a model by: an equal rating makes nobody kin.
    """
    if not rows or len(rows) == len(standings):
        return []
    scores = score_matrix(standings)
    if scores.shape[1] < _FEWEST:
        return []
    spread = np.array([np.std(column[~np.isnan(column)]) if (~np.isnan(column)).any() else 1 for column in scores.T])
    scores = scores / np.where(spread > 0, spread, 1)
    asked = set(rows)
    others = np.array([row for row in range(len(standings)) if row not in asked])
    found = []
    for row in rows:
        alike = [other for other in others if series[other] == series[row] is not None]
        among = np.array(alike) if alike else others
        apart = np.abs(scores[among] - scores[row])
        shared = (~np.isnan(apart)).sum(axis=1)
        if not shared.max(initial=0):
            continue
        distance = np.where(shared > 0, np.nansum(apart, axis=1) / np.maximum(shared, 1), np.inf)
        found.append((row, int(among[int(distance.argmin())])))
    return found


def score_matrix(standings: Sequence[Standing]) -> NDArray[np.float64]:
    """Raw scores in points, a row a standing and a column a benchmark by name; NaN where one is not known."""
    benchmarks = sorted({name for standing in standings for name in standing.scores})
    found = np.full((len(standings), len(benchmarks)), np.nan)
    for row, standing in enumerate(standings):
        for column, name in enumerate(benchmarks):
            if name in standing.scores:
                found[row, column] = 100 * standing.scores[name].value
    return found
