"""The Pareto front of a need: who may be on it, its knee, and how much of what could be had it covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outweigh.insight import pareto
from outweigh.insight.beliefs import SEED, believed
from outweigh.insight.probabilities import probability
from outweigh.insight.recommendation import Drawn, drawn_for, front_chances, objectives, spread
from outweigh.records import Candidate, Estimate, Front, Need, OnFront, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Ints = NDArray[np.int64]

_WORLDS = 64  # in which the hypervolume is taken
_MOST = 5
_ENDS = (2.5, 97.5)
_SHOWN = 100


def trade(candidates: Sequence[Candidate], need: Need, *, worlds: int | None = None, seed: int = SEED) -> Front:
    """The front of the goals and limited costs, among the models that keep the limits. UserError where none does."""
    import numpy as np

    drawn = drawn_for(need, believed(candidates, worlds=worlds, seed=seed))
    left = np.flatnonzero(drawn.keeps.mean(axis=0) >= need.certainty)
    if not len(left):
        raise UserError("no model keeps the limits: `outweigh recommend` says what would have to give way")
    names, values = objectives(drawn)
    chances = front_chances(drawn, left)
    order = np.argsort(-chances, kind="stable")[:_SHOWN]
    middle = values[:, left].mean(axis=0)
    found = pareto.knee(middle, [True] * len(names))
    titles = [drawn.beliefs.candidates[place].title for place in left]
    knee = None if found is None else titles[found]
    covered = _covered(drawn, values, left)
    sure = int((chances >= 0.95).sum())
    said = f"{sure:,} of {len(left):,} models {'is' if sure == 1 else 'are'} on the Pareto front with at least 95 %"
    best = probability(float(chances[order[0]]))
    return Front(
        need=need,
        answer=f"{said}; likeliest: {titles[order[0]]} ({best}); knee: {knee or 'none'}.",
        objectives=names,
        models=tuple(
            OnFront(
                model=titles[place],
                chance=float(chances[place]),
                values=_values(values[:, left[place]]),
                costs=drawn.beliefs.candidates[left[place]].costs,
            )
            for place in order
            if chances[place] > 0
        ),
        knee=knee,
        hypervolume=covered,
        worlds=drawn.beliefs.worlds,
        seed=seed,
        notes=() if covered else (_uncovered(len(names)),),
    )


def _uncovered(objectives: int) -> str:
    if objectives > _MOST:
        return f"no hypervolume: it is taken of at most {_MOST} objectives, and these are {objectives}"
    return "no hypervolume: there is no model of which all objectives are known"


def _values(drawn: Floats) -> tuple[tuple[float, float, float] | None, ...]:
    """Each objective's mean with the middle 95 % of its draws."""
    import numpy as np

    found: list[tuple[float, float, float] | None] = []
    for column in drawn.T.astype(float):
        if np.isnan(column).any():
            found.append(None)
        else:
            low, high = np.percentile(column, _ENDS)
            found.append((float(column.mean()), float(low), float(high)))
    return tuple(found)


def _covered(drawn: Drawn, values: Floats, left: Ints) -> Estimate | None:
    """The hypervolume above 0 of the models that keep the limits, over some worlds."""
    import numpy as np

    count = values.shape[2]
    known = left[~np.isnan(values[0, left]).any(axis=1)]
    if count > _MOST or not len(known):
        return None
    found = []
    for place in range(min(_WORLDS, drawn.beliefs.worlds)):
        there = known[drawn.keeps[place, known]]
        found.append(pareto.hypervolume(values[place, there], [True] * count, [0.0] * count) if len(there) else 0.0)
    return spread("hypervolume", np.array(found))
