"""Joules for each right answer hold the energy's bounds and the score's uncertainty at once."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outweigh.stats.intervals import Interval, estimate
from outweigh.stats.per_correct import per_correct


def score(right, count):
    return estimate([1.0] * right + [0.0] * (count - right), binary=True)


def test_it_is_the_joules_over_the_right_answers():
    found = per_correct((120.0, 100.0, 150.0), score(30, 40))
    assert found.value == pytest.approx(4.0)
    assert found.low == pytest.approx(100 / (40 * score(30, 40).high))
    assert found.high == pytest.approx(150 / (40 * score(30, 40).low))
    assert found.count == 40
    assert "wilson" in found.method


@given(
    st.integers(1, 60), st.integers(0, 60), st.floats(-1e3, 1e6), st.floats(0, 1e3), st.floats(0, 1e3),
    st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
def test_no_energy_within_the_bounds_over_no_count_within_the_interval_lies_outside(
    right, wrong, joules, below, above, one, other
):
    shares = score(right, right + wrong)
    found = per_correct((joules, joules - below, joules + above), shares)
    energy = joules - below + one * (below + above)
    count = (right + wrong) * (shares.low + other * (shares.high - shares.low))
    slack = 1e-9 * max(1.0, abs(found.low), abs(found.high))
    assert found.low - slack <= energy / count <= found.high + slack
    assert found.low - slack <= found.value <= found.high + slack


def test_where_nothing_was_right_there_is_none():
    assert per_correct((10.0, 9.0, 11.0), score(0, 20)) == "no answer was right"


def test_where_nothing_may_be_right_in_the_long_run_there_is_no_upper_end_and_so_none():
    lopsided = Interval(0.1, 0.0, 0.3, None, 10, "cluster-t")
    assert "may be none" in per_correct((10.0, 9.0, 11.0), lopsided)


def test_the_interval_holds_the_long_run_joules_at_least_as_often_as_it_says():
    dice = random.Random(7)
    held = 0
    for _ in range(400):
        share, each = dice.uniform(0.2, 0.9), 2.5
        right = sum(dice.random() < share for _ in range(50))
        truth = 50 * each
        read = truth / (1 + dice.uniform(-0.2, 0.2))  # a reading whose bounds hold the truth
        found = per_correct((read, 0.8 * read, 1.2 * read), score(right, 50))
        held += found.low <= each / share <= found.high
    assert held / 400 >= 0.95
