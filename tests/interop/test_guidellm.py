"""GuideLLM's reports are read for what they say.

The file in `measured/guidellm` was written by guidellm 0.8.1's own accumulator, benchmark and report classes from
made-up times: eight requests of two streams, then eight by Poisson, of which one is late.
"""

import json

import pytest

from outweigh.interop.guidellm import read_guidellm
from outweigh.records import Arrival, Limits, ModelSource, UserError


@pytest.fixture
def report(measured):
    return measured / "guidellm" / "benchmarks.json"


def test_every_benchmark_is_a_measurement(report):
    closed, open_ = (each.measurement for each in read_guidellm(report))
    assert (closed.model.source, closed.model.name) == (ModelSource.EXTERNAL, "demo/tiny-1b")
    assert (closed.workload.arrival, closed.workload.concurrency) == (Arrival.CONCURRENCY, 2)
    assert closed.workload.limits == Limits(ttft_seconds=0.055)
    assert (open_.workload.arrival, open_.workload.rate, open_.workload.seed) == (Arrival.POISSON, 4.0, 42)
    assert open_.workload.limits is None
    for found in (closed, open_):
        assert (found.workload.prompt_tokens, found.workload.output_tokens) == (64, 16)
        assert (found.harness, found.requests, found.failed) == ("GuideLLM 0.8.1", 8, 1)
        assert (found.figures, found.machine, found.precise, found.conditions) == ((), None, None, None)
    assert closed.workload.seed == 42


def test_a_folder_stands_for_its_report(report):
    assert read_guidellm(report.parent) == read_guidellm(report)


def test_a_request_has_its_first_and_last_token(report):
    raw = json.loads(report.read_text())["benchmarks"][0]["requests"]["successful"][1]
    timing = read_guidellm(report)[0].timings[1]
    assert timing.ttft == pytest.approx(raw["time_to_first_token_ms"] / 1e3, abs=1e-6)
    assert timing.e2e == pytest.approx(raw["request_latency"], abs=1e-6)
    assert timing.tpot == pytest.approx(raw["inter_token_latency_ms"] / 1e3, abs=1e-6)
    assert (len(timing.tokens), timing.counts) == (2, None)
    assert (timing.input_tokens, timing.output_tokens) == (64, 16)


def test_gaps_between_tokens_are_not_known(report):
    unmeasured = read_guidellm(report)[0].measurement.unmeasured
    assert set(unmeasured) == {f"itl_seconds_{name}" for name in ("p50", "p90", "p95", "p99", "mean")}


def test_an_open_loop_counts_from_the_schedule(report):
    timings = read_guidellm(report)[1].timings
    assert [timing.due for timing in timings] == pytest.approx([0.25 * place for place in range(8)], abs=1e-6)
    assert timings[3].sent - timings[3].due == pytest.approx(0.12, abs=1e-6)
    assert timings[3].ttft > 0.12
    closed = read_guidellm(report)[0].timings
    assert all(timing.due == timing.sent for timing in closed)


def test_a_missing_seed_is_noted(report, edited):
    edited(report, None, "config", "spec", "seed")
    assert "its seed is not told" in read_guidellm(report)[0].measurement.notes


def test_a_reason_is_one_line_and_not_a_page(report, edited):
    edited(report, "bad\n<html>" * 99, "benchmarks", 0, "requests", "errored", 0, "info", "error")
    edited(report, None, "benchmarks", 1, "requests", "errored", 0, "info", "error")
    long, none = (next(one.failed for one in each.timings if one.failed) for each in read_guidellm(report))
    assert long.startswith("bad <html>bad <html>") and long.endswith("…") and len(long) == 200
    assert none == "failed without a reason"


def test_a_failure_keeps_its_reason(report):
    timings = read_guidellm(report)[0].timings
    assert [timing.failed for timing in timings].count("connection reset") == 1
    assert sum(timing.failed is None for timing in timings) == 7


