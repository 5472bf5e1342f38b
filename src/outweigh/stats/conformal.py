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


@dataclass(frozen=True)
class Reach:
    """How far the truth lies below and above a prediction, in units of the prediction's own spread.

    `low` is negative as a rule. `tail` is the share of errors left out on each side, `groups` the number of groups.
    """

    low: float
    high: float
    tail: float
    groups: int


def reach(errors: Floats, groups: Codes, *, level: float) -> Reach:
    """The interval that holds `level` of errors (truth − prediction, over its spread) of rows of new groups.

    `errors` come from predictions that did not know the row's group. Every row counts the same, so a large group counts
    as often as it has rows; the finite number of groups widens the level by its share of 1/(groups + 1). ValueError
    for fewer than two groups.
    """
    import numpy as np

    found = np.asarray(errors, dtype=np.float64)
    count = len(np.unique(np.asarray(groups)))
    if count < 2:
        raise ValueError("errors of at least two groups are needed")
    tail = (1 - level) / 2 * (1 - 1 / (count + 1))
    low, high = (float(each) for each in np.quantile(found, [tail, 1 - tail]))
    return Reach(low=low, high=high, tail=tail, groups=count)
