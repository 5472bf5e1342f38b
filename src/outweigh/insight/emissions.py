"""What a deployment emits: running it, by the grid of its region, and making its machines.

Operation is electricity (that of the whole site, by its PUE) times the grid's intensity, hour by hour where both the
load and the grid are known so. Making is spread evenly over a machine's life, and the part of that life in which the
machine is held counts: M = TE × TS × RS of the Software Carbon Intensity specification (ISO/IEC 21031:2024), with
whole machines held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outweigh.insight.fleet import HOURS, SECONDS, Fleet, fleet, remarks
from outweigh.insight.unit_costs import JOULES
from outweigh.insight.worlds import DRAWS, SEED, Worlds, drawn, estimate, likely
from outweigh.records import Carbon, Deployment, Estimate, Hosted, Scaling, UserError

if TYPE_CHECKING:
    from outweigh.records.deployment import Grid, Place
    from outweigh.stats.units import Floats

_YEAR = 12 * HOURS


def carbon(deployment: Deployment, *, draws: int = DRAWS, seed: int = SEED) -> Carbon:
    """The emissions over the horizon at likely values, with intervals over `draws` worlds."""
    place, grid = _place(deployment)
    worlds = drawn(deployment, draws, seed)
    middle, spread = _emitted(deployment, grid, likely(deployment)), _emitted(deployment, grid, worlds)

    def told(name: str) -> Estimate:
        return estimate(name, float(middle[name][0]), spread[name])

    made = not isinstance(deployment.hardware, Hosted) and deployment.hardware.embodied
    sources = [f"grid of {place.region}: {grid.source} ({grid.date})"]
    return Carbon(
        deployment=deployment.name,
        model=deployment.model,
        region=place.region,
        horizon_months=deployment.horizon_months,
        kilowatt_hours=told("kilowatt_hours"),
        operational_kilograms=told("operational_kilograms"),
        embodied_kilograms=told("embodied_kilograms") if made else None,
        total_kilograms=told("total_kilograms"),
        grams_per_million_tokens=told("grams_per_million_tokens"),
        unmeasured={} if made else {"embodied_kilograms": "no hardware.embodied is given; the total leaves it out"},
        sources=(*sources, f"making of a machine: {made.source}") if made else tuple(sources),
        notes=(*remarks(deployment, fleet(deployment, worlds)), *_remarks(deployment)),
    )


def _place(deployment: Deployment) -> tuple[Place, Grid]:
    if isinstance(deployment.hardware, Hosted):
        raise UserError(f"{deployment.name}: what a hosted model emits is not known: its machines are somebody else's")
    if deployment.place is None or deployment.place.grid is None:
        raise UserError(f"{deployment.name}: the grid is not known: give [place] with region, pue and grid")
    joules = deployment.service.joules_per_request if deployment.service else None
    if deployment.hardware.watts is None and joules is None:
        raise UserError(
            f"{deployment.name}: how much electricity is used is not known: "
            "give hardware.watts, service.joules_per_request, or a run that measured it (--run)"
        )
    return deployment.place, deployment.place.grid


def _emitted(deployment: Deployment, grid: Grid, worlds: Worlds) -> dict[str, Floats]:
    """Every figure, world by world."""
    import numpy as np

    found = fleet(deployment, worlds)
    used = _kilowatt_hours(worlds, found)
    if grid.hourly_grams_per_kwh is not None:
        hours = np.array(grid.hourly_grams_per_kwh)
        intensity = hours if used.shape[2] > 1 else hours.mean()
    else:
        intensity = worlds["place.grid.grams_per_kwh"][:, :, None]
    running = (used * intensity).sum(axis=(1, 2)) / 1000
    made = 0.0 * running
    if "hardware.embodied.kilograms" in worlds.columns:
        lives = found.machine_hours.sum(axis=1) / (_YEAR * worlds["hardware.embodied.lifetime_years"][:, 0])
        made = worlds["hardware.embodied.kilograms"][:, 0] * lives
    tokens = found.requests.sum(axis=1) * (worlds["load.prompt_tokens"] + worlds["load.output_tokens"])[:, 0]
    return {
        "kilowatt_hours": used.sum(axis=(1, 2)),
        "operational_kilograms": running,
        "embodied_kilograms": made,
        "total_kilograms": running + made,
        "grams_per_million_tokens": (running + made) * 1000 / tokens * 1e6,
    }


def _kilowatt_hours(worlds: Worlds, found: Fleet) -> Floats:
    """Electricity of the site by world, month and hour of the day: of machines that run, and of requests on top."""
    hours = found.rates.shape[2]
    running = found.machines * worlds.get("hardware.watts")[:, :, None] / 1000 * HOURS / hours
    asked = found.rates * SECONDS / hours * worlds.get("service.joules_per_request")[:, :, None] / JOULES
    used: Floats = (running + asked) * worlds["place.pue"][:, :, None]
    return used


def _remarks(deployment: Deployment) -> list[str]:
    found = []
    grid = deployment.place.grid if deployment.place else None
    if grid and grid.hourly_grams_per_kwh and deployment.load.hourly_requests_per_second is None:
        found.append("the grid is known by the hour, but the load is not: its mean over the day counts")
    if deployment.load.scaling is Scaling.FIXED:
        found.append("machines run all day, as many as the busiest hour takes")
    if not isinstance(deployment.hardware, Hosted) and deployment.hardware.watts is None:
        found.append("what machines draw while idle is not counted: no hardware.watts is given")
    return found
