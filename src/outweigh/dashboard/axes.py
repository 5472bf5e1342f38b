"""Axes for quantities: round ticks from an end to the other, even or by powers, with what to write at each."""

import math
from collections.abc import Iterable, Sequence

from outweigh.dashboard.charts import Range

_EVEN = (1.0, 2.0, 2.5, 5.0)
_POWERS = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_SAME = 1 + 1e-9  # rounding
_SPAN = 6.0  # times the smallest value from which an even axis hides what is small


class Axis:
    """Turns values into places on an axis; `range` is the axis itself, in places."""

    def __init__(self, values: Iterable[float], *, labels: int, zero: bool = False, log: bool | None = None) -> None:
        """About `labels` ticks over `values`, of which there is at least one.

        `zero` begins at 0. Without a word for `log` it goes by powers where that shows small values better.
        """
        found = sorted(values)
        self.log = found[0] > 0 and (found[-1] > _SPAN * found[0] if log is None else log) and not zero
        self.range = _powers(found, labels) if self.log else _even(found, labels, zero)

    def at(self, value: float) -> float:
        """The place of a value."""
        return math.log10(value) if self.log else value

    def span(self, low: float, high: float) -> tuple[float, float]:
        """The places of both ends; what lies below an axis by powers begins at its edge."""
        return max(self.at(low), self.range.low) if low > 0 or not self.log else self.range.low, self.at(high)


def measured(values: Sequence[float], labels: int, *, log: bool) -> Range:
    """An axis whose ticks are the values that were measured, or of too many some of them."""
    ticks = sorted(set(values))
    every = math.ceil(len(ticks) / labels)
    shown = ticks[::-1][::every][::-1]
    places = [math.log10(each) if log else each for each in (ticks[0], ticks[-1], *shown)]
    room = (places[1] - places[0]) * 0.04 or 0.5
    return Range(
        places[0] - room,
        places[1] + room,
        tuple(places[2:]),
        tuple(number(each) for each in shown),
    )


def number(value: float) -> str:
    """A round number as a tick says it."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\N{MINUS SIGN}")


def _even(found: Sequence[float], labels: int, zero: bool) -> Range:
    low, high = (min(0.0, found[0]) if zero else found[0]), found[-1]
    if high == low:
        low, high = (0.0, high or 1.0) if zero else (low - abs(low) * 0.05 - 1e-9, high + abs(high) * 0.05 + 1e-9)
    rough = (high - low) / labels
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * each for each in _EVEN if power * each >= rough * 0.999), power * 10)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(place * step, 12) for place in range(first, last + 1))
    return Range(ticks[0], ticks[-1], ticks, tuple(number(each) for each in ticks))


def _powers(found: Sequence[float], labels: int) -> Range:
    first, last = math.floor(math.log10(found[0])), math.ceil(math.log10(found[-1]))
    scales = [_scale(steps, first, last, 1) for steps in _POWERS]
    scales += [_scale((1.0,), first, last, apart) for apart in range(2, last - first + 2)]
    every = next((each for each in scales if sum(found[0] <= tick <= found[-1] for tick in each) <= labels), scales[-1])
    begin = max(index for index, each in enumerate(every) if each <= found[0] * _SAME)
    end = min(index for index, each in enumerate(every) if each >= found[-1] / _SAME)
    ticks = every[begin : max(end, begin + 1) + 1]
    places = tuple(math.log10(each) for each in ticks)
    return Range(places[0], places[-1], places, tuple(number(each) for each in ticks))


def _scale(steps: Sequence[float], first: int, last: int, apart: int) -> list[float]:
    """Ticks from below the power `first` to above `last`, at every so many powers of ten."""
    return [step * 10.0**power for power in range(first - apart, last + apart + 1, apart) for step in steps]
