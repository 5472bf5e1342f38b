"""In what a model is unlike those that a prediction was learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from outweigh.insight.learners import Floats, Inputs, Standardizer
from outweigh.records import Standing

_RARE = 5  # rows of an architecture below which little was learnt of it


class Range:
    """What was seen while learning: sizes, dates, architectures, scores one by one and together."""

    def __init__(self, standings: Sequence[Standing], inputs: Inputs, known: Sequence[str]) -> None:
        self._known = tuple(known)
        self._sizes = _ends([each.parameters for each in standings])
        self._latest = max((each.published for each in standings if each.published), default=None)
        self._architectures = Counter(each.architecture for each in standings)
        self._scores = [_ends(list(column)) for column in inputs.scores.T]
        self._scale = Standardizer(inputs.sizes_and_scores, np.inf)
        seen = self._scale(inputs.sizes_and_scores)
        spread = np.cov(seen, rowvar=False).reshape(seen.shape[1], -1) + 1e-6 * np.eye(seen.shape[1])
        self._inverse = np.linalg.inv(spread)
        self._farthest = float(self._distance(seen).max())

    def _distance(self, standard: Floats) -> Floats:
        """Mahalanobis's distance from the middle, squared."""
        found: Floats = np.einsum("ij,jk,ik->i", standard, self._inverse, standard)
        return found

    def outside(self, standing: Standing, inputs: Inputs) -> tuple[str, ...]:
        """One line for each way in which the model (one row of inputs) is out of range."""
        found = [*self._card(standing)]
        for name, value, ends in zip(self._known, inputs.scores[0], self._scores, strict=True):
            if np.isnan(value):
                found.append(f"its score on {name} is not known")
            elif ends is not None and not ends[0] <= value <= ends[1]:
                found.append(f"{name} {value:.1f} is outside what was seen, {ends[0]:.1f} to {ends[1]:.1f}")
        if float(self._distance(self._scale(inputs.sizes_and_scores))[0]) > self._farthest:
            found.append("its size and scores together are unlike those of any model that was seen")
        return tuple(found)

    def _card(self, standing: Standing) -> list[str]:
        found = []
        if standing.parameters is None:
            found.append("its number of parameters is not known")
        elif self._sizes is not None and not self._sizes[0] <= standing.parameters <= self._sizes[1]:
            low, high = (_billions(end) for end in self._sizes)
            found.append(
                f"{_billions(standing.parameters)} billion parameters are outside what was seen, {low} to {high}"
            )
        if standing.architecture is None:
            found.append("its architecture is not known")
        elif (count := self._architectures[standing.architecture]) < _RARE:
            found.append(f"{standing.architecture}: {count} models of this architecture were seen")
        if standing.published and self._latest and standing.published > self._latest:
            found.append(f"it was published on {standing.published}, after all models that were seen ({self._latest})")
        return found


def _ends(values: Sequence[float | None]) -> tuple[float, float] | None:
    known = [value for value in values if value is not None and not np.isnan(value)]
    return (min(known), max(known)) if known else None


def _billions(parameters: float) -> str:
    value = parameters / 1e9
    return f"{value:.3g}" if value < 999.5 else f"{value:,.0f}"
