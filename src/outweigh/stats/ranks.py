"""Ranks that scores may truly have, and which models may truly be the first: all pairs looked at, at 95 % together.

Model i is compared with every other at once: another is ahead or behind where the scores differ by more than c √(sᵢ² +
sⱼ²), c such that with 95 % none of i's comparisons is wrong. The true rank of i then lies between one more than the
number surely ahead and n less the number surely behind (Mogstad, Romano, Shaikh and Wilhelm 2024), and those with
nobody surely ahead hold the true best with 95 % (Gupta 1965; Hsu 1981). Resampled ranks themselves (Goldstein and
Spiegelhalter 1996) would be too narrow where many models are close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from outweigh.stats.units import Floats

    Places = NDArray[np.int64]

LEVEL = 0.95
_GROUPS = 16  # of models with about the same error, counted as having the same
_KNOTS = 8  # own errors at which the factor is computed; between them it is interpolated
_NODES = 81  # of the quadrature over the size of a model's own error, up to 4.5 standard deviations
_ENDS = (1.9, 8.0)  # of the factor: 1.96 for one comparison, 6.8 for a billion
_STEPS = 17  # of halving between them
_CELLS = 1_000_000  # comparisons made at once


def factors(errors: Floats) -> Floats:
    """The factor c of each model: the 95 % quantile of max over j of |eᵢ − eⱼ| / √(sᵢ² + sⱼ²), errors normal.

    It is what the parametric bootstrap of that maximum comes to with endlessly many draws, by quadrature.
    """
    import numpy as np

    count = len(errors)
    if count < 2:
        return np.zeros(count)
    errors = np.maximum(errors, 1e-12)
    if count <= _GROUPS:
        return _quantiles(errors, errors, 1.0 - np.eye(count))
    ordered = np.sort(errors)
    parts = np.array_split(ordered, _GROUPS)
    sizes, counts = np.array([part.mean() for part in parts]), np.array([len(part) for part in parts])
    knots = np.unique(ordered[np.linspace(0, count - 1, _KNOTS).round().astype(int)])
    found = _quantiles(knots, sizes, np.tile(counts * (1 - 1 / count), (len(knots), 1)))
    return np.asarray(np.interp(errors, knots, found))


def rank_ranges(values: Floats, errors: Floats, of: Places, reach: Floats) -> tuple[Places, Places]:
    """The lowest and the highest rank that each model at the places `of` may truly have; 1 is the best.

    `reach` are the `factors` of the errors.
    """
    import numpy as np

    lows, highs = np.empty(len(of), np.int64), np.empty(len(of), np.int64)
    order = np.argsort(values)
    ordered, squares = values[order], errors[order] ** 2
    queue = np.argsort(values[of])  # models of about the same score doubt about the same others
    rows = max(1, _CELLS // max(1, len(values)))
    for start in range(0, len(of), rows):
        places = queue[start : start + rows]
        some = of[places]
        own, sure = values[some], _Sure(errors[some] ** 2, reach[some])
        lows[places] = 1 + sure.above(own, ordered, squares)
        highs[places] = len(values) - sure.above(-own, -ordered[::-1], squares[::-1])
    return lows, highs


@dataclass(frozen=True)
class _Sure:
    """Some models' squared errors and factors: by how much another must differ from each to do so surely."""

    squares: Floats
    reach: Floats

    def above(self, own: Floats, ordered: Floats, squares: Floats) -> Places:
        """How many of the ordered scores are surely above each of their own."""
        import numpy as np

        # Below the least that any error asks for nobody is surely above, beyond the most everybody is.
        slack = 1e-9 * max(1.0, abs(float(ordered[0])), abs(float(ordered[-1])))
        least = float((own + self._apart(squares.min())).min()) - slack
        most = float((own + self._apart(squares.max())).max()) + slack
        start, end = np.searchsorted(ordered, least, "left"), np.searchsorted(ordered, most, "right")
        gaps = ordered[None, start:end] - own[:, None]
        sure = self.reach[:, None] * np.sqrt(squares[None, start:end] + self.squares[:, None])
        return np.asarray(np.count_nonzero(gaps > sure, axis=1) + len(ordered) - end)

    def _apart(self, square: float) -> Floats:
        import numpy as np

        return np.asarray(self.reach * np.sqrt(square + self.squares))


def tied_for_first(values: Floats, errors: Floats, reach: Floats) -> Places:
    """The places of all models that nobody is surely ahead of, the highest score first."""
    import numpy as np

    if not len(values):
        return np.empty(0, np.int64)
    leader = int(np.argmax(values))
    near = values[leader] - values <= reach * np.sqrt(errors**2 + errors[leader] ** 2)
    left = np.flatnonzero(near)
    # Nobody below can be ahead of one that is left; and of one model alone no error may be known.
    rivals = np.flatnonzero(values >= values[left].min(initial=np.inf))
    lows, _ = rank_ranges(values[rivals], errors[rivals], np.searchsorted(rivals, left), reach[rivals])
    tied = left[lows == 1]
    return np.asarray(tied[np.argsort(-values[tied], kind="stable")])


def _quantiles(own: Floats, sizes: Floats, counts: Floats) -> Floats:
    """For each own error the c at which no comparison is wrong with 95 %, by halving; `counts` has a row for each."""
    import numpy as np
    from scipy.special import ndtr

    # Equal steps: where the others' errors are small, the integrand is a step, on which Gauss' nodes are too coarse.
    # From 0 on: an error and its opposite come to the same.
    edges = np.linspace(0, 4.5, _NODES + 1)
    nodes, weights = (edges[1:] + edges[:-1]) / 2, np.diff(ndtr(edges))
    weights = weights / weights.sum()
    center = own[:, None, None] * nodes[None, :, None] / sizes
    width = np.hypot(own[:, None], sizes)[:, None, :] / sizes
    low, high = (np.full(len(own), end) for end in _ENDS)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        reach = middle[:, None, None] * width
        inside = ndtr(center + reach) - ndtr(center - reach)
        none_wrong = np.exp((counts[:, None, :] * np.log(np.maximum(inside, 1e-300))).sum(axis=2)) @ weights
        low, high = np.where(none_wrong < LEVEL, middle, low), np.where(none_wrong < LEVEL, high, middle)
    return np.asarray(high)
