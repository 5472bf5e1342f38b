"""Measured models in a deployment have costs and guidance, and those that cannot serve say why they have none."""

from datetime import date

import pytest

from candidates import need
from deployments import HOSTED, deployment
from measurements import measured, scored
from outweigh.insight.candidates import of_runs
from outweigh.insight.costing import cost
from outweigh.insight.deployed import deployed
from outweigh.insight.measured_plan import service
from outweigh.records import CostName, Known

TODAY = date(2025, 4, 1)


def price(measurements, results=(), place=None, **fields):
    wanted = need(**fields)
    candidates = of_runs([(each, ()) for each in results], measurements, wanted)
    return deployed(candidates, measurements, place or deployment(hardware={"gpus": 2}), wanted, TODAY)


def test_a_measured_model_costs_what_its_deployment_does():
    one = measured(tokens=(300, 100), seconds=2.0, slots=8)
    (found,), _ = price([one])
    place = deployment(hardware={"gpus": 2})
    wanted = cost(place.but(service=service(one, place.load)), today=TODAY)
    month = found.costs[CostName.PER_MONTH]
    assert month.value == pytest.approx(float(wanted.total.value) / 12)
    assert (month.low, month.high) == pytest.approx((float(wanted.total.low) / 12, float(wanted.total.high) / 12))
    assert month.known is Known.ESTIMATED
    assert found.costs[CostName.PER_MILLION].value == pytest.approx(float(wanted.per_million_tokens.value))
    assert found.currency == "USD"


def test_guidance_says_replicas_slots_and_latency():
    (found,), _ = price([measured(tokens=(300, 100), seconds=2.0, slots=8)])
    told = found.guidance
    assert told.replicas >= 1 and told.machines >= 1
    assert (told.requests_at_a_time, told.percentile) == (8, 95)
    assert 2 < told.latency_seconds <= 10
    assert found.costs[CostName.LATENCY].value == told.latency_seconds
    assert told.notes == (
        "the latency has waiting in it, and requests' times vary: (standard deviation / mean)² = 1 (load.variation)",
    )


def test_on_a_laptop_latency_is_that_of_one_request():
    one = measured(tokens=(300, 100), seconds=2.0, slots=8)
    (found,), _ = price([one], deployment="laptop")
    assert CostName.LATENCY not in found.costs


def test_who_cannot_keep_the_latency_has_no_cost_and_says_why():
    slow = measured("org/slow", tokens=(300, 100), seconds=30.0)
    (found,), _ = price([slow])
    assert CostName.PER_MONTH not in found.costs
    assert "no number of replicas" in found.guidance.unknown["cost"]


def test_who_was_not_measured_has_no_cost_and_says_so():
    (found,), _ = price([], [scored()])
    assert found.costs == {}
    assert found.guidance.unknown["cost"] == "not measured; `outweigh measure` it"


def test_the_needs_own_latency_and_load_count():
    one = measured(tokens=(300, 100), seconds=2.0)
    (strict,), _ = price([one], limits={"max_latency_seconds": 1.0})
    assert CostName.PER_MONTH not in strict.costs
    load = {"mean_requests_per_second": 40, "prompt_tokens": 300, "output_tokens": 100}
    (busy,), _ = price([one], load=load)
    (calm,), _ = price([one])
    assert busy.costs[CostName.PER_MONTH].value > 3 * calm.costs[CostName.PER_MONTH].value


def test_a_hosted_deployment_costs_by_the_token():
    (found,), _ = price([measured()], place=deployment(HOSTED))
    assert found.costs[CostName.PER_MILLION].value > 0
    assert found.guidance.replicas is None
