"""Kendall's tau of whole orders: what scipy's is, with ties or without."""

import numpy as np
import pytest
from scipy.stats import kendalltau

from outweigh.stats.orders import dense_ranks, kendall_tau


def tau(first, second):
    return kendall_tau(dense_ranks(np.asarray(first, float)), dense_ranks(np.asarray(second, float)))


def test_orders_that_are_alike_or_opposite():
    assert tau([0.1, 0.5, 0.3], [1, 9, 4]) == 1
    assert tau([0.1, 0.5, 0.3], [9, 1, 4]) == -1
    assert tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)


@pytest.mark.parametrize("count", [2, 5, 255, 256, 257, 3000])
@pytest.mark.parametrize("noise", [0.01, 0.5, 30.0])
@pytest.mark.parametrize("digits", [None, 2, 1])
def test_it_is_the_tau_b_of_scipy(count, noise, digits):
    rng = np.random.default_rng(count)
    first = np.append(rng.random(count - 2), [0.0, 1.0])
    second = first + noise * rng.normal(0, 1, count)
    if digits is not None:
        first, second = first.round(digits), second.round(digits)
    wanted = kendalltau(first, second).statistic
    assert tau(first, second) == pytest.approx(wanted, abs=1e-12, nan_ok=True)


def test_where_all_are_alike_there_is_none():
    assert np.isnan(tau([1, 1, 1], [1, 2, 3]))
    assert np.isnan(tau([1, 2, 3], [1, 1, 1]))


def test_ranks_count_different_scores():
    assert dense_ranks(np.array([0.5, 0.1, 0.5, 0.9])).tolist() == [1, 0, 1, 2]
