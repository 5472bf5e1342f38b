"""Limits remove models, each named, with the probability that it is kept all the same."""

import numpy as np
import pytest

from candidates import candidate, need, score
from outweigh.insight.beliefs import believed
from outweigh.insight.limits import checked, effects, relaxation, removed, together
from outweigh.records import Guidance, Objective, UserError


def check(candidates, certainty=0.5, **limits):
    beliefs = believed(candidates)
    found = checked(need(limits=limits), beliefs)
    keeps = together(found, beliefs).mean(axis=0)
    return beliefs, found, keeps, removed(found, keeps, beliefs, certainty)


SMALL = candidate("small", {"a": 0.4}, parameters=1e9, license="MIT", languages=("en",), context_tokens=8192)
LARGE = candidate("large", {"a": 0.7}, parameters=7e10, license="llama3", languages=("en", "de"), context_tokens=131072)
SECRET = candidate("secret", {"a": 0.5})


@pytest.mark.parametrize(
    ("limits", "gone"),
    [
        ({"max_parameters": 8e9}, {"large": "7e+10 where the limit is 8e+09", "secret": "not known"}),
        ({"licences": ["mit", "apache-2.0"]}, {"large": "not kept: it has llama3", "secret": "not known"}),
        ({"languages": ["de"]}, {"small": "not kept: it has en", "secret": "not known"}),
        ({"min_context_tokens": 16384}, {"small": "8192 where the limit is 1.638e+04", "secret": "not known"}),
        ({"max_memory_bytes": 8e9}, dict.fromkeys(("small", "large", "secret"), "not known; `outweigh measure` it")),
        ({}, {}),
    ],
)
def test_each_limit_removes_those_that_fail_it_or_of_which_it_is_not_known(limits, gone):
    _, _, _, found = check([SMALL, LARGE, SECRET], **limits)
    assert {each.model: each.told for each in found} == gone


def test_it_is_said_why_a_figure_is_not_known():
    noisy = SMALL.but(guidance=Guidance(unknown={"latency": "too few requests", "cost": "too slow for the limit"}))
    limits = {"max_latency_seconds": 2, "max_cost_per_month": 100, "max_memory_bytes": 8e9}
    for name, told in zip(limits, ("too few requests", "too slow for the limit", None), strict=True):
        (found,) = check([noisy], **{name: limits[name]})[3]
        assert found.told == (f"not known: {told}" if told else "not known; `outweigh measure` it")


def test_a_model_that_cannot_be_had_or_is_flagged_is_removed_without_a_limit():
    there = [SMALL.but(available=True), LARGE.but(available=False), SECRET.but(flagged=True)]
    assert {each.model: each.limit for each in check(there)[3]} == {"large": "available", "secret": "not flagged"}


def test_a_score_near_its_limit_is_kept_with_a_probability():
    crowd = [candidate(f"m{n}", {"a": score(0.3 + 0.04 * n, 100)}) for n in range(8)]
    beliefs, limits, keeps, gone = check([candidate("near", {"a": score(0.42, 100)}), *crowd], min_score={"a": 0.45})
    assert 0.05 < keeps[0] < 0.5
    told = next(each for each in gone if each.model == "near")
    assert told.chance == pytest.approx(keeps[0])
    assert "kept with" in told.told
    assert keeps[-1] > 0.9
    assert removed(limits, keeps, beliefs, keeps[0] / 2) != gone  # who asks for less certainty keeps it


def test_a_cost_is_kept_as_often_as_its_interval_allows():
    spent = Objective(value=2.0, low=1.0, high=3.0)
    _, _, keeps, _ = check([candidate("m", {"a": 0.5}, costs={"latency_seconds": spent})], max_latency_seconds=2.5)
    assert keeps[0] == pytest.approx(0.836, abs=0.03)


def test_effects_count_who_fails_and_who_fails_nothing_else():
    _, limits, _, _ = check([SMALL, LARGE, SECRET], max_parameters=8e9, languages=["de"])
    found = {each.limit: (each.failing, each.alone, each.unknown) for each in effects(limits, 0.5)}
    assert found == {"max_parameters": (2, 1, 1), "languages": (2, 1, 1)}


def test_the_cheapest_relaxation_moves_one_limit_the_least():
    others = [
        candidate(f"m{n}", {"a": 0.5}, parameters=size, license="mit") for n, size in enumerate((9e9, 2e10, 7e10))
    ]
    beliefs, limits, _, _ = check(others, max_parameters=8e9)
    found = relaxation(limits, np.zeros(3), beliefs, 0.5)
    assert (found.model, found.limits) == ("m0", ("max_parameters = 9e+09",))


def test_a_relaxation_prefers_one_limit_to_two_and_breaks_ties_by_worth():
    both = [
        candidate("two", {"a": 0.5}, parameters=8.1e9, license="other"),
        candidate("one", {"a": 0.5}, parameters=7e10, license="mit"),
        candidate("same", {"a": 0.5}, parameters=7e10, license="mit"),
    ]
    beliefs, limits, _, _ = check(both, max_parameters=8e9, licences=["mit"])
    assert relaxation(limits, np.array([0.9, 0.1, 0.2]), beliefs, 0.5).model == "same"


def test_a_relaxed_score_is_one_that_the_model_keeps_with_the_wanted_certainty():
    crowd = [candidate(f"m{n}", {"a": score(0.3 + 0.02 * n, 400)}) for n in range(8)]
    beliefs, limits, _, _ = check(crowd, min_score={"a": 0.9})
    found = relaxation(limits, np.zeros(8), beliefs, 0.5)
    assert found.model == "m7"
    value = float(found.limits[0].removeprefix("min_score.a = "))
    assert (beliefs.scores[:, 7, 0] >= value).mean() >= 0.5


def test_a_model_of_which_a_figure_is_not_known_is_the_last_way_out():
    far = candidate("far", {"a": 0.5}, parameters=4e12)
    beliefs, limits, _, _ = check([SECRET, far], max_parameters=1e9)
    assert relaxation(limits, np.array([0.9, 0.1]), beliefs, 0.5).model == "far"


def test_what_is_not_known_is_relaxed_by_giving_the_limit_up():
    beliefs, limits, _, _ = check([SECRET], max_memory_bytes=8e9)
    assert (
        "no limit on max_memory_bytes (it is not known of this model)"
        in relaxation(limits, np.zeros(1), beliefs, 0.5).told
    )


def test_money_of_two_currencies_is_not_compared():
    priced = candidate("m", {"a": 0.5}, costs={"cost_per_month": 100.0}, currency="USD")
    with pytest.raises(UserError, match="max_cost_per_month is in EUR, but m costs USD"):
        check([priced], max_cost_per_month=500, currency="EUR")
