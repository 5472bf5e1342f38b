"""Totals over totals have intervals that hold, and that a drift makes wider."""

import numpy as np
import pytest

from outweigh.stats.ratios import ratio

SETS = 2000


def test_the_value_is_a_total_over_a_total():
    found = ratio([1, 2, 6], [1, 1, 1])
    assert (found.value, found.parts) == (3, 3)
    assert found.low == 0 < found.value < found.high
    assert ratio([10, 0, 10], [1, 0, 1]).value == 10


@pytest.mark.parametrize(("phi", "parts"), [(0.0, 4), (0.0, 30), (0.5, 60)])
def test_the_interval_holds_the_truth(phi, parts):
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(SETS):
        series = rng.normal(size=parts + 20)
        for place in range(1, parts + 20):
            series[place] += phi * series[place - 1]
        seconds = 1 + 0.1 * series[20:]
        found = ratio([8.0] * parts, seconds)
        held += found.low <= 8 <= found.high
    assert held / SETS >= 0.93


def test_a_drift_makes_it_wider():
    rng = np.random.default_rng(2)
    seconds = np.sort(1 + 0.1 * rng.random(100))
    shuffled = rng.permutation(seconds)
    drifting, steady = ratio([1.0] * 100, seconds), ratio([1.0] * 100, shuffled)
    assert drifting.value == pytest.approx(steady.value)
    assert drifting.high - drifting.low > 3 * (steady.high - steady.low)


def test_two_parts_have_no_interval():
    found = ratio([1, 2], [1, 1])
    assert (found.value, found.low, found.high) == (1.5, None, None)


@pytest.mark.parametrize(("tops", "bottoms"), [([], []), ([1], [0]), ([1], [1, 2]), ([float("nan")], [1])])
def test_what_makes_no_ratio_is_refused(tops, bottoms):
    with pytest.raises(ValueError, match="ratio"):
        ratio(tops, bottoms)
