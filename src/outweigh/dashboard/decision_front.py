"""The chart of what models are worth against what they cost, with the front of those that no other beats on both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from outweigh.dashboard import units, words
from outweigh.dashboard.clouds import Cloud, Clouds
from outweigh.dashboard.measured_page import Panel
from outweigh.dashboard.panels import drawn
from outweigh.dashboard.report_page import Table
from outweigh.dashboard.units import Unit
from outweigh.insight import pareto
from outweigh.insight.probabilities import probability
from outweigh.records import CostName, Front, Known, Objective, Ranked, Recommendation

_NAMED = 6  # models of the front that have their name in the chart
_COSTS = (CostName.PER_MILLION, CostName.PER_MONTH, CostName.LATENCY, CostName.ENERGY, CostName.MEMORY)
_NAMES = {each.value for each in CostName}
TITLES = {
    CostName.PER_MILLION: "Cost of a million tokens",
    CostName.PER_MONTH: "Cost of a month",
    CostName.LATENCY: "Whole answer",
    CostName.ENERGY: "Energy of a request",
    CostName.MEMORY: "Memory",
}
Interval = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True)
class Placed:
    """One model in points of quality and a cost; `chance` is that of being on the front of all goals."""

    model: str
    quality: Interval
    cost: Objective
    chance: float


def cost_drawn(models: Sequence[Mapping[CostName, Objective]]) -> CostName | None:
    """The cost that most models have; money before time before energy before memory."""
    counts = {name: sum(name in each for each in models) for name in _COSTS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] > 1 else None


def quality(goals: Iterable[tuple[str, float, Interval]]) -> Interval | None:
    """The weighted mean of the scores among goals (name, weight, value), in points; errors count as independent."""
    scores = [(weight, found) for name, weight, found in goals if name not in _NAMES]
    whole = sum(weight for weight, _ in scores)
    if not whole:
        return None
    value = sum(weight * found[0] for weight, found in scores) / whole
    below, above = (
        sqrt(sum((weight / whole * (found[end] - found[0])) ** 2 for weight, found in scores)) for end in (1, 2)
    )
    return 100 * value, 100 * (value - below), 100 * (value + above)


def worth(ranked: Ranked) -> Interval | None:
    """What a ranked model reaches on the scores among its goals."""
    return quality((goal.name, goal.weight, (goal.value, goal.low, goal.high)) for goal in ranked.goals)


def placed(found: Recommendation, cost: CostName) -> list[Placed]:
    """The ranked models that have both."""
    return [
        Placed(each.model, points, each.costs[cost], each.on_front)
        for each in found.ranked
        if cost in each.costs and (points := worth(each))
    ]


def placed_on(found: Front, cost: CostName) -> list[Placed]:
    """The models of a front that have both, in the weights of its need."""
    weights = found.need.weights
    return [
        Placed(each.model, points, each.costs[cost], each.chance)
        for each in found.models
        if cost in each.costs
        and (
            points := quality(
                (name, weights.get(name, 0.0) if weights else 1.0, value)
                for name, value in zip(found.objectives, each.values, strict=True)
                if value is not None
            )
        )
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


def panel(models: Sequence[Placed], cost: CostName, series: Mapping[str, int], currency: str | None) -> Panel | None:
    """The chart of one model a point, the likeliest first; None for fewer than two models."""
    if len(models) < 2:
        return None
    figure, data = _figure(models, cost, series, currency), _table(models, cost, currency)
    chart = drawn(figure, "front", _sentence(models, cost), data)
    hint = "Ellipse: the 95 % interval both ways. Filled, on the dashed line: no other model is better on both."
    return Panel(f"Quality against {TITLES[cost].lower()}", hint, chart)


def _figure(models: Sequence[Placed], cost: CostName, series: Mapping[str, int], currency: str | None) -> Clouds:
    """Models without a symbol on the page are grey."""
    front = on_front(models)
    unit = unit_of(cost, [each.cost.value for each in models], currency)
    named = {models[0].model, *[each.model for each in models if each.model in front][:_NAMED]}
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


def _sentence(models: Sequence[Placed], cost: CostName) -> str:
    """What the chart shows."""
    kept = on_front(models)
    front, what = [each.model for each in models if each.model in kept], TITLES[cost].lower()
    if len(front) == 1:
        return f"{front[0]} is at least as good as every other model on quality and {what}."
    others = "every other model is beaten on both" if len(front) < len(models) else "none is beaten on both"
    return f"On the front of quality against {what}: {words.listed(front)}; {others}."


def _table(models: Sequence[Placed], cost: CostName, currency: str | None) -> Table:
    """The numbers behind the chart."""
    front = on_front(models)
    unit = unit_of(cost, [each.cost.value for each in models], currency)
    rows = tuple(
        (
            each.model,
            ranged(*each.quality, 1.0),
            ranged(each.cost.value, *each.cost.ends, unit.factor),
            each.cost.known.value,
            "yes" if each.model in front else "no",
            chance(each.chance),
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


def cost_of(found: Objective | None, factor: float) -> str:
    """A cost times `factor`, and what it is where it was not measured."""
    if found is None:
        return "not known"
    low, high = found.ends
    said = ranged(found.value, max(low, 0.0), high, factor)
    return said if found.known is Known.MEASURED else f"{said}, {found.known.value}"
