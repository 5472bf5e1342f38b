"""Probabilities in words."""

SURE = 0.995


def probability(share: float) -> str:
    """A probability in whole percent, which worlds drawn at random never make certain."""
    if share >= SURE:
        return "over 99 %"
    return "under 1 %" if share < 1 - SURE else f"{100 * share:.0f} %"
