"""Warm-up is found where there is some, and hardly any where there is none; what is out of line is shown."""

import numpy as np
import pytest

from outweigh.stats.steady import outliers, warmup

SETS = 400


@pytest.mark.parametrize("count", [40, 100, 300])
def test_a_warm_up_is_left_out_and_little_more(count):
    rng = np.random.default_rng(1)
    cold = np.where(np.arange(count) < 12, 0.2, 0.0)
    cuts = [warmup(1 + cold + 0.01 * rng.normal(size=count)) for _ in range(SETS)]
    assert np.mean([12 <= cut <= 17 for cut in cuts]) >= 0.9
    assert max(cuts) <= count // 2


def test_a_warm_up_that_fades_leaves_a_fifth_of_a_spread_behind():
    rng = np.random.default_rng(2)
    fading = 0.3 * np.exp(-np.arange(200) / 8)
    left = [fading[warmup(1 + fading + 0.01 * rng.normal(size=200)) :].mean() for _ in range(SETS)]
    assert np.mean(left) < 0.002
    assert max(left) < 0.005


@pytest.mark.parametrize("count", [6, 20, 100])
def test_a_steady_series_loses_little(count):
    rng = np.random.default_rng(3)
    cuts = np.array([warmup(1 + 0.01 * rng.normal(size=count)) for _ in range(SETS)])
    assert np.mean(cuts == 0) >= 0.85
    assert cuts.mean() <= 0.05 * count


def test_a_drift_is_not_hidden_as_a_warm_up():
    rng = np.random.default_rng(5)
    cuts = np.array([warmup(1 + np.linspace(0, 0.1, 100) + 0.01 * rng.normal(size=100)) for _ in range(SETS)])
    assert np.mean(cuts <= 5) >= 0.9


def test_noise_that_hangs_together_is_no_warm_up():
    rng = np.random.default_rng(6)
    cuts = []
    for _ in range(SETS):
        series = rng.normal(size=120)
        for place in range(1, 120):
            series[place] += 0.5 * series[place - 1]
        cuts.append(warmup(100 + series[20:]))
    assert np.mean(np.array(cuts) == 0) >= 0.85


@pytest.mark.parametrize("count", [5, 12, 19, 60])
def test_a_cold_start_is_left_out_of_any_series(count):
    times = 1 + 0.01 * np.random.default_rng(4).uniform(-1, 1, count)
    times[:2] = 3.0
    assert warmup(times) == 2


def test_at_most_half_goes():
    assert warmup([9.0, 8.0, 7.0, 1.0, 1.01, 0.99]) == 3
    assert warmup([*np.linspace(9, 2, 30), 1.0, 1.01]) <= 16


@pytest.mark.parametrize("times", [[], [1.0], [2.0, 1.0], [1.0] * 50])
def test_nothing_can_be_seen_in_few_or_equal_times(times):
    assert warmup(times) == 0
    assert outliers(times) == ()


def test_outliers_are_named_by_their_place():
    assert outliers([1.0, 1.01, 0.99, 5.0, 1.0, 1.02, 0.1]) == (3, 6)
