"""Intervals over starts hold what the next start would show."""

import numpy as np
import pytest

from outweigh.stats.precision import median
from outweigh.stats.starts import across, leading, told

SETS = 2000
REPEATS = 12


def measured(rng, starts, sets=SETS, alike=0.5):
    """Sets of repeats by start whose true median is 1: starts spread by 3 %, repeats by 2 %, neighbours correlated."""
    shocks = rng.normal(size=(sets, starts, REPEATS))
    shocks[:, :, 1:] *= np.sqrt(1 - alike**2)
    for place in range(1, REPEATS):
        shocks[:, :, place] += alike * shocks[:, :, place - 1]
    return np.exp(0.03 * rng.normal(size=(sets, starts, 1)) + 0.02 * shocks)


def medians(times):
    """What is said of every set."""
    numbers = np.repeat(range(times.shape[1]), REPEATS).tolist()
    return [median(each.ravel(), starts=numbers) for each in times]


@pytest.mark.parametrize("starts", [3, 5, 8])
def test_intervals_over_starts_hold_the_truth_and_two_of_them_overlap(starts):
    times = measured(np.random.default_rng(starts), starts)
    wholes, owns = np.median(times.reshape(SETS, -1), axis=1), np.median(times, axis=2)
    found = [across(whole, own, [REPEATS] * starts) for whole, own in zip(wholes.tolist(), owns.tolist(), strict=True)]
    assert np.mean([low <= 1 <= high for low, high in found]) >= 0.93
    pairs = list(zip(found[::2], found[1::2], strict=True))
    assert np.mean([one[0] <= other[1] and other[0] <= one[1] for one, other in pairs]) >= 0.95

    for each, (low, high) in zip(medians(times[:40]), found, strict=False):
        assert each.low <= low * (1 + 1e-12) and high <= each.high * (1 + 1e-12)
        assert each.method == "series-order, starts-t"


def test_an_interval_of_one_start_does_not():
    found = [each for each in medians(measured(np.random.default_rng(1), 1, 200)) if each.low is not None]
    assert len(found) > 50
    assert np.mean([each.low <= 1 <= each.high for each in found]) < 0.7


def test_the_interval_is_t_times_the_standard_error_on_the_log_scale():
    low, high = across(1.0, [0.97, 1.0, 1 / 0.97], [5.0, 5.0, 5.0])
    assert high == pytest.approx(np.exp(4.302653 * -np.log(0.97) / np.sqrt(3)), rel=1e-6)
    assert low == pytest.approx(1 / high)


def test_it_holds_the_figure_and_the_mean_of_the_starts():
    even = across(1.0, [1.0, 1.1, 1.2], [1.0, 1.0, 1.0], ratios=False)
    assert even[1] - 1.1 == pytest.approx(1.0 - even[0])
    assert across(1.1, [1.0, 1.1, 1.2], [1.0, 1.0, 1.0], ratios=False) == pytest.approx(
        (1.1 - 0.248, 1.1 + 0.248), abs=1e-3
    )


def test_a_start_that_makes_up_most_of_the_figure_makes_it_less_sure():
    even, uneven = (across(1.0, [0.9, 1.0, 1.1], each) for each in ([4.0, 4.0, 4.0], [10.0, 1.0, 1.0]))
    assert uneven[0] < even[0] < even[1] < uneven[1]


def test_what_is_not_above_0_is_compared_by_differences():
    low, high = across(0.0, [-0.1, 0.0, 0.1], [1.0, 1.0, 1.0])
    assert low == pytest.approx(-high)


def test_fewer_than_three_starts_say_nothing():
    assert across(1.0, [0.9, 1.1], [1.0, 1.0]) is None
    assert told(1) == "of one start: what starts differ by is in no interval"
    assert told(2) == "of 2 starts: what starts differ by is in no interval"
    assert told(3) == "of 3 starts: what they differ by is in every interval of a time"


def test_the_first_start_leads():
    assert leading([], 7) == 7
    assert leading([0, 0, 0], 3) == 3
    assert leading([0, 0, 1, 1, 2], 5) == 2
