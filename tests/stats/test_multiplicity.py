"""Holm's correction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from outweigh.stats.multiplicity import holm


def test_a_worked_example():
    # Sorted: 0.005 × 4, 0.01 × 3, 0.03 × 2, and 0.04 × 1 raised to the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_statsmodels_gives_the_same():
    p_values = [0.2, 0.001, 0.03, 0.03, 0.9, 0.0, 1.0, 0.012]
    assert holm(p_values) == pytest.approx(tuple(multipletests(p_values, method="holm")[1]), abs=1e-15)


def test_no_test_needs_no_correction():
    assert holm([]) == ()
    assert holm([0.04]) == (0.04,)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_a_correction_never_makes_a_p_value_smaller_nor_changes_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert sorted(adjusted) == [adjusted[index] for index in order]
