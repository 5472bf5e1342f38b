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
        made = reach(found[learnt], names[learnt], level=0.9)
        new = found[~learnt]
        held += ((new >= made.low) & (new <= made.high)).sum()
        total += len(new)
    assert 0.87 <= held / total <= 0.92


def test_lopsided_errors_reach_further_to_one_side():
    rng = np.random.default_rng(2)
    made = reach(rng.exponential(size=2000), np.arange(2000) // 10, level=0.9)
    assert 0 < made.low < 0.1
    assert made.high == pytest.approx(3, abs=0.35)


def test_a_large_group_counts_as_often_as_it_has_rows():
    rng = np.random.default_rng(3)
    names = np.r_[np.zeros(500, dtype=int), 1 + np.arange(500)]
    wild = np.where(names == 0, 3.0, 1.0) * rng.normal(size=1000)
    made = reach(wild, names, level=0.9)
    assert ((wild >= made.low) & (wild <= made.high)).mean() == pytest.approx(0.9, abs=0.01)


def test_few_groups_widen_the_interval():
    rng = np.random.default_rng(4)
    found = rng.normal(size=1000)
    few, many = reach(found, np.arange(1000) % 4, level=0.9), reach(found, np.arange(1000), level=0.9)
    assert few.tail == pytest.approx(0.05 * 4 / 5)
    assert few.high - few.low > many.high - many.low


def test_one_group_says_nothing_of_others():
    with pytest.raises(ValueError, match="at least two groups"):
        reach(np.zeros(10), np.zeros(10, dtype=int), level=0.9)
