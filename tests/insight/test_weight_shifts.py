"""The shortest way to other weights is the shortest: a linear programme agrees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.insight.weight_shifts import nearest


def by_programme(ahead, weights):
    """The least total variation to weights at which the rival is worth as much, by scipy; infinite where none is."""
    from scipy.optimize import linprog

    count = len(weights)
    found = linprog(
        np.concatenate([np.zeros(count), np.full(count, 0.5)]),
        A_ub=np.block(
            [[-ahead[None], np.zeros((1, count))], [np.eye(count), -np.eye(count)], [-np.eye(count), -np.eye(count)]]
        ),
        b_ub=np.concatenate([[0.0], weights, -weights]),
        A_eq=[[1.0] * count + [0.0] * count],
        b_eq=[1.0],
    )
    return found.fun if found.status == 0 else np.inf


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 10_000))
def test_it_is_the_optimum_of_the_linear_programme(models, goals, seed):
    rng = np.random.default_rng(seed)
    values, weights = rng.random((models, goals)), rng.dirichlet(np.ones(goals))
    leader = int((values @ weights).argmax())
    names, titles = [f"g{n}" for n in range(goals)], [f"m{n}" for n in range(models)]
    found = nearest(values, weights, leader, names, titles)
    wanted = [by_programme(values[row] - values[leader], weights) for row in range(models) if row != leader]
    if found.moved is None:
        assert not np.isfinite(min(wanted))
        return
    assert found.moved == pytest.approx(min(wanted), abs=1e-6)
    new = np.array([found.weights[name] for name in names])
    assert new.sum() == pytest.approx(1, abs=1e-3)
    rival = titles.index(found.to)
    assert new @ values[rival] == pytest.approx(new @ values[leader], abs=1e-3)


def test_a_dominated_rival_needs_no_weights():
    found = nearest(np.array([[0.6, 0.6], [0.5, 0.5]]), np.array([0.5, 0.5]), 0, ["a", "b"], ["x", "y"])
    assert (found.to, found.moved) == (None, None)
    assert found.why_not == "no other model is expected to be better on any goal"


def test_a_simple_case_by_hand():
    # at equal weights x has 0.5, y 0.45; y is as good where 0.2 (w_b) = 0.3 (w_a): w_a = 0.4
    found = nearest(np.array([[0.6, 0.4], [0.3, 0.6]]), np.array([0.5, 0.5]), 0, ["a", "b"], ["x", "y"])
    assert found.to == "y"
    assert found.moved == pytest.approx(0.1)
    assert found.weights == {"a": 0.4, "b": 0.6}


def test_one_goal_leaves_nothing_to_weigh():
    assert nearest(np.array([[0.6], [0.5]]), np.array([1.0]), 0, ["a"], ["x", "y"]).moved is None
