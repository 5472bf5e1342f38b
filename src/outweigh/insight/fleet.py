"""How many replicas and machines a load takes, month by month, so that answers come in time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from outweigh.records import Bought, Deployment, Hosted, Latency, Load, Scaling, Service, Sizing, UserError
from outweigh.stats import queueing

if TYPE_CHECKING:
    from outweigh.insight.worlds import Worlds
    from outweigh.stats.units import Floats

DAYS = 365.25 / 12
HOURS = 24 * DAYS  # of a month
SECONDS = 3600 * HOURS
_EXACT = 24  # limits, in service times, that are each computed; between them it is interpolated
_EVERY = 32  # replicas up to which each number is computed, then steps of a tenth
_MOST = 100_000
_PAST = 100  # service times beyond which a limit says nothing


@dataclass(frozen=True)
class Fleet:
    """What runs in each world (rows), month and hour of the day (one for all where the load has no hours).

    `rates` are requests a second; NaN machines are those of a world in which no number of them is fast enough.
    """

    rates: Floats
    replicas: Floats
    machines: Floats

    @property
    def machine_hours(self) -> Floats:
        """Hours that machines run, by world and month."""
        hours: Floats = self.machines.mean(axis=2) * HOURS
        return hours

    @property
    def requests(self) -> Floats:
        """Requests by world and month."""
        requests: Floats = self.rates.mean(axis=2) * SECONDS
        return requests

    @property
    def most(self) -> Floats:
        """Machines at the busiest hour, by world and month."""
        most: Floats = self.machines.max(axis=2)
        return most


def fleet(deployment: Deployment, worlds: Worlds) -> Fleet:
    """The fleet of a deployment. UserError where even a request that waits for nobody breaks the limit."""
    import numpy as np

    load = deployment.load
    grown = _growth(worlds, deployment.horizon_months)
    rates = grown[:, :, None] * np.array(load.hours)
    if isinstance(deployment.hardware, Hosted):
        none = np.zeros((*grown.shape, 1))
        return Fleet(rates, none, none)
    service, latency = parts(deployment)
    sized = rates if load.scaling is Scaling.HOURLY else grown[:, :, None] * load.peak
    try:
        found = _replicas(sized, worlds["service.seconds"][:, 0], service, latency, load)
    except UserError as error:
        raise UserError(f"{deployment.name}: {error}") from error
    machines = np.ceil(found / per_machine(deployment))
    if isinstance(deployment.hardware, Bought):
        machines = np.maximum.accumulate(machines.max(axis=2), axis=1)[:, :, None]
    return Fleet(rates, found, machines)


def parts(deployment: Deployment) -> tuple[Service, Latency]:
    """How the model serves and how fast it must be. UserError where the former is not known."""
    if deployment.service is None or deployment.latency is None:
        raise UserError(
            f"{deployment.name}: how fast the model serves is not known: give [service] slots and seconds, "
            "or a run that measured it (--run)"
        )
    return deployment.service, deployment.latency


def per_machine(deployment: Deployment) -> int:
    """Replicas that one machine holds."""
    service, _ = parts(deployment)
    assert not isinstance(deployment.hardware, Hosted)
    gpus = deployment.hardware.gpus
    if service.gpus_per_replica > gpus:
        raise UserError(
            f"{deployment.name}: a replica takes {service.gpus_per_replica} GPUs, but a machine has {gpus}: "
            "choose a machine that holds one"
        )
    return gpus // service.gpus_per_replica


def rate_kept(deployment: Deployment, seconds: Floats, replicas: int) -> Floats:
    """Requests a second that so many replicas answer in time, for each mean service time."""
    import numpy as np

    service, latency = parts(deployment)
    ratios, nodes = _nodes(seconds, latency, deployment.load)
    busy = [_capacity(replicas, node, service, latency, deployment.load) for node in nodes]
    kept = np.interp(np.log(ratios), np.log(nodes), busy)
    return np.where(ratios >= nodes[0], kept * replicas * service.slots / seconds, np.nan)


def sizing(deployment: Deployment, found: Fleet, drawn: Fleet) -> Sizing | None:
    """The likely world's fleet in whole numbers, and its first month's busiest hour."""
    import numpy as np

    if deployment.service is None or deployment.latency is None or isinstance(deployment.hardware, Hosted):
        return None
    service, latency, load = deployment.service, deployment.latency, deployment.load
    replicas, machines = found.replicas[0].max(axis=1), found.most[0]
    low, high = np.nanpercentile(drawn.most, (2.5, 97.5), axis=0)
    servers = int(replicas[0]) * service.slots
    busy = load.peak * load.volume.likely * service.seconds.likely / servers
    return Sizing(
        replicas=tuple(int(each) for each in replicas),
        machines=tuple(int(each) for each in machines),
        machines_low=tuple(int(each) for each in np.minimum(np.floor(low), machines)),
        machines_high=tuple(int(each) for each in np.maximum(np.ceil(high), machines)),
        utilisation=busy,
        response_seconds=service.seconds.likely
        * queueing.percentile(servers, busy, load.variation, latency.percentile / 100),
    )


def remarks(deployment: Deployment, found: Fleet) -> list[str]:
    """What a reader should know of how machines were counted; `found` are the drawn worlds."""
    import numpy as np

    if isinstance(deployment.hardware, Hosted):
        return []
    service, latency = parts(deployment)
    notes = []
    if latency.seconds > _PAST * service.seconds.likely:
        notes.append(
            f"the limit of {latency.seconds:g} s is {latency.seconds / service.seconds.likely:,.0f} times the "
            f"{service.seconds.likely:.3g} s of a request: were milliseconds meant?"
        )
    hopeless = float(np.isnan(found.machines).any(axis=(1, 2)).mean())
    if hopeless:
        notes.append(
            f"in {hopeless:.1%} of the draws no number of replicas keeps the limit; intervals are those of the others"
        )
    return notes


def _growth(worlds: Worlds, months: int) -> Floats:
    """Volume times growth, by world and month; a month's load is that of its start."""
    import numpy as np

    grown = worlds["load.volume"] * (1 + worlds["load.growth_per_year"]) ** (np.arange(months) / 12)
    return np.asarray(grown)


