"""Several learners -> one prediction with an interval that holds for models of families that were never seen.

Families are dealt into folds; each learner is fitted without one fold and predicts it. These predictions, which never
saw a row's family, teach how large errors are where, and give the conformal interval. A new model gets the prediction
of learners that were fitted to all families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from outweigh.insight.learners import Codes, Fitted, Floats, Inputs, Learner
from outweigh.stats.conformal import Reach, reach

FOLDS = 3
LEVEL = 0.9
# What was fitted to all families is better than what lacked a third of them, whose errors are what is known. On version
# 2 of the Open LLM Leaderboard intervals at this level of the known errors hold 90 % of new families' rows
# (`benchmarks/prediction.py`).
_KNOWN_LEVEL = 0.875
_SMALLEST = 0.25  # of the median spread: no error is foreseen smaller than this share of the typical one


@dataclass(frozen=True)
class Part:
    """A learner, and what share of a prediction its guess is; the shares of all parts add up to 1."""

    learner: Learner
    share: float


@dataclass(frozen=True)
class Learned:
    """What predicts one benchmark: the learners' guesses by their shares; `reach` is in units of the foreseen error."""

    fitted: tuple[Fitted, ...]
    spreads: tuple[Fitted, ...]
    shares: Floats
    reach: Reach
    lowest: float
    highest: float

    def predict(self, inputs: Inputs) -> tuple[Floats, Floats, Floats]:
        """Values with the ends of their intervals."""
        value = np.clip(_guesses(self.fitted, inputs) @ self.shares, self.lowest, self.highest)
        spread = np.mean([foresee(_with(inputs, value)) for foresee in self.spreads], axis=0)
        low = np.clip(value + spread * self.reach.low, self.lowest, value)
        high = np.clip(value + spread * self.reach.high, value, self.highest)
        return value, low, high


def learn(
    inputs: Inputs, target: Floats, families: Codes, parts: Sequence[Part], bounds: tuple[float, float]
) -> Learned:
    """Fit all parts without each fold in turn, and to all. ValueError for fewer than two families."""
    folds = deal(families, FOLDS)
    shares = np.array([part.share for part in parts])
    value = np.zeros(len(target))
    for fold in range(folds.max() + 1):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        made = _fit(parts, inputs.at(outside), target[outside], families[outside])
        value[inside] = np.clip(_guesses(made, inputs.at(inside)) @ shares, *bounds)
    errors = target - value
    spreads, foreseen = _spreads(_with(inputs, value), np.abs(errors), folds)
    return Learned(
        fitted=_fit(parts, inputs, target, families),
        spreads=spreads,
        shares=shares,
        reach=reach(errors / foreseen, families, level=_KNOWN_LEVEL),
        lowest=bounds[0],
        highest=bounds[1],
    )


def deal(families: Codes, folds: int) -> Codes:
    """A fold for each row: whole families, the largest first, each to the fold with the fewest rows so far."""
    sizes = np.bincount(families)
    count = min(folds, int((sizes > 0).sum()))
    if count < 2:
        raise ValueError("models of at least two families are needed")
    held, places = np.zeros(count), np.zeros(len(sizes), dtype=np.int64)
    for family in np.argsort(-sizes, kind="stable"):
        places[family] = int(held.argmin())
        held[places[family]] += sizes[family]
    dealt: Codes = places[families]
    return dealt


def _fit(parts: Sequence[Part], inputs: Inputs, target: Floats, families: Codes) -> tuple[Fitted, ...]:
    codes = np.unique(families, return_inverse=True)[1]
    return tuple(part.learner(inputs, target, codes) for part in parts)


def _guesses(made: tuple[Fitted, ...], inputs: Inputs) -> Floats:
    """A row a model and a column a learner."""
    return np.column_stack([each(inputs) for each in made])


def _with(inputs: Inputs, value: Floats) -> Inputs:
    """The inputs with the predicted value as a further trait."""
    return replace(inputs, traits=np.column_stack([inputs.traits, value]))


def _spreads(inputs: Inputs, errors: Floats, folds: Codes) -> tuple[tuple[Fitted, ...], Floats]:
    """How large an error is to be expected, learnt without each fold in turn; and that for the rows themselves."""
    smallest = _SMALLEST * float(np.median(errors)) + 1e-9
    foreseen = np.zeros(len(errors))
    made = []
    for fold in range(folds.max() + 1):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        foresee = _spread(inputs.at(outside), errors[outside], smallest)
        foreseen[inside] = foresee(inputs.at(inside))
        made.append(foresee)
    return tuple(made), foreseen


def _spread(inputs: Inputs, errors: Floats, smallest: float) -> Fitted:
    from sklearn.ensemble import HistGradientBoostingRegressor

    known = np.column_stack([inputs.scores, inputs.traits])
    told = ~np.isnan(known).all(axis=0)
    model = HistGradientBoostingRegressor(
        max_iter=60, learning_rate=0.07, max_leaf_nodes=8, min_samples_leaf=40, early_stopping=False, random_state=0
    ).fit(known[:, told], errors)

    def foresee(asked: Inputs) -> Floats:
        found: Floats = model.predict(np.column_stack([asked.scores, asked.traits])[:, told])
        return np.maximum(smallest, found)

    return foresee
