"""A mean's interval is the known one, and never pretends to more than the samples show."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from outweigh.stats.intervals import estimate
from shared_data import golden_logs, read_log, read_results

LOGS = golden_logs()
BINARY = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=40)
SCORES = st.lists(st.floats(-50, 150, allow_nan=False), min_size=1, max_size=40)
CLUSTERS = st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=40, max_size=40)


def test_binary_scores_get_wilsons_interval():
    found = estimate([1, 0, 0, 1, 1, 0, 1], binary=True)
    known = stats.binomtest(4, 7).proportion_ci(0.95, method="wilson")
    assert found.method == "wilson"
    assert (found.value, found.count) == (4 / 7, 7)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-12)


def test_other_scores_get_students():
    scores = [0.1, 0.25, 0.9, 0.3]
    found = estimate(scores, binary=False)
    known = stats.t.interval(0.95, 3, loc=fmean(scores), scale=stats.sem(scores))
    assert found.method == "t"
    assert (found.low, found.high) == pytest.approx(known, abs=1e-12)


def test_shared_clusters_get_the_cluster_robust_error_that_statsmodels_gives():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    scores = rng.integers(0, 2, 60).astype(float)
    codes = rng.integers(0, 12, 60)
    found = estimate(list(scores), binary=True, clusters=[str(code) for code in codes])
    fit = sm.OLS(scores, np.ones(60)).fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False})
    groups = len(set(codes))
    error = fit.bse[0] * np.sqrt(groups / (groups - 1))
    assert found.method == "cluster-t"
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, groups - 1) * error, abs=1e-12)


def test_clusters_of_one_sample_each_change_nothing():
    scores = [1.0, 0.0, 1.0, 1.0]
    assert estimate(scores, binary=True, clusters=["a", None, "b", None]) == estimate(scores, binary=True)


def test_samples_without_a_cluster_are_their_own():
    scores = [1.0, 0.0, 0.0, 1.0, 0.0]
    apart = estimate(scores, binary=True, clusters=["x", "x", None, None, None])
    assert apart == estimate(scores, binary=True, clusters=["x", "x", "1", "2", "3"])


@pytest.mark.parametrize("scores", [[1, 0, 0, 1, 1, 0, 1], [0.1, 0.25, 0.9, 0.3], [1.0, 1.0]])
@pytest.mark.parametrize("clusters", [None, ["a"] * 7])
def test_the_standard_error_is_the_harness_own_whatever_the_interval(scores, clusters):
    known = {7: 0.20203050891044214, 4: 0.17603858478564674, 2: 0.0}[len(scores)]  # its mean_stderr
    found = estimate(scores, binary=set(scores) <= {0, 1}, clusters=clusters and clusters[: len(scores)])
    assert found.standard_error == pytest.approx(known, abs=1e-12)


@pytest.mark.skipif(not LOGS, reason="no logs of lm-evaluation-harness: set OUTWEIGH_SHARED to the folder with golden/")
@pytest.mark.parametrize("log", LOGS, ids=lambda path: path.name)
def test_means_and_standard_errors_equal_the_harness_logs(log):
    results = read_results(log)["metrics"]
    lines = read_log(log)
    names = [name for name in results if "," in name and "_stderr" not in name]
    assert names
    for name in names:
        metric, _, rule = name.partition(",")
        scores = [line[metric] for line in lines if line["filter"] == rule]
        found = estimate(scores, binary=False)
        assert found.value == pytest.approx(results[name], abs=1e-12)
        assert found.standard_error == pytest.approx(results[f"{metric}_stderr,{rule}"], abs=1e-12)


def test_one_sample_has_no_standard_error_and_a_wide_interval():
    found = estimate([1.0], binary=True)
    assert found.standard_error is None
    assert found.low < 0.25 and found.high == 1.0


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_a_benchmark_of_one_sort_of_answer_is_not_certain(score):
    alone = estimate([score] * 30, binary=True)
    clustered = estimate([score] * 30, binary=True, clusters=[str(index // 10) for index in range(30)])
    assert clustered.method == "cluster-wilson"
    assert clustered.high - clustered.low > alone.high - alone.low > 0.1
    three = estimate([score] * 3, binary=True)
    assert (clustered.low, clustered.high) == (three.low, three.high)


def test_clusters_that_all_score_the_same_are_not_certain():
    found = estimate([1.0, 0.0, 1.0, 0.0], binary=True, clusters=["a", "a", "b", "b"])
    assert found.method == "cluster-wilson"
    assert found.high - found.low > 0.7


def test_one_cluster_is_one_observation():
    found = estimate([1.0, 0.0, 1.0], binary=True, clusters=["a"] * 3)
    assert found.high - found.low > 0.75


@pytest.mark.parametrize("scores", [[0.4], [0.4] * 5, [30.0] * 5, [-0.5], [1000.0]])
def test_scores_without_spread_get_the_width_of_their_scale(scores):
    found = estimate(scores, binary=False)
    assert found.low < scores[0] < found.high or found.high == scores[0] == 1000
    assert found.high - found.low > 0.3


@given(scores=BINARY, clusters=CLUSTERS)
def test_binary_intervals_hold_their_mean_have_a_width_and_stay_inside(scores, clusters):
    for known in (None, clusters[: len(scores)]):
        found = estimate(scores, binary=True, clusters=known)
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.high - found.low > 0.01


@given(scores=SCORES, clusters=CLUSTERS)
def test_every_interval_holds_its_mean_and_has_a_width(scores, clusters):
    for known in (None, clusters[: len(scores)]):
        found = estimate(scores, binary=False, clusters=known)
        assert found.low <= found.value <= found.high
        assert found.high > found.low


@pytest.mark.parametrize("scores", [[], [float("nan")], [float("inf"), 1.0]])
def test_what_is_no_score_is_refused(scores):
    with pytest.raises(ValueError, match="scores must be finite"):
        estimate(scores, binary=False)


def test_binary_scores_are_0_or_1():
    with pytest.raises(ValueError, match="0 or 1"):
        estimate([0.5, 1.0], binary=True)


def test_every_score_needs_its_cluster():
    with pytest.raises(ValueError, match="2 scores came with 1 clusters"):
        estimate([0.0, 1.0], binary=True, clusters=["a"])
