"""Several benchmarks' estimates as one."""

from statistics import NormalDist

import numpy as np
import pytest

from outweigh.insight.groups import averaged, pooled
from outweigh.records import Estimate
from outweigh.stats.intervals import estimate


def member(value, error, count, **changes):
    reach = 1.96 * (error or 0.2)
    fields = {"metric": "acc", "low": value - reach, "high": value + reach, "method": "t", "standard_error": error}
    return Estimate(value=value, count=count, **(fields | changes))


MEMBERS = (member(0.3, 0.1, 10), member(0.5, 0.05, 40), member(0.6, 0.02, 200))


def test_a_group_weighs_its_members_by_size():
    found = pooled(MEMBERS)
    assert found.value == pytest.approx((3 + 20 + 120) / 250)
    assert (found.count, found.metric, found.method) == (250, "acc", "pooled over 3 benchmarks")


def test_a_mean_of_benchmarks_does_not():
    found = averaged(MEMBERS)
    assert found.value == pytest.approx(1.4 / 3)
    assert (found.count, found.method) == (250, "mean of 3 benchmarks")
    assert averaged(MEMBERS, of="areas").method == "mean of 3 areas"


def test_standard_errors_are_the_harness_own():
    # pooled_sample_stderr and unweighted_mean_stderr of lm-evaluation-harness 0.4.13 for these sizes and errors.
    assert pooled(MEMBERS).standard_error == pytest.approx(0.018317929978697196, abs=1e-12)
    assert averaged(MEMBERS).standard_error == pytest.approx(0.03785938897200183, abs=1e-12)


def test_a_member_of_one_sample_leaves_no_standard_error_but_an_interval():
    found = pooled((*MEMBERS, member(1.0, None, 1)))
    assert found.standard_error is None
    assert found.low < found.value < found.high
    assert averaged((*MEMBERS, member(1.0, None, 1))).standard_error is None


def test_independent_errors_add_up_to_the_interval():
    found = averaged(MEMBERS)
    assert found.high - found.value == pytest.approx(1.96 * 0.03785938897200183, rel=1e-4)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_an_interval_that_knows_of_clusters_is_not_narrowed():
    wide = member(0.5, 0.02, 200, low=0.3, high=0.7, method="cluster-t")
    assert averaged((wide, wide)).high - 0.5 == pytest.approx(0.2 / np.sqrt(2))


def test_members_without_a_wrong_answer_do_not_make_a_certain_group():
    perfect = estimate([1.0] * 10, binary=True)
    one = member(perfect.value, 0.0, 10, low=perfect.low, high=perfect.high)
    found = pooled((one, one))
    assert found.high == 1.0
    assert 1 - found.low == pytest.approx((1 - perfect.low) / np.sqrt(2))


@pytest.mark.parametrize("combine", [pooled, averaged])
def test_a_member_without_an_estimate_is_never_dropped(combine):
    assert combine((*MEMBERS, None)) is None


@pytest.mark.parametrize("combine", [pooled, averaged])
def test_one_member_stands_as_it_is(combine):
    assert combine(MEMBERS[:1]) == MEMBERS[0]


@pytest.mark.parametrize("combine", [pooled, averaged])
def test_nothing_cannot_be_combined(combine):
    with pytest.raises(ValueError, match="nothing to combine"):
        combine(())


def test_different_metrics_make_a_score():
    assert averaged((MEMBERS[0], member(0.4, 0.1, 5, metric="exact_match"))).metric == "score"
    assert averaged((MEMBERS[0], member(0.4, 0.1, 5, metric="exact_match"))).filter == "none"


def test_the_interval_of_many_small_benchmarks_covers_the_truth():
    rng = np.random.default_rng(5)
    chances = rng.uniform(0.15, 0.5, 40)
    covered = 0
    for _ in range(200):
        members = []
        for chance in chances:
            one = estimate(list((rng.random(10) < chance).astype(float)), binary=True)
            members.append(member(one.value, one.standard_error, 10, low=one.low, high=one.high))
        found = pooled(members)
        covered += found.low <= chances.mean() <= found.high
    assert 0.93 <= covered / 200 <= 0.995
    assert found.high - found.low < 2.6 * NormalDist().inv_cdf(0.975) * found.standard_error
