"""Which model for a need, and how sure that is.

Limits come first; what keeps them is ranked by its expected utility over worlds in which scores, costs and limits are
as they may be (`beliefs.py`). The confidence of a model is the share of worlds in which it is the best of all that keep
the limits there, and the expected regret what is forgone on average by taking the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outweigh.insight import pareto
from outweigh.insight.beliefs import SEED, Beliefs, believed
from outweigh.insight.explaining import answered, reasons, remarks, trade_offs
from outweigh.insight.limits import Kept, checked, effects, relaxation, removed, together
from outweigh.insight.next_evaluations import next_evaluations
from outweigh.insight.utilities import Weighed, scaled, weighed, worth
from outweigh.insight.weight_shifts import nearest
from outweigh.records import (
    Candidate,
    CostName,
    Estimate,
    Goal,
    Need,
    Ranked,
    Recommendation,
    Utility,
    WeightShift,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_RANKED = 50
_FRONT_WORLDS = 512
_FRONT_NUMBERS = 200_000  # worlds × models for which fronts are drawn
_ENDS = (2.5, 97.5)
_TOGETHER = 0.95  # probability that the best is the first or a rival
_SAME = 1e-9


@dataclass(frozen=True)
class Drawn:
    """All worlds of a need: `values` worlds × candidates × goals, `utility` and `keeps` worlds × candidates."""

    need: Need
    beliefs: Beliefs
    goals: tuple[Weighed, ...]
    values: Floats
    utility: Floats
    limits: list[Kept]
    keeps: Bools


def recommend(
    candidates: Sequence[Candidate],
    need: Need,
    *,
    commands: Mapping[str, str] | None = None,
    worlds: int | None = None,
    seed: int = SEED,
) -> Recommendation:
    """The recommendation for a need; `commands` say how to evaluate, by benchmark, with MODEL for the model.

    UserError where there is nothing to recommend from, or the need names what no candidate has.
    """
    drawn = drawn_for(need, believed(candidates, worlds=worlds, seed=seed))
    chance = drawn.keeps.mean(axis=0)
    left = (chance >= need.certainty).nonzero()[0]
    method = (
        f"{drawn.beliefs.worlds:,} worlds; true scores learnt from {len(candidates):,} models as one population "
        "(multivariate Student, Gibbs sampling)"
    )
    told = {
        "need": need,
        "removed": removed(drawn.limits, chance, drawn.beliefs, need.certainty),
        "effects": effects(drawn.limits, need.certainty),
        "worlds": drawn.beliefs.worlds,
        "seed": seed,
        "method": method,
    }
    more = _chosen(drawn, left, commands or {}) if len(left) else _nobody(drawn)
    return Recommendation.model_validate(told | more)


def _nobody(drawn: Drawn) -> dict[str, Any]:
    """What is said where no model keeps the limits."""
    found = relaxation(drawn.limits, drawn.utility.mean(axis=0), drawn.beliefs, drawn.need.certainty)
    sure = all(limit.known.all() for limit in drawn.limits)
    said = f"No model {'keeps' if sure else 'is known to keep'} the limits"
    answer = f"{said}. The least that would have to give way: {found.told}."
    return {"answer": answer, "ranked": (), "relaxation": found}


def _chosen(drawn: Drawn, left: Ints, commands: Mapping[str, str]) -> dict[str, Any]:
    """What is said of the models that are left."""
    import numpy as np

    beliefs, goals = drawn.beliefs, drawn.goals
    order = left[np.argsort(-drawn.utility.mean(axis=0)[left], kind="stable")]
    ranked, regret = _ranked(drawn, order), _regret(drawn, int(order[0]))
    first = beliefs.candidates[order[0]]
    return {
        "answer": answered(ranked, len(left), len(beliefs.candidates), regret),
        "ranked": ranked,
        "regret": regret,
        "rivals": _rivals(ranked),
        "knee": _knee(drawn, left),
        "reasons": reasons(goals, drawn.values, order, beliefs),
        "trade_offs": trade_offs(goals, drawn.values, order, ranked),
        "shift": _shift(drawn, order),
        "next_evaluations": next_evaluations(beliefs, drawn.utility, order.tolist(), commands),
        "guidance": first.guidance,
        "notes": remarks(ranked, len(left), first),
    }


def drawn_for(need: Need, beliefs: Beliefs) -> Drawn:
    """What a need makes of worlds. UserError where it names what no candidate has."""
    goals = weighed(need, beliefs)
    values = scaled(goals, need, beliefs)
    limits = checked(need, beliefs)
    keeps = together(limits, beliefs)
    return Drawn(need, beliefs, goals, values, worth(need, goals, values), limits, keeps)


def _best(drawn: Drawn) -> Floats:
    """The worth of the best that keeps the limits in each world, −∞ where none does."""
    import numpy as np

    return np.asarray(np.where(drawn.keeps, drawn.utility, -np.inf).max(axis=1))


def _ranked(drawn: Drawn, order: Ints) -> tuple[Ranked, ...]:
    import numpy as np

    shown = order[:_RANKED]
    best = _best(drawn)[:, None]
    confidence = (drawn.keeps[:, shown] & (drawn.utility[:, shown] >= best - _SAME)).mean(axis=0)
    front = dict(zip(order.tolist(), front_chances(drawn, order), strict=True))
    utility = drawn.utility[:, shown].astype(float)
    goals = drawn.values[:, shown].astype(float)
    middle, low_high = goals.mean(axis=0), np.percentile(goals, _ENDS, axis=0)
    keeps = drawn.keeps[:, shown].mean(axis=0)
    found = []
    for row, place in enumerate(shown.tolist()):
        found.append(
            Ranked(
                model=drawn.beliefs.candidates[place].title,
                fitness=spread("expected_utility", utility[:, row]),
                confidence=float(confidence[row]),
                keeps_limits=float(keeps[row]),
                on_front=float(front[place]),
                goals=tuple(
                    Goal(
                        name=goal.name,
                        weight=goal.weight,
                        value=float(middle[row, column]),
                        low=float(low_high[0, row, column]),
                        high=float(low_high[1, row, column]),
                        known=goal.known(drawn.beliefs, place),
                    )
                    for column, goal in enumerate(drawn.goals)
                ),
                costs=drawn.beliefs.candidates[place].costs,
            )
        )
    return tuple(found)


def spread(metric: str, values: Floats) -> Estimate:
    """The mean of worlds with the middle 95 % of them."""
    import numpy as np

    low, high = np.percentile(values, _ENDS)
    return _estimate(metric, float(values.mean()), (float(low), float(high)), len(values))


def _estimate(metric: str, value: float, ends: tuple[float, float], count: int, *, more: bool = True) -> Estimate:
    return Estimate(
        metric=metric,
        value=value,
        low=min(ends[0], value),
        high=max(ends[1], value),
        standard_error=None,
        count=count,
        method="monte-carlo",
        higher_is_better=more,
    )


def objectives(drawn: Drawn) -> tuple[tuple[str, ...], Floats]:
    """What the front is of: the goals, and the costs that have a limit without being one, as 1 − cost / limit."""
    import numpy as np

    named = [goal.name for goal in drawn.goals]
    more = []
    for cost in CostName:
        limit = drawn.need.limits.at_most(cost)
        if limit is not None and cost in drawn.beliefs.costs and cost.value not in named:
            named.append(cost.value)
            more.append(1 - drawn.beliefs.costs[cost][:, :, None] / limit)
    return tuple(named), np.concatenate([drawn.values, *more], axis=2)


def front_chances(drawn: Drawn, left: Ints) -> Floats:
    """The probability that each is on the front of those that keep the limits."""
    worlds = max(32, min(_FRONT_WORLDS, _FRONT_NUMBERS // len(left)))
    values = objectives(drawn)[1][:worlds, left]
    return pareto.chances(values, [True] * values.shape[2], drawn.keeps[:worlds, left])


def _knee(drawn: Drawn, left: Ints) -> str | None:
    import numpy as np

    values = objectives(drawn)[1][:, left].mean(axis=0)
    if values.shape[1] < 2 or np.isnan(values).all(axis=0).any():
        return None
    found = pareto.knee(values, [True] * values.shape[1])
    return None if found is None else drawn.beliefs.candidates[left[found]].title


def _regret(drawn: Drawn, first: int) -> Estimate:
    """What is forgone by taking the first, in the worlds in which it keeps the limits."""
    import numpy as np

    kept = drawn.keeps[:, first]
    lost = (_best(drawn) - drawn.utility[:, first])[kept].astype(float)
    lost = np.maximum(lost, 0)
    return _estimate(
        "expected_regret", float(lost.mean()), (0.0, float(np.percentile(lost, 95))), len(lost), more=False
    )


def _rivals(ranked: Sequence[Ranked]) -> tuple[str, ...]:
    """The fewest other models that, with the first, hold the best with 95 %."""
    held, found = ranked[0].confidence, []
    for each in sorted(ranked[1:], key=lambda one: -one.confidence):
        if held >= _TOGETHER or each.confidence == 0:
            break
        held += each.confidence
        found.append(each.model)
    return tuple(found)


def _shift(drawn: Drawn, order: Ints) -> WeightShift:
    import numpy as np

    if drawn.need.utility is Utility.MAX_MIN:
        return WeightShift(to=None, moved=None, why_not="the worst goal counts, whatever the weights")
    names = [drawn.beliefs.candidates[place].title for place in order]
    weights = np.array([goal.weight for goal in drawn.goals])
    middle = drawn.values[:, order].mean(axis=0, dtype=float)
    return nearest(middle, weights, 0, [goal.name for goal in drawn.goals], names)
