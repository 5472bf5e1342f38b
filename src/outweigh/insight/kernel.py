"""A smooth function of scores and card, as a Gaussian process would have it (Rasmussen and Williams 2006).

It is fitted to absolute errors, not to squared ones: some evaluations failed, and what is wanted is the middle of what
is likely, not a mean that these pull down. It predicts what a ridge regression leaves: rows count as far as their
scores are similar and their cards are, too, and rows of one series, or asked alike, whatever else their cards say.
With a random effect what a family's rows have in common is laid to the family and not to its card, so that a large
family speaks with one voice; a family that was never seen has an effect of 0. Fits with and without it are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outweigh.insight.learners import Codes, Fitted, Floats, Inputs, Learner, Standardizer, straight

_BROAD = 0.05  # inverse squared length of scores in a group
_CARDS = 0.02  # inverse squared length of cards: how fast they become unlike
_NOISE = 0.3  # variance of a row, over that of the function
_STEPS = 5  # of weighting: more change nothing that can be seen
_NEAR = 0.5  # of the middle residual: nearer than that a row weighs no more
_LEAST, _MOST = 0.02, 2.0  # what a row weighs at least and at most


@dataclass(frozen=True)
class Lengths:
    """How fast rows become unlike: the inverse squared length of standardized scores.

    `yes` is how far apart a yes and a no on a card are. What a group's rows have in common, slowly changing with their
    scores, has the variance `group`, and what a family's have each of `effects` in turn, over that of the function.
    """

    scores: float
    yes: float
    group: float = 0.0
    effects: tuple[float, ...] = (0.0,)


# Chosen on version 2 of the Open LLM Leaderboard (`benchmarks/prediction.py`).
WITH_SCORES = Lengths(scores=0.12, yes=1.0, group=0.3, effects=(0.0, 0.1))
CARD_ALONE = Lengths(scores=0.06, yes=0.6)


class _Where(NamedTuple):
    """Where rows lie: by their scores and size, by all else on their cards; and the groups that they are in."""

    scores: NDArray[np.float32]
    card: NDArray[np.float32]
    groups: Codes


class _Place:
    """What finds where rows lie, as far apart as those that are learnt from make them."""

    def __init__(self, inputs: Inputs, lengths: Lengths) -> None:
        self._lengths = lengths
        self._numbers = np.array([_is_number(column) for column in inputs.traits.T])
        self._scores = Standardizer(inputs.sizes_and_scores)
        self._scale = Standardizer(inputs.traits[:, self._numbers])
        answers = inputs.traits[:, ~self._numbers]
        known = ~np.isnan(answers)
        self._usual = np.where(known, answers, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)

    def __call__(self, inputs: Inputs) -> _Where:
        answers = inputs.traits[:, ~self._numbers]
        answers = self._lengths.yes * np.where(np.isnan(answers), self._usual, answers)
        card = np.column_stack([self._scale(inputs.traits[:, self._numbers]), answers, inputs.words])
        scores = self._scores(inputs.sizes_and_scores).astype(np.float32)
        return _Where(scores, card.astype(np.float32), inputs.groups)


def kernel(lengths: Lengths) -> Learner:
    """Kernel regression of what `straight` leaves."""

    def learnt(inputs: Inputs, target: Floats, families: Codes) -> Fitted:
        line = straight(inputs, target, families)
        left = (target - line(inputs)).astype(np.float32)
        place = _Place(inputs, lengths)
        here = place(inputs)
        gram = _similar(here, here, lengths)
        kin = families[:, None] == families[None, :]
        weights = np.mean([_solved(gram + np.float32(effect) * kin, left) for effect in lengths.effects], axis=0)

        def fitted(asked: Inputs) -> Floats:
            found: Floats = line(asked) + (_similar(place(asked), here, lengths) @ weights).astype(np.float64)
            return found

        return fitted

    return learnt


def _solved(gram: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Least absolute errors by weighted least squares, weights from the residuals before (Schlossmacher 1973)."""
    from scipy.linalg import cho_factor, cho_solve

    noise = np.full(len(gram), _NOISE, dtype=np.float32)
    for _ in range(_STEPS):
        factor = cho_factor(gram + np.diag(noise), overwrite_a=True, check_finite=False)
        found: NDArray[np.float32] = cho_solve(factor, values, check_finite=False)
        residuals = np.abs(noise * found)  # by the equation that was solved
        middle = float(np.median(residuals))
        if middle == 0:
            break
        weights = np.clip(middle / np.maximum(residuals, _NEAR * middle), _LEAST, _MOST)
        noise = (_NOISE * weights.mean() / weights).astype(np.float32)
    return found


def _similar(rows: _Where, others: _Where, lengths: Lengths) -> NDArray[np.float32]:
    """Towards 0 the further scores and cards are apart, and the fewer groups rows share."""
    by_scores = _squared(rows.scores, others.scores)
    found: NDArray[np.float32] = np.exp(-(lengths.scores * by_scores + _CARDS * _squared(rows.card, others.card)))
    if lengths.group:
        shared = np.zeros(found.shape, dtype=np.float32)
        for one, other in zip(rows.groups.T, others.groups.T, strict=True):
            shared += (one[:, None] == other[None, :]) & (one[:, None] >= 0)
        found += lengths.group * shared * np.exp(-_BROAD * by_scores)
    return found


def _squared(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    found = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :] - 2 * rows @ others.T
    positive: NDArray[np.float32] = np.maximum(found, np.float32(0))
    return positive


def _is_number(column: Floats) -> bool:
    """Not a yes or no."""
    return bool(np.any((column != 0) & (column != 1) & ~np.isnan(column)))
