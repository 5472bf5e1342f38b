"""How measured quantities are said: in one unit a column, with the digits that their intervals support."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from outweigh.dashboard import words
from outweigh.dashboard.words import Said
from outweigh.records import Amount, Estimate

_MOST = 6  # decimals
_MARK = "high-water mark"  # the method of a figure that was reached, and so has no interval
_DRAWN = "monte-carlo"


@dataclass(frozen=True)
class Unit:
    """A unit and how many of it make one of the record's."""

    name: str
    factor: float = 1.0


SECONDS = Unit("s")
_TIMES = (SECONDS, Unit("ms", 1e3), Unit("µs", 1e6))
_JOULES = (Unit("J"), Unit("mJ", 1e3), Unit("µJ", 1e6))
_BYTES = (Unit("TB", 1e-12), Unit("GB", 1e-9), Unit("MB", 1e-6), Unit("kB", 1e-3), Unit("B"))
TOKENS_PER_SECOND = Unit("tokens/s")
REQUESTS_PER_SECOND = Unit("requests/s")
PLAIN = Unit("")


def unit_of(metric: str, values: Iterable[float]) -> Unit:
    """The unit in which all `values` of a metric are easy to read."""
    found = [each for each in values if each > 0]
    if metric.endswith(("tokens_per_second", "tokens_per_second_per_user")):
        return TOKENS_PER_SECOND
    if metric.endswith("requests_per_second"):
        return REQUESTS_PER_SECOND
    if metric.endswith("_bytes"):
        return _fitting(_BYTES, max(found, default=1.0))
    if "joules" in metric:
        return _fitting(_JOULES, min(found, default=1.0))
    return _fitting(_TIMES, min(found, default=1.0)) if "seconds" in metric else PLAIN


def _fitting(units: tuple[Unit, ...], value: float) -> Unit:
    """The first unit in which the value is at least 1 (0.1 of the first), else the last."""
    first = 0.1 if units[0].factor == 1 else 1.0
    least = [first, *(1.0 for _ in units[1:])]
    return next((unit for unit, much in zip(units, least, strict=True) if value * unit.factor >= much), units[-1])


def places(value: float, low: float, high: float) -> int:
    """Decimals: down to the first digit of the interval's half-width, but at least two digits of the value."""
    half, size = (high - low) / 2, abs(value)
    two = 1 - math.floor(math.log10(size)) if size > 0 else 0
    if half <= 0:
        return min(max(two + 1, 0), _MOST)
    return min(max(-math.floor(math.log10(half)), two, 0), _MOST)


def said(found: Estimate, unit: Unit) -> Said:
    """A figure in a unit that stands elsewhere, with its interval; a high-water mark has none."""
    value, low, high = (each * unit.factor for each in (found.value, found.low, found.high))
    if not words.known(low, high):
        digits = places(value, value, value)
        return Said(
            words.fixed(value, digits), f"{words.fixed(low, digits)} or more" if words.known(low) else "unknown"
        )
    digits = places(value, low, high)
    exact = found.method == _MARK or (found.method == _DRAWN and low == high)  # of inputs that are all exact
    spread = "" if exact else words.spread(value, low, high, 1.0, digits)
    return Said(words.fixed(value, digits), spread)


def whole(found: Estimate, unit: Unit | None = None) -> str:
    """A figure in a sentence: "1.24 s (1.23–1.25)"."""
    unit = unit or unit_of(found.metric, (found.value,))
    text = said(found, unit)
    spread = f" ({text.spread})" if text.spread else ""
    return f"{text.value} {unit.name}".strip() + spread


def amount(value: float, unit: Unit) -> str:
    """A value without an interval, to three digits."""
    return f"{words.fixed(value * unit.factor, places(value * unit.factor, 0.0, 0.0))} {unit.name}".strip()


def size(count: float) -> str:
    """Bytes to three digits."""
    return amount(count, unit_of("_bytes", (count,)))


def percent(share: float) -> str:
    """A share in percent, to two digits."""
    return f"{words.significant(share * 100)} %"


def money(found: Amount) -> str:
    """A sum with its interval: "1,200 USD (1,100–1,400)"."""
    value, low, high = (float(each) for each in (found.value, found.low, found.high))
    said = f"{cash(value)} {found.currency}"
    return said if low == high else f"{said} ({words.span(low, high, _cents(value), 1.0)})"


def cash(value: float) -> str:
    """A sum to two significant digits at least, and without cents from a hundred on."""
    return words.fixed(value, _cents(value))


def cash_span(low: float, high: float) -> str:
    """Two ends of a sum, with as many digits as the larger one."""
    return words.span(low, high, _cents(max(abs(low), abs(high))), 1.0)


def _cents(value: float) -> int:
    return 0 if abs(value) >= 100 else min(places(value, value, value), _MOST)
