"""Uncertain inputs as worlds: one in which all are likely, many drawn at random, two for each at its own ends.

A world gives every input one number, so whatever is computed from numbers is computed for all worlds at once: each
input is a column with a row a world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING

from outweigh.records import Amount, Deployment, Estimate, Price, Record, Spread, Swing, Uncertain, digest

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

DRAWS = 2000
SEED = 1234
_Z = 1.959963984540054  # two-sided 95 % of the normal distribution
_ENDS = (2.5, 97.5)
LEAST = 1e-3  # of the likely value: an interval's normal tail does not go below
_OF_THE_MODEL = ("service.", "accuracy")


@dataclass(frozen=True)
class Worlds:
    """The numbers of every input of a deployment, by its path, such as `hardware.price_per_hour`."""

    columns: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.columns[name]

    def get(self, name: str) -> Floats:
        """The numbers of an input, 0 where it was not given."""
        found = self.columns.get(name)
        return 0.0 * self.columns["load.volume"] if found is None else found


def inputs(record: Record, prefix: str = "") -> dict[str, Uncertain]:
    """Every number of a deployment that may be uncertain, by its path."""
    return dict(_walk(record, prefix))


def _walk(record: Record, prefix: str) -> Iterator[tuple[str, Uncertain]]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Uncertain):
            yield f"{prefix}{name}", value
        elif isinstance(value, Price):
            yield f"{prefix}{name}", value.uncertain
        elif isinstance(value, Record):
            yield from _walk(value, f"{prefix}{name}.")


def likely(deployment: Deployment) -> Worlds:
    """The one world in which everything is as is likely."""
    import numpy as np

    return Worlds({name: np.array([[each.likely]]) for name, each in inputs(deployment).items()})


def drawn(deployment: Deployment, draws: int = DRAWS, seed: int = SEED) -> Worlds:
    """Worlds at random: a Latin hypercube, in which each input takes every one of its quantiles once.

    Equal inputs of one name are the same thing in two deployments, and so are drawn alike; those that belong to a
    model only where the model is the same.
    """
    import numpy as np

    columns = {}
    for name, each in inputs(deployment).items():
        key = int(digest(f"{seed}/{identity(deployment, name)}")[:16], 16)
        rng = np.random.default_rng(key)
        columns[name] = _quantiles(each, (rng.permutation(draws) + rng.random(draws)) / draws)[:, None]
    return Worlds(columns)


def identity(deployment: Deployment, name: str) -> str:
    """Names an input: the same in two deployments where it is the same thing."""
    owner = deployment.model if name.startswith(_OF_THE_MODEL) else ""
    return f"{owner}/{name}/{inputs(deployment)[name].fingerprint}"


def swung(deployment: Deployment, names: Sequence[str | None]) -> Worlds:
    """Two worlds for each name, one with it at its low end and one at its high end, the rest as is likely.

    None leaves both as is likely.
    """
    import numpy as np

    columns = {}
    for name, each in inputs(deployment).items():
        column = np.full((2 * len(names), 1), each.likely)
        for place in (place for place, other in enumerate(names) if other == name):
            column[2 * place], column[2 * place + 1] = each.low, each.high
        columns[name] = column
    return Worlds(columns)


def uncertain(deployment: Deployment) -> dict[str, Uncertain]:
    """The inputs that have ends."""
    return {name: each for name, each in inputs(deployment).items() if each.low < each.high}


def _quantiles(each: Uncertain, shares: Floats) -> Floats:
    import numpy as np
    from scipy.special import ndtri

    low, middle, high = each.low, each.likely, each.high
    if low == high:
        return np.full(len(shares), middle)
    if each.spread is Spread.TRIANGULAR:
        turn, width = (middle - low) / (high - low), high - low
        left = low + np.sqrt(shares * width * (middle - low))
        return np.where(shares < turn, left, high - np.sqrt((1 - shares) * width * (high - middle)))
    score = ndtri(shares) / _Z
    found = middle + np.where(score < 0, score * (middle - low), score * (high - middle))
    return np.asarray(np.maximum(found, LEAST * middle) if low >= 0 else found)


def swings(ends: Mapping[str, Uncertain], totals: Floats) -> tuple[Swing, ...]:
    """What each input moves a total by, the widest first; `totals` has two values an input."""
    found = [
        Swing(
            input=name,
            low=each.low,
            high=each.high,
            at_low=_possible(totals[2 * place]),
            at_high=_possible(totals[2 * place + 1]),
        )
        for place, (name, each) in enumerate(ends.items())
    ]
    return tuple(sorted(found, key=lambda each: each.width, reverse=True))


def _possible(value: float) -> Decimal | None:
    return None if isnan(value) else money(value)


def money(value: float) -> Decimal:
    """A sum in double precision as a decimal, rounded to a millionth."""
    return Decimal(f"{value:.6f}")


def amount(value: float, values: Floats, currency: str) -> Amount:
    """A sum of money with the interval of its draws."""
    low, high = _interval(value, values)
    return Amount(value=money(value), low=money(low), high=money(high), currency=currency)


def estimate(metric: str, value: float, values: Floats, *, higher_is_better: bool = False) -> Estimate:
    """A figure with the interval of its draws."""
    low, high = _interval(value, values)
    return Estimate(
        metric=metric,
        value=value,
        low=low,
        high=high,
        standard_error=None,
        count=values.size,
        method="monte-carlo",
        higher_is_better=higher_is_better,
    )


def _interval(value: float, values: Floats) -> tuple[float, float]:
    """The middle 95 % of the draws, which always hold the likely value."""
    import numpy as np

    low, high = np.nanpercentile(values, _ENDS)
    return min(float(low), value), max(float(high), value)
