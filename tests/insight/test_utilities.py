"""Goals are on the scales that are stated, and make one figure."""

import numpy as np
import pytest

from candidates import candidate, need, predicted, score
from outweigh.insight.beliefs import believed
from outweigh.insight.recommendation import recommend
from outweigh.insight.utilities import right_answers, scaled, weighed, worth
from outweigh.records import Area, Known, UserError

EXACT = 10**7  # samples


def goals(candidates, **fields):
    wanted, beliefs = need(**fields), believed(candidates)
    found = weighed(wanted, beliefs)
    return found, scaled(found, wanted, beliefs), wanted, beliefs


def of_areas():
    return candidate(
        "m",
        {
            "a": score(0.2, EXACT, Area.CODE),
            "b": score(0.4, EXACT, Area.CODE),
            "c": score(0.9, EXACT, Area.SAFETY),
        },
    )


def test_without_weights_every_area_counts_the_same():
    found, values, wanted, _ = goals([of_areas()])
    assert [(goal.name, goal.weight) for goal in found] == [("code", 0.5), ("safety", 0.5)]
    assert worth(wanted, found, values).mean() == pytest.approx((0.3 + 0.9) / 2, abs=1e-3)


def test_without_areas_every_benchmark_does():
    found, *_ = goals([candidate("m", {"a": 0.2, "b": 0.4})])
    assert [(goal.name, goal.weight) for goal in found] == [("a", 0.5), ("b", 0.5)]


def test_weights_are_shares_of_their_sum_and_zero_is_no_goal():
    found, values, wanted, _ = goals([of_areas()], weights={"code": 3, "c": 1, "safety": 0})
    assert [(goal.name, goal.weight) for goal in found] == [("code", 0.75), ("c", 0.25)]
    assert worth(wanted, found, values).mean() == pytest.approx(0.75 * 0.3 + 0.25 * 0.9, abs=1e-3)


def test_max_min_is_the_goal_that_is_met_worst():
    found, values, wanted, _ = goals([of_areas()], utility="max-min", weights={"a": 9, "c": 1})
    assert worth(wanted, found, values).mean() == pytest.approx(0.2, abs=1e-3)


COSTED = [candidate(f"m{n}", {"a": 0.5}, costs={"memory_bytes": spent}) for n, spent in enumerate((2e9, 4e9, 8e9))]


def test_a_cost_without_a_limit_is_half_as_good_when_it_is_twice_as_much():
    _, values, *_ = goals(COSTED, weights={"memory_bytes": 1})
    assert values[0, :, 0].tolist() == pytest.approx([1, 1 / 2, 1 / 4])


def test_a_cost_with_a_limit_counts_what_is_left_of_it():
    _, values, *_ = goals(COSTED, weights={"memory_bytes": 1}, limits={"max_memory_bytes": 8e9})
    assert values[0, :, 0].tolist() == pytest.approx([0.75, 0.5, 0])


def test_a_cost_that_is_not_known_counts_nothing():
    _, values, *_ = goals([*COSTED, candidate("secret", {"a": 0.5})], weights={"memory_bytes": 1})
    assert values[0, 3, 0] == 0


def test_a_weight_on_what_nobody_knows_is_refused():
    with pytest.raises(UserError, match="weight cost_per_month: it is not known of any candidate"):
        goals(COSTED, weights={"cost_per_month": 1})
    with pytest.raises(UserError, match="unknown area or benchmark 'gsm9k'"):
        goals(COSTED, weights={"gsm9k": 1})


def test_a_goal_is_predicted_where_any_part_of_it_is():
    code = Area.CODE
    models = [
        candidate("all", {"a": score(0.2, area=code), "b": score(0.4, area=code)}),
        candidate("some", {"a": score(0.2, area=code)}),
        candidate("told", {"a": score(0.2, area=code), "b": predicted(0.4, 0.3, 0.5, area=code)}),
    ]
    (goal,), _, _, beliefs = goals(models, weights={"code": 1})
    assert [goal.known(beliefs, place) for place in range(3)] == [Known.MEASURED, Known.PREDICTED, Known.PREDICTED]


def test_nothing_but_the_numbers_decides():
    _, values, *_ = goals(COSTED, weights={"a": 1, "memory_bytes": 1})
    assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"weights": {"a": 1}}, {"m0": 0.5, "m1": 0.5, "m2": 0.5}),
        ({"weights": {"a": 1, "memory_bytes": 1}}, {}),
        ({"utility": "max-min"}, {}),
    ],
)
def test_right_answers_are_told_where_nothing_but_scores_counts(fields, told):
    found = right_answers(recommend(COSTED, need(**fields)))
    assert {name: each.value for name, each in found.items()} == pytest.approx(told, abs=0.2)
