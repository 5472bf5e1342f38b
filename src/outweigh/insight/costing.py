"""What a deployment costs over its horizon, how sure that is, and what moves it most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from outweigh.insight.fleet import remarks, sizing
from outweigh.insight.ledger import Ledger, ledger
from outweigh.insight.worlds import (
    DRAWS,
    SEED,
    Worlds,
    amount,
    drawn,
    estimate,
    likely,
    swings,
    swung,
    uncertain,
)
from outweigh.records import Cost, Deployment, Hosted, Part, Service, UserError, prices

_ZONES = 1  # days by which it may be later elsewhere

if TYPE_CHECKING:
    from outweigh.records import Amount
    from outweigh.stats.units import Floats


def cost(deployment: Deployment, *, today: date, draws: int = DRAWS, seed: int = SEED) -> Cost:
    """The cost of a deployment at likely values, with intervals over `draws` worlds, and the swing of each input."""
    import numpy as np

    check(deployment)
    one, many = likely(deployment), drawn(deployment, draws, seed)
    middle, spread = ledger(deployment, one), ledger(deployment, many)

    def told(of_likely: Floats, of_draws: Floats) -> Amount:
        return amount(float(of_likely[0]), of_draws, deployment.currency)

    names = uncertain(deployment)
    ends = ledger(deployment, swung(deployment, list(names))).total if names else middle.total
    known = deployment.accuracy is not None
    return Cost(
        deployment=deployment.name,
        model=deployment.model,
        horizon_months=deployment.horizon_months,
        parts={
            part: told(middle.parts[part].sum(axis=1), spread.parts[part].sum(axis=1))
            for part in Part
            if middle.parts[part].any() or np.nan_to_num(spread.parts[part]).any()
        },
        total=told(middle.total, spread.total),
        requests=estimate("requests", float(middle.requests.sum()), spread.requests.sum(axis=1)),
        tokens=estimate("tokens", float(middle.tokens.sum()), spread.tokens.sum(axis=1)),
        per_million_tokens=told(_per_million(middle), _per_million(spread)),
        per_correct=told(_per_correct(middle, one), _per_correct(spread, many)) if known else None,
        sizing=sizing(deployment, middle.fleet, spread.fleet),
        swings=swings(names, ends),
        stale=stale(today, deployment),
        unmeasured={} if known else {"per_correct": "no accuracy is known: give it, or a run that asked (--run)"},
        draws=draws,
        method=f"Monte Carlo, {draws:,} draws" if names else "every input is given as exact",
        notes=(*remarks(deployment, spread.fleet), *_energy_remarks(deployment)),
    )


def _per_million(found: Ledger) -> Floats:
    millions: Floats = found.tokens.sum(axis=1) / 1e6
    return found.total / millions


def _per_correct(found: Ledger, worlds: Worlds) -> Floats:
    correct: Floats = found.requests.sum(axis=1) * worlds["accuracy"][:, 0]
    return found.total / correct


def check(deployment: Deployment) -> None:
    """UserError where electricity is paid, but nobody knows how much of it."""
    hardware, place = deployment.hardware, deployment.place
    if isinstance(hardware, Hosted) or place is None or place.tariff_per_kwh is None:
        return
    joules = deployment.service.joules_per_request if deployment.service else None
    if hardware.watts is None and joules is None:
        raise UserError(
            f"{deployment.name}: electricity is paid by place.tariff_per_kwh, but how much is used is not known: "
            "give hardware.watts, service.joules_per_request, or a run that measured it (--run)"
        )


def stale(today: date, *deployments: Deployment) -> tuple[str, ...]:
    """Prices that are older than their deployment allows, or not of the past: a line for each day and source."""
    lines: dict[str, list[str]] = {}
    for deployment in deployments:
        for name, price in prices(deployment):
            age = (today - price.date).days
            if -_ZONES <= age <= deployment.stale_after_days:
                continue
            said = f"Stale prices, {age:,} days old" if age > 0 else "Prices of a day that is still to come"
            names = lines.setdefault(f"{said} ({price.date}, {price.source})", [])
            names += [name] if name not in names else []
    return tuple(f"{said}: {', '.join(names)}" for said, names in lines.items())


def cheapest(deployment: Deployment, services: Sequence[Service]) -> Service:
    """Of several ways to serve the same model, the one that costs least at likely values and keeps the limit.

    UserError, that of the last one, where none does.
    """
    found: list[tuple[float, int]] = []
    trouble: UserError | None = None
    for place, service in enumerate(services):
        tried = deployment.but(service=service)
        try:
            found.append((float(ledger(tried, likely(tried)).total[0]), place))
        except UserError as error:
            trouble = error
    if not found:
        raise trouble or UserError(f"{deployment.name}: nothing was measured that says how fast the model serves")
    return services[min(found)[1]]


def _energy_remarks(deployment: Deployment) -> list[str]:
    hardware, place = deployment.hardware, deployment.place
    if isinstance(hardware, Hosted):
        return []
    if place is None or place.tariff_per_kwh is None:
        return ["electricity is part of the rent: no place.tariff_per_kwh is given"]
    if hardware.watts is None:
        return ["what machines draw while idle is not counted: no hardware.watts is given"]
    return []
