"""optimum-benchmark's results are read for what they say.

The files in `measured/optimum` were written by optimum-benchmark 0.6.0's own configs, trackers and report, which
timed sleeps: once with a tracker of single tokens ("pytorch"), once without ("llama_cpp").
"""

import json

import pytest

from outweigh.interop.optimum_benchmark import read_optimum_benchmark, token_gaps
from outweigh.records import Arrival, ModelSource, Precision, UserError

STATISTICS = ("p50", "p90", "p95", "p99", "mean")


@pytest.fixture
def whole(measured):
    return measured / "optimum" / "pytorch" / "benchmark.json"


@pytest.fixture
def plain(measured):
    return measured / "optimum" / "llama_cpp" / "benchmark.json"


def latency(path, target):
    return json.loads(path.read_text())["report"][target]["latency"]


def test_the_batch_the_model_and_the_machine_are_told(whole):
    found = read_optimum_benchmark(whole).measurement
    assert (found.model.source, found.model.name) == (ModelSource.EXTERNAL, "demo/tiny-1b")
    assert found.model.precision == Precision.FLOAT32
    work = found.workload
    assert (work.arrival, work.batch_size, work.prompt_tokens, work.output_tokens) == (Arrival.BATCH, 2, 64, 5)
    assert found.machine.cpu == "Intel(R) Xeon(R) CPU @ 2.20GHz"
    assert (found.machine.cores, found.machine.memory_bytes) == (2, 13654929408)
    assert found.machine.software["optimum-benchmark"] == "0.6.0"
    assert (found.harness, found.requests, found.failed) == ("optimum-benchmark 0.6.0", 6, 0)
    assert (found.figures, found.precise, found.conditions) == ((), None, None)


