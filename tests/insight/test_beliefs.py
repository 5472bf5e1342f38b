"""Worlds hold what is known of candidates, as it is known."""

import numpy as np
import pytest

from candidates import candidate, exactly, predicted, score
from outweigh.insight.beliefs import believed
from outweigh.records import Area, CostName, Objective, UserError


def crowd(count=12, **first):
    """A first model, and others around a half."""
    others = [
        candidate(f"m{n}", {"a": 0.3 + 0.03 * n, "b": 0.3 + 0.03 * n}, parameters=1e9 * (1 + n)) for n in range(count)
    ]
    return [candidate("first", **first), *others]


def test_scores_stay_shares_and_near_what_was_seen():
    found = believed(crowd(scores={"a": 0.5, "b": 0.995}))
    assert found.scores.min() >= 0 and found.scores.max() <= 1
    means = found.scores[:, 0].mean(axis=0)
    assert means[0] == pytest.approx(0.5, abs=0.05)
    assert 0.85 < means[1] < 0.995


def test_no_right_answer_of_ten_is_no_zero():
    found = believed(crowd(scores={"a": score(0.0, 10), "b": score(0.4, 10)}))
    assert 0.02 < found.scores[:, 0, 0].mean() < 0.35


def test_by_itself_no_right_answer_of_ten_is_about_a_twentieth():
    assert 0.02 < believed([candidate("a", {"a": score(0.0, 10)})]).scores.mean() < 0.12
    assert 0.88 < believed([candidate("a", {"a": score(1.0, 10)})]).scores.mean() < 0.98


def test_fewer_samples_leave_more_open():
    wide = believed(crowd(scores={"a": score(0.5, 20), "b": score(0.5, 20)})).scores[:, 0, 0].std()
    assert believed(crowd(scores={"a": score(0.5, 2000), "b": score(0.5, 2000)})).scores[:, 0, 0].std() < wide / 3


def test_a_missing_score_follows_the_others_that_the_model_has():
    high = believed(crowd(scores={"a": score(0.62, 2000)})).scores[:, 0, 1]
    low = believed(crowd(scores={"a": score(0.31, 2000)})).scores[:, 0, 1]
    assert high.mean() > low.mean() + 0.15


def test_a_predicted_score_is_drawn_from_its_own_interval():
    found = believed(crowd(scores={"a": score(0.3, 2000), "b": predicted(0.8, 0.7, 0.85)})).scores[:, 0, 1]
    assert np.quantile(found, [0.05, 0.5, 0.95]) == pytest.approx([0.7, 0.8, 0.85], abs=0.02)


def test_a_predicted_score_teaches_nothing_of_the_others():
    with_it = crowd(scores={"a": 0.5, "b": predicted(0.99, 0.98, 1.0)})
    without = crowd(scores={"a": 0.5})
    assert believed(with_it).scores[:, 1:].mean() == pytest.approx(believed(without).scores[:, 1:].mean(), abs=1e-6)


def test_an_error_that_all_share_counts_for_no_difference():
    alone = believed([candidate(f"m{n}", {"a": score(0.4 + 0.02 * n)}) for n in range(9)]).scores
    shared = believed([candidate(f"m{n}", {"a": score(0.4 + 0.02 * n, shared=0.8)}) for n in range(9)]).scores
    gaps = [(found[:, 8, 0] - found[:, 0, 0]).std() for found in (alone, shared)]
    assert gaps[1] < 0.7 * gaps[0]


def test_costs_are_drawn_from_their_intervals_and_are_nan_where_not_known():
    wide = Objective(value=2.0, low=1.0, high=4.0)
    found = believed([candidate("a", {"x": 0.5}, costs={"latency_seconds": wide}), candidate("b", {"x": 0.4})]).costs
    drawn = found[CostName.LATENCY]
    assert np.quantile(drawn[:, 0], [0.025, 0.5, 0.975]) == pytest.approx([1, 2, 4], abs=0.25)
    assert np.isnan(drawn[:, 1]).all()
    assert CostName.MEMORY not in found


def test_an_exact_cost_is_the_same_in_every_world():
    drawn = believed([candidate("a", {"x": 0.5}, costs={"memory_bytes": exactly(8e9)})]).costs[CostName.MEMORY]
    assert set(drawn.ravel().tolist()) == {8e9}


def test_scores_that_are_no_shares_are_learnt_apart():
    found = believed(
        [
            candidate(f"m{n}", {"a": 0.5, "bleu": Objective(value=20.0 + n, low=18.0 + n, high=22.0 + n)})
            for n in range(6)
        ]
    )
    assert set(found.benchmarks) == {"a", "bleu"}
    assert found.scores[:, :, found.benchmarks.index("bleu")].mean() == pytest.approx(22.5, abs=0.5)


def test_an_area_is_all_its_benchmarks():
    code, reasoning = Area.CODE, Area.REASONING
    found = believed(
        [candidate("m", {"a": score(0.5, area=code), "b": score(0.5, area=reasoning), "c": score(0.5, area=code)})]
    )
    assert [found.benchmarks[place] for place in found.members("code")] == ["a", "c"]
    with pytest.raises(UserError, match="no candidate has a score in the area safety; there are code, reasoning"):
        found.members("safety")
    with pytest.raises(UserError, match="unknown area or benchmark 'reasonning'; did you mean reasoning"):
        found.members("reasonning")


def test_nothing_to_believe_is_said():
    with pytest.raises(UserError, match="no candidates"):
        believed([])
    with pytest.raises(UserError, match="no candidate has a score"):
        believed([candidate("a")])


def test_the_same_seed_gives_the_same_worlds():
    assert np.array_equal(believed(crowd(scores={"a": 0.5})).scores, believed(crowd(scores={"a": 0.5})).scores)
    assert not np.array_equal(
        believed(crowd(scores={"a": 0.5}), seed=1).scores, believed(crowd(scores={"a": 0.5})).scores
    )
