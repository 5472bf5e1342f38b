"""A recommendation in sentences: the answer first, then why, and what is given up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from outweigh.insight.beliefs import Beliefs
from outweigh.insight.probabilities import SURE, probability
from outweigh.insight.utilities import Weighed
from outweigh.records import Candidate, CostName, Estimate, Known, Ranked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Ints = NDArray[np.int64]

_REASONS = 3
_TRADES = 4
_ON_FRONT = 0.05
_UNSURE = 5  # of the first, whose limits are said to be unsure
_ENDS = (2.5, 97.5)


def answered(ranked: Sequence[Ranked], left: int, candidates: int, regret: Estimate) -> str:
    """Which one, and how sure."""
    first = ranked[0]
    if left == 1:
        kept = "" if first.keeps_limits >= 1 else f", with {probability(first.keeps_limits)}"
        if candidates == 1:
            return (
                f"{first.model}: the only candidate, which keeps the limits{kept}; nobody is there to compare it with."
            )
        return f"{first.model}: the only one of {candidates:,} models that keeps the limits{kept}."
    said = (
        f"{first.model}: the best of the {left:,} models that keep the limits with a probability of "
        f"{probability(first.confidence)}; taking it forgoes {100 * regret.value:.2g} points on average"
    )
    second = max(ranked[1:], key=lambda each: each.confidence)
    if second.confidence > first.confidence:
        often = f"{second.model} is the best more often ({probability(second.confidence)})"
        return f"{said}. {often}, but is worth less on average."
    return f"{said}. Next is {second.model} with {probability(second.confidence)}."


def reasons(goals: Sequence[Weighed], values: Floats, order: Ints, beliefs: Beliefs) -> tuple[str, ...]:
    """Where the first is ahead of the second, by what it adds to the whole."""
    if len(order) < 2:
        return ()
    gaps = (values[:, order[0]] - values[:, order[1]]).astype(float)
    adds = [goal.weight * gaps[:, column].mean() for column, goal in enumerate(goals)]
    name = beliefs.candidates[order[1]].title
    ahead = sorted((column for column, added in enumerate(adds) if added > 0), key=lambda column: -adds[column])
    return tuple(f"{goals[column].name}: {_gap(gaps[:, column])} ahead of {name}" for column in ahead[:_REASONS])


def trade_offs(goals: Sequence[Weighed], values: Floats, order: Ints, ranked: Sequence[Ranked]) -> tuple[str, ...]:
    """What other models would be better at, those of the front, the worthiest first."""
    first = values[:, order[0]].astype(float)
    found = []
    for place, each in zip(order[1 : len(ranked)], ranked[1:], strict=False):
        gaps = values[:, place].astype(float) - first
        best = int(gaps.mean(axis=0).argmax())
        if each.on_front >= _ON_FRONT and gaps[:, best].mean() > 0:
            less = 100 * (ranked[0].fitness.value - each.fitness.value)
            found.append(
                f"{each.model}: {_gap(gaps[:, best])} ahead in {goals[best].name}, worth {less:.2g} points less"
            )
    return tuple(found[:_TRADES])


def _gap(drawn: Floats) -> str:
    import numpy as np

    low, high = np.percentile(100 * drawn, _ENDS)
    return f"{100 * drawn.mean():.1f} points [{low:.1f}, {high:.1f}]"


def remarks(ranked: Sequence[Ranked], left: int, first: Candidate) -> tuple[str, ...]:
    """What a reader should know before trusting the figures."""
    return tuple(_remarks(ranked, left, first))


def _remarks(ranked: Sequence[Ranked], left: int, first: Candidate) -> Iterator[str]:
    guessed = [goal.name for goal in ranked[0].goals if goal.known is Known.PREDICTED]
    if guessed:
        yield f"{first.title} lacks scores for {', '.join(guessed)}: they are predicted from those that it has"
    for each in ranked[:_UNSURE]:
        if each.keeps_limits < SURE:
            yield f"{each.model} keeps all limits only with {probability(each.keeps_limits)}"
    if left > len(ranked):
        yield f"{left - len(ranked):,} more models keep the limits and are not shown"
    costs = [
        f"{name} ({found.source})" if name is CostName.LATENCY else name
        for name, found in first.costs.items()
        if found.known is not Known.MEASURED
    ]
    if costs:
        yield f"not measured, but estimated, of {first.title}: {', '.join(costs)}"
    yield from first.notes
