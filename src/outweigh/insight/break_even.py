"""From how many tokens a month on machines of one's own cost no more than a price by the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outweigh.insight.fleet import SECONDS, parts, per_machine, rate_kept
from outweigh.insight.unit_costs import of_a_machine, of_a_month, of_a_request
from outweigh.records import Part

if TYPE_CHECKING:
    from outweigh.insight.worlds import Worlds
    from outweigh.records import Deployment
    from outweigh.stats.units import Floats

_MOST = 1000  # machines


def tokens_per_month(hosted: Deployment, own: Deployment, priced: Worlds, worlds: Worlds) -> Floats:
    """The least volume, world by world, for which machines cost no more than the tokens' price; NaN where none does.

    Machines come whole: with n = 1, 2, 3 … of them, v = (month + n × machine) / (price − request) requests pay for
    them, and the first n counts that answers so many in time when most come, the load being as uneven as the one that
    is given. Just above that volume a further machine may make tokens the cheaper again.
    """
    import numpy as np

    service, _ = parts(own)
    seconds = worlds["service.seconds"][:, 0]
    month, machine = _sum(of_a_month(worlds), seconds), _sum(of_a_machine(own, worlds), seconds)
    price = _sum({Part.TOKENS: of_a_request(hosted, priced)[Part.TOKENS]}, seconds)
    margin = price - _sum(of_a_request(own, worlds), seconds)
    a_month = SECONDS * sum(own.load.hours) / len(own.load.hours) / own.load.peak
    held = per_machine(own)
    # However many there are, a machine never answers more than its slots can.
    possible = margin * held * service.slots / seconds * a_month > machine
    found = np.full(len(seconds), np.nan)
    for machines in range(1, _MOST + 1):
        if not (possible & np.isnan(found)).any():
            break
        with np.errstate(divide="ignore"):
            needed = (month + machines * machine) / margin
        good = needed <= rate_kept(own, seconds, machines * held) * a_month
        found = np.where(possible & np.isnan(found) & good, needed, found)
    return found * (worlds["load.prompt_tokens"] + worlds["load.output_tokens"])[:, 0]


def _sum(costs: dict[Part, Floats], like: Floats) -> Floats:
    """All parts together, one number a world."""
    total = 0.0 * like[:, None] + sum(costs.values())
    return total[:, 0]
