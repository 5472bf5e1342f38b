"""Ranks that scores may truly have: the factors are Dunnett's, and the ranges hold the truth."""

import numpy as np
import pytest

from outweigh.stats import ranks
from outweigh.stats.ranks import factors, rank_ranges, tied_for_first

# C. W. Dunnett, Biometrics 20 (1964) 482: two-sided, 5 %, infinitely many degrees of freedom, k comparisons.
DUNNETT = {1: 1.96, 2: 2.21, 3: 2.35, 4: 2.44, 5: 2.51, 6: 2.57, 9: 2.69}


def ranges(values, errors):
    values, errors = np.asarray(values, float), np.asarray(errors, float)
    return rank_ranges(values, errors, np.arange(len(values)), factors(errors))


@pytest.mark.parametrize("comparisons", DUNNETT)
def test_equal_errors_take_dunnetts_factor(comparisons):
    found = factors(np.full(comparisons + 1, 0.02))
    assert found == pytest.approx(np.full(comparisons + 1, DUNNETT[comparisons]), abs=0.006)


def test_two_models_take_the_normal_quantile_whatever_their_errors():
    for errors in ([0.02, 0.02], [0.02, 0.1], [0.001, 0.5]):
        assert factors(np.array(errors)) == pytest.approx([1.96, 1.96], abs=0.02)
    assert factors(np.array([0.1])).tolist() == [0.0]


@pytest.mark.parametrize("count", [12, 300])
def test_unequal_errors_take_what_a_bootstrap_takes(count):
    rng = np.random.default_rng(5)
    errors = rng.uniform(0.2, 2.0, count)
    found = factors(errors)
    noise = rng.standard_normal((40_000, count)) * errors
    for place in (int(errors.argmin()), int(errors.argmax()), 3):
        apart = np.abs(noise[:, [place]] - noise) / np.hypot(errors[place], errors)
        assert found[place] == pytest.approx(np.quantile(apart.max(axis=1), 0.95), abs=0.03)


def test_ranges_hold_the_true_rank_and_the_band_the_true_best():
    rng = np.random.default_rng(6)
    truth = np.concatenate([[1.0, 1.0, 0.98], rng.normal(0.5, 0.3, 27)])
    errors = rng.uniform(0.02, 0.1, 30)
    reach = factors(errors)
    best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    worst = 30 - (truth[None, :] < truth[:, None]).sum(axis=1)
    held, best_held = np.zeros(30), 0
    for _ in range(1000):
        seen = truth + errors * rng.standard_normal(30)
        low, high = rank_ranges(seen, errors, np.arange(30), reach)
        held += (low <= best) & (high >= worst)
        best_held += 0 in tied_for_first(seen, errors, reach)
    assert held.min() > 935  # 950 wanted, less three standard deviations of the simulation
    assert best_held > 935


def compared_one_by_one(values, errors, reach):
    """What `rank_ranges` means: every two models, one after the other."""
    lows, highs = [], []
    for value, error, factor in zip(values, errors, reach, strict=True):
        sure = factor * np.sqrt(errors**2 + error**2)
        lows.append(1 + int((values - value > sure).sum()))
        highs.append(len(values) - int((value - values > sure).sum()))
    return lows, highs


@pytest.mark.parametrize("cells", [1, 700, 10**6])
@pytest.mark.parametrize("spread", [0.001, 0.3, 50.0])
def test_ranges_are_those_of_comparing_every_two(monkeypatch, cells, spread):
    monkeypatch.setattr(ranks, "_CELLS", cells)
    rng = np.random.default_rng(9)
    values = rng.normal(0, spread, 300).round(3)
    errors = rng.uniform(0.0, 0.1, 300) * rng.choice([0, 1, 5], 300)
    reach = factors(errors)
    of = rng.permutation(300)[:120]
    lows, highs = compared_one_by_one(values, errors, reach)
    found = rank_ranges(values, errors, of, reach)
    assert found[0].tolist() == [lows[place] for place in of]
    assert found[1].tolist() == [highs[place] for place in of]


def test_a_clear_order_leaves_no_doubt():
    low, high = ranges([0.9, 0.5, 0.7], [0.01, 0.01, 0.01])
    assert (low.tolist(), high.tolist()) == ([1, 3, 2], [1, 3, 2])


def test_overlap_is_not_transitive_and_makes_no_second_band():
    low, high = ranges([0.60, 0.57, 0.54], [0.01, 0.01, 0.01])
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(1, 2), (1, 3), (2, 3)]


def test_those_with_rank_one_in_range_are_the_band():
    rng = np.random.default_rng(7)
    for count in (2, 9, 17, 400):
        values, errors = rng.normal(0, 1, count), rng.uniform(0.05, 0.6, count)
        reach = factors(errors)
        low, _ = rank_ranges(values, errors, np.arange(count), reach)
        tied = tied_for_first(values, errors, reach)
        assert sorted(tied) == np.flatnonzero(low == 1).tolist()
        assert tied[0] == values.argmax()
        assert (np.diff(values[tied]) <= 0).all()


def test_nobody_and_one_alone_are_no_trouble():
    empty = np.array([])
    assert tied_for_first(empty, empty, factors(empty)).tolist() == []
    assert tied_for_first(np.array([0.5]), np.array([0.1]), np.zeros(1)).tolist() == [0]
    low, high = ranges([0.5, 0.5], [0.0, 0.0])
    assert (low.tolist(), high.tolist()) == ([1, 1], [2, 2])
