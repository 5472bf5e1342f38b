"""The smallest gap that a comparison would notice."""

import numpy as np
import pytest
from scipy import stats

from outweigh.stats.paired import paired
from outweigh.stats.power import minimum_detectable, planned_minimum_detectable


def test_the_normal_formula():
    differences = [1.0] * 25 + [-1.0] * 15 + [0.0] * 60
    error = np.sqrt(0.4 / 100)
    known = (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * error
    assert minimum_detectable(differences) == pytest.approx(known)
    assert minimum_detectable(differences, power=0.9, alpha=0.01) > minimum_detectable(differences)


def test_samples_that_share_a_passage_can_show_less():
    rng = np.random.default_rng(1)
    differences = list(np.repeat(rng.choice([-1.0, 0.0, 1.0], 40), 5))
    clusters = [str(index // 5) for index in range(200)]
    assert minimum_detectable(differences, clusters=clusters) > 2 * minimum_detectable(differences)


@pytest.mark.parametrize("count", [1, 7, 8, 60, 1000])
def test_models_that_never_differ_are_not_taken_for_a_perfect_instrument(count):
    found = minimum_detectable([0.0] * count)
    assert found == pytest.approx(min(1.0, (1.959964 + 0.841621) * np.sqrt(8) / count), rel=1e-5)


def test_fewer_than_eight_samples_that_differ_count_as_eight():
    few = minimum_detectable([1.0, 1.0, 1.0] + [0.0] * 97)
    eight = minimum_detectable([1.0, -1.0] * 4 + [0.0] * 92)
    assert few == pytest.approx(eight)


def test_a_comparison_sees_its_minimum_detectable_gap_four_times_in_five():
    rng = np.random.default_rng(2)
    count, discordance = 200, 0.3
    gap = planned_minimum_detectable(count, discordance)
    seen = 0
    for _ in range(300):
        outcome = rng.choice(3, count, p=[(discordance + gap) / 2, (discordance - gap) / 2, 1 - discordance])
        seen += stats.binomtest(int((outcome == 0).sum()), int((outcome < 2).sum())).pvalue < 0.05
    assert 0.7 < seen / 300 < 0.9


def test_a_model_that_wins_every_sample_does_not_make_gaps_visible():
    assert minimum_detectable([1.0] * 60) == pytest.approx(2.8016 / np.sqrt(60), rel=1e-4)


def test_planning_before_there_are_data():
    assert planned_minimum_detectable(60) == pytest.approx(0.2557, abs=1e-4)
    assert planned_minimum_detectable(240) == pytest.approx(planned_minimum_detectable(60) / 2)
    assert planned_minimum_detectable(2) == 1.0
    with pytest.raises(ValueError, match="at least one sample"):
        planned_minimum_detectable(0)


def test_a_paired_comparison_reports_the_same_gap():
    first, second = [1.0] * 30 + [0.0] * 30, [0.0] * 12 + [1.0] * 36 + [0.0] * 12
    gaps = [one - other for one, other in zip(first, second, strict=True)]
    assert paired(first, second, binary=True).minimum_detectable == pytest.approx(minimum_detectable(gaps))
    clusters = [str(index // 3) for index in range(60)]
    assert paired(first, second, binary=True, clusters=clusters).minimum_detectable == pytest.approx(
        minimum_detectable(gaps, clusters=clusters)
    )
