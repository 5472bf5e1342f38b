"""Two models on the same samples."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from outweigh.stats.paired import combine, paired, part

BIT = st.sampled_from([0.0, 1.0])
BITS = st.lists(st.tuples(BIT, BIT), min_size=1, max_size=30)
SHARES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30)
CLUSTERS = st.lists(st.sampled_from([None, "a", "b", "c", "d"]), min_size=30, max_size=30)


def scores(wins, losses, both, neither):
    first = [1.0] * wins + [0.0] * losses + [1.0] * both + [0.0] * neither
    second = [0.0] * wins + [1.0] * losses + [1.0] * both + [0.0] * neither
    return first, second


def test_right_or_wrong_answers_are_tested_by_mcnemar():
    found = paired(*scores(15, 5, 30, 10), binary=True)
    assert (found.wins, found.losses, found.draws, found.count) == (15, 5, 40, 60)
    assert found.value == pytest.approx(10 / 60)
    assert found.p_value == pytest.approx(stats.binomtest(15, 20).pvalue)
    assert found.method == "paired bootstrap, exact McNemar"


def test_the_interval_agrees_with_bonett_and_price():
    wins, losses, count = 15, 5, 60
    found = paired(*scores(wins, losses, 30, 10), binary=True)
    first, second = (wins + 1) / (count + 2), (losses + 1) / (count + 2)
    reach = 1.959964 * np.sqrt((first + second - (first - second) ** 2) / (count + 2))
    assert found.high - found.low == pytest.approx(2 * reach, rel=0.06)
    assert found.low < first - second < found.high


def test_other_scores_are_tested_by_flipping_signs_as_scipy_does():
    rng = np.random.default_rng(4)
    first, second = rng.random(40), rng.random(40) * 0.85
    found = paired(list(first), list(second), binary=False)
    known = stats.permutation_test(
        (first - second,), np.mean, permutation_type="samples", n_resamples=20_000, rng=1, vectorized=True
    )
    assert found.method == "paired bootstrap, sign flips"
    assert found.p_value == pytest.approx(known.pvalue, abs=0.015)


def test_the_interval_of_other_scores_is_close_to_students():
    rng = np.random.default_rng(4)
    first, second = rng.random(80), rng.random(80)
    found = paired(list(first), list(second), binary=False)
    known = stats.ttest_rel(first, second).confidence_interval()
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.008)


def test_answers_to_the_same_passage_count_as_one_observation():
    first, second = scores(40, 0, 10, 10)
    clusters = [str(index // 20) for index in range(60)]  # three passages, two of them won
    found = paired(first, second, binary=True, clusters=clusters)
    assert paired(first, second, binary=True).p_value < 1e-6
    assert found.method == "paired bootstrap, sign flips"
    assert found.p_value > 0.2
    assert found.high - found.low > 0.6


def test_clusters_of_one_sample_each_change_nothing():
    first, second = scores(9, 3, 5, 5)
    apart = [str(index) for index in range(22)]
    assert paired(first, second, binary=True, clusters=apart) == paired(first, second, binary=True)


@pytest.mark.parametrize("count", [4, 30, 1000])
def test_models_that_never_differ_may_still_differ_by_three_in_n(count):
    same = [1.0, 0.0] * (count // 2)
    found = paired(same, same, binary=True)
    assert (found.value, found.p_value) == (0.0, 1.0)
    assert (found.low, found.high) == pytest.approx((-3 / count, 3 / count))


def test_models_that_never_differ_on_shared_passages_may_differ_by_more():
    found = paired([1.0] * 100, [1.0] * 100, binary=True, clusters=[str(index // 10) for index in range(100)])
    assert (found.low, found.high) == pytest.approx((-0.3, 0.3))


def test_one_more_sample_that_differs_never_makes_the_interval_surer():
    widths = []
    for wins in range(8):
        found = paired(*scores(wins, 0, 30, 30 - wins), binary=True)
        widths.append(found.high - found.low)
        assert found.low <= 0 or found.p_value < 0.1
    assert widths[0] <= min(widths[1:]) + 1e-9


def test_a_single_sample_shows_nothing():
    for binary in (True, False):
        found = paired([1.0], [0.0], binary=binary)
        assert (found.value, found.p_value) == (1.0, 1.0)
        assert found.low <= 0


def test_the_seed_decides_everything_random():
    rng = np.random.default_rng(1)
    first, second = list(rng.random(50)), list(rng.random(50))
    assert paired(first, second, binary=False, seed=3) == paired(first, second, binary=False, seed=3)
    assert paired(first, second, binary=False, seed=3) != paired(first, second, binary=False, seed=4)


def test_large_comparisons_are_drawn_in_blocks_with_the_same_outcome():
    rng = np.random.default_rng(1)
    first, second = rng.random(3000), rng.random(3000)
    found = paired(list(first), list(second), binary=False, resamples=2000)
    known = stats.ttest_rel(first, second).confidence_interval()
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.002)


def test_scores_on_a_larger_scale_are_not_cut_at_one():
    found = paired([40.0, 55.0, 61.0], [10.0, 21.0, 35.0], binary=False)
    assert found.value == 30.0
    assert found.high > 32.0


@pytest.mark.parametrize(("first", "second"), [([], []), ([float("nan")], [0.0])])
def test_what_is_no_score_is_refused(first, second):
    with pytest.raises(ValueError, match="scores must be finite"):
        paired(first, second, binary=False)


def test_both_models_must_have_answered_the_same_samples():
    with pytest.raises(ValueError, match="shorter"):
        paired([1.0, 0.0], [1.0], binary=True)


def check(pairs, clusters, *, binary):
    first, second = (list(column) for column in zip(*pairs, strict=True))
    options = {"binary": binary, "clusters": clusters, "resamples": 400}
    found, turned = paired(first, second, **options), paired(second, first, **options)
    assert found.low <= found.value <= found.high
    assert 0 < found.p_value <= 1
    assert found.wins + found.losses + found.draws == found.count == len(pairs)
    assert turned.value == -found.value
    assert (turned.wins, turned.losses, turned.p_value) == (found.losses, found.wins, found.p_value)
    assert turned.minimum_detectable == pytest.approx(found.minimum_detectable)
    if found.value:
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    order = random.Random(len(pairs)).sample(range(len(pairs)), len(pairs))
    mixed = paired(
        [first[index] for index in order],
        [second[index] for index in order],
        **(options | {"clusters": clusters and [clusters[index] for index in order]}),
    )
    assert (mixed.value, mixed.p_value) == (found.value, found.p_value)
    assert (mixed.low, mixed.high) == pytest.approx((found.low, found.high))


@settings(max_examples=60, deadline=None)
@given(pairs=BITS, clusters=CLUSTERS)
def test_exchanging_models_or_shuffling_samples_tells_the_same_story(pairs, clusters):
    check(pairs, None, binary=True)
    check(pairs, clusters[: len(pairs)], binary=True)


@settings(max_examples=60, deadline=None)
@given(pairs=SHARES, clusters=CLUSTERS)
def test_exchanging_models_or_shuffling_samples_tells_the_same_story_for_any_score(pairs, clusters):
    check(pairs, None, binary=False)
    check(pairs, clusters[: len(pairs)], binary=False)


def test_a_group_weighted_by_size_is_tested_as_its_samples_together():
    small, large = scores(6, 1, 3, 0), scores(9, 5, 10, 16)
    parts = [part(*small, binary=True, seed=1), part(*large, binary=True, seed=2)]
    found = combine(parts, [10 / 50, 40 / 50])
    together = paired(small[0] + large[0], small[1] + large[1], binary=True)
    assert found.value == pytest.approx(together.value)
    assert found.p_value == together.p_value
    assert (found.wins, found.losses, found.count) == (15, 6, 50)
    assert (found.low, found.high) == pytest.approx((together.low, together.high), abs=0.03)


def test_a_mean_of_benchmarks_is_not_ruled_by_the_larger():
    small, large = scores(0, 8, 6, 6), scores(300, 100, 300, 300)
    parts = [part(*small, binary=True, seed=1), part(*large, binary=True, seed=2)]
    found = combine(parts, [0.5, 0.5])
    assert found.value == pytest.approx((-8 / 20 + 200 / 1000) / 2)
    assert found.method == "paired bootstrap, sign flips"
    error = np.sqrt(0.25 * (np.var(np.r_[-np.ones(8), np.zeros(12)], ddof=1) / 20 + 0.36 / 1000))
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.25)
    assert found.minimum_detectable == pytest.approx(2.8016 * np.sqrt(0.25 * (0.4 / 20 + 0.4 / 1000)), rel=1e-4)


def test_many_benchmarks_of_one_sample_still_have_an_interval():
    rng = np.random.default_rng(0)
    pairs = [([rng.random()], [rng.random()]) for _ in range(50)]
    parts = [part(*pair, binary=False, seed=seed) for seed, pair in enumerate(pairs)]
    turned = [part(*reversed(pair), binary=False, seed=seed) for seed, pair in enumerate(pairs)]
    found, back = combine(parts, [1 / 50] * 50), combine(turned, [1 / 50] * 50)
    assert 0.1 < found.high - found.low < 0.4
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low))
