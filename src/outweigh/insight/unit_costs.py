"""What a month, a machine for a month and a request cost, by what the money goes to, in every world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outweigh.insight.fleet import HOURS
from outweigh.records import Bought, Deployment, Hosted, Part

if TYPE_CHECKING:
    from outweigh.insight.worlds import Worlds
    from outweigh.stats.units import Floats

JOULES = 3.6e6  # of a kilowatt-hour
_KILOBYTES = 1e6  # of a gigabyte
_MILLION = 1e6


def of_a_month(worlds: Worlds) -> dict[Part, Floats]:
    """What is paid each month, however much is asked."""
    people = worlds.get("operations.people") * worlds.get("operations.salary_per_year") / 12
    return {
        Part.OPERATIONS: people + worlds.get("operations.support_per_month"),
        Part.STORAGE: worlds.get("storage.gigabytes") * worlds.get("storage.price_per_gigabyte_month"),
        Part.LICENCES: worlds.get("licence.per_year") / 12,
    }


def of_a_machine(deployment: Deployment, worlds: Worlds) -> dict[Part, Floats]:
    """What one machine costs a month: rented or worn, running all the time, and licensed."""
    hardware = deployment.hardware
    if isinstance(hardware, Hosted):
        return {}
    if isinstance(hardware, Bought):
        lost = worlds["hardware.price"] * (1 - worlds["hardware.residual_share"])
        worn = lost / (12 * worlds["hardware.depreciation_years"])
    else:
        worn = worlds["hardware.price_per_hour"] * HOURS
    kilowatts = worlds.get("hardware.watts") / 1000
    return {
        Part.HARDWARE: worn,
        Part.ENERGY: kilowatts * HOURS * _electricity(worlds),
        Part.LICENCES: hardware.gpus * worlds.get("licence.per_gpu_year") / 12,
    }


def of_a_request(deployment: Deployment, worlds: Worlds) -> dict[Part, Floats]:
    """What one request costs on top."""
    kilobytes = worlds.get("egress.kilobytes_per_request")
    found = {
        Part.ENERGY: worlds.get("service.joules_per_request") / JOULES * _electricity(worlds),
        Part.STORAGE: kilobytes / _KILOBYTES * worlds.get("egress.price_per_gigabyte"),
    }
    if isinstance(deployment.hardware, Hosted):
        read = worlds["load.prompt_tokens"] * worlds["hardware.price_per_million_prompt_tokens"]
        written = worlds["load.output_tokens"] * worlds["hardware.price_per_million_output_tokens"]
        found[Part.TOKENS] = (read + written) / _MILLION
    return found


def _electricity(worlds: Worlds) -> Floats:
    """What a kilowatt-hour of a machine costs, the site's own use on top; 0 where it is part of the rent."""
    return worlds.get("place.pue") * worlds.get("place.tariff_per_kwh")
