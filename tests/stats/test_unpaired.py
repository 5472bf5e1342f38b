"""Two models that share no sample."""

from math import sqrt

import numpy as np
import pytest

from outweigh.stats.intervals import estimate
from outweigh.stats.unpaired import Mean, unpaired


def test_newcombes_own_example():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 and 48/80 by method 10.
    first, second = Mean(56 / 70, 0.6918, 0.8770, 70), Mean(48 / 80, 0.4904, 0.7002, 80)
    found = unpaired(first, second)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-4)
    assert found.p_value < 0.05
    assert found.count == 70


def test_exchanging_the_models_mirrors_everything():
    one, other = Mean(0.8, 0.7, 0.85, 100), Mean(0.6, 0.5, 0.72, 90)
    found, back = unpaired(one, other), unpaired(other, one)
    assert (back.value, back.low, back.high) == pytest.approx((-found.value, -found.high, -found.low))
    assert back.p_value == pytest.approx(found.p_value)


@pytest.mark.parametrize("gap", [0.11, 0.12, 0.13, 0.14, 0.15, 0.16])
def test_test_and_interval_agree(gap):
    found = unpaired(Mean(0.5 + gap, 0.4 + gap, 0.58 + gap, 50), Mean(0.5, 0.42, 0.6, 50))
    assert (found.p_value < 0.05) == (found.low > 0)
    assert (gap > sqrt(2) * 0.1) == (found.low > 0)


@pytest.mark.parametrize(("value", "chance"), [(0.0, 1.0), (0.5, 0.0)])
def test_means_without_any_spread(value, chance):
    found = unpaired(Mean(value, value, value, 1), Mean(0.0, 0.0, 0.0, 1))
    assert (found.low, found.high, found.p_value) == (value, value, chance)


def test_the_interval_holds_the_truth_and_equal_models_are_seldom_told_apart():
    rng = np.random.default_rng(0)
    covered = alarms = 0
    for _ in range(1000):
        sides = []
        for count in (120, 200):
            drawn = estimate([float(hit) for hit in rng.random(count) < 0.7], binary=True)
            sides.append(Mean(drawn.value, drawn.low, drawn.high, count))
        found = unpaired(*sides)
        covered += found.low <= 0 <= found.high
        alarms += found.p_value < 0.05
    assert covered >= 935
    assert alarms == 1000 - covered
