"""How alike two models answer: by how much their means differ, and on how many samples they do the same."""

from dataclasses import dataclass
from math import asin, sqrt

from outweigh.insight.alignment import Node


@dataclass(frozen=True)
class Agreement:
    """`same` is the share of shared samples with equal scores; `kappa` corrects it for what chance would give."""

    same: float
    kappa: float | None


def agreement(node: Node, first: int, second: int) -> Agreement | None:
    """Over the samples of a benchmark or group that both answered; None where there are none, and for averages.

    `kappa` is Cohen's (1960), over right and wrong; None for other scores, and where one outcome is all there is.
    """
    if node.kind not in ("benchmark", "group") and len(node.leaves) > 1:
        return None
    pairs = [
        (one.scores[sample], other.scores[sample])
        for leaf in node.leaves
        if (one := leaf.cells[first]) and (other := leaf.cells[second])
        for sample in one.scores.keys() & other.scores.keys()
    ]
    if not pairs:
        return None
    same = sum(one == other for one, other in pairs) / len(pairs)
    if {score for pair in pairs for score in pair} != {0, 1}:
        return Agreement(same, None)
    right, also = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
    chance = right * also + (1 - right) * (1 - also)
    return Agreement(same, (same - chance) / (1 - chance) if chance < 1 else None)


def effect(first: float, second: float) -> float | None:
    """Cohen's h (1988) of two shares: 0.2 is small, 0.5 medium, 0.8 large. None for other scores."""
    if not (0 <= first <= 1 and 0 <= second <= 1):
        return None
    return 2 * (asin(sqrt(first)) - asin(sqrt(second)))
