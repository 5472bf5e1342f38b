"""Plain ways to predict a score, for a better one to be held against."""

from __future__ import annotations

import numpy as np

from outweigh.insight.learners import Floats, Inputs, straight


def ridge(inputs: Inputs, target: Floats, asked: Inputs) -> Floats:
    """Ridge regression on the other scores and log parameters, its penalty chosen among the rows learnt from."""
    one_family = np.zeros(len(target), dtype=np.int64)
    return straight(inputs, target, one_family)(asked)


def plain(inputs: Inputs, target: Floats, asked: Inputs) -> dict[str, Floats]:
    """What needs the card alone: the mean, the mean of the models nearest by size, a line on log parameters."""
    sizes, wanted = _filled(inputs.traits[:, 0], inputs.traits[:, 0]), _filled(asked.traits[:, 0], inputs.traits[:, 0])
    steps, places = np.unique(sizes, return_inverse=True)
    means = np.bincount(places, weights=target) / np.bincount(places)
    after = np.clip(np.searchsorted(steps, wanted), min(1, len(steps) - 1), len(steps) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(wanted - steps[before] <= steps[after] - wanted, before, after)
    slope, height = np.polyfit(sizes, target, 1)
    return {
        "mean": np.full(len(wanted), float(target.mean())),
        "nearest by size": means[nearer],
        "line on log parameters": height + slope * wanted,
    }


def _filled(sizes: Floats, seen: Floats) -> Floats:
    """Unknown sizes as the middle one that was seen."""
    middle = float(np.nanmedian(seen)) if not np.isnan(seen).all() else 0.0
    found: Floats = np.where(np.isnan(sizes), middle, sizes)
    return found
