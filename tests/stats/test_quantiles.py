"""Quantiles have intervals that hold, clusters and all, or say how many values it would take."""

import numpy as np
import pytest

from outweigh.stats.quantiles import blocks, clustered, interval, least, point

SETS = 2000  # simulated, a case


def share_covered(draw, truth):
    """How many of the drawn sets' intervals hold the truth, of those that have one; and how many have one."""
    found = [draw() for _ in range(SETS)]
    known = [each for each in found if each.low is not None]
    return np.mean([each.low <= truth <= each.high for each in known]), len(known) / SETS


def test_the_point_is_numpys_own():
    assert point([1, 2, 3, 4], 0.5) == 2.5
    assert point([1, 2, 3, 4, 10], 0.9) == pytest.approx(7.6)


@pytest.mark.parametrize(("share", "needed"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_too_few_values_get_no_interval_but_the_number_it_takes(share, needed):
    assert least(share) == needed
    few, enough = interval(range(needed - 1), share), interval(range(needed), share)
    assert few.low is few.high is few.reached is None
    assert few.needed == needed
    assert enough.low <= enough.value <= enough.high


def test_six_values_take_the_first_and_the_last_but_a_little():
    found = interval([5, 3, 1, 4, 2, 6], 0.5)
    assert 1 <= found.low < 1.5
    assert 5.5 < found.high <= 6


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_what_is_no_time_is_refused(values):
    with pytest.raises(ValueError, match="finite"):
        interval(values, 0.5)


def test_one_group_says_nothing():
    found = clustered([1.0, 2.0, 3.0] * 200, 0.5, ["a"] * 600)
    assert found.low is None
    assert found.needed is None


def test_groups_must_be_as_many_as_values():
    with pytest.raises(ValueError, match="2 values came with 1 groups"):
        clustered([1.0, 2.0], 0.5, ["a"])


def test_blocks_are_neighbours_of_equal_size():
    assert blocks(7, 3) == [0, 0, 0, 1, 1, 2, 2]
    assert blocks(2, 5) == [0, 1]


@pytest.mark.parametrize(("share", "count"), [(0.5, 8), (0.5, 30), (0.9, 60), (0.99, 500)])
def test_independent_values_are_covered(share, count):
    rng = np.random.default_rng(1)
    covered, known = share_covered(lambda: interval(rng.exponential(size=count), share), -np.log(1 - share))
    assert covered >= 0.94
    assert known == 1


@pytest.mark.parametrize(("share", "groups"), [(0.5, 12), (0.5, 30), (0.9, 30), (0.99, 120)])
def test_tokens_of_one_request_count_for_less_than_their_number(share, groups):
    """The spread between requests is as large as within them; an interval blind to that misses the truth often."""
    rng = np.random.default_rng(2)
    size = 40
    owners = np.repeat(np.arange(groups), size).tolist()

    def draw():
        return (rng.normal(size=(groups, 1)) + rng.normal(size=(groups, size))).ravel()

    truth = {0.5: 0.0, 0.9: 1.2816, 0.99: 2.3263}[share] * 2**0.5
    covered, known = share_covered(lambda: clustered(draw(), share, owners), truth)
    blind, _ = share_covered(lambda: interval(draw(), share), truth)
    assert covered >= 0.93
    assert known >= (0.8 if share < 0.99 else 0.4)
    assert blind < 0.8


def test_so_few_requests_that_p99_hangs_on_some_get_hardly_any_interval():
    """Where one is given now and then, wrong ones stay below one in twenty sets."""
    rng = np.random.default_rng(4)
    owners = np.repeat(np.arange(30), 40).tolist()

    def draw():
        return (rng.normal(size=(30, 1)) + rng.normal(size=(30, 40))).ravel()

    covered, known = share_covered(lambda: clustered(draw(), 0.99, owners), 2.3263 * 2**0.5)
    assert known * (1 - covered) <= 0.02
    assert known <= 0.1


def test_values_of_their_own_are_worth_their_number():
    values = np.random.default_rng(5).normal(size=368).tolist()
    assert clustered(values, 0.99, range(368)) == interval(values, 0.99)


def test_requests_that_wait_for_each_other_are_covered_by_blocks_of_time():
    rng = np.random.default_rng(3)
    groups = blocks(400, 20)

    def draw():
        series = rng.normal(size=430)
        for place in range(1, 430):
            series[place] += 0.5 * series[place - 1]
        return series[30:]

    truth = 1.2816 / (1 - 0.25) ** 0.5
    covered, known = share_covered(lambda: clustered(draw(), 0.9, groups), truth)
    assert covered >= 0.93
    assert known >= 0.98
