"""How far predictions may be off for groups that were never seen."""

import numpy as np
import pytest

from outweigh.stats.conformal import reach


def errors(rng, groups, rows, shared):
    """Errors of groups of different size, which hang together within a group."""
    sizes = rng.integers(1, 2 * rows, groups)
    names = np.repeat(np.arange(groups), sizes)
    return names, shared * rng.normal(size=groups)[names] + rng.normal(size=len(names))


def test_new_groups_are_held_as_often_as_wanted():
    rng = np.random.default_rng(1)
    held, total = 0, 0
    for _ in range(200):
        names, found = errors(rng, 60, 10, shared=0.7)
        learnt = names < 50
        made = reach(found[learnt], names[learnt] % 5, names[learnt], level=0.9)
        new = found[~learnt]
        held += ((new >= made.low) & (new <= made.high)).sum()
        total += len(new)
    assert 0.885 <= held / total <= 0.92


def test_lopsided_errors_reach_further_to_one_side():
    rng = np.random.default_rng(2)
    names = np.arange(2000) // 10
    made = reach(rng.exponential(size=2000), names % 5, names)
    assert made.low >= 0
    assert made.high == pytest.approx(3, abs=0.35)
    assert made.covered >= 0.9


def test_a_fold_unlike_the_others_widens_the_interval():
    rng = np.random.default_rng(3)
    names = np.arange(1000) // 10
    found = rng.normal(size=1000)
    folds = names % 5
    wild = np.where(folds == 0, 3 * found, found)
    calm, wide = reach(found, folds, names), reach(wild, folds, names)
    pooled = np.quantile(wild, 0.95) - np.quantile(wild, 0.05)
    assert calm.high - calm.low < pooled < wide.high - wide.low


@pytest.mark.parametrize(("count", "folds"), [(0, 5), (10, 1)])
def test_too_little_to_learn_from_is_refused(count, folds):
    with pytest.raises(ValueError, match="at least two folds"):
        reach(np.zeros(count), np.arange(count) % folds, np.arange(count))
