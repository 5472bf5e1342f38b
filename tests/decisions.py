"""Made-up decisions: a recommendation among three models, and what the first costs."""

from datetime import date

from deployments import HOSTED, deployment, spread
from outweigh.dashboard.decision import CostPlan, Decision
from outweigh.insight import costing, volumes
from outweigh.insight.recommendation import recommend
from outweigh.insight.savings import savings
from outweigh.records import (
    Alternative,
    Area,
    Candidate,
    Change,
    CostName,
    Guidance,
    Known,
    Need,
    Objective,
    Plan,
)

TODAY = date(2025, 4, 1)


def candidate(title, level, memory, latency, **more):
    """A model with two scores, and with the memory and time that it takes."""
    scores = {
        name: Objective(value=level + shift, standard_error=0.03, area=area, count=200, pool=1000)
        for name, area, shift in (("gsm8k", Area.REASONING, 0.0), ("mmlu", Area.KNOWLEDGE, 0.05))
    }
    costs = {
        CostName.MEMORY: Objective(value=memory, exact="high-water mark"),
        CostName.LATENCY: Objective(value=latency, low=0.9 * latency, high=1.2 * latency),
        CostName.ENERGY: Objective(value=20 * latency, low=10 * latency, high=30 * latency, known=Known.ESTIMATED),
    }
    return Candidate(
        title=title,
        reference=f"org/{title}",
        scores=scores,
        costs=costs,
        guidance=Guidance(precision="bfloat16"),
        **more,
    )


THREE = ("small", "middle", "large")
FIGURES = ((0.40, 1e9, 0.5), (0.48, 3e9, 1.1), (0.52, 9e9, 2.5))


def recommendation(names=THREE, **limits):
    """Of three models, for equal weights."""
    candidates = [candidate(name, *figures) for name, figures in zip(names, FIGURES, strict=False)]
    need = Need.model_validate({"name": "desk", "limits": limits})
    commands = {"gsm8k": "outweigh run MODEL --benchmark gsm8k", "mmlu": "outweigh run MODEL --benchmark mmlu"}
    return recommend(candidates, need, commands=commands, worlds=256)


def cost_plan():
    """A rented machine that is not known exactly, against tokens by the piece."""
    own = deployment(
        service={"seconds": spread(1.5, 2, 3)},
        hardware={"price_per_hour": {"low": 1, "amount": 2, "high": 4}},
        load={"volume": spread(0.5, 1, 2)},
    )
    other = deployment(HOSTED, load={"volume": spread(0.5, 1, 2)})
    plan = Plan(deployment=own, alternatives=(Alternative(change=Change.MODEL, deployment=other),))
    curves = volumes.over_volumes(plan, draws=50)
    return CostPlan(
        cost=costing.cost(own, today=TODAY, draws=200),
        savings=savings(plan, draws=200),
        volumes=curves,
        crossings=volumes.crossings(curves),
    )


def decision(names=THREE, **limits):
    """Both."""
    return Decision(recommendation(names, **limits), cost_plan())
