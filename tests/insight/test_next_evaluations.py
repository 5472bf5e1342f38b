"""The evaluation that is named first is the one that would help most."""

import numpy as np
import pytest

from candidates import candidate, need, score
from outweigh.insight.beliefs import believed
from outweigh.insight.next_evaluations import next_evaluations
from outweigh.insight.utilities import scaled, weighed, worth
from outweigh.records import Objective

COMMANDS = {"a": "outweigh run MODEL --benchmark a --limit LIMIT", "b": "outweigh run MODEL --benchmark b"}


def asked(candidates, left=None, **fields):
    wanted, beliefs = need(**fields), believed(candidates)
    goals = weighed(wanted, beliefs)
    utility = worth(wanted, goals, scaled(goals, wanted, beliefs))
    order = list(range(len(candidates))) if left is None else left
    return next_evaluations(beliefs, utility, order, COMMANDS), utility


def crowd(count=10):
    return [
        candidate(f"m{n}", {"a": score(0.2 + 0.02 * n, 800), "b": score(0.2 + 0.02 * n, 800)}) for n in range(count)
    ]


def test_a_close_rival_that_was_hardly_asked_is_worth_asking():
    close = candidate("close", {"a": score(0.5, 40, pool=800), "b": score(0.5, 800)})
    best = candidate("best", {"a": score(0.52, 800), "b": score(0.52, 800)})
    found, _ = asked([best, close, *crowd()])
    assert (found[0].model, found[0].benchmark, found[0].samples) == ("close", "a", 760)
    assert found[0].command == "outweigh run org/close --benchmark a --limit 800"
    assert 0.05 < found[0].changes_answer < 0.5
    assert 0 < found[0].lowers_regret < 0.05


def test_what_was_never_asked_is_worth_asking():
    unknown = candidate("unknown", {"a": score(0.55, 800)})
    best = candidate("best", {"a": score(0.5, 800), "b": score(0.5, 800)})
    found, _ = asked([best, unknown, *crowd()])
    assert (found[0].model, found[0].benchmark) == ("unknown", "b")
    assert found[0].command == "outweigh run org/unknown --benchmark b"


def test_what_was_asked_whole_is_not_asked_again():
    whole = [candidate(f"m{n}", {"a": score(0.4 + 0.05 * n, 100, pool=100)}) for n in range(4)]
    assert asked(whole)[0] == ()


def test_a_hopeless_model_is_not_worth_asking():
    hopeless = candidate("hopeless", {"a": score(0.05, 40, pool=800), "b": score(0.05, 800)})
    best = candidate("best", {"a": score(0.7, 800), "b": score(0.7, 800)})
    assert "hopeless" not in {each.model for each in asked([best, hopeless, *crowd()])[0]}


def test_a_benchmark_without_weight_is_worth_little():
    close = candidate("close", {"a": score(0.5, 40, pool=800), "b": score(0.5, 40, pool=800)})
    best = candidate("best", {"a": score(0.52, 800), "b": score(0.52, 800)})
    found, _ = asked([best, close, *crowd()], weights={"b": 1})
    assert found[0].benchmark == "b"


def test_the_gain_is_that_of_asking_in_simulation():
    """A model with a normal belief is asked once more: the best expected worth grows by what is told."""
    from outweigh.insight.next_evaluations import _gain

    rng = np.random.default_rng(1)
    own, other, spread, noise = 0.48, 0.5, 0.05, 0.03
    truth = own + spread * rng.standard_normal(400_000)
    seen = truth + noise * rng.standard_normal(400_000)
    after = own + (seen - own) * spread**2 / (spread**2 + noise**2)
    gain, change = _gain(own - other, spread**2 / np.sqrt(spread**2 + noise**2))
    assert gain == pytest.approx(np.maximum(after, other).mean() - other, rel=0.02)
    assert change == pytest.approx((after > other).mean(), abs=0.005)


def test_a_sample_varies_as_the_errors_of_scores_say():
    from outweigh.insight.next_evaluations import _variance

    shares = believed([candidate(f"m{n}", {"a": score(0.3, 400)}) for n in range(3)])
    assert _variance(shares, "a") == pytest.approx(0.3 * 0.7, rel=0.02)
    others = believed([candidate("m", {"bleu": Objective(value=20.0, low=20 - 1.96, high=20 + 1.96, count=50)})])
    assert _variance(others, "bleu") == pytest.approx(50, rel=0.001)
    unknown = believed([candidate("m", {"a": Objective(value=0.5, low=0.4, high=0.6)})])
    assert _variance(unknown, "a") == 0.25


def test_one_model_leaves_nothing_to_find_out():
    assert asked(crowd(), left=[3])[0] == ()
