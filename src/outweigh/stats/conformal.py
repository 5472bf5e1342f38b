"""How far a prediction may be off, from how far others were off that were made without knowing their group.

Cross-conformal prediction (Vovk 2015; Barber, Candès, Ramdas and Tibshirani 2021) with whole groups left out (Dunn,
Wasserman and Ramdas 2023): rows of one group hang together, so only the groups may be taken as exchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Codes = NDArray[np.int64]

_TAILS = 400  # steps between no tail and the widest that is tried
_WIDEST = 0.25


@dataclass(frozen=True)
class Reach:
    """How far the truth lies below and above a prediction, in units of the prediction's own spread.

    `low` is negative as a rule. `tail` is the share of errors left out on each side, `covered` the share of rows that
    the interval held when their fold's errors were left out of making it, `groups` how many groups there were.
    """

    low: float
    high: float
    tail: float
    covered: float
    groups: int


def reach(errors: Floats, folds: Codes, groups: Codes, *, level: float = 0.9) -> Reach:
    """The interval of errors (truth − prediction, over its spread) that holds `level` of the rows of new groups.

    `errors` come from predictions that did not know the row's fold, and each group lies in one fold. The tails are
    those at which the errors of all other folds hold `level` of a fold's rows, on average over rows: quantiles of the
    pooled errors hold too few, for groups differ and each group's own errors helped to place them. The finite number
    of groups widens the level by 1/(groups + 1). ValueError for fewer than two folds, or no errors.
    """
    import numpy as np

    found, places = np.asarray(errors, dtype=np.float64), np.asarray(folds)
    names = np.unique(places)
    if len(found) == 0 or len(names) < 2:
        raise ValueError("errors of at least two folds are needed")
    count = len(np.unique(np.asarray(groups)))
    tails = np.linspace(0.0, _WIDEST, _TAILS + 1)
    covered = np.zeros(len(tails))
    for name in names:
        inside, outside = found[places == name], found[places != name]
        low, high = np.quantile(outside, tails), np.quantile(outside, 1 - tails)
        covered += ((inside[:, None] >= low) & (inside[:, None] <= high)).sum(axis=0)
    covered /= len(found)
    wanted = min(1.0, level + (1 - level) / (count + 1))
    chosen = int(np.flatnonzero(covered >= wanted).max(initial=0))
    tail = float(tails[chosen])
    low, high = (float(each) for each in np.quantile(found, [tail, 1 - tail]))
    return Reach(low=low, high=high, tail=tail, covered=float(covered[chosen]), groups=count)
