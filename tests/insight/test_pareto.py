"""The front is exact for any number of objectives, directions and ties; the volume below it too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.insight import pareto
from outweigh.records import UserError


def brute(values, higher):
    """Every pair, as the definition says; what is not known is worse than every number."""
    signed = np.where(np.isnan(values), -np.inf, np.where(higher, values, -values))
    return np.array(
        [not ((signed >= own).all(axis=1) & (signed > own).any(axis=1)).any() for own in signed], dtype=bool
    )


@st.composite
def tables(draw):
    """Few distinct values, so that ties and equal models are common."""
    models, objectives = draw(st.integers(0, 40)), draw(st.integers(1, 6))
    value = st.sampled_from([-np.inf, -2.0, -1.5, 0.0, 1.0, 3.0, np.inf, np.nan])
    rows = [[draw(value) for _ in range(objectives)] for _ in range(models)]
    return np.array(rows).reshape(models, objectives), [draw(st.booleans()) for _ in range(objectives)]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_the_front_is_that_of_all_pairs(table):
    values, higher = table
    values = np.where(np.isinf(values) & (values < 0), -9.0, values)  # −∞ means the same as not known to `brute`
    values = np.where(np.isinf(values), 9.0, values)
    assert pareto.front(values, higher).tolist() == brute(values, higher).tolist()


@pytest.mark.parametrize("objectives", [2, 3, 5])
@pytest.mark.parametrize("distinct", [7, 100_000])
def test_large_tables_are_exact_too(objectives, distinct):
    rng = np.random.default_rng(objectives)
    values = rng.integers(0, distinct, (2_000, objectives)).astype(float)
    higher = [place % 2 == 0 for place in range(objectives)]
    assert pareto.front(values, higher).tolist() == brute(values, higher).tolist()


def test_where_all_are_on_the_front_all_are_found():
    rng = np.random.default_rng(1)
    values = np.abs(rng.standard_normal((3_000, 4)))
    values /= np.linalg.norm(values, axis=1, keepdims=True)  # on a sphere nobody dominates anybody
    assert pareto.front(values, [True] * 4).all()
    assert brute(values, [True] * 4).all()


def test_equal_models_are_on_the_front_together():
    assert pareto.front(np.array([[1.0, 2.0], [1.0, 2.0], [0.0, 2.0]]), [True, True]).tolist() == [True, True, False]


def test_an_unknown_value_loses_to_every_number():
    assert pareto.front(np.array([[np.nan, 1.0], [-5.0, 1.0]]), [True, True]).tolist() == [False, True]


@pytest.mark.parametrize("models", [6, 60])
def test_chances_count_worlds_of_those_that_are_there(models):
    rng = np.random.default_rng(2)
    worlds, there = rng.random((40, models, 3)), rng.random((40, models)) < 0.7
    counted = np.zeros(models)
    for values, present in zip(worlds, there, strict=True):
        rows = np.flatnonzero(present)
        counted[rows[brute(values[rows], [True, False, True])]] += 1
    assert pareto.chances(worlds, [True, False, True], there) == pytest.approx(counted / 40)


def test_the_knee_is_furthest_out_between_the_ends():
    values = np.array([[1.0, 0.0], [0.0, 1.0], [0.8, 0.7], [0.1, 0.1]])
    assert pareto.knee(values, [True, True]) == 2
    assert pareto.knee(-values, [False, False]) == 2
    assert pareto.knee(np.array([[np.nan, 1.0]]), [True, True]) is None


def test_a_hypervolume_is_the_union_of_boxes():
    values = np.array([[3.0, 1.0], [1.0, 3.0], [0.5, 0.5]])
    assert pareto.hypervolume(values, [True, True], [0.0, 0.0]) == pytest.approx(3 + 3 - 1)
    assert pareto.hypervolume(-values, [False, False], [0.0, 0.0]) == pytest.approx(5)
    assert pareto.hypervolume(values, [True, True], [4.0, 4.0]) == 0


def test_a_hypervolume_of_five_objectives_is_that_of_inclusion_and_exclusion():
    from itertools import combinations

    values = np.random.default_rng(3).random((6, 5))
    union = sum(
        (-1) ** (size + 1) * values[list(chosen)].min(axis=0).prod()
        for size in range(1, 7)
        for chosen in combinations(range(6), size)
    )
    assert pareto.hypervolume(values, [True] * 5, [0.0] * 5) == pytest.approx(union)


def test_a_hypervolume_refuses_what_it_cannot_do():
    with pytest.raises(UserError, match="at most 5"):
        pareto.hypervolume(np.ones((2, 6)), [True] * 6, [0.0] * 6)
    with pytest.raises(UserError, match="not known"):
        pareto.hypervolume(np.array([[np.nan, 1.0]]), [True] * 2, [0.0] * 2)
