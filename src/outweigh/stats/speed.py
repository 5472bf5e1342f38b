"""Which of two is faster: the ratio of their medians with a 95 % interval, and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, log, sqrt
from typing import Protocol

from outweigh.stats.precision import median
from outweigh.stats.starts import method

SMALLEST = 0.01  # the smallest difference that matters, as a share


class Speed(StrEnum):
    """What is known of the first against the second."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_EVIDENCE = "no evidence"


class Bounded(Protocol):
    """A positive figure with its interval, if it has one: an Estimate or a Quantile."""

    @property
    def value(self) -> float:
        """The figure."""
        ...

    @property
    def low(self) -> float | None:
        """Where its interval begins."""
        ...

    @property
    def high(self) -> float | None:
        """Where its interval ends."""
        ...


@dataclass(frozen=True)
class Comparison:
    """The first's figure over the second's: of times, 0.9 is a tenth less. Without an interval there is no evidence.

    The verdict names a difference only if the whole interval lies further from 1 than the smallest one that matters.
    """

    ratio: float
    low: float | None
    high: float | None
    verdict: Speed
    method: str


def interleaved(
    first: Sequence[float], second: Sequence[float], *, starts: Sequence[int] = (), smallest: float = SMALLEST
) -> Comparison:
    """Two series of times that took turns, A B A B: the median ratio of neighbours.

    What drifts slowly is in both of a pair and cancels. The logarithms of the ratios are a series of their own, whose
    median has the interval of `precision.median`. `starts` number the starts that both had together. ValueError unless
    there are as many times of the one as of the other and all are above 0.
    """
    if len(first) != len(second) or not first or not all(0 < each < float("inf") for each in (*first, *second)):
        raise ValueError("times that took turns must come in pairs, finite and above 0")
    gaps = [log(one / other) for one, other in zip(first, second, strict=True)]
    found = median(gaps, starts=starts, ratios=False)
    told = method("paired log ratios", starts)
    return _judged((found.value, found.low, found.high), smallest, better=False, method=told)


def against(
    first: Bounded, second: Bounded, *, smallest: float = SMALLEST, higher_is_better: bool = False
) -> Comparison:
    """Two measurements' figures of the same metric.

    The distances from each figure to its ends, on the log scale, are added as independent errors (Zou and Donner 2008).
    What was different between the two measurements and shows in neither (another machine, another mode) is not
    covered: interleave the models to leave that out. ValueError for a figure that is not above 0.
    """
    if not all(isfinite(each.value) and each.value > 0 for each in (first, second)):
        raise ValueError("only figures above 0 have a ratio")
    gap = log(first.value / second.value)
    reach = (_reach(first, second), _reach(second, first))
    low, high = (None if each is None else gap + sign * each for sign, each in zip((-1, 1), reach, strict=True))
    return _judged((gap, low, high), smallest, better=higher_is_better, method="two medians")


def _reach(below: Bounded, above: Bounded) -> float | None:
    """How far the log ratio reaches to the side on which `below` is less and `above` more; None if without end."""
    if below.low is None or above.high is None or below.low <= 0:
        return None
    return sqrt(log(below.value / below.low) ** 2 + log(above.high / above.value) ** 2)


def _judged(gap: tuple[float, float | None, float | None], smallest: float, *, better: bool, method: str) -> Comparison:
    value, low, high = gap
    border = log(1 + smallest)
    verdict = Speed.NO_EVIDENCE
    if low is not None and high is not None and (low > border or high < -border):
        verdict = Speed.FASTER if (low > border) == better else Speed.SLOWER
    ends = [None if each is None else exp(each) for each in (low, high)]
    return Comparison(exp(value), ends[0], ends[1], verdict, method)
