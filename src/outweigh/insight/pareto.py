"""The Pareto front: who is not dominated, by how much the front covers, and how likely a model is on it.

One model dominates another if it is at least as good on every objective and better on one, so equal models are on the
front together. Only the order of values counts for that: each objective is turned into whole ranks, which are compared
exactly and fast. A value that is NaN is worse than every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from outweigh.records import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Bools = NDArray[np.bool_]
    Ranks = NDArray[np.int32]
    Places = NDArray[np.int64]

_STRONG = 256  # models that are tried against all others first
_IDLE = 16  # of these in a row that beat nobody: further ones hardly do
_LEAF = 64  # models of a neighbourhood that are compared at once
_OBJECTIVES = 5
_TOGETHER = 48  # models of which all pairs are compared in all worlds at once


def front(values: Floats, higher_is_better: Sequence[bool]) -> Bools:
    """Which of models × objectives are on the front."""
    import numpy as np

    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or values.shape[1] != len(higher_is_better):
        raise ValueError("one direction for each objective")
    if not values.size:
        return np.ones(len(values), dtype=bool)
    return _undominated(_ranks(values, higher_is_better))


def _ranks(values: Floats, higher_is_better: Sequence[bool]) -> Ranks:
    """Whole numbers in the order of each objective, higher is better, 0 for what is not known."""
    import numpy as np

    made = np.zeros(values.shape, dtype=np.int32)
    for place, higher in enumerate(higher_is_better):
        column = values[:, place] if higher else -values[:, place]
        known = ~np.isnan(column)
        made[known, place] = 1 + np.unique(column[known], return_inverse=True)[1]
    return made


def _undominated(ranks: Ranks) -> Bools:
    """Strong models sweep most others away, the rest are compared where they are near.

    Who dominates another has a larger sum of ranks; who has the same sum and is no worse anywhere is the same.
    """
    import numpy as np

    total, sums = len(ranks), ranks.sum(axis=1, dtype=np.int64)
    alive = np.argsort(-sums, kind="stable")
    ranks, sums = ranks[alive], sums[alive]
    idle = 0
    for place in range(_STRONG):
        if place >= len(alive) or idle == _IDLE:
            break
        kept = (sums == sums[place]) | ~(ranks <= ranks[place]).all(axis=1)
        idle = idle + 1 if kept.all() else 0
        if not idle:
            ranks, sums, alive = ranks[kept], sums[kept], alive[kept]
    found = np.zeros(total, dtype=bool)
    found[alive] = True
    if len(alive) > place:
        whole = np.array([*ranks.T, np.unique(sums, return_inverse=True)[1]], dtype=np.int32)
        for some, rivals in _leaves(whole, np.arange(len(alive)), np.arange(len(alive))):
            found[alive[some]] = ~_beaten(whole[:, some], whole[:, rivals])
    return found


def _leaves(whole: Ranks, some: Places, rivals: Places, depth: int = 0) -> Iterator[tuple[Places, Places]]:
    """Neighbourhoods, as in a k-d tree (Bentley 1975), each with those who are nowhere worse than all of it.

    `whole` are the ranks, a row an objective, with the order of their sums as a last row.
    """
    import numpy as np

    for row in whole:
        rivals = rivals[row[rivals] >= row[some].min()]
    if len(some) <= _LEAF:
        yield some, rivals
        return
    half = len(some) // 2
    split = np.argpartition(whole[depth % (len(whole) - 1), some], half)
    yield from _leaves(whole, some[split[:half]], rivals, depth + 1)
    yield from _leaves(whole, some[split[half:]], rivals, depth + 1)


def _beaten(some: Ranks, rivals: Ranks) -> Bools:
    """Which of some are dominated by a rival."""
    import numpy as np

    better = rivals[-1] > some[-1][:, None]
    for mine, theirs in zip(some[:-1], rivals[:-1], strict=True):
        better &= theirs >= mine[:, None]
    return np.asarray(better.any(axis=1))


def chances(worlds: Floats, higher_is_better: Sequence[bool], there: Bools) -> Floats:
    """The share of worlds in which each model is on the front of those that are there.

    `worlds` is worlds × models × objectives, `there` worlds × models.
    """
    import numpy as np

    count, models, _ = worlds.shape
    if not count:
        return np.zeros(models)
    if models > _TOGETHER:
        found = np.zeros((count, models), dtype=bool)
        for place, values in enumerate(worlds):
            rows = np.flatnonzero(there[place])
            found[place, rows] = front(values[rows], higher_is_better)
        return np.asarray(found.mean(axis=0))
    signed = np.where(np.isnan(worlds), -np.inf, np.where(higher_is_better, worlds, -worlds))
    least = np.ones((count, models, models), dtype=bool)  # world, model, rival: the rival is nowhere worse
    more = np.zeros_like(least)
    for place in range(signed.shape[2]):
        own, rival = signed[:, :, None, place], signed[:, None, :, place]
        least &= rival >= own
        more |= rival > own
    beaten = (least & more & there[:, None, :]).any(axis=2)
    return np.asarray((there & ~beaten).mean(axis=0))


def knee(values: Floats, higher_is_better: Sequence[bool]) -> int | None:
    """The model of the front that lies furthest out from the plane through the front's ends (Das 1999).

    Each objective is scaled to 0 at the front's worst value and 1 at its best, so that plane is where the scaled
    values sum to 1. None where nothing is on the front with all its values known.
    """
    import numpy as np

    values = np.asarray(values, dtype=float)
    rows = np.flatnonzero(front(values, higher_is_better) & np.isfinite(values).all(axis=1))
    if not len(rows):
        return None
    signed = np.where(higher_is_better, values[rows], -values[rows])
    width = np.ptp(signed, axis=0)
    inside = (signed - signed.min(axis=0)) / np.where(width > 0, width, 1)
    return int(rows[inside.sum(axis=1).argmax()])


def hypervolume(values: Floats, higher_is_better: Sequence[bool], reference: Sequence[float]) -> float:
    """What the models dominate of the space down to a reference, exactly, for up to five objectives.

    UserError for more, and for a value that is not known.
    """
    import numpy as np

    values = np.asarray(values, dtype=float)
    if values.shape[1] > _OBJECTIVES:
        raise UserError(f"a hypervolume of {values.shape[1]} objectives: give at most {_OBJECTIVES}")
    if not np.isfinite(values).all():
        raise UserError("a hypervolume needs every value: leave out models of which one is not known")
    signs = np.where(higher_is_better, 1.0, -1.0)
    above = values * signs - np.asarray(reference, dtype=float) * signs
    above = above[(above > 0).all(axis=1)]
    if not len(above):
        return 0.0
    import moocore

    return float(moocore.hypervolume(-above, ref=np.zeros(above.shape[1])))
