"""What candidates are worth: goals on scales of their own, and one figure from them.

A score counts as it is, a share of what could be had; an area is the mean of its benchmarks. A cost counts 1 − cost /
limit where the need has a limit on it, and otherwise the least likely cost of all over the cost: twice as much is half
as good. A cost that is not known counts 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.insight.beliefs import Beliefs
from outweigh.records import CostName, Estimate, Known, Need, Recommendation, UserError, Utility

if TYPE_CHECKING:
    from outweigh.stats.units import Floats


@dataclass(frozen=True)
class Weighed:
    """A goal with its share of all weight; `members` are columns of scores, none where it is a cost."""

    name: str
    weight: float
    members: tuple[int, ...]

    def known(self, beliefs: Beliefs, place: int) -> Known:
        """How a candidate's value on this goal came about: the least certain of its parts."""
        candidate = beliefs.candidates[place]
        if not self.members:
            return candidate.costs[CostName(self.name)].known
        scores = [candidate.scores.get(beliefs.benchmarks[column]) for column in self.members]
        found = {Known.PREDICTED if each is None else each.known for each in scores}
        return next(each for each in (Known.PREDICTED, Known.ESTIMATED, Known.MEASURED) if each in found)


def weighed(need: Need, beliefs: Beliefs) -> tuple[Weighed, ...]:
    """The goals of a need, with weights that sum to 1. UserError for an area or benchmark that nobody knows."""
    weights = {name: weight for name, weight in need.weights.items() if weight > 0} or _even(beliefs)
    total = sum(weights.values())
    return tuple(Weighed(name, weight / total, _members(name, beliefs)) for name, weight in weights.items())


def _even(beliefs: Beliefs) -> dict[str, float]:
    """Every area the same; every benchmark, where any has no area."""
    areas = list(beliefs.areas.values())
    if all(area is not None for area in areas):
        return {str(area): 1.0 for area in dict.fromkeys(areas)}
    return dict.fromkeys(beliefs.benchmarks, 1.0)


def _members(name: str, beliefs: Beliefs) -> tuple[int, ...]:
    if name not in list(CostName):
        return beliefs.members(name)
    if CostName(name) not in beliefs.costs:
        raise UserError(f"weight {name}: it is not known of any candidate; measure the models, or leave it out")
    return ()


def scaled(goals: Sequence[Weighed], need: Need, beliefs: Beliefs) -> Floats:
    """Every goal in every world, more is better: worlds × candidates × goals."""
    import numpy as np

    made = np.empty((*beliefs.scores.shape[:2], len(goals)), dtype=np.float32)
    for place, goal in enumerate(goals):
        if goal.members:
            made[:, :, place] = beliefs.scores[:, :, list(goal.members)].mean(axis=2)
        else:
            made[:, :, place] = _cost(CostName(goal.name), need, beliefs)
    return made


def _cost(cost: CostName, need: Need, beliefs: Beliefs) -> Floats:
    import numpy as np

    drawn, limit = beliefs.costs[cost], need.limits.at_most(cost)
    if limit is not None:
        return np.nan_to_num(1 - drawn / limit, nan=0.0)
    least = min(each.costs[cost].value for each in beliefs.candidates if cost in each.costs)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.minimum(least / drawn, 1), nan=0.0)


def worth(need: Need, goals: Sequence[Weighed], values: Floats) -> Floats:
    """What each candidate is worth in each world: worlds × candidates."""
    import numpy as np

    if need.utility is Utility.MAX_MIN:
        return np.asarray(values.min(axis=2))
    return np.asarray(values @ np.array([goal.weight for goal in goals], dtype=np.float32))


def right_answers(found: Recommendation) -> dict[str, Estimate]:
    """Each model's share of right answers in the need's own mix of goals; empty where costs or the worst goal count."""
    costs = {str(name) for name in CostName}
    if found.need.utility is Utility.MAX_MIN or any(goal.name in costs for each in found.ranked for goal in each.goals):
        return {}
    return {each.model: each.fitness for each in found.ranked}
