"""Columns of many models, and of one's own joined to them."""

import numpy as np

from made_standings import share, standing
from outweigh.records import scoreboard

PUBLIC = (standing("a", {"x": 0.5, "y": 0.2}, license="mit"), standing("b", {"y": 0.3}, license="gemma"))
OWN = (standing("c", {"z": 0.9, "x": 0.7}, license="gemma", parameters=1e9), standing("d", {"x": 0.1}))


def test_errors_are_half_of_the_interval_over_1_96():
    wide = standing("a", {}).but(scores={"x": share(0.5).but(low=0.4, high=0.7, standard_error=None)})
    np.testing.assert_allclose(scoreboard([wide])["errors"], [[0.3 / 2 / 1.959963984540054]])


def test_joined_models_come_last_with_the_benchmarks_of_the_first():
    joined = scoreboard(PUBLIC).joined(scoreboard(OWN))
    assert (len(joined), joined.benchmarks) == (4, ("x", "y"))
    np.testing.assert_array_equal(joined["values"], [[0.5, 0.2], [np.nan, 0.3], [0.7, np.nan], [0.1, np.nan]])
    assert joined.is_word("license", "gemma").tolist() == [False, True, True, False]
    assert joined.is_word("license", "mit").tolist() == [True, False, False, False]
    np.testing.assert_array_equal(joined["parameters"], [np.nan, np.nan, 1e9, np.nan])


def test_models_of_no_shared_benchmark_join_without_scores():
    joined = scoreboard(PUBLIC).joined(scoreboard([standing("e", {"z": 0.9})]))
    np.testing.assert_array_equal(joined["values"][2], [np.nan, np.nan])
