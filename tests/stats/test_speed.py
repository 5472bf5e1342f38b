"""Equal models are hardly ever called unequal, however the machine drifts; real differences are found."""

import numpy as np
import pytest

from outweigh.records import Estimate
from outweigh.stats.precision import median
from outweigh.stats.quantiles import Quantile
from outweigh.stats.speed import Speed, against, interleaved

SETS = 2000


def turns(rng, count, ratio=1.0, drift=0.1):
    """Times of two models that take turns on a machine that slows down by a tenth and wavers by 3 %."""
    places = np.arange(2 * count)
    machine = 1 + drift * places / (2 * count) + 0.03 * np.sin(2 * np.pi * (places / 60 + rng.random()))
    times = machine * np.exp(0.01 * rng.standard_t(3, size=2 * count))
    return list(ratio * times[::2]), list(times[1::2])


@pytest.mark.parametrize("smallest", [0.0, 0.01])
def test_equal_models_that_take_turns_are_told_apart_1_time_in_20_at_most(smallest):
    rng = np.random.default_rng(1)
    found = [interleaved(*turns(rng, 30), smallest=smallest) for _ in range(SETS)]
    assert np.mean([each.verdict != Speed.NO_EVIDENCE for each in found]) <= 0.05


def test_taking_turns_sees_through_a_drift_what_two_medians_do_not():
    rng = np.random.default_rng(2)
    pairs = [turns(rng, 40, ratio=0.96) for _ in range(200)]
    paired = [interleaved(*each).verdict for each in pairs]
    apart = [against(median(first), median(second)).verdict for first, second in pairs]
    assert np.mean([each == Speed.FASTER for each in paired]) >= 0.9
    assert np.mean([each == Speed.FASTER for each in apart]) <= 0.2
    assert Speed.SLOWER not in paired + apart


def test_the_interval_of_a_ratio_holds_the_truth():
    rng = np.random.default_rng(3)
    found = [interleaved(*turns(rng, 40, ratio=1.05)) for _ in range(SETS)]
    known = [each for each in found if each.low is not None]
    assert np.mean([each.low <= 1.05 <= each.high for each in known]) >= 0.94
    assert len(known) >= 0.95 * SETS


@pytest.mark.parametrize(("smallest", "drift"), [(0.0, 0.0), (0.01, 0.0), (0.0, 0.01)])
def test_two_measurements_of_one_model_differ_1_time_in_20_at_most(smallest, drift):
    """The drift is a wave of 1 % that every measurement meets elsewhere."""
    rng = np.random.default_rng(4)

    def measured():
        wave = np.sin(2 * np.pi * (np.arange(60) / 60 + rng.random()))
        return median(np.exp(0.02 * rng.standard_t(3, size=60) + drift * wave))

    found = [against(measured(), measured(), smallest=smallest) for _ in range(SETS)]
    assert np.mean([each.verdict != Speed.NO_EVIDENCE for each in found]) <= 0.05


def test_starts_that_favour_one_of_two_equal_models_are_seen_through():
    """Five starts of ten pairs; in each, one of the two is ahead by 2 % or so."""
    rng = np.random.default_rng(6)
    starts = [place // 10 for place in range(50)]
    told, blind = [], []
    for _ in range(150):
        first = np.exp(0.02 * np.repeat(rng.normal(size=5), 10) + 0.005 * rng.normal(size=50))
        second = np.exp(0.005 * rng.normal(size=50))
        told.append(interleaved(first.tolist(), second.tolist(), starts=starts))
        blind.append(interleaved(first[:10].tolist(), second[:10].tolist()))
    held = [each.low is not None and each.low <= 1 <= each.high for each in told]
    assert np.mean(held) >= 0.93
    assert np.mean([each.verdict != Speed.NO_EVIDENCE for each in told]) <= 0.05
    assert np.mean([each.verdict != Speed.NO_EVIDENCE for each in blind]) >= 0.15
    assert {each.method for each in told} == {"paired log ratios, starts-t"}


def test_exchanging_the_two_exchanges_the_verdict():
    rng = np.random.default_rng(5)
    first, second = turns(rng, 60, ratio=0.9)
    there, back = interleaved(first, second), interleaved(second, first)
    assert (there.verdict, back.verdict) == (Speed.FASTER, Speed.SLOWER)
    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.low == pytest.approx(1 / back.high)


def figure(value, low, high):
    return Estimate(metric="m", value=value, low=low, high=high, standard_error=None, count=9, method="m")


@pytest.mark.parametrize(
    ("first", "second", "higher_is_better", "verdict"),
    [
        ((2.0, 1.98, 2.02), (1.0, 0.99, 1.01), False, Speed.SLOWER),
        ((2.0, 1.98, 2.02), (1.0, 0.99, 1.01), True, Speed.FASTER),
        ((1.008, 1.007, 1.009), (1.0, 0.999, 1.001), False, Speed.NO_EVIDENCE),
        ((2.0, 0.5, 9.0), (1.0, 0.99, 1.01), False, Speed.NO_EVIDENCE),
        ((1.0, 0.0, 2.0), (9.0, 8.9, 9.1), False, Speed.NO_EVIDENCE),
    ],
)
def test_a_verdict_is_the_whole_intervals(first, second, higher_is_better, verdict):
    found = against(figure(*first), figure(*second), higher_is_better=higher_is_better)
    assert found.verdict == verdict


def test_without_an_interval_there_is_no_evidence():
    bare = Quantile(1.0, None, None, 3, 3.0, 6, "order")
    found = against(bare, figure(9.0, 8.9, 9.1))
    assert (found.low, found.high, found.verdict) == (None, None, Speed.NO_EVIDENCE)
    assert interleaved([1.0, 1.0], [2.0, 2.0]).verdict == Speed.NO_EVIDENCE


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [1.0, 2.0]), ([0.0], [1.0])])
def test_times_that_make_no_pairs_are_refused(first, second):
    with pytest.raises(ValueError, match="pairs"):
        interleaved(first, second)


def test_a_figure_of_nothing_has_no_ratio():
    with pytest.raises(ValueError, match="above 0"):
        against(figure(0.0, 0.0, 0.0), figure(1.0, 1.0, 1.0))
