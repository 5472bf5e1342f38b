"""A recommendation says which model, how sure, and why; it is calibrated, and the same each time."""

import numpy as np
import pytest

from candidates import candidate, exactly, need, score
from outweigh.insight.recommendation import recommend
from outweigh.records import Area, Guidance, UserError


def crowd(count=10, samples=400, **facts):
    return [
        candidate(f"m{n}", {"a": score(0.2 + 0.02 * n, samples), "b": score(0.2 + 0.02 * n, samples)}, **facts)
        for n in range(count)
    ]


def test_a_clear_winner_is_recommended_with_confidence():
    found = recommend([candidate("best", {"a": 0.8, "b": 0.8}), *crowd()], need())
    assert found.ranked[0].model == "best"
    assert found.ranked[0].confidence > 0.98
    assert found.answer.startswith(
        "best: the best of the 11 models that keep the limits with a probability of over 99 %"
    )
    assert found.regret.value < 0.001
    assert found.rivals == ()


def test_twins_share_the_confidence():
    twins = [candidate(name, {"a": score(0.6, 100), "b": score(0.6, 100)}) for name in ("one", "two")]
    found = recommend([*twins, *crowd()], need())
    assert {each.model for each in found.ranked[:2]} == {"one", "two"}
    assert all(0.35 < each.confidence < 0.65 for each in found.ranked[:2])
    assert len(found.rivals) >= 1
    assert 0 < found.regret.value < 0.05


def test_confidences_are_shares_of_all_worlds():
    found = recommend(crowd(samples=60), need())
    assert sum(each.confidence for each in found.ranked) == pytest.approx(1, abs=0.01)
    assert [each.fitness.value for each in found.ranked] == sorted(
        (e.fitness.value for e in found.ranked), reverse=True
    )


def test_weights_decide():
    specialists = [candidate("coder", {"a": 0.9, "b": 0.3}), candidate("thinker", {"a": 0.3, "b": 0.9})]
    assert recommend([*specialists, *crowd()], need(weights={"a": 2, "b": 1})).ranked[0].model == "coder"
    assert recommend([*specialists, *crowd()], need(weights={"a": 1, "b": 2})).ranked[0].model == "thinker"


def test_max_min_prefers_who_has_no_weak_side():
    models = [candidate("coder", {"a": 0.95, "b": 0.3}), candidate("even", {"a": 0.5, "b": 0.5}), *crowd()]
    found = recommend(models, need(utility="max-min"))
    assert found.ranked[0].model == "even"
    assert found.shift.why_not == "the worst goal counts, whatever the weights"
    assert recommend(models, need()).ranked[0].model == "coder"


def test_who_breaks_a_limit_is_not_recommended_and_named():
    huge = candidate("huge", {"a": 0.9, "b": 0.9}, parameters=7e10)
    found = recommend([huge, *crowd(parameters=1e9)], need(limits={"max_parameters": 8e9}))
    assert found.ranked[0].model == "m9"
    assert [(each.model, each.limit) for each in found.removed] == [("huge", "max_parameters")]
    assert [(each.limit, each.failing) for each in found.effects] == [("max_parameters", 1)]


def test_a_model_that_only_may_keep_a_limit_takes_confidence_from_the_first():
    near = candidate("near", {"a": score(0.60, 100), "b": 0.9})
    sure = candidate("sure", {"a": 0.8, "b": 0.4})
    found = recommend([near, sure, *crowd()], need(weights={"b": 1}, limits={"min_score": {"a": 0.62}}))
    assert found.ranked[0].model == "sure"
    kept = next(each for each in found.removed if each.model == "near").chance
    assert 0.1 < kept < 0.5
    assert found.ranked[0].confidence == pytest.approx(1 - kept, abs=0.05)


def test_who_is_left_but_may_break_a_limit_is_said_to():
    near = candidate("near", {"a": score(0.60, 100), "b": 0.9})
    found = recommend([near, *crowd()], need(weights={"b": 1}, limits={"min_score": {"a": 0.52}}))
    assert found.ranked[0].model == "near"
    assert 0.5 < found.ranked[0].keeps_limits < 0.99
    assert any(note.startswith("near keeps all limits only with ") for note in found.notes)
    assert found.ranked[0].confidence <= found.ranked[0].keeps_limits


