"""AIPerf's files are read for what they say.

The files in `measured/aiperf` were written by aiperf 0.13.0's own record, config and export classes
(MetricRecordInfo, BenchmarkConfig, JsonExportData, metric_result_from_array) from made-up times.
"""

import json

import pytest

from outweigh.interop.aiperf import read_aiperf
from outweigh.records import Arrival, Limits, ModelSource, UserError

SUMMARY, RECORDS = "profile_export_aiperf.json", "profile_export.jsonl"


def lines(folder):
    return [json.loads(line) for line in (folder / RECORDS).read_text().splitlines()]


def rewrite(folder, changed):
    (folder / RECORDS).write_text("\n".join(json.dumps(line) for line in changed))


def test_the_load_the_model_and_the_version_are_told(measured):
    found = read_aiperf(measured / "aiperf" / "concurrency").measurement
    assert (found.model.source, found.model.name) == (ModelSource.EXTERNAL, "demo/tiny-1b")
    work = found.workload
    assert (work.arrival, work.concurrency, work.rate) == (Arrival.CONCURRENCY, 2, None)
    assert (work.prompt_tokens, work.output_tokens, work.seed) == (64, 16, 42)
    assert work.limits == Limits(ttft_seconds=0.055)
    assert (found.harness, found.requests, found.failed) == ("AIPerf 0.13.0", 8, 1)
    assert "outputs of 12 to 16 tokens: the workload gives their median" in found.notes
    assert (found.machine, found.precise, found.conditions) == (None, None, None)
    assert found.figures == ()


def test_a_request_has_the_times_of_its_chunks(measured):
    folder = measured / "aiperf" / "concurrency"
    line = lines(folder)[2]
    timing = read_aiperf(folder).timings[2]
    metrics = {name: one["value"] for name, one in line["metrics"].items()}
    assert timing.sent == pytest.approx(0.5, abs=1e-12)
    assert timing.due == timing.sent
    assert timing.ttft == pytest.approx(metrics["time_to_first_token"] / 1e3, abs=1e-12)
    assert timing.e2e == pytest.approx(metrics["request_latency"] / 1e3, abs=1e-12)
    gaps = [later - earlier for earlier, later in zip(timing.tokens, timing.tokens[1:], strict=False)]
    assert gaps == pytest.approx([gap / 1e3 for gap in metrics["inter_chunk_latency"]], abs=1e-12)
    assert (timing.input_tokens, timing.output_tokens) == (64, 16)
    assert timing.tpot == pytest.approx(metrics["inter_token_latency"] / 1e3)


def test_warmup_and_failures_are_marked(measured):
    timings = read_aiperf(measured / "aiperf" / "concurrency").timings
    assert [timing.warmup for timing in timings] == [True] + [False] * 8
    assert [timing.failed for timing in timings if timing.failed] == ["503 Service Unavailable overloaded"]


def test_times_of_day_come_from_the_records(measured):
    found = read_aiperf(measured / "aiperf" / "concurrency").measurement
    assert found.started_at.isoformat() == "2026-09-21T14:13:20+00:00"
    assert 2 < (found.finished_at - found.started_at).total_seconds() < 3


def test_in_an_open_loop_a_request_is_due_when_it_was_let_go(measured):
    found = read_aiperf(measured / "aiperf" / "poisson")
    assert (found.measurement.workload.arrival, found.measurement.workload.rate) == (Arrival.POISSON, 4.0)
    assert found.measurement.workload.concurrency is None
    late = max(timing.sent - timing.due for timing in found.timings)
    assert late == pytest.approx(0.09, abs=1e-9)


def test_gaps_between_chunks_are_gaps_between_tokens_only_where_each_has_one(measured):
    assert not read_aiperf(measured / "aiperf" / "concurrency").measurement.unmeasured
    unmeasured = read_aiperf(measured / "aiperf" / "poisson").measurement.unmeasured
    assert set(unmeasured) == {f"itl_seconds_{name}" for name in ("p50", "p90", "p95", "p99", "mean")}
    assert "several tokens" in unmeasured["itl_seconds_p50"]


def test_a_summary_alone_gives_no_figure_but_says_what_is_stated(measured):
    folder = measured / "aiperf" / "concurrency"
    (folder / RECORDS).unlink()
    found = read_aiperf(folder)
    assert found.timings == found.measurement.figures == ()
    told = found.measurement.unmeasured
    assert told["ttft_seconds_p50"] == "AIPerf states 0.051913 s; imported without raw times: no interval"
    assert told["tpot_seconds_mean"].startswith("AIPerf states 0.00940693 s;")
    assert told["requests_per_second"].startswith("AIPerf states 3.41463 requests/s;")
    assert told["goodput_requests_per_second"].startswith("AIPerf states 2.43902 requests/s;")
    assert len([metric for metric in told if metric.startswith("e2e_seconds_")]) == 5
    assert (found.measurement.workload.prompt_tokens, found.measurement.workload.output_tokens) == (64, 16)
    assert any("read as UTC" in note for note in found.measurement.notes)


