"""What a month costs at other volumes than the one that is given, and from which volume on one option beats another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import floor, log10
from typing import TYPE_CHECKING

from outweigh.insight.costing import check
from outweigh.insight.fleet import SECONDS
from outweigh.insight.ledger import ledger
from outweigh.insight.worlds import DRAWS, SEED, amount, drawn, likely
from outweigh.records import Crossing, Deployment, Plan, Uncertain, UserError, VolumeCurve, VolumePoint

if TYPE_CHECKING:
    from outweigh.records import Load

_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)  # of each power of ten
_REACH = 30.0  # times the given volume, and a part of it
_STILL = Uncertain.model_validate(0)


def over_volumes(
    plan: Plan, *, volumes: Sequence[float] | None = None, draws: int = DRAWS, seed: int = SEED
) -> tuple[VolumeCurve, ...]:
    """The cost of one month, without growth, for the plan's deployment and each of its alternatives.

    `volumes` are tokens of the plan's deployment, round ones unless given; an alternative may take others for the same
    requests. A volume at which no number of machines keeps the latency limit has no point.
    """
    found = []
    given = _tokens(plan.deployment.load)
    for deployment in (plan.deployment, *(each.deployment for each in plan.alternatives)):
        check(deployment)
        points = [_point(deployment, each, each / given, draws, seed) for each in volumes or _round(given)]
        found.append(VolumeCurve(name=deployment.name, points=tuple(each for each in points if each)))
    return tuple(found)


def _tokens(load: Load) -> float:
    """Tokens of a month at likely values."""
    requests = SECONDS * sum(load.hours) / len(load.hours) * load.volume.likely
    return requests * (load.prompt_tokens.likely + load.output_tokens.likely)


def _round(given: float) -> list[float]:
    """Round volumes from a part of what is given to as many times of it."""
    first = floor(log10(given / _REACH))
    every = [step * 10.0**power for power in range(first, first + 5) for step in _STEPS]
    return [each for each in every if given / _REACH <= each <= given * _REACH]


def _point(deployment: Deployment, tokens: float, factor: float, draws: int, seed: int) -> VolumePoint | None:
    month = deployment.but(load=_times(deployment.load, factor), horizon_months=1)
    try:
        middle, spread = ledger(month, likely(month)), ledger(month, drawn(month, draws, seed))
    except UserError:
        return None
    return VolumePoint(
        tokens_per_month=tokens,
        cost=amount(float(middle.total[0]), spread.total, deployment.currency),
    )


def _times(load: Load, factor: float) -> Load:
    volume = load.volume
    ends = {name: factor * getattr(volume, name) for name in ("low", "likely", "high")}
    return load.but(volume=Uncertain(**ends, spread=volume.spread), growth_per_year=_STILL)


def crossings(curves: Sequence[VolumeCurve]) -> tuple[Crossing, ...]:
    """Where the first option's likely cost crosses another's, read between neighbouring volumes.

    Machines come whole, so two curves may cross more than once.
    """
    found = []
    first, *others = curves
    for other in others:
        costs = {point.tokens_per_month: point.cost.value for point in other.points}
        both = [
            (point.tokens_per_month, float(point.cost.value - costs[point.tokens_per_month]))
            for point in first.points
            if point.tokens_per_month in costs
        ]
        for (below, gap), (above, next_gap) in pairwise(both):
            if gap * next_gap < 0:
                found.append(
                    Crossing(
                        cheaper_below=other.name if gap > 0 else first.name,
                        cheaper_above=first.name if gap > 0 else other.name,
                        low_tokens_per_month=below,
                        high_tokens_per_month=above,
                    )
                )
    return tuple(found)