def _replicas(rates: Floats, seconds: Floats, service: Service, latency: Latency, load: Load) -> Floats:
    """The fewest replicas that answer in time; a replica is there even when nobody asks."""
    import numpy as np

    ratios, nodes = _nodes(seconds, latency, load)
    erlangs = rates * seconds[:, None, None]
    ladder, table = _table(nodes, float(erlangs[ratios >= nodes[0]].max()), service, latency, load)
    busy = np.array([np.interp(np.log(ratios), np.log(nodes), row) for row in table])
    every = np.arange(1, ladder[-1] + 1)
    found = np.full(rates.shape, np.nan)
    for world in np.flatnonzero(ratios >= nodes[0]):
        kept = np.interp(np.log(every), np.log(ladder), busy[:, world]) * every * service.slots
        found[world] = np.searchsorted(np.maximum.accumulate(kept), erlangs[world]) + 1
    return found


def _nodes(seconds: Floats, latency: Latency, load: Load) -> tuple[Floats, Floats]:
    """The limit in service times, world by world, and those values of it for which capacities are computed."""
    import numpy as np

    ratios = latency.seconds / seconds
    possible = [each for each in np.unique(ratios) if queueing.served(each, load.variation) > latency.percentile / 100]
    if not possible:
        alone = float(np.median(seconds))
        raise UserError(
            f"no number of replicas answers {latency.percentile:g} % of the requests within {latency.seconds:g} s: "
            f"one alone takes {alone:.3g} s on average; allow more seconds, or serve fewer requests at a time"
        )
    if len(possible) <= _EXACT:
        return ratios, np.array(possible)
    return ratios, np.geomspace(possible[0], possible[-1], _EXACT)


def _table(
    nodes: Floats, most: float, service: Service, latency: Latency, load: Load
) -> tuple[list[int], list[list[float]]]:
    """Highest utilisations: a row for each number of replicas, as far as `most` busy slots take, a column a node."""
    ladder = [0]
    table: list[list[float]] = []
    while not table or min(table[-1]) * ladder[-1] * service.slots < most:
        after = ladder[-1] + 1 if ladder[-1] < _EVERY else ceil(1.1 * ladder[-1])
        if after > _MOST:
            raise UserError(f"the load takes more than {_MOST:,} replicas: check its requests a second and the seconds")
        ladder.append(after)
        table.append([_capacity(after, node, service, latency, load) for node in nodes])
    return ladder[1:], table


def _capacity(replicas: int, limit: float, service: Service, latency: Latency, load: Load) -> float:
    return queueing.capacity(replicas * service.slots, load.variation, limit, latency.percentile / 100)