def test_requests_outside_the_measured_time_are_warmup(report, edited):
    successful = json.loads(report.read_text())["benchmarks"][0]["requests"]["successful"]
    start = min(one["request_end_time"] for one in successful) + 1e-4
    kept = [one["request_latency"] for one in successful if one["request_end_time"] >= start]
    assert len(kept) == 6
    edited(report, start, "benchmarks", 0, "start_time")
    edited(report, 6, "benchmarks", 0, "metrics", "request_totals", "successful")
    edited(report, sum(kept) / 6, "benchmarks", 0, "metrics", "request_latency", "successful", "mean")
    timings = read_guidellm(report)[0].timings
    assert sum(timing.warmup for timing in timings) == 1
    assert min(timing.done for timing in timings) == next(timing.done for timing in timings if timing.warmup)


def test_where_only_some_requests_were_kept_rates_are_as_stated(report, edited):
    kept = json.loads(report.read_text())["benchmarks"][0]["requests"]["successful"][:3]
    edited(report, kept, "benchmarks", 0, "requests", "successful")
    found = read_guidellm(report)[0].measurement
    assert found.requests == 8
    assert "the file keeps 3 of 7 answered requests, drawn at random" in found.notes
    assert "GuideLLM states" in found.unmeasured["requests_per_second"]
    assert {"output_tokens_per_second", "goodput_requests_per_second"} <= found.unmeasured.keys()
    assert "ttft_seconds_p50" not in found.unmeasured


def test_requests_that_were_cut_off_do_not_count(report, edited):
    cut = json.loads(report.read_text())["benchmarks"][0]["requests"]["errored"]
    edited(report, cut, "benchmarks", 0, "requests", "incomplete")
    found = read_guidellm(report)[0]
    assert len(found.timings) == 8
    assert any(note.startswith("1 of 9 requests were cut off at the end") for note in found.measurement.notes)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ({"type_": "synchronous"}, (Arrival.CONCURRENCY, 1, None)),
        ({"type_": "throughput", "max_concurrency": 64}, (Arrival.CONCURRENCY, 64, None)),
        ({"type_": "constant", "rate": 2.0, "max_concurrency": 9}, (Arrival.CONSTANT, 9, 2.0)),
        ({"type_": "trace"}, (Arrival.TRACE, None, None)),
    ],
)
def test_each_strategy_is_an_arrival(report, edited, strategy, expected):
    edited(report, strategy, "benchmarks", 0, "config", "strategy")
    work = read_guidellm(report)[0].measurement.workload
    assert (work.arrival, work.concurrency, work.rate) == expected


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("metadata", "version"), 1, r"metadata.version: 1 is not known here; expected 2"),
        (("metadata", "guidellm_version"), None, r"metadata.guidellm_version: field required"),
        (("benchmarks",), [], r"benchmarks: list should have at least 1 item"),
        (("benchmarks", 0, "metrics", "request_totals"), None, r"benchmarks.0.metrics.request_totals: field required"),
        (("benchmarks", 0, "config", "backend", "model"), "", r"benchmarks.0.config.backend.model: missing"),
        (("benchmarks", 0, "config", "strategy"), {"type_": "odd"}, r"config.strategy.type_: odd is not known here"),
        (("benchmarks", 0, "config", "strategy"), {"type_": "throughput"}, r"config.strategy: no max_concurrency"),
        (("benchmarks", 0, "metrics", "request_totals", "successful"), 5, r"5 successful are stated, there are 7"),
        (("benchmarks", 0, "metrics", "request_latency", "successful", "mean"), 9.0, r"9.0 is stated, its requests"),
        (("benchmarks", 0, "requests"), {"errored": []}, r"no request was answered or failed"),
    ],
)
def test_a_wrong_report_is_one_clear_line(report, edited, keys, value, problem):
    edited(report, value, *keys)
    with pytest.raises(UserError, match=problem) as caught:
        read_guidellm(report)
    assert "benchmarks.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["prompt", "output"])
def test_requests_without_token_counts_are_refused(report, edited, name):
    for index in range(7):
        edited(report, None, "benchmarks", 0, "requests", "successful", index, f"{name}_tokens")
    with pytest.raises(UserError, match=rf"{name}_tokens: missing in every request"):
        read_guidellm(report)