def test_a_call_is_one_request_for_each_of_its_batch(whole):
    timings = read_optimum_benchmark(whole).timings
    assert [(timing.request, timing.repeat) for timing in timings] == [(n, n // 2) for n in range(6)]
    assert [timing.e2e for timing in timings[::2]] == pytest.approx(latency(whole, "generate")["values"])
    assert [timing.ttft for timing in timings[::2]] == pytest.approx(latency(whole, "prefill")["values"])
    assert timings[0].but(request=1) == timings[1]
    assert [timing.due for timing in timings] == [timing.sent for timing in timings]
    assert [timing.due for timing in timings[2::2]] == [timing.done for timing in timings[:-2:2]]


def test_the_gaps_between_tokens_are_those_of_one_call_each(whole):
    """4 ms were slept between tokens; the tool's own values also have the 50 ms from call to call, twice."""
    timings = read_optimum_benchmark(whole).timings
    raw = latency(whole, "per_token")["values"]
    assert (len(raw), max(raw) > 0.04) == (4 + 9 + 14, True)
    for timing in timings:
        gaps = [later - earlier for earlier, later in zip(timing.tokens, timing.tokens[1:], strict=False)]
        assert len(gaps) == 4
        assert all(0.004 <= gap < 0.02 for gap in gaps)
        assert timing.tokens[-1] <= timing.done


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_token_gaps_undo_the_trackers_repetition(calls):
    true = [[call + 0.1, call + 0.2] for call in range(calls)]
    values, so_far = [], []
    for gaps in true:
        so_far = [*so_far, 99.0, *gaps] if so_far else gaps
        values += so_far
    assert token_gaps(values, calls, 3) == true
    assert token_gaps([gap for gaps in true for gap in gaps], calls, 3) == true


def test_token_gaps_of_something_else_are_not_guessed():
    assert token_gaps([1.0] * 5, 2, 3) is None
    assert token_gaps([0.1, 0.2, 0.9, 0.2, 99.0, 1.1, 1.2], 2, 3) is None
    assert token_gaps([], 2, 1) is None


def test_gaps_that_do_not_fit_leave_first_and_last_token(whole, edited):
    edited(whole, latency(whole, "per_token")["values"][1:], "report", "per_token", "latency", "values")
    found = read_optimum_benchmark(whole)
    assert len(found.timings[0].tokens) == 2
    assert found.measurement.unmeasured["itl_seconds_p50"].startswith("report.per_token does not fit")
    after_first = latency(whole, "generate")["values"][0] - latency(whole, "prefill")["values"][0]
    assert found.timings[0].tpot == pytest.approx(after_first / 4)


def test_without_single_tokens_only_whole_calls_are_timed(plain):
    found = read_optimum_benchmark(plain)
    assert all(timing.tokens == () for timing in found.timings)
    assert [timing.e2e for timing in found.timings[::2]] == pytest.approx(latency(plain, "generate")["values"])
    unmeasured = found.measurement.unmeasured
    for stem in ("ttft", "tpot", "itl"):
        assert {f"{stem}_seconds_{name}" for name in STATISTICS} <= unmeasured.keys()
    p50 = latency(plain, "prefill")["p50"]
    assert f"states {p50:.6g} s; imported without raw times: no interval" in unmeasured["ttft_seconds_p50"]


def test_memory_and_energy_are_stated_without_an_interval(whole):
    unmeasured = read_optimum_benchmark(whole).measurement.unmeasured
    assert unmeasured["peak_resident_bytes"] == (
        "optimum-benchmark states 1.0245e+09 bytes; imported without raw values: no interval"
    )
    assert unmeasured["energy_joules"].startswith("optimum-benchmark states 1.8 J a call;")


def test_a_report_is_read_with_the_config_beside_it(whole):
    together = read_optimum_benchmark(whole)
    assert read_optimum_benchmark(whole.parent) == together
    assert read_optimum_benchmark(whole.with_name("benchmark_report.json")).timings == together.timings
    whole.unlink()
    assert read_optimum_benchmark(whole.parent).timings == together.timings
    whole.with_name("benchmark_config.json").unlink()
    with pytest.raises(UserError, match=r"no benchmark_config.json beside it"):
        read_optimum_benchmark(whole.parent)


def test_the_config_alone_is_refused(whole):
    with pytest.raises(UserError, match="the config alone"):
        read_optimum_benchmark(whole.with_name("benchmark_config.json"))


def test_a_length_that_the_config_leaves_out_is_read_off_the_speed_of_decoding(whole, edited):
    edited(whole, {}, "config", "scenario", "generate_kwargs")
    assert read_optimum_benchmark(whole).measurement.workload.output_tokens == 5
    edited(whole, None, "report", "decode", "throughput")
    with pytest.raises(UserError, match="max_new_tokens: missing; output length is not told"):
        read_optimum_benchmark(whole)


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("report", "generate"), None, r"report: generate: field required; expected as optimum-benchmark writes it"),
        (("report", "generate", "latency"), None, r"report.generate.latency: missing"),
        (("report", "generate", "latency", "unit"), "ms", r"report.generate.latency.unit: expected s, it is ms"),
        (("report", "prefill", "latency", "mean"), 9.0, r"report.prefill.latency.mean: 9.0 is stated"),
        (("report", "generate", "memory", "unit"), "GB", r"memory.unit: expected MB"),
        (("report", "generate", "energy", "unit"), "J", r"energy.unit: expected kWh, it is J"),
        (("config", "scenario", "input_shapes", "sequence_length"), None, r"config: scenario.input_shapes.sequence_le"),
        (("config", "scenario", "generate_kwargs", "num_beams"), 4, r"num_beams: expected 1"),
        (("config", "environment", "cpu"), None, r"config: environment.cpu: field required"),
    ],
)
def test_a_wrong_result_is_one_clear_line(whole, edited, keys, value, problem):
    edited(whole, value, *keys)
    with pytest.raises(UserError, match=problem) as caught:
        read_optimum_benchmark(whole)
    assert "benchmark.json" in str(caught.value)
    assert "\n" not in str(caught.value)
