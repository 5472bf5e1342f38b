"""True scores are learnt from noisy ones: unbiased for the best, as wide as they must be, the same each time."""

import numpy as np
import pytest

from outweigh.insight.population import Scores, draws, fitted


def population(seed, models=40, widths=4, noise=0.5, missing=0.3):
    """True scores that are correlated and grow with a covariate, and what was seen of them."""
    rng = np.random.default_rng(seed)
    covariate = rng.standard_normal(models)
    shape = 0.3 * np.eye(widths) + 0.5
    truth = 0.8 * covariate[:, None] + rng.multivariate_normal(np.zeros(widths), shape, models)
    seen = truth + noise * rng.standard_normal(truth.shape)
    seen[rng.random(truth.shape) < missing] = np.nan
    return truth, Scores(seen, np.full(truth.shape, noise), covariate)


def worlds(scores, count=800, seed=0):
    rng = np.random.default_rng(seed)
    return draws(scores, fitted(scores, rng), count, rng)


def test_intervals_hold_the_truth_as_often_as_they_say():
    inside = {"seen": [], "missing": []}
    for seed in range(15):
        truth, scores = population(seed)
        low, high = np.percentile(worlds(scores), [5, 95], axis=0)
        held = (low <= truth) & (truth <= high)
        inside["seen"].append(held[np.isfinite(scores.seen)].mean())
        inside["missing"].append(held[np.isnan(scores.seen)].mean())
    assert np.mean(inside["seen"]) == pytest.approx(0.9, abs=0.03)
    assert np.mean(inside["missing"]) == pytest.approx(0.9, abs=0.05)


def test_the_best_of_many_noisy_scores_is_not_believed_as_it_stands():
    seen, believed = [], []
    for seed in range(15):
        truth, scores = population(seed, widths=1, noise=1.0, missing=0.0)
        best = int(scores.seen[:, 0].argmax())
        seen.append(scores.seen[best, 0] - truth[best, 0])
        believed.append(worlds(scores)[:, best, 0].mean() - truth[best, 0])
    assert np.mean(seen) > 0.8
    assert abs(np.mean(believed)) < 0.35


def test_a_missing_score_is_told_by_those_that_are_there():
    truth, scores = population(3, models=200, noise=0.1)
    gone = np.isnan(scores.seen)
    means = worlds(scores).mean(axis=0)
    assert np.std(means[gone] - truth[gone]) < 0.75 * np.std(truth[gone])


def test_a_model_of_which_only_the_covariate_is_known_is_drawn_around_the_line():
    _, scores = population(4, models=60, noise=0.1, missing=0.0)
    scores.seen[0], scores.covariate[0] = np.nan, 3.0
    found = worlds(scores)[:, 0]
    assert found.mean() == pytest.approx(0.8 * 3, abs=0.7)
    assert found.std() > 0.5


def test_what_is_known_exactly_stays():
    _, scores = population(5, noise=1e-6, missing=0.0)
    assert worlds(scores).mean(axis=0) == pytest.approx(scores.seen, abs=1e-4)


@pytest.mark.parametrize("models", [1, 2, 3])
def test_few_models_are_enough(models):
    _, scores = population(6, models=models, missing=0.0)
    found = worlds(scores, count=64)
    assert np.isfinite(found).all() and found.shape == (64, models, 4)


def test_unknown_covariates_count_as_the_mean():
    _, scores = population(7)
    assert np.isfinite(worlds(Scores(scores.seen, scores.errors, np.full(40, np.nan)), count=64)).all()


def test_the_same_seed_gives_the_same_worlds():
    _, scores = population(8)
    assert np.array_equal(worlds(scores, count=64), worlds(scores, count=64))
    assert not np.array_equal(worlds(scores, count=64), worlds(scores, count=64, seed=1))
