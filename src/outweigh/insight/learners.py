"""Ways to learn a score from other scores and a card; `blending.py` joins them.

Each takes what is known of models (`Inputs`), their scores on the benchmark in question and their families, and gives
a function from inputs to predicted scores. A missing value is NaN and means "not known": trees have a branch for it,
the others put the mean in its place and so let it say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_ALPHAS = np.logspace(-2, 3, 11)
_FARTHEST = 4.0  # standard deviations: beyond that a value counts as this far


@dataclass(frozen=True)
class Inputs:
    """A row a model: known scores, possibly none; traits, of which log parameters are the first; words of names.

    A column of `groups` is a way of grouping models, such as by series: a code, negative where it is not known.
    """

    scores: Floats
    traits: Floats
    words: Floats
    groups: Codes

    def at(self, rows: NDArray[Any]) -> Inputs:
        """Some of the rows."""
        return Inputs(self.scores[rows], self.traits[rows], self.words[rows], self.groups[rows])

    @property
    def sizes_and_scores(self) -> Floats:
        """Scores, and log parameters as the last column."""
        return np.column_stack([self.scores, self.traits[:, :1]])


Fitted = Callable[[Inputs], Floats]
Learner = Callable[[Inputs, Floats, Codes], Fitted]


class Standardizer:
    """Columns less their mean over their spread, as seen in training; what is not known becomes 0."""

    def __init__(self, values: Floats, farthest: float = _FARTHEST) -> None:
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, values, 0.0)
        self._mean = filled.sum(axis=0) / count
        spread = np.sqrt((np.where(known, values - self._mean, 0.0) ** 2).sum(axis=0) / count)
        self._spread = np.where(spread > 0, spread, 1.0)
        self._farthest = farthest

    def __call__(self, values: Floats) -> Floats:
        """The columns on the scale of training."""
        found = np.nan_to_num((values - self._mean) / self._spread, nan=0.0)
        clipped: Floats = np.clip(found, -self._farthest, self._farthest)
        return clipped


def straight(inputs: Inputs, target: Floats, families: Codes) -> Fitted:
    """Ridge regression on the scores and log parameters, its penalty by generalised cross-validation."""
    from sklearn.linear_model import RidgeCV

    scale = Standardizer(inputs.sizes_and_scores, np.inf)
    model = RidgeCV(_ALPHAS).fit(scale(inputs.sizes_and_scores), target)
    return lambda asked: np.asarray(model.predict(scale(asked.sizes_and_scores)))


def trees(inputs: Inputs, target: Floats, families: Codes, *, seed: int = 0, rounds: int = 150) -> Fitted:
    """Boosted trees with absolute error on what `straight` leaves (Friedman 2001; Ke 2017), large families damped."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    line = straight(inputs, target, families)
    told = ~np.isnan(np.column_stack([inputs.scores, inputs.traits])).all(axis=0)

    def design(asked: Inputs) -> Floats:
        known = np.column_stack([asked.scores, asked.traits])[:, told]
        return np.column_stack([known, line(asked)])

    model = HistGradientBoostingRegressor(
        loss="absolute_error",
        max_iter=rounds,
        learning_rate=0.07,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        max_features=0.4,
        early_stopping=False,
        random_state=seed,
    ).fit(design(inputs), target - line(inputs), sample_weight=family_weights(families))
    return lambda asked: line(asked) + np.asarray(model.predict(design(asked)))


def family_weights(families: Codes, power: float = 0.25) -> Floats:
    """Each row's weight, size of its family to the power of −`power`, 1 on average."""
    found: Floats = np.bincount(families)[families].astype(np.float64) ** -power
    found /= found.mean()
    return found
