"""What a kernel takes from rows that are alike."""

import numpy as np

from outweigh.insight.kernel import Lengths, kernel
from outweigh.insight.learners import Inputs

SERIES = Lengths(scores=0.12, yes=1.0, group=0.3)
BLIND = Lengths(scores=0.12, yes=1.0)


def rows(groups, scores):
    """Models of no card but a size, all alike."""
    count = len(scores)
    return Inputs(scores[:, None], np.full((count, 1), 23.0), np.zeros((count, 0)), groups[:, None])


def learnt(lengths):
    """From six families: what the first series has on the benchmark is 6 points more than its other score says."""
    rng = np.random.default_rng(0)
    families = np.repeat(np.arange(6), 20)
    series = (families >= 3).astype(np.int64)
    scores = rng.uniform(20, 60, 120)
    return kernel(lengths)(rows(series, scores), scores + 6.0 * (series == 0), families)


def guesses(fitted):
    """At the same score for each of the series, and for one of which nothing is known."""
    found = fitted(rows(np.array([0, 1, -1]), np.full(3, 40.0)))
    return found - 40.0


def test_what_a_series_has_in_common_is_told_to_a_new_family_of_it():
    first, second, unknown = guesses(learnt(SERIES))
    assert first > 5
    assert second < 1
    assert 2 < unknown < 4


def test_without_groups_a_series_counts_for_nothing():
    first, second, unknown = guesses(learnt(BLIND))
    assert np.allclose([first, second], unknown, atol=0.01)
