"""What a report says about the decision itself: the recommendation, and what the deployment costs."""

from dataclasses import dataclass

from outweigh.records import Carbon, Cost, Crossing, Recommendation, Saving, VolumeCurve


@dataclass(frozen=True)
class CostPlan:
    """The cost of a deployment, of what could be done instead, and of other volumes."""

    cost: Cost
    savings: tuple[Saving, ...] = ()
    volumes: tuple[VolumeCurve, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    carbon: Carbon | None = None


@dataclass(frozen=True)
class Decision:
    """Either or both; `missing` says why one that was asked for is not there."""

    recommendation: Recommendation | None = None
    plan: CostPlan | None = None
    missing: tuple[str, ...] = ()
