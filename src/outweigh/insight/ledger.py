"""What a deployment spends, world by world and month by month: what it costs, and what is paid when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from outweigh.insight.fleet import HOURS, Fleet, fleet
from outweigh.insight.unit_costs import of_a_machine, of_a_month, of_a_request
from outweigh.records import Bought, Deployment, Part

if TYPE_CHECKING:
    from outweigh.insight.worlds import Worlds
    from outweigh.stats.units import Floats


@dataclass(frozen=True)
class Ledger:
    """Spending by part, requests and tokens, each by world and month, and the fleet behind them."""

    parts: dict[Part, Floats]
    requests: Floats
    tokens: Floats
    fleet: Fleet

    @property
    def months(self) -> Floats:
        """All spending, by world and month."""
        return sum(self.parts.values(), start=0.0 * self.requests)

    @property
    def total(self) -> Floats:
        """All spending of each world."""
        total: Floats = self.months.sum(axis=1)
        return total


def ledger(deployment: Deployment, worlds: Worlds) -> Ledger:
    """The spending of every world. Licences are for as many machines as the month's busiest hour takes."""
    found = fleet(deployment, worlds)
    running, requests = found.machine_hours / HOURS, found.requests
    month, machine, request = of_a_month(worlds), of_a_machine(deployment, worlds), of_a_request(deployment, worlds)
    parts = {}
    for part in Part:
        machines = found.most if part is Part.LICENCES else running
        spent = 0.0 * requests + month.get(part, 0.0)
        parts[part] = spent + machines * machine.get(part, 0.0) + requests * request.get(part, 0.0)
    first = 0.0 * requests + parts[Part.HARDWARE][:, :1]
    parts[Part.SCALING] = parts[Part.HARDWARE] - first
    parts[Part.HARDWARE] = first
    tokens = requests * (worlds["load.prompt_tokens"] + worlds["load.output_tokens"])
    return Ledger(parts, requests, tokens, found)


def paid(deployment: Deployment, worlds: Worlds, spent: Ledger) -> Floats:
    """What is paid when, by world: at once, then at the end of each month.

    Rent and the like are paid as they arise. Bought machines are paid whole, at the start of the month that needs
    them and again when they are worn out, and what they are still worth is returned at the end.
    """
    import numpy as np

    bought = isinstance(deployment.hardware, Bought)
    worn = spent.parts[Part.HARDWARE] + spent.parts[Part.SCALING] if bought else 0.0
    flows = np.concatenate([np.zeros((len(spent.requests), 1)), spent.months - worn], axis=1)
    return flows + _purchases(worlds, spent.fleet.most) if bought else flows


def _purchases(worlds: Worlds, machines: Floats) -> Floats:
    """Payments for machines less what they return, world by world. Over the horizon they sum up to what is lost."""
    import numpy as np

    months = machines.shape[1]
    price = worlds["hardware.price"][:, 0]
    lost, life = price * (1 - worlds["hardware.residual_share"][:, 0]), 12 * worlds["hardware.depreciation_years"][:, 0]
    flows = np.zeros((len(machines), months + 1))
    bought = np.diff(machines, axis=1, prepend=0.0)
    for month in range(months):
        lives = (months - month) / life
        worn = np.ceil(lives) - 1
        flows[:, month] += bought[:, month] * price
        for turn in range(1, int(worn.max()) + 1):
            rows = np.flatnonzero(worn >= turn)
            when = np.ceil(month + turn * life[rows]).astype(int)
            flows[rows, when] += bought[rows, month] * lost[rows]
        flows[:, months] -= bought[:, month] * (price - lost * (lives - worn))
    return flows
