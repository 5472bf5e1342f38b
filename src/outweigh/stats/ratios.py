"""Totals over totals: tokens over seconds, seconds over tokens, with a 95 % interval from parts of the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from outweigh.stats.intervals import LEVEL
from outweigh.stats.quantiles import blocks

if TYPE_CHECKING:
    from outweigh.stats.units import Floats

_BLOCKS = (5, 10)


@dataclass(frozen=True)
class Ratio:
    """One total over another. `low` and `high` are None for fewer than three parts."""

    value: float
    low: float | None
    high: float | None
    parts: int


def ratio(tops: Sequence[float], bottoms: Sequence[float], *, level: float = LEVEL) -> Ratio:
    """The sum of `tops` over the sum of `bottoms`, one pair a part of the work, in time order.

    Student's t around the linearised error (Cochran 1977, chapter 6), over the parts, over ten blocks of neighbours and
    over five; the widest counts, so that a drift cannot hide. Never below 0. ValueError if the lengths differ, the
    bottoms do not add up to more than 0, or a number is not finite.
    """
    import numpy as np

    if len(tops) != len(bottoms) or not all(map(isfinite, (*tops, *bottoms))) or sum(bottoms) <= 0:
        raise ValueError("a ratio needs finite numbers, as many tops as bottoms, and a positive sum of these")
    above, below = (np.asarray(each, dtype=np.float64) for each in (tops, bottoms))
    value = float(above.sum() / below.sum())
    parts = len(above)
    if parts < 3:
        return Ratio(value, None, None, parts)
    gaps = above - value * below
    sums = (np.bincount(blocks(parts, most), weights=gaps).astype(np.float64) for most in (parts, *_BLOCKS))
    reach = max(_reach(each, level) for each in sums)
    reach /= float(below.sum())
    return Ratio(value, max(0.0, value - reach), value + reach, parts)


def _reach(sums: Floats, level: float) -> float:
    """Half the width of the interval of a total that adds up to 0, from its parts."""
    from scipy.special import stdtrit

    parts = len(sums)
    return float(stdtrit(parts - 1, (1 + level) / 2)) * sqrt(parts / (parts - 1) * float((sums**2).sum()))
