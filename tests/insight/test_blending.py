"""How families are dealt, and what several learners come to together."""

import numpy as np

from outweigh.insight.blending import Part, deal, learn
from outweigh.insight.learners import Inputs, family_weights


def test_families_are_dealt_whole_and_evenly():
    families = np.repeat(np.arange(9), [50, 20, 20, 10, 10, 10, 5, 5, 5])
    folds = deal(families, 3)
    assert all(len(set(folds[families == family])) == 1 for family in range(9))
    assert max(np.bincount(folds)) == 50
    assert min(np.bincount(folds)) >= 40


def test_fewer_families_than_folds_make_fewer_folds():
    assert set(deal(np.array([0, 0, 1]), 5)) == {0, 1}


def made_up(rows):
    """Scores, and a target that is half of them with a little noise."""
    rng = np.random.default_rng(0)
    scores = rng.uniform(0, 100, (rows, 1))
    inputs = Inputs(scores, np.zeros((rows, 1)), np.zeros((rows, 0)), np.zeros((rows, 0), int))
    return inputs, 0.5 * scores[:, 0] + rng.normal(size=rows)


def times(factor):
    """A learner that learns nothing and guesses a multiple of the score."""
    return lambda inputs, target, families: lambda asked: factor * asked.scores[:, 0]


def test_a_prediction_is_made_of_the_guesses_by_their_shares_and_its_interval_holds():
    inputs, target = made_up(600)
    families = np.repeat(np.arange(60), 10)
    parts = (Part(times(0.4), 0.75), Part(times(0.8), 0.25))
    value, low, high = learn(inputs, target, families, parts, (0.0, 100.0)).predict(inputs)
    assert np.allclose(value, 0.5 * inputs.scores[:, 0])
    assert 0.82 < ((low <= target) & (target <= high)).mean() < 0.95
    assert (low >= 0).all() and (low <= value).all() and (value <= high).all()


def test_nothing_is_predicted_beyond_the_scale():
    inputs, target = made_up(200)
    found = learn(inputs, target, np.arange(200) // 10, (Part(times(2.0), 1.0),), (0.0, 100.0))
    value, _, high = found.predict(inputs)
    assert value.max() == 100
    assert (high <= 100).all()


def test_a_learner_never_sees_the_family_that_it_guesses():
    """One that knows every row by heart, and so has no error there, has honest intervals all the same."""
    inputs, target = made_up(600)
    families = np.repeat(np.arange(60), 10)

    def by_heart(known, wanted, _):
        told = dict(zip(known.scores[:, 0], wanted, strict=True))
        return lambda asked: np.array([told.get(score, 20.0) for score in asked.scores[:, 0]])

    _, low, high = learn(inputs, target, families, (Part(by_heart, 1.0),), (0.0, 100.0)).predict(inputs)
    assert (high - low).mean() > 20


def test_a_row_of_a_large_family_weighs_less():
    weights = family_weights(np.array([0] * 16 + [1]))
    assert weights[-1] / weights[0] == 2
    assert abs(weights.mean() - 1) < 1e-12
