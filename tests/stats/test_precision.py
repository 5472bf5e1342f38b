"""Medians of repeats keep their word, however noisy the machine and however often somebody looks."""

import runpy
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from outweigh.stats.precision import LEAST, look, looks, median

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "precision.py"))
NOISES = dict(BENCHMARK["NOISES"])


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("spread", [0.003, 0.01])
def test_who_looks_until_it_is_narrow_is_still_told_the_truth(noise, spread):
    """400 measurements, 200 pairs: the benchmark prints the table of 2,000."""
    line = BENCHMARK["simulate"](noise, NOISES[noise], spread, 400, 300)
    assert line.overlapping >= 0.95
    assert line.covered >= (0.93 if noise != "phi 0.8" else 0.85)
    assert line.without <= 0.05


@pytest.mark.parametrize(("phi", "count"), [(0.0, 8), (0.0, 12), (0.0, 60), (0.5, 30), (0.5, 200)])
def test_a_fixed_number_of_repeats_is_covered(phi, count):
    rng = np.random.default_rng(1)
    noise = BENCHMARK["alike"](phi)
    found = [median(100 + noise(rng, count)) for _ in range(2000)]
    known = [each for each in found if each.low is not None]
    assert np.mean([each.low <= 100 <= each.high for each in known]) >= 0.93
    assert len(known) >= 1000  # the others say that they have none


def test_an_interval_blind_to_neighbours_would_lie():
    from outweigh.stats.quantiles import interval

    rng = np.random.default_rng(2)
    noise = BENCHMARK["alike"](0.5)
    found = [interval(100 + noise(rng, 60), 0.5) for _ in range(2000)]
    assert np.mean([each.low <= 100 <= each.high for each in found]) < 0.85


def test_noisier_repeats_are_known_less_narrowly():
    rng = np.random.default_rng(3)
    shape = rng.normal(size=100)
    quiet, noisy = (median(1 + spread * shape).reached for spread in (0.01, 0.05))
    assert noisy == pytest.approx(5 * quiet, rel=0.05)


def test_nobody_is_done_before_the_first_look():
    times = 1 + 0.0001 * np.random.default_rng(0).permutation(LEAST)
    assert not look(times[: LEAST - 1]).narrow
    assert look(times).narrow
    assert look(times[: LEAST - 1], least=LEAST - 1).narrow


def test_a_look_asks_for_more_than_a_plan():
    times = 1 + 0.01 * np.random.default_rng(5).normal(size=60)
    looked, planned = look(times), look(times, planned=True)
    assert looked.median.reached > planned.median.reached
    assert looked.median.value == planned.median.value


def test_too_few_repeats_have_a_median_and_no_interval():
    found = look([1.0, 1.1, 1.05])
    assert found.median.value == 1.05
    assert found.median.low is found.median.reached is None
    assert found.median.needed == 6
    assert not found.narrow


def test_a_look_leaves_the_warm_up_out_and_keeps_outliers():
    times = [9.0, 8.0, *(1 + 0.001 * np.random.default_rng(6).normal(size=40))]
    times[20] = 4.0
    found = look(times)
    assert found.warmups == 2
    assert found.outliers == (20,)
    assert found.median.count == 40


def test_what_starts_differ_by_keeps_a_look_from_being_narrow():
    rng = np.random.default_rng(7)
    times = np.repeat([1.0, 1.03, 0.98], 40) * (1 + 0.0005 * rng.normal(size=120))
    starts = np.repeat([0, 1, 2], 40).tolist()
    assert look(times[:40]).narrow
    found = look(times, starts=starts)
    assert not found.narrow
    assert found.median.reached > 0.05
    assert found.median.method == "series-order, starts-t"
    alike = 1 + 0.0005 * rng.normal(size=120)
    assert look(alike, starts=starts).narrow


def test_a_start_on_another_level_is_no_warm_up():
    rng = np.random.default_rng(8)
    times = np.repeat([1.05, 1.0, 1.0], 30) * (1 + 0.001 * rng.normal(size=90))
    assert look(times).warmups == 30
    starts = np.repeat([0, 1, 2], 30).tolist()
    assert look(times, starts=starts).warmups == 0
    times[:2] = 3.0
    assert look(times, starts=starts).warmups == 2


def test_two_starts_say_nothing():
    times = list(1 + 0.01 * np.random.default_rng(9).normal(size=40))
    assert median(times, starts=[0] * 20 + [1] * 20) == median(times)


def test_looks_come_at_growing_counts():
    assert list(islice(looks(), 5)) == [20, 30, 45, 68, 102]
    assert list(islice(looks(2), 4)) == [2, 3, 5, 8]
