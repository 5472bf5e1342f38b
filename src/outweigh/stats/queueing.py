"""How long requests wait for one of several servers: M/G/c, first come, first served.

Requests come at random (Poisson), each takes a time of its own, and a server takes one at a time. The mean time of a
request is the unit of everything here; its squared coefficient of variation, (standard deviation / mean)², chooses the
distribution: gamma up to 1 (0 is a fixed time, 1 the exponential), two exponential phases with balanced means above.

A request has to wait with Erlang's probability C. One that waits, waits until the first of c busy servers is free, and
then for as many services at c-fold speed as are ahead, a geometric number (Tijms, van Hoorn and Federgruen 1981; Tijms
2003, 9.6). This is exact for one server and for exponential times, and its tail falls as fast as the exact one's. The
distribution is had from its Laplace transform (Abate and Whitt 2006). Against simulations, up to a utilisation of 0.85
and variations of 0 to 4: mean, 95th and 99th percentile of the time from coming to being done within 5 %, the 90th
within 7 %, the median within 9 %. Not covered: the mean wait alone, which is up to 60 % off where it is short.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, log, pi, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Complexes = NDArray[np.complex128]

_TERMS = 12  # of the Euler summation: about seven digits
_POINTS = 160  # of Gauss and Legendre's rule
_NOTHING = -28.0  # the logarithm of a probability that counts as none
_BUSIEST = 0.9999


def mean_wait(servers: int, utilisation: float, variation: float) -> float:
    """The mean wait before service begins, requests that do not wait included."""
    import numpy as np

    points, weights = _rule(_reach(servers, variation))
    first = float(np.sum(weights * _later(points, variation) ** servers))
    queue = utilisation / (1 - utilisation) * (1 + variation) / 2 / servers
    return float(delayed(servers, np.array([utilisation]))[0] * (first + queue))


def delayed(servers: int, utilisation: Floats) -> Floats:
    """The probability that a request has to wait: Erlang's C."""
    import numpy as np
    from scipy import special

    load = servers * utilisation
    lost = np.exp(special.xlogy(servers, load) - load - special.gammaln(servers + 1)) / special.pdtr(servers, load)
    return np.asarray(lost / (1 - utilisation * (1 - lost)), dtype=np.float64)


def within(servers: int, utilisation: Floats, variation: float, limit: float) -> Floats:
    """The share of requests that are done within `limit` of their coming."""
    import numpy as np

    busy = np.asarray(utilisation, dtype=np.float64)
    nodes, weights = _euler()
    at = nodes / limit
    service = _transform(at, variation)
    waits = _first_free(at, servers, variation, 2 * limit) * service / at
    ahead = (1 - _transform(at / servers, variation)) / (at / servers)
    found = waits[:, None] * (1 - busy) / (1 - np.multiply.outer(ahead, busy))
    waited = np.sum(weights[:, None] * found.real, axis=0) / limit
    waiting = delayed(servers, busy)
    return np.asarray((1 - waiting) * served(limit, variation) + waiting * waited, dtype=np.float64)


def percentile(servers: int, utilisation: float, variation: float, share: float) -> float:
    """The time from coming to being done that a share of the requests keeps to."""
    import numpy as np
    from scipy.optimize import brentq

    busy = np.array([utilisation])
    high = 1.0
    while within(servers, busy, variation, high)[0] < share:
        high *= 2
    found = brentq(lambda limit: within(servers, busy, variation, limit)[0] - share, high / 2**9, high, xtol=1e-6)
    return float(found)


def capacity(servers: int, variation: float, limit: float, share: float) -> float:
    """The highest utilisation at which a share of the requests is done within `limit`; 0 where there is none."""
    import numpy as np

    if served(limit, variation) < share:
        return 0.0
    low, high = 0.0, _BUSIEST
    for _ in range(3):  # 40-fold each: to 2e-5
        tried = np.linspace(low, high, 41)[1:]
        good = within(servers, tried, variation, limit) >= share
        if good.all():
            return float(tried[-1])
        first_bad = int(np.argmin(good))
        low, high = (tried[first_bad - 1] if first_bad else low), tried[first_bad]
    return float(low)


