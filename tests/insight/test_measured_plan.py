"""What was measured becomes the plan: the fastest way to serve that pays, the accuracy, and other models."""

from datetime import date

import pytest

from deployments import RENTED, deployment
from measurements import figure, measured, scored, spec
from outweigh.insight.costing import cost
from outweigh.insight.measured_plan import planned, service
from outweigh.records import Alternative, Arrival, Change, Energy, Latency, Part, Plan, Spread, UserError, Workload

BARE = deployment(
    RENTED | {"service": None, "model": "the model"}, load={"mean_requests_per_second": 9}, hardware={"gpus": 2}
)


def plan(measurements, results=(), benchmark=None, base=BARE, alternatives=()):
    return planned(Plan(deployment=base, alternatives=alternatives), measurements, results, benchmark)


def test_a_measurement_of_the_same_tokens_says_how_the_model_serves():
    found = service(measured(), BARE.load)
    assert (found.slots, found.gpus_per_replica) == (8, 2)
    assert (found.seconds.likely, found.seconds.low, found.seconds.spread) == (2.0, 1.8, Spread.INTERVAL)
    assert found.joules_per_request.likely == 90
    assert found.source == "measured 2026-03-01, 8 at a time × (300 + 100) tokens"


def test_other_tokens_are_scaled_by_first_and_further_tokens():
    found = service(measured(tokens=(100, 50)), BARE.load)
    assert found.seconds.likely == pytest.approx(0.2 * 3 + 0.01 * 99)
    assert found.joules_per_request.likely == pytest.approx(90 * found.seconds.likely / 2)
    _, notes = plan([measured(tokens=(100, 50))])
    assert any("scaled from 100 + 50 tokens to 300 + 100" in note for note in notes)


def test_a_measurement_at_a_rate_says_nothing_of_the_service():
    at_rate = measured(workload=Workload(arrival=Arrival.POISSON, rate=3, prompt_tokens=300, output_tokens=100))
    with pytest.raises(UserError, match="measured at a rate, which has waiting in it"):
        plan([at_rate])
    found, _ = plan([at_rate, measured()])
    assert found.deployment.service.slots == 8


def test_a_figure_that_is_not_there_is_named_with_its_reason():
    bare = measured(figures=(), unmeasured={"e2e_seconds_mean": "an interval takes 3 parts"})
    with pytest.raises(UserError, match="no e2e_seconds_mean: an interval takes 3 parts; measure longer"):
        plan([bare])
    endless = measured(figures=(figure("e2e_seconds_mean", 2.0).but(high=float("inf")),))
    with pytest.raises(UserError, match=r"no e2e_seconds_mean: its interval is \[1.8, inf\] s"):
        plan([endless])


def test_the_load_that_costs_least_is_chosen():
    found, notes = plan(
        [measured(slots=1, seconds=1.0), measured(slots=32, seconds=2.5), measured(slots=64, seconds=9)]
    )
    assert found.deployment.service.slots == 32
    assert found.deployment.model == "small"
    assert any(
        "measured on NVIDIA A100, NVIDIA A100; the cost holds where “A100 (40 GB)” is as fast" in note for note in notes
    )


def test_an_idle_draw_that_was_measured_counts_unless_one_is_given():
    energy = Energy(
        source="NVML", estimated=True, method="a table", joules=9, low=8, high=10, idle_watts=55.0, seconds=1
    )
    found, notes = plan([measured(energy=energy)])
    assert found.deployment.hardware.watts.likely == 55
    assert {"the energy of small is estimated", "Energy is estimated, not measured: a table"} <= set(notes)
    given = BARE.but(hardware=BARE.hardware.model_dump() | {"watts": 200})
    assert plan([measured(energy=energy)], base=given)[0].deployment.hardware.watts.likely == 200


def test_the_accuracy_is_that_of_the_benchmark():
    results = [scored(), scored(benchmark="mmlu", score=0.6)]
    found, _ = plan([measured()], results, "mmlu")
    assert found.deployment.accuracy.likely == 0.6
    assert found.deployment.accuracy.spread is Spread.INTERVAL
    unsaid, notes = plan([measured()], results)
    assert unsaid.deployment.accuracy is None
    assert "the runs have several benchmarks (gsm8k, mmlu): --benchmark says which counts" in notes
    _, notes = plan([measured()], results, base=BARE.but(accuracy=found.deployment.accuracy))
    assert not any("several benchmarks" in note for note in notes)
    with pytest.raises(UserError, match="--benchmark arc: not in the runs; they have gsm8k, mmlu"):
        plan([measured()], results, "arc")


def test_a_time_that_is_hardly_known_makes_a_plan_that_says_so():
    slow = figure("e2e_seconds_mean", 2.0).but(low=0.0, high=5.0)
    found, notes = plan([measured(figures=(slow,))])
    seconds = found.deployment.service.seconds
    assert (seconds.low, seconds.likely, seconds.high) == (0.002, 2.0, 5.0)
    assert "a request of small takes 2 s [0.002, 5], which is hardly known: measure longer (--budget)" in notes
    priced = cost(found.deployment, today=date(2026, 3, 2), draws=200)
    assert priced.total.low <= priced.total.value <= priced.total.high
    hopeless = cost(found.deployment.but(latency=Latency(percentile=95, seconds=8)), today=date(2026, 3, 2), draws=200)
    assert any("no number of replicas" in note for note in hopeless.notes)
    assert set(hopeless.parts) <= {Part.HARDWARE, Part.SCALING}
    assert not any("hardly known" in note for note in plan([measured()])[1])


def test_an_accuracy_that_reaches_nothing_is_not_used():
    found, notes = plan([measured()], [scored(score=0.01, spread=1.0)])
    assert found.deployment.accuracy is None
    assert any("no share of right answers" in note for note in notes)


def test_other_measured_models_are_alternatives():
    int8 = spec("org/small", quantization="int8")
    models = [
        measured(),
        measured("org/tiny", seconds=0.5),
        measured(int8, seconds=1.0),
        measured("org/huge", seconds=60),
    ]
    base = BARE.but(model="small (not quantized)")
    found, _ = plan(models, [scored("org/tiny", 0.7)], base=base)
    told = {each.deployment.model: each for each in found.alternatives}
    assert told["tiny"].change is Change.MODEL
    assert told["tiny"].deployment.accuracy.likely == 0.7
    assert told["small (int8)"].change is Change.QUANTIZE
    assert "huge" not in told  # it does not keep the limit


def test_a_model_that_is_not_in_the_runs_is_named():
    with pytest.raises(UserError, match="model 'other' is not in the runs: small"):
        plan([measured()], base=BARE.but(model="other"))
    with pytest.raises(UserError, match=r"which model\? Write model = 'small' or 'tiny' in its file"):
        plan([measured(), measured("org/tiny")])
    with pytest.raises(UserError, match="small was not measured in the runs"):
        plan([], [scored()], base=BARE.but(model="small"))


def test_what_was_given_is_not_replaced():
    given = deployment(RENTED | {"accuracy": 0.5})
    found, notes = plan([measured()], [scored()], base=given)
    assert found.deployment == given
    assert found.alternatives == ()
    assert notes == ()
    spot = Alternative(change=Change.SPOT, deployment=BARE)
    found, _ = plan([measured()], base=given, alternatives=(spot,))
    assert found.alternatives[0].deployment.service.slots == 8


def test_without_runs_a_plan_stays_as_it_is():
    assert plan([])[0].deployment == BARE
