"""The chart of what models are worth against what they cost, with the front of those that no other beats on both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from outweigh.dashboard import units, words
from outweigh.dashboard.clouds import Cloud, Clouds
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.units import Unit
from outweigh.insight import pareto
from outweigh.insight.probabilities import probability
from outweigh.records import CostName, Goal, Objective, Ranked, Recommendation

_NAMED = 6  # models of the front that have their name in the chart
_COSTS = (CostName.PER_MILLION, CostName.PER_MONTH, CostName.LATENCY, CostName.ENERGY, CostName.MEMORY)
TITLES = {
    CostName.PER_MILLION: "Cost of a million tokens",
    CostName.PER_MONTH: "Cost of a month",
    CostName.LATENCY: "Whole answer",
    CostName.ENERGY: "Energy of a request",
    CostName.MEMORY: "Memory",
}


@dataclass(frozen=True)
class Placed:
    """One model in points of quality and a cost."""

    model: str
    quality: tuple[float, float, float]  # value, low, high
    cost: Objective


def cost_drawn(found: Recommendation) -> CostName | None:
    """The cost that most of the ranked models have; money before time before energy before memory."""
    counts = {name: sum(name in each.costs for each in found.ranked) for name in _COSTS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] > 1 else None


def quality(ranked: Ranked) -> tuple[float, float, float] | None:
    """The weighted mean of the scores among the goals, in points; its interval takes their errors as independent."""
    goals = [goal for goal in ranked.goals if goal.name not in {each.value for each in CostName}]
    whole = sum(goal.weight for goal in goals)
    if not whole:
        return None
    value = sum(goal.weight * goal.value for goal in goals) / whole
    below = _reach(goals, [goal.value - goal.low for goal in goals], whole)
    above = _reach(goals, [goal.high - goal.value for goal in goals], whole)
    return 100 * value, 100 * (value - below), 100 * (value + above)


def _reach(goals: Sequence[Goal], distances: Sequence[float], whole: float) -> float:
    return sqrt(sum((goal.weight / whole * far) ** 2 for goal, far in zip(goals, distances, strict=True)))


def placed(found: Recommendation, cost: CostName) -> list[Placed]:
    """The ranked models that have both."""
    return [
        Placed(each.model, worth, each.costs[cost])
        for each in found.ranked
        if cost in each.costs and (worth := quality(each))
    ]


def on_front(models: Sequence[Placed]) -> set[str]:
    """Those that no other is at least as good as on both, and better on one, at likely values."""
    import numpy as np

    figures = np.array([(each.quality[0], each.cost.value) for each in models])
    kept = pareto.front(figures, [True, False])
    return {each.model for each, on_it in zip(models, kept, strict=True) if on_it}


def unit_of(cost: CostName, values: Sequence[float], currency: str | None) -> Unit:
    """In what a cost is said."""
    if cost in (CostName.PER_MILLION, CostName.PER_MONTH):
        return Unit(currency or "money")
    return units.unit_of(cost.value, values)


def figure(found: Recommendation, cost: CostName, series: Mapping[str, int], currency: str | None) -> Clouds:
    """The chart; models without a symbol on the page are grey."""
    models = placed(found, cost)
    front = on_front(models)
    unit = unit_of(cost, [each.cost.value for each in models], currency)
    named = {found.ranked[0].model, *[each.model for each in models if each.model in front][:_NAMED]}
    clouds = []
    for each in models:
        low, high = each.cost.ends
        clouds.append(
            Cloud(
                series.get(each.model, 0),
                each.cost.value * unit.factor,
                each.quality[0],
                (max(low, 0.0) * unit.factor, high * unit.factor),
                each.quality[1:],
                each.model if each.model in named else "",
                each.model in front,
            )
        )
    return Clouds(tuple(clouds), f"{TITLES[cost]}, {unit.name}", "Quality, points")


def sentence(found: Recommendation, cost: CostName) -> str:
    """What the chart shows."""
    models = placed(found, cost)
    front = [each.model for each in models if each.model in on_front(models)]
    what = TITLES[cost].lower()
    if len(front) == 1:
        return f"{front[0]} is at least as good as every other model on quality and {what}."
    return f"On the front of quality against {what}: {words.listed(front)}; every other model is beaten on both."


def table(found: Recommendation, cost: CostName, currency: str | None) -> Table:
    """The numbers behind the chart."""
    models = placed(found, cost)
    front = on_front(models)
    unit = unit_of(cost, [each.cost.value for each in models], currency)
    chances = {each.model: each.on_front for each in found.ranked}
    rows = tuple(
        (
            each.model,
            ranged(*each.quality, 1.0),
            ranged(each.cost.value, *each.cost.ends, unit.factor),
            each.cost.known.value,
            "yes" if each.model in front else "no",
            chance(chances[each.model]),
        )
        for each in models
    )
    heads = (
        "Model",
        "Quality, points",
        f"{TITLES[cost]}, {unit.name}",
        "Figure",
        "On this front",
        "On the front of all goals",
    )
    return Table(f"Quality against {TITLES[cost].lower()}", heads, rows, frozenset({1, 2, 5}))


def chance(share: float) -> str:
    """A probability in whole percent, which draws at random never make certain."""
    return probability(share) if 0 < share < 1 else f"{100 * share:.0f} %"


def ranged(value: float, low: float, high: float, factor: float) -> str:
    """A figure times `factor` with its interval: "1.24 (1.23–1.25)"."""
    value, low, high = value * factor, low * factor, high * factor
    places = units.places(value, low, high)
    spread = f" ({words.spread(value, low, high, 1.0, places)})" if high > low else ""
    return f"{words.fixed(value, places)}{spread}"