def test_the_records_lead_to_the_summary(measured):
    folder = measured / "aiperf" / "concurrency"
    whole = read_aiperf(folder)
    assert read_aiperf(folder / RECORDS) == whole
    (folder / SUMMARY).rename(folder / "mine.json")
    (folder / RECORDS).rename(folder / "mine.jsonl")
    assert read_aiperf(folder / "mine.jsonl") == whole == read_aiperf(folder / "mine.json")


def test_records_without_their_summary_are_refused(measured):
    folder = measured / "aiperf" / "concurrency"
    (folder / SUMMARY).unlink()
    with pytest.raises(UserError, match=r"no profile_export_aiperf.json beside it"):
        read_aiperf(folder / RECORDS)


def test_a_limit_that_is_not_known_here_leaves_goodput_out(measured, edited):
    folder = measured / "aiperf" / "concurrency"
    edited(folder / SUMMARY, {"time_to_first_token": 55.0, "tokens_per_second": 50.0}, "input_config", "slos")
    found = read_aiperf(folder).measurement
    assert found.workload.limits is None
    assert "limits on tokens_per_second are not known here" in found.unmeasured["goodput_requests_per_second"]


def test_a_cancelled_run_and_a_missing_seed_are_noted(measured, edited):
    folder = measured / "aiperf" / "concurrency"
    edited(folder / SUMMARY, False, "is_complete")
    edited(folder / SUMMARY, None, "run_info", "random_seed")
    notes = read_aiperf(folder).measurement.notes
    assert any(note.startswith("the run ended early") for note in notes)
    assert "its seed is not told" in notes


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("schema_version",), "2.0", r"schema_version: 2.0 is not known here; expected 1.4"),
        (("aiperf_version",), None, r"aiperf_version: field required; expected as AIPerf writes it"),
        (("input_config", "models"), None, r"input_config.models: field required"),
        (("input_config", "models", "items"), [{"name": "a"}, {"name": "b"}], r"2 models in one result"),
        (("input_config", "phases", 1, "type"), "gamma", r"arrivals of type gamma; known are concurrency"),
        (("input_config", "phases", 0, "kind"), "profiling", r"2 profiling phases"),
        (("input_config", "phases", 1, "type"), "constant", r"input_config.phases: no rate"),
        (("time_to_first_token", "unit"), "s", r"time_to_first_token.unit: expected ms, it is s"),
        (("request_latency", "avg"), 200.0, r"request_latency.avg: 200.0 is stated, its requests give 185.609"),
        (("request_count", "avg"), 9.0, r"request_count: 9 is stated, the records have 7 answered requests"),
    ],
)
def test_a_wrong_summary_is_one_clear_line(measured, edited, keys, value, problem):
    folder = measured / "aiperf" / "concurrency"
    edited(folder / SUMMARY, value, *keys)
    with pytest.raises(UserError, match=problem) as caught:
        read_aiperf(folder)
    assert SUMMARY in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda line: line["metadata"].pop("request_start_ns"), r"jsonl:3: metadata.request_start_ns: field required"),
        (lambda line: line["metrics"].pop("request_latency"), r"jsonl:3: metrics.request_latency: missing"),
        (lambda line: line["metrics"]["time_to_first_token"].update(unit="us"), r"jsonl:3: .*unit: expected ms"),
    ],
)
def test_a_wrong_record_is_one_clear_line(measured, change, problem):
    folder = measured / "aiperf" / "concurrency"
    found = lines(folder)
    change(found[2])
    rewrite(folder, found)
    with pytest.raises(UserError, match=problem):
        read_aiperf(folder)


def test_a_cut_record_is_one_clear_line(measured):
    folder = measured / "aiperf" / "concurrency"
    (folder / RECORDS).write_text((folder / RECORDS).read_text()[:-20])
    with pytest.raises(UserError, match=r"jsonl:9: not JSON"):
        read_aiperf(folder)


def test_records_of_failures_alone_are_refused(measured):
    folder = measured / "aiperf" / "concurrency"
    rewrite(folder, [line for line in lines(folder) if "error" in line])
    with pytest.raises(UserError, match="no answered request"):
        read_aiperf(folder)
