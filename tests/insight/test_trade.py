"""The front of a need: who may be on it, and how much it covers."""

import pytest

from candidates import candidate, exactly, need
from outweigh.insight.trade import trade
from outweigh.records import UserError

MODELS = [
    candidate("good", {"a": 0.8}, 10**6, costs={"memory_bytes": exactly(8e9)}),
    candidate("middle", {"a": 0.7}, 10**6, costs={"memory_bytes": exactly(4e9)}),
    candidate("light", {"a": 0.3}, 10**6, costs={"memory_bytes": exactly(2e9)}),
    candidate("neither", {"a": 0.2}, 10**6, costs={"memory_bytes": exactly(7e9)}),
]


def test_the_front_has_values_knee_and_volume():
    found = trade(MODELS, need(limits={"max_memory_bytes": 10e9}))
    assert found.objectives == ("a", "memory_bytes")
    assert [each.model for each in found.models] == ["good", "middle", "light"]
    assert all(each.chance == 1 for each in found.models)
    assert found.knee == "middle"
    # boxes 0.8 × 0.2, 0.7 × 0.6, 0.3 × 0.8
    assert found.hypervolume.value == pytest.approx(0.7 * 0.6 + 0.1 * 0.2 + 0.3 * 0.2, abs=1e-3)
    assert found.hypervolume.low <= found.hypervolume.value <= found.hypervolume.high
    assert "3 of 4 models are on the Pareto front with at least 95 %" in found.answer


def test_who_breaks_a_limit_is_not_on_it():
    found = trade(MODELS, need(limits={"max_memory_bytes": 5e9}))
    assert {each.model for each in found.models} == {"middle", "light"}


def test_the_volume_is_of_those_that_keep_the_limits():
    models = [MODELS[0].but(license="other"), *(each.but(license="mit") for each in MODELS[1:])]
    found = trade(models, need(limits={"max_memory_bytes": 10e9, "licences": ["mit"]}))
    assert found.hypervolume.value == pytest.approx(0.7 * 0.6 + 0.3 * 0.2, abs=1e-3)


def test_where_nobody_keeps_the_limits_it_is_said():
    with pytest.raises(UserError, match="no model keeps the limits"):
        trade(MODELS, need(limits={"max_memory_bytes": 1e9}))


def test_it_is_said_why_there_is_no_volume():
    many = [candidate("m", {name: 0.5 for name in "abcdef"}), candidate("n", {name: 0.6 for name in "abcdef"})]
    found = trade(many, need())
    assert found.hypervolume is None
    assert found.notes == ("no hypervolume: it is taken of at most 5 objectives, and these are 6",)
    assert trade(MODELS, need()).notes == ()
