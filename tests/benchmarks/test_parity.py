"""Prompts, targets and marks equal lm-evaluation-harness 0.4.13's own logs, without any model."""

import hashlib

import pytest

from outweigh.benchmarks import catalogue
from outweigh.benchmarks.draws import Shots
from outweigh.benchmarks.prompting import Plain
from outweigh.benchmarks.sources import Mirror
from outweigh.records import Finish, Generated, Likelihood, Likelihoods
from outweigh.stats.intervals import estimate
from shared_data import HUB, golden_logs, needs_shared, read_log, read_results

LOGS = golden_logs()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def asked(results):
    """Every request of the log's benchmark, by position, with its sample."""
    (benchmark,) = catalogue.benchmarks(results["task"])
    loaded = benchmark.load(Mirror(HUB))
    shots = 0 if benchmark.shots_fixed else results["shots"]
    drawn = Shots(benchmark.draw, loaded.samples, loaded.pool, shots, seed=1234)
    limit = results["samples"]
    return benchmark, {s.position: (s, benchmark.ask(s, drawn.of(s), Plain())) for s in loaded.samples[:limit]}


def arguments(request):
    """The request as the log writes its arguments."""
    if isinstance(request, Likelihood):
        return {f"gen_args_{i}": {"arg_0": c, "arg_1": t} for i, (c, t) in enumerate(request.pairs)}
    decoding = request.decoding
    options = {"until": list(request.stop), "do_sample": False, "temperature": decoding.temperature}
    if decoding.max_tokens is not None:
        options["max_gen_toks"] = decoding.max_tokens
    return {"gen_args_0": {"arg_0": request.prompt, "arg_1": options}}


def response(request, line):
    """The response that the log stored."""
    if isinstance(request, Likelihood):
        pairs = [answers[0] for answers in line["resps"]]
        return Likelihoods(
            sums=tuple(float(total) for total, _ in pairs),
            is_greedy=tuple(greedy == "True" for _, greedy in pairs),
            token_counts=(1,) * len(pairs),
        )
    return Generated(text=line["resps"][0][0], finish=Finish.STOP, tokens=1)


@needs_shared
@pytest.mark.parametrize("log", LOGS, ids=lambda path: path.name.removesuffix(".samples.jsonl.gz"))
def test_prompts_targets_and_marks_equal_the_standard(log):
    lines, results = read_log(log), read_results(log)
    benchmark, requests = asked(results)
    assert benchmark.version == str(results["version"])
    values = {}
    for line in lines:
        sample, request = requests[line["doc_id"]]
        assert arguments(request) == line["arguments"]
        prompt = request.pairs[0][0] if isinstance(request, Likelihood) else request.prompt
        assert sha256(prompt) == line["prompt_hash"]
        assert sample.reference == line["target"]
        assert sha256(sample.reference) == line["target_hash"]
        assert sample.details == line["doc"]
        marked = [s for s in benchmark.mark(sample, response(request, line)) if s.filter == line["filter"]]
        assert {score.metric: score.value for score in marked} == {name: line[name] for name in line["metrics"]}
        for score in marked:
            values.setdefault(f"{score.metric},{score.filter}", []).append(score.value)
    assert len(lines) == sum(len(v) for v in values.values()) // len(lines[0]["metrics"])
    for metric in benchmark.metrics:
        mine = estimate(values[f"{metric.name},{metric.filter}"], binary=metric.binary)
        theirs = results["metrics"]
        assert mine.value == pytest.approx(theirs[f"{metric.name},{metric.filter}"], abs=1e-12)
        assert mine.standard_error == pytest.approx(theirs[f"{metric.name}_stderr,{metric.filter}"], abs=1e-12)


@needs_shared
def test_there_are_logs_to_compare_with():
    assert LOGS
