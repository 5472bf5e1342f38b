"""How alike two models answer."""

import pytest

from outweigh.insight.agreement import agreement, effect
from outweigh.insight.alignment import align
from outweigh.insight.comparison import compare


def test_kappa_worked_by_hand(make):
    # Both right 4, both wrong 3, only the first 2, only the second 1: p_o = 0.7, p_e = 0.6*0.5 + 0.4*0.5 = 0.5.
    (node,) = (
        each
        for each in align({"A": [make("arc", "1111110000")], "B": [make("arc", "1111001000")]})
        if not each.children
    )
    found = agreement(node, 0, 1)
    assert found.same == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)


def test_only_samples_that_both_answered_count(make):
    found = compare({"A": [make("arc", "11xx0")], "B": [make("arc", "1x0x0")]}).rows[0].differences[0]
    assert (found.count, found.same) == (2, 1.0)


def test_no_kappa_where_every_answer_is_right_or_scores_are_no_shares(make):
    same = compare({"A": [make("arc", "111")], "B": [make("arc", "111")]}).rows[0].differences[0]
    assert (same.same, same.kappa) == (1.0, None)
    graded = compare({"A": [make("arc", [0.2, 0.7])], "B": [make("arc", [0.2, 0.6])]}).rows[0].differences[0]
    assert (graded.same, graded.kappa) == (0.5, None)


def test_a_group_pools_its_samples_and_an_average_has_none(make, knowledge):
    one = [make("mmlu_a", "1100", **knowledge), make("mmlu_b", "10", **knowledge)]
    other = [make("mmlu_a", "1000", **knowledge), make("mmlu_b", "10", **knowledge)]
    rows = {row.kind: row for row in compare({"A": one, "B": other}).rows}
    assert rows["group"].differences[0].same == pytest.approx(5 / 6)
    assert rows["area"].differences[0].same is None


def test_cohens_h():
    assert effect(0.5, 0.25) == pytest.approx(0.5236, abs=1e-4)
    assert effect(0.25, 0.5) == pytest.approx(-0.5236, abs=1e-4)
    assert effect(1.0, 0.0) == pytest.approx(3.14159, abs=1e-4)
    assert effect(12.0, 0.5) is None