def served(limit: float, variation: float) -> float:
    """The share of requests whose own service takes no longer than `limit`."""
    from math import exp

    from scipy import special

    if variation == 0:
        return float(limit >= 1)
    if variation <= 1:
        return float(special.gammainc(1 / variation, limit / variation))
    return 1 - sum(share * exp(-2 * share * limit) for share in _phases(variation))


def _phases(variation: float) -> tuple[float, float]:
    """The shares of the two exponential phases; the mean of each is 1 / (2 × its share)."""
    first = (1 + sqrt((variation - 1) / (variation + 1))) / 2
    return first, 1 - first


def _transform(at: Complexes, variation: float) -> Complexes:
    """The Laplace transform of the service time."""
    import numpy as np

    if variation == 0:
        return np.asarray(np.exp(-at))
    if variation <= 1:
        return np.asarray((1 + variation * at) ** (-1 / variation))
    return np.asarray(sum(2 * share**2 / (2 * share + at) for share in _phases(variation)))


def _later(times: Floats, variation: float) -> Floats:
    """The probability that a service found under way goes on for longer than these times."""
    import numpy as np
    from scipy import special

    if variation == 0:
        return np.asarray(np.maximum(1 - times, 0))
    if variation <= 1:
        shape, scaled = 1 / variation, times / variation
        return np.asarray(special.gammaincc(shape + 1, scaled) - times * special.gammaincc(shape, scaled))
    return np.asarray(sum(np.exp(-2 * share * times) for share in _phases(variation)) / 2)


def _first_free(at: Complexes, servers: int, variation: float, longest: float) -> Complexes:
    """The Laplace transform of the time until the first of all servers is free; what is beyond `longest` is cut."""
    import numpy as np

    points, weights = _rule(min(_reach(servers, variation), longest))
    all_busy = weights * _later(points, variation) ** servers
    return np.asarray(1 - at * (np.exp(-np.multiply.outer(at, points)) @ all_busy))


@lru_cache(maxsize=1024)
def _reach(servers: int, variation: float) -> float:
    """The time by which one of all busy servers is free for certain."""
    import numpy as np

    high = 1.0
    while _unlikely(np.array([high]), servers, variation)[0] > _NOTHING:
        high *= 2
    tried = np.linspace(0, high, 513)[1:]
    return float(tried[np.argmax(_unlikely(tried, servers, variation) <= _NOTHING)])


def _unlikely(times: Floats, servers: int, variation: float) -> Floats:
    import numpy as np

    return np.asarray(servers * np.log(np.maximum(_later(times, variation), 1e-300)))


def _rule(end: float) -> tuple[Floats, Floats]:
    """Points and weights of an integral from 0 to `end`."""
    points, weights = _legendre()
    return (points + 1) * end / 2, weights * end / 2


@lru_cache(maxsize=1)
def _legendre() -> tuple[Floats, Floats]:
    import numpy as np

    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    return points, weights


@lru_cache(maxsize=1)
def _euler() -> tuple[Complexes, Floats]:
    """Nodes and weights of Abate and Whitt's Euler summation: f(t) ≈ Σ weight × Re F(node / t) / t."""
    import numpy as np

    terms = np.arange(2 * _TERMS + 1)
    kept = np.ones(len(terms))
    kept[0] = 0.5
    kept[-1] = 2.0**-_TERMS
    for place in range(1, _TERMS):
        kept[-1 - place] = kept[-place] + 2.0**-_TERMS * comb(_TERMS, place)
    nodes = np.asarray(_TERMS * log(10) / 3 + 1j * pi * terms, dtype=np.complex128)
    return nodes, 10 ** (_TERMS / 3) * (-1.0) ** terms * kept