def test_where_nobody_keeps_the_limits_the_cheapest_way_out_is_told():
    found = recommend(crowd(parameters=9e9), need(limits={"max_parameters": 8e9}))
    assert found.ranked == () and found.regret is None
    assert found.relaxation.model == "m9"
    assert found.answer == (
        "No model keeps the limits. The least that would have to give way: max_parameters = 9e+09 would leave m9."
    )


def test_a_model_of_which_too_little_is_known_is_not_said_to_break_a_limit():
    found = recommend([candidate("secret", {"a": 0.9}), *crowd(parameters=9e9)], need(limits={"max_parameters": 8e9}))
    assert found.answer.startswith("No model is known to keep the limits. The least ")


def test_the_only_one_left_is_said_to_be_that():
    found = recommend(
        [candidate("tiny", {"a": 0.3}, parameters=1e8), *crowd(parameters=9e9)], need(limits={"max_parameters": 1e9})
    )
    assert found.answer == "tiny: the only one of 11 models that keeps the limits."
    alone = recommend([candidate("tiny", {"a": 0.3})], need()).answer
    assert alone == "tiny: the only candidate, which keeps the limits; nobody is there to compare it with."


def test_reasons_and_trade_offs_name_goals_with_intervals():
    models = [candidate("coder", {"a": 0.9, "b": 0.3}), candidate("thinker", {"a": 0.3, "b": 0.8}), *crowd()]
    found = recommend(models, need())
    assert found.reasons[0].startswith("a: ") and "ahead of thinker" in found.reasons[0]
    assert any(line.startswith("thinker: ") and "ahead in b" in line for line in found.trade_offs)
    assert "[" in found.reasons[0]
    assert found.shift.to == "thinker"
    assert 0 < found.shift.moved < 0.5


def test_the_front_counts_costs_that_have_a_limit():
    models = [
        candidate("good", {"a": 0.8}, costs={"memory_bytes": exactly(8e9)}),
        candidate("light", {"a": 0.5}, costs={"memory_bytes": exactly(2e9)}),
        candidate("neither", {"a": 0.4}, costs={"memory_bytes": exactly(7e9)}),
    ]
    found = {each.model: each.on_front for each in recommend(models, need(limits={"max_memory_bytes": 9e9})).ranked}
    assert found["good"] > 0.9 and found["light"] == 1.0 and found["neither"] < 0.1


def test_what_is_predicted_is_said():
    code = Area.CODE
    best = candidate("best", {"a": score(0.9, area=code)}, guidance=Guidance(precision="bfloat16"), notes=("a remark",))
    others = [candidate(f"m{n}", {"a": score(0.3, area=code), "b": score(0.2 + 0.02 * n, area=code)}) for n in range(8)]
    found = recommend([best, *others], need())
    assert found.ranked[0].goals[0].known == "predicted"
    assert any("best lacks scores for code: they are predicted" in note for note in found.notes)
    assert "a remark" in found.notes
    assert found.guidance.precision == "bfloat16"


def test_more_samples_make_it_surer():
    def confidence(samples):
        models = [candidate(name, {"a": score(value, samples)}) for name, value in (("x", 0.6), ("y", 0.56))]
        return recommend([*models, *crowd()], need(weights={"a": 1})).ranked[0].confidence

    assert confidence(50) < confidence(500) < confidence(5000)


def test_the_same_input_gives_the_same_output():
    assert recommend(crowd(), need()) == recommend(crowd(), need())
    assert recommend(crowd(), need(), seed=5).ranked[0] != recommend(crowd(), need()).ranked[0]


def test_an_unknown_area_is_one_line():
    with pytest.raises(UserError, match="unknown area or benchmark 'maths'"):
        recommend(crowd(), need(weights={"maths": 1}))


def test_stated_confidence_is_how_often_it_is_right():
    """A small back-test with a population of its own; the large one is benchmarks/recommendation.py."""
    rng = np.random.default_rng(7)
    stated, right = [], []
    for seed in range(120):
        truth = np.clip(rng.normal(0.5, 0.08, (12, 1)) + rng.normal(0, 0.04, (12, 3)), 0.02, 0.98)
        models = [
            candidate(
                f"m{row}", {name: score(rng.binomial(60, p) / 60, 60) for name, p in zip("abc", own, strict=True)}
            )
            for row, own in enumerate(truth)
        ]
        first = recommend(models, need(), worlds=400, seed=seed).ranked[0]
        stated.append(first.confidence)
        right.append(truth.mean(axis=1).argmax() == int(first.model[1:]))
    assert np.mean(stated) == pytest.approx(np.mean(right), abs=0.09)
