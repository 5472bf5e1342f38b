"""Whether a server keeps up with the rate at which it is asked."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

from outweigh.records import Timing
from outweigh.stats.intervals import LEVEL

LEAST = 40  # requests of the later part of a load, below which nothing is said
_BLOCKS = 20
_START = 0.2  # share of the load, at least, in which answers get under way
_GROWTH = 0.01  # of the rate: slower growth is not worth a word


@dataclass(frozen=True)
class Saturation:
    """How the number of requests that are due but not done went over a load, its start left out.

    `growth` is in requests a second with a 95 % interval, `rate` the requests that were due a second; `first` and
    `last` are how many were due but not done at both ends.
    """

    rate: float
    growth: float
    low: float
    high: float
    first: int
    last: int

    @property
    def saturated(self) -> bool:
        """Whether the server does not keep up: the queue grows, beyond what chance and an uneven rate explain."""
        return self.low > 0 and self.growth > _GROWTH * self.rate

    @property
    def line(self) -> str:
        """What a person should know of a server that does not keep up."""
        interval = f"[{self.low:.2g}, {self.high:.2g}]"
        return (
            f"the server does not keep up with {self.rate:.3g} requests a second: those waiting or under way grew by "
            f"{self.growth:.2g} a second {interval}, from {self.first} to {self.last}; latencies depend on how long "
            "this went on"
        )


def saturation(timings: Sequence[Timing]) -> Saturation | None:
    """Student's t over the net growth (requests due less requests done) of 20 equal stretches of an open loop.

    Where the server keeps up, what grows in one stretch shrinks in another, so the interval is wider than it needs to
    be and alarms are rarer than 1 in 40; where it is exactly as fast as it is asked, the queue is a random walk with
    independent steps and they are at most 1 in 20. The start is left out: a fifth of the load, or twice an early
    answer's time. None where too little is left to say. ValueError for a request with no end.
    """
    if any(each.done is None for each in timings):
        raise ValueError("a request has no end")
    due = sorted(each.due for each in timings)
    done = sorted(each.done for each in timings if each.done is not None)
    if len(due) < LEAST:
        return None
    begin, end = _later(timings, due[0], due[-1]), due[-1]
    rising = len(due) - bisect_right(due, begin)
    if begin > (due[0] + end) / 2 or rising < LEAST:
        return None
    edges = [begin + (end - begin) * number / _BLOCKS for number in range(_BLOCKS + 1)]
    queue = [bisect_right(due, edge) - bisect_right(done, edge) for edge in edges]
    steps = [after - before for before, after in pairwise(queue)]
    mean, reach = _student(steps)
    second = (end - begin) / _BLOCKS
    low, high = (mean - reach) / second, (mean + reach) / second
    rate = (len(due) - 1) / (end - due[0])
    return Saturation(rate, mean / second, low, high, queue[0], queue[-1])


def _later(timings: Sequence[Timing], start: float, end: float) -> float:
    """When answers have got under way, in seconds."""
    early = sorted(timings, key=lambda each: each.due)[: ceil(len(timings) / 10)]
    lasted = sorted(each.e2e or 0.0 for each in early)
    return max(start + _START * (end - start), start + 2 * lasted[len(lasted) // 2])


def _student(steps: Sequence[int]) -> tuple[float, float]:
    """The mean of the steps, and half of its interval's width."""
    from scipy.stats import t

    count = len(steps)
    mean = sum(steps) / count
    spread = sqrt(sum((step - mean) ** 2 for step in steps) / (count - 1))
    return mean, float(t.ppf((1 + LEVEL) / 2, count - 1)) * spread / sqrt(count)
