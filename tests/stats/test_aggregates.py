"""Several benchmarks into one score: by hand, and errors as a simulation has them."""

import numpy as np
import pytest

from outweigh.stats import aggregates

VALUES = np.array([[0.9, 0.2], [0.5, 0.4], [0.5, 0.6]])
ERRORS = np.array([[0.03, 0.04], [0.0, 0.1], [0.01, 0.01]])


def test_the_mean_adds_errors_as_independent():
    found = aggregates.mean(VALUES, ERRORS)
    assert found.values == pytest.approx([0.55, 0.45, 0.55])
    assert found.errors == pytest.approx([0.025, 0.05, np.sqrt(2) * 0.005])


def test_win_rates_by_hand_with_ties_as_halves():
    assert aggregates.win_rates(VALUES) == pytest.approx([(1 + 0) / 2, (0.25 + 0.5) / 2, (0.25 + 1) / 2])
    assert np.isnan(aggregates.win_rates(VALUES[:1])).all()
    assert np.isnan(aggregates.win_rate_errors(VALUES[:1], ERRORS[:1], np.arange(1))).all()


def test_win_rates_of_two_models_are_as_unsure_as_who_wins():
    values, errors = np.array([[0.5], [0.5]]), np.full((2, 1), 0.02)
    assert aggregates.win_rate_errors(values, errors, np.arange(2)) == pytest.approx([0.5, 0.5], abs=0.05)
    far = np.array([[0.9], [0.5]])
    assert aggregates.win_rate_errors(far, errors, np.arange(2)).tolist() == [0.0, 0.0]


def test_large_tables_give_the_errors_that_drawing_everything_gives(monkeypatch):
    rng = np.random.default_rng(8)
    values, errors = rng.normal(0.5, 0.15, (900, 3)), rng.uniform(0.01, 0.04, (900, 3))
    of = np.argsort(-values.mean(axis=1))[[5, 100, 450, 800]]
    drawn = aggregates.win_rate_errors(values, errors, of)
    monkeypatch.setattr(aggregates, "_CELLS", 0)
    assert aggregates.win_rate_errors(values, errors, of) == pytest.approx(drawn, rel=0.2)


def test_z_scores_weigh_areas_alike_whatever_their_number_of_benchmarks():
    values = np.array([[1.0, 0.0, 30.0], [3.0, 0.0, 10.0]])
    errors = np.array([[0.5, 0.5, 2.0], [0.0, 0.0, 0.0]])
    found = aggregates.z_scores(values, errors, ["a", "a", "b"])
    areas = aggregates.z_scores_by_area(values, errors, ["a", "a", "b"], np.arange(2))
    assert areas["a"].values == pytest.approx([-0.5, 0.5])  # the second benchmark tells nobody apart: 0
    assert areas["b"].values == pytest.approx([1.0, -1.0])
    assert areas["b"].errors == pytest.approx([0.2, 0.0])
    assert found.values == pytest.approx([0.25, -0.25])
    assert found.errors == pytest.approx([np.hypot(0.25, 0.2) / 2, 0.0])
    (second,) = aggregates.z_scores_by_area(values, errors, ["a", "a", "b"], np.array([1]))["b"].values
    assert second == areas["b"].values[1]


def test_win_rates_count_who_is_beaten_one_by_one():
    values = np.random.default_rng(2).normal(0, 1, (80, 3)).round(1)
    beaten = (values[:, None] > values).sum(axis=1) + ((values[:, None] == values).sum(axis=1) - 1) / 2
    assert aggregates.win_rates(values) == pytest.approx((beaten / 79).mean(axis=1))


def test_errors_of_win_rates_are_in_the_order_asked_for(monkeypatch):
    monkeypatch.setattr(aggregates, "_CELLS", 0)
    rng = np.random.default_rng(3)
    values, errors = rng.normal(0.5, 0.15, (50, 3)), rng.uniform(0.01, 0.04, (50, 3))
    whole = aggregates.win_rate_errors(values, errors, np.arange(50))
    of = rng.permutation(50)[:9]
    assert aggregates.win_rate_errors(values, errors, of) == pytest.approx(whole[of])


def test_equal_models_get_exactly_the_same():
    rng = np.random.default_rng(4)
    values, errors = np.repeat(rng.random((1, 7)), 9, axis=0), np.repeat(rng.random((1, 7)), 9, axis=0)
    values[4], errors[4] = rng.random(7), rng.random(7)
    for found in (aggregates.z_scores(values, errors, list("aabbccc")), aggregates.mean(values, errors)):
        assert len(set(found.values.tolist())) == len(set(found.errors.tolist())) == 2
