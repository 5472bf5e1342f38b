"""How far the weights must move until another model is the best, and to whom: exact for a weighted mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outweigh.records import WeightShift

if TYPE_CHECKING:
    from outweigh.stats.units import Floats


def nearest(values: Floats, weights: Floats, leader: int, names: Sequence[str], models: Sequence[str]) -> WeightShift:
    """The shortest way, in total variation, to weights at which a rival of the leader is worth as much.

    `values` is models × goals. Weight is worth most where it goes to the goal in which the rival is furthest ahead,
    from the goals in which it is furthest behind, so the linear programme is solved by taking those in turn.
    """
    import numpy as np

    ahead = np.delete(values - values[leader], leader, axis=0).astype(float)
    rivals = [each for place, each in enumerate(models) if place != leader]
    if not rivals or len(weights) < 2:
        return WeightShift(to=None, moved=None, why_not="there is nothing to weigh against")
    moved, taken = _moves(ahead, np.asarray(weights, dtype=float))
    best = int(moved.argmin())
    if not np.isfinite(moved[best]):
        return WeightShift(to=None, moved=None, why_not="no other model is expected to be better on any goal")
    found = weights - taken[best]
    found[ahead[best].argmax()] += taken[best].sum()
    shown = {name: round(float(weight), 4) for name, weight in zip(names, found, strict=True)}
    return WeightShift(to=rivals[best], moved=float(moved[best]), weights=shown)


def _moves(ahead: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """For each rival how much weight must move (infinite where none is enough), and from which goals it is taken."""
    import numpy as np

    rows = np.arange(len(ahead))[:, None]
    order = np.argsort(ahead, axis=1)
    top = ahead.max(axis=1)
    gains = top[:, None] - ahead[rows, order]  # of each unit of weight that goes to the rival's best goal
    free = weights[order]
    lacking = np.maximum(-(ahead @ weights), 0)
    before = np.cumsum(gains * free, axis=1) - gains * free
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(gains > 0, (lacking[:, None] - before) / gains, 0)
    sorted_taken = np.clip(share, 0, free)
    moved = np.where((top > 0) | (lacking <= 0), sorted_taken.sum(axis=1), np.inf)
    taken = np.empty_like(sorted_taken)
    taken[rows, order] = sorted_taken
    return moved, taken
