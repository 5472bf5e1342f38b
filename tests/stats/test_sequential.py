"""Betting keeps its word at any stop: false decisions at most alpha of the time, intervals that hold the truth."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln

from outweigh.stats import sequential
from outweigh.stats.multiplicity import holm
from outweigh.stats.order import rank
from outweigh.stats.paired import paired
from outweigh.stats.sequential import GAPS, SCORES, Draws, average, bounds, combine, draws, estimate, evidence, gaps

RUNS = 2_000
# Three standard errors of a share of 5 % over this many runs: more false decisions than this are no accident.
TOLERANCE = 3 * (0.05 * 0.95 / RUNS) ** 0.5


def ranks(count, each=1):
    return [f"{index // each:06}" for index in range(count)]


def of(differences, each=1):
    """Gaps with these differences, in this order, in clusters of `each`."""
    ones, others = [max(d, 0.0) for d in differences], [max(-d, 0.0) for d in differences]
    return gaps(ones, others, ranks(len(differences), each), each)


def shuffled(rng, wins, losses, draws):
    return list(rng.permutation([1.0] * wins + [-1.0] * losses + [0.0] * draws))


@pytest.mark.parametrize(
    ("wins", "losses", "draws"), [(0, 0, 5), (8, 0, 0), (3, 9, 20), (150, 90, 400), (900, 1000, 3000)]
)
def test_right_or_wrong_answers_give_the_beta_binomial_mixture_on_those_that_differ(wins, losses, draws):
    found = of(shuffled(np.random.default_rng(1), wins, losses, draws))
    differ = wins + losses
    expected = differ * np.log(2) + betaln(GAPS + wins, GAPS + losses) - betaln(GAPS, GAPS)
    assert evidence(found.draws, 0.5, GAPS)[-1] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("shape", "mean"), [(GAPS, 0.5), (GAPS, 0.2), (SCORES, 0.5), (SCORES, 0.9)])
def test_the_wealth_is_one_on_average_if_the_mean_is_what_was_bet_against(shape, mean):
    total = 0.0
    for outcome in product([0.0, 1.0], repeat=7):
        found = draws(outcome, ranks(7), 1)
        total += mean ** sum(outcome) * (1 - mean) ** (7 - sum(outcome)) * np.exp(evidence(found, mean, shape)[-1])
    assert total == pytest.approx(1)


def test_it_is_one_on_average_too_for_clusters_of_any_size_whose_samples_agree():
    total = 0.0
    for outcome in product([0.0, 1.0], repeat=4):
        sizes = np.array([3.0, 1.0, 2.0, 3.0])
        total += np.exp(evidence(Draws(sizes * outcome, sizes, 3), 0.5, GAPS)[-1]) / 16
    assert total == pytest.approx(1)


def test_as_independent_the_same_clusters_would_be_evidence_out_of_nothing():
    """What the cluster rule is for: ten coins, each counted four times."""
    naive = 0.0
    for outcome in product([1.0, -1.0], repeat=10):
        naive += np.exp(evidence(of(np.repeat(outcome, 4)).draws, 0.5, GAPS)[-1]) / 1024
    assert naive > 5


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.sampled_from([SCORES, GAPS]))
def test_the_interval_is_what_betting_has_not_refuted(values, shape):
    found = draws(values, ranks(len(values)), 1)
    low, high = bounds(found, shape, 0.05)
    assert 0 <= low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= high <= 1
    for end, inwards in ((low, 1e-6), (high, -1e-6)):
        if 0 < end < 1:
            assert evidence(found, end, shape)[-1] >= np.log(20) - 1e-3
            assert evidence(found, end + inwards, shape)[-1] < np.log(20) + 1e-9
    wider = bounds(found, shape, 0.01)
    assert wider[0] <= low
    assert high <= wider[1]


@settings(deadline=None)
@given(st.lists(st.sampled_from([1.0, 0.5, 0.0, -0.25, -1.0]), min_size=1, max_size=60), st.sampled_from([1, 3]))
def test_exchanging_the_models_mirrors_everything(differences, each):
    one, other = of(differences, each), of([-d for d in differences], each)
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.wins, one.losses) == (other.losses, other.wins)
    here, there = combine([one], [1.0]), combine([other], [1.0])
    assert here.low == pytest.approx(-there.high, abs=1e-9)
    assert here.value == pytest.approx(sum(differences) / len(differences))


def test_the_p_value_never_rises_again():
    found = of([1.0] * 30 + [-1.0] * 30)
    assert found.p_value == of([1.0] * 30).p_value < 1e-4
    assert evidence(found.draws, 0.5, GAPS)[-1] < 0


def test_tens_of_thousands_of_samples_are_finite():
    rng = np.random.default_rng(2)
    found = of(list(rng.choice([1.0, -1.0, 0.0], 30_000, p=[0.6, 0.1, 0.3])))
    assert 0 <= found.p_value < 1e-300
    compared = combine([found], [1.0])
    assert 0.48 < compared.low < 0.5 < compared.high < 0.52
    interval = estimate([1.0] * 20_000, ranks(20_000), 1)
    assert 0.999 < interval.low < interval.high == 1


def test_the_interval_narrows_as_samples_come():
    rng = np.random.default_rng(3)
    scores = list((rng.random(4_000) < 0.7) * 1.0)
    halves = []
    for count in (50, 400, 4_000):
        found = estimate(scores[:count], ranks(count), 1)
        halves.append((found.high - found.low) / 2)
    assert halves == sorted(halves, reverse=True)
    assert halves[-1] < 0.03
    assert found.method == "betting"
    assert estimate(scores[:40], ranks(40, 4), 4).method == "cluster-betting"


def test_other_scales_are_shares_of_their_bounds():
    plain, wide = estimate([0.2, 0.4, 0.9], ranks(3), 1), estimate([-60.0, -20.0, 80.0], ranks(3), 1, (-100.0, 100.0))
    assert wide.low == pytest.approx(200 * plain.low - 100)
    assert wide.high == pytest.approx(200 * plain.high - 100)


@pytest.mark.parametrize(
    ("values", "places", "largest"),
    [([], [], 1), ([1.5], ["a"], 1), ([float("nan")], ["a"], 1), ([1, 0], ["a"] * 2, 1)],
)
def test_nothing_outside_the_assumptions_is_bet_on(values, places, largest):
    with pytest.raises(ValueError, match=r"scores|unit"):
        draws(values, places, largest)


def test_the_order_is_the_samples_own():
    ids = [str(n) for n in range(200)]
    order = sorted(ids, key=lambda name: rank(1, "arc", name))
    assert order != ids
    assert order != sorted(ids, key=lambda name: rank(2, "arc", name))
    half = sorted(ids[:100], key=lambda name: rank(1, "arc", name))
    assert half == [name for name in order if name in set(half)]
    assert rank(1, "arc", "3", "text") == rank(1, "arc", "4", "text") != rank(1, "arc", "text")


def test_samples_count_in_the_order_of_their_ranks():
    ones, others = [1.0] * 20 + [0.0] * 20, [0.0] * 20 + [1.0] * 20
    forwards = gaps(ones, others, ranks(40), 1)
    assert gaps(ones[::-1], others[::-1], ranks(40)[::-1], 1).p_value == forwards.p_value
    assert gaps(ones, others, [rank(1, "x", str(n)) for n in range(40)], 1).p_value > forwards.p_value


def false_decisions(make):
    """The share of runs of equal models that betting decides, and that a fixed test at every look would."""
    rng = np.random.default_rng(4)
    return np.mean([make(rng).p_value < 0.05 for _ in range(RUNS)])


@pytest.mark.parametrize(("count", "discordance"), [(200, 0.1), (200, 0.5)])
def test_equal_models_are_told_apart_at_most_as_often_as_promised_however_often_one_looks(count, discordance):
    """A look after every single sample, which is more than any run takes."""
    shares = [discordance / 2, discordance / 2, 1 - discordance]
    found = false_decisions(lambda rng: of(list(rng.choice([1.0, -1.0, 0.0], count, p=shares))))
    assert found <= 0.05 + TOLERANCE


def test_a_test_for_a_fixed_size_does_not_survive_looking():
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(300):
        differences = rng.choice([1.0, -1.0, 0.0], 300, p=[0.15, 0.15, 0.7])
        ones, others = list((differences > 0) * 1.0), list((differences < 0) * 1.0)
        looks = (32, 48, 72, 108, 162, 243, 300)
        alarms += any(paired(ones[:n], others[:n], binary=True, resamples=10).p_value < 0.05 for n in looks)
    assert alarms / 300 > 0.08


def test_equal_models_on_shared_passages_are_told_apart_at_most_as_often_as_promised():
    """On a passage of five questions one model is right everywhere or the other is."""
    found = false_decisions(lambda rng: of(np.repeat(rng.choice([1.0, -1.0, 0.0], 60), 5), each=5))
    assert found <= 0.05 + TOLERANCE


def test_a_benchmark_on_which_equal_models_differ_by_nothing_at_all_is_safe_without_a_wider_population():
    """The same 200 samples of mean difference 0 in random orders: drawn without putting back."""
    fixed = [1.0] * 30 + [-1.0] * 30 + [0.0] * 140
    assert false_decisions(lambda rng: of(list(rng.permutation(fixed)))) <= 0.05 + TOLERANCE


def test_several_tests_make_one_false_decision_at_most_as_often_as_promised():
    """Two pairs of three equal models on two benchmarks of unequal size; the pairs share a model."""
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(RUNS // 4):
        p_values = []
        for count in (60, 200):
            answers = rng.random((3, count)) < rng.choice([0.2, 0.8], count)
            for other in (1, 2):
                p_values.append(gaps(list(answers[0] * 1.0), list(answers[other] * 1.0), ranks(count), 1).p_value)
        alarms += min(holm(p_values)) < 0.05
    assert alarms / (RUNS // 4) <= 0.05 + 2 * TOLERANCE


@pytest.mark.parametrize("truth", [0.5, 0.9])
def test_the_interval_holds_the_truth_at_every_look_at_once(truth):
    rng = np.random.default_rng(7)
    missed = 0
    for _ in range(RUNS):
        found = draws((rng.random(200) < truth) * 1.0, ranks(200), 1)
        missed += evidence(found, truth, SCORES).max() >= np.log(20)
    assert missed / RUNS <= 0.05 + TOLERANCE


def test_intervals_hold_the_truth_when_a_run_stops_as_soon_as_it_has_decided():
    rng = np.random.default_rng(8)
    missed = stopped = 0
    for _ in range(300):
        differences = list(rng.choice([1.0, -1.0, 0.0], 400, p=[0.22, 0.12, 0.66]))
        for count in (32, 48, 72, 108, 162, 243, 365, 400):
            found = of(differences[:count])
            if found.p_value < 0.05:
                stopped += 1
                break
        compared = combine([found], [1.0])
        missed += not compared.low <= 0.1 <= compared.high
    assert stopped > 100
    assert missed / 300 <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5


def test_a_mean_of_benchmarks_is_as_wide_as_all_its_parts_at_once():
    rng = np.random.default_rng(9)
    parts = [of(list(rng.choice([1.0, -1.0, 0.0], count, p=[0.5, 0.1, 0.4]))) for count in (60, 200)]
    found = combine(parts, [0.5, 0.5])
    ends = [bounds(part.draws, GAPS, 0.025) for part in parts]
    assert found.low == pytest.approx(sum(2 * low - 1 for low, _ in ends) / 2)
    assert found.high == pytest.approx(sum(2 * high - 1 for _, high in ends) / 2)
    assert found.p_value < 0.05
    assert found.count == 260
    assert found.method == "paired betting, anytime-valid, Bonferroni"
    assert combine([of([1.0, -1.0] * 30)] * 2, [0.5, 0.5]).p_value == 1
    value, low, high = average([part.draws for part in parts], [0.5, 0.5])
    assert low < value < high


def test_the_p_value_of_a_mean_agrees_with_its_interval():
    rng = np.random.default_rng(10)
    seen = set()
    for _ in range(40):
        gap = rng.choice([0.1, 0.25, 0.4])
        parts = [of(list(rng.choice([1.0, -1.0, 0.0], 80, p=[0.25 + gap / 2, 0.25 - gap / 2, 0.5]))) for _ in "ab"]
        found = combine(parts, [0.5, 0.5])
        if abs(found.p_value - 0.05) > 0.001:
            assert (found.p_value < 0.05) == (not found.low <= 0 <= found.high)
            seen.add(found.p_value < 0.05)
    assert seen == {True, False}


def test_every_headline_is_a_share():
    """`gaps` takes scores from 0 to 1; a headline on another scale could not be asked adaptively."""
    from outweigh.benchmarks.catalogue import BENCHMARKS

    assert {benchmark.headline.bounds for benchmark in BENCHMARKS} == {(0.0, 1.0)}


def test_the_smallest_gap_seen_shrinks_with_samples():
    rng = np.random.default_rng(11)
    seen = [
        combine([of(list(rng.choice([1.0, -1.0, 0.0], count, p=[0.2, 0.2, 0.6])))], [1.0]).minimum_detectable
        for count in (40, 400, 4_000)
    ]
    assert seen == sorted(seen, reverse=True)
    assert sequential.combine([of([0.0])], [1.0]).minimum_detectable <= 1
