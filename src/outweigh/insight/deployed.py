"""Measured models in a deployment: what each costs there, and how it would be run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from outweigh.insight.costing import cost
from outweigh.insight.measured_plan import planned
from outweigh.records import (
    Amount,
    Candidate,
    Cost,
    CostName,
    Deployment,
    DeploymentKind,
    Guidance,
    Known,
    Latency,
    Load,
    Measurement,
    Need,
    Objective,
    Plan,
    UserError,
)

_ONE_AT_A_TIME = (DeploymentKind.EDGE, DeploymentKind.LAPTOP)


def deployed(
    candidates: Sequence[Candidate],
    measurements: Sequence[Measurement],
    deployment: Deployment,
    need: Need,
    today: date,
) -> tuple[list[Candidate], tuple[str, ...]]:
    """The candidates with their costs in this deployment, and remarks; the need's load and latency limit count.

    Each is served in the measured way that costs least. One that was not measured, or cannot keep the latency, has no
    cost, and its guidance says why.
    """
    place = _for_need(deployment, need)
    found, notes = [], []
    for each in candidates:
        own = [one for one in measurements if one.model.fingerprint == each.spec]
        made, told = _priced(each, own, place, need, today)
        found.append(made)
        notes += told
    return found, tuple(dict.fromkeys(notes))


def _for_need(deployment: Deployment, need: Need) -> Deployment:
    """The deployment of any model, with the need's own load and latency."""
    default = Deployment.model_fields["model"].default
    changes: dict[str, object] = {"model": default, "service": None, "accuracy": None}
    if need.load is not None:
        changes["load"] = need.load
    if need.limits.max_latency_seconds is not None:
        limits = need.limits
        changes["latency"] = Latency(percentile=limits.latency_percentile, seconds=limits.max_latency_seconds or 0)
    return deployment.but(**changes)


def _priced(
    candidate: Candidate, own: Sequence[Measurement], place: Deployment, need: Need, today: date
) -> tuple[Candidate, list[str]]:
    guidance = candidate.guidance or Guidance()
    if not own:
        unknown = {**guidance.unknown, "cost": "not measured; `outweigh measure` it"}
        return candidate.but(guidance=guidance.but(unknown=unknown)), []
    try:
        plan, notes = planned(Plan(deployment=place), own, (), None)
        found = cost(plan.deployment, today=today)
    except UserError as error:
        return candidate.but(guidance=guidance.but(unknown={**guidance.unknown, "cost": str(error)})), []
    costs = {**candidate.costs, **_money(found)}
    sized = found.sizing
    if sized is not None and need.deployment not in _ONE_AT_A_TIME and plan.deployment.latency is not None:
        said = "at likely values of load and service times"
        costs[CostName.LATENCY] = Objective(
            value=sized.response_seconds, exact=said, known=Known.ESTIMATED, source="queue of the deployment"
        )
    service, latency = plan.deployment.service, plan.deployment.latency
    guidance = guidance.but(
        replicas=sized.replicas[0] if sized else None,
        machines=sized.machines[0] if sized else None,
        requests_at_a_time=service.slots if service else None,
        latency_seconds=sized.response_seconds if sized else None,
        percentile=latency.percentile if latency else None,
        notes=(*guidance.notes, *((_queued(plan.deployment.load),) if sized else ())),
    )
    return candidate.but(costs=costs, currency=found.total.currency, guidance=guidance), [*notes, *found.stale]


def _queued(load: Load) -> str:
    return (
        "the latency has waiting in it, and requests' times vary: (standard deviation / mean)² = "
        f"{load.variation:g} (load.variation)"
    )


def _money(found: Cost) -> dict[CostName, Objective]:
    def told(spent: Amount, share: int) -> Objective:
        value, low, high = (float(each / Decimal(share)) for each in (spent.value, spent.low, spent.high))
        return Objective(value=value, low=low, high=high, known=Known.ESTIMATED, source=found.method)

    return {
        CostName.PER_MONTH: told(found.total, found.horizon_months),
        CostName.PER_MILLION: told(found.per_million_tokens, 1),
    }
