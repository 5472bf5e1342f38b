"""A smooth function of scores and card, as a Gaussian process would have it (Rasmussen and Williams 2006).

It predicts what a ridge regression leaves: rows count as far as their scores are similar and their cards are, too.
With a random effect what a family's rows have in common is laid to the family and not to its card, so that a large
family speaks with one voice; a family that was never seen has an effect of 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outweigh.insight.learners import Codes, Fitted, Floats, Inputs, Standardizer, straight

_SCORES, _CARDS = 0.06, 0.02  # inverse squared lengths, of standardized columns
_YES = 2.0  # how far apart a yes and a no are
_NOISE, _EFFECT = 0.3, 0.3  # variances over that of the function: of a row, of a family
_FARTHEST = 3.0  # standard deviations: a residual beyond counts as this far, as one failed evaluation must not bend all


class _Place:
    """Where a row lies: its scores and size, and all else on its card."""

    def __init__(self, inputs: Inputs) -> None:
        self._numbers = np.array([_is_number(column) for column in inputs.traits.T])
        self._scores = Standardizer(inputs.sizes_and_scores)
        self._scale = Standardizer(inputs.traits[:, self._numbers])
        answers = inputs.traits[:, ~self._numbers]
        known = ~np.isnan(answers)
        self._usual = np.where(known, answers, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)

    def __call__(self, inputs: Inputs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        answers = inputs.traits[:, ~self._numbers]
        answers = _YES * np.where(np.isnan(answers), self._usual, answers)
        card = np.column_stack([self._scale(inputs.traits[:, self._numbers]), answers, inputs.words])
        return self._scores(inputs.sizes_and_scores).astype(np.float32), card.astype(np.float32)


def kernel(inputs: Inputs, target: Floats, families: Codes) -> Fitted:
    """Kernel ridge regression of what `straight` leaves, in two columns: without an effect a family, and with one."""
    line = straight(inputs, target, families)
    left = target - line(inputs)
    edge = _FARTHEST * float(left.std())
    place = _Place(inputs)
    here = place(inputs)
    gram = _similar(here, here)
    same = np.float32(_EFFECT) * (families[:, None] == families[None, :])
    cut = np.clip(left, -edge, edge).astype(np.float32)
    weights = np.column_stack([_solved(gram, cut), _solved(gram + same, cut)])

    def fitted(asked: Inputs) -> Floats:
        found: Floats = line(asked)[:, None] + (_similar(place(asked), here) @ weights).astype(np.float64)
        return found

    return fitted


def _solved(gram: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy.linalg import cho_factor, cho_solve

    noisy = gram + np.float32(_NOISE) * np.eye(len(gram), dtype=np.float32)
    factor = cho_factor(noisy, overwrite_a=True, check_finite=False)
    found: NDArray[np.float32] = cho_solve(factor, values, check_finite=False)
    return found


def _similar(
    rows: tuple[NDArray[np.float32], NDArray[np.float32]], others: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """1 for equal rows, towards 0 the further scores and cards are apart."""
    apart = _SCORES * _squared(rows[0], others[0]) + _CARDS * _squared(rows[1], others[1])
    found: NDArray[np.float32] = np.exp(-apart)
    return found


def _squared(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    found = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :] - 2 * rows @ others.T
    positive: NDArray[np.float32] = np.maximum(found, np.float32(0))
    return positive


def _is_number(column: Floats) -> bool:
    """Not a yes or no."""
    return bool(np.any((column != 0) & (column != 1) & ~np.isnan(column)))
