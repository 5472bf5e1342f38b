"""A need is refused where it is nonsense, and says what is."""

import pytest
from pydantic import ValidationError

from outweigh.records import CostName, Known, Need, NeedLimits, Objective


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"weights": {"code": -1}}, "code: a weight cannot be negative"),
        ({"weights": {"code": 0, "safety": 0.0}}, "weights sum to zero"),
        ({"weights": {"code": "much"}}, "code: write a number"),
        ({"weights": {"code": float("nan")}}, "code: write a number"),
        ({"certainty": 1}, "less than 1"),
        ({"utility": "best"}, "weighted"),
        ({"deployment": "moon"}, "cloud"),
    ],
)
def test_nonsense_weights_are_refused(fields, told):
    with pytest.raises(ValidationError, match=told):
        Need.model_validate(fields)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"min_score": {"math": 40}}, "math: write a share, such as 0.4, not percent"),
        ({"min_score": {"math": -0.1}}, "a score is a share from 0 to 1"),
        ({"min_score": {"math": 400}}, "a score is a share from 0 to 1"),
        ({"max_memory_bytes": 8}, "counted in bytes, such as 8e9 for 8 GB"),
        ({"max_memory_bytes": "8GB"}, "write a plain number, such as 8e9 for 8 GB"),
        ({"max_parameters": 8}, "counted in parameters, such as 8e9"),
        ({"max_latency_seconds": "2000ms"}, "write a plain number, such as 2.5, in seconds"),
        ({"max_latency_seconds": -2}, "greater than 0"),
        ({"latency_percentile": 0.95}, "write percent, such as 95"),
        ({"max_cost_per_month": -5}, "greater than 0"),
        ({"max_cost_per_month": True}, "write a plain number"),
        ({"min_context_tokens": 4}, "counted in tokens"),
        ({"licences": "mit"}, r'write a list, such as \["mit"\]'),
        ({"currency": "dollars"}, "three capital letters, such as USD"),
    ],
)
def test_nonsense_limits_are_refused(limits, told):
    with pytest.raises(ValidationError, match=told):
        Need.model_validate({"limits": limits})


def test_every_cost_has_a_limit_of_its_name():
    limits = NeedLimits.model_validate({f"max_{cost.value}": 1e7 for cost in CostName})
    assert all(limits.at_most(cost) == 1e7 for cost in CostName)
    assert NeedLimits().at_most(CostName.MEMORY) is None


def test_a_figure_has_an_interval_an_error_or_a_reason():
    with pytest.raises(ValidationError, match="the reason why it has none"):
        Objective(value=1)
    with pytest.raises(ValidationError, match="low and high come together"):
        Objective(value=1, low=0)
    with pytest.raises(ValidationError, match="must stand in this order"):
        Objective(value=1, low=2, high=3)
    with pytest.raises(ValidationError, match="level must be one of"):
        Objective(value=1, low=0, high=3, level=0.5)
    assert Objective(value=1, exact="given").ends == (1, 1)


def test_intervals_of_any_level_become_those_of_95_percent():
    found = Objective(value=0.5, low=0.5 - 1.6448536, high=0.5 + 2 * 1.6448536, level=0.9, known=Known.PREDICTED)
    assert found.ends == pytest.approx((0.5 - 1.959964, 0.5 + 2 * 1.959964), abs=1e-5)
    assert found.error == pytest.approx(1.5, abs=1e-5)
    assert Objective(value=0.5, standard_error=0.1).ends == pytest.approx((0.304, 0.696), abs=1e-3)
