"""Intervals and tests keep their word over many made-up benchmarks: 95 % means about 95 %."""

import numpy as np
import pytest

from outweigh.stats.intervals import estimate
from outweigh.stats.paired import combine, paired, part

SETS = 500


def clustered(rng, clusters, size, spread=1.5):
    """Answers to `clusters` passages of `size` questions; passages differ in difficulty. The true mean is one half."""
    chance = 1 / (1 + np.exp(-rng.normal(0, spread, clusters)))
    answers = rng.random((clusters, size)) < chance[:, None]
    return list(answers.astype(float).ravel()), [str(index // size) for index in range(clusters * size)]


def covers(interval, truth):
    return interval.low <= truth <= interval.high


@pytest.mark.parametrize(("truth", "count"), [(0.25, 30), (0.5, 20), (0.9, 60)])
def test_wilson_covers_the_truth_95_times_in_100(truth, count):
    rng = np.random.default_rng(10)
    answers = (rng.random((SETS, count)) < truth).astype(float)
    covered = np.mean([covers(estimate(list(row), binary=True), truth) for row in answers])
    assert 0.92 <= covered <= 0.99


def test_cluster_intervals_cover_where_naive_ones_do_not():
    rng = np.random.default_rng(11)
    robust = naive = 0
    for _ in range(SETS):
        answers, clusters = clustered(rng, 20, 10)
        robust += covers(estimate(answers, binary=True, clusters=clusters), 0.5)
        naive += covers(estimate(answers, binary=True), 0.5)
    assert 0.92 <= robust / SETS <= 0.98
    assert naive / SETS < 0.8


@pytest.mark.parametrize(("count", "discordance"), [(20, 0.1), (60, 0.3), (200, 0.05)])
def test_equal_models_are_told_apart_at_most_as_often_as_promised(count, discordance):
    rng = np.random.default_rng(12)
    alarms = covered = 0
    for _ in range(SETS):
        gaps = rng.choice([1.0, -1.0, 0.0], count, p=[discordance / 2, discordance / 2, 1 - discordance])
        found = paired(list((gaps > 0) * 1.0), list((gaps < 0) * 1.0), binary=True, resamples=500)
        alarms += found.p_value < 0.05
        covered += covers(found, 0.0)
    assert alarms / SETS <= 0.06
    assert covered / SETS >= 0.93


def test_equal_models_on_shared_passages_are_told_apart_at_most_as_often_as_promised():
    rng = np.random.default_rng(13)
    alarms = naive = covered = 0
    for _ in range(SETS):
        # Both models know half of the passages, each its own half.
        first, clusters = clustered(rng, 15, 8)
        second, _ = clustered(rng, 15, 8)
        found = paired(first, second, binary=True, clusters=clusters, resamples=500)
        alarms += found.p_value < 0.05
        covered += covers(found, 0.0)
        naive += paired(first, second, binary=True, resamples=10).p_value < 0.05
    assert alarms / SETS <= 0.07
    assert covered / SETS >= 0.92
    assert naive / SETS > 0.1


@pytest.mark.parametrize(("count", "discordance", "gap"), [(20, 0.3, 0.1), (60, 0.1, 0.1), (60, 0.05, 0.05)])
def test_paired_intervals_cover_a_true_gap_however_few_samples_differ(count, discordance, gap):
    rng = np.random.default_rng(14)
    covered = 0
    for _ in range(SETS):
        shares = [(discordance + gap) / 2, (discordance - gap) / 2, 1 - discordance]
        gaps = rng.choice([1.0, -1.0, 0.0], count, p=shares)
        found = paired(list((gaps > 0) * 1.0), list((gaps < 0) * 1.0), binary=True, resamples=500)
        covered += covers(found, gap)
    assert covered / SETS >= 0.93


@pytest.mark.parametrize("count", [5, 12, 40])
def test_paired_intervals_cover_for_any_score(count):
    rng = np.random.default_rng(15)
    covered = 0
    for _ in range(SETS):
        first, second = rng.normal(0.5, 0.1, count), rng.normal(0.47, 0.1, count)
        covered += covers(paired(list(first), list(second), binary=False, resamples=500), 0.03)
    assert 0.91 <= covered / SETS <= 0.98


@pytest.mark.parametrize("gap", [0.0, 0.06])
def test_a_mean_over_benchmarks_of_any_size_keeps_its_word(gap):
    rng = np.random.default_rng(16)
    alarms = covered = 0
    for index in range(SETS):
        parts = []
        for size in (12, 40, 150):
            gaps = rng.choice([1.0, -1.0, 0.0], size, p=[0.15 + gap / 2, 0.15 - gap / 2, 0.7])
            first, second = list((gaps > 0) * 1.0), list((gaps < 0) * 1.0)
            parts.append(part(first, second, binary=True, seed=3 * index + size, resamples=500))
        found = combine(parts, [1 / 3] * 3)
        alarms += found.p_value < 0.05
        covered += covers(found, gap)
    assert 0.93 <= covered / SETS <= 0.985
    assert gap or alarms / SETS <= 0.065


def test_a_group_of_many_small_benchmarks_keeps_its_word():
    rng = np.random.default_rng(17)
    alarms = covered = 0
    for index in range(SETS):
        parts = []
        for member in range(20):
            gaps = rng.choice([1.0, -1.0, 0.0], 4, p=[0.2, 0.2, 0.6])
            first, second = list((gaps > 0) * 1.0), list((gaps < 0) * 1.0)
            parts.append(part(first, second, binary=True, seed=20 * index + member, resamples=500))
        found = combine(parts, [1 / 20] * 20)
        alarms += found.p_value < 0.05
        covered += covers(found, 0.0)
    assert 0.93 <= covered / SETS <= 0.985
    assert alarms / SETS <= 0.06
